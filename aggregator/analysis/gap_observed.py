"""Which outlets could be asked while a story was young: only of those does silence mean anything.

An outlet is observed if its feeds answered at three of four polls or more, and if they were not silent where they
usually list something: "200 OK" with nothing new for a day is no answer of an outlet that lists twenty articles a day.
A silence counts from the last article that was listed, and the usual rate is that of the time until then: else a feed
that stands still for weeks would make its silence its habit.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from aggregator.store.tables import Feed, FeedCheck, Outlet
from aggregator.types import FeedState

#: of the polls of an outlet's feeds so many have to be answered
LEAST_ANSWERED = 0.75
#: a silence that is less likely than this, at the outlet's usual rate, is a fault of the feed
LEAST_CHANCE = 0.01
#: an outlet's usual rate is that of so long before
_USUAL = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll of one of an outlet's feeds: when, whether it was answered, and how many articles were new."""

    at: datetime
    answered: bool
    new: int


@dataclass(frozen=True)
class Watched:
    """What polls of an outlet found, oldest first, and how many new articles a day it listed before until `news_at`.

    Where nothing new was listed before, nothing is known of its habit, and its silence is no answer.
    """

    polls: Sequence[Poll]
    a_day: float = 0.0
    news_at: datetime | None = None

    def observed(self, since: datetime, until: datetime) -> bool:
        """Whether the outlet could be asked from `since` to `until`."""
        first = bisect_left(self.polls, since, key=lambda poll: poll.at)
        polls = self.polls[first : bisect_right(self.polls, until, key=lambda poll: poll.at)]
        answered = sum(poll.answered for poll in polls)
        if not polls or answered < LEAST_ANSWERED * len(polls):
            return False
        if any(poll.new for poll in polls):
            return True
        last = next((poll.at for poll in reversed(self.polls[:first]) if poll.new), self.news_at)
        if last is None:
            return False
        usual = self.a_day * ((until - min(last, since)) / timedelta(days=1))
        return math.exp(-usual) >= LEAST_CHANCE


def asked_since(session: Session) -> Mapping[str, datetime | None]:
    """The outlets whose feeds are asked, satire left out, and since when."""
    first = select(func.min(FeedCheck.at)).where(FeedCheck.feed_id == Feed.id).scalar_subquery()
    found: dict[str, datetime | None] = {}
    for outlet, at in session.execute(_feeds().with_only_columns(Feed.outlet_key, first)):
        known = found.get(outlet)
        found[outlet] = min(known, at) if known and at else known or at
    return found


def _feeds() -> Select[str, str]:
    feeds = select(Feed.id, Feed.outlet_key).join(Outlet, Outlet.key == Feed.outlet_key)
    return feeds.where(Feed.active, Outlet.listed, ~Outlet.satire)


def watched(session: Session, since: datetime, until: datetime) -> Mapping[str, Watched]:
    """By outlet the polls of its feeds from `since` to `until`, and its rate before; listed ones, satire left out."""
    before = since - _USUAL
    outlets = {row.id: row.outlet_key for row in session.execute(_feeds())}
    polls: dict[str, list[Poll]] = defaultdict(list)
    checks = select(FeedCheck.feed_id, FeedCheck.at, FeedCheck.state, FeedCheck.new)
    for feed, at, state, new in session.execute(checks.where(FeedCheck.at >= since, FeedCheck.at <= until)):
        if feed in outlets:
            polls[outlets[feed]].append(Poll(at, FeedState(state).answered, new))
    rates: dict[str, float] = defaultdict(float)
    last: dict[str, datetime] = {}
    for feed, begun, new, news_at in _listed(session, outlets, before, since):
        outlet = outlets[feed]
        rates[outlet] += new / max((news_at - begun) / timedelta(days=1), 1.0)
        last[outlet] = max(news_at, last.get(outlet, news_at))
    return {
        key: Watched(sorted(some, key=lambda poll: poll.at), rates[key], last.get(key)) for key, some in polls.items()
    }


def _listed(
    session: Session, feeds: Iterable[str], before: datetime, since: datetime
) -> Iterable[tuple[str, datetime, int, datetime]]:
    """Of each feed when it was first asked from `before` on, how much was new after that until `since`, and when last.

    What the very first poll of a feed lists is not news of that day.
    """
    known = set(feeds)
    first = (
        select(FeedCheck.feed_id, func.min(FeedCheck.at).label("at"))
        .where(FeedCheck.at >= before, FeedCheck.at < since)
        .group_by(FeedCheck.feed_id)
        .subquery()
    )
    news = (
        select(FeedCheck.feed_id, first.c.at, func.sum(FeedCheck.new), func.max(FeedCheck.at))
        .join(first, first.c.feed_id == FeedCheck.feed_id)
        .where(FeedCheck.at > first.c.at, FeedCheck.at < since, FeedCheck.new > 0)
        .group_by(FeedCheck.feed_id, first.c.at)
    )
    for feed, at, new, last in session.execute(news):
        if feed in known:
            yield feed, at, int(new), last


def observed_outlets(found: Mapping[str, Watched], since: datetime, until: datetime) -> list[str]:
    """The outlets that could be asked, by key."""
    return sorted(key for key, one in found.items() if one.observed(since, until))

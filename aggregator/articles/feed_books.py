"""What a poll found is written down: the state of its feed, its rhythm, its validators, its moves, its next check."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from aggregator.articles import rhythm as rhythms
from aggregator.articles.feed_health import (
    BLANK,
    BLANKS_BELIEVED,
    DISTRUSTED,
    HARD,
    PLAIN_NEXT,
    SOFT,
    TEMPORARY,
    WHOLE_EVERY,
    Move,
    gone,
    lied,
    moved,
    settled,
)
from aggregator.articles.listing import Listed
from aggregator.articles.next_check import after_answer, after_failure, stays
from aggregator.articles.rhythm import Rhythm
from aggregator.articles.urls import is_front_page
from aggregator.setting_sections import PollSettings
from aggregator.sources.domains import Domains
from aggregator.store.tables import Feed, FeedCheck
from aggregator.types import FeedDocument, FeedState

log = structlog.get_logger()

#: an entry so much older than the last 304 was there when that said "nothing new"
_WAS_THERE = timedelta(hours=1)
#: a new address that fails so much (in quarters) is given up for the one in the configuration
_ADDRESS_FAILS = 3 * HARD
#: when the fault was ours, we come back with the next batch
_AT_ONCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Polled:
    """What asking a feed gave. `document` is None unless it answered with a body that had changed.

    `asked` is the address; `whole`: it was asked without validators; `quarters` and `at_least` are those of `Verdict`.
    """

    feed_id: str
    asked: str
    state: FeedState
    detail: str = ""
    status: int = 0
    quarters: int = 0
    at_least: timedelta = timedelta()
    whole: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body_sha: str = ""
    permanent_url: str = ""
    bytes: int = 0
    seconds: float = 0.0
    document: FeedDocument | None = None

    @property
    def validators(self) -> tuple[str, str]:
        """ETag and Last-Modified, byte for byte."""
        return self.headers.get("etag", ""), self.headers.get("last-modified", "")


def conditional(feed: Feed, now: datetime) -> bool:
    """Whether the feed is asked with its validators: not once they have lied, and once a week not at all."""
    recent = feed.whole_at is not None and timedelta() <= now - feed.whole_at < WHOLE_EVERY
    return recent and feed.distrust < DISTRUSTED and not feed.plain


def believed(session: Session, result: Polled) -> Polled:
    """`result`, but an answer without content (204, 205) is no answer when the last two had none either."""
    if result.status not in BLANK:
        return result
    last = select(FeedCheck.status).where(FeedCheck.feed_id == result.feed_id).order_by(FeedCheck.at.desc())
    before = session.scalars(last.limit(BLANKS_BELIEVED)).all()
    if len(before) < BLANKS_BELIEVED or not all(status in BLANK for status in before):
        return result
    detail = f"it answers HTTP {result.status}, which has no content, again and again"
    return replace(result, state=FeedState.NOT_A_FEED, detail=detail, quarters=SOFT)


def note_answer(
    session: Session,
    feed: Feed,
    result: Polled,
    listed: Listed | None,
    domains: Domains,
    now: datetime,
    poll: PollSettings,
) -> None:
    """The feed answered; `listed` is what its document held, if it had one."""
    _note_validators(feed, result, listed, now)
    feed.rhythm = _rhythm(feed, result, listed, now).as_json()
    if listed is not None and (listed.new or feed.news_at is None):
        feed.news_at = now if feed.answered_at else max(listed.dates, default=now if listed.new else None)
    state = result.state
    if listed is not None and state is FeedState.OK and not listed.dates:
        state = FeedState.UNDATED
    before = FeedState(feed.state)
    feed.state = settled(state, before, feed.news_at, now, poll.stale_days)
    feed.detail = _concern(feed, before) or _note_move(session, feed, result, domains, now)
    feed.checked_at = feed.answered_at = now
    feed.failures, feed.muted, feed.gone_at = 0, False, None
    if result.document is not None:
        feed.title = result.document.title or feed.title
    feed.next_at = after_answer(feed.id, Rhythm.from_json(feed.rhythm), result.headers, now, poll)


def _concern(feed: Feed, before: FeedState) -> str:
    """What an operator should look at although the feed answers; told in the log when it begins."""
    quiet = f"nothing new since {feed.news_at:%Y-%m-%d}" if feed.news_at else ""
    if feed.state == FeedState.EMPTY and quiet:
        detail = "it used to list entries"
    elif feed.state == FeedState.STALE:
        detail = quiet
    else:
        return ""
    if before != feed.state:
        log.warning("feed-quiet", feed=feed.url, state=str(feed.state), detail=detail)
    return detail


def _note_validators(feed: Feed, result: Polled, listed: Listed | None, now: datetime) -> None:
    before = (feed.etag, feed.last_modified)
    if result.status != 200:  # 304 may bring new validators, and need not
        feed.etag, feed.last_modified = (new or old for new, old in zip(result.validators, before, strict=True))
        return
    after_304 = feed.state in (FeedState.UNCHANGED, FeedState.STALE)
    if lied(result.validators, before, bool(feed.body_sha) and result.body_sha != feed.body_sha):
        feed.distrust += DISTRUSTED if result.whole and after_304 else 1
    elif result.whole and after_304 and feed.checked_at and listed:
        feed.distrust += any(date < feed.checked_at - _WAS_THERE for date in listed.new_dates)
    if result.whole:
        feed.whole_at = now
    partial = result.document is not None and result.document.partial
    feed.etag, feed.last_modified = ("", "") if partial else result.validators
    feed.body_sha = "" if partial else result.body_sha


def _rhythm(feed: Feed, result: Polled, listed: Listed | None, now: datetime) -> Rhythm:
    old = Rhythm.from_json(feed.rhythm)
    if listed is None or result.document is None:
        return rhythms.learnt(old, 0, None, now)
    if feed.answered_at is None:
        new = rhythms.begun(listed.dates, listed.articles, now)
    else:
        window = max(listed.articles, old.window) if result.document.partial else listed.articles
        new = rhythms.learnt(old, listed.new, window, now)
    document = result.document
    return replace(
        new,
        stays_minutes=stays(document.ttl_minutes, document.update_minutes),
        skip_hours=document.skip_hours,
        skip_days=document.skip_days,
    )


def _note_move(session: Session, feed: Feed, result: Polled, domains: Domains, now: datetime) -> str:
    """Follow a permanent redirect once it has proved itself; what is odd about it otherwise."""
    stranger = _stranger(session, feed, result.permanent_url, domains) if result.permanent_url else ""
    before = Move(feed.moved_to, feed.moved_at, feed.moved_seen)
    move = moved(before, result.asked, result.permanent_url, stranger=stranger, now=now)
    if move.astray:
        if feed.detail != move.astray:
            log.warning("feed-astray", feed=feed.url, detail=move.astray)
        return move.astray
    feed.moved_to, feed.moved_at, feed.moved_seen = move.to, move.since, move.seen
    if move.believed:
        log.info("feed-moved", feed=feed.url, to=move.to)
        feed.address = move.to if move.to != feed.url else ""
        feed.moved_to, feed.moved_at, feed.moved_seen = "", None, 0
    return ""


def _stranger(session: Session, feed: Feed, url: str, domains: Domains) -> str:
    """Whose address `url` is, if it is not this feed's own."""
    query = select(Feed.url).where(Feed.id != feed.id, Feed.active, or_(Feed.url == url, Feed.address == url))
    other = session.scalar(query.order_by(Feed.url).limit(1))
    owner = domains.owner(url)
    return (
        "another feed of ours" if other else f"on a domain of {owner}" if owner not in (None, feed.outlet_key) else ""
    )


def note_failure(feed: Feed, result: Polled, now: datetime, poll: PollSettings) -> None:
    """The feed could not be asked, or gave nothing to use: it is asked again later and later, but always again."""
    feed.state, feed.detail, feed.checked_at = result.state, result.detail, now
    if result.permanent_url and is_front_page(result.permanent_url):
        feed.detail += "; it is redirected for good to a front page"
    if result.state is FeedState.OUTAGE:
        feed.next_at = now + _AT_ONCE
        return
    feed.failures += result.quarters
    if result.quarters > TEMPORARY:
        feed.etag = feed.last_modified = ""  # a failing feed is asked without conditions
    if result.status in PLAIN_NEXT:
        feed.plain = not feed.plain
    at_least = result.at_least
    if result.state is FeedState.GONE:
        said = gone(feed.gone_at, feed.muted, now)
        feed.gone_at, feed.muted, at_least = said.since, said.muted, said.at_least
    if feed.address and feed.failures >= _ADDRESS_FAILS:
        log.warning("feed-moved-back", feed=feed.url, fails=feed.address, detail=result.detail)
        feed.address = ""
    rhythm = Rhythm.from_json(feed.rhythm)
    feed.next_at = after_failure(feed.id, rhythm, feed.failures, now, poll, at_least=at_least)

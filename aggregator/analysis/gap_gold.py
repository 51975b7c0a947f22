"""The coverage-gap test on a labelled archive: real clustering, every outlet taken as observed."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.analysis.coverage import is_original
from aggregator.analysis.gap import LEAST_SOURCES, LEFT, OFF, RIGHT, Told, figures, flagged, usual
from aggregator.analysis.gap_history import HISTORY, YOUNG_FOR
from aggregator.analysis.sources import load_articles, with_syndication
from aggregator.articles.archive import identity_in
from aggregator.errors import ConfigError
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership
from aggregator.store.tables import Article
from aggregator.stories.evaluation import Evaluation, GoldOptions, clustered, gold_file, gold_rows

#: a word for a lean, written in any case and with spaces, hyphens or underscores, and its side
_LEANS = {
    "left": LEFT, "lean left": LEFT, "left center": LEFT, "center left": LEFT, "center": OFF, "centre": OFF,
    "mixed": OFF, "unrated": OFF, "lean right": RIGHT, "right center": RIGHT, "center right": RIGHT, "right": RIGHT,
}  # fmt: skip


@dataclass(frozen=True)
class Tested:
    """A story that has sources enough, and what the test says of it; `reason`: why it was not tested."""

    titles: tuple[str, ...]
    day: date
    topic: str
    n: int
    k: int
    share: float
    p: float
    q: float
    gap: bool
    reason: str = ""


@dataclass(frozen=True)
class GoldGaps:
    """Of `stories` found in `articles` those with sources enough, of which `eligible` were tested."""

    articles: int
    stories: int
    days: int
    outlets: Mapping[str, int]
    tested: Sequence[Tested]

    @property
    def eligible(self) -> int:
        """How many were tested."""
        return sum(not one.reason for one in self.tested)


@dataclass(frozen=True)
class _Found:
    day: date
    topic: str
    outlets: frozenset[str]
    titles: tuple[str, ...]


def evaluate_gaps(
    gold: Path, settings: Settings, now: datetime, progress: Callable[[str, int], None] = lambda s, n: None
) -> GoldGaps:
    """Cluster the gold's articles and test the stories day by day against the 90 days before.

    Lines have `lean` (left, center, right) beside the outlet, and `topic`. Raises ConfigError where no line has a lean.
    """
    result = Evaluation()
    labels, topics = _labels(gold)
    with clustered(gold, settings, GoldOptions(), now, result, progress) as (store, _):
        sides, stories = _read(store, labels, topics, now)
    by_day: dict[date, list[_Found]] = defaultdict(list)
    for story in stories:
        by_day[story.day].append(story)
    tested = [one for day in sorted(by_day) for one in _day(day, by_day, sides, settings.gap.q)]
    counts = Counter({LEFT: "left", OFF: "off", RIGHT: "right"}[side] for side in sides.values())
    return GoldGaps(result.articles, len(stories), len(by_day), dict(counts), tested)


def _labels(gold: Path) -> tuple[dict[str, int], dict[str, str]]:
    """By the id of an article its outlet's side, where a lean is given, and its topic."""
    sides: dict[str, int] = {}
    topics: dict[str, str] = {}
    file = gold_file(gold)
    for number, _, row in gold_rows(file, GoldOptions()):
        key = identity_in(gold.stem, str(row.get("url") or ""), str(row.get("id") or ""))
        lean = " ".join(re.split(r"[\s_-]+", str(row.get("lean") or "").strip().casefold()))
        if lean and lean not in _LEANS:
            known = ", ".join(_LEANS)
            raise ConfigError(
                f"line {number}: {lean[:40]!r} is no lean", file=file, fix=f"known: {known}; or leave it out"
            )
        if lean:
            sides[key] = _LEANS[lean]
        topics[key] = str(row.get("topic") or "")
    if not sides:
        raise ConfigError("no line has a lean", file=file, fix='give lines "lean": "left", "center" or "right"')
    return sides, topics


def _read(
    store: Store, labels: Mapping[str, int], topics: Mapping[str, str], now: datetime
) -> tuple[dict[str, int], list[_Found]]:
    with store.read() as session:
        query = select(Article.id, Article.outlet_key, Article.order_at, Membership.story_id)
        rows = session.execute(query.join(Membership, Membership.article_id == Article.id).order_by(Article.order_at))
        votes: dict[str, Counter[int]] = defaultdict(Counter)
        members: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        for article, outlet, at, story in rows:
            if article in labels:
                votes[outlet][labels[article]] += 1
            if story is not None:
                members[story].append((at, article))
        sides = {outlet: max(sorted(count), key=count.__getitem__) for outlet, count in votes.items()}
        return sides, [_story(session, some, topics, now) for some in members.values()]


def _story(
    session: Session, members: Sequence[tuple[datetime, str]], shelf: Mapping[str, str], now: datetime
) -> _Found:
    """What was out a day after the first report; dates without a time count as that day's beginning."""
    first = members[0][0]
    early = [article for at, article in members if at <= first + YOUNG_FOR]
    known, _ = with_syndication(load_articles(session, early, now, cut=False))
    outlets = frozenset(one.outlet_key for one in known if is_original(one))
    counts = Counter(shelf.get(article, "") for article in early)
    topic = max(sorted(counts), key=counts.__getitem__)
    return _Found((first + YOUNG_FOR).date(), topic, outlets, tuple(one.title for one in known))


def _day(day: date, by_day: Mapping[date, Sequence[_Found]], sides: Mapping[str, int], limit: float) -> list[Tested]:
    past = [story for other in by_day if day - HISTORY <= other < day for story in by_day[other]]
    stories = by_day[day]
    if not any(_leaning(story, sides) >= LEAST_SOURCES for story in stories):
        return []
    columns = sorted({outlet for story in (*past, *stories) for outlet in story.outlets})
    topics = sorted({story.topic for story in (*past, *stories)})
    of = np.array([sides.get(outlet, OFF) for outlet in columns], np.int64)
    then, now = (_told(some, columns, topics) for some in (past, stories))
    found = figures(then, now, of, usual(then, len(topics)))
    q, gaps = flagged(found, limit)
    return [
        Tested(story.titles, day, story.topic, int(found.n[row]), int(found.k[row]), float(found.share[row]),
               float(found.p[row]), float(q[row]), bool(gaps[row]),
               "" if found.eligible[row] else f"{found.stories[row]} earlier stories of its topic")
        for row, story in enumerate(stories) if found.n[row] >= LEAST_SOURCES
    ]  # fmt: skip


def _leaning(story: _Found, sides: Mapping[str, int]) -> int:
    return sum(sides.get(outlet, OFF) != OFF for outlet in story.outlets)


def _told(stories: Sequence[_Found], columns: Sequence[str], topics: Sequence[str]) -> Told:
    carried = np.array([[outlet in story.outlets for outlet in columns] for story in stories], bool)
    shape = (len(stories), len(columns))
    numbers = np.array([topics.index(story.topic) for story in stories], np.int64)
    return Told(carried.reshape(shape), np.ones(shape, bool), numbers)

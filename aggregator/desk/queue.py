"""The queue: stories by the state of their pages, with what an editor needs to choose the next one.

A handful of queries however many stories there are, and no page's content among what they read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Text, case, func, literal_column, select
from sqlalchemy.orm import Session

from aggregator.analysis.apart import Apart, told_apart
from aggregator.desk.search import matching
from aggregator.publish import charts
from aggregator.sources.ledger import tags
from aggregator.store.desk_tables import Glance
from aggregator.store.story_tables import Membership, StoryRow
from aggregator.store.tables import Article
from aggregator.summarise.glance import counts
from aggregator.summarise.page import Coverage, Gap, SideCount

PAGE = 50
#: a story without a page that has more articles is not told apart for a list
_MOST_COMPARED = 12
#: state to the words for it; "pages" is all stories that have one
STATES = {
    "pages": "All with a page",
    "new": "Waiting for review",
    "changed": "Changed since review",
    "approved": "Approved",
    "published": "Published",
    "unreviewed": "Published, not reviewed",
    "held": "Held",
    "withdrawn": "Withdrawn",
    "merged": "Merged",
    "none": "Without a page",
}
_NO_PAGE = ("merged", "none")
#: a statement of SQLite takes some 32,000 values; a word that so many stories have finds nothing in particular
_MOST_FOUND = 30_000


@dataclass(frozen=True)
class Wanted:
    """Which stories are asked for."""

    state: str = "pages"
    topic: str = ""
    locked: bool = False
    words: str = ""
    page: int = 1


@dataclass(frozen=True)
class Listed:
    """A story in the queue. `independent` is None where nothing was told apart: no text yet, or too many to do it here.

    `owners` says how many the outlets have, in words that go on after their number.
    """

    id: str
    headline: str
    state: str
    size: int
    last_at: datetime
    locked: bool
    topic: str
    bar: charts.Bar
    sources: int
    independent: int | None
    owners: str
    look: Glance | None
    redirect_to: str | None


@dataclass(frozen=True)
class Queue:
    """A page of the queue, and how many stories are in each state."""

    stories: Sequence[Listed]
    total: int
    counts: dict[str, int]
    page: int
    pages: int


def queue(session: Session, wanted: Wanted, now: datetime) -> Queue:
    """The stories asked for, the last changed first. A page beyond the end is the last one."""
    where = _filters(session, wanted)
    by_state = select(_state(), func.count()).select_from(StoryRow).outerjoin(Glance, Glance.page_id == StoryRow.id)
    numbers = {state: int(n) for state, n in session.execute(by_state.where(*where).group_by(_state()))}
    numbers["pages"] = sum(n for state, n in numbers.items() if state not in _NO_PAGE)
    total = numbers.get(wanted.state, 0)
    last = max(1, -(-total // PAGE))
    page = min(max(1, wanted.page), last)
    query = _rows().where(*where, _in_state(wanted.state))
    query = query.order_by(func.coalesce(Glance.made_at, StoryRow.last_at).desc(), StoryRow.id)
    rows = session.execute(query.limit(PAGE).offset(PAGE * (page - 1))).all()
    bare = [story.id for story, look, *_ in rows if look is None]
    covered, apart = _covered(session, bare, now), told_apart(session, bare, now, most=_MOST_COMPARED) if bare else {}
    listed = [
        _listed(story, look, title, state, covered.get(story.id), apart.get(story.id))
        for story, look, title, state in rows
    ]
    return Queue(listed, total, numbers, page, last)


def names_of(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """What each story is called at the desk: its name, the headline of its page, or the title of its first article."""
    rows = session.execute(_rows().where(StoryRow.id.in_(keys)))
    return {story.id: _named(story, look, title) for story, look, title, _ in rows}


def _rows() -> Select[StoryRow, Glance, str, str]:
    return (
        select(StoryRow, Glance, Article.title, _state())
        .outerjoin(Glance, Glance.page_id == StoryRow.id)
        .join(Article, Article.id == StoryRow.founding_article_id)
    )


def _state() -> ColumnElement[str]:
    merged, none = (
        literal_column("'merged'", Text),
        literal_column("'none'", Text),
    )  # PostgreSQL groups by no parameters
    return case((StoryRow.redirect_to.is_not(None), merged), else_=func.coalesce(Glance.state, none))


def _in_state(state: str) -> ColumnElement[bool]:
    return _state().not_in(_NO_PAGE) if state == "pages" else _state() == state


def _filters(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.topic:
        where.append(
            case((StoryRow.topic != "", StoryRow.topic), else_=func.coalesce(Glance.topic, "")) == wanted.topic
        )
    if wanted.locked:
        where.append(StoryRow.locked.is_(True))
    found = matching(session, wanted.words)
    if found is not None:
        where.append(StoryRow.id.in_(sorted(found)[:_MOST_FOUND]))
    return where


def _named(story: StoryRow, look: Glance | None, title: str) -> str:
    return story.name or (look.headline if look is not None else "") or title or story.id


def _listed(
    story: StoryRow, look: Glance | None, title: str, state: str, covered: Coverage | None, apart: Apart | None
) -> Listed:
    coverage = counts(look.coverage) if look is not None else covered or _nobody()
    return Listed(
        id=story.id,
        headline=_named(story, look, title),
        state=state,
        size=story.size,
        last_at=story.last_at,
        locked=story.locked,
        topic=story.topic or (look.topic if look is not None else ""),
        bar=charts.coverage_bar(coverage),
        sources=coverage.sources,
        independent=coverage.independent if look is not None else apart.coverage.independent if apart else None,
        owners=charts.owned(apart.coverage if look is None and apart else coverage),
        look=look,
        redirect_to=story.redirect_to,
    )


def _covered(session: Session, keys: Sequence[str], now: datetime) -> dict[str, Coverage]:
    """Which outlets tell stories that have no page, by lean; copies of one text are not told apart."""
    pairs = (
        select(Membership.story_id, Article.outlet_key)
        .join(Article, Article.id == Membership.article_id)
        .where(Membership.story_id.in_(keys))
        .distinct()
    )
    outlets: dict[str, list[str]] = {}
    for key, outlet in session.execute(pairs) if keys else ():
        outlets.setdefault(str(key), []).append(outlet)
    named = {outlet for one in outlets.values() for outlet in one}
    leans = tags(session, named, now, internal=True) if outlets else {}
    return {key: _coverage([leans[outlet].text for outlet in one]) for key, one in outlets.items()}


def _coverage(labels: Sequence[str]) -> Coverage:
    counted = {label: labels.count(label) for label in charts.SCALE if label in labels}
    return Coverage(
        articles=len(labels),
        sources=len(labels),
        independent=len(labels),
        by_lean={label: SideCount(sources=n, independent=n) for label, n in counted.items()},  # type: ignore[misc]
        unrated=labels.count("Unrated"),
        mixed=labels.count("Mixed"),
        disputed=labels.count("Disputed"),
        gap=Gap(state="not-tested"),
    )


def _nobody() -> Coverage:
    return _coverage([])

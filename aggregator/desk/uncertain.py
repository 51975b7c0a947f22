"""The articles whose place is least certain: the least certain tenth of those that are open for review.

Open for review is an article of a story that had news within the last two weeks and is not locked, unless an editor
placed it or said that it stands rightly. One that stands alone is open only if there is a story that it nearly joined:
else there is nothing to decide. A fixed number of queries, however many articles there are.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from aggregator.desk.queue import names_of
from aggregator.desk.story import revision
from aggregator.store.story_tables import Membership, NearMiss, StoryRow
from aggregator.store.tables import Article, Outlet
from aggregator.stories.confidence import EDITOR

PAGE = 30
SHARE = 10
_RECENT = timedelta(days=14)
_MOST_NEAR = 3


@dataclass(frozen=True)
class Elsewhere:
    """A story that an article nearly joined."""

    id: str
    name: str
    size: int
    score: float


@dataclass(frozen=True)
class Doubtful:
    """An article, the story in which it stands, and where else it might. `rev` is the state of that story."""

    id: str
    title: str
    url: str
    outlet: str
    at: datetime
    confidence: float
    score: float
    story: str
    name: str
    size: int
    rev: str
    near: Sequence[Elsewhere]


@dataclass(frozen=True)
class Uncertain:
    """A page of the least certain tenth: how many articles are in it, and of how many."""

    articles: Sequence[Doubtful]
    total: int
    of: int
    page: int
    pages: int


def uncertain(session: Session, now: datetime, page: int = 1) -> Uncertain:
    """The least certain first. A page beyond the end is the last one."""
    where = _open(now)
    joined = select(func.count()).select_from(Membership).join(StoryRow, StoryRow.id == Membership.story_id)
    of = session.scalar(joined.where(*where)) or 0
    total = -(-of // SHARE)
    last = max(1, -(-total // PAGE))
    page = min(max(1, page), last)
    start = PAGE * (page - 1)
    query = (
        select(Article, Outlet.name, Membership, StoryRow)
        .join(Membership, Membership.article_id == Article.id)
        .join(StoryRow, StoryRow.id == Membership.story_id)
        .join(Outlet, Outlet.key == Article.outlet_key)
        .where(*where)
        .order_by(Membership.confidence, Membership.article_id)
        .limit(min(PAGE, total - start))
        .offset(start)
    )
    rows = session.execute(query).all() if total else []
    near = _near(session, {article.id: story.id for article, _, _, story in rows})
    names = names_of(session, [story.id for *_, story in rows])
    articles = [
        Doubtful(
            article.id, article.title, article.url, outlet, article.order_at, member.confidence or 0.0, member.score,
            story.id, names[story.id], story.size, revision(story), near[article.id],
        )
        for article, outlet, member, story in rows
    ]  # fmt: skip
    return Uncertain(articles, total, of, page, last)


def _open(now: datetime) -> list[ColumnElement[bool]]:
    elsewhere = aliased(StoryRow)
    is_near = exists().where(
        NearMiss.article_id == Membership.article_id,
        NearMiss.story_id == elsewhere.id,
        elsewhere.id != Membership.story_id,
        elsewhere.redirect_to.is_(None),
    )
    return [
        Membership.confidence < EDITOR,
        StoryRow.locked.is_(False),
        StoryRow.last_at >= now - _RECENT,
        (StoryRow.size > 1) | is_near,
    ]


def _near(session: Session, homes: dict[str, str]) -> dict[str, list[Elsewhere]]:
    """Of each article the other stories that it nearly joined, the nearest first."""
    query = (
        select(NearMiss, StoryRow)
        .join(StoryRow, StoryRow.id == NearMiss.story_id)
        .where(NearMiss.article_id.in_(homes), StoryRow.redirect_to.is_(None))
        .order_by(NearMiss.score.desc(), NearMiss.story_id)
    )
    rows = [(miss, story) for miss, story in session.execute(query) if story.id != homes[miss.article_id]]
    names = names_of(session, sorted({story.id for _, story in rows}))
    found: dict[str, list[Elsewhere]] = defaultdict(list)
    for miss, story in rows:
        if len(found[miss.article_id]) < _MOST_NEAR:
            found[miss.article_id].append(Elsewhere(story.id, names[story.id], story.size, miss.score))
    return found

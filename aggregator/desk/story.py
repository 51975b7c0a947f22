"""What the desk shows of a story: its articles and why each joined, those that almost did, stories near it, the past.

A fixed number of queries, whether it has three articles or five hundred.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session, aliased

from aggregator.analysis.apart import Apart, told_apart
from aggregator.desk.queue import names_of
from aggregator.desk.search import matching
from aggregator.sources.ledger import KnownRatings
from aggregator.store.desk_tables import Glance
from aggregator.store.story_tables import Decision, Membership, NearMiss, StoryEvent, StoryRow
from aggregator.store.tables import Article, Document, Outlet
from aggregator.stories.decisions import undone
from aggregator.stories.thread_view import ThreadView, thread_of
from aggregator.text import sha256

_MOST_NEAR, _MOST_OTHERS, _MOST_EVENTS, _MOST_COMPARED = 50, 12, 200, 100


@dataclass(frozen=True)
class Member:
    """An article of the story, or one that almost joined it; `story` is where that one is now, if anywhere."""

    id: str
    title: str
    url: str
    outlet: str
    lean: str
    at: datetime
    dated: bool
    kind: str
    score: float
    confidence: float | None
    why: str
    founder: bool = False
    story: str | None = None
    outlet_key: str = ""


@dataclass(frozen=True)
class Other:
    """Another story that this one could be merged with: how near, and what it is called."""

    id: str
    name: str
    size: int
    score: float | None


@dataclass(frozen=True)
class Past:
    """A decision: whether it stands, and whether it is an undoing itself."""

    decision: Decision
    stands: bool
    may_be_undone: bool


@dataclass(frozen=True)
class Told:
    """All that the story view shows. `rev` changes with everything that a decision on the story rests on.

    `apart` is None where the story has no text, or is too large to be compared here and not analysed.
    """

    story: StoryRow
    name: str
    rev: str
    members: Sequence[Member]
    near: Sequence[Member]
    others: Sequence[Other]
    events: Sequence[StoryEvent]
    past: Sequence[Past]
    thread: ThreadView
    look: Glance | None
    apart: Apart | None


def told(session: Session, story: StoryRow, now: datetime, words: str = "") -> Told:
    """The story as it is now. `words`: what to look for among other stories, beside those that are near."""
    here, nearby = _rows(session, story), _near_rows(session, story)
    known = KnownRatings(session, (article.outlet_key for article, *_ in (*here, *nearby)), now)
    every = select(StoryEvent).where(StoryEvent.story_id == story.id).order_by(StoryEvent.id.desc())
    events = session.scalars(every.limit(_MOST_EVENTS)).all()
    return Told(
        story=story,
        name=names_of(session, [story.id]).get(story.id, story.id),
        rev=revision(story),
        members=_members(session, story, here, known),
        near=[
            _member(article, outlet, _lean(known, article), "", score, None, "", story, at)
            for article, outlet, score, at in nearby
        ],
        others=_others(session, story, words),
        events=events,
        past=past(session, story.id),
        thread=thread_of(session, story.id),
        look=session.get(Glance, story.id),
        apart=told_apart(session, [story.id], now, most=_MOST_COMPARED).get(story.id),
    )


def revision(story: StoryRow) -> str:
    """A word for the state of a story: what an editor looked at, and what has to be so still when they decide."""
    return sha256(repr((story.id, story.members_sha, story.locked, story.name, story.topic, story.thread_with)))[:16]


def past(session: Session, key: str) -> list[Past]:
    """The decisions on a story and its page, the newest first."""
    held = cast(Decision.subjects, Text).contains(f'"{key}"', autoescape=True)
    every = session.scalars(select(Decision).where(held).order_by(Decision.id.desc())).all()
    gone = undone(every)
    return [Past(one, one.id not in gone, one.id not in gone and one.undoes is None) for one in every]


def _lean(known: KnownRatings, article: Article, kind: str = "") -> str:
    """From all ratings, those that readers may not see too."""
    unit = known.place(article.outlet_key, kind, article.url, article.section).unit
    return known.tag(article.outlet_key, unit, article.order_at.date(), internal=True).text


def _rows(session: Session, story: StoryRow) -> Sequence[Any]:
    query = (
        select(Article, Outlet.name, Membership.score, Membership.confidence, func.coalesce(Document.kind, ""))
        .join(Membership, Membership.article_id == Article.id)
        .join(Outlet, Outlet.key == Article.outlet_key)
        .outerjoin(Document, (Document.article_id == Article.id) & Document.current)
        .where(Membership.story_id == story.id)
        .order_by(Article.order_at, Article.id)
    )
    return session.execute(query).all()


def _members(session: Session, story: StoryRow, rows: Sequence[Any], known: KnownRatings) -> list[Member]:
    whys = _whys(session, story.id)
    return [
        _member(article, outlet, _lean(known, article, kind), kind, score, sure, whys.get(article.id, ""), story)
        for article, outlet, score, sure, kind in rows
    ]


def _member(
    article: Article,
    outlet: str,
    lean: str,
    kind: str,
    score: float,
    sure: float | None,
    why: str,
    story: StoryRow,
    at: str | None = None,
) -> Member:
    founder = article.id == story.founding_article_id
    return Member(
        article.id, article.title, article.url, outlet, lean, article.order_at, article.published_at is not None,
        kind, score, sure, why, founder, at, article.outlet_key,
    )  # fmt: skip


def _whys(session: Session, key: str) -> dict[str, str]:
    """Why each article of a story is in it, by its last event of its own."""
    here = select(Membership.article_id).where(Membership.story_id == key)
    events = session.scalars(select(StoryEvent).where(StoryEvent.article_id.in_(here)).order_by(StoryEvent.id))
    return {event.article_id: _why(event, key) for event in events if event.article_id is not None}


def _why(event: StoryEvent, key: str) -> str:
    score = f" {event.score:.2f}" if event.score is not None else ""
    where = "" if event.story_id == key or event.other_id == key else f" (in {event.story_id})"
    return f"{event.kind}{score}{where}: {event.reason}"


def _near_rows(session: Session, story: StoryRow) -> Sequence[Any]:
    query = (
        select(Article, Outlet.name, NearMiss.score, Membership.story_id)
        .join(NearMiss, NearMiss.article_id == Article.id)
        .join(Outlet, Outlet.key == Article.outlet_key)
        .outerjoin(Membership, Membership.article_id == Article.id)
        .where(NearMiss.story_id == story.id, func.coalesce(Membership.story_id, "") != story.id)
        .order_by(NearMiss.score.desc(), Article.id)
        .limit(_MOST_NEAR)
    )
    return session.execute(query).all()


def _others(session: Session, story: StoryRow, words: str) -> list[Other]:
    """Stories that articles of this one almost joined, or whose articles almost joined this one; then those found."""
    scores: dict[str, float] = {}
    home, mine = aliased(Membership), aliased(Membership)
    away = (
        select(NearMiss.story_id, NearMiss.score)
        .join(mine, mine.article_id == NearMiss.article_id)
        .where(mine.story_id == story.id)
    )
    towards = (
        select(home.story_id, NearMiss.score)
        .join(home, home.article_id == NearMiss.article_id)
        .where(NearMiss.story_id == story.id, home.story_id.is_not(None))
    )
    for key, score in session.execute(away.union_all(towards)):
        scores[key] = max(score, scores.get(key, 0.0))
    found = sorted((matching(session, words) or set()) - scores.keys())[:_MOST_OTHERS] if words else []
    wanted = sorted(scores, key=lambda key: (-scores[key], key))[:_MOST_OTHERS] + found
    rows = session.scalars(select(StoryRow).where(StoryRow.id.in_(wanted), StoryRow.redirect_to.is_(None)))
    open_ones = {row.id: row for row in rows if row.id != story.id}
    names = names_of(session, list(open_ones))
    return [Other(key, names[key], open_ones[key].size, scores.get(key)) for key in wanted if key in open_ones]

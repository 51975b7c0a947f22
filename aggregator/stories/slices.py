"""Which slice comes next: the articles of days that are over, one day at a time, or those of the days that are open.

A slice holds the articles of one UTC day of publication. It is closed `grace_hours` after that day, and what it decided
is then the past. Until then it is open: computed anew, from the last closed slice, whenever something came. Articles
that arrive after their day was closed enter the earliest open slice if they lie within the window before it, else make
a slice of their own day; either way they are compared around their own date. A slice that is full is closed at once, so
that what has to be computed anew stays bounded.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, union
from sqlalchemy.orm import Session

from aggregator.setting_sections import ClusterSettings
from aggregator.store.story_tables import EmbeddingRow, Membership, Slice
from aggregator.store.tables import Article, Document
from aggregator.stories.decisions import last_decision
from aggregator.text import sha256

#: a day with more articles (an archive without dates) is placed in several slices
MOST_IN_A_SLICE = 5_000

Documents = Callable[..., Select[Any]]


@dataclass(frozen=True)
class Due:
    """Slices that are to be computed together: one that is then closed, or all open ones."""

    closes: bool
    days: tuple[tuple[date, tuple[str, ...]], ...]
    decision: int
    input_sha: str


def due(session: Session, documents: Documents, settings: ClusterSettings, now: datetime, recipe: str) -> Due | None:
    """What is to be computed next; None if nothing came since it was computed last."""
    current = (now - timedelta(hours=settings.grace_hours)).date()
    unclosed = _unclosed(documents)
    past = _past(session, unclosed, settings, current)
    if past is not None:
        return _due(session, [past], recipe, closes=True)
    days = _open(session.execute(_ordered(unclosed)).all(), current, max(current, now.date()))
    if not days:
        return None
    if full := next((one for one in days if len(one[1]) == MOST_IN_A_SLICE), None):
        return _due(session, [full], recipe, closes=True)
    found = _due(session, days, recipe, closes=False)
    newest = select(Slice.input_sha).where(Slice.closed_at.is_(None)).order_by(Slice.id.desc()).limit(1)
    return None if session.scalar(newest) == found.input_sha else found


def _unclosed(documents: Documents) -> Select[Any]:
    """Articles that may be placed and are in no closed slice; `day` is that of their open slice, or null.

    They are found by two indexes alone: an archive of articles that were placed long ago costs next to nothing.
    """
    placed = exists().where(Membership.article_id == EmbeddingRow.article_id)
    new = select(EmbeddingRow.article_id).where(~placed)
    ids = union(new, select(Membership.article_id).where(_is_open()))
    query = documents(Article.id, Article.order_at, Document.content_sha, Slice.day)
    return (
        query.outerjoin(Membership, Membership.article_id == Article.id)
        .outerjoin(Slice, and_(Slice.id == Membership.slice_id, Membership.settled_id.is_(None)))
        .where(Article.id.in_(ids), or_(Membership.article_id.is_(None), _is_open()))
    )


def _is_open() -> ColumnElement[bool]:
    return and_(Membership.settled_id.is_(None), Membership.story_id.is_not(None))


def _ordered(query: Select[Any]) -> Select[Any]:
    return query.order_by(Article.order_at, Document.content_sha, Article.url, Article.id)


_Articles = Sequence[tuple[str, str]]


def _past(
    session: Session, unclosed: Select[Any], settings: ClusterSettings, current: date
) -> tuple[date, _Articles] | None:
    """The earliest day before `current` that has articles to be placed, and these; the late ones of the window not."""
    began = or_(Membership.article_id.is_not(None), _not_late(session, settings, current))
    over = or_(
        and_(Membership.article_id.is_(None), Article.order_at < _start(current)),
        and_(Membership.article_id.is_not(None), Slice.day < current),
    )
    waiting = unclosed.where(began, over)
    at = waiting.where(Membership.article_id.is_(None)).order_by(Article.order_at).limit(1)
    opened = waiting.where(Membership.article_id.is_not(None)).order_by(Slice.day).limit(1)
    firsts = [row.order_at.date() for row in session.execute(at)]
    if session.scalar(select(Slice.id).where(Slice.closed_at.is_(None)).limit(1)) is not None:
        firsts += [row.day for row in session.execute(opened)]
    if not firsts:
        return None
    day = min(firsts)
    start, end = _start(day), _start(day + timedelta(days=1))
    own = and_(Membership.article_id.is_(None), Article.order_at >= start, Article.order_at < end)
    of_day = waiting.where(or_(own, and_(Membership.article_id.is_not(None), Slice.day == day)))
    rows = session.execute(_ordered(of_day).limit(MOST_IN_A_SLICE)).all()
    return day, [(row.id, row.content_sha) for row in rows]


def _not_late(session: Session, settings: ClusterSettings, current: date) -> ColumnElement[bool]:
    """Of a day after the last that was closed as a whole, or from before the window: such a day stands for itself."""
    whole = select(func.max(Slice.day)).where(Slice.closed_at.is_not(None), Slice.documents < MOST_IN_A_SLICE)
    last = session.scalar(whole)
    if last is None:
        return Article.order_at.is_not(None)
    before = _start(current) - timedelta(days=settings.window_days)
    return or_(Article.order_at >= _start(last + timedelta(days=1)), Article.order_at < before)


def _open(rows: Iterable[Row[Any]], current: date, today: date) -> list[tuple[date, _Articles]]:
    """The open days and their articles: each by its own day, but late ones on the first, and those of the future on
    the last."""
    days: dict[date, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        day = row.day or min(max(row.order_at.date(), current), today)
        days[day].append((row.id, row.content_sha))
    return [
        (day, days[day][start : start + MOST_IN_A_SLICE])
        for day in sorted(days)
        for start in range(0, len(days[day]), MOST_IN_A_SLICE)
    ]


def _due(session: Session, days: Sequence[tuple[date, _Articles]], recipe: str, *, closes: bool) -> Due:
    decision = last_decision(session)
    last = session.scalar(select(func.max(Slice.id)).where(Slice.closed_at.is_not(None))) or 0
    lines = [f"{day} {key} {sha}" for day, articles in days for key, sha in articles]
    identity = sha256("\n".join([recipe, f"{closes} after {last} and decision {decision}", *lines]))
    return Due(closes, tuple((day, tuple(key for key, _ in articles)) for day, articles in days), decision, identity)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def settle_left_over(session: Session, documents: Documents, day: date) -> None:
    """Let what no run places any more, having become a round-up or withheld, stay where it was while its day was open.

    Called when the slice of `day` has been closed: articles of open slices before it that may not be placed count
    as members of that one, and their own slices, which held nothing else, are gone. Else their stories would be open
    for good.
    """
    placeable = documents(Article.id).where(Article.id == Membership.article_id).correlate(Membership).exists()
    before = select(Slice.id).where(Slice.closed_at.is_(None), Slice.day < day)
    left = session.scalars(select(Membership).where(_is_open(), Membership.slice_id.in_(before), ~placeable)).all()
    if not left:
        return
    number = session.scalars(select(func.max(Slice.id)).where(Slice.closed_at.is_not(None))).one()
    for one in left:
        one.settled_id, one.settled_confidence, one.slice_id = one.story_id, one.confidence, number or one.slice_id
    session.flush()
    used = exists().where(Membership.slice_id == Slice.id)
    for old in session.scalars(select(Slice).where(Slice.id.in_(before), ~used)):
        session.delete(old)
    session.flush()

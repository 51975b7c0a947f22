"""Attention: of all that a side published in a story's first 24 hours, how much is about the story.

Counted are the outlets that could be asked in that time and published anything; satire and what is withheld are left
out. Copies count: an outlet that prints another's text gives it its room. The side is that of the outlet's unit by the
ratings of the article's own day that readers may see.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.clock import rfc3339
from aggregator.sources.ledger import KnownRatings
from aggregator.store.story_tables import Membership
from aggregator.store.tables import Article, Document, Outlet
from aggregator.store.upsert import in_parts
from aggregator.types import SIDES, Kind

COUNTED, NOT_COUNTED = "counted", "not-counted"
NOBODY = "no outlet with a place on the scale could be asked and published anything in these 24 hours"
_NO_SIDE = -1
#: articles that are read at once
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Window:
    """A story, the hours [since, until] after its first report, and the outlets that could be asked in them."""

    story_id: str
    since: datetime
    until: datetime
    observed: Collection[str]


@dataclass(frozen=True)
class _Stream:
    """Articles by time: seconds since 1970, number of the outlet, and side (index into SIDES, or _NO_SIDE)."""

    at: NDArray[np.float64]
    outlet: NDArray[np.int64]
    side: NDArray[np.int8]
    story: NDArray[np.int64]
    outlets: Sequence[str]

    def counted(self, window: Window, number: int) -> list[dict[str, Any]]:
        """The figures of each side, Left to Right; `number` is that of the window's story."""
        first = np.searchsorted(self.at, window.since.timestamp(), "left")
        last = np.searchsorted(self.at, window.until.timestamp(), "right")
        observed = np.array([outlet in window.observed for outlet in self.outlets], bool)
        outlet, side, story = self.outlet[first:last], self.side[first:last], self.story[first:last]
        of_side = [observed[outlet] & (side == at) for at in range(len(SIDES))]
        return [_figures(name, outlet[here], story[here] == number) for name, here in zip(SIDES, of_side, strict=True)]


def attention(session: Session, windows: Sequence[Window], now: datetime) -> dict[str, dict[str, Any]]:
    """What each story has of each side's attention, by story; few questions to the database however many."""
    if not windows:
        return {}
    numbers = {window.story_id: number for number, window in enumerate(windows)}
    stream = _stream(session, windows, numbers, now)
    return {window.story_id: _content(window, stream.counted(window, numbers[window.story_id])) for window in windows}


def not_counted(reason: str) -> dict[str, Any]:
    """What is stored where nothing was counted."""
    return {"state": NOT_COUNTED, "reason": reason}


def _content(window: Window, sides: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not any(side["outlets"] for side in sides):
        return not_counted(NOBODY)
    return {"state": COUNTED, "since": rfc3339(window.since), "until": rfc3339(window.until), "sides": list(sides)}


def _figures(side: str, outlets: NDArray[np.int64], about: NDArray[np.bool_]) -> dict[str, Any]:
    articles, on_story = len(outlets), int(about.sum())
    return {
        "side": side,
        "outlets": len(np.unique(outlets)),
        "articles": articles,
        "outlets_on_story": len(np.unique(outlets[about])),
        "on_story": on_story,
        "share": round(on_story / articles, 5) if articles else None,
    }


def _stream(session: Session, windows: Sequence[Window], numbers: Mapping[str, int], now: datetime) -> _Stream:
    since, until = min(window.since for window in windows), max(window.until for window in windows)
    of_story: dict[str, int] = {}
    for some in in_parts(list(numbers)):
        members = select(Membership.article_id, Membership.story_id).where(Membership.story_id.in_(some))
        of_story |= {article: numbers[str(story)] for article, story in session.execute(members)}
    query = (
        select(Article.id, Article.outlet_key, Article.order_at, Article.url, Article.section, Document.kind)
        .join(Outlet, Outlet.key == Article.outlet_key)
        .outerjoin(Document, (Document.article_id == Article.id) & Document.current)
        .where(Article.order_at >= since, Article.order_at <= until, Article.withheld == "", ~Outlet.satire)
        .order_by(Article.order_at, Article.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    rows = [row for row in session.execute(query) if row.kind != Kind.SATIRE]
    outlets = sorted({row.outlet_key for row in rows})
    at, known = {key: number for number, key in enumerate(outlets)}, KnownRatings(session, outlets, now)
    sides: dict[tuple[str, str, date], int] = {}
    found = []
    for row in rows:
        unit = known.place(row.outlet_key, row.kind or "", row.url, row.section).unit
        key = (row.outlet_key, unit, row.order_at.date())
        if key not in sides:
            label = known.tag(*key).label
            sides[key] = SIDES.index(label.side) if label else _NO_SIDE
        found.append(sides[key])
    return _Stream(
        at=np.array([row.order_at.timestamp() for row in rows], np.float64),
        outlet=np.array([at[row.outlet_key] for row in rows], np.int64),
        side=np.array(found, np.int8),
        story=np.array([of_story.get(row.id, -1) for row in rows], np.int64),
        outlets=outlets,
    )

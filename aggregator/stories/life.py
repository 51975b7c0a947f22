"""Where a story is in its life: open, growing, settled, archived, or reopened.

    open ──► growing ──► settled ──► archived
                            └───► reopened ◄───┘

`open`: the day of one of its articles is not closed, so that it is still computed anew. `growing`: more is expected.
`settled`: nothing came for some days. `archived`: it lies beyond the window, nothing joins it by its date. `reopened`:
an article came after all, late or moved by an editor; after as many quiet days it is settled or archived again. Told
once, as an event, when it changes; neither a page nor its version ever changes by it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import exists, false, func, or_, select
from sqlalchemy.orm import Session

from aggregator.settings import Settings
from aggregator.store.story_tables import Membership, StoryEvent, StoryRow

Life = Literal["open", "growing", "settled", "archived", "reopened"]
OVER: tuple[Life, ...] = ("settled", "archived")


@dataclass(frozen=True)
class Facts:
    """What a story's life follows from; `was`, `since` and `size_then` are what was told last ("", nothing yet)."""

    last_at: datetime
    size: int
    is_open: bool
    was: str = ""
    since: datetime | None = None
    size_then: int = 0


def life(facts: Facts, now: datetime, *, settled: timedelta, window: timedelta) -> Life:
    """Where a story is at `now`. `settled`: after so long without an article; `window`: within it articles may join.

    A date that is yet to come counts as now.
    """
    age = now - min(facts.last_at, now)
    if facts.was in OVER and facts.size > facts.size_then:
        return "reopened"
    if facts.was == "reopened" and (facts.since is None or now - facts.since <= settled):
        return "reopened"
    if facts.is_open:
        return "open"
    if age > window:
        return "archived"
    return "settled" if age > settled else "growing"


def tell_lives(session: Session, settings: Settings, now: datetime) -> int:
    """Bring every story's life to `now`, with an event for each that changed; how many did."""
    settled = timedelta(days=settings.threads.settled_days)
    window = timedelta(days=settings.cluster.window_days)
    is_open = exists().where(Membership.story_id == StoryRow.id, Membership.settled_id.is_(None))
    # told by a clock that ran ahead: as if nothing had been told, a reopening included; the event stays
    ahead = func.coalesce(StoryRow.life_at > now, false())
    may_change = or_(StoryRow.life != "archived", StoryRow.size != StoryRow.life_size, ahead)
    query = select(StoryRow, is_open, ahead).where(StoryRow.size > 0, StoryRow.redirect_to.is_(None), may_change)
    changed = 0
    for story, still_open, untold in session.execute(query.order_by(StoryRow.id)).all():
        was = ("", None, story.size) if untold else (story.life, story.life_at, story.life_size)
        state = life(Facts(story.last_at, story.size, still_open, *was), now, settled=settled, window=window)
        if state != story.life:
            changed += 1
            if story.life and story.size > 1:  # an article alone ages like any other: no news
                told = StoryEvent(at=now, story_id=story.id, kind=state, reason=f"was {story.life}")
                session.add(told)
        if untold or state != story.life or (state == "reopened" and story.size > story.life_size):
            story.life, story.life_at = state, now
        story.life_size = story.size
    return changed

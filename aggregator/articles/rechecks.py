"""Rechecks: when a page that was read is asked for again, since most edits are announced by no feed.

Pages are edited soon or hardly ever, so the waits grow: the hours of `[fetch] recheck_hours` after the first reading,
then twice the age each time. NewsDiffs asks by the age of the last change too, far more often; a handful of conditional
requests is what a publisher may be asked for. A page is asked for only while somebody needs the answer: its story takes
articles still (or it is new and in none yet), or readers see a page of that story.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, update
from sqlalchemy.orm import Session

from aggregator.store.desk_tables import Glance
from aggregator.store.story_tables import Membership, StoryRow
from aggregator.store.tables import Article

#: nobody asks for a page again after ten years
LONGEST = timedelta(days=3_650)
#: pages of these states are tombstones: they cite nothing any more
_ENDED = ("withdrawn", "merged")


def recheck_wait(hours: Sequence[float], done: int) -> timedelta | None:
    """How long after recheck number `done` (0: after the first reading) the next one is due; None for never."""
    if not hours:
        return None
    ages = [0.0, *hours]
    if done < len(hours):
        return timedelta(hours=ages[done + 1] - ages[done])
    doubled = done - len(hours)
    return timedelta(hours=hours[-1] * 2**doubled) if doubled < 32 and hours[-1] * 2**doubled < 87_600 else LONGEST


def is_wanted(now: datetime, window: timedelta) -> ColumnElement[bool]:
    """SQL condition on Article: its story is live, it has none yet and is new, or readers see a page of its story."""
    mine = Membership.article_id == Article.id
    seen = (Glance.page_id == Membership.story_id, Glance.seen.is_not(None), Glance.status.not_in(_ENDED))
    placed = exists().where(mine).correlate(Article)
    live = exists().where(mine, StoryRow.id == Membership.story_id, StoryRow.last_at >= now - window).correlate(Article)
    shown = exists().where(mine, *seen).correlate(Article)
    return or_(live, and_(~placed, Article.found_at >= now - window), shown)


def forget_rechecks(session: Session, now: datetime, window: timedelta) -> None:
    """Plan no more rechecks of articles that were due a window ago and that nobody needs."""
    session.execute(
        update(Article)
        .where(Article.recheck_at < now - window, ~is_wanted(now, window))
        .values(recheck_at=None)
        .execution_options(synchronize_session=False)
    )

"""The state of an instance, by counting rows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from aggregator.articles.next_check import DORMANT
from aggregator.clock import rfc3339, wall
from aggregator.sources.contests import open_counts
from aggregator.stage import Stage
from aggregator.store.story_tables import EmbeddingRow, Membership, StoryRow
from aggregator.store.tables import Article, Attempt, Document, Feed, Outlet, Response, Run
from aggregator.summarise.stale import stale_pages
from aggregator.types import FeedState
from pipelines.alerts import find_alerts
from pipelines.batch import Instance

#: counting stops here: enough to see that there is much to do
MANY = 100_000
_HOUR = timedelta(hours=1)


def read_status(instance: Instance, stages: Mapping[str, Stage[Any, Any]]) -> dict[str, Any]:
    """Stages, feeds, totals, alerts and the last run as plain values."""
    alerts = find_alerts(instance.store, instance.settings, instance.data, instance.clock)
    with instance.store.read() as session:
        return {
            "stages": {name: _stage(session, instance, stage) for name, stage in stages.items()},
            "feeds": _by(session, Feed.state, Feed.active),
            "failing_feeds": _failing(session),
            "odd_feeds": _odd(session),
            "feed_schedule": _schedule(session, instance.clock.now()),
            "totals": _totals(session),
            "languages_not_supported": _by(
                session,
                Document.language,
                and_(Document.current, Document.language.not_in(instance.settings.extract.languages)),
            ),
            "alerts": {alert.name: alert.text for alert in alerts},
            "open_contests": sum(open_counts(session).values()),
            "pages_source_changed": [page.id for page in stale_pages(session)],
            "last_run": _last_run(session),
        }


def _stage(session: Session, instance: Instance, stage: Stage[Any, Any]) -> dict[str, Any]:
    now = instance.clock.now()
    mine = Attempt.stage == stage.name
    held = and_(mine, Attempt.leased_until > wall())
    waiting = and_(mine, Attempt.buried.is_(False), Attempt.not_before > now)
    buried = and_(mine, Attempt.buried)
    return {
        "pending": len(stage.pending(session, MANY)),
        "held": _count(session, held),
        "waiting": _count(session, waiting),
        "buried": _count(session, buried),
        "reasons": _by(session, Attempt.reason, and_(mine, Attempt.reason != "", or_(waiting, buried))),
    }


def _failing(session: Session) -> list[dict[str, str]]:
    """Feeds that did not answer when they were last asked, with the reason and when they are asked again."""
    rows = session.scalars(select(Feed).where(Feed.active, Feed.checked_at.is_not(None)).order_by(Feed.url))
    return [_told(feed) for feed in rows if not FeedState(feed.state).answered]


def _odd(session: Session) -> list[dict[str, str]]:
    """Feeds that answer, but not as they should: stale, empty, undated, or redirected astray."""
    rows = session.scalars(select(Feed).where(Feed.active, Feed.checked_at.is_not(None)).order_by(Feed.url))
    told = (FeedState.STALE, FeedState.EMPTY, FeedState.UNDATED)
    return [_told(feed) for feed in rows if FeedState(feed.state).answered and (feed.detail or feed.state in told)]


def _told(feed: Feed) -> dict[str, str]:
    return {
        "url": feed.url,
        "state": feed.state,
        "detail": feed.detail,
        "rest": "muted" if feed.muted else "dormant" if feed.failures >= DORMANT else "",
        "answered_at": rfc3339(feed.answered_at) if feed.answered_at else "never",
        "next_at": rfc3339(feed.next_at) if feed.next_at else "at the next run",
    }


def _schedule(session: Session, now: datetime) -> dict[str, Any]:
    """How many feeds are due now and within an hour, are muted, and are dormant; and when the next is asked."""
    due = or_(Feed.next_at.is_(None), Feed.next_at <= now)
    soonest = session.scalar(select(func.min(Feed.next_at)).where(Feed.active, Feed.next_at > now))
    return {
        "due": _count(session, and_(Feed.active, due), Feed),
        "within_an_hour": _count(session, and_(Feed.active, Feed.next_at > now, Feed.next_at <= now + _HOUR), Feed),
        "muted": _count(session, and_(Feed.active, Feed.muted), Feed),
        "dormant": _count(session, and_(Feed.active, ~Feed.muted, Feed.failures >= DORMANT), Feed),
        "next_at": rfc3339(soonest) if soonest else "",
    }


def _totals(session: Session) -> dict[str, int]:
    everything = {
        "outlets": Outlet,
        "articles": Article,
        "responses": Response,
        "documents": Document,
        "embeddings": EmbeddingRow,
        "placed": Membership,
        "stories": StoryRow,
    }
    counts = {n: session.scalar(select(func.count()).select_from(table)) or 0 for n, table in everything.items()}
    return {**counts, "withheld": _count(session, Article.withheld != "", Article)}


def _last_run(session: Session) -> dict[str, Any] | None:
    run = session.scalar(select(Run).order_by(Run.started_at.desc(), Run.id).limit(1))
    if run is None:
        return None
    ended = rfc3339(run.ended_at) if run.ended_at else None
    return {"id": run.id, "started_at": rfc3339(run.started_at), "ended_at": ended, "exit_code": run.exit_code}


def _count(session: Session, where: Any, table: Any = Attempt) -> int:
    return session.scalar(select(func.count()).select_from(table).where(where)) or 0


def _by(session: Session, column: Any, where: Any) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).where(where).group_by(column)).all()
    return {str(value): int(n) for value, n in sorted(rows, key=lambda row: str(row[0]))}

"""What an operator must hear of: no news for too long, too little room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.setting_sections import AlertSettings
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Feed, Run
from pipelines.room import lacking, measure_room

NO_ARTICLES = "no-articles"


@dataclass(frozen=True)
class Alert:
    """Something that will not mend itself: its name for programs, what is wrong and what to do for people."""

    name: str
    text: str


@dataclass(frozen=True)
class Intake:
    """When feeds last brought an article (or the first run was, if they never did), and how the feeds are."""

    since: datetime | None
    feeds: int
    answered: int  #: of them, since then


def no_articles(intake: Intake, now: datetime, hours: float) -> Alert | None:
    """That nothing has come in for `hours`, while there are feeds; 0 hours: never."""
    if not hours or not intake.feeds or intake.since is None or now - intake.since < timedelta(hours=hours):
        return None
    waited = (now - intake.since) / timedelta(hours=1)
    how = f"{intake.answered} of {intake.feeds} feeds have answered since"
    then = "look at them in `aggregator status`" if intake.answered < intake.feeds else "none of them had anything new"
    return Alert(NO_ARTICLES, f"no article has come in for {waited:.0f} hours; {how}: {then}")


def find_alerts(store: Store, settings: Settings, data: Path, clock: Clock) -> list[Alert]:
    """All that is wrong now."""
    with store.read() as session:
        silent = no_articles(read_intake(session), clock.now(), settings.alert.no_articles_hours)
    room = measure_room(store, data, settings.keep)
    return [*([silent] if silent else []), *(Alert(*found) for found in lacking(room, settings.keep))]


def not_told_lately(session: Session, alerts: Sequence[Alert], now: datetime, alert: AlertSettings) -> list[Alert]:
    """Those that no run of the last `[alert] repeat_hours` told of: cron must not send the same mail every turn."""
    after = now - timedelta(hours=alert.repeat_hours)
    reports = session.scalars(select(Run.report).where(Run.started_at > after, Run.started_at <= now))
    told = {name for report in reports for name in report.get("told", [])}
    return [one for one in alerts if one.name not in told]


def read_intake(session: Session) -> Intake:
    """What came in through feeds. Imports do not count: they say nothing about feeds."""
    newest = session.scalar(select(func.max(Article.found_at)).where(Article.origin == "feed"))
    since = newest or session.scalar(select(func.min(Run.started_at)))
    feeds = session.scalar(select(func.count()).where(Feed.active)) or 0
    answered = select(func.count()).where(Feed.active, Feed.answered_at >= since) if since else None
    return Intake(since, feeds, (session.scalar(answered) or 0) if answered is not None else 0)


def paused_fetching(session: Session) -> str:
    """Why the newest run fetched nothing, or nothing."""
    report = session.scalar(
        select(Run.report).where(Run.ended_at.is_not(None)).order_by(Run.started_at.desc()).limit(1)
    )
    return str((report or {}).get("fetch_paused", ""))

"""One batch of everything: every stage drained in order, under the lock, with a report."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import distinct, func, select

from aggregator.analysis.analyse import Analyse
from aggregator.analysis.gap_day import look_for_gaps
from aggregator.analysis.vectors import SentenceVectors
from aggregator.articles.extract import Extract
from aggregator.articles.fetch import Fetch
from aggregator.articles.poll import Poll
from aggregator.clock import Clock, rfc3339
from aggregator.errors import StageFailed
from aggregator.executors import Workers
from aggregator.net.robots import product_token
from aggregator.publish.publish import Published, publish
from aggregator.settings import Settings
from aggregator.sources.outlets import OutletSpec, sync_outlets
from aggregator.stage import Stage, Tally, drain
from aggregator.store import leases
from aggregator.store.page_tables import PageRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, StoryRow
from aggregator.store.tables import Article, Document, Run
from aggregator.stories.cluster import Cluster
from aggregator.stories.embed import Embed
from aggregator.stories.life import tell_lives
from aggregator.stories.thread import Thread
from aggregator.stories.topics import Topics
from aggregator.summarise.write import Summarise
from aggregator.text import short_hash
from aggregator.types import FeedState
from pipelines.alerts import find_alerts, not_told_lately
from pipelines.lock import run_lock
from pipelines.prune import prune, prune_leftovers, prune_vectors
from pipelines.room import make_room

log = structlog.get_logger()

PUBLISH = "publish"
#: told how far a stage is: (stage, items ended now)
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Instance:
    """All that a command works on: settings, database, clock, and the outlets of the configuration."""

    settings: Settings
    store: Store
    clock: Clock
    data: Path
    outlets: tuple[OutletSpec, ...] = ()
    topics: Topics = field(default_factory=Topics)


@dataclass
class RunReport:
    """What a batch did: the one summary line, and the JSON of `--report`."""

    id: str
    started_at: datetime
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    feeds: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)
    failure: str = ""
    stopped: str = ""
    pruned: int = 0
    pruned_early: int = 0
    pruned_vectors: int = 0
    fetch_paused: str = ""
    alerts: Mapping[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    published: Published | None = None
    held: int = 0
    held_until: str = ""
    seconds: float = 0.0
    exit_code: int = 0

    def add(self, tally: Tally) -> None:
        """Take in what a stage did."""
        self.stages[tally.stage] = {
            **dict(tally.outcomes),
            "reasons": dict(sorted(tally.reasons.items())),
            "seconds": round(tally.seconds, 3),
        }

    @property
    def failed_items(self) -> int:
        """How many items failed in this batch, for now or for good."""
        return sum(stage.get("retry", 0) + stage.get("rejected", 0) for stage in self.stages.values())

    @property
    def failed_feeds(self) -> int:
        """How many of the feeds asked in this batch did not answer."""
        return sum(n for state, n in self.feeds.items() if not FeedState(state).answered)

    def as_json(self) -> dict[str, Any]:
        """Plain values, times in RFC 3339."""
        plain = asdict(self)
        return {**plain, "started_at": rfc3339(self.started_at), "failed_items": self.failed_items}

    def line(self) -> str:
        """The one summary line."""
        done = [f"{name} {stage['ok']}" for name, stage in self.stages.items() if stage.get("ok")]
        if self.published is not None and self.published.changed:
            done.append(f"publish {self.published.pages} pages ({self.published.changed} files)")
        parts = [f"{', '.join(done) or 'nothing to do'} in {self.seconds:.1f} s"]
        if self.failed_feeds:
            bad = ", ".join(f"{s} {n}" for s, n in self.feeds.items() if not FeedState(s).answered)
            parts.append(f"{self.failed_feeds} of {sum(self.feeds.values())} feeds did not answer ({bad})")
        if self.failed_items:
            parts.append(f"{self.failed_items} items failed ({self._reasons()})")
        if self.held:
            parts.append(f"{self.held} items are held by other processes until {self.held_until}")
        parts += [self.alerts[name] for name in self.told]
        if self.fetch_paused:
            parts.append(f"fetching is paused ({self.fetch_paused})")
        if self.stopped:
            parts.append(f"stopped early: {self.stopped}")
        if self.failure:
            parts.append(self.failure)
        return f"run {rfc3339(self.started_at)}: " + "; ".join(parts)

    def _reasons(self) -> str:
        reasons: dict[str, int] = {}
        for stage in self.stages.values():
            for reason, n in stage["reasons"].items():
                reasons[reason] = reasons.get(reason, 0) + n
        return ", ".join(f"{reason} {n}" for reason, n in sorted(reasons.items()))


def all_stages(settings: Settings, clock: Clock, topics: Topics) -> dict[str, Stage[Any, Any]]:
    """The pipeline, in order; `publish` follows it, which is no stage: it renders what is there."""
    languages = settings.extract.languages
    worthy = {"min_articles": settings.pages.min_articles, "min_outlets": settings.pages.min_outlets}
    cluster = Cluster(settings.cluster, settings.embed, languages, clock, settings.index)
    stages: list[Stage[Any, Any]] = [
        Poll(settings, clock),
        Fetch(settings, clock),
        Extract(settings.extract, clock, robot=product_token(settings.net.user_agent)),
        Embed(settings.embed, languages, clock),
        cluster,
        Thread(settings.threads, cluster, clock),
        SentenceVectors(settings.embed, languages, clock, **worthy),
        Analyse(settings.embed, languages, clock, topics, **worthy),
        Summarise(settings, topics, clock),
    ]
    return {stage.name: stage for stage in stages}


def drain_stage(
    instance: Instance, stage: Stage[Any, Any], stop: Callable[[], bool], progress: Progress = lambda s, n: None
) -> Tally:
    """Drain one stage on the executor that the settings name for it."""
    spec = getattr(instance.settings.executors, stage.name.removesuffix("-sentences"), "serial")
    if not _anything(instance, stage):  # starting worker processes costs more than looking
        return Tally(stage.name)
    with Workers(spec) as workers:
        return drain(
            stage,
            instance.store,
            instance.clock,
            workers=workers,
            stop=stop,
            progress=lambda n: progress(stage.name, n),
        )


def run_batch(
    instance: Instance,
    *,
    names: tuple[str, ...] = (),
    strict: bool = False,
    wait_seconds: float = 0,
    stop: Callable[[], str] = lambda: "",
    progress: Progress = lambda s, n: None,
) -> RunReport:
    """Drain the named stages (all of them by default) once, and record the run.

    `stop` gives a reason to end early, or nothing. Raises LockHeld if another run is under way.
    """
    with run_lock(instance.store, wait_seconds=wait_seconds) as lock:
        began = time.monotonic()
        report = _begin(instance)
        deadline = began + instance.settings.run.deadline_minutes * 60

        def why() -> str:
            late = "the deadline of [run] deadline_minutes" if time.monotonic() > deadline else ""
            return stop() or late or ("" if lock.still_held() else "the lock was lost")

        every = all_stages(instance.settings, instance.clock, instance.topics)
        wanted = set(names or every) - ({Fetch.name} if report.fetch_paused else set())
        stages = {name: stage for name, stage in every.items() if name in wanted}
        for name, stage in stages.items():
            if name == Summarise.name:
                tested = look_for_gaps(instance.store, instance.settings, instance.topics, instance.clock.now())
                log.info("coverage-gap", stories=tested)
            if not _run_stage(instance, stage, report, lambda: bool(why()), progress):
                break
            if reason := why():
                report.stopped = reason if name != list(stages)[-1] or _anything(instance, stage) else ""
                break
        if not report.failure and not report.stopped and (not names or PUBLISH in names):
            report.published = _publish(instance, report)
        if not names and not report.failure and not report.stopped:
            report.pruned = prune(instance.store, instance.clock, instance.settings.keep)
            prune_leftovers(instance.store, instance.clock, instance.settings)
            report.pruned_vectors = prune_vectors(instance.store, instance.clock, instance.settings)
        report.seconds = time.monotonic() - began
        _alert(instance, report)
        _end(instance, report, strict)
    return report


def _run_stage(
    instance: Instance, stage: Stage[Any, Any], report: RunReport, stop: Callable[[], bool], progress: Progress
) -> bool:
    try:
        tally = drain_stage(instance, stage, stop, progress)
    except StageFailed as error:
        log.error("stage-failed", stage=error.stage, cause=error.cause)
        report.failure = str(error)
        return False
    report.add(tally)
    if isinstance(stage, Poll):
        report.feeds = dict(sorted(stage.states.items()))
    log.info("stage", stage=stage.name, **dict(tally.outcomes), seconds=round(tally.seconds, 2))
    return True


def _publish(instance: Instance, report: RunReport) -> Published | None:
    with instance.store.write() as session:
        tell_lives(session, instance.settings, instance.clock.now())
    try:
        done = publish(instance.store, instance.settings, instance.topics, instance.data, instance.clock)
    except StageFailed as error:
        log.error("stage-failed", stage=PUBLISH, cause=error.cause)
        report.failure = str(error)
        return None
    log.info("stage", stage=PUBLISH, pages=done.pages, changed=done.changed, unchanged=done.unchanged)
    return done


def _begin(instance: Instance) -> RunReport:
    leases.free_dead_leases(instance.store)
    now = instance.clock.now()
    with instance.store.write() as session:
        sync_outlets(session, instance.outlets, instance.clock)
        number = session.scalar(select(func.count()).select_from(Run)) or 0
        report = RunReport(f"run_{short_hash(f'{now.isoformat()} {number}', 10)}", now)
        session.add(Run(id=report.id, started_at=now))
    structlog.contextvars.bind_contextvars(run=report.id)
    report.pruned_early, report.fetch_paused = make_room(instance.store, instance.data, instance.settings.keep)
    return report


def _alert(instance: Instance, report: RunReport) -> None:
    """Warn of what is wrong and was not told lately; a warning is seen under `--quiet` too."""
    alerts = find_alerts(instance.store, instance.settings, instance.data, instance.clock)
    report.alerts = {alert.name: alert.text for alert in alerts}
    with instance.store.read() as session:
        fresh = not_told_lately(session, alerts, instance.clock.now(), instance.settings.alert)
    report.told = [alert.name for alert in fresh]
    for alert in fresh:
        log.warning("alert", alert=alert.name, detail=alert.text)


def _end(instance: Instance, report: RunReport, strict: bool) -> None:
    with instance.store.write() as session:
        report.totals = {
            "articles": session.scalar(select(func.count()).select_from(Article)) or 0,
            "documents": session.scalar(select(func.count()).select_from(Document).where(Document.current)) or 0,
            "placed": session.scalar(select(func.count()).select_from(Membership)) or 0,
            "stories": session.scalar(select(func.count()).select_from(StoryRow)) or 0,
            "pages": session.scalar(select(func.count(distinct(PageRow.id)))) or 0,
        }
        held, until = leases.held_by_others(session)
        report.held, report.held_until = held, rfc3339(until) if until else ""
        report.exit_code = _exit_code(instance.settings, report, strict)
        run = session.get_one(Run, report.id)
        run.ended_at, run.exit_code, run.report = instance.clock.now(), report.exit_code, report.as_json()
    structlog.contextvars.unbind_contextvars("run")


def _exit_code(settings: Settings, report: RunReport, strict: bool) -> int:
    asked = sum(report.feeds.values())
    too_many = asked > 0 and report.failed_feeds > settings.run.fail_share * asked
    if too_many:
        report.failure = report.failure or "more feeds failed than [run] fail_share allows"
    if strict and (report.failed_items or report.failed_feeds):
        report.failure = report.failure or "items failed, and --strict was given"
    return 1 if report.failure else 0


def _anything(instance: Instance, stage: Stage[Any, Any]) -> bool:
    with instance.store.read() as session:
        return bool(stage.pending(session, 1))


@contextmanager
def stop_on_signals() -> Iterator[Callable[[], str]]:
    """SIGTERM and SIGINT let the batch in hand end and the next not begin; a second SIGINT interrupts at once."""
    asked = threading.Event()
    names: list[str] = []

    def ask(number: int, _frame: object) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        names.append(signal.Signals(number).name)
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: names[0] if asked.is_set() else ""
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

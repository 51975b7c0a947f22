"""The long-running scheduler: a batch every `[schedule] run_minutes`, on APScheduler.

Cron and this may both run: the lock decides who does, and the other waits for its next turn.
"""

import threading
from collections.abc import Callable
from datetime import UTC

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler

from aggregator.clock import wall
from aggregator.errors import LockHeld
from pipelines.batch import Instance, run_batch

log = structlog.get_logger()

_LOOK_SECONDS = 0.2


def run_for_ever(instance: Instance, stop: Callable[[], str], each: Callable[[str], None] = lambda line: None) -> None:
    """Run batches until `stop` gives a reason; the one in hand ends cleanly first.

    Late and missed turns become one (coalesce), and there is never more than one batch at a time.
    """
    scheduler = BackgroundScheduler(timezone=UTC)

    def batch() -> None:
        try:
            report = run_batch(instance, stop=stop)
        except LockHeld as error:
            log.info("turn-skipped", reason=str(error))
            return
        each(report.line())

    def note_error(event: JobExecutionEvent) -> None:
        log.error("batch-crashed", error=repr(event.exception))

    scheduler.add_listener(note_error, EVENT_JOB_ERROR)
    scheduler.add_job(
        batch,
        "interval",
        minutes=instance.settings.schedule.run_minutes,
        next_run_time=wall(),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        waiting = threading.Event()
        while not stop():
            waiting.wait(_LOOK_SECONDS)
    finally:
        scheduler.shutdown(wait=True)

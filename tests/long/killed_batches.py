"""Runs `poll`, `fetch` and `extract` in a forked copy of itself, and kills that at the moment that it is told.

`python -m tests.long.killed_batches CONFIG DATA DATABASE` takes one order a line and answers each with a line. A fork
has everything imported already, so that fifty kills do not cost fifty starts of Python.
"""

import json
import os
import select
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

STAGES = ("poll", "fetch", "extract")
#: few items a batch, so that a kill finds some of them settled and others not
BATCH = 6


@dataclass(frozen=True)
class Order:
    """Run all three stages at `now`; if `stage` is given, kill so many seconds after it has begun."""

    now: str
    stage: str = ""
    seconds: float = 0.0


@dataclass
class Outcome:
    """How that ended: the exit code (-9 for a kill), the stage it was in, and how long each one took."""

    code: int = 0
    stage: str = ""
    took: dict[str, float] = field(default_factory=dict)


def main(config: Path, data: Path, database: str) -> None:
    """Obey until the input ends."""
    import pipelines.batch  # noqa: F401 - here, since the fork's own workers import this module's head too

    for line in sys.stdin:
        order = Order(**json.loads(line))
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _run(order, config, data, database, writing)
        os.close(writing)
        outcome = _watch(order, pid, reading)
        os.close(reading)
        sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
        sys.stdout.flush()


def _run(order: Order, config: Path, data: Path, database: str, writing: int) -> None:
    """The fork's part: three batches, each announced by its name."""
    from aggregator.clock import Clock, parse_time
    from aggregator.settings import load_settings
    from aggregator.sources.outlets import load_outlets
    from aggregator.store.instance import open_store
    from pipelines.batch import Instance, all_stages, run_batch

    code = 1
    try:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # logs; the answers are the parent's
        settings = load_settings(config, environ={}, overrides={"store": {"url": database}} if database else None)
        clock = Clock(parse_time(order.now))
        store = open_store(settings, data, clock, create=True)
        instance = Instance(settings, store, clock, data, load_outlets(config))
        for stage in all_stages(settings, clock, instance.topics).values():
            type(stage).batch_size = BATCH
        for name in STAGES:
            os.write(writing, f"{name}\n".encode())
            if failure := run_batch(instance, names=(name,)).failure:
                sys.stderr.write(failure + "\n")
                break
        else:
            code = 0
        store.close()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _watch(order: Order, pid: int, reading: int) -> Outcome:
    """Follow what the fork announces, and kill it when its time has come."""
    outcome, began, kill_at = Outcome(), 0.0, float("inf")
    while True:
        left = kill_at - time.monotonic()
        ready, _, _ = select.select([reading], [], [], None if left == float("inf") else max(left, 0))
        now = time.monotonic()
        if not ready:
            os.kill(pid, signal.SIGKILL)  # not waited for yet, so it cannot be another process's number
            kill_at = float("inf")
            continue
        names = os.read(reading, 100).decode().split()
        if outcome.stage:
            outcome.took[outcome.stage] = now - began
        if not names:
            outcome.code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            return outcome
        outcome.stage, began = names[-1], now
        if order.stage == outcome.stage:
            kill_at = now + order.seconds


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from sqlalchemy import func, select

from aggregator.clock import Clock
from aggregator.setting_sections import ScheduleSettings
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.store.tables import Lock, Run
from pipelines import schedule
from pipelines.batch import Instance, RunReport
from pipelines.lock import run_lock
from pipelines.schedule import run_for_ever

TURN_SECONDS = 0.1
ENOUGH_SECONDS = 20


@pytest.fixture
def instance(sqlite: Store, tmp_path: Path) -> Instance:
    """An instance without outlets, whose turn comes ten times a second."""
    return Instance(Settings(schedule=ScheduleSettings(run_minutes=TURN_SECONDS / 60)), sqlite, Clock(), tmp_path)


def stop_once(enough: Callable[[], bool]) -> Callable[[], str]:
    deadline = time.monotonic() + ENOUGH_SECONDS

    def stop() -> str:
        assert time.monotonic() < deadline, "what the test waits for did not happen"
        return "enough" if enough() else ""

    return stop


def runs(store: Store, *where: object) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Run).where(*where)) or 0


def test_batches_run_one_after_another_until_told_to_stop(instance: Instance) -> None:
    lines: list[str] = []
    run_for_ever(instance, stop_once(lambda: len(lines) >= 3), each=lines.append)
    assert all(line.startswith("run ") for line in lines)
    assert runs(instance.store) >= 3
    assert runs(instance.store, Run.ended_at.is_(None)) == 0


def test_the_first_batch_does_not_wait_for_its_interval(sqlite: Store, tmp_path: Path) -> None:
    hourly = Instance(Settings(schedule=ScheduleSettings(run_minutes=60)), sqlite, Clock(), tmp_path)
    lines: list[str] = []
    run_for_ever(hourly, stop_once(lambda: bool(lines)), each=lines.append)
    assert len(lines) == 1


def test_stopping_leaves_no_thread_and_no_lock_behind(instance: Instance) -> None:
    before = set(threading.enumerate())
    lines: list[str] = []
    run_for_ever(instance, stop_once(lambda: bool(lines)), each=lines.append)
    assert set(threading.enumerate()) == before
    with instance.store.read() as session:
        assert session.scalars(select(Lock)).all() == []


def test_the_batch_in_hand_ends_before_the_scheduler_does(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow_batch(instance: Instance, *, stop: Callable[[], str]) -> RunReport:
        begun.set()
        time.sleep(0.5)
        ended.set()
        return RunReport("run_x", instance.clock.now())

    monkeypatch.setattr(schedule, "run_batch", slow_batch)
    run_for_ever(instance, stop_once(begun.is_set))
    assert ended.is_set()


def test_a_turn_is_skipped_while_another_run_holds_the_lock(instance: Instance) -> None:
    lines: list[str] = []
    with structlog.testing.capture_logs() as logs:
        with run_lock(instance.store):
            skipped = stop_once(lambda: sum(log["event"] == "turn-skipped" for log in logs) >= 2)
            run_for_ever(instance, skipped, each=lines.append)
            assert (lines, runs(instance.store)) == ([], 0)
        run_for_ever(instance, stop_once(lambda: bool(lines)), each=lines.append)
    assert runs(instance.store) >= 1
    assert all("another run holds the lock" in log["reason"] for log in logs if log["event"] == "turn-skipped")


def test_a_batch_that_crashes_is_told_and_the_next_turn_comes(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[int] = []

    def crash(instance: Instance, *, stop: Callable[[], str]) -> RunReport:
        turns.append(1)
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(schedule, "run_batch", crash)
    with structlog.testing.capture_logs() as logs:
        run_for_ever(instance, stop_once(lambda: len(turns) >= 2))
    assert "a bug" in next(log["error"] for log in logs if log["event"] == "batch-crashed")

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import delete, select

from aggregator.clock import Clock, wall
from aggregator.errors import LockHeld
from aggregator.settings import Settings
from aggregator.store.leases import this_owner
from aggregator.store.sessions import Store
from aggregator.store.tables import Lock, Run
from pipelines import lock
from pipelines.batch import Instance, run_batch
from pipelines.lock import HOLD, run_lock


def held_by(store: Store, owner: str, *, left: timedelta = HOLD) -> None:
    with store.write() as session:
        session.merge(Lock(name="run", owner=owner, token="theirs", until=wall() + left))


def owners(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Lock.owner)))


def dead_owner() -> str:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True) as process:
        host = this_owner().rsplit(":", 2)[0]
        owner = f"{host}:{process.pid}:{psutil.Process(process.pid).create_time():.2f}"
        process.communicate("\n")
    return owner


def test_a_second_holder_is_refused_and_told_the_owner(store: Store) -> None:
    with run_lock(store):
        with pytest.raises(LockHeld) as caught, run_lock(store):
            pass
        assert this_owner() in str(caught.value)
        assert owners(store) == [this_owner()]
    assert owners(store) == []


def test_a_lock_is_free_again_after_an_error(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), run_lock(store):
        raise ZeroDivisionError
    with run_lock(store):
        pass


def test_locks_of_different_names_do_not_meet(store: Store) -> None:
    with run_lock(store), run_lock(store, "replay"):
        assert len(owners(store)) == 2


def test_only_one_of_many_at_once_gets_the_lock(store: Store) -> None:
    start, holding, refused = threading.Barrier(6), threading.Event(), []
    got: list[int] = []

    def try_it(number: int) -> None:
        start.wait()
        try:
            with run_lock(store):
                got.append(number)
                holding.wait(20)
        except LockHeld:
            refused.append(number)
            if len(refused) == 5:
                holding.set()

    threads = [threading.Thread(target=try_it, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(refused)) == (1, 5)


def test_the_lock_of_a_process_that_died_is_taken_at_once(store: Store) -> None:
    held_by(store, dead_owner())
    with run_lock(store):
        assert owners(store) == [this_owner()]


def test_the_lock_of_another_host_is_respected_until_its_time_is_up(store: Store) -> None:
    other = f"not-{socket.gethostname()}:1:1.00"
    held_by(store, other)
    with pytest.raises(LockHeld, match="not-"), run_lock(store):
        pass
    held_by(store, other, left=timedelta(seconds=-1))
    with run_lock(store):
        assert owners(store) == [this_owner()]


def test_a_live_holder_on_this_host_keeps_the_lock_even_when_its_time_is_up(store: Store) -> None:
    held_by(store, this_owner(), left=timedelta(hours=-1))
    with pytest.raises(LockHeld), run_lock(store):
        pass


def test_waiting_gets_the_lock_once_the_other_run_ends(store: Store) -> None:
    holding, ended = threading.Event(), []

    def hold() -> None:
        with run_lock(store):
            holding.set()
            time.sleep(0.4)
            ended.append(time.monotonic())

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait()
    with run_lock(store, wait_seconds=30):
        assert time.monotonic() >= ended[0]
    thread.join()


def test_waiting_ends_when_its_time_is_up(store: Store) -> None:
    began = time.monotonic()
    with run_lock(store), pytest.raises(LockHeld), run_lock(store, wait_seconds=0.3):
        pass
    assert 0.3 <= time.monotonic() - began < 10


def soon(holds: Callable[[], object]) -> bool:
    """Whether it comes to hold within ten seconds."""
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(holds())


def test_a_lock_is_renewed_now_and_then(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "BEAT_SECONDS", 0.05)

    def until() -> datetime:
        with store.read() as session:
            return session.scalars(select(Lock.until)).one()

    with run_lock(store) as held:
        first = until()
        assert soon(lambda: until() > first)
        assert held.still_held()


def test_a_lost_lock_is_noticed_and_the_new_owners_is_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "BEAT_SECONDS", 0.05)
    with run_lock(store) as held:
        held_by(store, "thief:1:1.00")
        assert soon(lambda: not held.still_held())
    assert owners(store) == ["thief:1:1.00"]


@pytest.mark.parametrize("lose", [True, False])
def test_a_batch_ends_early_when_its_lock_was_lost(
    store: Store, settings: Settings, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: bool
) -> None:
    monkeypatch.setattr(lock, "BEAT_SECONDS", 0.05)

    def look() -> str:
        if lose:
            with store.write() as session:
                session.execute(delete(Lock))
            time.sleep(1)
        return ""

    report = run_batch(Instance(settings, store, clock, tmp_path), stop=look)
    assert report.stopped == ("the lock was lost" if lose else "")
    with store.read() as session:
        assert session.scalars(select(Run.ended_at)).one() == clock.now()


@pytest.mark.parametrize("names", [(), ("embed",)])
def test_a_batch_leaves_nothing_behind_when_another_holds_the_lock(
    store: Store, settings: Settings, clock: Clock, tmp_path: Path, names: tuple[str, ...]
) -> None:
    instance = Instance(settings, store, clock, tmp_path)
    with run_lock(store), pytest.raises(LockHeld):
        run_batch(instance, names=names)
    with store.read() as session:
        assert session.scalars(select(Run)).all() == []
    run_batch(instance, names=names)
    assert owners(store) == []

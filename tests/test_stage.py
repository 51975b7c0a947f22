"""The stage loop, on a toy stage that doubles the numbers of `hosts` rows: promises that every stage rests on."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, repeat

import psutil
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aggregator.clock import Clock, wall
from aggregator.errors import ConfigError, ItemError, Rejected, Retryable, StageFailed
from aggregator.executors import Workers
from aggregator.stage import Stage, drain
from aggregator.store import leases
from aggregator.store.sessions import Store
from aggregator.store.tables import Attempt, Host


@dataclass(frozen=True)
class Number:
    key: str
    input_sha: str


class Double(Stage[Number, str]):
    """Hosts named n0, n1, … are done when their `robots` says so. What happens to each is in `fate`."""

    name = "double"
    batch_size = 4
    lease = timedelta(minutes=5)

    def __init__(self, clock: Clock, fate: dict[str, object] | None = None) -> None:
        self.clock, self.fate = clock, fate or {}

    def pending(self, session: Session, limit: int) -> Sequence[Number]:
        free = leases.available(self.name, Host.host, "v1", self.clock.now())
        query = select(Host.host).where(Host.robots == "", free).order_by(Host.host).limit(limit)
        return [Number(key, "v1") for key in session.scalars(query)]

    def process(self, batch: Sequence[Number]) -> Sequence[str | ItemError]:
        return [self._one(item) for item in batch]

    def _one(self, item: Number) -> str | ItemError:
        fate = self.fate.get(item.key)
        if fate == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if isinstance(fate, ItemError):
            return fate
        if isinstance(fate, Exception):
            raise fate
        return item.key

    def save(self, session: Session, results: Sequence[str]) -> None:
        session.execute(update(Host).where(Host.host.in_(results)).values(robots="done"))


def fill(store: Store, count: int = 10) -> None:
    with store.write() as session:
        session.add_all(Host(host=f"n{n}") for n in range(count))


def done(store: Store) -> set[str]:
    with store.read() as session:
        return set(session.scalars(select(Host.host).where(Host.robots == "done")))


def attempt(store: Store, key: str) -> Attempt | None:
    with store.read() as session:
        return session.get(Attempt, ("double", key))


def test_drain_takes_everything_in_batches_and_a_second_drain_finds_nothing(store: Store, clock: Clock) -> None:
    fill(store)

    tally = drain(Double(clock), store, clock)

    assert tally.outcomes == {"ok": 10}
    assert len(done(store)) == 10
    assert not drain(Double(clock), store, clock).outcomes
    assert attempt(store, "n0") is None


def test_a_rejected_item_is_buried_with_its_reason_and_not_tried_again(store: Store, clock: Clock) -> None:
    fill(store)
    stage = Double(clock, {"n3": Rejected("no-text", "a menu")})

    tally = drain(stage, store, clock)

    assert (tally.ok, tally.outcomes["rejected"], tally.reasons) == (9, 1, {"no-text": 1})
    row = attempt(store, "n3")
    assert row is not None
    assert (row.buried, row.reason, row.detail, row.token) == (True, "no-text", "a menu", None)
    clock.move(clock.now() + timedelta(days=9))
    assert not drain(stage, store, clock).outcomes


def test_a_retryable_item_comes_back_when_its_time_has_come(store: Store, clock: Clock) -> None:
    fill(store)
    stage = Double(clock, {"n3": Retryable("timeout", after=timedelta(hours=1))})

    assert drain(stage, store, clock).outcomes["retry"] == 1
    assert not drain(stage, store, clock).outcomes

    clock.move(clock.now() + timedelta(minutes=61))
    assert drain(Double(clock), store, clock).outcomes == {"ok": 1}


def test_an_item_is_given_up_after_five_tries(store: Store, clock: Clock) -> None:
    fill(store, 1)
    stage = Double(clock, {"n0": Retryable("timeout")})

    for _ in range(5):
        drain(stage, store, clock)
        clock.move(clock.now() + timedelta(days=1))

    row = attempt(store, "n0")
    assert row is not None
    assert (row.tries, row.buried) == (5, True)


def test_an_exception_costs_its_own_item_only(store: Store, clock: Clock) -> None:
    fill(store)

    tally = drain(Double(clock, {"n5": ValueError("odd")}), store, clock)

    assert (tally.ok, tally.reasons) == (9, {"crashed": 1})
    row = attempt(store, "n5")
    assert row is not None
    assert "ValueError: odd" in row.detail


def test_the_same_exception_on_every_item_fails_the_stage_and_counts_no_try(store: Store, clock: Clock) -> None:
    fill(store)
    stage = Double(clock, {f"n{n}": ValueError("broken") for n in range(10)})

    with pytest.raises(StageFailed, match="ValueError: broken"):
        drain(stage, store, clock)

    assert attempt(store, "n0") is None
    assert drain(Double(clock), store, clock).ok == 10


def test_a_missing_module_fails_the_stage_even_on_one_item(store: Store, clock: Clock) -> None:
    fill(store)

    with pytest.raises(StageFailed, match="ModuleNotFoundError"):
        drain(Double(clock, {"n0": ModuleNotFoundError("torch")}), store, clock)

    assert attempt(store, "n0") is None


@pytest.mark.parametrize("spec", ["processes:2", "dask:local:2"])
def test_an_item_that_kills_its_worker_costs_only_itself(sqlite: Store, clock: Clock, spec: str) -> None:
    fill(sqlite)

    with Workers(spec) as workers:
        tally = drain(Double(clock, {"n6": "die"}), sqlite, clock, workers=workers)

    assert (tally.ok, tally.reasons) == (9, {"killed-worker": 1})
    assert done(sqlite) == {f"n{n}" for n in range(10)} - {"n6"}


@pytest.mark.parametrize("spec", ["serial", "threads:3", "processes:2"])
def test_every_executor_gives_the_same(sqlite: Store, clock: Clock, spec: str) -> None:
    fill(sqlite, 30)

    with Workers(spec) as workers:
        tally = drain(Double(clock, {"n6": Rejected("no")}), sqlite, clock, workers=workers)

    assert tally.outcomes == {"ok": 29, "rejected": 1}


def test_two_drains_at_once_never_share_an_item(store: Store, clock: Clock) -> None:
    fill(store)
    stage = Double(clock)

    first = leases.claim(store, "double", stage.pending, 4, stage.lease)
    second = leases.claim(store, "double", stage.pending, 100, stage.lease)

    assert {item.key for item in first.items}.isdisjoint({item.key for item in second.items})
    assert len(first.items) + len(second.items) == 10


def test_a_worker_that_lost_its_lease_changes_nothing(store: Store, clock: Clock) -> None:
    fill(store, 1)
    stage = Double(clock)
    late = leases.claim(store, "double", stage.pending, 1, timedelta(seconds=-1))
    other = leases.claim(store, "double", stage.pending, 1, stage.lease)

    with store.write() as session:
        assert leases.release(session, "double", late.token, ["n0"]) == set()
    row = attempt(store, "n0")
    assert row is not None
    assert row.token == other.token


def test_the_items_of_a_dead_owner_are_free_at_once_and_no_try_is_counted(store: Store, clock: Clock) -> None:
    fill(store)
    stage = Double(clock)
    leases.claim(store, "double", stage.pending, 4, stage.lease)
    with store.write() as session:
        host = leases.this_owner().rsplit(":", 2)[0]
        session.execute(update(Attempt).values(owner=f"{host}:999999:1.0"))

    assert leases.free_dead_leases(store) == 4

    row = attempt(store, "n0")
    assert row is not None
    assert (row.tries, row.deaths) == (0, 1)
    assert drain(stage, store, clock).ok == 10


def test_a_live_owner_keeps_its_items(store: Store, clock: Clock) -> None:
    fill(store)
    leases.claim(store, "double", Double(clock).pending, 4, timedelta(minutes=5))

    assert leases.free_dead_leases(store) == 0
    with store.read() as session:
        held = session.scalars(select(Attempt.key).where(Attempt.leased_until > wall())).all()
    assert len(held) == 4


def test_an_item_whose_owners_keep_dying_is_tried_alone_and_not_given_up(sqlite: Store, clock: Clock) -> None:
    fill(sqlite)
    with sqlite.write() as session:
        session.add(Attempt(stage="double", key="n2", input_sha="v1", deaths=3))

    tally = drain(Double(clock, {"n2": "die"}), sqlite, clock)  # in this very process, were it not isolated

    assert (tally.ok, tally.reasons) == (9, {"killed-worker": 1})


def test_a_changed_input_starts_afresh(store: Store, clock: Clock) -> None:
    fill(store, 1)
    with store.write() as session:
        session.add(Attempt(stage="double", key="n0", input_sha="v0", tries=5, buried=True, reason="no-text"))

    assert drain(Double(clock), store, clock).ok == 1


def test_stop_ends_between_batches_and_leaves_nothing_leased(store: Store, clock: Clock) -> None:
    fill(store)
    looks: Iterator[bool] = chain([False], repeat(True))

    tally = drain(Double(clock), store, clock, stop=lambda: next(looks))

    assert tally.ok == 4
    with store.read() as session:
        assert not session.scalars(select(Attempt)).all()


def test_a_stage_that_saves_nothing_is_told_apart_from_one_that_works(sqlite: Store, clock: Clock) -> None:
    class Forgetful(Double):
        def save(self, session: Session, results: Sequence[str]) -> None:
            """Forget everything."""

    fill(sqlite)

    with pytest.raises(StageFailed, match="still pending"):
        drain(Forgetful(clock), sqlite, clock)


def test_a_row_that_conflicts_with_another_costs_only_itself_and_is_tried_again(store: Store, clock: Clock) -> None:
    class Greedy(Double):
        def save(self, session: Session, results: Sequence[str]) -> None:
            for key in results:
                session.execute(update(Host).where(Host.host == key).values(host=None if key == "n1" else key))
            super().save(session, results)

    fill(store)

    tally = drain(Greedy(clock), store, clock)

    assert (tally.outcomes, tally.reasons) == ({"ok": 9, "retry": 1}, {"not-storable": 1})


def test_a_setting_that_cannot_work_fails_the_stage_and_buries_nothing(store: Store, clock: Clock) -> None:
    fill(store, 1)

    with pytest.raises(StageFailed, match="no such model"):
        drain(Double(clock, {"n0": ConfigError("no such model")}), store, clock)

    assert attempt(store, "n0") is None


def test_a_pool_whose_idle_worker_died_is_made_anew(sqlite: Store, clock: Clock) -> None:
    fill(sqlite)

    with Workers("processes:2") as workers:
        workers.result(workers.submit(os.getpid))
        for child in psutil.Process().children(recursive=True):
            if "forkserver" not in " ".join(child.cmdline()) or child.children():
                continue
            child.kill()
        time.sleep(0.5)
        tally = drain(Double(clock), sqlite, clock, workers=workers)

    assert tally.ok == 10


def test_digging_up_lets_buried_items_be_tried_again(store: Store, clock: Clock) -> None:
    fill(store)
    drain(Double(clock, {"n3": Rejected("no-text")}), store, clock)

    with store.write() as session:
        assert leases.dig_up(session, "double") == 1

    assert drain(Double(clock), store, clock).outcomes == {"ok": 1}


@dataclass
class Seen:
    """Progress as it was told."""

    ended: list[int] = field(default_factory=list)


def test_progress_is_told_what_each_batch_ended(sqlite: Store, clock: Clock) -> None:
    fill(sqlite)
    seen = Seen()

    drain(Double(clock), sqlite, clock, progress=seen.ended.append)

    assert seen.ended == [4, 4, 2]

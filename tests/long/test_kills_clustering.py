"""`cluster` is killed by SIGKILL within open and closed slices: the next run gives the same stories, ids included."""

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from aggregator.store.leases import free_dead_leases
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.stories.rebuild import stories
from benchmarks.soundness import faults
from tests.stories.test_open_slices import DAYS, NEWS, at, come, run

pytestmark = pytest.mark.long

TURNS = 6


def made(file: Path) -> Store:
    store = Store(f"sqlite:///{file}")
    upgrade(store)
    return store


def test_a_kill_within_every_run_changes_nothing(tmp_path: Path) -> None:
    whole, killed, chance = made(tmp_path / "whole.sqlite"), made(tmp_path / "killed.sqlite"), random.Random(20261126)
    kills, seconds = 0, 0.0
    for day in range(DAYS + 1):
        for turn in range(TURNS):
            now = at(day, 24 * (turn + 1) / TURNS - 0.1)
            news = [one for one in NEWS if at(day, 24 * turn / TURNS) <= one[2] < at(day, 24 * (turn + 1) / TURNS)]
            come(whole, news)
            come(killed, news)
            began = time.monotonic()
            run(whole, now)
            seconds = time.monotonic() - began

            killed.close()
            worker = multiprocessing.get_context("fork").Process(target=run, args=(killed, now))
            worker.start()
            worker.join(chance.uniform(0, seconds))
            if worker.pid is not None and worker.is_alive():
                os.kill(worker.pid, signal.SIGKILL)
                kills += 1
            worker.join()
            free_dead_leases(killed)  # as every run does when it begins
            run(killed, now)

    assert kills >= 20
    with whole.read() as one, killed.read() as other:
        assert stories(other) == stories(one)
        assert faults(other) == []

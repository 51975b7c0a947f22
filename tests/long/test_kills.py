"""`aggregator run` is killed at random moments and run again at once: nothing is lost, nothing doubled."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from aggregator.publish.publish import publish
from aggregator.store.tables import Run
from tests.newsroom import CONFIG, differences, exports, replayed, sample_instance

pytestmark = pytest.mark.long

KILLS = 20
ROOT = Path(__file__).parent.parent.parent


def start(data: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "aggregator", "--config", str(CONFIG), "--data", str(data), "run"]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    with sample_instance(tmp_path / "whole") as instance:
        began = time.monotonic()
        replayed(instance)
        seconds = time.monotonic() - began
        expected = exports(instance)
    data, dice, kills = tmp_path / "killed", random.Random(20261010), 0
    while kills < KILLS:
        with start(data) as process:
            time.sleep(dice.uniform(0.3, 4 + 1.5 * seconds / KILLS))
            workers = psutil.Process(process.pid).children(recursive=True)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
            process.wait()
            psutil.wait_procs(workers, timeout=5)
            assert not [worker for worker in workers if worker.is_running() and "resource_tracker" not in _name(worker)]
        if kills == KILLS // 2 and (data / "aggregator.sqlite").exists():
            with sample_instance(data) as instance, instance.store.read() as session:
                assert session.query(Run).count() > 0
        if process.returncode == 0 and kills < KILLS:  # the replay has ended: kill what is left on a fresh instance
            data = data.with_name(data.name + "+")
    with start(data) as process:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()[-2000:]

    with sample_instance(data, tick=-1) as instance:
        assert differences(exports(instance), expected) == []
        for kept in data.glob(".published*"):
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
        made = publish(instance.store, instance.settings, instance.topics, data, instance.clock)
        assert made.changed == 0  # the site is what a publish from nothing makes


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return "resource_tracker"

"""The sample newsroom on a local Dask cluster of processes, one of whose workers is killed in the middle."""

import threading
import time
from pathlib import Path

import psutil
import pytest

from aggregator.settings import Settings
from aggregator.store.story_tables import EmbeddingRow
from aggregator.store.tables import Document
from tests.newsroom import differences, exports, replayed, sample_instance, settings_with

pytestmark = pytest.mark.long


def few_ticks(**executors: str) -> Settings:
    """Three ticks of the replay, an edit between the first two: a cluster is started for each stage of each tick."""
    settings = settings_with(**executors)
    every = settings.sample.ticks
    sample = settings.sample.model_copy(update={"ticks": (every[4], every[5], every[-1])})
    return settings.model_copy(update={"sample": sample})


def test_a_dask_worker_killed_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    with sample_instance(tmp_path / "serial", few_ticks(extract="serial", embed="serial")) as instance:
        replayed(instance)
        reference = exports(instance)
    killed: list[int] = []

    def kill_one() -> None:
        """Kill the first worker that has been busy for a while."""
        for _ in range(3000):
            for child in psutil.Process().children(recursive=True):
                try:
                    command = " ".join(child.cmdline())
                    busy = child.cpu_times().user
                except psutil.NoSuchProcess:
                    continue
                if "spawn_main" in command and busy > 2.0:
                    child.kill()
                    killed.append(child.pid)
                    return
            time.sleep(0.1)

    killer = threading.Thread(target=kill_one, daemon=True)
    dask = few_ticks(extract="dask:local:2", embed="dask:local:2")
    with sample_instance(tmp_path / "dask", dask) as instance:
        killer.start()
        reports = replayed(instance)
        found = exports(instance)
        with instance.store.read() as session:
            assert session.query(Document).count() == session.query(EmbeddingRow).count() + 2
    assert killed
    assert all(report.exit_code == 0 for report in reports)
    assert differences(found, reference) == []

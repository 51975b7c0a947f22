"""The same newsroom gives the same exports, byte for byte, on both databases, in processes and in one."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from aggregator.setting_sections import StoreSettings
from tests.newsroom import Replay, differences, exports, replayed, sample_instance, settings_with


@pytest.mark.long  # a second replay of the whole sample
def test_postgresql_in_one_process_gives_what_sqlite_with_worker_processes_gives(
    replay: Replay, tmp_path: Path, postgres_url: str
) -> None:
    with replay.copied(tmp_path / "sqlite") as instance:
        assert instance.settings.executors.extract == "processes:2"
        expected = exports(instance)
    settings = settings_with(extract="serial", embed="serial")
    settings = settings.model_copy(update={"store": StoreSettings(url=SecretStr(postgres_url))})

    with sample_instance(tmp_path / "postgresql", settings) as instance:
        replayed(instance)
        found = exports(instance)

    assert differences(found, expected) == []

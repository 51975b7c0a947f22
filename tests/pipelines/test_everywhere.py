"""The same newsroom gives the same exports, byte for byte, on every database and every executor."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from aggregator.settings import StoreSettings
from tests.newsroom import exports, replayed, sample_instance, settings_with


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """SQLite, everything serial."""
    with sample_instance(
        tmp_path_factory.mktemp("serial"), settings_with(extract="serial", embed="serial")
    ) as instance:
        replayed(instance)
        return exports(instance)


@pytest.fixture
def replay_on(tmp_path: Path) -> Callable[..., dict[str, str]]:
    def run(url: str = "", **executors: str) -> dict[str, str]:
        settings = settings_with(**executors)
        if url:
            settings = settings.model_copy(update={"store": StoreSettings(url=SecretStr(url))})
        with sample_instance(tmp_path, settings) as instance:
            replayed(instance)
            return exports(instance)

    return run


def test_postgresql_gives_what_sqlite_gives(
    reference: dict[str, str], replay_on: Callable[..., dict[str, str]], postgres_url: str
) -> None:
    assert replay_on(postgres_url, extract="serial") == reference


def test_worker_processes_give_what_one_process_gives(
    reference: dict[str, str], replay_on: Callable[..., dict[str, str]]
) -> None:
    assert replay_on(extract="processes:2") == reference

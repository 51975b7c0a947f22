"""A furnished desk, over each kind of database or over SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.clock import Clock
from aggregator.store.sessions import Store
from tests.conftest import NOW
from tests.desk.rooms import Room, furnish


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes) -> bytes:
    """A furnished SQLite database, made once."""
    file = tmp_path_factory.mktemp("furnished") / "furnished.sqlite"
    file.write_bytes(sqlite_template)
    store = Store(f"sqlite:///{file}")
    furnish(store, Clock(NOW))
    store.close()
    return file.read_bytes()


@pytest.fixture
def room(furnished: bytes, clock: Clock, tmp_path: Path) -> Iterator[Room]:
    """A desk over SQLite."""
    file = tmp_path / "desk.sqlite"
    file.write_bytes(furnished)
    store = Store(f"sqlite:///{file}")
    yield Room(store, tmp_path / "data", clock)
    store.close()


@pytest.fixture
def either(store: Store, clock: Clock, tmp_path: Path) -> Room:
    """A desk over each kind of database."""
    furnish(store, clock)
    return Room(store, tmp_path / "data", clock)

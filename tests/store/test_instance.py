"""The database of an instance: made when asked for, and never taken for another's."""

import multiprocessing
import subprocess
import sys
import uuid
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from aggregator.clock import Clock
from aggregator.errors import ConfigError, InstanceMismatch, StoreError
from aggregator.setting_sections import InstanceSettings, StoreSettings
from aggregator.settings import Settings
from aggregator.store.instance import DATABASE, database_url, open_store
from aggregator.store.migrate import SchemaState, has_drifted, schema_state
from aggregator.store.sessions import Store
from aggregator.store.tables import Instance


def named(name: str, *, sample: bool = False, url: str = "") -> Settings:
    return Settings(
        instance=InstanceSettings(name=name, sample=sample), store=StoreSettings.model_validate({"url": url})
    )


def instances(store: Store) -> list[tuple[int, str, bool]]:
    with store.read() as session:
        return [(row.id, row.name, row.sample) for row in session.scalars(select(Instance))]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "var" / "data"


@pytest.fixture
def empty_postgres(postgres: str) -> Iterator[str]:
    """The address of a PostgreSQL database without a table."""
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    name = "i" + uuid.uuid4().hex[:12]
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield postgres.replace("/postgres?", f"/{name}?")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_an_empty_place_gets_a_migrated_database_that_knows_its_instance(data: Path, clock: Clock) -> None:
    store = open_store(named("ours"), data, clock, create=True)

    assert schema_state(store) is SchemaState.CURRENT
    assert has_drifted(store) == ""
    assert instances(store) == [(1, "ours", False)]
    with store.read() as session:
        assert session.scalars(select(Instance.created_at)).one() == clock.now()
    store.close()


def test_nothing_is_made_unless_asked_for(data: Path, clock: Clock) -> None:
    with pytest.raises(ConfigError, match="no database yet") as caught:
        open_store(named("ours"), data, clock, create=False)

    assert caught.value.file == data
    assert "aggregator run" in caught.value.fix
    assert not data.exists()


def test_an_empty_database_elsewhere_is_not_migrated_unless_asked_for(
    empty_postgres: str, data: Path, clock: Clock
) -> None:
    with pytest.raises(ConfigError, match="database is empty"):
        open_store(named("ours", url=empty_postgres), data, clock, create=False)

    opened = Store(empty_postgres)
    assert schema_state(opened) is SchemaState.EMPTY
    opened.close()


def test_a_database_that_is_there_is_opened_as_it_is(data: Path, clock: Clock) -> None:
    open_store(named("ours"), data, clock, create=True).close()

    for create in (False, True):
        store = open_store(named("ours"), data, Clock(), create=create)
        assert instances(store) == [(1, "ours", False)]
        with store.read() as session:
            assert session.scalars(select(Instance.created_at)).one() == clock.now()
        store.close()


@pytest.mark.parametrize("other", [named("theirs"), named("ours", sample=True)])
def test_the_database_of_another_instance_is_refused(data: Path, clock: Clock, other: Settings) -> None:
    open_store(named("ours"), data, clock, create=True).close()

    for create in (False, True):
        with pytest.raises(InstanceMismatch, match="'ours'") as caught:
            open_store(other, data, clock, create=create)
        assert caught.value.key == "instance.name"

    store = open_store(named("ours"), data, clock, create=False)
    assert instances(store) == [(1, "ours", False)]
    store.close()


def test_the_database_of_another_instance_ends_a_command_with_2(data: Path, clock: Clock, tmp_path: Path) -> None:
    open_store(named("ours"), data, clock, create=True).close()
    (tmp_path / "pipeline.toml").write_text('[instance]\nname = "theirs"\n')

    done = subprocess.run(
        [sys.executable, "-m", "aggregator", "--config", tmp_path, "--data", data, "status"],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 2
    assert "'theirs'" in done.stderr
    assert "'ours'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_database_is_refused_and_kept(data: Path, clock: Clock) -> None:
    data.mkdir(parents=True)
    (data / DATABASE).write_text("the operator's shopping list" * 100)

    with pytest.raises(StoreError, match="file is not a database"):
        open_store(named("ours"), data, clock, create=True)

    assert (data / DATABASE).read_text().startswith("the operator's shopping list")


def test_a_database_with_a_newer_schema_is_refused(data: Path, clock: Clock) -> None:
    store = open_store(named("ours"), data, clock, create=True)
    with store.write() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    store.close()

    with pytest.raises(StoreError, match="newer than this program"):
        open_store(named("ours"), data, clock, create=True)


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ConfigError, match="cannot be made") as caught:
        open_store(named("ours"), tmp_path / "file" / "data", clock, create=True)

    assert caught.value.file == tmp_path / "file" / "data"
    assert "--data" in caught.value.fix


def test_a_data_directory_that_cannot_be_written_is_named(data: Path, clock: Clock) -> None:
    (data / ".migrate.lock").mkdir(parents=True)  # where not even root can make the file

    with pytest.raises(ConfigError, match="cannot be written") as caught:
        open_store(named("ours"), data, clock, create=True)

    assert caught.value.file == data


def test_the_database_is_in_the_data_directory_unless_an_address_is_set(data: Path) -> None:
    assert database_url(named("ours"), data) == f"sqlite:///{data / DATABASE}"
    assert database_url(named("ours", url="postgresql://h/n"), data) == "postgresql://h/n"


def open_it(url: str, data: Path, start: Barrier) -> None:
    start.wait(60)
    open_store(named("ours", url=url), data, Clock(), create=True).close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_processes_can_open_an_empty_place_at_once(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """On PostgreSQL they may be on two hosts: each has a data directory of its own."""
    url = request.getfixturevalue("empty_postgres") if kind == "postgresql" else ""
    places = [tmp_path / "a", tmp_path / ("b" if url else "a")]
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(len(places))

    processes = [context.Process(target=open_it, args=(url, place, start)) for place in places]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0]
    store = open_store(named("ours", url=url), places[0], Clock(), create=False)
    assert instances(store) == [(1, "ours", False)]
    store.close()

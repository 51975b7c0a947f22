"""Migrations lead from an empty database to the models, on both databases, and harm nothing."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, create_engine, inspect, select, text
from sqlalchemy.exc import IntegrityError

from aggregator.articles.urls import article_id
from aggregator.clock import Clock
from aggregator.errors import StoreError
from aggregator.sources.ledger import tags
from aggregator.sources.outlets import load_outlets, sync_outlets
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.migrate import SchemaState, _config, has_drifted, schema_state, upgrade
from aggregator.store.sessions import Store
from aggregator.store.tables import Alias, Appearance, Base, Feed, Host
from aggregator.types import Lean


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server = request.getfixturevalue("postgres")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    name = "e" + uuid.uuid4().hex[:12]
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.replace("/postgres?", f"/{name}?")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def empty(empty_url: str) -> Iterator[Store]:
    opened = Store(empty_url)
    yield opened
    opened.close()


def test_an_empty_database_becomes_what_the_models_say(empty: Store) -> None:
    assert schema_state(empty) is SchemaState.EMPTY

    upgrade(empty)

    assert schema_state(empty) is SchemaState.CURRENT
    assert has_drifted(empty) == ""


def test_every_table_index_and_column_of_the_models_is_there(store: Store) -> None:
    found = inspect(store.engine)

    assert set(found.get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    for name, table in Base.metadata.tables.items():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        assert columns == {column.name: column.nullable for column in table.columns}
        assert {index["name"] for index in found.get_indexes(name)} == {index.name for index in table.indexes}
        keys = {tuple(key["constrained_columns"]) for key in found.get_foreign_keys(name)}
        assert keys == {(column.name,) for column in table.columns if column.foreign_keys}


def test_a_model_that_the_schema_lacks_is_found(store: Store) -> None:
    with store.write() as session:
        session.execute(text("drop table locks"))

    assert "locks" in has_drifted(store)


def test_upgrading_twice_is_harmless(store: Store) -> None:
    with store.write() as session:
        session.add(Host(host="kept"))

    upgrade(store)

    assert has_drifted(store) == ""
    with store.read() as session:
        assert session.get(Host, "kept") is not None


def test_two_upgrades_at_once_wait_for_each_other(empty: Store, empty_url: str) -> None:
    other = Store(empty_url)
    try:
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(upgrade, empty), pool.submit(upgrade, other)]:
                done.result()
    finally:
        other.close()

    assert has_drifted(empty) == ""


def test_an_upgrade_that_fails_leaves_nothing_behind(empty: Store) -> None:
    with empty.write() as session:
        session.execute(text("create table stories (id text)"))  # somebody else's

    with pytest.raises(StoreError, match="stories"):
        upgrade(empty)

    assert inspect(empty.engine).get_table_names() == ["stories"]
    assert schema_state(empty) is SchemaState.EMPTY


def test_a_newer_schema_is_refused(store: Store) -> None:
    with store.write() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))

    with pytest.raises(StoreError, match=r"9999.*newer than this program"):
        schema_state(store)


def test_foreign_keys_are_enforced(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as session:
        session.add(Alias(url_key="u", article_id="nobody"))


def _put(connection: Connection, table: str, **values: Any) -> None:
    """A row of a table as it is now; what is not given is empty."""
    found = Table(table, MetaData(), autoload_with=connection)
    empty = {"TEXT": "", "JSON": [], "JSONB": [], "BOOLEAN": False, "INTEGER": 0}
    given = {c.name: empty.get(str(c.type), NOW) for c in found.columns if not c.nullable}
    if connection.dialect.name == "sqlite":
        given = {name: value if value is not NOW else NOW.replace(tzinfo=None) for name, value in given.items()}
    connection.execute(found.insert().values({**given, **values}))


NOW = datetime(2026, 10, 10, tzinfo=UTC)


def test_what_was_there_before_fetching_is_neither_distrusted_nor_edited_nor_doubled_by_the_upgrade(
    empty: Store,
) -> None:
    with empty.engine.connect() as connection, connection.begin():
        if not empty.is_sqlite:
            connection.execute(text("create extension if not exists vector"))
        command.upgrade(_config(connection), "0004")
        _put(connection, "outlets", key="lantern")
        _put(connection, "feeds", id="f", outlet_key="lantern", body_sha="made otherwise", etag="1", state="redirect")
        _put(connection, "feeds", id="g", outlet_key="lantern", state="refused")
        paths = {"a_1": "m.lantern.example/a", "a_2": "lantern.example/b/amp", "a_3": "mobile.lantern.example/a"}
        paths[article_id("https://lantern.example/c")] = "lantern.example/c"
        for key, path in paths.items():
            _put(connection, "articles", id=key, url=f"https://{path}", outlet_key="lantern")
        _put(connection, "appearances", feed_id="f", article_id="a_1", guid="1", entry_sha="made otherwise")
        _put(connection, "aliases", url_key="m.lantern.example/d", article_id="a_2")

    upgrade(empty)

    with empty.read() as session:
        feed = session.get_one(Feed, "f")
        assert (feed.state, feed.body_sha, feed.etag) == ("redirect-loop", "", "1")
        assert session.get_one(Feed, "g").state == "forbidden-address"
        assert session.get_one(Appearance, ("f", "a_1")).entry_sha == ""
        named = {row.url_key: row.article_id for row in session.scalars(select(Alias))}
    assert named == {
        "lantern.example/a": "a_1",
        "lantern.example/b": "a_2",
        "lantern.example/d": "a_2",
        "m.lantern.example/d": "a_2",
    }


def test_ratings_are_carried_into_the_ledger_and_the_same_file_appends_nothing(empty: Store, tmp_path: Path) -> None:
    rated = {"outlet_key": "lantern", "unit": "news", "rater": "A", "family": "A", "rated_on": date(2026, 1, 15),
             "valid_from": date(2026, 1, 15), "valid_to": None}  # fmt: skip
    with empty.engine.connect() as connection, connection.begin():
        if not empty.is_sqlite:
            connection.execute(text("create extension if not exists vector"))
        command.upgrade(_config(connection), "0006")
        _put(connection, "outlets", key="lantern")
        _put(
            connection,
            "ratings",
            id="r_1",
            state="rated",
            label="Left",
            position=-2,
            scale="US",
            confidence="low",
            **rated,
        )
        withdrawn = {"reason": "withdrawn from the configuration", "supersedes": "r_2", **rated, "rater": "B"}
        _put(connection, "ratings", id="r_2", state="rated", label="Right", position=2, **{**rated, "rater": "B"})
        _put(connection, "ratings", id="r_3", state="unrated", label=None, position=None, **withdrawn)

    upgrade(empty)

    toml = '[lantern]\nname = "L"\nhome = "https://l.example/"\n'
    (tmp_path / "outlets.toml").write_text(
        toml + 'ratings = [{ rater = "A", kind = "desk", rated_on = 2026-01-15, label = "Left", scale = "US", '
        'confidence = "low" }]\n',
        encoding="utf-8",
    )
    with empty.write() as session:
        sync_outlets(session, load_outlets(tmp_path), Clock(NOW))
    with empty.read() as session:
        rows = {row.id: row for row in session.scalars(select(RatingRow))}
        assert set(rows) == {"r_1", "r_2", "r_3"}
        assert (rows["r_1"].kind, rows["r_1"].export, rows["r_1"].recorded_by) == ("desk", "allow", "configuration")
        assert (rows["r_1"].country, rows["r_1"].scale, rows["r_1"].confidence) == ("US", "five places", "low")
        assert rows["r_3"].valid_to == NOW.date()
        assert tags(session, ["lantern"], NOW)["lantern"].label is Lean.LEFT

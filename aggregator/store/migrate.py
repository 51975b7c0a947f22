"""Migrations (Alembic): a database is empty, behind, up to date, or newer than this program."""

from enum import StrEnum

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from aggregator.errors import StoreError
from aggregator.resources import resource
from aggregator.store.sessions import Store


class SchemaState(StrEnum):
    """How a database's schema stands to this program's."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"


def schema_state(store: Store) -> SchemaState:
    """How the schema stands; StoreError if a newer program made it or it belongs to something else."""
    with store.read() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    if current is None:
        return SchemaState.EMPTY
    script = ScriptDirectory.from_config(_config())
    if current == script.get_current_head():
        return SchemaState.CURRENT
    try:
        script.get_revision(current)
    except CommandError:
        raise StoreError(f"the database has schema {current}, which is newer than this program: update it") from None
    return SchemaState.BEHIND


def upgrade(store: Store) -> None:
    """Bring the schema to this program's, in one transaction; two at once wait for each other.

    Raises StoreError if the database does not let it; nothing has changed then.
    """
    try:
        with store.engine.connect() as connection, connection.begin():
            if not store.is_sqlite:
                connection.execute(text("select pg_advisory_xact_lock(hashtext('aggregator-migrations'))"))
                connection.execute(text("create extension if not exists vector"))
            command.upgrade(_config(connection), "head")
    except DBAPIError as error:
        first_line = str(error.orig).strip().splitlines()[0]
        raise StoreError(f"the schema cannot be made or brought up to date: {first_line}") from error


def has_drifted(store: Store) -> str:
    """What the models have that the migrated schema lacks, in Alembic's words; empty if nothing."""
    with store.engine.connect() as connection, connection.begin():
        try:
            command.check(_config(connection))
        except CommandError as error:
            return str(error)
    return ""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config

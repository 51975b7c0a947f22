"""Opening a database: one `Store` per program, made at the edge and passed down.

SQLite (WAL) is the embedded default, PostgreSQL with pgvector the shared one. On SQLite a writing transaction begins
with BEGIN IMMEDIATE, since a deferred one that turns into a writer fails at once with "database is locked"; readers get
an engine of their own, so that they never wait for a writer.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from aggregator.errors import ConfigError, StoreError

BUSY_SECONDS = 60
#: a reading transaction sees one state of the database, as on SQLite
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Store:
    """A database, with sessions to read it and sessions to write it."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
            self._writer = _engine(url, begin="BEGIN IMMEDIATE", read_only=False)
            self._reader = (
                _engine(url, begin="BEGIN", read_only=True)
                if self.is_sqlite
                else self._writer.execution_options(**_SNAPSHOT)  # shares the connections
            )
        except (ArgumentError, ModuleNotFoundError, ValueError) as error:  # ValueError: a port that is no number
            raise ConfigError(
                f"is not a database address: {type(error).__name__}",
                key="store.url",
                fix="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME",
            ) from None
        self._write_sessions = sessionmaker(self._writer, expire_on_commit=False)
        self._read_sessions = sessionmaker(self._reader, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def shown(self) -> str:
        """The address without any part that may hold a secret."""
        return self.url.set(query={}).render_as_string(hide_password=True)

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations."""
        return self._writer

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one writing transaction: committed at the end, rolled back on any error."""
        with _explained(self), self._write_sessions.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session in one reading transaction: all that it reads is of one moment."""
        with _explained(self), self._read_sessions.begin() as session:
            yield session

    def exclusive(self, session: Session, name: str) -> None:
        """As the function of that name."""
        exclusive(session, name)

    def close(self) -> None:
        """Close all connections."""
        self._writer.dispose()
        self._reader.dispose()


def exclusive(session: Session, name: str) -> None:
    """Hold `name` until the transaction ends. (SQLite has one writer anyway: this begins to be it.)"""
    if session.connection().dialect.name != "sqlite":
        session.execute(text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


@contextmanager
def _explained(store: Store) -> Iterator[None]:
    """What a database driver says when it cannot be reached, as an error of ours."""
    try:
        yield
    except OperationalError as error:
        first_line = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
        raise StoreError(f"{store.shown}: {first_line}") from error
    except (IntegrityError, DataError, ProgrammingError):
        raise
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.DatabaseError):
            raise StoreError(f"{store.url.database}: {error.orig} (restore it from a backup)") from error
        raise


def _write_ahead(connection: Any) -> None:
    """WAL, which the file keeps. Where another process makes the database at this moment the change of mode fails at
    once, whatever the time-out: then it is tried again."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _engine(url: str, *, begin: str, read_only: bool) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions on its own
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        connection.execute("PRAGMA synchronous=NORMAL")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine

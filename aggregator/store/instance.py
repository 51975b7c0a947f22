"""Opening the database of an instance: made and migrated when empty, refused when it belongs to another one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from aggregator.clock import Clock
from aggregator.errors import ConfigError, InstanceMismatch, StoreError
from aggregator.settings import Settings
from aggregator.store.migrate import SchemaState, schema_state, upgrade
from aggregator.store.sessions import Store
from aggregator.store.tables import Instance

DATABASE = "aggregator.sqlite"
MIGRATION_SECONDS = 300


def database_url(settings: Settings, data: Path) -> str:
    """The configured address, or the SQLite file of the data directory."""
    return settings.store.url.get_secret_value() or f"sqlite:///{data / DATABASE}"


def open_store(settings: Settings, data: Path, clock: Clock, *, create: bool) -> Store:
    """The instance's database, ready for use.

    With `create`, an empty or missing database is made and migrated first. Raises ConfigError if it is missing and
    `create` is false, InstanceMismatch if it is another instance's, StoreError if its schema is not this program's.
    """
    url = database_url(settings, data)
    embedded = not settings.store.url.get_secret_value()
    if embedded and not (data / DATABASE).exists() and not create:
        raise ConfigError("holds no database yet", file=data, fix="run `aggregator run` or `aggregator import` first")
    _make_directory(data)
    store = Store(url)
    try:
        with _alone(data):
            _prepare(store, settings, clock, create=create)
    except BaseException:
        store.close()
        raise
    return store


def _prepare(store: Store, settings: Settings, clock: Clock, *, create: bool) -> None:
    state = schema_state(store)
    if state is SchemaState.EMPTY:
        if not create:
            raise ConfigError("the database is empty", key="store.url", fix="run `aggregator db upgrade` first")
        upgrade(store)
    elif state is SchemaState.BEHIND:
        raise StoreError("the database has an older schema: run `aggregator db upgrade` (make a backup first)")
    with store.read() as session:
        instance = session.get(Instance, 1)
    if instance is None:
        instance = _sign(store, settings, clock)
    if (instance.name, instance.sample) != (settings.instance.name, settings.instance.sample):
        raise InstanceMismatch(
            f"the configuration is for instance {settings.instance.name!r}, "
            f"but the database belongs to {instance.name!r}",
            key="instance.name",
            fix="give the matching --config and --data",
        )


def _sign(store: Store, settings: Settings, clock: Clock) -> Instance:
    """Write whose database this is, unless another host was faster."""
    with store.write() as session:
        store.exclusive(session, "instance")
        instance = session.get(Instance, 1)
        if instance is None:
            wanted = settings.instance
            instance = Instance(name=wanted.name, sample=wanted.sample, created_at=clock.now())
            session.add(instance)
    return instance


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process at a time prepares the database of a data directory."""
    lock = FileLock(data / ".migrate.lock", timeout=MIGRATION_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise StoreError(f"another process has been preparing {data} for {MIGRATION_SECONDS} seconds") from None
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", file=data, fix="--data DIR") from None
    try:
        yield
    finally:
        lock.release()


def _make_directory(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot be made: {error.strerror}", file=data, fix="--data DIR") from None

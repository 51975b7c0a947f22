"""Who may run a batch: one process per instance, over all hosts.

A row with an owner, a token and a time-out on wall time. On its own host a holder counts as long as it lives, and is
found out at once when it died; on another host it counts until its time is up. A thread renews lock and leases while
the work goes on, however long one batch takes; a holder that lost the lock all the same must stop.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from sqlalchemy import delete, update

from aggregator.clock import wall
from aggregator.errors import AggregatorError, LockHeld
from aggregator.store import leases
from aggregator.store.sessions import Store
from aggregator.store.tables import Lock

log = structlog.get_logger()

HOLD = timedelta(minutes=10)
BEAT_SECONDS = 60.0
_POLL_SECONDS = 0.5


class RunLock:
    """A held lock."""

    def __init__(self) -> None:
        self._lost = threading.Event()

    def still_held(self) -> bool:
        """Whether this process may go on."""
        return not self._lost.is_set()

    def lose(self) -> None:
        """Note that another process has the lock now."""
        self._lost.set()


@contextmanager
def run_lock(store: Store, name: str = "run", wait_seconds: float = 0) -> Iterator[RunLock]:
    """Hold the lock called `name`; LockHeld, naming the owner, if another process has it for longer than the wait."""
    token = uuid.uuid4().hex
    deadline = time.monotonic() + wait_seconds
    while (owner := _try(store, name, token)) is not None:
        if time.monotonic() >= deadline:
            raise LockHeld(f"another run holds the lock: {owner}")
        time.sleep(_POLL_SECONDS)
    held = RunLock()

    def renew() -> None:
        mine = (Lock.name == name, Lock.token == token)
        with store.write() as session:
            renewed = session.scalars(update(Lock).where(*mine).values(until=wall() + HOLD).returning(Lock.name)).all()
        if not renewed:
            held.lose()

    try:
        with heartbeat(store, renew):
            yield held
    finally:
        with store.write() as session:
            session.execute(delete(Lock).where(Lock.name == name, Lock.token == token))


@contextmanager
def heartbeat(store: Store, also: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Renew this process's leases (and whatever `also` renews) every minute while the work inside goes on."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                leases.renew(store, HOLD)
                also()
            except AggregatorError as error:  # the database is away for a moment: the next beat tries again
                log.warning("heartbeat-failed", error=str(error))

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _try(store: Store, name: str, token: str) -> str | None:
    """Take the lock, or name its owner."""
    with store.write() as session:
        store.exclusive(session, f"lock:{name}")
        held = session.get(Lock, name)
        alive = held is not None and not leases.owner_is_dead(held.owner)
        if held is not None and alive and (held.until > wall() or leases.is_of_this_host(held.owner)):
            return held.owner
        session.merge(Lock(name=name, owner=leases.this_owner(), token=token, until=wall() + HOLD))
    return None

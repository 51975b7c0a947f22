"""Who may run a batch: one process per instance, over all hosts.

A row with an owner, a token and a time-out on wall time. A holder on this host that died is found out at once; one on
another host when its time is up. The holder renews; once it has lost the lock it must stop.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, update

from aggregator.clock import wall
from aggregator.errors import LockHeld
from aggregator.store.leases import owner_is_dead, this_owner
from aggregator.store.sessions import Store
from aggregator.store.tables import Lock

HOLD = timedelta(minutes=10)
_RENEW_SECONDS = 60.0
_POLL_SECONDS = 0.5


class RunLock:
    """A held lock. `still_held` renews it now and then."""

    def __init__(self, store: Store, name: str, token: str) -> None:
        self._store, self._name, self._token = store, name, token
        self._renewed = time.monotonic()

    def still_held(self) -> bool:
        """Whether this process may go on; costs nothing most of the time."""
        if time.monotonic() - self._renewed < _RENEW_SECONDS:
            return True
        self._renewed = time.monotonic()
        with self._store.write() as session:
            mine = (Lock.name == self._name, Lock.token == self._token)
            renewed = session.scalars(update(Lock).where(*mine).values(until=wall() + HOLD).returning(Lock.name)).all()
        return bool(renewed)


@contextmanager
def run_lock(store: Store, name: str = "run", wait_seconds: float = 0) -> Iterator[RunLock]:
    """Hold the lock called `name`; LockHeld, naming the owner, if another process has it for longer than the wait."""
    token = uuid.uuid4().hex
    deadline = time.monotonic() + wait_seconds
    while (owner := _try(store, name, token)) is not None:
        if time.monotonic() >= deadline:
            raise LockHeld(f"another run holds the lock: {owner}")
        time.sleep(_POLL_SECONDS)
    try:
        yield RunLock(store, name, token)
    finally:
        with store.write() as session:
            session.execute(delete(Lock).where(Lock.name == name, Lock.token == token))


def _try(store: Store, name: str, token: str) -> str | None:
    """Take the lock, or name its owner."""
    with store.write() as session:
        store.exclusive(session, f"lock:{name}")
        held = session.get(Lock, name)
        if held is not None and held.until > wall() and not owner_is_dead(held.owner):
            return held.owner
        session.merge(Lock(name=name, owner=this_owner(), token=token, until=wall() + HOLD))
    return None

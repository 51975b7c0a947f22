"""Leases and failures: who works on which item of which stage, and what is waiting or buried.

A lease is (owner, token, leased_until) on wall time; back-off (`not_before`) is on the clock of the news. The owner
names host, process and its start, so that the items of a process that died are free at once on its own host.
"""

import functools
import os
import socket
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psutil
import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, false, or_, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from aggregator.clock import wall
from aggregator.errors import ItemError, Rejected, Retryable
from aggregator.store.sessions import Store
from aggregator.store.tables import Attempt
from aggregator.store.upsert import upsert
from aggregator.text import one_line

log = structlog.get_logger()

MAX_TRIES = 5
#: a process's start is read with this much play after a change of the machine's clock
SAME_START_SECONDS = 2.0
#: nothing waits longer; a later time was written by a clock that ran ahead
LONGEST_WAIT = timedelta(days=2)
_CHUNK = 5_000


@dataclass(frozen=True)
class Claim:
    """Items leased together under one token, and how often an owner of each has died."""

    token: str
    items: Sequence[Any]
    deaths: Mapping[str, int]


def this_owner() -> str:
    """host:pid:start of this process; a reused pid has another start."""
    return f"{_this_host()}:{os.getpid()}:{psutil.Process().create_time():.2f}"


@functools.cache
def _this_host() -> str:
    """This machine's name, with its process namespace where there are such: two containers may share a name."""
    try:
        namespace = "".join(filter(str.isdigit, os.readlink("/proc/self/ns/pid")))
    except OSError:
        namespace = ""
    return f"{socket.gethostname()}/{namespace}"


def owner_is_dead(owner: str) -> bool:
    """Whether `owner` was a process of this host that no longer runs. Unknown for other hosts: False."""
    if not is_of_this_host(owner):
        return False
    _, pid, started = owner.rsplit(":", 2)
    try:
        return bool(abs(psutil.Process(int(pid)).create_time() - float(started)) > SAME_START_SECONDS)
    except psutil.NoSuchProcess:
        return True


def is_of_this_host(owner: str) -> bool:
    """Whether `owner` is, or was, a process of this host, so that its death can be seen."""
    return owner.rsplit(":", 2)[0] == _this_host()


def available(
    stage: str,
    key: ColumnElement[Any] | InstrumentedAttribute[Any],
    input_sha: Any,
    now: datetime,
    *,
    mortal: bool = True,
) -> ColumnElement[bool]:
    """SQL condition: nobody holds `key`, and this very input is neither waiting for a retry nor buried.

    What is not `mortal` is never given up: it waits, longer and longer.
    """
    given_up = and_(Attempt.buried, true() if mortal else false())
    later = and_(Attempt.not_before > now, Attempt.not_before <= now + LONGEST_WAIT)
    waiting = and_(Attempt.input_sha == input_sha, or_(given_up, later))
    return ~exists().where(Attempt.stage == stage, Attempt.key == key, or_(Attempt.leased_until > wall(), waiting))


def is_leased(attempt: Attempt) -> bool:
    """Whether somebody holds it now."""
    return attempt.leased_until is not None and attempt.leased_until > wall()


def interrupted(stage: str, key: ColumnElement[Any] | InstrumentedAttribute[Any], most: int) -> ColumnElement[bool]:
    """SQL condition: work on `key` was cut short by the death of its process, not more than `most` times in a row."""
    return exists().where(Attempt.stage == stage, Attempt.key == key, Attempt.deaths > 0, Attempt.deaths <= most)


def claim(
    store: Store,
    stage: str,
    pending: Callable[[Session, int], Sequence[Any]],
    limit: int,
    lease: timedelta,
    claimed: Callable[[Session, Sequence[Any]], None] = lambda session, items: None,
) -> Claim:
    """Lease at most `limit` pending items to this process. Two processes never get the same item.

    `claimed` is told of them in the same transaction.
    """
    token = uuid.uuid4().hex
    with store.write() as session:
        store.exclusive(session, f"claim:{stage}")
        items = pending(session, limit)
        known = _rows(session, stage, [item.key for item in items])
        fresh = [i for i in items if i.key not in known or known[i.key].input_sha != i.input_sha]
        blank = {"tries": 0, "deaths": 0, "buried": False, "not_before": None, "reason": "", "detail": ""}
        upsert(session, Attempt, [{"stage": stage, "key": i.key, "input_sha": i.input_sha, **blank} for i in fresh])
        until = wall() + lease
        for start in range(0, len(items), _CHUNK):
            keys = [item.key for item in items[start : start + _CHUNK]]
            session.execute(
                update(Attempt)
                .where(Attempt.stage == stage, Attempt.key.in_(keys))
                .values(owner=this_owner(), token=token, leased_until=until)
                .execution_options(synchronize_session=False)
            )
        claimed(session, items)
        fresh_keys = {item.key for item in fresh}
        deaths = {key: row.deaths for key, row in known.items() if key not in fresh_keys}
    return Claim(token, items, deaths)


def release(session: Session, stage: str, token: str, keys: Sequence[str]) -> set[str]:
    """End the leases of items that are done; the keys that were still held under `token`."""
    held: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        mine = (Attempt.stage == stage, Attempt.token == token, Attempt.key.in_(keys[start : start + _CHUNK]))
        held.update(session.scalars(delete(Attempt).where(*mine).returning(Attempt.key)))
    return held


def record_failures(
    session: Session, stage: str, token: str, errors: Sequence[tuple[Any, ItemError]], now: datetime
) -> dict[str, bool]:
    """Reschedule or bury; for each key still held under `token`, whether it is buried now."""
    by_key = {item.key: error for item, error in errors}
    rows = {k: r for k, r in _rows(session, stage, list(by_key)).items() if r.token == token}
    for key, row in rows.items():
        error = by_key[key]
        row.tries += not isinstance(error, Retryable) or error.counted
        row.buried = isinstance(error, Rejected) or row.tries >= MAX_TRIES
        after = (error.after if isinstance(error, Retryable) else None) or _back_off(row.tries)
        row.not_before = now + after
        row.reason, row.detail, row.failed_at = error.reason, one_line(error.detail, 1000), now
        row.owner = row.token = row.leased_until = None
    return {key: row.buried for key, row in rows.items()}


def _back_off(tries: int) -> timedelta:
    """10 minutes, then four times as long each time: what was down for half a day is not given up."""
    return timedelta(minutes=10 * 4 ** min(max(tries - 1, 0), 4))


def renew(store: Store, hold: timedelta) -> None:
    """Prolong all leases of this process to at least `hold` from now."""
    until = wall() + hold
    with store.write() as session:
        session.execute(
            update(Attempt)
            .where(Attempt.owner == this_owner(), Attempt.leased_until < until)
            .values(leased_until=until)
            .execution_options(synchronize_session=False)
        )


def give_back(
    store: Store,
    stage: str,
    claim: Claim,
    given_back: Callable[[Session, Sequence[Any]], None] = lambda session, items: None,
) -> None:
    """End all leases that are left of `claim` without counting a try; `given_back` is told of their items."""
    with store.write() as session:
        held = set(session.scalars(select(Attempt.key).where(Attempt.stage == stage, Attempt.token == claim.token)))
        given_back(session, [item for item in claim.items if item.key in held])
        _free(session, Attempt.stage == stage, Attempt.token == claim.token)


def free_dead_leases(store: Store) -> int:
    """Free what processes of this host held when they died, and count the death; how many items that were."""
    with store.read() as session:
        owners = session.scalars(select(Attempt.owner).where(Attempt.owner.is_not(None)).distinct()).all()
    dead = [owner for owner in owners if owner and owner_is_dead(owner)]
    if not dead:
        return 0
    with store.write() as session:
        freed = session.execute(
            update(Attempt)
            .where(Attempt.owner.in_(dead))
            .values(owner=None, token=None, leased_until=None, deaths=Attempt.deaths + 1)
            .execution_options(synchronize_session=False)
        )
        count = int(getattr(freed, "rowcount", 0))
    log.info("freed-dead-leases", items=count, owners=len(dead))
    return count


def held_by_others(session: Session) -> tuple[int, datetime | None]:
    """How many items live leases of other processes hold, and until when at the latest."""
    rows = session.execute(
        select(Attempt.owner, Attempt.leased_until).where(Attempt.leased_until > wall(), Attempt.owner != this_owner())
    ).all()
    return len(rows), max((until for _, until in rows if until), default=None)


def dig_up(session: Session, stage: str) -> int:
    """Forget the failures of a stage, so that its buried and waiting items are tried again; how many those are."""
    gone = session.scalars(
        delete(Attempt)
        .where(Attempt.stage == stage, or_(Attempt.leased_until.is_(None), Attempt.leased_until <= wall()))
        .returning(Attempt.key)
    ).all()
    return len(gone)


def _free(session: Session, *where: ColumnElement[bool]) -> None:
    """Leases end; rows without any failure or death to remember go."""
    session.execute(delete(Attempt).where(*where, Attempt.tries == 0, Attempt.deaths == 0))
    session.execute(update(Attempt).where(*where).values(owner=None, token=None, leased_until=None))


def _rows(session: Session, stage: str, keys: Sequence[str]) -> dict[str, Attempt]:
    found: dict[str, Attempt] = {}
    for start in range(0, len(keys), _CHUNK):
        query = select(Attempt).where(Attempt.stage == stage, Attempt.key.in_(keys[start : start + _CHUNK]))
        found.update((row.key, row) for row in session.scalars(query.with_for_update()))
    return found

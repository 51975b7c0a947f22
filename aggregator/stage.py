"""What a stage is, and the loop that runs one.

    pending ──► load ──► process ──► save
        (database)        (pure)   (database)

`process` sees plain, frozen, picklable records and never the database, so the same stage runs here, on an executor's
workers, or in many copies of this program at once. Per round `drain` *claims* a batch (one short transaction),
loads it (a reading one), *processes* it (none open) and *settles* it (one short transaction: results saved, leases
ended, failures rescheduled or buried: together or not at all).

A lease names its owner and carries a token that `settle` must still hold, so a late worker changes nothing. Leases run
on wall time; the items of a dead owner are free at once on its host (`free_dead_leases`), without a try being counted.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, TypeVar, runtime_checkable

import structlog
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import AggregatorError, ItemError, Rejected, Retryable, StageFailed
from aggregator.executors import Isolated, WorkerDied, Workers
from aggregator.store import leases
from aggregator.store.sessions import Store
from aggregator.text import one_line

log = structlog.get_logger()

#: how many batches a worker's worth of leases holds: claiming looks for what is pending, which costs more than a batch
BATCHES_A_CLAIM = 8
#: from this many deaths of its owners on, an item is tried alone in a process of its own
ISOLATE_AFTER = 2


@runtime_checkable
class Item(Protocol):
    """What a stage works on: a picklable record that knows its key and the hash of its present input."""

    @property
    def key(self) -> str: ...

    @property
    def input_sha(self) -> str: ...


In = TypeVar("In", bound=Item)
Out = TypeVar("Out")


class Stage(Protocol[In, Out]):
    """One step of the pipeline: which rows lack something, and how to make it."""

    name: str
    batch_size: int
    lease: timedelta

    def pending(self, session: Session, limit: int) -> Sequence[In]:
        """At most `limit` items that still need this stage; the query must honour `leases.available`."""
        ...

    def claimed(self, session: Session, items: Sequence[In]) -> None:
        """Note, in the transaction that leases them, that these items are being worked on; by default nothing is."""
        return

    def given_back(self, session: Session, items: Sequence[In]) -> None:
        """Undo `claimed` for items whose leases end without a try, in the transaction that ends them."""
        return

    def load(self, session: Session, items: Sequence[In]) -> Sequence[In]:
        """The leased items with their heavy parts, read outside the write lock; one for each item, in order."""
        return items

    def process(self, batch: Sequence[In]) -> Sequence[Out | ItemError]:
        """One result per item, in order, or the error that took its place."""
        ...

    def save(self, session: Session, results: Sequence[Out]) -> None:
        """Store the results, and thereby end the pending."""
        ...


@dataclass
class Tally:
    """What a drain did: counts by outcome (`ok`, `retry`, `rejected`, `lost`) and by reason, and the time it took."""

    stage: str
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def ok(self) -> int:
        """How many items were done."""
        return self.outcomes["ok"]

    @property
    def failed(self) -> int:
        """How many items failed, for now or for good."""
        return self.outcomes["retry"] + self.outcomes["rejected"]


@dataclass(frozen=True)
class Escaped:
    """An exception that escaped `process`: never an item's fault until proven."""

    kind: str
    text: str
    systemic: bool  #: not about any item: a missing module, a setting that cannot work


@dataclass
class Draining:
    """What one drain holds on to."""

    stage: Stage[Any, Any]
    store: Store
    clock: Clock
    workers: Workers
    tally: Tally
    stop: Callable[[], bool]
    progress: Callable[[int], None]
    isolated: Isolated = field(default_factory=Isolated)
    done: set[tuple[str, str]] = field(default_factory=set)


def drain(
    stage: Stage[Any, Any],
    store: Store,
    clock: Clock,
    *,
    workers: Workers | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] = lambda n: None,
) -> Tally:
    """Run `stage` until nothing is pending or `stop()` says so; `progress` is told how many items each batch ended.

    Raises StageFailed when no item is to blame: the leases are then given back and nothing is counted as tried.
    """
    if workers is None:
        with Workers("serial") as serial:
            return drain(stage, store, clock, workers=serial, stop=stop, progress=progress)
    state = Draining(stage, store, clock, workers, Tally(stage.name), stop, progress)
    began = time.monotonic()
    while not stop():
        limit = stage.batch_size * workers.width * BATCHES_A_CLAIM
        claim = leases.claim(store, stage.name, stage.pending, limit, stage.lease, stage.claimed)
        if not claim.items:
            break
        try:
            _round(state, claim)
        except BaseException:
            leases.give_back(store, stage.name, claim, stage.given_back)
            raise
        finally:
            state.isolated.close()
    state.tally.seconds = time.monotonic() - began
    return state.tally


def _round(state: Draining, claim: leases.Claim) -> None:
    """Process and settle what was claimed, batch by batch, two a worker under way; when told to stop, begin no more."""
    again = [item for item in claim.items if (item.key, item.input_sha) in state.done]
    if again:
        raise StageFailed(state.stage.name, f"{again[0].key} was saved and is still pending")
    with state.store.read() as session:
        items = list(state.stage.load(session, claim.items))
    alone = [item for item in items if claim.deaths.get(item.key, 0) >= ISOLATE_AFTER]
    together = [item for item in items if claim.deaths.get(item.key, 0) < ISOLATE_AFTER]
    size = state.stage.batch_size
    waiting = deque(together[start : start + size] for start in range(0, len(together), size))
    running: deque[tuple[list[Any], Future[list[Any]]]] = deque()
    ahead = 1 if state.workers.spec == "serial" else 2 * state.workers.width
    while waiting or running:
        while waiting and len(running) < ahead and not (running and state.stop()):
            running.append((waiting[0], state.workers.submit(attempt, state.stage, waiting.popleft())))
        batch, future = running.popleft()
        try:
            results = state.workers.result(future, state.stage.lease)
        except WorkerDied:
            log.warning("worker-died", stage=state.stage.name, items=len(batch))
            results = [_alone(state, item) for item in batch]
        _settle(state, claim, batch, _judged(state, batch, results))
        if not running and state.stop():
            leases.give_back(state.store, state.stage.name, claim, state.stage.given_back)
            return
    for item in alone:
        _settle(state, claim, [item], _judged(state, [item], [_alone(state, item)]))


def attempt(stage: Stage[Any, Any], batch: Sequence[Any]) -> list[Any]:
    """`stage.process(batch)`; if it raises, each item by itself, so that one item costs only itself."""
    try:
        results = list(stage.process(batch))
    except Exception as error:  # noqa: BLE001 - judged by the parent, which knows about all items
        escaped = _escaped(error)
        if len(batch) == 1 or escaped.systemic:
            return [escaped] * len(batch)
        return [attempt(stage, [item])[0] for item in batch]
    if len(results) != len(batch):
        text = f"process gave {len(results)} results for {len(batch)} items"
        return [Escaped("StageFailed", text, systemic=True)] * len(batch)
    return results


def _escaped(error: Exception) -> Escaped:
    ours = isinstance(error, AggregatorError) and not isinstance(error, ItemError)
    return Escaped(type(error).__name__, str(error)[:500], ours or isinstance(error, ImportError))


def _alone(state: Draining, item: Any) -> Any:
    """One item in a process beside this one, with no other; if that dies, this item killed it."""
    try:
        return state.isolated.run(attempt, state.stage, [item])[0]
    except WorkerDied:
        return Rejected(
            "killed-worker", "the process that worked on this item died, or was ended because it took too long"
        )


def _judged(state: Draining, batch: Sequence[Any], results: Sequence[Any]) -> list[Any]:
    """Tell a broken stage from a bad item among exceptions that escaped.

    ImportError, an error of ours that is not an item's, or the same exception on every one of three or more items while
    nothing has succeeded yet, is the
    stage's failure; any other escaped exception is that item's, and worth another try.
    """
    escaped = [result for result in results if isinstance(result, Escaped)]
    if not escaped:
        return list(results)
    kinds = {one.kind for one in escaped}
    everyone = len(escaped) == len(batch) >= 3 and len(kinds) == 1 and not state.done
    if everyone or any(one.systemic for one in escaped):
        raise StageFailed(state.stage.name, f"{escaped[0].kind}: {escaped[0].text}")
    for item, result in zip(batch, results, strict=True):
        if isinstance(result, Escaped):
            log.error("item-crashed", stage=state.stage.name, key=item.key, error=result.kind, detail=result.text)
    return [Retryable("crashed", f"{r.kind}: {r.text}") if isinstance(r, Escaped) else r for r in results]


def _settle(state: Draining, claim: leases.Claim, batch: Sequence[Any], results: Sequence[Any]) -> None:
    """Save what succeeded, reschedule or bury what failed, in one transaction; item by item if that one fails.

    What the database can never take is rejected; a conflict with another row may be gone at the next try.
    """
    pairs = list(zip(batch, results, strict=True))
    try:
        _settle_together(state, claim, pairs)
    except (IntegrityError, DataError) as error:
        if len(pairs) == 1:
            kind = Rejected if isinstance(error, DataError) else Retryable
            refused = kind("not-storable", str(error.orig)[:300])
            _settle_together(state, claim, [(pairs[0][0], refused)])
        else:
            for pair in pairs:
                _settle(state, claim, [pair[0]], [pair[1]])
            return
    state.progress(len(pairs))


def _settle_together(state: Draining, claim: leases.Claim, pairs: Sequence[tuple[Any, Any]]) -> None:
    name, now = state.stage.name, state.clock.now()
    errors = [(item, result) for item, result in pairs if isinstance(result, ItemError)]
    good = [(item, result) for item, result in pairs if not isinstance(result, ItemError)]
    with state.store.write() as session:
        held = leases.release(session, name, claim.token, [item.key for item, _ in good])
        state.stage.save(session, [result for item, result in good if item.key in held])
        kept = leases.record_failures(session, name, claim.token, errors, now)
    state.done.update((item.key, item.input_sha) for item, _ in good if item.key in held)
    tally = state.tally
    lost = len(pairs) - len(held) - len(kept)
    tally.outcomes.update({name: n for name, n in (("ok", len(held)), ("lost", lost)) if n})
    for item, error in errors:
        if item.key not in kept:
            continue
        tally.outcomes["retry" if isinstance(error, Retryable) and not kept[item.key] else "rejected"] += 1
        tally.reasons[error.reason] += 1
        log.info("item-failed", stage=name, key=item.key, reason=error.reason, detail=one_line(error.detail, 300))

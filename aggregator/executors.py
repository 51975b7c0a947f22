"""Where the pure part of a stage runs: `serial`, `threads:8`, `processes:2`, `dask:local:2`, `dask:tcp://host:8786`.

The seam for parallel and distributed work is `concurrent.futures.Executor`; nothing else in the project knows that it
is distributed. Worker processes die with their parent and are never forked from a process with open sockets.
"""

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Self, TypeVar

import psutil

from aggregator.errors import ConfigError

T = TypeVar("T")

DASK_CONNECT_SECONDS = 5


class WorkerDied(Exception):
    """The process that ran the call died; the call itself did not raise."""


class Workers:
    """An executor by its spec, with the number of calls that it runs at once. Use as a context manager."""

    def __init__(self, spec: str) -> None:
        self.spec = spec
        self.width = 1
        self._client: Any = None
        self._executor: Executor | None = None

    def __enter__(self) -> Self:
        kind, _, rest = self.spec.partition(":")
        if kind == "threads":
            self.width = int(rest)
            self._executor = ThreadPoolExecutor(self.width)
        elif kind == "processes":
            self.width = int(rest)
            self._executor = _processes(self.width)
        elif kind == "dask":
            self._connect(rest)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._executor is not None and self._client is None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        if self._client is not None:
            cluster = self._client.cluster
            self._client.close()
            if cluster is not None:
                cluster.close()

    def submit(self, call: Callable[..., T], *arguments: Any) -> "Future[T]":
        """Run `call(*arguments)`; `serial` runs it at once, here."""
        if self._executor is not None:
            try:
                return self._executor.submit(call, *arguments)
            except BrokenExecutor:  # an idle worker died (the kernel was short of memory, say)
                self._renew_pool(self._executor)
                return self._executor.submit(call, *arguments)
        future: Future[T] = Future()
        try:
            future.set_result(call(*arguments))
        except Exception as error:  # noqa: BLE001 - a future carries whatever its call raised
            future.set_exception(error)
        return future

    def result(self, future: "Future[T]", patience: timedelta | None = None) -> T:
        """What the call returned or raised; WorkerDied if its process died (the pool is then made anew), or if it did
        not answer within `patience` on a cluster, where no alarm can end it."""
        try:
            return future.result(patience.total_seconds() if patience and self._client is not None else None)
        except BrokenExecutor as error:
            if self._executor is not None and getattr(self._executor, "_broken", False):
                self._renew_pool(self._executor)
            raise WorkerDied(str(error)) from error
        except Exception as error:
            if isinstance(error, TimeoutError) and self._client is not None and not future.done():
                future.cancel()
                raise WorkerDied("no answer from the cluster in time") from error
            if type(error).__name__ in ("KilledWorker", "CancelledError"):
                raise WorkerDied(str(error)) from error
            raise

    def _renew_pool(self, broken: Executor) -> None:
        broken.shutdown(wait=False, cancel_futures=True)
        self._executor = _processes(self.width)

    def _connect(self, rest: str) -> None:
        try:
            import dask
        except ImportError:
            fix = "install the extra: pip install 'aggregator[dask]'"
            raise ConfigError("Dask is not installed", key="executors", fix=fix) from None
        dask.config.set({"distributed.worker.daemon": True, "logging.distributed": "error"})
        import distributed  # reads its logging from the configuration when it is imported

        make_client: Any = distributed.Client
        if rest.startswith("local:"):
            self.width = int(rest.removeprefix("local:"))
            make_cluster: Any = distributed.LocalCluster
            cluster = make_cluster(
                n_workers=self.width, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
            )
            self._client = make_client(cluster)
        else:
            try:
                self._client = make_client(rest, timeout=DASK_CONNECT_SECONDS)
                self._client.wait_for_workers(1, timeout=DASK_CONNECT_SECONDS)
            except (OSError, TimeoutError) as error:
                if self._client is not None:
                    self._client.close()
                raise ConfigError(
                    f"no Dask scheduler with a worker answers at {rest}",
                    key="executors",
                    fix="start it, or use processes:N",
                ) from error
            self.width = max(1, sum(self._client.nthreads().values()))
        self._executor = self._client.get_executor(pure=False, retries=0)


class Isolated:
    """One process beside this one, started when it is first needed and again whenever it has died."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def run(self, call: Callable[..., T], *arguments: Any) -> T:
        """`call(*arguments)` over there; WorkerDied if that process dies."""
        if self._pool is None:
            self._pool = _processes(1)
        try:
            return self._pool.submit(call, *arguments).result()
        except BrokenExecutor as error:
            self.close()
            raise WorkerDied(str(error)) from error

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _processes(width: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        width, mp_context=multiprocessing.get_context("forkserver"), initializer=_die_with_parent
    )


def _die_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever: end it with its parent, and only so.

    A signal to the whole group is the parent's to answer: it lets the work in hand end.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="die-with-parent").start()


class TimeLimitPassed(BaseException):
    """The alarm. Not an Exception, since libraries catch those on their way."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End the work inside after `seconds`.

    In a worker process the alarm ends the process, since C code cannot be interrupted otherwise; the item is then
    tried alone and rejected. In the main process it raises TimeLimitPassed. In a thread there is no alarm.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    in_worker = multiprocessing.parent_process() is not None
    before = signal.signal(signal.SIGALRM, signal.SIG_DFL if in_worker else _raise_timeout)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def memory_limit(megabytes: int) -> Iterator[None]:
    """Let the work inside take so much memory more than this process has now; what asks for more gets MemoryError.

    Only in a worker process, which nobody shares; C code that cannot do without ends it. The limit is one on addresses
    (RLIMIT_AS), since the kernel keeps no other.
    """
    if multiprocessing.parent_process() is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = psutil.Process().memory_info().vms + megabytes * 1_000_000
    allowed = [most, *(one for one in (before, hard) if one != resource.RLIM_INFINITY)]
    resource.setrlimit(resource.RLIMIT_AS, (min(allowed), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))


def _raise_timeout(_signal: int, _frame: object) -> None:
    raise TimeLimitPassed

"""The sample newsroom, replayed: its server is started in process and a batch runs at each tick of `[sample]`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from aggregator.clock import parse_time
from aggregator.sample.server import SampleServer
from aggregator.store.tables import Instance as InstanceRow
from pipelines.batch import Instance, Progress, RunReport, run_batch
from pipelines.lock import run_lock


def with_server_hosts(instance: Instance, server: SampleServer) -> Instance:
    """The instance whose `*.example` hosts are the running server."""
    net = instance.settings.net.model_copy(update={"hosts": server.hosts()})
    settings = instance.settings.model_copy(update={"net": net})
    return replace(instance, settings=settings)


def replay(
    instance: Instance,
    config: Path,
    *,
    strict: bool = False,
    wait_seconds: float = 0,
    stop: Callable[[], str] = lambda: "",
    progress: Progress = lambda s, n: None,
    each: Callable[[RunReport], None] = lambda report: None,
) -> bool:
    """Run a batch at every tick that was not finished before; False if the replay had been finished already.

    A replay that was cut short goes on with the tick it was cut in.
    """
    ticks = [parse_time(tick) for tick in instance.settings.sample.ticks]
    with run_lock(instance.store, "replay", wait_seconds), SampleServer(config, instance.clock) as server:
        with instance.store.read() as session:
            done = session.get_one(InstanceRow, 1).replayed_to
        if done is not None and done >= ticks[-1]:
            return False
        served = with_server_hosts(instance, server)
        for tick in ticks:
            if done is not None and tick <= done:
                continue
            instance.clock.move(tick)
            report = run_batch(served, strict=strict, wait_seconds=wait_seconds, stop=stop, progress=progress)
            each(report)
            if report.stopped or report.exit_code:
                break
            with instance.store.write() as session:
                session.get_one(InstanceRow, 1).replayed_to = tick
    return True

"""Commands that run the pipeline: run, schedule, work, and one for each stage."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import Options, progress_bars

if TYPE_CHECKING:
    from pipelines.batch import Instance, RunReport

STAGES = {
    "poll": "Ask the feeds that are due; what they list becomes articles.",
    "fetch": "Read the pages of articles that were not read yet.",
    "extract": "Turn pages into documents: text, regions, kind, language.",
    "embed": "Turn documents into vectors.",
    "cluster": "Group embedded documents into stories.",
    "analyse": "Find claims, quotations and coverage in stories worth a page.",
    "summarise": "Write pages of analysed stories, each sentence with its evidence.",
    "publish": "Write the site and the feeds.",
}

#: commands that drain more than the stage of their name
PARTS = {"analyse": ("embed-sentences", "analyse")}
#: what `work` may drain: publishing is one process's business
WORK = [name for name in STAGES if name != "publish"]

Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 if any item or feed failed.")]
Report = Annotated[Path | None, typer.Option(help="Write what was done to this file, as JSON.")]
Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for another run to end, instead of exit 75.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(run)
    for name, text in STAGES.items():
        app.command(name, help=text)(_stage_command(name))
    app.command()(schedule)
    app.command()(work)


def run(context: typer.Context, strict: Strict = False, report: Report = None, wait: Wait = 0) -> None:
    """One batch of everything: poll, fetch, extract, embed, cluster, analyse, summarise, publish. Made for cron.

    Running it again at once does nothing twice; a run that was killed is picked up by the next. On a sample instance
    the newsroom is served in process and its fortnight replayed.

    Examples:

        aggregator run

        aggregator --config config/sample --data var/sample run

        */15 * * * *  aggregator --config /etc/aggregator --data /var/lib/aggregator --quiet run
    """
    _run(context.obj, (), strict, report, wait)


def _stage_command(name: str):  # type: ignore[no-untyped-def]
    def command(context: typer.Context, strict: Strict = False, report: Report = None, wait: Wait = 0) -> None:
        _run(context.obj, PARTS.get(name, (name,)), strict, report, wait)

    return command


def _run(options: Options, names: tuple[str, ...], strict: bool, file: Path | None, wait: float) -> None:
    import structlog

    from aggregator.errors import ConfigError
    from pipelines.batch import run_batch, stop_on_signals
    from pipelines.replay import replay

    if file is not None and not file.parent.is_dir():
        raise ConfigError("there is no such directory", file=file.parent, fix="--report FILE")
    reports: list[RunReport] = []

    def done(report: "RunReport") -> None:
        reports.append(report)
        if not (options.quiet and report.exit_code == 0):
            typer.echo(report.line())

    with options.instance(create=True) as instance, stop_on_signals() as stop, progress_bars(options) as progress:
        wait = wait or instance.settings.run.wait_seconds
        if not any(outlet.asked and outlet.feeds for outlet in instance.outlets) and not names and not options.quiet:
            structlog.get_logger().warning(
                "no-feeds", hint=f"no outlet in {options.config}/outlets.toml is asked: outlets enable"
            )
        if instance.settings.instance.sample and not options.now and not names:
            fresh = replay(
                instance, options.config, strict=strict, wait_seconds=wait, stop=stop, progress=progress, each=done
            )
            if not fresh and not options.quiet:
                typer.echo("nothing to do: the sample newsroom was replayed to its end before")
            _tell_sample(options, instance)
        else:
            with _served(options, instance) as served:
                done(run_batch(served, names=names, strict=strict, wait_seconds=wait, stop=stop, progress=progress))
    if file is not None and reports:
        file.write_text(json.dumps([r.as_json() for r in reports], indent=1) + "\n", encoding="utf-8")
    if code := max((report.exit_code for report in reports), default=0):
        raise typer.Exit(code)


@contextmanager
def _served(options: Options, instance: "Instance") -> Iterator["Instance"]:
    """A sample instance with its newsroom's server running; any other as it is."""
    if not instance.settings.instance.sample:
        yield instance
        return
    from aggregator.sample.server import SampleServer
    from pipelines.replay import with_server_hosts

    with SampleServer(options.config, instance.clock) as server:
        yield with_server_hosts(instance, server)


def _tell_sample(options: Options, instance: "Instance") -> None:
    """What the sample made and where to look."""
    from aggregator.cli.tables import story_lines

    if options.quiet:
        return
    with instance.store.read() as session:
        lines = story_lines(session, at_least=2)
    typer.echo(f"\n{len(lines)} stories told by two articles or more:")
    for line in lines:
        typer.echo("  " + line)
    typer.echo(f"\nThe site: {(options.data / 'site' / 'index.html').resolve().as_uri()}")
    typer.echo(f"The feeds: {options.data / 'feeds' / 'index.json'}")
    prefix = f"aggregator --config {options.config} --data {options.data}"
    typer.echo(f"\nLook further:  {prefix} status  ·  {prefix} export stories  ·  {prefix} article show URL")


def schedule(context: typer.Context) -> None:
    """Run a batch every `[schedule] run_minutes` until SIGTERM; harmless beside cron."""
    from pipelines.batch import stop_on_signals
    from pipelines.schedule import run_for_ever

    options: Options = context.obj
    with options.instance(create=True) as instance, _served(options, instance) as served, stop_on_signals() as stop:
        run_for_ever(served, stop, each=(lambda line: None) if options.quiet else typer.echo)


def work(
    context: typer.Context,
    stages: Annotated[list[str], typer.Argument(help="Stages to drain: " + ", ".join(WORK))],
    idle: Annotated[float, typer.Option(min=0.1, help="Seconds between looks when nothing is pending.")] = 5,
) -> None:
    """Drain the named stages for ever: what extra machines run beside `schedule`.

    Example:

        aggregator --database postgresql+psycopg://news@db/news work extract embed
    """
    import time

    from aggregator.store.leases import free_dead_leases
    from pipelines.alerts import paused_fetching
    from pipelines.batch import all_stages, drain_stage, stop_on_signals
    from pipelines.lock import heartbeat

    options: Options = context.obj
    if unknown := [name for name in stages if name not in WORK]:
        raise typer.BadParameter(f"no stage {unknown[0]!r}; known: {', '.join(WORK)}")
    with (
        options.instance(create=True) as instance,
        _served(options, instance) as served,
        stop_on_signals() as stop,
        heartbeat(served.store),
    ):
        while not stop():
            free_dead_leases(served.store)
            known = all_stages(served.settings, served.clock, served.topics)
            parts = [part for name in stages for part in PARTS.get(name, (name,))]
            with served.store.read() as session:
                if paused_fetching(session):
                    parts = [part for part in parts if part != "fetch"]
            done = sum(drain_stage(served, known[part], lambda: bool(stop())).ok for part in parts)
            waited = 0.0
            while not done and not stop() and waited < idle:
                time.sleep(0.1)
                waited += 0.1

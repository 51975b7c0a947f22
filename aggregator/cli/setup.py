"""Commands that set up: init, db upgrade, sample serve."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.options import Options

db_app = typer.Typer(no_args_is_help=True, help="The database.")
sample_app = typer.Typer(no_args_is_help=True, help="The sample newsroom: fictional outlets on loopback.")


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(init)
    app.add_typer(db_app, name="db")
    app.add_typer(sample_app, name="sample")


def init(directory: Annotated[Path, typer.Argument(help="A directory that does not exist yet, or is empty.")]) -> None:
    """Write a configuration to edit: commented settings, and a list of outlets to choose from.

    Example:

        aggregator init /etc/aggregator

        aggregator --config /etc/aggregator outlets enable --start
    """
    from aggregator.errors import ConfigError
    from aggregator.resources import resource

    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ConfigError("is there already and not empty", file=directory, fix="name a new directory")
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("pipeline.toml", "outlets.toml", "outlets.NOTICE", "topics.toml"):
        shutil.copyfile(resource("config") / name, directory / name)
    command = f"aggregator --config {directory} outlets"
    typer.echo(f"{directory}/outlets.toml lists outlets; none is asked until you choose: {command} enable --start")
    typer.echo(f"Add others: {command} add https://…")


@db_app.command()
def upgrade(context: typer.Context) -> None:
    """Make the database if there is none, and bring its schema to this program's."""
    from aggregator.clock import Clock
    from aggregator.store.instance import database_url, open_store
    from aggregator.store.migrate import upgrade as migrate
    from aggregator.store.sessions import Store

    options: Options = context.obj
    settings = options.settings()
    options.data.mkdir(parents=True, exist_ok=True)
    store = Store(database_url(settings, options.data))
    try:
        migrate(store)
    finally:
        store.close()
    open_store(settings, options.data, Clock(), create=True).close()
    typer.echo("the database is up to date")


@sample_app.command()
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8800,
) -> None:
    """Serve the sample newsroom until interrupted; which articles are out depends on --now (default: the last tick)."""
    from aggregator.clock import Clock, parse_time
    from aggregator.sample.server import serve_forever
    from pipelines.batch import stop_on_signals

    options: Options = context.obj
    ticks = options.settings().sample.ticks
    at = options.now or (ticks[-1] if ticks else "")
    clock = Clock(parse_time(at, end_of_day=True)) if at else Clock()
    typer.echo(f"The sample newsroom is at http://127.0.0.1:{port}/ (outlets by Host header). Stop with Ctrl-C.")
    with stop_on_signals() as stop:
        serve_forever(options.config, clock, port, stop)

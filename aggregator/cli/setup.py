"""Commands that set up: init, db upgrade, outlets list, sample serve."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.options import Options

db_app = typer.Typer(no_args_is_help=True, help="The database.")
sample_app = typer.Typer(no_args_is_help=True, help="The sample newsroom: fictional outlets on loopback.")
outlets_app = typer.Typer(no_args_is_help=True, help="Outlets and their feeds.")


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(init)
    app.add_typer(db_app, name="db")
    app.add_typer(outlets_app, name="outlets")
    app.add_typer(sample_app, name="sample")


def init(directory: Annotated[Path, typer.Argument(help="A directory that does not exist yet, or is empty.")]) -> None:
    """Write a configuration to edit: commented settings, and an outlets.toml waiting for feeds.

    Example:

        aggregator init /etc/aggregator
    """
    from aggregator.errors import ConfigError
    from aggregator.resources import resource

    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ConfigError("is there already and not empty", file=directory, fix="name a new directory")
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("pipeline.toml", "outlets.toml", "topics.toml"):
        shutil.copyfile(resource("config") / name, directory / name)
    typer.echo(f"Add your outlets to {directory / 'outlets.toml'}, then: aggregator --config {directory} run")


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


@outlets_app.command("list")
def list_outlets(context: typer.Context) -> None:
    """Each outlet with its lean as the raters have it, and the state of its feeds."""
    from sqlalchemy import select

    from aggregator.sources.ledger import tags
    from aggregator.store.tables import Feed, Outlet

    options: Options = context.obj
    with options.instance() as instance, instance.store.read() as session:
        outlets = session.scalars(select(Outlet).order_by(Outlet.name)).all()
        leans = tags(session, [outlet.key for outlet in outlets], instance.clock.now())
        for outlet in outlets:
            feeds = session.scalars(select(Feed).where(Feed.outlet_key == outlet.key, Feed.active)).all()
            states = ", ".join(f"{feed.url} {feed.state}" for feed in feeds) or "no feed"
            typer.echo(f"{outlet.key:24}{leans[outlet.key].text:12}{outlet.name:28}{states}")


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

"""`aggregator`: the entry point, the global options and the exit codes.

0 done · 1 something failed (a stage, too many feeds, or any item with --strict) · 2 configuration · 75 another run
holds the lock. Only typer is imported here, so that `--help` answers at once; each command imports what it needs.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from aggregator import __version__
from aggregator.cli import archives, batch, gap, inspect, outlets, pages, purge, serve, setup, stories, users
from aggregator.cli.options import Options

app = typer.Typer(
    name="aggregator",
    help="News from many outlets, grouped into stories, with every outlet's lean and a source for every claim.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"aggregator {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option(envvar="AGGREGATOR_CONFIG", help="Directory with pipeline.toml and outlets.toml.")
    ] = Path("config"),
    data: Annotated[
        Path, typer.Option(envvar="AGGREGATOR_DATA_DIR", help="Directory for the database and what is published.")
    ] = Path("var/data"),
    database: Annotated[
        str, typer.Option(envvar="AGGREGATOR_DATABASE_URL", help="Database address, instead of a file in --data.")
    ] = "",
    now: Annotated[
        str, typer.Option(envvar="AGGREGATOR_NOW", help="The time to take for now (2026-10-18T06:00:00Z).")
    ] = "",
    log_json: Annotated[bool, typer.Option("--log-json", envvar="AGGREGATOR_LOG_JSON", help="Logs as JSON.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", callback=_version)] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", envvar="AGGREGATOR_QUIET", help="Say only what went wrong.")
    ] = False,
) -> None:
    """Options of every command."""
    context.obj = Options(config, data, database, now, log_json, quiet)


batch.register(app)
archives.register(app)
inspect.register(app)
pages.register(app)
purge.register(app)
stories.register(app)
setup.register(app)
outlets.register(app)
serve.register(app)
users.register(app)
gap.register(app)


def main() -> None:
    """Run the command line; errors of ours become one line on stderr and an exit code."""
    from aggregator.errors import AggregatorError, ConfigError, LockHeld

    code = 1
    try:
        app()
        return
    except LockHeld as error:
        message, code = str(error), 75
    except ConfigError as error:
        message, code = str(error), 2
    except AggregatorError as error:
        message = str(error)
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(141) from None
    except UnicodeEncodeError as error:
        broken = [word for word in sys.argv[1:] if word.encode(errors="ignore").decode() != word]
        if not broken or error.reason != "surrogates not allowed":  # it was something else that could not be printed
            raise
        message, code = f"an argument is not UTF-8: {broken[0]!a}", 2
    typer.echo(f"aggregator: {message}", err=True)
    raise SystemExit(code)

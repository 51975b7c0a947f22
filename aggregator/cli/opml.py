"""Commands that take outlets from a feed reader's list, and give it back: outlets opml import, export."""

from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.options import Options, Yes, agreed

opml_app = typer.Typer(no_args_is_help=True, help="Lists of feeds, as feed readers have them.")


@opml_app.command("import")
def opml_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="An OPML file.")],
    yes: Yes = False,
) -> None:
    """Append the outlets of a feed reader's list to outlets.toml, unrated. Nothing is asked of their servers.

    Feeds are put together to outlets by the host of their site; folders become sections. Then:

        aggregator outlets check
    """
    from aggregator.errors import ConfigError, Rejected
    from aggregator.sources.opml import outlets_of, read_opml
    from aggregator.sources.outlets_file import append_outlets

    options: Options = context.obj
    try:
        feeds = read_opml(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=file) from None
    except Rejected as error:
        raise ConfigError(f"is no OPML: {error.detail}", file=file) from None
    specs, left = outlets_of(feeds, options.outlets())
    for feed, why in left:
        typer.echo(f"left out: {feed.url}: {why}", err=True)
    taken = sum(len(spec.feeds) for spec in specs)
    typer.echo(f"{len(feeds)} feeds: {taken} of {len(specs)} new outlets, {len(left)} left out")
    if specs and agreed(yes, f"Add them to {options.config / 'outlets.toml'}?"):
        append_outlets(options.config, specs)


@opml_app.command("export")
def opml_export(context: typer.Context) -> None:
    """Write the feeds of all outlets that are asked as OPML 2.0 to stdout.

    Example:

        aggregator outlets opml export > feeds.opml
    """
    from aggregator.sources.opml import write_opml

    options: Options = context.obj
    typer.echo(write_opml(options.outlets(), options.settings().site.title), nl=False)

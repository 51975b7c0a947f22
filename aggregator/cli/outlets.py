"""Commands about outlets: list, show, add, disable, enable; check is in `outlet_check`.

The configuration is the truth: what changes an outlet changes the text of outlets.toml, and the next poll follows.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.contests import contest_app
from aggregator.cli.opml import opml_app
from aggregator.cli.options import Options, Yes, agreed
from aggregator.cli.outlet_check import check
from aggregator.cli.ratings import import_ratings

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from aggregator.sources.discovery import Discovery, FoundFeed
    from aggregator.sources.outlets import OutletSpec

outlets_app = typer.Typer(no_args_is_help=True, help="Outlets and their feeds.")
Key = Annotated[str, typer.Argument(help="The outlet's key in outlets.toml.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    outlets_app.command()(check)
    outlets_app.add_typer(opml_app, name="opml")
    outlets_app.command("import-ratings")(import_ratings)
    outlets_app.add_typer(contest_app, name="contest")
    app.add_typer(outlets_app, name="outlets")


@contextmanager
def _database(options: Options) -> "Iterator[tuple[Session, datetime] | None]":
    """The database and the time, to be read; None if there is no database yet."""
    from aggregator.store.instance import DATABASE

    if not options.settings().store.url.get_secret_value() and not (options.data / DATABASE).exists():
        yield None
        return
    with options.instance() as instance, instance.store.read() as session:
        yield session, instance.clock.now()


@outlets_app.command("list")
def list_outlets(
    context: typer.Context,
    asked: Annotated[bool, typer.Option("--asked", help="Only those whose feeds are asked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Each outlet with its lean as the raters have it, and the state of its feeds."""
    from aggregator.cli import outlet_list

    options: Options = context.obj
    with _database(options) as found:
        rows = outlet_list.listed(options.outlets(), found, _today(options), asked=asked)
    if as_json:
        typer.echo(outlet_list.as_json(rows))
        return
    for line in outlet_list.as_lines(rows):
        typer.echo(line)


def _today(options: Options) -> "date":
    from aggregator.clock import Clock, parse_time

    return (Clock(parse_time(options.now, end_of_day=True)) if options.now else Clock()).now().date()


@outlets_app.command()
def show(context: typer.Context, key: Key) -> None:
    """One outlet: what the file says of it, who rates it how, and how each of its feeds is.

    Example:

        aggregator outlets show example-times
    """
    from aggregator.cli.outlet_report import outlet_lines

    options: Options = context.obj
    spec = next((one for one in options.outlets() if one.key == key), None)
    with _database(options) as found:
        lines = list(outlet_lines(key, spec, found, _today(options)))
    if not lines:
        typer.echo(f"no outlet has the key {key!r}", err=True)
        raise typer.Exit(1)
    for line in lines:
        typer.echo(line)


@outlets_app.command()
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The outlet's home page, or one of its feeds.")],
    key: Annotated[str, typer.Option(help="Its key; else from the host's name.")] = "",
    name: Annotated[str, typer.Option(help="Its name; else what the page calls itself.")] = "",
    feed: Annotated[list[str] | None, typer.Option(help="Take this feed, not those found; may be repeated.")] = None,
    yes: Yes = False,
) -> None:
    """Find an outlet's feeds and append it to outlets.toml, unrated. On a terminal it asks first.

    Example:

        aggregator outlets add https://www.example.com/
    """
    from aggregator.clock import Clock, parse_time
    from aggregator.sources.discovery import discover
    from aggregator.sources.outlets_file import append_outlets

    options: Options = context.obj
    specs, settings = options.outlets(), options.settings()
    _refuse_known(specs, [url, *(feed or [])])
    clock = Clock(parse_time(options.now, end_of_day=True)) if options.now else Clock()
    say = (lambda line: None) if options.quiet else (lambda line: typer.echo(line, err=True))
    given = list(dict.fromkeys(feed or ()))
    found = discover(url, settings, clock, say, given)
    if len(found.feeds) < max(len(given), 1):
        _say_vain(found, named=bool(given))
        raise typer.Exit(1)
    spec = _spec(found, specs, key, name)
    _refuse_known(specs, [spec.home, *(f"https://{domain}/" for domain in spec.domains), *(f.url for f in found.feeds)])
    for line in _found_lines(spec, found.feeds):
        typer.echo(line)
    if not agreed(yes, f"Add it to {options.config / 'outlets.toml'}?"):
        raise typer.Exit(1)
    append_outlets(options.config, [spec])
    typer.echo(f"added to {options.config / 'outlets.toml'}, unrated; next: aggregator --config {options.config} run")


def _say_vain(found: "Discovery", *, named: bool) -> None:
    """What was asked without finding a feed, and why nothing is added."""
    for address, why in found.vain:
        typer.echo(f"  {address}: {why}", err=True)
    if named:
        typer.echo("not added: not every --feed could be read as a feed", err=True)
    else:
        typer.echo("not added: no feed was found; if you know the address of one, --feed URL names it", err=True)


def _spec(found: "Discovery", specs: "Sequence[OutletSpec]", key: str, name: str) -> "OutletSpec":
    """The outlet as found. Raises ConfigError for a key or name that cannot be one."""
    from pydantic import ValidationError

    from aggregator.errors import ConfigError
    from aggregator.sources.opml import free_key
    from aggregator.sources.outlets import FeedSpec, OutletSpec

    try:
        return OutletSpec(
            key=key or free_key(_host(found.home), name or found.name, {spec.key for spec in specs}),
            name=name or found.name,
            home=found.home,
            country=found.country,
            language=found.language,
            domains=found.domains,
            feeds=tuple(FeedSpec(url=feed.url) for feed in found.feeds),
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{first['input']!r}: {first['msg']}", key=where, fix="give --key or --name") from None


def _refuse_known(specs: "Sequence[OutletSpec]", urls: Sequence[str]) -> None:
    """Raises ConfigError if one of the addresses, or its host, is an outlet's already."""
    from aggregator.errors import ConfigError

    owners = {thing: spec.key for spec in specs for thing in (*(f.url for f in spec.feeds), *spec.all_domains)}
    offered = {spec.key for spec in specs if spec.offered}
    for url in urls:
        for thing in (url, _host(url)):
            if thing in owners:
                fix = f"further feeds go into the table [{owners[thing]}] of outlets.toml"
                if owners[thing] in offered:
                    fix = f"it is in the list already: aggregator outlets enable {owners[thing]}"
                raise ConfigError(f"{thing} belongs to [{owners[thing]}] already", file="outlets.toml", fix=fix)


def _host(url: str) -> str:
    from aggregator.sources.domains import domain_of

    return domain_of(url if "://" in url else f"https://{url}")


def _found_lines(spec: "OutletSpec", feeds: "Sequence[FoundFeed]") -> Iterator[str]:
    from aggregator.clock import rfc3339

    about = ", ".join(part for part in (spec.country, spec.language, *spec.domains) if part)
    yield f"[{spec.key}] {spec.name}, {spec.home}{f' ({about})' if about else ''}"
    for feed in feeds:
        newest = f", newest {rfc3339(feed.newest)}" if feed.newest else ", undated"
        entries = f"{len(feed.document.entries)} entries{newest if feed.document.entries else ''}"
        yield f"  {feed.url}  {feed.document.format}, {entries} (found by: {feed.source})"


@outlets_app.command()
def disable(
    context: typer.Context,
    key: Key,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the file next.")],
) -> None:
    """Ask an outlet's feeds no more from the next poll on; its articles stay.

    Example:

        aggregator outlets disable example-times --reason "asked us to stop"
    """
    from aggregator.sources.outlets_file import set_disabled
    from aggregator.text import one_line

    options: Options = context.obj
    if not one_line(reason):
        raise typer.BadParameter("a reason is needed")
    set_disabled(options.config, key, reason)
    typer.echo(f"[{key}] is disabled")


@outlets_app.command()
def enable(
    context: typer.Context,
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of outlets, disabled or offered.")] = None,
    start: Annotated[bool, typer.Option("--start", help="Those that are offered to begin with.")] = False,
    country: Annotated[str, typer.Option(help="Those that are offered of a country, such as GB.")] = "",
) -> None:
    """Ask the feeds of outlets that are offered, or that were disabled, from the next poll on.

    Example:

        aggregator outlets enable --start
    """
    from aggregator.sources.outlets_file import set_asked

    options: Options = context.obj
    given = list(dict.fromkeys(keys or ()))
    if not (given or start or country):
        raise typer.BadParameter("give keys, --start or --country")
    offered = [spec for spec in options.outlets() if spec.offered and not spec.disabled]
    taken = [spec for spec in offered if (start and spec.offered == "start") or (country and spec.country == country)]
    if not given and not taken:
        typer.echo("no outlet is offered there that is not enabled already", err=True)
        raise typer.Exit(1)
    chosen = list(dict.fromkeys((*given, *(spec.key for spec in taken))))
    set_asked(options.config, chosen)
    for key in chosen:
        typer.echo(f"[{key}] is enabled")

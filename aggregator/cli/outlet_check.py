"""`outlets check`: every feed asked once; where an outlet has none, one is looked for. What was found can be kept."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.options import Options, progress_bars

if TYPE_CHECKING:
    from aggregator.clock import Clock
    from aggregator.sources.feed_check import FeedReport
    from aggregator.sources.outlets import OutletSpec

Country = Annotated[str, typer.Option(help="All of a country that are not disabled, such as GB.")]


def check(
    context: typer.Context,
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of outlets; all that are asked by default.")] = None,
    country: Country = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that are offered and not enabled; not the disabled ones.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write what was found to this file, one JSON object a line.")
    ] = None,
) -> None:
    """Ask every feed once, politely, and say what it answers; look for feeds of outlets that have none.

    Changes neither outlets.toml nor the database. Exit 1 if a feed cannot be read.

    Example:

        aggregator outlets check --country GB --report feeds.jsonl
    """
    from aggregator.clock import Clock, parse_time

    options: Options = context.obj
    chosen = _chosen(options, keys or (), country, everything)
    clock = Clock(parse_time(options.now, end_of_day=True)) if options.now else Clock()
    asked = failed = 0
    with ExitStack() as stack:
        file = stack.enter_context(report.open("w", encoding="utf-8")) if report else None
        progress = stack.enter_context(progress_bars(options))
        for key, said in _found(options, chosen, clock, lambda n: progress("feeds", n)):
            listed = said.state not in ("found", "no-feed")  # those are the outlets' that list none
            asked, failed = asked + listed, failed + (listed and not said.works)
            _keep(file, key, said, clock)
            if not said.works or not options.quiet:
                typer.echo(f"{said.state:14}{key}  {said.url}  {_in_words(said)}")
    if failed or not options.quiet:
        typer.echo(f"{asked - failed} of {asked} feeds can be read")
    if not asked and not options.quiet:
        typer.echo("give keys, --country or --all to check outlets that are offered and not enabled", err=True)
    if failed:
        raise typer.Exit(1)


def _chosen(options: Options, keys: Sequence[str], country: str, everything: bool) -> "list[OutletSpec]":
    """The outlets to check. Raises ConfigError for a key or a country that none has."""
    from aggregator.errors import ConfigError

    specs = {spec.key: spec for spec in options.outlets()}
    for key in keys:
        if key not in specs:
            raise ConfigError("is not an outlet", file=options.config / "outlets.toml", key=key)
    if keys:
        return [specs[key] for key in keys]
    if country and not any(spec.country == country for spec in specs.values()):
        raise ConfigError("no outlet is of it", file=options.config / "outlets.toml", key=f"country {country!r}")
    wanted = (spec for spec in specs.values() if not country or spec.country == country)
    return [spec for spec in wanted if spec.asked or ((everything or country) and not spec.disabled)]


def _found(
    options: Options, chosen: "Sequence[OutletSpec]", clock: "Clock", progress: Callable[[int], None]
) -> "Iterator[tuple[str, FeedReport]]":
    """Each outlet's key with a report on each of its feeds, then on feeds found of outlets that list none."""
    from aggregator.sources.discovery import discover
    from aggregator.sources.feed_check import FeedReport, check_feeds

    settings = options.settings()
    owners = {feed.url: spec.key for spec in chosen for feed in spec.feeds}
    for said in check_feeds(list(owners), settings, clock, progress):
        yield owners[said.url], said
    for spec in chosen:
        if spec.feeds:
            continue
        found = discover(spec.home, settings, clock)
        for feed in found.feeds:
            yield spec.key, FeedReport(feed.url, "found", "", len(feed.document.entries), feed.newest)
        if not found.feeds:
            why = "; ".join(f"{address}: {reason}" for address, reason in found.vain)
            yield spec.key, FeedReport(spec.home, "no-feed", why)


def _in_words(said: "FeedReport") -> str:
    from aggregator.clock import rfc3339

    entries = f"{said.entries} entries" + (f", newest {rfc3339(said.newest)}" if said.newest else "")
    return "; ".join((entries if said.works else said.detail, *said.notes))


def _keep(file: IO[str] | None, key: str, said: "FeedReport", clock: "Clock") -> None:
    """One line of the report, written at once: a check that is stopped leaves what it found."""
    from aggregator.clock import rfc3339

    if file is None:
        return
    row: dict[str, Any] = {
        "outlet": key,
        "url": said.url,
        "state": said.state,
        "detail": said.detail,
        "entries": said.entries,
        "newest": rfc3339(said.newest) if said.newest else None,
        "notes": list(said.notes),
        "checked_at": rfc3339(clock.now()),
    }
    file.write(json.dumps(row, ensure_ascii=False) + "\n")
    file.flush()

"""Commands about ratings: import a rater's list, and score the rule that puts ratings together."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import Options, progress_bars

if TYPE_CHECKING:
    from aggregator.sources.lean_evaluation import LeanEvaluation
    from aggregator.sources.rating_import import ImportPlan

_PRESETS = ("allsides", "mbfc", "ad-fontes")
#: outlets that are not listed, of which a dry run names so many
_MOST_STRANGERS = 20
_SHOWN = ("exact", "within_one", "interval_coverage", "balanced_exact", "center_share")


def import_ratings(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, JSON or JSON lines, plain or gzipped.")],
    mapping: Annotated[str, typer.Option(help=f"How the file is read: a TOML file, or one of {', '.join(_PRESETS)}.")],
    rated_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day of the list, for rows without a date; else the mapping's."),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The file is the rater's whole list: what it lacks is rated no more.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 if any row was rejected.")] = False,
) -> None:
    """Take a rater's list into the lean ledger, under your own rights to it. Rows of outlets you do not have are left.

    Each rejected row is reported with its place and reason, the others are written in one transaction. Importing a file
    twice changes nothing.

        aggregator outlets import-ratings ratings.csv --mapping my-rater.toml --dry-run
    """
    from aggregator.sources.outlets import sync_outlets
    from aggregator.sources.rating_import import apply_import, plan_import
    from aggregator.sources.rating_mapping import load_mapping
    from aggregator.sources.rating_rows import read_rows

    options: Options = context.obj
    how = load_mapping(mapping, options.config)
    with options.instance(create=True) as instance, progress_bars(options) as progress:
        now = instance.clock.now()
        rows = read_rows(file, how, now.date(), rated_on.date() if rated_on else None)
        with instance.store.write() as session:
            sync_outlets(session, instance.outlets, instance.clock)
            plan = plan_import(session, rows, how, now, complete=complete, progress=lambda n: progress("rows", n))
            if dry_run:
                session.rollback()
            else:
                apply_import(session, plan, now)
    _complain(plan, complete=complete)
    if dry_run:
        _show(plan)
    if not options.quiet:
        typer.echo(_told(plan, dry_run=dry_run))
    if plan.rejected and (strict or not (plan.changes or plan.unchanged or plan.unknown)):
        raise typer.Exit(1)


def _complain(plan: "ImportPlan", *, complete: bool) -> None:
    for place, why in plan.rejected:
        typer.echo(f"{place}: {why}", err=True)
    if complete and plan.unread:
        typer.echo("--complete: rows could not be read, so nothing was taken for missing from the list", err=True)


def _show(plan: "ImportPlan") -> None:
    """What would change, and whose rows would be left."""
    from aggregator.sources.rating_import import describe
    from aggregator.text import one_line

    for change in plan.changes:
        typer.echo(describe(change))
    for place, address in plan.strangers[:_MOST_STRANGERS]:
        typer.echo(f"{'not listed':10} {one_line(address, 120)} ({place})")
    if plan.unknown > _MOST_STRANGERS:
        typer.echo(f"{'not listed':10} and {plan.unknown - _MOST_STRANGERS} more")


def _told(plan: "ImportPlan", *, dry_run: bool) -> str:
    counts = ", ".join(f"{plan.count(what)} {what}" for what in ("new", "corrected", "gone"))
    return (
        f"import-ratings: {plan.rows} rows, {counts}, {plan.unchanged} known already, {plan.unknown} of outlets that "
        f"are not listed, {len(plan.rejected)} rejected{'; nothing was changed' if dry_run else ''}"
    )


def evaluate(
    context: typer.Context,
    gold: Annotated[
        Path, typer.Argument(help="JSON lines with several raters' columns for each domain, or its folder.")
    ],
    mapping: Annotated[
        list[str] | None, typer.Option(help="How a rater's columns are read; may be repeated. Default: all presets.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help='Print {"n": …, "scores": {…}, "by_family": {…}}.')] = False,
) -> None:
    """Hold out each family of raters and predict its labels from the others, by the ledger's rule.

    The majority vote of the same other families stands beside it. `center_share` is the share of outlets off Center
    that are called Center: lower is better.
    """
    from aggregator.clock import Clock, parse_time
    from aggregator.sources.lean_evaluation import evaluate_lean
    from aggregator.sources.rating_mapping import load_mapping

    options: Options = context.obj
    clock = Clock(parse_time(options.now, end_of_day=True)) if options.now else Clock()
    today: date = clock.now().date()
    found = evaluate_lean(gold, [load_mapping(name, options.config) for name in mapping or _PRESETS], today)
    if as_json:
        typer.echo(json.dumps(_rounded(found)))
        return
    typer.echo(f"{found.n} labels of held-out families")
    typer.echo(f"{'':24}{'':10}{'n':>6}" + "".join(f"{name:>19}" for name in _SHOWN))
    for family, scores in [("all", {"n": found.n, **found.scores}), *found.by_family.items()]:
        vote = found.vote if family == "all" else found.vote_by_family[family]
        typer.echo(f"{family:24}{'rule':10}{scores['n']:>6}" + _line(scores))
        typer.echo(f"{'':24}{'vote':10}{'':6}" + _line(vote))


def _line(scores: dict[str, float]) -> str:
    return "".join(f"{scores[name]:>19.4f}" if name in scores else f"{'':19}" for name in _SHOWN)


def _rounded(found: "LeanEvaluation") -> dict[str, object]:
    """`eval lean --json`."""

    def rounded(row: dict[str, float]) -> dict[str, float]:
        return {name: value if name == "n" else round(value, 4) for name, value in row.items()}

    return {
        "n": found.n,
        "scores": rounded(found.scores),
        "by_family": {family: rounded(row) for family, row in found.by_family.items()},
        "vote": rounded(found.vote),
        "vote_by_family": {family: rounded(row) for family, row in found.vote_by_family.items()},
    }

"""Commands that look: status, doctor, article show; and retry, which digs up what was buried."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.batch import PARTS, STAGES
from aggregator.cli.options import Options

if TYPE_CHECKING:
    from pipelines.trace import Trace

article_app = typer.Typer(no_args_is_help=True, help="Single articles.")


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(status)
    app.command()(retry)
    app.command()(doctor)
    app.add_typer(article_app, name="article")


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What is pending, held, waiting and buried in each stage, how the feeds are, and when the last run was."""
    from pipelines.batch import all_stages
    from pipelines.status import read_status

    options: Options = context.obj
    with options.instance() as instance:
        found = read_status(instance, all_stages(instance.settings, instance.clock, instance.topics))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{'stage':16}{'pending':>9}{'held':>7}{'waiting':>9}{'buried':>8}   why")
    for name, row in found["stages"].items():
        why = ", ".join(f"{reason} {n}" for reason, n in row["reasons"].items())
        typer.echo(f"{name:16}{row['pending']:>9}{row['held']:>7}{row['waiting']:>9}{row['buried']:>8}   {why}")
    typer.echo("feeds     " + (", ".join(f"{state} {n}" for state, n in found["feeds"].items()) or "none"))
    for feed in (*found["failing_feeds"], *found["odd_feeds"]):
        state = ", ".join(part for part in (feed["state"], feed["rest"]) if part)
        typer.echo(f"          {feed['url']}: {' '.join((state, feed['detail']))}; asked again {feed['next_at']}")
    typer.echo("asked     " + _schedule(found["feed_schedule"]))
    typer.echo("totals    " + ", ".join(f"{name} {n}" for name, n in found["totals"].items()))
    for name, text in found["alerts"].items():
        typer.echo(f"ALERT     {name}: {text}")
    typer.echo("last run  " + _last_run(found["last_run"]))


def _schedule(feeds: dict[str, Any]) -> str:
    counts = {name: feeds[name] for name in ("muted", "dormant") if feeds[name]}
    parts = [
        f"{feeds['due']} due",
        f"{feeds['within_an_hour']} within an hour",
        *(f"{n} {k}" for k, n in counts.items()),
    ]
    return ", ".join(parts) + (f"; the next at {feeds['next_at']}" if feeds["next_at"] else "")


def _last_run(run: dict[str, Any] | None) -> str:
    if run is None:
        return "never"
    ended = f"ended {run['ended_at']}, exit {run['exit_code']}" if run["ended_at"] else "did not end"
    return f"{run['id']} at {run['started_at']}, {ended}"


def retry(
    context: typer.Context,
    stage: Annotated[str, typer.Argument(help="The stage whose buried and waiting items are tried again.")],
) -> None:
    """Forget the failures of a stage; the next run tries those items again. `retry poll` makes failing feeds due."""
    from aggregator.articles.poll import ask_again
    from aggregator.store.leases import dig_up

    options: Options = context.obj
    if stage not in STAGES:
        raise typer.BadParameter(f"no stage {stage!r}; known: {', '.join(STAGES)}")
    with options.instance() as instance, instance.store.write() as session:
        count = sum(dig_up(session, part) for part in PARTS.get(stage, (stage,)))
        count += ask_again(session) if stage == "poll" else 0
    typer.echo(f"{stage}: {count} items will be tried again")


@article_app.command("show")
def show(
    context: typer.Context,
    which: Annotated[str, typer.Argument(metavar="ID|URL", help="An article's id, or any URL it is known by.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Where an article stands, stage by stage, and why it stopped there."""
    from dataclasses import asdict

    from pipelines.trace import trace_article

    options: Options = context.obj
    with options.instance() as instance, instance.store.read() as session:
        found = trace_article(session, which, instance.settings, instance.clock.now())
    if found is None:
        typer.echo(f"no article is known as {which}", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1))
        return
    _tell(found)


def _tell(found: "Trace") -> None:
    typer.echo(f"{found.id}  {found.title}")
    for name, value in found.facts.items():
        typer.echo(f"  {name:14}{value}")
    for step in found.steps:
        typer.echo(f"  {step.stage:10}{step.state:12}{step.detail}")


def doctor(context: typer.Context) -> None:
    """Check the installation: configuration, database, model, disk, and whether hosts can tell who asks.

    Exit 1 if something will not work.
    """
    from pipelines.doctor import examine

    options: Options = context.obj
    bad = 0
    for finding in examine(options.config, options.data, options.database):
        typer.echo(f"{finding.level:5} {finding.subject:14} {finding.text}")
        bad += finding.level == "fail"
    if bad:
        raise typer.Exit(1)

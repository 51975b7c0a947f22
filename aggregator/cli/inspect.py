"""Commands that look: status, doctor, article show, revisions, diff; and retry, which digs up what was buried."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.batch import PARTS, STAGES
from aggregator.cli.options import Options

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

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
    if stale := found["pages_source_changed"]:
        typer.echo(f"pages     {len(stale)} rest on passages that were edited away: `aggregator page check`")
    if waiting := found["open_contests"]:
        typer.echo(f"contests  {waiting} open: at the desk, or `aggregator outlets contest list`")
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


Which = Annotated[str, typer.Argument(metavar="ID|URL", help="An article's id, or any URL it is known by.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@article_app.command("revisions")
def revisions(context: typer.Context, which: Which, as_json: AsJson = False) -> None:
    """How an article changed since it was first read: each revision with the words that came and went."""
    from dataclasses import asdict

    from aggregator.articles.revisions import revisions as revisions_of
    from aggregator.clock import rfc3339

    options: Options = context.obj
    with options.instance() as instance, instance.store.read() as session:
        found = revisions_of(session, _known(session, which))
    if as_json:
        rows = [{**asdict(one), "made_at": rfc3339(one.made_at)} for one in found]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for one in found:
        marks = [one.title if one.title_changed or one.revision == 1 else "", "" if one.kept else "(text not kept)"]
        words = f"{one.words} words  +{one.added} -{one.removed}"
        at = "*" if one.current else " "
        typer.echo(f"{at}{one.revision:3}  {rfc3339(one.made_at)}  {words}  {' '.join(filter(None, marks))}".rstrip())


@article_app.command("diff")
def diff(
    context: typer.Context,
    which: Which,
    older: Annotated[int, typer.Option("--from", help="A revision; by default the one before the other.")] = 0,
    newer: Annotated[int, typer.Option("--to", help="A revision; by default the current one.")] = 0,
    as_json: AsJson = False,
) -> None:
    """What one revision of an article changed of another, title and sentences. Exit 1 if there is only one."""
    from dataclasses import asdict

    from aggregator.articles.revisions import difference
    from aggregator.errors import Rejected

    options: Options = context.obj
    try:
        with options.instance() as instance, instance.store.read() as session:
            found = difference(session, _known(session, which), older, newer)
    except Rejected as error:
        typer.echo(f"aggregator: {error.detail}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        changed = [asdict(one) for one in found.body if one.kind != "same"]
        typer.echo(json.dumps({**asdict(found), "body": changed}, ensure_ascii=False, indent=1))
        return
    typer.echo(f"revision {found.older} -> {found.newer}")
    for sign, title in zip("-+", found.title or (), strict=False):
        typer.echo(f"{sign} title: {title}")
    for one in found.body:
        typer.echo(f"{ {'same': ' ', 'gone': '-', 'new': '+'}[one.kind] } {one.text}")


def _known(session: "Session", which: str) -> str:
    """The id of the article that is known as `which`; exit 1 if none is."""
    from pipelines.trace import find_article

    article = find_article(session, which)
    if article is None:
        typer.echo(f"no article is known as {which}", err=True)
        raise typer.Exit(1)
    return article.id


def doctor(context: typer.Context) -> None:
    """Check the installation: configuration, database, model, disk, and whether hosts can tell who asks.

    Exit 1 if something will not work.
    """
    from pipelines.doctor import examine

    options: Options = context.obj
    bad = 0
    for finding in examine(options.config, options.data, options.database, options.time):
        typer.echo(f"{finding.level:5} {finding.subject:14} {finding.text}")
        bad += finding.level == "fail"
    if bad:
        raise typer.Exit(1)

"""Commands about contests: outlets contest list, file, show, answer, redact."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import Options

if TYPE_CHECKING:
    from aggregator.sources.contest_answers import Signed, Told

contest_app = typer.Typer(no_args_is_help=True, help="What readers contest of an outlet's labels.")

Id = Annotated[str, typer.Argument(metavar="ID", help="The contest's reference, as listed.")]
Words = Annotated[str, typer.Option("--text", help="The text; - reads it from stdin.")]
Actor = Annotated[str, typer.Option(help="Who decides: a name for the record.")]


@contest_app.command("list")
def list_(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that were answered, too.")] = False,
) -> None:
    """The contests that wait for an answer, the oldest first.

    Example:

        aggregator outlets contest list
    """
    from sqlalchemy import select

    from aggregator.sources import contest_answers
    from aggregator.sources.contests import is_open
    from aggregator.store.contest_tables import Contest
    from aggregator.text import one_line

    options: Options = context.obj
    with options.instance() as instance, instance.store.read() as session:
        query = select(Contest).order_by(Contest.recorded_at, Contest.id)
        rows = session.scalars(query if every else query.where(is_open())).all()
        for one in contest_answers.every(session, rows).values():
            asked, state = one.contest, one.answer.outcome if one.answer else "open"
            what = f"{asked.outlet_key} {asked.unit}: {asked.subject}"
            text = "(text deleted)" if one.text is None else one_line(one.text, 80)
            typer.echo(f"{asked.id}  {asked.recorded_at:%Y-%m-%d}  {state:10}  {what}  {text}")


@contest_app.command("file")
def file_(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The outlet's key.")],
    subject: Annotated[str, typer.Option(help="rating-wrong, rating-outdated, rating-missing, facts-wrong or other.")],
    text: Words,
    unit: Annotated[str, typer.Option(help="Which part of the outlet is meant.")] = "news",
) -> None:
    """Put a contest on record that came by another way than the form, such as a letter.

    Example:

        aggregator outlets contest file example-times --subject rating-wrong --text -
    """
    from aggregator.errors import Rejected
    from aggregator.sources.contest_filing import file_contest

    options: Options = context.obj
    written = _words(text)
    try:
        with options.instance() as instance, instance.store.write() as session:
            filed = file_contest(session, key, unit, subject, written, instance.clock.now())
    except Rejected as error:
        _refused(error.detail)
    typer.echo(f"{filed.id} waits for an answer" if filed.new else f"{filed.id} says the same already")


@contest_app.command()
def show(context: typer.Context, contest: Id) -> None:
    """A contest with its text and all answers to it.

    Example:

        aggregator outlets contest show c_ibh2nxovf3mc7yva
    """
    from aggregator.errors import Rejected
    from aggregator.sources.contest_answers import told

    options: Options = context.obj
    try:
        with options.instance() as instance, instance.store.read() as session:
            lines = list(_lines(told(session, contest)))
    except Rejected as error:
        _refused(error.detail)
    for line in lines:
        typer.echo(line)


@contest_app.command()
def answer(
    context: typer.Context,
    contest: Id,
    outcome: Annotated[str, typer.Option(help="changed, partly, unchanged, or not-taken: that is never public.")],
    text: Words = "",
    quote: Annotated[bool, typer.Option("--quote", help="Show readers the contest in its own words.")] = False,
    actor: Actor = "operator",
) -> None:
    """Answer a contest, or correct its answer; the outlet's page shows it after the next publish.

    Example:

        aggregator outlets contest answer c_ibh2nxovf3mc7yva --outcome unchanged --text "The rater stands by it."
    """
    from aggregator.errors import Rejected
    from aggregator.sources import contest_answers
    from aggregator.sources.contest_answers import Reply

    options: Options = context.obj
    reply = Reply(outcome, _words(text), quote)
    try:
        with options.instance() as instance, instance.store.write() as session:
            made = contest_answers.answer(session, contest, reply, _by(actor), instance.clock.now())
            said = f"{contest} is answered: {made.outcome}" + (
                "; readers see nothing of it" if made.outcome == "not-taken" else "; seen after the next publish"
            )
    except Rejected as error:
        _refused(error.detail)
    typer.echo(said)


@contest_app.command()
def redact(
    context: typer.Context,
    contest: Id,
    reason: Annotated[str, typer.Option(help="Why; for the record.")],
    actor: Actor = "operator",
) -> None:
    """Delete the text of a contest for good, also where it was quoted. Answers stay. It cannot be undone.

    Example:

        aggregator outlets contest redact c_ibh2nxovf3mc7yva --reason "names a private person"
    """
    from aggregator.errors import Rejected
    from aggregator.sources import contest_answers

    options: Options = context.obj
    try:
        with options.instance() as instance, instance.store.write() as session:
            contest_answers.redact(session, contest, reason, _by(actor), instance.clock.now())
    except Rejected as error:
        _refused(error.detail)
    typer.echo(f"the text of {contest} is deleted; gone from the outlet's page after the next publish")


def _by(actor: str) -> "Signed":
    from aggregator.sources.contest_answers import Signed
    from aggregator.summarise.actions import ROLE

    return Signed(actor, ROLE, any_answer=True)


def _lines(one: "Told") -> Iterator[str]:
    from aggregator.clock import rfc3339
    from aggregator.sources.contests import SUBJECTS

    asked = one.contest
    yield f"{asked.id}  {asked.outlet_key} {asked.unit}, {rfc3339(asked.recorded_at)} by {asked.came_by}"
    yield f"  {SUBJECTS[asked.subject]}"
    if one.text is not None:
        yield from (f"  | {line}" for line in one.text.splitlines())
    elif gone := one.redaction:
        yield f"  text deleted {rfc3339(gone.recorded_at)} by {gone.actor} ({gone.role}): {gone.reason}"
    for each in one.answers:
        quoted = ", quoting the contest" if each.quote_text else ""
        yield f"  answer {each.version}  {each.outcome}{quoted}, {rfc3339(each.recorded_at)} {each.actor} ({each.role})"
        yield from (f"    {line}" for line in each.text.splitlines())


def _words(text: str) -> str:
    return sys.stdin.read() if text == "-" else text


def _refused(why: str) -> None:
    typer.echo(f"aggregator: {why}", err=True)
    raise typer.Exit(1)

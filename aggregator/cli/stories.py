"""Commands that look at stories and decide about them: story show, merge, split …; decision list, undo."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import Options

if TYPE_CHECKING:
    from aggregator.store.story_tables import Decision
    from aggregator.stories.editing import StoryEditor

story_app = typer.Typer(no_args_is_help=True, help="Single stories, and what editors decide about them.")
decision_app = typer.Typer(no_args_is_help=True, help="Decisions of editors on record.")

StoryId = Annotated[str, typer.Argument(metavar="STORY", help="A story's id.")]
StoryIds = Annotated[list[str], typer.Argument(metavar="STORY…", help="Ids of stories.")]
Articles = Annotated[list[str], typer.Argument(metavar="ARTICLE…", help="Ids of articles.")]
Actor = Annotated[str, typer.Option(help="Who decides: a name for the record.")]
Reason = Annotated[str, typer.Option(help="Why; for the record.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(story_app, name="story")
    app.add_typer(decision_app, name="decision")


@story_app.command()
def show(context: typer.Context, story: StoryId) -> None:
    """A story's articles, why each joined, and what editors decided about it."""
    from aggregator.cli.tables import story_report
    from aggregator.errors import Rejected
    from aggregator.stories.ids import story_of

    options: Options = context.obj
    try:
        with options.instance() as instance, instance.store.read() as session:
            typer.echo("\n".join(story_report(session, story_of(session, story), instance.clock.now())))
    except Rejected as error:
        refused(error.detail)


@story_app.command()
def merge(context: typer.Context, stories: StoryIds, actor: Actor, reason: Reason) -> None:
    """Join stories into the oldest of them; the others lead to it from then on."""
    _decide(context, actor, reason, lambda editor: editor.merge(stories))


@story_app.command()
def split(context: typer.Context, story: StoryId, articles: Articles, actor: Actor, reason: Reason) -> None:
    """Part articles from the others of a story; the larger part keeps the id."""
    _decide(context, actor, reason, lambda editor: editor.split(story, articles))


@story_app.command()
def move(
    context: typer.Context,
    articles: Articles,
    actor: Actor,
    reason: Reason,
    to: Annotated[str, typer.Option(metavar="STORY", help="The story that they belong to.")],
) -> None:
    """Put articles of one story into another."""
    _decide(context, actor, reason, lambda editor: editor.move(articles, to))


@story_app.command()
def remove(context: typer.Context, articles: Articles, actor: Actor, reason: Reason) -> None:
    """Take articles out of their story, and of any: no later run places them."""
    _decide(context, actor, reason, lambda editor: editor.remove(articles))


@story_app.command()
def keep(context: typer.Context, articles: Articles, actor: Actor, reason: Reason) -> None:
    """Say that articles stand rightly in their story: no later run takes them out of it."""
    _decide(context, actor, reason, lambda editor: editor.keep(articles))


@story_app.command()
def lock(context: typer.Context, story: StoryId, actor: Actor, reason: Reason) -> None:
    """From now on nothing joins or leaves."""
    _decide(context, actor, reason, lambda editor: editor.lock(story))


@story_app.command()
def unlock(context: typer.Context, story: StoryId, actor: Actor, reason: Reason) -> None:
    """The opposite of lock."""
    _decide(context, actor, reason, lambda editor: editor.unlock(story))


@story_app.command()
def rename(
    context: typer.Context,
    story: StoryId,
    name: Annotated[str, typer.Argument(help="Its name at the desk; empty: as the machine finds.")],
    actor: Actor,
    reason: Reason,
) -> None:
    """Give a story a name of its own at the desk."""
    _decide(context, actor, reason, lambda editor: editor.rename(story, name))


@story_app.command()
def topic(
    context: typer.Context,
    story: StoryId,
    slug: Annotated[str, typer.Argument(metavar="TOPIC", help="As in topics.toml; empty: as its articles say.")],
    actor: Actor,
    reason: Reason,
) -> None:
    """Put a story into another topic."""
    options: Options = context.obj
    with options.instance() as instance:
        known = [one.slug for one in instance.topics.topics]
    if slug and slug not in known:
        raise typer.BadParameter(f"no topic {slug!r}; known: {', '.join(known)}")
    _decide(context, actor, reason, lambda editor: editor.set_topic(story, slug))


@story_app.command()
def thread(
    context: typer.Context,
    story: StoryId,
    actor: Actor,
    reason: Reason,
    with_: Annotated[str, typer.Option("--with", metavar="STORY", help="A story of the thread that it is of.")] = "",
    alone: Annotated[bool, typer.Option("--alone", help="It is of no thread.")] = False,
) -> None:
    """Put a story into a thread, or hold it out of every one; with neither, it goes where the machine finds."""
    if with_ and alone:
        raise typer.BadParameter("--with and --alone exclude each other")
    _decide(context, actor, reason, lambda editor: editor.set_thread(story, story if alone else with_))


@decision_app.command("list")
def list_(
    context: typer.Context,
    about: Annotated[str, typer.Option(metavar="ID", help="Only those on this story or page.")] = "",
) -> None:
    """The decisions of editors, the newest first."""
    from sqlalchemy import select

    from aggregator.clock import rfc3339
    from aggregator.store.story_tables import Decision
    from aggregator.stories.decisions import undone

    options: Options = context.obj
    with options.instance() as instance, instance.store.read() as session:
        every = session.scalars(select(Decision).order_by(Decision.id.desc())).all()
        gone = undone(every)
        for one in every:
            if not about or about in one.subjects:
                what = f"undo {one.undoes}" if one.undoes is not None else one.kind
                mark = "  (undone)" if one.id in gone else ""
                who = f"{one.actor} ({one.role})"
                typer.echo(
                    f"{one.id:>5}  {rfc3339(one.at)}  {what:9} {' '.join(one.subjects)}  {who}: {one.reason}{mark}"
                )


@decision_app.command()
def undo(
    context: typer.Context,
    number: Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="The decision's number, as listed.")],
    actor: Actor,
    reason: Reason,
) -> None:
    """Take a decision back; of several on one story or page the last one first."""
    from aggregator.analysis.gap_editing import take_back
    from aggregator.errors import Rejected
    from aggregator.store.story_tables import Decision
    from aggregator.stories.decisions import GAP_KIND, PAGE_KINDS
    from aggregator.stories.editing import By, StoryEditor
    from aggregator.summarise import actions

    options: Options = context.obj
    try:
        with options.instance() as instance, instance.store.write() as session:
            decision = session.get(Decision, number)
            if decision is not None and decision.kind in PAGE_KINDS:
                actions.undo(session, number, actor=actor, reason=reason, clock=instance.clock)
            elif decision is not None and decision.kind == GAP_KIND:
                take_back(session, instance.clock, By(actor, actions.ROLE, reason), number)
            else:
                StoryEditor(session, instance.clock, By(actor, actions.ROLE, reason)).undo(number)
    except Rejected as error:
        refused(error.detail)
    typer.echo(f"decision {number} is undone; seen after the next `aggregator run`")


def _decide(context: typer.Context, actor: str, reason: str, what: "Callable[[StoryEditor], Decision]") -> None:
    from aggregator.errors import Rejected
    from aggregator.stories.editing import By, StoryEditor
    from aggregator.summarise.actions import ROLE

    options: Options = context.obj
    try:
        with options.instance() as instance, instance.store.write() as session:
            done = what(StoryEditor(session, instance.clock, By(actor, ROLE, reason)))
            said = f"decision {done.id}: {done.kind} {' '.join(done.subjects)}; seen after the next `aggregator run`"
    except Rejected as error:
        refused(error.detail)
    typer.echo(said)


def refused(why: str) -> None:
    typer.echo(f"aggregator: {why}", err=True)
    raise typer.Exit(1)

"""Commands that look at pages and decide about them: page show, check, edit, hold, publish, withdraw, correct."""

import json
from typing import Annotated, Any

import typer

from aggregator.cli.options import Options

page_app = typer.Typer(no_args_is_help=True, help="Single pages. A page has its story's id.")

PageId = Annotated[str, typer.Argument(metavar="ID", help="The page's id, or its address.")]
Actor = Annotated[str, typer.Option(help="Who decides: a name for the record.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(page_app, name="page")


@page_app.command()
def show(
    context: typer.Context,
    page: PageId,
    version: Annotated[int, typer.Option(help="A version; the newest by default.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="The page as consumers get it.")] = False,
) -> None:
    """A page's versions, and the text of one with its markers."""
    from sqlalchemy import select
    from sqlalchemy.orm import undefer

    from aggregator.clock import rfc3339
    from aggregator.store.page_tables import PageRow
    from aggregator.summarise.page import StoryPage
    from aggregator.summarise.stale import stale_evidence

    options: Options = context.obj
    with options.instance() as instance, instance.store.read() as session:
        query = select(PageRow).options(undefer(PageRow.content)).where(PageRow.id == _id(page))
        versions = session.scalars(query.order_by(PageRow.version)).all()
        chosen = next((row for row in versions if row.version == version), versions[-1] if versions else None)
        stale = stale_evidence(session, StoryPage.model_validate(chosen.content)) if chosen and not as_json else ()
    if chosen is None or (version and chosen.version != version):
        typer.echo(f"aggregator: there is no page {page}" + (f" in version {version}" if version else ""), err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(chosen.content, ensure_ascii=False, indent=1))
        return
    for row in versions:
        typer.echo(f"version {row.version}  {rfc3339(row.made_at)}  {row.status:10} by {row.made_by}  {row.reason}")
    for one in stale:
        typer.echo(f"source changed: [{one.evidence.n}] {one.outlet}, {one.why}: {one.evidence.quote}")
    typer.echo("\n" + _prose(chosen.content))


@page_app.command()
def check(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The pages that readers see of which a cited passage is in its article no longer; the next run writes them anew.

    Exit 1 if there is one.
    """
    from dataclasses import asdict

    from aggregator.summarise.stale import stale_pages

    options: Options = context.obj
    with options.instance() as instance, instance.store.read() as session:
        found = list(stale_pages(session))
    if as_json:
        rows = [
            {
                **asdict(page),
                "passages": [
                    {**one.evidence.model_dump(), "outlet": one.outlet, "why": one.why} for one in page.passages
                ],
            }
            for page in found
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    for page in () if as_json else found:
        typer.echo(f"{page.id}  version {page.version}  {page.headline}")
        for one in page.passages:
            typer.echo(f"  [{one.evidence.n}] {one.outlet}, {one.why}: {one.evidence.quote}")
    if found:
        raise typer.Exit(1)


def _prose(page: dict[str, Any]) -> str:
    def told(sentence: dict[str, Any]) -> str:
        return str(sentence["text"]) + "".join(f"[{n}]" for n in sentence["citations"])

    parts = [page["headline"], " ".join(map(told, page["dek"]))]
    parts += [f"- {one['label']}: {told(one['sentence'])}" for one in page["perspectives"]]
    parts += [f"Not represented: {one['text']}" for one in page["not_represented"]]
    parts += ["Why this matters: " + " ".join(map(told, page["why_it_matters"]))] if page["why_it_matters"] else []
    parts += [" ".join(map(told, paragraph)) for paragraph in page["body"]]
    for one in page["viewpoints"]:
        parts.append(f"{one['name']}: {told(one['stance'])} " + " ".join(map(told, one["sentences"])))
    parts += [f"[{one['n']}] {one['outlet']} | {one['lean']['label']} | {one['title']}" for one in page["sources"]]
    parts += [f"left out: {one['element']}: {one['reason']}" for one in page["omitted"]]
    return "\n\n".join(parts)


def _command(kind: str, text: str, reason_help: str) -> None:
    def command(
        context: typer.Context,
        page: PageId,
        actor: Actor,
        reason: Annotated[str, typer.Option(help=reason_help)],
    ) -> None:
        from aggregator.errors import Rejected
        from aggregator.summarise.actions import act

        options: Options = context.obj
        try:
            with options.instance() as instance, instance.store.write() as session:
                done = act(session, _id(page), kind, actor=actor, reason=reason, clock=instance.clock)
        except Rejected as error:
            typer.echo(f"aggregator: {error.detail}", err=True)
            raise typer.Exit(1) from None
        typer.echo(f"{done.id} version {done.version}: {done.status}; seen at the next `aggregator publish`")

    page_app.command(kind, help=text)(command)


_command("hold", "Take a page out of site and feeds until it is published again.", "Why; for the record.")
_command("approve", "Say that the newest version was reviewed; publish lets it out.", "Why; for the record.")
_command("publish", "Publish the newest version of a page that was held or withdrawn.", "Why; for the record.")
_command("withdraw", "Withdraw a page for good: its address says so, with the reason.", "Why; shown to readers.")
_command("correct", "Note a correction on a page and in the feeds.", "What was put right; shown to readers.")


@page_app.command()
def edit(
    context: typer.Context,
    page: PageId,
    actor: Actor,
    reason: Annotated[str, typer.Option(help="Why; for the record.")],
    headline: Annotated[str, typer.Option(help="A headline of one's own.")] = "",
    dek: Annotated[str, typer.Option(help="A dek of one's own: one or two sentences.")] = "",
) -> None:
    """Word a headline or dek anew; what the sources do not bear out is refused."""
    from aggregator.errors import Rejected
    from aggregator.summarise.actions import edit as edit_page
    from aggregator.summarise.edits import Broken
    from aggregator.summarise.page import Edited
    from aggregator.summarise.write import copy_limits

    wanted: list[tuple[Edited, str]] = [("headline", headline)] if headline else []
    wanted += [("dek", dek)] if dek else []
    if not wanted:
        raise typer.BadParameter("nothing to change", param_hint="--headline or --dek")
    options: Options = context.obj
    try:
        with options.instance() as instance, instance.store.write() as session:
            limits, clock, key = copy_limits(instance.settings), instance.clock, _id(page)
            for name, text in wanted:
                done = edit_page(session, key, name, text, actor=actor, reason=reason, clock=clock, limits=limits)
    except Broken as error:
        typer.echo("\n".join(f"aggregator: {one}" for one in error.complaints), err=True)
        raise typer.Exit(1) from None
    except Rejected as error:
        typer.echo(f"aggregator: {error.detail}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{done.id} version {done.version}: {done.status}; seen at the next `aggregator publish`")


def _id(page: str) -> str:
    """The id in an address such as https://news.example.org/story/s_abc/a-headline, or the id itself."""
    return page.split("/story/", 1)[-1].split("/", 1)[0]

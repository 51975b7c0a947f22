"""The command that removes what a publisher wants removed: purge."""

from typing import Annotated

import typer

from aggregator.cli.options import Options


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(purge)


def purge(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why; for the record, and what `article show` says.")],
    url: Annotated[str, typer.Option(help="An article's address, or its id.")] = "",
    outlet: Annotated[str, typer.Option(help="An outlet's key: all its articles.")] = "",
    actor: Annotated[str, typer.Option(help="Who decides: a name for the record.")] = "operator",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    wait: Annotated[float, typer.Option(min=0, help="Wait so many seconds for a run to end, instead of exit 75.")] = 0,
) -> None:
    """Remove articles for good: texts, HTML, vectors, and what pages took of them. It cannot be undone.

    Example:

        aggregator purge --url https://example.com/story --reason "asked for by the publisher"
    """
    from aggregator.errors import Rejected
    from pipelines.purge import purge as purge_all

    if bool(url) == bool(outlet):
        raise typer.BadParameter("one of the two is needed", param_hint="--url or --outlet")
    options: Options = context.obj
    try:
        with options.instance() as instance:
            done = purge_all(
                instance, url=url, outlet=outlet, actor=actor, reason=reason, dry_run=dry_run, wait_seconds=wait
            )
    except Rejected as error:
        typer.echo(f"aggregator: {error.detail}", err=True)
        raise typer.Exit(1) from None
    verb = "would be purged" if dry_run else "purged"
    before = f" ({done.before} of them before)" if done.before else ""
    typer.echo(f"{done.articles} articles{before}, {done.documents} texts {verb}")
    for page in done.pages:
        state = "would be redacted" if dry_run else f"{page.versions} versions redacted"
        held = "; held until the next run has written it anew" if page.held else ""
        typer.echo(f"page {page.id}: {state}{held}")

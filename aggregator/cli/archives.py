"""Commands that move archives in and out, and score what is found in them: import, export, eval."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.options import Options, progress_bars
from aggregator.cli.ratings import evaluate as evaluate_lean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO, BinaryIO

    from aggregator.articles.archive import ImportReport
    from aggregator.stories.evaluation import Evaluation
    from pipelines.batch import Instance

eval_app = typer.Typer(no_args_is_help=True, help="Score the pipeline on labelled data.")
_BATCH = 200
_BATCH_BYTES = 20_000_000


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("import")(import_)
    app.command()(export)
    eval_app.command("lean")(evaluate_lean)
    app.add_typer(eval_app, name="eval")


def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="JSON lines or WARC, plain or gzipped; - for standard input.")],
    name: Annotated[
        str, typer.Option(help="Name of the archive: ids of articles without a URL come from it and their id.")
    ] = "",
    no_dates: Annotated[bool, typer.Option("--no-dates", help="Withhold all dates.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 if any line was rejected.")] = False,
) -> None:
    """Take articles from an archive: `text` and one of `url` and `id` are required on each line.

    Optional: title, published_at or date, outlet, authors, language, section, rights (full, quote, metadata). Importing
    a file twice changes nothing. Rejected lines are reported with number and reason. Of a WARC file the HTML pages
    (responses with status 200) are taken. Then run the stages:

        aggregator import corpus.jsonl.gz

        aggregator import crawl.warc.gz

        aggregator run
    """
    from aggregator.articles.archive import open_archive, opened
    from aggregator.articles.warc import is_warc

    options: Options = context.obj
    if file != "-" and not Path(file).is_file():
        from aggregator.errors import ConfigError

        raise ConfigError("there is no such file", file=file)
    source: Any = sys.stdin.buffer if file == "-" else Path(file)
    archive = name or ("stdin" if file == "-" else Path(file).name.split(".")[0])
    with options.instance(create=True) as instance, ExitStack() as stack:
        raw = source if file == "-" else stack.enter_context(opened(source))
        if warc := is_warc(raw.peek(1024)[:1024]):
            report = _read_warc(instance, raw, not no_dates, options)
        else:
            stream = stack.enter_context(open_archive(source))
            report = _read_all(instance, stream, archive, not no_dates, options)
    if not options.quiet:
        typer.echo(_told(report, "records" if warc else "lines"))
    if not report.accepted or (strict and report.rejected):
        raise typer.Exit(1)


def _told(report: "ImportReport", unit: str) -> str:
    skipped = f", {report.skipped} skipped" if unit == "records" else ""
    return (
        f"import: {report.lines} {unit}, {report.new} new, {report.changed} changed, "
        f"{report.unchanged} known already, {report.rejected} rejected{skipped}"
    )


def _read_all(
    instance: "Instance", stream: "IO[bytes]", name: str, with_dates: bool, options: Options
) -> "ImportReport":
    """Line by line, a transaction every few hundred: memory does not grow with the file."""
    from aggregator.articles.archive import (
        ArchiveArticle,
        ImportReport,
        OutletNames,
        numbered_lines,
        read_line,
        save_articles,
    )
    from aggregator.errors import Rejected
    from aggregator.sources.outlets import sync_outlets

    report, now = ImportReport(), instance.clock.now()
    with instance.store.write() as session:
        sync_outlets(session, instance.outlets, instance.clock)
        outlets = OutletNames(session)
    batch: list[ArchiveArticle] = []

    def flush() -> None:
        with instance.store.write() as session:
            save_articles(session, batch, outlets, now, report)
        batch.clear()
        if options.attended:
            typer.echo(f"\r{report.lines} lines", nl=False, err=True)

    for number, line in numbered_lines(stream):
        report.lines += 1
        try:
            batch.append(read_line(line, name, now, with_dates=with_dates))
        except Rejected as error:
            report.rejected += 1
            typer.echo(f"line {number}: {error}", err=True)
        if len(batch) >= _BATCH:
            flush()
    flush()
    return report


def _read_warc(instance: "Instance", stream: "BinaryIO", with_dates: bool, options: Options) -> "ImportReport":
    """Record by record, a transaction every few pages: memory does not grow with the file."""
    from aggregator.articles.archive import ImportReport, OutletNames
    from aggregator.articles.archived_pages import save_pages
    from aggregator.articles.warc import WarcPage, read_warc
    from aggregator.errors import Rejected
    from aggregator.sources.outlets import sync_outlets

    report, now, settings = ImportReport(), instance.clock.now(), instance.settings
    with instance.store.write() as session:
        sync_outlets(session, instance.outlets, instance.clock)
        outlets = OutletNames(session)
    batch: list[WarcPage] = []

    def flush() -> None:
        most = settings.extract.max_html_bytes
        with instance.store.write() as session:
            save_pages(session, batch, outlets, now, report, most=most, with_dates=with_dates)
        batch.clear()
        if options.attended:
            typer.echo(f"\r{report.lines} records", nl=False, err=True)

    size = 0
    for number, found in read_warc(stream, settings.net.max_page_bytes):
        report.lines = number
        if isinstance(found, Rejected):
            report.rejected += 1
            typer.echo(f"record {number}: {found}", err=True)
        elif found is None:
            report.skipped += 1
        else:
            batch.append(found)
            size += len(found.html)
        if size >= _BATCH_BYTES or len(batch) >= _BATCH:
            flush()
            size = 0
    flush()
    return report


def export(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="articles, documents, stories, pages, claims, ratings or decisions")],
    with_text: Annotated[bool, typer.Option("--with-text", help="Articles with their texts.")] = False,
    status: Annotated[str, typer.Option(help="Pages that are published (with tombstones), or any.")] = "published",
) -> None:
    """Write what the database holds to stdout, one JSON object a line.

    Example:

        aggregator export stories | jq 'select(.outlets | length > 3) | .title'
    """
    from aggregator.publish.export import EXPORTS

    options: Options = context.obj
    if what not in EXPORTS:
        raise typer.BadParameter(f"{what!r} cannot be exported; known: {', '.join(EXPORTS)}")
    if status not in ("published", "any"):
        raise typer.BadParameter(f"{status!r} is neither published nor any")
    with options.instance() as instance, instance.store.read() as session:
        now = instance.clock.now()
        arguments: dict[str, dict[str, Any]] = {
            "articles": {"now": now, "with_text": with_text},
            "stories": {"now": now},
            "pages": {"status": status},
        }
        for row in EXPORTS[what](session, **arguments.get(what, {})):
            typer.echo(json.dumps(row, ensure_ascii=False))


@eval_app.command()
def cluster(
    context: typer.Context,
    gold: Annotated[Path, typer.Argument(help="JSONL file or folder whose lines have a story_id.")],
    no_dates: Annotated[bool, typer.Option("--no-dates", help="Withhold all dates.")] = False,
    since: Annotated[str, typer.Option(help="Only articles from this day on (2018-09-01).")] = "",
    merged: Annotated[Path | None, typer.Option(help="JSON file {story: story that it counts as}.")] = None,
    with_baselines: Annotated[bool, typer.Option("--baselines", help="Score simpler methods beside it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help='Print {"n": …, "scores": {…}}.')] = False,
) -> None:
    """Run the real stages over a labelled archive, in a database of its own, and score the stories found.

    B-cubed precision, recall and F1 (with a 95 % interval by bootstrap over stories), pairwise F1, and the number of
    stories found per true one. Lines without a story_id run along and are not scored.
    """
    from aggregator.cli.logs import set_up_logs
    from aggregator.clock import Clock, parse_time
    from aggregator.errors import ConfigError
    from aggregator.stories.evaluation import GoldOptions, evaluate_clusters
    from aggregator.text import one_line

    options: Options = context.obj
    set_up_logs(as_json=options.log_json, quiet=options.quiet)
    if not gold.exists():
        raise ConfigError("there is no such file or folder", file=gold)
    labels = _labels(merged) if merged else {}
    how = GoldOptions(not no_dates, parse_time(since, key="since") if since else None, labels)
    clock = Clock(parse_time(options.now, end_of_day=True)) if options.now else Clock()
    with progress_bars(options) as progress:
        result = evaluate_clusters(gold, options.settings(), how, clock.now(), progress, with_baselines=with_baselines)
    if not result.n:
        why = f"none of {result.articles} articles has a story_id ({result.skipped} lines were no articles)"
        raise ConfigError(why, file=gold, fix="give lines a story_id")
    if as_json:
        typer.echo(json.dumps(_rounded(result)))
        return
    skipped = f"; {result.skipped} lines were no articles" if result.skipped else ""
    typer.echo(f"{result.articles} articles, {result.n} of them labelled{skipped}")
    for key, value in result.scores.items():
        typer.echo(f"  {key:18} {value:.4f}")
    for stage, seconds in result.seconds.items():
        rate = result.articles / seconds if seconds else 0.0
        typer.echo(f"  {stage:18} {seconds:.1f} s, {rate:.0f} articles/s")
    for size, row in result.sizes.items():
        of = f"{row['n']:.0f} articles of stories of {size}"
        typer.echo(f"  {of:36} precision {row['b3_precision']:.3f}, recall {row['b3_recall']:.3f}")
    for name, row in result.baselines.items():
        typer.echo(f"  {name:26} b3_f1 {row['b3_f1']:.4f} at its best cut, {row['cut']:.2f}")
    for wrong in result.worst:
        parts, titles = " + ".join(map(str, wrong.parts)), " | ".join(one_line(title, 70) for title in wrong.titles)
        typer.echo(f"{wrong.how} {parts}: {titles}")


def _rounded(result: "Evaluation") -> dict[str, object]:
    """`eval cluster --json`."""

    def rounded(row: "Mapping[str, float]") -> dict[str, float]:
        return {key: round(value, 4) for key, value in row.items()}

    found: dict[str, object] = {"n": result.n, "scores": rounded(result.scores)}
    found["sizes"] = {size: rounded(row) for size, row in result.sizes.items()}
    if result.baselines:
        found["baselines"] = {name: rounded(row) for name, row in result.baselines.items()}
    found["worst"] = [
        {"how": one.how, "story": one.story, "parts": list(one.parts), "lost": one.lost, "titles": list(one.titles)}
        for one in result.worst
    ]
    return found


@eval_app.command()
def extract(
    context: typer.Context,
    gold: Annotated[Path, typer.Argument(help="Folder with pages.jsonl.gz and html/ or html.tar.")],
    as_json: Annotated[bool, typer.Option("--json", help='Print {"n": …, "scores": {…}}.')] = False,
) -> None:
    """Read pages of news whose text is known, and score body, title, authors and date."""
    from aggregator.articles.evaluation import evaluate_extraction
    from aggregator.cli.logs import set_up_logs
    from aggregator.errors import ConfigError

    options: Options = context.obj
    set_up_logs(as_json=options.log_json, quiet=options.quiet)
    if not gold.is_dir():
        raise ConfigError("there is no such folder", file=gold)
    with progress_bars(options) as progress:
        found = evaluate_extraction(gold, options.settings().extract, progress)
    if as_json:
        typer.echo(json.dumps({"n": found.n, "scores": {k: round(v, 4) for k, v in found.scores.items()}}))
        return
    typer.echo(f"{found.pages} pages of news, {found.n} of them with a full text that a person wrote or reviewed")
    for name, value in found.scores.items():
        typer.echo(f"  {name:40} {value:.4f}")
    for reason, count in sorted(found.rejected.items()):
        typer.echo(f"  rejected: {reason:30} {count}")


def _labels(file: Path) -> dict[str, str]:
    """Which stories count as which: a JSON object of texts."""
    from aggregator.errors import ConfigError

    try:
        labels = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=file) from None
    except ValueError as error:
        raise ConfigError(f"is not JSON: {error}", file=file) from None
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise ConfigError("is not an object of texts", file=file, fix='{"one story": "the story that it counts as"}')
    return labels


@eval_app.command()
def feeds(
    context: typer.Context,
    gold: Annotated[
        Path, typer.Argument(help="Folder with manifest.jsonl.gz and the feeds, unpacked or files.tar.gz.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help='Print {"n": …, "scores": {…}}.')] = False,
) -> None:
    """Read labelled feeds and count the stated facts that are read right: entries, titles, links, ids, dates.

    `facts` is the share of those facts of feedparser's suite that feedparser itself has right, `facts_all` of all of
    them, `facts_NAME` of another parser's suite. Misses are listed.
    """
    from aggregator.cli.logs import set_up_logs
    from aggregator.errors import ConfigError
    from aggregator.sources.evaluation import evaluate_feeds

    options: Options = context.obj
    set_up_logs(as_json=options.log_json, quiet=options.quiet)
    if not gold.is_dir():
        raise ConfigError("there is no such folder", file=gold)
    with progress_bars(options) as progress:
        found = evaluate_feeds(gold, progress)
    if as_json:
        typer.echo(json.dumps({"n": found.n, "scores": {k: round(v, 4) for k, v in found.scores.items()}}))
        return
    typer.echo(f"{found.cases} feeds, {sum(found.facts.values())} facts; {found.n} that feedparser has right count")
    for key, value in found.scores.items():
        typer.echo(f"  {key:24} {value:.4f}")
    for title, misses in (("wrong here", found.misses), ("wrong in feedparser", found.their_misses)):
        for miss in misses:
            name = f"{miss.fact.what} {miss.fact.place}"
            typer.echo(f"{title}: {miss.case}: {name}: {str(miss.found)[:80]!r}, not {str(miss.fact.value)[:80]!r}")
    for crash in found.crashed:
        typer.echo(f"crashed: {crash}")

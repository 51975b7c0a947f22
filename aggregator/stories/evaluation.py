"""How well stories are found: a labelled archive goes through the real stages and is scored.

Gold is a JSONL file (also .gz), or a folder that holds `stream.jsonl.gz` or `articles.jsonl.gz`, whose lines are
archive articles with a `story_id`; lines without one run along and are not scored. Lines marked `noise` are left out.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select

from aggregator.articles.archive import (
    ImportReport,
    OutletNames,
    numbered_lines,
    open_archive,
    read_line,
    save_articles,
)
from aggregator.clock import Clock, parse_time
from aggregator.errors import ConfigError, Rejected
from aggregator.executors import Workers
from aggregator.settings import Settings
from aggregator.stage import drain
from aggregator.store.instance import open_store
from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow, Membership
from aggregator.store.tables import Article, Document
from aggregator.stories.background import background_frequencies
from aggregator.stories.baselines import MOST, baselines
from aggregator.stories.bcubed import agreement, bootstrap_f1
from aggregator.stories.breakdown import Wrong, by_size, worst
from aggregator.stories.cluster import Cluster
from aggregator.stories.embed import Embed
from aggregator.stories.score import Features
from aggregator.stories.terms import term_counts

_BATCH = 500
T = TypeVar("T")


@dataclass
class Evaluation:
    """What was scored: n labelled articles, the scores by name, and what the run cost."""

    n: int = 0
    articles: int = 0
    #: lines that `import` would reject too
    skipped: int = 0
    scores: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    #: by the size of the true story ("1", "2", …): how many articles, and their mean precision and recall
    sizes: dict[str, dict[str, float]] = field(default_factory=dict)
    worst: list[Wrong] = field(default_factory=list)
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class GoldOptions:
    """How the gold is read: without dates, from a day on, with some stories counted as one."""

    with_dates: bool = True
    since: datetime | None = None
    merged: Mapping[str, str] = field(default_factory=dict)


def evaluate_clusters(
    gold: Path,
    settings: Settings,
    options: GoldOptions,
    now: datetime,
    progress: Callable[[str, int], None] = lambda s, n: None,
    *,
    with_baselines: bool = False,
) -> Evaluation:
    """Import the gold into a database of its own, embed and cluster it with `settings`, and score the stories.

    `with_baselines`: simpler methods on the same articles beside it. The clock stands at `now`, as in one import:
    articles without a date are all of one moment.
    """
    result = Evaluation()
    with clustered(gold, settings, options, now, result, progress, with_baselines=with_baselines) as (store, truth):
        _score(result, store, truth)
        if with_baselines and truth:
            result.baselines = _timed(result, "baselines", lambda: _baselines(store, settings, truth, Clock(now)))
    return result


@contextmanager
def clustered(
    gold: Path,
    settings: Settings,
    options: GoldOptions,
    now: datetime,
    result: Evaluation,
    progress: Callable[[str, int], None] = lambda s, n: None,
    *,
    with_baselines: bool = False,
) -> Iterator[tuple[Store, dict[str, str]]]:
    """A database of its own with the gold's articles in stories, and the true story of each labelled article.

    `result` is told how many articles there are and what it took.
    """
    with tempfile.TemporaryDirectory(prefix="aggregator-eval-") as folder:
        clock = Clock(now)
        local = settings.model_copy(update={"store": type(settings.store)()})
        store = open_store(local, Path(folder), clock, create=True)
        try:
            truth = _timed(result, "import", lambda: _import(gold, store, clock, options, result))
            if with_baselines and result.articles > MOST:
                why = f"{result.articles} articles: the baselines compare all pairs, of at most {MOST:,}"
                raise ConfigError(why, file=gold, fix="take fewer articles, or leave --baselines out")
            languages = settings.extract.languages
            embed = Embed(settings.embed, languages, clock)
            for stage in (embed, Cluster(settings.cluster, settings.embed, languages, clock, settings.index)):
                spec = getattr(settings.executors, stage.name, "serial")
                with Workers(spec) as workers:
                    _timed(result, stage.name, _drained(stage, store, clock, workers, progress))
            yield store, truth
        finally:
            store.close()


def _drained(
    stage: Embed | Cluster, store: Store, clock: Clock, workers: Workers, progress: Callable[[str, int], None]
) -> Callable[[], object]:
    return lambda: drain(stage, store, clock, workers=workers, progress=lambda n: progress(stage.name, n))


def _timed(result: Evaluation, name: str, work: Callable[[], T]) -> T:
    began = time.monotonic()
    done = work()
    result.seconds[name] = round(time.monotonic() - began, 2)
    return done


def _import(gold: Path, store: Store, clock: Clock, options: GoldOptions, result: Evaluation) -> dict[str, str]:
    """The true story of each labelled article, by article id; counts articles and what is none."""
    truth: dict[str, str] = {}
    report = ImportReport()
    with store.read() as session:
        outlets = OutletNames(session)
    rows = gold_rows(gold_file(gold), options)
    while True:
        batch = []
        for _, line, row in rows:
            try:
                article = read_line(line, gold.stem, clock.now(), with_dates=options.with_dates)
            except Rejected:
                result.skipped += 1
                continue
            batch.append(article)
            if row.get("story_id"):
                label = str(row["story_id"])
                truth[article.id] = options.merged.get(label, label)
            if len(batch) == _BATCH:
                break
        if not batch:
            with store.read() as session:
                result.articles = session.scalar(select(func.count()).select_from(Article)) or 0
            return truth
        with store.write() as session:
            save_articles(session, batch, outlets, clock.now(), report)


def gold_rows(file: Path, options: GoldOptions) -> Iterator[tuple[int, bytes, Mapping[str, object]]]:
    """Each line that is not noise with its number and what it holds. Raises ConfigError for one that is no object."""
    with open_archive(file) as stream:
        for number, line in numbered_lines(stream):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ConfigError(f"line {number} is not JSON: {error}", file=file) from None
            if not isinstance(row, dict):
                raise ConfigError(f"line {number} holds a {type(row).__name__}, not an object", file=file)
            if row.get("noise"):
                continue
            if options.since is not None:
                date = row.get("published_at") or row.get("date")
                if not date or _day(date, number, file) < options.since:
                    continue
            yield number, line, row


def _day(date: object, number: int, file: Path) -> datetime:
    try:
        return parse_time(str(date))
    except ConfigError:
        raise ConfigError(f"line {number}: {str(date)[:40]!r} is not a date", file=file) from None


def gold_file(gold: Path) -> Path:
    if gold.is_file():
        return gold
    for name in ("stream.jsonl.gz", "articles.jsonl.gz"):
        if (gold / name).is_file():
            return gold / name
    raise ConfigError("holds neither stream.jsonl.gz nor articles.jsonl.gz", file=gold, fix="give a JSONL file")


def _score(result: Evaluation, store: Store, truth: Mapping[str, str]) -> None:
    with store.read() as session:
        found = {m.article_id: m.story_id for m in session.scalars(select(Membership))}
        titles = {row.id: row.title for row in session.execute(select(Article.id, Article.title))}
    scored = sorted(truth)
    true = [truth[key] for key in scored]
    got = [found.get(key) or f"alone:{key}" for key in scored]
    result.n = len(scored)
    if not scored:
        return
    bcubed = agreement(true, got)
    low, high = bootstrap_f1(true, got)
    result.scores = {
        "b3_precision": bcubed.precision,
        "b3_recall": bcubed.recall,
        "b3_f1": bcubed.f1,
        "b3_f1_low": low,
        "b3_f1_high": high,
        "pairwise_f1": bcubed.pairwise_f1,
        "story_count_ratio": bcubed.story_ratio,
        "unplaced": sum(1 for key in scored if key not in found) / len(scored),
    }
    result.sizes = by_size(true, got)
    result.worst = worst(scored, true, got, titles)


def _baselines(store: Store, settings: Settings, truth: Mapping[str, str], clock: Clock) -> dict[str, dict[str, float]]:
    cluster = Cluster(settings.cluster, settings.embed, settings.extract.languages, clock)
    columns = (Article.id, Article.published_at, Document.title, Document.text, EmbeddingRow.vector)
    with store.read() as session:
        rows = session.execute(cluster.documents(*columns).order_by(Article.order_at, Article.id)).all()
    words = settings.cluster.body_words
    counts = [term_counts(row.title, row.text, words) for row in rows]
    dates = [row.published_at for row in rows]
    features = Features.of(counts, [row.vector for row in rows], dates, background_frequencies())
    return baselines([row.id for row in rows], features, truth, settings.cluster)

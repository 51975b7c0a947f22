"""Fix the cuts of joining and of repair: `python -m benchmarks.cut DATA [--cache FILE]`.

Two development sets together fix them: AllSides 2018-03 to 2018-08 (labelled articles and a random half of the
others) and newscluster_5w1h without its dates, as one slice. The order inside a slice is arbitrary and moves the scores
of the latter by a hundredth, so they are means over several orders. With contrast, which is a rule and not fitted to
them (docs/quality.md), the constants with the highest mean B-cubed F1 of the two are then scored once on AllSides from
2018-09 with all of its background and on multinews without its dates.
Embedding takes minutes; --cache keeps the vectors between runs.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count, groupby
from pathlib import Path
from typing import Any

import numpy as np

from aggregator.setting_sections import ClusterSettings, EmbedSettings
from aggregator.stories.background import background_frequencies
from aggregator.stories.bcubed import agreement, bootstrap_f1
from aggregator.stories.embedding import lead, load_embedder, space_of
from aggregator.stories.identity import Past
from aggregator.stories.join import Item, Member
from aggregator.stories.partition import Part, Partition, partition
from aggregator.stories.repair import Rules
from aggregator.stories.score import Floats
from aggregator.stories.terms import term_counts
from aggregator.text import sha256

SEED = 0
ORDERS = 5
#: join, repair, cohesion, contrast
GRID = [
    *((join, repair, 0.7, 1.0) for join in (0.10, 0.11, 0.12) for repair in (0.08, 0.09, 0.10) if repair <= join),
    (0.10, 0.10, 0.6, 1.0),
    (0.10, 0.10, 0.8, 1.0),
    (0.19, 0.15, 0.7, 0.0),
]
#: when undated articles count as found
FOUND_AT = datetime(2020, 1, 1, tzinfo=UTC)

Constants = tuple[float, float, float, float]
Row = Mapping[str, Any]
Vectors = Callable[[Sequence[str]], list[Floats]]


@dataclass(frozen=True)
class Set:
    """Articles in the order of their slices, the true story of those that are labelled, and how many orders to try."""

    name: str
    items: list[Item]
    gold: dict[str, str]
    orders: int = 1


def main() -> None:
    """Print constants by set, the chosen ones, and the scores of the sets that fixed nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--cache", type=Path, help="an .npz file for the vectors")
    arguments = parser.parse_args()
    vectors = cached_vectors(EmbedSettings(), arguments.cache)
    stream = read(arguments.data / "allsides_stories" / "stream.jsonl.gz")
    undated = read(arguments.data / "newscluster_5w1h" / "articles.jsonl.gz")
    newscluster = make_set("newscluster", undated, vectors, dates=False, orders=ORDERS)
    dev = make_set("allsides dev", thin(month_range(stream, "2018-03", "2018-08"), 0.5), vectors)
    print("join repair cohesion contrast  set             P     R    F1  pair ratio")
    means = {one: (report(one, dev) + report(one, newscluster)) / 2 for one in GRID}
    for one, mean in sorted(means.items(), key=lambda pair: -pair[1]):
        print(f"{one}: mean F1 {mean:.4f}")
    chosen = max((one for one in GRID if one[3]), key=lambda one: means[one])
    print(f"chosen: {chosen}")
    report(chosen, make_set("allsides later", month_range(stream, "2018-09", "2019-06"), vectors), interval=True)
    report(chosen, replace(newscluster, orders=1), interval=True)
    rows = [row for row in read(arguments.data / "multinews_stream" / "articles.jsonl.gz") if not row["noise"]]
    named = [{**row, "url": row["id"]} for row in rows]
    report(chosen, make_set("multinews", named, vectors, dates=False), interval=True)


def report(constants: Constants, one: Set, *, interval: bool = False) -> float:
    """Cluster a set online, print its row (means over its orders), and give its B-cubed F1."""
    start = time.process_time()
    join, repair, cohesion, contrast = constants
    settings = ClusterSettings(join=join, repair=repair, cohesion=cohesion, contrast=contrast)
    partitions = [replay(reordered(one.items, order), settings) for order in range(one.orders)]
    cost = 1000 * (time.process_time() - start) / len(one.items) / one.orders
    true = list(one.gold.values())
    labels = [[found[article] for article in one.gold] for found in partitions]
    means = np.mean([astuple(agreement(true, found)) for found in labels], axis=0)
    line = " ".join(f"{number:.2f}" for number in constants) + f"  {one.name:<14} "
    line += " ".join(f"{number:.3f}" for number in means)
    if interval:
        low, high = bootstrap_f1(true, labels[0], seed=SEED)
        line += f"  95 % {low:.3f}-{high:.3f}, {len(true)} labelled of {len(one.items)}, {cost:.2f} ms an article"
    print(line, flush=True)
    return float(means[2])


def replay(
    items: Sequence[Item], settings: ClusterSettings, watch: Callable[[Partition], object] = lambda found: None
) -> dict[str, str]:
    """The story of each article, placed and repaired in slices of one day (undated: that of finding), oldest first.

    `watch` is shown what became of each slice.
    """
    frequencies = background_frequencies()
    story_of: dict[str, str] = {}
    window: list[Item] = []
    for day, group in groupby(items, key=lambda item: item.order_at.date()):
        oldest = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=settings.window_days)
        window = [item for item in window if item.order_at >= oldest]
        settled = {item.id: story_of[item.id] for item in window}
        new = tuple(group)
        members = [Member(item, settled[item.id]) for item in window]
        found = partition([Part(day, new)], members, frequencies, settings, Rules(), Past(settled=settled))
        for number, articles in enumerate(found.groups):
            name = found.named.names[number] or new_name(articles[0], story_of)
            story_of |= dict.fromkeys(articles, name)
        watch(found)
        window += new
    return story_of


def new_name(founder: str, story_of: Mapping[str, str]) -> str:
    """A name that no story has or had."""
    taken = set(story_of.values())
    return next(name for name in (founder + "'" * number for number in count(1)) if name not in taken)


def reordered(items: Sequence[Item], order: int) -> list[Item]:
    """The same slices with their articles in another order: order 0 is that of the content hashes."""
    return [replace(item, sha=sha256(f"{order} {item.sha}")) if order else item for item in items]


def make_set(name: str, rows: Sequence[Row], vectors: Vectors, *, dates: bool = True, orders: int = 1) -> Set:
    """The articles of `rows` as items, in the order of their days; without `dates` all are undated."""
    settings = ClusterSettings()
    texts = [lead(row["title"], row["text"], EmbedSettings().lead_words) for row in rows]
    items = []
    for row, vector in zip(rows, vectors(texts), strict=True):
        published = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC) if dates else None
        counts = term_counts(row["title"], row["text"], settings.body_words)
        sha = sha256(row["title"] + "\n" + row["text"])
        items.append(Item(row["id"], published, published or FOUND_AT, sha, row["url"], counts, vector))
    items.sort(key=lambda item: item.order_at)
    return Set(name, items, {row["id"]: row["story_id"] for row in rows if row["story_id"]}, orders)


def cached_vectors(settings: EmbedSettings, cache: Path | None) -> Vectors:
    """A function from texts to vectors that keeps what it has computed in `cache`, by the hash of space and text."""
    known: dict[str, Floats] = {}
    if cache and cache.exists():
        with np.load(cache) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    space = space_of(settings.model, settings.max_tokens)

    def vectors(texts: Sequence[str]) -> list[Floats]:
        keys = [sha256(f"{space} {text}") for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            embedder = load_embedder(settings.model, settings.max_tokens, settings.threads)
            known.update(zip(missing, embedder.embed(list(missing.values())), strict=True))
            if cache:
                np.savez(cache, keys=list(known), vectors=np.stack(list(known.values())))
        return [known[key] for key in keys]

    return vectors


def read(path: Path) -> list[Row]:
    """The rows of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def month_range(rows: Sequence[Row], first: str, last: str) -> list[Row]:
    """The rows dated from month `first` to month `last`."""
    return [row for row in rows if first <= row["date"][:7] <= last]


def thin(rows: Sequence[Row], share: float) -> list[Row]:
    """All labelled rows and a random `share` of the others, the same each time."""
    others = [row["id"] for row in rows if not row["story_id"]]
    kept = set(random.Random(SEED).sample(others, round(share * len(others))))
    return [row for row in rows if row["story_id"] or row["id"] in kept]


if __name__ == "__main__":
    main()

"""Our stories beside simpler methods on three sets: `python -m benchmarks.baselines DATA [--cache FILE] [--only NAME]`.

AllSides from 2018-09 with all of its background, newscluster with its dates withheld, multinews (clean rows, strict)
with time off. The simpler methods see a whole set at once and have the cut that scores best on its very labels, so they
are flattered; ours runs online, day by day, with the constants that are shipped. Prints Markdown for docs/quality.md.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from aggregator.setting_sections import ClusterSettings, EmbedSettings
from aggregator.stories.background import background_frequencies
from aggregator.stories.baselines import baselines
from aggregator.stories.bcubed import agreement, bootstrap_f1
from aggregator.stories.score import Features
from benchmarks.cut import Set, Vectors, cached_vectors, make_set, month_range, read, replay

NAMES = {
    "tfidf_average_link": "TF-IDF, average link",
    "tfidf_average_link_decay": "the same with decay",
    "dense_threshold": "threshold on embeddings (single link)",
    "hdbscan": "HDBSCAN on embeddings",
}


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--cache", type=Path, help="an .npz file for the vectors")
    parser.add_argument("--only", default="", help="sets whose name holds this")
    options = parser.parse_args()
    for one in sets(options.data, cached_vectors(EmbedSettings(), options.cache), options.only):
        report(one)


def sets(data: Path, vectors: Vectors, only: str) -> Iterator[Set]:
    """The sets whose name holds `only`."""
    if only in "AllSides":
        stream = read(data / "allsides_stories" / "stream.jsonl.gz")
        yield make_set("AllSides", month_range(stream, "2018-09", "2019-06"), vectors)
    if only in "newscluster":
        rows = read(data / "newscluster_5w1h" / "articles.jsonl.gz")
        yield make_set("newscluster", rows, vectors, dates=False)
    if only in "multinews":
        rows = [row for row in read(data / "multinews_stream" / "articles.jsonl.gz") if not row["noise"]]
        yield make_set("multinews", [{**row, "url": row["id"]} for row in rows], vectors, dates=False)


def report(one: Set) -> None:
    """Print the table of a set."""
    print(f"\n**{one.name}**: {len(one.items)} articles, {len(one.gold)} labelled\n")
    print("| method | cut | P | R | F1 | pairwise F1 | found per true | CPU s |")
    print("|---|---|---|---|---|---|---|---|")
    began = time.process_time()
    found = replay(one.items, ClusterSettings())
    true, got = list(one.gold.values()), [found[key] for key in one.gold]
    ours, (low, high) = agreement(true, got), bootstrap_f1(true, got)
    print(
        f"| ours, online | {ClusterSettings().join} | {ours.precision:.3f} | {ours.recall:.3f} | **{ours.f1:.3f}** "
        f"[{low:.3f}–{high:.3f}] | {ours.pairwise_f1:.3f} | {ours.story_ratio:.2f} | "
        f"{time.process_time() - began:.0f} |",
        flush=True,
    )
    began = time.process_time()
    features = Features.of(
        [item.terms for item in one.items],
        [item.vector for item in one.items],
        [item.published_at for item in one.items],
        background_frequencies(),
    )
    simpler = baselines([item.id for item in one.items], features, one.gold, ClusterSettings())
    for name, row in simpler.items():
        print(
            f"| {NAMES[name]} | {row['cut']:g} | {row['b3_precision']:.3f} | {row['b3_recall']:.3f} | "
            f"{row['b3_f1']:.3f} | {row['pairwise_f1']:.3f} | {row['story_count_ratio']:.2f} | |"
        )
    print(f"\nThe simpler methods, all cuts: {time.process_time() - began:.0f} CPU s.", flush=True)


if __name__ == "__main__":
    main()

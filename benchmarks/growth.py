"""What an article costs as the window fills: `python -m benchmarks.growth DATA [--sizes …] [--cache FILE]`.

The window is filled with real articles of the AllSides stream and with made ones in stories of four: between the
vectors of two real ones, with some noise, and three in five of the words of both; nothing but the real ones is
embedded. Then a slice of new ones, a seventh of the window but not more than 5,000 (what the stage takes at once), half
of them in stories of the window, is placed as the stage does it: neighbours by an exact index and by words, placement,
repair, names (`partition`). The neighbours of 200 are searched with each kind of index. Each size runs in a
process of its own, with one thread, all articles within seven days of each other. Times are CPU; `add ms` is what an
article costs when it is put into the graph. Memory is the most that the process had, less what it began with.
The
exponent is that of the time by size, from 10,000 on: .15 means 1.6 times for 20 times the articles.
"""

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import log
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aggregator.setting_sections import ClusterSettings, EmbedSettings, IndexSettings
from aggregator.stories.background import background_frequencies, document_frequencies
from aggregator.stories.embedding import lead, load_embedder
from aggregator.stories.identity import Past
from aggregator.stories.index import Floats, Index, Kept, make_index
from aggregator.stories.join import Item, Member
from aggregator.stories.partition import Part, partition
from aggregator.stories.repair import Rules
from aggregator.stories.terms import term_counts
from aggregator.stories.vocabulary import Counted, Vocabulary
from aggregator.text import sha256
from benchmarks.cut import cached_vectors, read
from benchmarks.embedding import peak_mb

SEED = 0
REAL = 2000
#: articles of a made story, and the share of its two parents' words that each has
STORY, WORDS = 4, 0.6
SEARCHES = 200
#: a day of the window is placed at once, as the stage does, up to so many articles
MOST_IN_A_SLICE = 5_000
SLICE_START = datetime(2026, 10, 8, tzinfo=UTC)
SIZES = [1_000, 10_000, 50_000, 200_000]
#: beyond this a graph takes longer to build than is worth waiting for here
MOST_IN_GRAPH = 50_000
Terms = Mapping[str, int]


@dataclass(frozen=True)
class Real:
    """The real articles: terms and vectors, in one order."""

    terms: list[Terms]
    vectors: Floats


@dataclass(frozen=True)
class Cost:
    """CPU ms an article, and the peak memory in MB."""

    cluster_ms: float = float("nan")
    peak_mb: float = float("nan")
    exact_ms: float = float("nan")
    exact_mb: float = float("nan")
    usearch_ms: float = float("nan")
    usearch_mb: float = float("nan")
    usearch_add_ms: float = float("nan")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--index-only", type=int, nargs="*", default=[1_000_000], help="sizes for the index alone")
    parser.add_argument("--cache", type=Path, help="an .npz file for the vectors")
    arguments = parser.parse_args()
    os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})  # read by the processes begun below
    rows = read(arguments.data / "allsides_stories" / "stream.jsonl.gz")[-REAL:]
    texts = [lead(row["title"], row["text"], EmbedSettings().lead_words) for row in rows]
    vectors = np.stack(cached_vectors(EmbedSettings(), arguments.cache)(texts))
    words = ClusterSettings().body_words
    real = Real([term_counts(row["title"], row["text"], words) for row in rows], vectors)
    embed_ms = _embedding(texts[:SEARCHES])
    print(f"embedding: {embed_ms:.1f} CPU ms an article (title and 60 words)\n")
    print("| live articles | clustering ms | with embedding ms | peak MB | exact ms | MB | usearch ms | MB | add ms |")
    print("|---|---|---|---|---|---|---|---|---|")
    costs = {}
    for size in [*arguments.sizes, *arguments.index_only]:
        cost = _in_a_process(real, size, index_only=size not in arguments.sizes)
        costs[size] = cost
        print(
            f"| {size:,} | {cost.cluster_ms:.1f} | {cost.cluster_ms + embed_ms:.1f} | {cost.peak_mb:.0f} | "
            f"{cost.exact_ms:.2f} | {cost.exact_mb:.0f} | {cost.usearch_ms:.2f} | {cost.usearch_mb:.0f} | "
            f"{cost.usearch_add_ms:.2f} |",
            flush=True,
        )
    from_, to = 10_000, max(arguments.sizes)
    if from_ in costs and to > from_:
        alone = _exponent(costs[from_].cluster_ms, costs[to].cluster_ms, to / from_)
        both = _exponent(costs[from_].cluster_ms + embed_ms, costs[to].cluster_ms + embed_ms, to / from_)
        print(f"\nexponent from {from_:,} to {to:,}: {alone:.2f} clustering alone, {both:.2f} with embedding")


def _exponent(before: float, after: float, times: float) -> float:
    return log(after / before) / log(times)


def _embedding(texts: Sequence[str]) -> float:
    """CPU ms a text."""
    one = EmbedSettings()
    embedder = load_embedder(one.model, one.max_tokens, one.threads)
    unknown = [f"{number} {text}" for number, text in enumerate(texts)]  # the vectors of known texts are remembered
    began = time.process_time()
    embedder.embed(unknown)
    return 1000 * (time.process_time() - began) / len(texts)


def _in_a_process(real: Real, size: int, *, index_only: bool) -> Cost:
    mine, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(theirs, real, size, index_only))
    process.start()
    theirs.close()
    cost: Cost = mine.recv()
    process.join()
    return cost


def _measure(connection: Connection, real: Real, size: int, index_only: bool) -> None:
    started = peak_mb()
    placed = max(SEARCHES, min(size // 7, MOST_IN_A_SLICE))
    vectors = mixtures(real.vectors, size + placed, size)
    exact_ms, _, exact_mb = _searched(IndexSettings(kind="exact"), vectors[: size + SEARCHES])
    usearch_ms = usearch_add = usearch_mb = float("nan")
    if size <= MOST_IN_GRAPH:
        usearch_ms, usearch_add, usearch_mb = _searched(IndexSettings(kind="usearch"), vectors[: size + SEARCHES])
    cluster_ms = peak = float("nan")
    if not index_only:
        cluster_ms = _clustered(real, vectors, size)
        peak = peak_mb() - started
    connection.send(Cost(cluster_ms, peak, exact_ms, exact_mb, usearch_ms, usearch_mb, usearch_add))


def mixtures(real: Floats, count: int, size: int) -> Floats:
    """The real vectors, then unit vectors between two of them each, with noise; the same each time."""
    made = np.empty((count, real.shape[1]), np.float32)
    made[: len(real)] = real[:count]
    for start in range(len(real), count, 10_000):
        numbers = np.arange(start, min(start + 10_000, count))
        first, second = _parents(numbers, len(real), size)
        noise = np.random.default_rng([SEED, start]).normal(size=(len(numbers), real.shape[1])) / real.shape[1] ** 0.5
        mixed = real[first] + real[second] + 0.4 * noise
        made[numbers] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return made


def _parents(numbers: NDArray[np.intp], real: int, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Four made articles together have the same two; of those behind the first `size` every other four have the two of
    four among these."""
    story = numbers // STORY
    old = (numbers >= size) & (story % 2 == 0)
    story = np.where(old, story * 7919 % (size // STORY), story)
    return story % real, (story * 7919 + story // real * 104_729 + 1) % real


def _searched(settings: IndexSettings, vectors: Floats) -> tuple[float, float, float]:
    """CPU ms a search and an insert, and MB, of an index that holds all but the last SEARCHES vectors."""
    keys = [f"a_{number:016d}" for number in range(len(vectors))]
    row_of = {key: number for number, key in enumerate(keys)}
    index: Index = make_index(settings, vectors.shape[1], lambda ids: vectors[[row_of[key] for key in ids]])
    size = len(vectors) - SEARCHES
    began = time.process_time()
    for day in range(7):
        part = range(size * day // 7, size * (day + 1) // 7)
        index.add(keys[part.start : part.stop], vectors[part.start : part.stop], _day(day))
    adding = 1000 * (time.process_time() - began) / size
    began = time.process_time()
    index.search(vectors[size:], _day(0), _day(7), top=ClusterSettings().neighbours)
    return 1000 * (time.process_time() - began) / SEARCHES, adding, index.nbytes / 1e6


def _day(number: int) -> date:
    return (SLICE_START - timedelta(days=7 - number)).date()


def _clustered(real: Real, vectors: Floats, size: int) -> float:
    """CPU ms an article of the slice behind the first `size`, placed among these."""
    terms = _terms(real, len(vectors), size)
    items = [_item(number, one, vectors[number], size) for number, one in enumerate(terms)]
    window = [Member(item, f"s_{number // STORY}") for number, item in enumerate(items[:size])]
    frequencies = background_frequencies()
    frequencies.add(document_frequencies(item.terms for item in items[:10_000]), 10_000)
    kept = Kept(
        make_index(IndexSettings(), vectors.shape[1], lambda ids: vectors[[int(key[2:]) for key in ids]]), 1 << 40
    )
    began = time.process_time()
    rows = ((item.id, item.sha, item.order_at.date()) for item in items[:size])
    kept.follow(rows, _day(0), _day(7), lambda ids: vectors[[int(key[2:]) for key in ids]])
    part = Part(SLICE_START.date(), tuple(items[size:]))
    past = Past(settled={member.item.id: member.story_id for member in window})
    began = time.process_time()
    partition([part], window, frequencies, ClusterSettings(), Rules(), past, kept.index)
    return 1000 * (time.process_time() - began) / (len(vectors) - size)


def _item(number: int, terms: Counted, vector: Floats, size: int) -> Item:
    """Old ones spread over the seven days before the slice, those of a story together."""
    share = number / size
    at = SLICE_START - timedelta(days=7) + timedelta(days=7) * share if number < size else SLICE_START
    key = f"a_{number:016d}"
    return Item(key, at, at, sha256(key), f"https://news.example/{number}", terms, vector)


def _terms(real: Real, count: int, size: int) -> Iterator[Counted]:
    """The terms of the real articles, then of each made one three in five of those of its parents."""
    vocabulary = Vocabulary()
    known = [vocabulary.counted(one) for one in real.terms]
    yield from known[:count]
    chance = np.random.default_rng(SEED)
    parents = _parents(np.arange(count), len(known), size)
    for number in range(len(known), count):
        first, second = (known[parent[number]] for parent in parents)
        numbers, places = np.unique(np.concatenate([first.numbers, second.numbers]), return_index=True)
        kept = np.sort(places[chance.random(len(numbers)) < WORDS])
        counts = np.concatenate([first.counts, second.counts])
        yield Counted(vocabulary, np.concatenate([first.numbers, second.numbers])[kept], counts[kept])


if __name__ == "__main__":
    main()

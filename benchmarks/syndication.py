"""Syndication on real texts: planted copies, false groups, cost: `python -m benchmarks.syndication DATA`.

DATA is the folder of the evaluation sets. Copies of full texts are planted beside them and a stream of other articles,
and go through `find_copies` as a whole. Pairs count; a pair of a planted copy and a strange article counts as false
unless the two share a run of 45 words. Times are CPU time of this process.
"""

import argparse
import gzip
import json
import re
import resource
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from aggregator.stories.shingles import candidates, shingled
from aggregator.stories.syndication import Carried, find_copies, is_copy
from benchmarks.planted import CHANGES, REWRITTEN, Change, reworded

RUN, APART = 45, 20
#: strange sentences are taken from texts of which no copies are planted, and that are longer than this
LONG = 400
#: a third of a shorter text is below the least that is compared
LEAST_WORDS = 105
_AT = datetime(2018, 9, 1, tzinfo=UTC)


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=300, help="full texts of each set of which copies are planted")
    parser.add_argument("--stream", type=int, default=3000, help="articles of the stream beside them")
    parser.add_argument("--parts", nargs="*", default=["planted", "same-story", "cost"])
    chosen = parser.parse_args()
    sets = {name: full_texts(chosen.data, name) for name in ("allsides_stories", "newscluster_5w1h")}
    if "planted" in chosen.parts:
        for name, stories in sets.items():
            planted(name, stories, stream(chosen.data, chosen.stream), chosen.seeds)
    if "same-story" in chosen.parts:
        for name, stories in sets.items():
            same_story(name, stories)
    if "cost" in chosen.parts:
        cost(stream(chosen.data, chosen.stream))


def full_texts(data: Path, name: str) -> dict[str, dict[str, str]]:
    """Full texts by story and article."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    if name == "newscluster_5w1h":
        for row in _rows(data / name / "articles.jsonl.gz"):
            found[row["story_id"]][row["id"]] = row["text"]
    else:
        for row in _rows(data / name / "fulltext.jsonl.gz"):
            found[row["id"].rsplit("-", 1)[0]][row["id"]] = row["text"]
    return dict(found)


def stream(data: Path, count: int) -> dict[str, str]:
    """The last articles of the stream."""
    rows = list(_rows(data / "allsides_stories" / "stream.jsonl.gz"))
    return {row["id"]: row["text"] for row in rows[-count:]} if count else {}


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def planted(name: str, stories: Mapping[str, Mapping[str, str]], beside: Mapping[str, str], count: int) -> None:
    """One row for each way of changing a text."""
    every = {key: text for story in stories.values() for key, text in story.items()}
    seeds = _seeds(every, count)
    background = {key: text for key, text in {**beside, **every}.items() if key not in seeds}
    print(f"\n{name}: {len(seeds)} texts of {LEAST_WORDS} words or more, {len(background):,} others beside them\n")
    print("| planted copy | P | R | F1 | candidates found | pairs right, found, gold |\n|---|---|---|---|---|---|")
    strange = [text for key, text in sorted(background.items()) if len(text.split()) >= LONG]
    total = [0, 0, 0]
    for label, change in CHANGES.items():
        copies = {key: _changed(key, change, seeds, strange) for key in seeds}
        right, found = _score(seeds, copies, background)
        total = [a + b for a, b in zip(total, (right, found, len(seeds)), strict=True)]
        print(f"| {label} | {_prf(right, found, len(seeds))} | {_recall(seeds, copies):.3f} | "
              f"{right}, {found}, {len(seeds)} |", flush=True)  # fmt: skip
    print(f"| together | {_prf(*total)} | | {', '.join(map(str, total))} |")
    for label, change in REWRITTEN.items():
        texts = {f"copy {key}": _changed(key, change, seeds, strange) for key in seeds} | seeds
        known = find_copies({key: Carried("", text, _AT) for key, text in texts.items()})
        told = {frozenset((one.article_id, one.of)) for one in known.reuses}
        grouped = sum(known.originals[key] == known.originals[f"copy {key}"] for key in seeds)
        partly = sum(frozenset((key, f"copy {key}")) in told for key in seeds)
        print(f"\n{label}: {grouped} of {len(seeds)} in one group, {partly} told as reuse in part")


def _seeds(every: Mapping[str, str], count: int) -> dict[str, str]:
    """Texts drawn by a fixed seed, no two of which share a run of 20 words: none is a copy of another by itself."""
    keys = sorted(key for key, text in every.items() if len(text.split()) >= LEAST_WORDS)
    Random(7).shuffle(keys)
    taken: set[tuple[str, ...]] = set()
    found: dict[str, str] = {}
    for key in keys:
        runs = _runs(every[key], APART)
        if len(found) < count and not runs & taken:
            found[key] = every[key]
            taken |= runs
    return found


def _changed(key: str, change: Change, seeds: Mapping[str, str], strange: Sequence[str]) -> str:
    random = Random(key)
    return change(seeds[key], random.choice(strange), random)


def _score(seeds: Mapping[str, str], copies: Mapping[str, str], background: Mapping[str, str]) -> tuple[int, int]:
    """Right pairs, and all pairs that concern a planted copy."""
    texts = {f"copy {key}": text for key, text in copies.items()} | dict(seeds) | dict(background)
    originals = find_copies({key: Carried("", text, _AT) for key, text in texts.items()}).originals
    groups: dict[str, list[str]] = defaultdict(list)
    for key, original in originals.items():
        groups[original].append(key)
    right = wrong = 0
    for key in copies:
        for other in groups[originals[f"copy {key}"]]:
            if other == key:
                right += 1
            elif other != f"copy {key}":
                strange = other.removeprefix("copy ")
                wrong += strange != key and not _share_a_run(seeds[key], texts[strange])
    return right, right + wrong


def _recall(seeds: Mapping[str, str], copies: Mapping[str, str]) -> float:
    keys = sorted(seeds)
    both = [shingled(seeds[key]) for key in keys] + [shingled(copies[key]) for key in keys]
    found = {tuple(pair) for pair in candidates(both).tolist()}
    return sum((n, n + len(keys)) in found for n in range(len(keys))) / len(keys)


def same_story(name: str, stories: Mapping[str, Mapping[str, str]]) -> None:
    """All pairs of full texts of one story, then random pairs of two stories."""
    pairs = wrong = right = reused = 0
    for story in stories.values():
        found = find_copies({key: Carried("", text, _AT) for key, text in story.items()})
        reused += len(found.reuses)
        for one, other in combinations(sorted(story), 2):
            pairs += 1
            if found.originals[one] == found.originals[other]:
                shares = _share_a_run(story[one], story[other])
                right, wrong = right + shares, wrong + (not shares)
    print(f"\n{name}: {pairs} pairs of one story, {right + wrong} in one group, of these {wrong} share no run of {RUN} "
          f"words; partial reuse {reused}")  # fmt: skip
    every = [(story, text) for story, texts in sorted(stories.items()) for _, text in sorted(texts.items())]
    random, hits, drawn, apart = Random(7), 0, 0, 0
    while drawn < 3000:
        (a, one), (b, other) = random.sample(every, 2)
        if a != b:
            drawn += 1
            hit = is_copy(shingled(one), shingled(other))
            hits, apart = hits + hit, apart + (hit and not _share_a_run(one, other))
    print(f"{name}: {drawn} random pairs of two stories, {hits} copies, of these {apart} share no such run")


def cost(articles: Mapping[str, str]) -> None:
    """CPU time an article and the highest memory so far."""
    print("\n| texts | n | CPU ms an article | groups | peak memory, MB |\n|---|---|---|---|---|")
    longest = max(articles.values(), key=lambda text: (len(text.split()) < 700, len(text.split())))
    few = dict(list(articles.items())[:10])
    _timed("a story of 10", few)
    _timed("the stream", articles)
    for count in (500, 10_000):
        _timed("copies of one text", {f"a{n:05}": longest for n in range(count)})
        changed = {f"a{n:05}": reworded(longest, "", Random(n)).replace("otherwise", f"w{n}") for n in range(count)}
        _timed("copies, every 25th word changed", changed)


def _timed(label: str, texts: Mapping[str, str]) -> None:
    carried = {key: Carried("", text, _AT + timedelta(seconds=n)) for n, (key, text) in enumerate(texts.items())}
    start = process_time()
    found = find_copies(carried)
    spent = 1000 * (process_time() - start) / len(texts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {label} | {len(texts):,} | {spent:.2f} | {len(set(found.originals.values())):,} | {peak:.0f} |", flush=True
    )


def _runs(text: str, size: int = RUN) -> set[tuple[str, ...]]:
    words = _plain(text)
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def _share_a_run(one: str, other: str) -> bool:
    return not _runs(one).isdisjoint(_runs(other))


def _plain(text: str) -> Sequence[str]:
    return [word.casefold() for word in re.findall(r"[^\W_]+", text)]


def _prf(right: int, found: int, gold: int) -> str:
    precision, recall = right / max(1, found), right / max(1, gold)
    return f"{precision:.3f} | {recall:.3f} | {2 * precision * recall / max(1e-9, precision + recall):.3f}"


if __name__ == "__main__":
    main()

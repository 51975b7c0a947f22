"""Extraction beside plain trafilatura and the runners-up: `python benchmarks/extract.py DATA [--rounds 2]`.

DATA as for `aggregator eval extract`. All read each page in turn; times are CPU seconds of this process, the least
of the rounds for each page, and of them the ratios count. Of ours the second extractor with the comparison, the
regions and the kinds are timed apart. The runners-up give bodies alone: resiliparse and readability-lxml
(`make bench` installs it).
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import trafilatura
from lxml import etree, html
from readability import Document

from aggregator.articles import candidates, extraction, kinds
from aggregator.articles.authors import clean_authors
from aggregator.articles.charset import decode
from aggregator.articles.dates import read_date
from aggregator.articles.evaluation import FULL, OTHERS, GoldPage, extract, judge, read_gold, token_f1
from aggregator.setting_sections import ExtractSettings
from aggregator.types import Extent, Extracted, Kind

APART: defaultdict[str, float] = defaultdict(float)
WHOLE = "trafilatura"


def main() -> None:
    """Print one line per kind of gold, per declared fact and per part of the time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    _time_apart()
    readers = {"ours": _ours, WHOLE: _plain, "resiliparse": _resiliparse, "readability": _readability}
    bodies: dict[str, dict[str, list[float]]] = {}
    declared: dict[str, dict[str, list[bool]]] = {}
    spent: dict[str, float] = defaultdict(float)
    least = _least(readers, arguments.data, arguments.rounds)
    for number, gold in enumerate(read_gold(arguments.data)):
        for name in readers:
            seconds, parts, found = least[name, number]
            spent[name] += seconds
            for part, share in parts.items():
                spent[part] += share
            if gold.kind in (*FULL, *OTHERS):
                text = found.text if found else ""
                bodies.setdefault(gold.kind, {}).setdefault(name, []).append(token_f1(text, gold.body))
            if name in ("ours", WHOLE):
                for fact, right in judge(gold, found):
                    declared.setdefault(fact, {}).setdefault(name, []).append(right)
    both = {name: [one for kind in FULL for one in bodies.get(kind, {}).get(name, ())] for name in readers}
    for kind, each in [*sorted(bodies.items()), ("all reviewed", both)]:
        told = "  ".join(f"{name} {mean(scores):.4f}" for name, scores in each.items())
        print(f"body {kind:28} n={len(each['ours']):3}  {told}")
    for fact, of in sorted(declared.items()):
        print(
            f"{fact:8} n={len(of['ours']):3}  " + "  ".join(f"{name} {mean(rights):.3f}" for name, rights in of.items())
        )
    apart = sum(spent[part] for part in ("gate", "regions", "kinds"))
    for part in ("ours", *list(readers)[1:], "gate", "regions", "kinds"):
        print(f"CPU {part:12} {spent[part]:7.2f} s  {spent[part] / spent[WHOLE]:.3f} of trafilatura with metadata")
    print(f"CPU ours without gate, regions and kinds: {(spent['ours'] - apart) / spent[WHOLE]:.3f}")


def _least(
    readers: dict[str, Callable[[GoldPage], Extracted | None]], data: Path, rounds: int
) -> dict[tuple[str, int], tuple[float, dict[str, float], Extracted | None]]:
    """The least CPU time of the rounds over the whole set, with its parts, and what was found; by reader and page."""
    best: dict[tuple[str, int], tuple[float, dict[str, float], Extracted | None]] = {}
    for reader in readers.values():  # imports and models are loaded once, not by a page
        reader(next(read_gold(data)))
    for _ in range(rounds):
        for number, gold in enumerate(read_gold(data)):
            for name, reader in readers.items():
                APART.clear()
                began = time.process_time()
                found = reader(gold)
                seconds = time.process_time() - began
                if (name, number) not in best or seconds < best[name, number][0]:
                    best[name, number] = seconds, dict(APART), found
    return best


def _time_apart() -> None:
    """Count the time of some of the extraction's functions by themselves."""
    for module, function, part in (
        (candidates, "second_text", "gate"),
        (candidates, "_share", "gate"),
        (extraction, "is_deep", "gate"),
        (extraction, "read_marks", "regions"),
        (extraction, "find_regions", "regions"),
        (kinds, "find_kind", "kinds"),
        (kinds, "find_wire", "kinds"),
    ):
        setattr(module, function, _counted(getattr(module, function), part))


def _counted(call: Callable[..., Any], part: str) -> Callable[..., Any]:
    def counted(*arguments: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return call(*arguments, **named)
        finally:
            APART[part] += time.process_time() - began

    return counted


def _ours(gold: GoldPage) -> Extracted | None:
    return extract(gold.page, ExtractSettings())


def _plain(gold: GoldPage) -> Extracted | None:
    answer = trafilatura.extract(
        gold.page.html, url=gold.page.url, include_comments=False, with_metadata=True, output_format="json"
    )
    told = json.loads(answer) if answer else {}
    day = read_date(told.get("date") or "")
    date = day[0] if day else None
    return _found(told.get("text") or "", told.get("title") or "", clean_authors([told.get("author") or ""]), date)


def _resiliparse(gold: GoldPage) -> Extracted | None:
    return _found(candidates.second_text(decode(gold.page.html)))


def _readability(gold: GoldPage) -> Extracted | None:
    try:
        summary = Document(decode(gold.page.html)).summary()
        return _found("\n".join(html.fromstring(summary).itertext()))
    except (etree.LxmlError, ValueError, TypeError):
        return None


def _found(text: str, title: str = "", authors: tuple[str, ...] = (), date: Any = None) -> Extracted:
    return Extracted(title, text, "", Kind.NEWS, Extent.FULL, authors=authors, published_at=date)


if __name__ == "__main__":
    main()

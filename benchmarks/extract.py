"""Extraction beside plain trafilatura: `python benchmarks/extract.py DATA`.

DATA holds pages.jsonl.gz and the pages unpacked from html.tar. Scored are pages of news: token F1 of the body where
the gold is a full text, title (letters and digits equal), authors (the same set of names) and date (within a day) where
gold names them. Times are CPU seconds of this process, the two taken in turn page by page; of them the ratio counts.
"""

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

import trafilatura

from aggregator.articles.authors import clean_authors
from aggregator.articles.extraction import extract_page
from aggregator.articles.markup import key
from aggregator.errors import Rejected
from aggregator.settings import ExtractSettings
from aggregator.types import Extracted, Page

FULL = ("full_human", "full_site_parser_reviewed", "full_regression_text", "readability_output_reviewed")


def main() -> None:
    """Print one line per set of pages and one for the declared data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data
    with gzip.open(folder / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["is_news"]]
    bodies: dict[str, list[tuple[float, float]]] = {}
    declared: dict[str, list[bool]] = {}
    spent = [0.0, 0.0]
    for row in rows:
        html = gzip.decompress((folder / row["html_file"]).read_bytes())
        url = row["url"] or "https://unknown.example/page/of/no/address"
        started = time.process_time()
        ours = _extract(Page(url, html))
        between = time.process_time()
        theirs = trafilatura.extract(html, url=url, include_comments=False, with_metadata=True, output_format="json")
        spent = [spent[0] + between - started, spent[1] + time.process_time() - between]
        if row["gold_kind"] in FULL:
            plain = json.loads(theirs)["text"] if theirs else ""
            pair = (token_f1(ours.text if ours else "", row["gold_body"]), token_f1(plain, row["gold_body"]))
            bodies.setdefault(row["set"], []).append(pair)
        for name, right in _declared(row, ours) if ours else ():
            declared.setdefault(name, []).append(right)
    everything = [pair for pairs in bodies.values() for pair in pairs]
    for name, pairs in [*sorted(bodies.items()), ("all", everything)]:
        mine, other = (mean(each) for each in zip(*pairs, strict=True))
        sys.stdout.write(f"body {name:12} n={len(pairs):3} ours {mine:.4f} trafilatura {other:.4f}\n")
    for name, rights in sorted(declared.items()):
        sys.stdout.write(f"{name:7} n={len(rights):3} right {mean(rights):.3f}\n")
    sys.stdout.write(f"CPU ours / trafilatura with metadata: {spent[0] / spent[1]:.2f} over {len(rows)} pages\n")


def token_f1(found: str, gold: str) -> float:
    """F1 of the bags of words of two texts."""
    mine, theirs = (Counter(re.findall(r"\w+", text.lower())) for text in (found, gold))
    common = sum((mine & theirs).values())
    return 2 * common / (sum(mine.values()) + sum(theirs.values())) if common else 0.0


def _extract(page: Page) -> Extracted | None:
    try:
        return extract_page(page, ExtractSettings())
    except Rejected:
        return None


def _declared(row: dict[str, Any], found: Extracted) -> Iterator[tuple[str, bool]]:
    if row.get("gold_title"):
        yield "title", key(found.title) == key(row["gold_title"])
    if row.get("gold_authors"):
        gold = row["gold_authors"]
        names = clean_authors(gold if isinstance(gold, list) else [gold])
        yield "authors", set(map(key, names)) == set(map(key, found.authors))
    if row.get("gold_date"):
        day = datetime.fromisoformat(row["gold_date"].replace("Z", "+00:00"))
        day = day if day.tzinfo else day.replace(tzinfo=UTC)
        yield "date", found.published_at is not None and abs(found.published_at - day) <= timedelta(days=1)


if __name__ == "__main__":
    main()

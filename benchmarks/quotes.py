"""Score quotations and speakers on the sample newsroom: `python -m benchmarks.quotes [--show] [--documents FILE]`.

The fact sheets list quotations that the articles print, with their speakers. Prints recall of the words (from eight
words on), how many of those found are listed, and how many speakers are right. FILE holds what `aggregator export
documents` writes; without it the newsroom is replayed first.
"""

import argparse
import json
import re
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.analysis.model import Quote, SourceText
from aggregator.analysis.quotes import find_quotes, resolve_speakers
from aggregator.analysis.sentences import split_sentences
from aggregator.analysis.words import name_key
from aggregator.articles.urls import article_id
from aggregator.types import Extent, Kind, LeanState, LeanTag, Region, RegionKind, Rights
from benchmarks.newsroom import newsroom_at_its_end
from pipelines.batch import Instance
from tests.newsroom import FACTS, exports, name_by_url

MIN_WORDS = 8


@dataclass
class Score:
    """What was counted, and what went wrong."""

    gold: int = 0
    recalled: int = 0
    speakers: int = 0
    found: int = 0
    listed: int = 0
    faults: list[str] = field(default_factory=list)
    how: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Find all quotations of the newsroom's English reports and score them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="list what was missed, invented or given to the wrong one")
    parser.add_argument("--documents", type=Path, help="an export of the replayed newsroom's documents")
    options = parser.parse_args()
    if options.documents:
        score_quotes(by_name(options.documents.read_text("utf-8")), show=options.show)
        return
    with newsroom_at_its_end() as instance:
        score_quotes(documents_of(instance), show=options.show)


def score_quotes(documents: Mapping[str, dict[str, Any]], *, show: bool = False) -> None:
    """Print how the quotations found in the documents agree with those in the fact sheets."""
    score, seconds, articles = Score(), 0.0, 0
    for file in sorted(FACTS.glob("*.toml")):
        sheet = tomllib.loads(file.read_text("utf-8"))
        wanted: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for quote in sheet.get("quotes", ()):
            for name in quote["articles"]:
                wanted[name].append(quote)
        sources = [source_of(row["id"], documents[row["id"]]) for row in sheet["articles"] if row["id"] in documents]
        sources = [source for source in sources if source.language == "en" and source.kind is not Kind.SATIRE]
        began = time.process_time()
        quotes = [quote for source in sources for quote in find_quotes(source)]
        seconds += time.process_time() - began
        articles += len(sources)
        quotes = list(resolve_speakers(sources, quotes))
        for source in sources:
            mine = [quote for quote in quotes if quote.article_id == source.article_id]
            compare(source, mine, wanted.get(source.article_id, []), score)
    report(score, seconds * 1000 / max(1, articles))
    if show:
        print("\n".join(score.faults))


def documents_of(instance: Instance) -> dict[str, dict[str, Any]]:
    """The current documents of a replayed newsroom."""
    return by_name(exports(instance)["documents"])


def by_name(lines: str) -> dict[str, dict[str, Any]]:
    """The current documents of an export by the name of their article in the fact sheets."""
    names = {article_id(url): name for url, name in name_by_url().items()}
    rows = [row for row in map(json.loads, lines.splitlines()) if row["current"] and row["article_id"] in names]
    return {names[row["article_id"]]: row for row in rows}


def source_of(name: str, row: Mapping[str, Any]) -> SourceText:
    """A document as analysis sees it, under the name of its article."""
    regions = tuple(Region(each["start"], each["end"], RegionKind(each["kind"])) for each in row["regions"])
    return SourceText(
        article_id=name, revision=row["revision"], outlet_key="", outlet="", unit="news",
        lean=LeanTag(LeanState.UNRATED), country="", title=row["title"], text=row["text"], url="", published_at=None,
        found_at=datetime(2026, 1, 1, tzinfo=UTC), authors=(), kind=Kind(row["kind"]), extent=Extent(row["extent"]),
        rights=Rights(row["rights"]), language=row["language"], wire="", regions=regions,
        sentences=split_sentences(row["text"], regions),
    )  # fmt: skip


def compare(source: SourceText, quotes: list[Quote], gold: list[dict[str, Any]], score: Score) -> None:
    """Count one article. A found quotation is right if its words lie in a listed one or hold one."""
    keys = [(quote, key(quote.text)) for quote in quotes]
    listed = [(row, key(row["text"])) for row in gold]
    for row, wanted in listed:
        if len(row["text"].split()) < MIN_WORDS or wanted not in key(source.text):
            continue
        score.gold += 1
        match = next((quote for quote, words in keys if wanted in words or (words in wanted and len(words) > 20)), None)
        if match is None:
            score.faults.append(f"MISSED {source.article_id}: {row['speaker']}: {row['text'][:90]}")
            continue
        score.recalled += 1
        score.how[match.how] += 1
        if same(match.speaker, row["speaker"]):
            score.speakers += 1
        else:
            score.faults.append(
                f"SPEAKER {source.article_id}: {match.speaker!r} ({match.how}, {match.verb}) for {row['speaker']!r}: "
                f"{row['text'][:80]}"
            )
    for quote, words in keys:
        if len(quote.text.split()) >= MIN_WORDS:
            score.found += 1
            if any(words in wanted or wanted in words for _, wanted in listed):
                score.listed += 1
            else:
                score.faults.append(f"EXTRA {source.article_id}: {quote.speaker} ({quote.how}): {quote.text[:90]}")


def key(text: str) -> str:
    """The letters and digits of a text."""
    return "".join(re.findall(r"\w+", text.lower()))


def same(found: str, wanted: str) -> bool:
    """Whether two names are one speaker's."""
    mine, other = name_key(found), name_key(wanted)
    return mine == other or f" {mine} " in f" {other} " or f" {other} " in f" {mine} "


def report(score: Score, milliseconds: float) -> None:
    """Print the table."""
    print("| measure | value | n |")
    print("|---|---|---|")
    print(f"| recall of the words | {score.recalled / max(1, score.gold):.3f} | {score.gold} |")
    print(
        f"| found that are listed (some sheets list few) | {score.listed / max(1, score.found):.3f} | {score.found} |"
    )
    print(f"| right speaker, of those found | {score.speakers / max(1, score.recalled):.3f} | {score.recalled} |")
    print(f"| by way | {dict(score.how)} | |")
    print(f"| ms an article | {milliseconds:.1f} | |")


if __name__ == "__main__":
    main()

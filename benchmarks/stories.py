"""Real stories as the page benchmarks read them: AllSides stories with three full texts, their vectors cached."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from aggregator.analysis.analyse import analyse
from aggregator.analysis.model import Analysis, SourceText
from aggregator.analysis.sentences import split_sentences
from aggregator.articles.body import Paragraph
from aggregator.articles.kinds import find_kind
from aggregator.articles.regions import find_regions
from aggregator.store.columns import Vector
from aggregator.stories.embedding import PACKAGED, load_embedder
from aggregator.types import Extent, Lean, LeanState, LeanTag, Rating, Rights

MAX_TOKENS = 256
_LEANS = {"left": Lean.LEFT, "center": Lean.CENTER, "right": Lean.RIGHT}
_UNDATED = "2018-01-01"


@dataclass(frozen=True)
class RealStory:
    """A story with its human summary, the leads as published, and what analysis finds in the full texts."""

    id: str
    title: str
    summary: str
    leads: tuple[str, ...]
    analysis: Analysis


def allsides(folder: Path, count: int, cache: Path) -> Iterator[RealStory]:
    """The first `count` stories that have three full texts of three outlets."""
    full = {row["id"]: row["text"] for row in _rows(folder / "fulltext.jsonl.gz")}
    articles = {row["id"]: row for row in _rows(folder / "articles.jsonl.gz")}
    stories = (row for row in _rows(folder / "stories.jsonl.gz") if len(row["article_ids"]) == 3)
    chosen = [row for row in stories if all(key in full for key in row["article_ids"])]
    for row in [one for one in chosen if len({articles[key]["outlet"] for key in one["article_ids"]}) == 3][:count]:
        members = [articles[key] for key in row["article_ids"]]
        sources = [_source(one, full[one["id"]], row["date"] or _UNDATED, cache) for one in members]
        sources.sort(key=lambda source: (source.order_at, source.article_id))
        leads = tuple(one["text"] for one in sorted(members, key=lambda one: one["lean"] != "center"))
        yield RealStory(row["story_id"], row["title"], row["neutral_summary"], leads, analyse(row["story_id"], sources))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _source(article: dict[str, Any], full: str, day: str, cache: Path) -> SourceText:
    paragraphs = [line.strip() for line in full.split("\n") if line.strip()]
    text = "\n".join(paragraphs)
    regions = find_regions([Paragraph(paragraph) for paragraph in paragraphs])
    sentences = split_sentences(text, regions)
    lean = _LEANS.get(article["lean"])
    rating = Rating("data set", date(2022, 1, 1), label=lean) if lean else None
    at = datetime.fromisoformat((article["date"] or day)[:10]).replace(tzinfo=UTC)
    return SourceText(
        article_id=article["id"],
        revision=1,
        outlet_key=article["outlet"].lower().replace(" ", "-"),
        outlet=article["outlet"],
        unit="news",
        lean=LeanTag(LeanState.RATED, lean, raters=(rating,)) if rating else LeanTag(LeanState.UNRATED),
        country="US",
        title=article["title"],
        text=text,
        url=article["url"] or f"https://unknown.example/{article['id']}",
        published_at=at,
        found_at=at,
        authors=(),
        kind=find_kind(titles=[article["title"]], url=article["url"] or "https://unknown.example/", sections=[]),
        extent=Extent.FULL,
        rights=Rights.FULL,
        language="en",
        wire="",
        regions=regions,
        sentences=sentences,
        vectors=_vectors([sentence.text for sentence in sentences], cache),
        syndication_id=article["id"],
    )


def _vectors(texts: list[str], cache: Path) -> Vector:
    cache.mkdir(parents=True, exist_ok=True)
    file = cache / (hashlib.sha256("\n".join(texts).encode()).hexdigest()[:24] + ".npy")
    if not file.exists():
        np.save(file, load_embedder(PACKAGED, MAX_TOKENS, 2).embed(texts))
    found: Vector = np.load(file)
    return found

"""Small stories for tests: sources made of plain text, with vectors that are bags of words."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from aggregator.analysis.model import SourceText
from aggregator.analysis.sentences import split_sentences
from aggregator.store.columns import Vector
from aggregator.types import Extent, Kind, Lean, LeanState, LeanTag, Region, Rights

NOON = datetime(2026, 10, 10, 12, tzinfo=UTC)
DIMENSION = 256


def bag(texts: Sequence[str]) -> Vector:
    """Unit rows of hashed words: sentences are near if they share words."""
    rows = np.zeros((len(texts), DIMENSION), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in re.findall(r"\w+", text.lower()):
            row[zlib.crc32(word.encode()) % DIMENSION] += 1.0
    rows[:, 0] += 1e-3
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def rated(lean: Lean | None = None, state: LeanState = LeanState.UNRATED) -> LeanTag:
    return LeanTag(LeanState.RATED, lean) if lean else LeanTag(state)


def source(name: str, text: str = "", *regions: Region, hours: float = 0, **changes: Any) -> SourceText:
    """An article `a-<name>` of the outlet `<name>`, published `hours` after noon."""
    sentences = split_sentences(text, regions)
    made = SourceText(
        article_id=f"a-{name}",
        revision=1,
        outlet_key=name,
        outlet=name.title(),
        unit="news",
        lean=rated(),
        country="US",
        title=f"Title of {name}",
        text=text,
        url=f"https://{name}.example/",
        published_at=NOON + timedelta(hours=hours),
        found_at=NOON + timedelta(hours=hours),
        authors=(),
        kind=Kind.NEWS,
        extent=Extent.FULL,
        rights=Rights.FULL,
        language="en",
        wire="",
        regions=regions,
        sentences=sentences,
        vectors=bag([sentence.text for sentence in sentences]),
        syndication_id=f"a-{name}",
    )
    return replace(made, **changes)

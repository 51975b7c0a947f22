"""The statements of a story: the sentences that can be part of a claim, with what any two of them have in common."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.analysis.disagreement import disagree, opposed
from aggregator.analysis.equivalence import Rarity, Traits, centred, same_claim, traits
from aggregator.analysis.model import SourceText
from aggregator.store.columns import Vector

#: below this cosine no two sentences say the same
FLOOR = 0.40
#: a pair that shares a quotation says the same from this cosine on
QUOTED = 0.50
#: a statement has so many words that mean something, and is no list
_MIN_CONTENT, _MAX_WORDS = 4, 70
#: headings end without a full stop, questions state nothing
_STATEMENT = re.compile(r"[.!…][\"”’')\]]*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence in which the outlet speaks or reports what was said. `source` and `sentence` are indexes."""

    source: int
    sentence: int
    text: str
    traits: Traits


class Statements:
    """All statements of a story: their vectors row by row, and the score of any two of them.

    `spans` has for each source the range of its rows; it is empty for satire and for texts without vectors.
    """

    def __init__(self, sources: Sequence[SourceText]) -> None:
        self.sources = sources
        self.rows = [row for index, source in enumerate(sources) for row in _statements(index, source)]
        vectors = [vectors_of(sources[row.source])[row.sentence] for row in self.rows]
        self.vectors: Vector = np.array(vectors, np.float32) if vectors else np.zeros((0, 0), np.float32)
        self.centred = centred(self.vectors) if vectors else self.vectors
        self.rarity = Rarity(row.text for row in self.rows)
        self.spans = _spans([row.source for row in self.rows], len(sources))
        self._scores: dict[tuple[int, int], float] = {}

    def source_of(self, row: int) -> SourceText:
        """The source that makes a statement."""
        return self.sources[self.rows[row].source]

    def cosine(self, a: int, b: int) -> float:
        """Rounded, so that the last bits of a product decide nothing."""
        return round(float(self.vectors[a] @ self.vectors[b]), 4)

    def cosines(self, rows: range, others: Sequence[int]) -> Vector:
        """The rounded cosines of a source's rows with `others`: (rows, others)."""
        block: Vector = np.round(self.vectors[rows.start : rows.stop] @ self.vectors[list(others)].T, 4)
        return block

    def score(self, a: int, b: int) -> float:
        """How probably two statements say the same; 0 where a veto keeps them apart."""
        key = (a, b) if a < b else (b, a)
        if key not in self._scores:
            self._scores[key] = self._score(*key)
        return self._scores[key]

    def _score(self, a: int, b: int) -> float:
        one, other, cosine = self.rows[a].traits, self.rows[b].traits, self.cosine(a, b)
        if cosine < FLOOR:
            return 0.0
        if cosine >= QUOTED and one.quoted & other.quoted:
            return 1.0
        if disagree(one.counts, other.counts) or at_odds(one, other):
            return 0.0
        return self.likeness(a, b)

    def likeness(self, a: int, b: int, *, figures: bool = True) -> float:
        """The score without vetoes, and without figures if they are not to count."""
        one, other = self.rows[a].traits, self.rows[b].traits
        apart = round(float(self.centred[a] @ self.centred[b]), 4)
        return same_claim(one, other, self.cosine(a, b), apart, self.rarity, figures=figures)


def at_odds(one: Traits, other: Traits) -> bool:
    """Whether one sentence has the opposite of a word of the other, or denies what the other says without a not."""
    denies = one.denied & (other.words - other.denied) or other.denied & (one.words - one.denied)
    return bool(denies) or opposed(one.words, other.words)


def vectors_of(source: SourceText) -> Vector:
    """The vectors of a source that has them; ValueError for one that has none."""
    if source.vectors is None:
        raise ValueError(f"{source.article_id} has no sentence vectors")
    return source.vectors


def _statements(index: int, source: SourceText) -> Iterator[Statement]:
    if not source.kind.is_read or source.vectors is None or len(source.vectors) != len(source.sentences):
        return
    for sentence in source.sentences:
        if sentence.region is None and _STATEMENT.search(sentence.text) and len(sentence.text.split()) <= _MAX_WORDS:
            found = traits(sentence.text)
            if len(found.words) >= _MIN_CONTENT:
                yield Statement(index, sentence.index, sentence.text, found)


def _spans(owners: Sequence[int], count: int) -> list[range]:
    starts = np.searchsorted(np.array(owners, np.int64), np.arange(count + 1)).tolist()
    return [range(starts[index], starts[index + 1]) for index in range(count)]

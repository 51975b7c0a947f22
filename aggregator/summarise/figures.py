"""Figures that change while a story runs: the newest one with its time, and the ones that it has overtaken."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aggregator.analysis.model import Sentence, SourceText
from aggregator.analysis.words import numbers
from aggregator.types import Kind

#: what is counted up or down while a story runs
OUTCOMES = ("killed", "injured", "missing", "arrested")
_HEAD = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure as one article gave it: the first of its unit from the top."""

    source: SourceText
    sentence: Sentence
    unit: str
    value: float


@dataclass(frozen=True)
class Development:
    """How the figures of a story moved. `newest` by unit; a value in `overtaken` must not be printed as current."""

    readings: dict[str, tuple[Reading, ...]]

    @classmethod
    def of(cls, sources: Iterable[SourceText]) -> "Development":
        """The readings of each outcome, in the order of publication, where articles differ."""
        found: dict[str, list[Reading]] = {unit: [] for unit in OUTCOMES}
        for source in sorted(sources, key=lambda s: (s.order_at, s.article_id)):
            if source.kind is not Kind.NEWS:
                continue
            for unit, reading in _first_readings(source).items():
                found[unit].append(reading)
        return cls({unit: tuple(rs) for unit, rs in found.items() if len({r.value for r in rs}) > 1})

    @property
    def moves(self) -> bool:
        """Whether a toll of the story changed from article to article."""
        return any(len({r.source.order_at for r in rs}) > 1 for rs in self.readings.values())

    def newest(self, unit: str) -> Reading:
        """The latest reading. Raises KeyError where articles agree."""
        return self.readings[unit][-1]

    def is_stale(self, text: str) -> bool:
        """Whether `text` gives a figure that a later article has overtaken."""
        for unit, value in outcomes(text):
            readings = self.readings.get(unit)
            if readings and value != readings[-1].value and any(value == r.value for r in readings):
                return True
        return False

    def is_newest(self, source: SourceText) -> bool:
        """Whether an article carries the newest figure of everything that moved in it."""
        return all(
            rs[-1].value == reading.value for rs in self.readings.values() for reading in rs if reading.source is source
        ) and any(reading.source is source for rs in self.readings.values() for reading in rs)


def _first_readings(source: SourceText) -> dict[str, Reading]:
    """The first figure of each outcome, in the title or the first sentences."""
    found: dict[str, Reading] = {}
    head = _head(source.sentences)
    texts = [(source.title, head[0] if head else None), *((sentence.text, sentence) for sentence in head)]
    for text, sentence in texts:
        for unit, value in outcomes(text):
            if sentence is not None and unit not in found:
                found[unit] = Reading(source, sentence, unit, value)
    return found


def outcomes(text: str) -> list[tuple[str, float]]:
    """The victims that a text counts: (outcome, how many)."""
    found = []
    for number in numbers(text):
        unit = number.unit
        if unit in ("people", "person", "") and number.value < 100_000:
            after, before = text[number.end : number.end + 45], text[max(0, number.start - 40) : number.start]
            for outcome, behind, ahead in _OUTCOME_WORDS:
                if behind.search(after) or ahead.search(before):
                    unit = outcome
                    break
        if unit in OUTCOMES:
            found.append((unit, number.value))
    return found


_OUTCOME_WORDS = tuple(
    (
        outcome,
        re.compile(rf"^[^.;,\d]{{0,32}}\b(?:{behind})", re.I),
        re.compile(rf"\b(?:{ahead})[^.;,\d]{{0,14}}$", re.I),
    )
    for outcome, behind, ahead in (
        ("killed", r"dead|died|killed|deaths", r"toll|killed|killing|claimed|dead"),
        ("missing", r"missing|unaccounted", r"looking for|searching for|search for"),
        ("injured", r"injured|hurt|wounded", r"injuring|injured|wounded|wounding"),
        ("arrested", r"arrested|detained", r"arrested|detained"),
    )
)


def _head(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [sentence for sentence in sentences[:_HEAD] if sentence.region is None]

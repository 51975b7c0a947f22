"""Figures that change while a story runs: the newest one with its time, and the ones that it has overtaken."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aggregator.analysis.disagreement import compatible
from aggregator.analysis.model import Sentence, SourceText
from aggregator.analysis.numbers import Number
from aggregator.analysis.words import numbers
from aggregator.summarise.measures import Correction, corrections, measures
from aggregator.types import Kind

#: what is counted up or down while a story runs
OUTCOMES = ("killed", "injured", "missing", "arrested")
_HEAD = 12
#: below this cosine to every newer sentence an older one measures something else
_SAME = 0.4


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure as one article gave it: the first of its unit from the top."""

    source: SourceText
    sentence: Sentence
    unit: str
    value: float


@dataclass(frozen=True)
class Development:
    """How the figures of a story moved. An overtaken figure must not be printed as current.

    `readings`: of tolls, in the order of publication, where articles differ; `overtaken`: older figures of what is
    measured again while a story runs, by name; `corrected`: figures that some sentence says were corrected.
    """

    readings: dict[str, tuple[Reading, ...]]
    overtaken: tuple[tuple[str, Number], ...] = ()
    corrected: tuple[Correction, ...] = ()

    @classmethod
    def of(cls, sources: Iterable[SourceText]) -> "Development":
        """The readings of each toll and of each measure of the event, by the time of publication; all corrections."""
        news = sorted((s for s in sources if s.kind is Kind.NEWS), key=lambda s: (s.order_at, s.article_id))
        found: dict[str, list[Reading]] = {unit: [] for unit in OUTCOMES}
        for source in news:
            for unit, reading in _first_readings(source).items():
                found[unit].append(reading)
        moved = {unit: tuple(rs) for unit, rs in found.items() if len({r.value for r in rs}) > 1}
        struck = {
            (one.old.value, one.old.unit, one.new.value if one.new else None): one
            for source in news
            for sentence in source.sentences
            for one in corrections(sentence.text)
        }
        return cls(moved, tuple(_overtaken(news)), tuple(struck.values()))

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
        if self.overtaken and any(
            name == moved and figure.value == old.value
            for name, figure in measures(text)
            for moved, old in self.overtaken
        ):
            return True
        return any(one.strikes(text) for one in self.corrected) and not any(corrections(text))

    def is_newest(self, source: SourceText) -> bool:
        """Whether an article carries the newest figure of everything that moved in it."""
        return all(
            rs[-1].value == reading.value for rs in self.readings.values() for reading in rs if reading.source is source
        ) and any(reading.source is source for rs in self.readings.values() for reading in rs)


def _overtaken(news: Sequence[SourceText]) -> list[tuple[str, Number]]:
    """Of what is measured again, each figure that the newest article with that measure gives otherwise."""
    found: dict[str, list[tuple[SourceText, Sentence, Number]]] = {}
    for source in news:
        first: set[str] = set()
        for sentence in _head(source.sentences):
            for name, figure in measures(sentence.text):
                if name not in first:
                    first.add(name)
                    found.setdefault(name, []).append((source, sentence, figure))
    overtaken = []
    for name, given in found.items():
        newest = [one for one in given if one[0].order_at == given[-1][0].order_at]
        for older in given:
            alike = [one for one in newest if _cosine(older, one) >= _SAME]
            if alike and not any(older[2].value == one[2].value or compatible(older[2], one[2]) for one in newest):
                overtaken.append((name, older[2]))
    return overtaken


def _cosine(one: tuple[SourceText, Sentence, Number], other: tuple[SourceText, Sentence, Number]) -> float:
    """How alike the sentences of two figures are; 1 where their vectors were not made."""
    (source, sentence, _), (against, second, _) = one, other
    if source.vectors is None or against.vectors is None:
        return 1.0
    return float(source.vectors[sentence.index] @ against.vectors[second.index])


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

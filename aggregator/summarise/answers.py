"""Answer pairs: statements of two holders that cannot both be so."""

import re
from collections.abc import Sequence

from aggregator.analysis.words import content_words, negations, numbers
from aggregator.summarise.holders import Voice
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Story

#: what is not asserted is not contradicted
_GUESS = re.compile(r"\b(?:may|might|could|should|if|whether|unless)\b")
_SAME_OBJECT = 0.42
_SAME_CLAIM = 0.62


def answer_pairs(story: Story, able: Sequence[Voice]) -> list[tuple[Statement, Statement, str]]:
    """Statements of two holders on the same thing that cannot both be so: a denial, or two figures for one quantity."""
    said = [s for voice in able for s in voice.statements if s.row >= 0 and s.form == "clause"]
    found: list[tuple[float, Statement, Statement, str]] = []
    for at, one in enumerate(said):
        for other in said[at + 1 :]:
            if one.holder == other.holder:
                continue
            cosine = story.cosine(one.row, other.row)
            kind = _contradiction(one, other, cosine)
            if kind:
                found.append((cosine, one, other, kind))
    found.sort(key=lambda pair: (-pair[0], pair[1].text, pair[2].text))
    return [(one, other, kind) for _, one, other, kind in found]


def _denials(text: str) -> int:
    return sum(word not in ("without", "instead of", "rather than", "lack") for word in negations(text))


def _contradiction(one: Statement, other: Statement, cosine: float) -> str:
    shared = len(set(content_words(one.text)) & set(content_words(other.text)))
    if any(_GUESS.search(text) for text in (one.text, other.text)):
        return ""
    if cosine >= _SAME_CLAIM and shared >= 3 and (_denials(one.text) - _denials(other.text)) % 2:
        return "denial"
    if cosine < _SAME_OBJECT:
        return ""
    for mine in numbers(one.text):
        for theirs in numbers(other.text):
            counted = mine.unit == theirs.unit and mine.unit not in ("date", "year", "time", "age", "ordinal")
            if counted and mine.value != theirs.value and shared >= 1 and mine.hedge == theirs.hedge:
                return "figures"
    return ""

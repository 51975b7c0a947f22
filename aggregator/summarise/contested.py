"""Figures on which the articles of a story disagree without one having overtaken the other: who is in the minority."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.analysis.disagreement import compatible, contradicts, counts
from aggregator.analysis.numbers import Number
from aggregator.analysis.words import content_words
from aggregator.summarise.figures import OUTCOMES, outcomes
from aggregator.summarise.measures import measures
from aggregator.summarise.selection import Story

#: from the first cosine on two sentences may speak of one figure, from the second on they do
_NEAR, _SAME = 0.5, 0.75
_CLOSE, _SHARED = 3, 2
#: what an article calls its news stands among its first sentences
_ZONE = 20
_ONES = "one two three four five six seven eight nine ten eleven twelve"
_SMALL = {word: at + 1 for at, word in enumerate(_ONES.split())}
_COUNT = rf"(\d{{1,3}}|{'|'.join(_SMALL)})"
_TALLY = re.compile(
    rf"(?<![\w$.,-]){_COUNT}(?:[-–—]|(?: yes)?(?: votes?)? to ){_COUNT}"
    r"(?![\w%-]|[.,]\d| (?:percent|per cent|years?|months?|"
    r"weeks?|days?|hours?|minutes?|points?|miles|feet|inches|degrees))",
    re.IGNORECASE,
)
_VOTE = re.compile(
    r"\b(?:vot\w+|roll call|passed|passes|approv\w+|margin|rul\w+|decision|concur\w*|clear\w*|back\w*|reject\w*|"
    r"majority|house|senate|council|court|board|committee|panel|commission)\b",
    re.IGNORECASE,
)


def tallies(text: str) -> list[tuple[int, int]]:
    """The results of votes that `text` gives, as printed: (for, against)."""
    if not _VOTE.search(text):
        return []
    return [(_side(match[1]), _side(match[2])) for match in _TALLY.finditer(text)]


def _side(word: str) -> int:
    return _SMALL[word.lower()] if word.lower() in _SMALL else int(word)


def _miss(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two results are one vote told differently: one side is the same, the other a few votes off."""
    off = (abs(one[0] - other[0]), abs(one[1] - other[1]))
    return min(off) == 0 and 0 < max(off) <= _CLOSE


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A figure that fewer independent articles carry than carry another one in its place."""

    unit: str
    value: float
    high: float | None
    words: frozenset[str]


@dataclass(frozen=True)
class Contested:
    """The doubtful figures of a story."""

    doubtful: tuple[Doubtful, ...]

    @classmethod
    def of(cls, story: Story) -> "Contested":
        """Results of votes and counts with one unit that alike sentences of different texts give differently."""
        rows = [
            row
            for row, (_, sentence) in enumerate(story.rows)
            if sentence.index < _ZONE and (any(map(str.isdigit, sentence.text)) or tallies(sentence.text))
        ]
        figures = {row: _figures(story.rows[row][1].text) for row in rows}
        rows = [row for row in rows if figures[row]]
        found = set(_weighed(story, rows, figures))
        return cls(tuple(sorted(found, key=lambda one: (one.unit, one.value, one.high or 0, sorted(one.words)))))

    def is_doubtful(self, text: str) -> bool:
        """Whether `text` gives a figure that most of those who give it give otherwise."""
        if not self.doubtful:
            return False
        figures, words = _figures(text), set(content_words(text))
        return any(
            one.unit == unit
            and one.value == figure.value
            and one.high == figure.high
            and len(words & one.words) >= _SHARED
            for one in self.doubtful
            for unit, figure in figures
        )


def _figures(text: str) -> list[tuple[str, Number]]:
    """What a sentence counts, by unit; the results of votes under "tally"."""
    found = [("tally", Number(a, "tally", "", 0, 0, b)) for a, b in tallies(text)]
    skipped = {figure.start for _, figure in measures(text)}
    for unit, several in counts(text).items():
        if unit not in (*OUTCOMES, "vote") and len(several) == 1 and several[0].start not in skipped:
            found.append((unit, several[0]))
    return found


def _weighed(story: Story, rows: Sequence[int], figures: dict[int, list[tuple[str, Number]]]) -> Iterable[Doubtful]:
    """Each contradicted figure with fewer independent texts behind it than behind the other."""
    if len(rows) < 2:
        return
    likeness = story.similarity[np.ix_(rows, rows)]
    text_of = [story.rows[row][0].syndication_id or story.rows[row][0].article_id for row in rows]
    for a, b in np.argwhere(np.triu(likeness >= _NEAR, 1)):
        if text_of[a] == text_of[b]:
            continue
        for unit, one in figures[rows[a]]:
            for other_unit, other in figures[rows[b]]:
                if unit != other_unit or not _clash(unit, one, other, float(likeness[a, b])):
                    continue
                mine, theirs = (
                    _carriers(figure, unit, k, rows, figures, likeness, text_of) for figure, k in ((one, a), (other, b))
                )
                if len(mine) != len(theirs):
                    less, row = (one, rows[a]) if len(mine) < len(theirs) else (other, rows[b])
                    yield Doubtful(unit, less.value, less.high, frozenset(content_words(story.rows[row][1].text)))


def _clash(unit: str, one: Number, other: Number, cosine: float) -> bool:
    if unit == "tally":
        return _miss((int(one.value), int(one.high or 0)), (int(other.value), int(other.high or 0)))
    return cosine >= _SAME and contradicts(one, other)


def _carriers(
    figure: Number,
    unit: str,
    at: int,
    rows: Sequence[int],
    figures: dict[int, list[tuple[str, Number]]],
    likeness: np.ndarray,
    text_of: Sequence[str],
) -> set[str]:
    """The texts that give a figure in a sentence like the one at `at`."""
    return {
        text_of[k]
        for k, row in enumerate(rows)
        if likeness[at, k] >= _NEAR
        and any(
            u == unit
            and ((f.value, f.high) == (figure.value, figure.high) if unit == "tally" else compatible(f, figure))
            for u, f in figures[row]
        )
    }


def clash(one: str, other: str) -> bool:
    """Whether two texts for one page contradict each other in a toll, a measure or the result of a vote."""
    if any(_miss(a, b) for a in tallies(one) for b in tallies(other)):
        return True
    mine, theirs = _told(one), _told(other)
    return any(not values & theirs[unit] for unit, values in mine.items() if unit in theirs)


def _told(text: str) -> dict[str, set[float]]:
    found: dict[str, set[float]] = {}
    for unit, value in [*outcomes(text), *((name, number.value) for name, number in measures(text))]:
        found.setdefault(unit, set()).add(value)
    return found

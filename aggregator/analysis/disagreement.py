"""Whether two sentences contradict each other: other figures for the same thing, or a word and its opposite.

Of twenty pairs of sentences with different numbers one disagreed in earnest; the others rounded, hedged, or counted
something else. So figures are compared only with their unit, within what their hedges and rounding allow.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from aggregator.analysis.lexicon import word_set
from aggregator.analysis.numbers import Number, numbers
from aggregator.analysis.words import fold, stem

#: figures that date or order things and count nothing, and spans of time, of which a story has many
_NOT_COUNTS = word_set("date year time ordinal age second minute hour day night week month decade century")
_SAME_UNIT = dict.fromkeys(word_set("person resident inhabitant man woman victim"), "people")
#: how far an "about" reaches
_ABOUT = 0.06
_DENIED = re.compile(
    r"(?:\b(?:not|never|cannot)|n[’']t) +(?:(?:\w+ly|be|been|have|yet|even|to|in fact) +)*([\w’'-]+)", re.IGNORECASE
)
_MEASURED = re.compile(r"\b([a-z]{4,})(?: (?:of|at|was|is|to|reached|stood at|put at))(?: (?:a|an|the|about|only))*\s$")
_OPPOSITES = """
open close, rise fall, increase decrease, increase cut, gain lose, up down, higher lower, more less, approve reject,
pass fail, win lose, support oppose, accept reject, allow ban, allow block, raise lower, raise cut, start end,
guilty innocent, convict acquit, deny confirm, confirm reject, uphold overturn, reopen close, alive dead, agree refuse
"""


def counts(text: str) -> Mapping[str, tuple[Number, ...]]:
    """The figures of a sentence that count or measure something, by what that is."""
    found: dict[str, list[Number]] = defaultdict(list)
    for number in numbers(text):
        unit = _SAME_UNIT.get(number.unit, number.unit) or _measured(text[: number.start])
        if unit and unit not in _NOT_COUNTS:
            found[unit].append(replace(number, unit=unit))
    return {unit: tuple(figures) for unit, figures in found.items()}


def disagree(one: Mapping[str, Sequence[Number]], other: Mapping[str, Sequence[Number]]) -> bool:
    """Whether for some unit that both count no figure of the one fits a figure of the other."""
    return any(
        not any(compatible(a, b) for a in figures for b in other[unit])
        for unit, figures in one.items()
        if unit in other
    )


def compatible(one: Number, other: Number) -> bool:
    """Whether two figures of one unit may be the same, by their values, ranges, hedges and rounding."""
    if one.unit == "vote":
        return one.value in (other.value, other.high) or other.value == one.high
    return _fits(one, other) or _fits(other, one)


def contradicts(one: Number, other: Number) -> bool:
    """Whether two figures of one unit, if they are for one thing, cannot both be right: of a size, and incompatible.

    A figure more than twice the other counts something else.
    """
    low, high = sorted((abs(one.value), abs(other.value)))
    return high <= 2 * low and not compatible(one, other)


def _fits(one: Number, other: Number) -> bool:
    """Whether `other` lies where `one` says that it is."""
    a, b = one.value, other.value
    if one.high is not None:
        return a <= b <= one.high
    if one.hedge in ("more than", "at least"):
        return b >= a
    if one.hedge in ("less than", "up to"):
        return b <= a
    if one.hedge == "about":
        return abs(a - b) <= _ABOUT * max(abs(a), abs(b))
    return a == b or _rounded(a, b)


def _rounded(a: float, b: float) -> bool:
    """Whether `a` is `b` rounded: to a whole number, or to three digits or fewer from a thousand on."""
    if b != int(b) and abs(b) < 1000:
        return a == round(b)
    return abs(b) >= 1000 and any(a == float(f"{b:.{digits}g}") for digits in (2, 3))


@lru_cache(maxsize=1)
def _opposites() -> Mapping[str, frozenset[str]]:
    table: dict[str, set[str]] = defaultdict(set)
    for pair in _OPPOSITES.split(","):
        one, other = (stem(word) for word in pair.split())
        table[one].add(other)
        table[other].add(one)
    return {word: frozenset(others) for word, others in table.items()}


def opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether, of two sets of stems, one has a word whose opposite stands in the other alone."""
    table = _opposites()
    for word in one - other:
        against = table.get(word)
        if against and against & (other - one):
            return True
    return False


def denied(text: str) -> frozenset[str]:
    """The stems of the words that a "not" or "never" stands right before."""
    return frozenset(stem(fold(match.group(1))) for match in _DENIED.finditer(text))


def _measured(before: str) -> str:
    """What a figure without a noun after it measures: "a magnitude of 6.3"."""
    match = _MEASURED.search(before[-60:])
    return match.group(1) if match else ""

"""Quantities of an event that are measured again while it runs, and sentences that correct a figure given before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.analysis.numbers import Number, numbers
from aggregator.analysis.words import content_words, stem

#: figures that date or order things, of which none is measured again
_NO_MEASURE = ("date", "year", "time", "ordinal", "age")


def _measure(
    name: str, behind: str = "", ahead: str = ""
) -> tuple[str, re.Pattern[str] | None, re.Pattern[str] | None]:
    return (
        name,
        re.compile(rf"^[^.;\d]{{0,4}}(?:{behind})", re.I) if behind else None,
        re.compile(rf"\b(?:{ahead})$", re.I) if ahead else None,
    )


_LINK = r"(?:[ -](?:of|at|as|was|is|by|to|about|some|nearly|almost|around|roughly|more than|at least|an estimated|a)){0,3}[ -]"
_BETWEEN = r"(?:[^.;,\d]{0,40}\b)?"
#: what is measured: its name, how it stands behind the figure, how before it
_MEASURES = (
    _measure("magnitude", r"[- ]?magnitude\b|(?:earth)?quake\b|temblor\b", rf"magnitude{_LINK}"),
    _measure("acres burned", rf"acres?\b{_BETWEEN}(?:burn\w*|scorch\w*|char\w*|fire|blaze|consumed)", rf"(?:burn\w*|scorch\w*|charr\w*|blackened|consumed|grown|grew){_LINK}(?=$)"),
    _measure("hectares burned", rf"hectares?\b{_BETWEEN}(?:burn\w*|scorch\w*|char\w*|fire|blaze)"),
    _measure("without power", rf"(?:customers|homes|households|people|residents|users|houses)\b{_BETWEEN}(?:without|lost|lose|losing|no|out of) (?:power|electricity)", rf"(?:power|electricity) (?:to|for){_LINK}"),
    _measure("contained", r"(?:%|percent|per cent) contain\w*"),
    _measure("wind", r"(?:mph|miles (?:per|an) hour|k(?:ph|m/h)|kilomet\w+ (?:per|an) hour)\b(?: sustained)?(?: winds?)?", rf"winds?{_LINK}"),
    _measure("gust", r"(?:mph|miles (?:per|an) hour|k(?:ph|m/h))\b gusts?", rf"gust\w*{_LINK}"),
    _measure("evacuated", rf"(?:people|residents|families|homes|households)\b{_BETWEEN}(?:evacuat\w+|flee\b|fled\b)", rf"evacuat\w+{_LINK}"),
    _measure("infected", r"(?:confirmed |known |new |more |reported )*(?:cases|infections)\b"),
    _measure("destroyed", rf"(?:homes|houses|buildings|structures)\b{_BETWEEN}(?:destroyed|burned|levell?ed)", rf"destroy\w+{_LINK}"),
    _measure("damaged", rf"(?:homes|houses|buildings|structures)\b{_BETWEEN}damaged", rf"damag\w+{_LINK}"),
    _measure("counted", r"(?:%|percent|per cent) of (?:the )?(?:precincts|votes?|ballots)\b"),
)  # fmt: skip
_LARGEST_MAGNITUDE = 10


def measures(text: str) -> list[tuple[str, Number]]:
    """The measures of an event that `text` gives: (what is measured, the figure)."""
    found = []
    for number in numbers(text):
        if number.unit in _NO_MEASURE:
            continue
        after, before = text[number.end : number.end + 80], text[max(0, number.start - 40) : number.start]
        for name, behind, ahead in _MEASURES:
            if (behind and behind.search(after)) or (ahead and ahead.search(before)):
                if name != "magnitude" or number.value < _LARGEST_MAGNITUDE:
                    found.append((name, number))
                break
    return found


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure that a sentence calls overtaken. `new`: what stands in its place, None where the sentence leaves it."""

    old: Number
    new: Number | None
    #: content words of the sentence: what the figure is of
    words: frozenset[str]

    def strikes(self, text: str) -> bool:
        """Whether `text` gives the overtaken figure for the same thing, and not the new one beside it."""
        found = numbers(text)
        if self.new is not None and any(n.value == self.new.value and _kind(n) == _kind(self.new) for n in found):
            return False
        return any(n.value == self.old.value and _kind(n) == _kind(self.old) and self._same(n, text) for n in found)

    def _same(self, number: Number, text: str) -> bool:
        """Whether a figure of the same value is of the same thing. One with a fraction is hardly met by chance."""
        if number.value % 1:
            return True
        near = content_words(text[max(0, number.start - 30) : number.start] + " " + text[number.end : number.end + 30])
        return stem(number.unit) in self.words if number.unit else bool(self.words.intersection(near))


_CHANGED = r"(?:correct|revis|lower|rais|upgrad|downgrad|updat|adjust|amend)\w*"
_GIVEN = r"(?:gave|give[sn]?|put|reported|said|counted|estimated|listed|announced|stated|recorded|placed|measured|bulletin\w*|report\w*|count\w*|estimate\w*|figures?)"
_FIRST = r"(?:at first|initially|originally|earlier|early|first|preliminary|previously|previous)"
_FIGURE = r"(?:figures?|numbers?|tolls?|counts?|estimates?|magnitude|totals?|tally|reading|measurement)"
#: what a correction looks like between and around its figures, each figure written as "#"
_SHAPES = (
    re.compile(rf"\b{_FIRST}\b[^#.]{{0,30}}\b{_GIVEN}\b[^#.]{{0,50}}(?P<old>#)[^#.]{{0,80}}\b{_CHANGED}[^#.]{{0,60}}\b(?:to|at) (?P<new>#)", re.I),
    re.compile(rf"\b{_GIVEN}\b[^#.]{{0,30}}\b{_FIRST}\b[^#.]{{0,50}}(?P<old>#)[^#.]{{0,80}}\b{_CHANGED}[^#.]{{0,60}}\b(?:to|at) (?P<new>#)", re.I),
    re.compile(rf"\b{_FIRST}\b[^#.]{{0,30}}\b{_GIVEN}\b[^#.]{{0,50}}(?P<old>#)[^#.]{{0,80}}\b{_CHANGED}\b", re.I),
    re.compile(rf"\b{_CHANGED}[^#.]{{0,30}}\b{_FIGURE}\b[^#.]{{0,30}}\bfrom [^#.]{{0,20}}(?P<old>#)[^#.]{{0,30}}\bto (?P<new>#)", re.I),
    re.compile(rf"\b{_FIGURE}\b[^#.]{{0,30}}\b{_CHANGED}[^#.]{{0,30}}\bfrom [^#.]{{0,20}}(?P<old>#)[^#.]{{0,30}}\bto (?P<new>#)", re.I),
    re.compile(rf"\b{_FIGURE}\b[^#.]{{0,30}}\b{_CHANGED}[^#.]{{0,30}}\bto (?P<new>#)[^#.]{{0,30}}\bfrom [^#.]{{0,20}}(?P<old>#)", re.I),
    re.compile(r"\bnow (?:put|stand|list|number|estimat|count)\w*\b[^#.]{0,40}(?P<new>#)[^#.]{0,40}\b(?:up|down) from [^#.]{0,20}(?P<old>#)", re.I),
    re.compile(rf"(?P<new>#)[^#.]{{0,30}}, not (?:the )?(?P<old>#)[^#.]{{0,30}}\b{_FIRST}\b[^#.]{{0,10}}\b{_GIVEN}", re.I),
)  # fmt: skip


def corrections(text: str) -> Iterator[Correction]:
    """The figures that `text` says were corrected."""
    if not re.search(rf"\b{_CHANGED}|\b{_FIRST}\b|\bnow\b", text, re.I):
        return
    found = [number for number in numbers(text) if number.unit not in _NO_MEASURE]
    shape, at, places = "", 0, {}
    for number in found:
        shape += text[at : number.start].replace("#", " ").replace(".", " ")
        places[len(shape)] = number
        shape, at = shape + "#", number.end
    shape += text[at:].replace("#", " ").rstrip(".").replace(".", " ")
    for pattern in _SHAPES:
        if match := pattern.search(shape):
            new = places[match.start("new")] if "new" in match.groupdict() else None
            old = places[match.start("old")]
            if new is None or new.value != old.value:
                yield Correction(old, new, frozenset(content_words(text)))
            return


_KINDS = ("USD", "EUR", "GBP", "JPY", "INR", "cent", "percent", "points", "vote")


def _kind(number: Number) -> str:
    """Money, shares, votes, or "" for what is counted or measured."""
    return number.unit if number.unit in _KINDS else ""

"""Quantities of an event that are measured again while it runs, and sentences that correct a figure given before."""

import re
from dataclasses import dataclass, replace

from aggregator.analysis.numbers import Number, numbers
from aggregator.analysis.words import content_words, stem

#: figures that date or order things, of which none is measured again
_NO_MEASURE = ("date", "year", "time", "ordinal", "age")


_ABOUT = r"about|some|nearly|almost|around|roughly|more than|at least|an estimated"
_LINK = rf"(?:[ -](?:of|at|as|was|is|by|to|a|{_ABOUT})){{0,3}}[ -]"
_GAP = r"(?:[^.;,\d]{0,40}\b)?"
_BURNT = r"(?:burn\w*|scorch\w*|charr?\w*|blackened|consumed)"
_HOMES = r"(?:homes|houses|buildings|structures)\b"
_PEOPLE = r"(?:people|residents|families|homes|households)\b"
_SPEED = r"(?:mph|miles (?:per|an) hour|kph|km/h|kilomet\w+ (?:per|an) hour)\b"
#: what is measured: its name, how it stands behind the figure, how before it
_LISTED = (
    ("magnitude", r"[- ]?magnitude\b|(?:earth)?quake\b|temblor\b", r"magnitude"),
    ("acres burned", rf"acres?\b{_GAP}(?:{_BURNT}|fire|blaze)", _BURNT),
    ("hectares burned", rf"hectares?\b{_GAP}(?:{_BURNT}|fire|blaze)", ""),
    (
        "without power",
        rf"(?:customers|homes|households|people|residents|users|houses)\b{_GAP}"
        r"(?:without|lost|lose|losing|no|out of) (?:power|electricity)",
        r"(?:power|electricity) (?:to|for)",
    ),
    ("contained", r"(?:%|percent|per cent) contain\w*", ""),
    ("gust", rf"{_SPEED} gusts?", r"gust\w*"),
    ("wind", rf"{_SPEED}(?: sustained)? winds?", r"winds?"),
    ("evacuated", rf"{_PEOPLE}{_GAP}(?:evacuat\w+|flee\b|fled\b)", r"evacuat\w+"),
    ("infected", r"(?:confirmed |known |new |more |reported )*(?:cases|infections)\b", ""),
    ("destroyed", rf"{_HOMES}{_GAP}(?:destroyed|burned|levell?ed)", r"destroy\w+"),
    ("damaged", rf"{_HOMES}{_GAP}damaged", r"damag\w+"),
    ("counted", r"(?:%|percent|per cent) of (?:the )?(?:precincts|votes?|ballots)\b", ""),
)
_MEASURES = tuple(
    (
        name,
        re.compile(rf"^[^.;\d]{{0,4}}(?:{behind})", re.I),
        re.compile(rf"\b(?:{ahead}){_LINK}$", re.I) if ahead else None,
    )
    for name, behind, ahead in _LISTED
)
_LARGEST_MAGNITUDE = 10


def measures(text: str) -> list[tuple[str, Number]]:
    """The measures of an event that `text` gives: (what is measured, the figure)."""
    found = []
    for number in numbers(text):
        if number.unit in _NO_MEASURE:
            continue
        after, before = text[number.end : number.end + 80], text[max(0, number.start - 40) : number.start]
        for name, behind, ahead in _MEASURES:
            if behind.search(after) or (ahead and ahead.search(before)):
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
_GIVEN = (
    r"(?:gave|give[sn]?|put|reported|said|counted|estimated|listed|announced|stated|recorded|placed|measured|"
    r"bulletin\w*|report\w*|count\w*|estimate\w*|figures?)"
)
_FIRST = r"(?:at first|initially|originally|earlier|early|first|preliminary|previously|previous)"
_FIGURE = r"(?:figures?|numbers?|tolls?|counts?|estimates?|magnitude|totals?|tally|reading|measurement)"
_OLD, _NEW = r"(?P<old>#)", r"(?P<new>#)"
_FAR, _NEAR = r"[^#.]{0,80}", r"[^#.]{0,30}"
#: what a correction looks like between and around its figures, each figure written as "#"
_SHAPES = tuple(
    re.compile(shape, re.I)
    for shape in (
        rf"\b{_FIRST}\b{_NEAR}\b{_GIVEN}\b{_FAR}{_OLD}{_FAR}\b{_CHANGED}{_FAR}\b(?:to|at) {_NEW}",
        rf"\b{_GIVEN}\b{_NEAR}\b{_FIRST}\b{_FAR}{_OLD}{_FAR}\b{_CHANGED}{_FAR}\b(?:to|at) {_NEW}",
        rf"\b{_FIRST}\b{_NEAR}\b{_GIVEN}\b{_FAR}{_OLD}{_FAR}\b{_CHANGED}\b",
        rf"\b{_CHANGED}{_NEAR}\b{_FIGURE}\b{_NEAR}\bfrom {_NEAR}{_OLD}{_NEAR}\bto {_NEW}",
        rf"\b{_FIGURE}\b{_NEAR}\b{_CHANGED}{_NEAR}\bfrom {_NEAR}{_OLD}{_NEAR}\bto {_NEW}",
        rf"\b{_FIGURE}\b{_NEAR}\b{_CHANGED}{_NEAR}\bto {_NEW}{_NEAR}\bfrom {_NEAR}{_OLD}",
        rf"\bnow (?:put|stand|list|number|estimat|count)\w*\b{_FAR}{_NEW}{_FAR}\b(?:up|down) from {_NEAR}{_OLD}",
        rf"{_NEW}{_NEAR}, not (?:the )?{_OLD}{_NEAR}\b{_FIRST}\b{_NEAR}\b{_GIVEN}",
    )
)
_MAY_CORRECT = re.compile(
    rf"\b{_CHANGED}\b|\bnow (?:put|stand|list|number|estimat|count)|, not [^.]{{3,60}}\b{_FIRST}\b", re.I
)


def corrections(text: str) -> list[Correction]:
    """The figures that `text`, a sentence, says were corrected; at most one."""
    if not _MAY_CORRECT.search(text):
        return []
    shape, places = _shape(text)
    for pattern in _SHAPES:
        if match := pattern.search(shape):
            old = places[match.start("old")]
            new = places[match.start("new")] if "new" in match.groupdict() else None
            same = new is not None and (new.value == old.value or _kind(new) != _kind(old))
            return [] if same else [Correction(old, new, frozenset(content_words(text)))]
    return []


def _shape(text: str) -> tuple[str, dict[int, Number]]:
    """`text` with each figure that counts or measures as "#" and no other mark of the shapes; the figures by place."""
    shape, at, places = "", 0, {}
    for number in numbers(text):
        if number.unit in _NO_MEASURE:
            continue
        shape += _plain(text[at : number.start])
        places[len(shape)] = number
        shape, at = shape + "#", number.end
        if number.high is not None and " to " in number.text:  # "from 310 to 280" is no range
            shape += " to "
            places[len(shape)] = replace(number, value=number.high, high=None)
            shape += "#"
    return shape + _plain(text[at:]), places


def _plain(text: str) -> str:
    return text.replace("#", " ").replace(".", " ")


_KINDS = ("USD", "EUR", "GBP", "JPY", "INR", "cent", "percent", "points", "vote")


def _kind(number: Number) -> str:
    """Money, shares, votes, or "" for what is counted or measured."""
    return number.unit if number.unit in _KINDS else ""

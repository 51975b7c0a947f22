"""Syndication: which articles carry one and the same text, and whose it was.

Two texts are copies when the smaller set of 4-word shingles lies to 60 % or more in the other (containment, Broder
1997) and their 3-word shingles have a Jaccard index of .20 or more: a copy cut to its first third is found, and two
reports that share a long statement are not taken for one. Pairs worth the exact test share at least three of the
shingles whose hash is 0 mod 4. Groups are transitive. Containment is that of the texts without their quotations, since
everybody prints the same statement.
"""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from aggregator.articles.quotes import find_quotations

CONTAINMENT, JACCARD = 0.60, 0.20
#: a shingle is sampled for candidates when its hash is 0 modulo this
SAMPLED = 4
MIN_SAMPLED = 3
#: a shorter text is nobody's copy: notices, captions, teasers of one line
MIN_WORDS = 30
#: a shingle in more texts than this finds no candidates, or 500 copies would be 124,750 pairs
MOST_HOLDERS = 40
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_Shingle = tuple[str, ...]


class Carried(NamedTuple):
    """A text as syndication sees it. `wire` is the agency that it credits, `outlet` the name of who printed it."""

    title: str
    text: str
    order_at: datetime
    wire: str = ""
    outlet: str = ""


class Shingles(NamedTuple):
    """The runs of four and of three words of a text, and how many words it has."""

    words: int
    fours: frozenset[_Shingle]
    threes: frozenset[_Shingle]


class Shingled(NamedTuple):
    """A text without its quotations, and whole: too little may be left of a text of quotations."""

    bare: Shingles
    whole: Shingles


def syndication_groups(texts: Mapping[str, Carried]) -> dict[str, str]:
    """For each article id the id of the original of its text: its own where it stands alone.

    The original is the article of the agency that a copy credits, else the earliest, else the longest.
    """
    shingles = {key: shingled(texts[key].text) for key in sorted(texts)}
    parent = {key: key for key in shingles}
    for first, second in _candidates(shingles):
        if is_copy(shingles[first], shingles[second]):
            a, b = _root(parent, first), _root(parent, second)
            parent[max(a, b)] = min(a, b)
    groups: dict[str, list[str]] = defaultdict(list)
    for key in parent:
        groups[_root(parent, key)].append(key)
    return {key: original for members in groups.values() for original in [_original(members, texts)] for key in members}


def is_copy(one: Shingled, other: Shingled) -> bool:
    """The exact test on two texts; symmetric."""
    if min(one.whole.words, other.whole.words) < MIN_WORDS:
        return False
    shared = len(one.whole.threes & other.whole.threes)
    if shared < JACCARD * (len(one.whole.threes) + len(other.whole.threes) - shared):
        return False
    a, b = (one.bare, other.bare) if min(one.bare.words, other.bare.words) >= MIN_WORDS else (one.whole, other.whole)
    return len(a.fours & b.fours) >= CONTAINMENT * min(len(a.fours), len(b.fours))


def shingled(text: str) -> Shingled:
    """What `is_copy` compares."""
    return Shingled(_shingles(_words(_without_quotations(text))), _shingles(_words(text)))


def _shingles(words: Sequence[str]) -> Shingles:
    return Shingles(len(words), frozenset(_runs(words, 4)), frozenset(_runs(words, 3)))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _without_quotations(text: str) -> str:
    paragraphs = text.split("\n")
    kept: list[list[str]] = [[] for _ in paragraphs]
    last = [0] * len(paragraphs)
    for number, start, end in find_quotations(paragraphs):
        kept[number].append(paragraphs[number][last[number] : start])
        last[number] = end
    rests = (paragraph[start:] for paragraph, start in zip(paragraphs, last, strict=True))
    return "\n".join("".join((*pieces, rest)) for pieces, rest in zip(kept, rests, strict=True))


def _runs(words: Sequence[str], size: int) -> Iterator[_Shingle]:
    return zip(*(words[offset:] for offset in range(size)), strict=False)


def _candidates(shingles: Mapping[str, Shingled]) -> list[tuple[str, str]]:
    """Pairs that share enough sampled shingles, in a fixed order. CRC-32 is the same on every machine."""
    holders: dict[_Shingle, list[str]] = defaultdict(list)
    for key, one in shingles.items():
        for shingle in one.whole.fours:
            if zlib.crc32(" ".join(shingle).encode()) % SAMPLED == 0:
                holders[shingle].append(key)
    shared: Counter[tuple[str, str]] = Counter()
    for keys in holders.values():
        # many copies of one text are found through their first one, which suffices for a transitive group
        shared.update(combinations(keys, 2) if len(keys) <= MOST_HOLDERS else ((keys[0], key) for key in keys[1:]))
    return sorted(pair for pair, count in shared.items() if count >= MIN_SAMPLED)


def _root(parent: dict[str, str], key: str) -> str:
    while parent[key] != key:
        parent[key] = parent[parent[key]]
        key = parent[key]
    return key


def _original(members: Sequence[str], texts: Mapping[str, Carried]) -> str:
    agencies = {texts[key].wire.casefold() for key in members if texts[key].wire}
    return min(
        members,
        key=lambda key: (
            texts[key].outlet.casefold() not in agencies,
            texts[key].order_at,
            -len(texts[key].text),
            key,
        ),
    )

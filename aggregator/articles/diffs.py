"""What changed between two texts, sentence by sentence, in time that grows like their length whatever they hold.

Patience diff (Bram Cohen): sentences that stand exactly once in both texts, in their longest common order, are the
anchors; equal sentences beside an anchor are the same too, all others are gone or new. Blanks and line ends count for
nothing.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_END = re.compile(r"(?<=[.!?…])[\"”’'»)]{0,2}\s+(?=[\"“‘'«(]?[^\W\d_a-z]|\d)")


@dataclass(frozen=True)
class Change:
    """A sentence that stayed, went or came."""

    kind: Literal["same", "gone", "new"]
    text: str


def sentences(text: str) -> list[str]:
    """The sentences of `text` with single blanks: lines, cut roughly where one ends; for comparing, not for reading."""
    found = []
    for line in text.split("\n"):
        at = 0
        for end in _END.finditer(line):
            found.append(" ".join(line[at : end.end()].split()))
            at = end.end()
        found.append(" ".join(line[at:].split()))
    return [one for one in found if one]


def diff(old: str, new: str) -> list[Change]:
    """All sentences of both texts in order; where some were replaced, the old ones come first."""
    before, after = sentences(old), sentences(new)
    changes: list[Change] = []
    i = j = 0
    for a, b in [*_pairs(before, after), (len(before), len(after))]:
        changes += [Change("gone", one) for one in before[i:a]] + [Change("new", one) for one in after[j:b]]
        if a < len(before):
            changes.append(Change("same", before[a]))
        i, j = a + 1, b + 1
    return changes


def word_change(old: str, new: str) -> tuple[int, int]:
    """How many words came and how many went, wherever they stand."""
    before, after = Counter(old.split()), Counter(new.split())
    return (after - before).total(), (before - after).total()


def _pairs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Positions of the sentences that stayed, growing on both sides."""
    found: list[tuple[int, int]] = []
    i = j = 0
    for a, b in [*_anchors(before, after), (len(before), len(after))]:
        low = 0
        while i + low < a and j + low < b and before[i + low] == after[j + low]:
            found.append((i + low, j + low))
            low += 1
        high = 0
        while a - high > i + low and b - high > j + low and before[a - high - 1] == after[b - high - 1]:
            high += 1
        found += [(a - n, b - n) for n in range(high, 0, -1)]
        if a < len(before):
            found.append((a, b))
        i, j = a + 1, b + 1
    return found


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Sentences that stand once in each text, the longest run of them whose order is the same (by patience sorting)."""
    once, many = Counter(before), Counter(after)
    place = {one: at for at, one in enumerate(after) if many[one] == 1}
    unique = [(at, place[one]) for at, one in enumerate(before) if once[one] == 1 and one in place]
    tops: list[int] = []
    piles: list[int] = []
    back: list[int] = []
    for n, (_, b) in enumerate(unique):
        pile = bisect_left(tops, b)
        back.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [b]
        piles[pile : pile + 1] = [n]
    run: list[tuple[int, int]] = []
    n = piles[-1] if piles else -1
    while n >= 0:
        run.append(unique[n])
        n = back[n]
    return run[::-1]

"""Copies of real texts as outlets make them: cut, reordered, under an agency's name, worded anew in places.

Every change is seeded from the text's id and draws strange sentences from another text, never from its own story.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import TypeAlias

#: text, another text to take from, random numbers
Change: TypeAlias = Callable[[str, str, Random], str]

_LEAD = "{place} ({agency}) — "
_FOOTER = (
    "© 2018 {agency}. All rights reserved. This material may not be published, broadcast, rewritten or "
    "redistributed without permission. {agency} journalists contributed to this report from three cities."
)
_AGENCIES = ("Meridian Wire", "Northern Press", "Agence Lumen")


def cut(share: float) -> Change:
    """Only the first part of the words is left."""

    def changed(text: str, _other: str, _random: Random) -> str:
        ends = [match.end() for match in re.finditer(r"\S+", text)]
        return text[: ends[max(0, round(len(ends) * (1 - share)) - 1)]] if ends else text

    return changed


def headline(text: str, other: str, _random: Random) -> str:
    """Another headline as the first line."""
    return f"{' '.join(other.split()[:9])}\n{text}"


def agency(text: str, _other: str, random: Random) -> str:
    """An agency's dateline before it and its notice below."""
    name = random.choice(_AGENCIES)
    return f"{_LEAD.format(place='HARBOR FALLS', agency=name)}{text}\n{_FOOTER.format(agency=name)}"


def replaced(text: str, other: str, random: Random) -> str:
    """10 to 15 % of the sentences are another text's."""
    own, strange = sentences(text), sentences(other)
    wanted = max(1, round(random.uniform(0.10, 0.15) * len(own))) if len(own) > 3 else 0
    for at in random.sample(range(len(own)), wanted):
        own[at] = random.choice(strange)
    return " ".join(own)


def inserted(text: str, other: str, random: Random) -> str:
    """Two paragraphs of another text stand somewhere in it."""
    own, strange = sentences(text), sentences(other)
    for _ in range(2):
        start = random.randrange(max(1, len(strange) - 3))
        own.insert(random.randrange(len(own) + 1), "\n" + " ".join(strange[start : start + 3]) + "\n")
    return " ".join(own)


def reordered(text: str, _other: str, random: Random) -> str:
    """The sentences in any order."""
    own = sentences(text)
    random.shuffle(own)
    return " ".join(own)


def reworded(text: str, _other: str, random: Random) -> str:
    """Every 25th word is another one."""
    first = random.randrange(25)
    words = text.split(" ")
    return " ".join("otherwise" if at % 25 == first else word for at, word in enumerate(words))


def together(*changes: Change) -> Change:
    """One change after the other."""

    def changed(text: str, other: str, random: Random) -> str:
        for change in changes:
            text = change(text, other, random)
        return text

    return changed


CHANGES: Mapping[str, Change] = {
    "the same text": lambda text, _other, _random: text,
    "cut by 30 %": cut(0.3),
    "cut by 70 %": cut(0.7),
    "sentences reordered": reordered,
    "new headline": headline,
    "agency lead and footer": agency,
    "10-15 % of sentences replaced": replaced,
    "two paragraphs inserted": inserted,
    "every 25th word changed": reworded,
    "headline, agency, cut by 70 %": together(cut(0.7), headline, agency),
    "headline, agency, sentences replaced, cut by 30 %": together(cut(0.3), replaced, headline, agency),
    "the same, reordered": together(cut(0.3), replaced, reordered, headline, agency),
    "headline, agency, reordered, two paragraphs inserted": together(reordered, inserted, headline, agency),
}

#: copies of which half is another's or worded anew: reuse in part
REWRITTEN: Mapping[str, Change] = {
    "all at once, cut by 30 %": together(cut(0.3), replaced, inserted, reordered, reworded, headline, agency),
}


def sentences(text: str) -> list[str]:
    """A rough split, good enough to disturb a text."""
    return [one for one in re.split(r"(?<=[.!?][”\"’' ])\s*|(?<=[.!?])\s+|\n+", text) if one and one.strip()]

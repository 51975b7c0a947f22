"""Who a surname is in a story, and the party that the articles print beside a name."""

import re

from aggregator.analysis.lexicon import TITLES
from aggregator.summarise.roles import OFFICES, last_word
from aggregator.summarise.selection import Story


def full_name(surname: str, article: str, story: Story) -> str:
    """Whom a surname alone means in an article: its only bearer in the story, or the one in the office that stands
    before the surname; "" where that is not plain."""
    bearers: dict[str, list[str]] = {}
    for name in story.names:
        words = name.split()
        if 1 < len(words) <= 4 and last_word(name) == surname and words[0].lower().rstrip(".") not in TITLES:
            bearers.setdefault(words[0], []).append(name)
    titles = "|".join(sorted(set(OFFICES.values())))
    if len(bearers) > 1:
        titled = re.search(rf"\b(?:{titles}) {re.escape(surname)}\b", article)
        everything = "\n".join(source.text for source in story.sources)
        for first in sorted(bearers):
            full = rf"\b(?:{titles}) {re.escape(first)} (?:\w+\.? )?{re.escape(surname)}\b"
            if not (titled and re.search(full, everything)):
                del bearers[first]
    if len(bearers) != 1:
        return ""
    names_of = next(iter(bearers.values()))
    return min(names_of, key=lambda name: (re.search(r"\b(?:Jr|Sr)\b", name) is not None, -story.names[name], name))


def party_of(name: str, role: str, story: Story) -> str:
    """The party that an outlet prints beside a name, or in a role or the name of a group."""
    for text in (role, name):
        if re.search(r"\b(?:Republican|GOP)", text) and "Democrat" not in text:
            return "R"
        if "Democrat" in text and "Republican" not in text:
            return "D"
    last = re.escape(last_word(name))
    marked = re.compile(
        rf"{last},? \(?(?P<mark>[RD])-[A-Z]|"
        rf"{last}, (?:an? |the )?(?:[A-Z][\w.]+ ){{0,3}}(?P<after>Democrat|Republican)\b|"
        rf"\b(?P<before>Democrat(?:ic)?|Republican|GOP) (?:(?!and\b)[\w.]+ ){{0,3}}?(?:[A-Z][\w.]+ ){{1,2}}{last}\b"
    )
    found = set()
    for source in story.sources:
        for match in marked.finditer(source.text):
            found.add("D" if (match["mark"] or match["after"] or match["before"])[0] == "D" else "R")
    return found.pop() if len(found) == 1 else ""

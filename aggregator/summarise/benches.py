"""Parties and the office that speaks for itself: which bench a voice sits on, and which benches a story tells apart."""

import re
from collections.abc import Sequence

from aggregator.summarise.holders import Voice

#: those who speak for a president and his departments
IN_OFFICE = re.compile(
    r"\b(?:White House|(?:[Pp]ress|Treasury|Homeland Security|Defense|Interior|Education) [Ss]ecretary|"
    r"[Aa]dministration|Justice Department|Department of Justice|DOJ|Homeland Security)\b"
)
_HEADS = ("", "President", "U.S. President", "US President", "president")
_FORMER = re.compile(r"\b(?:[Ff]ormer|ex|[Vv]ice|Obama|Bush|Clinton|[Ll]ocal|[Uu]nion|[Aa]ssociation)\b")
#: how reports name the parties, and the office
_BENCHES = {
    "D": r"(?:House |Senate |[Cc]ongressional )?(?:Dems|Democrat(?:s|ic (?:lawmakers|leaders|senators|opposition)))",
    "R": r"(?:House |Senate |[Cc]ongressional )?(?:Republicans|GOP(?: lawmakers| leaders| senators)?|"
    r"Republican (?:lawmakers|leaders))",
    "W": r"(?:the )?(?:White House|(?:Trump|Obama|Biden|Bush) administration|administration|"
    r"President [A-Z]\w+(?: [A-Z]\w+)?|president%s)",
}
_ATTACKS = (
    r"accus(?:ed?|es)|blam(?:ed?|es)|criticiz(?:ed?|es)|criticis(?:ed?|es)|condemn(?:ed|s)?|rebuk(?:ed|es)|"
    r"denounc(?:ed?|es)|slam(?:med|s)|blast(?:ed|s)|attack(?:ed|s)|mock(?:ed|s)|sued|are suing|oppos(?:ed?|es)|"
    r"challeng(?:ed?|es)|disput(?:ed?|es)|contradict(?:ed|s)|hit back at|fired back at|lashed out at|reject(?:ed|s)?|"
    r"fault(?:ed|s)|ripped|lambast(?:ed|s)|assail(?:ed|s)|clash(?:ed)? with|spar(?:red)? with|object(?:ed)? to|"
    r"subpoenaed|bash(?:ed|es)|target(?:ed|s)?|investigat(?:e|ed|ing)|prob(?:e|ed|ing)"
)
_REFUSES = r"refused?|oppos\w+|object\w*|balk\w*|reject\w*|disagree\w*|resist\w*|counter\w*|dismiss\w*|disput\w+"
_PARTY_LINE = re.compile(
    r"\b(?:party[- ]line vote|along party lines|without (?:a single|any) (?:Democratic|Republican) (?:vote|support)|"
    r"(?:No|no|not a single) (?:Democrats?|Republicans?) (?:voted|supported|backed)|"
    r"(?:All|Every|all|every) (?:Democrats?|Republicans?) (?:voted against|opposed))\b"
)
#: nouns and verbs of a quarrel, in a sentence that names both
_QUARREL = re.compile(
    r"\b(?:standoff|stand-off|showdown|clash(?:es|ed|ing)?|feud(?:ing)?|spat|battle|fight(?:ing)?|impasse|stalemate|"
    r"deadlock(?:ed)?|spar(?:red|ring)|at odds|war of words|blam(?:ed|es|ing)|party[- ]line|partisan (?:fight|divide|"
    r"split|war|battle)|traded barbs|bickering|still split|accusations)\b"
)


def bench(voice: Voice) -> str:
    """The office ("W") or the party ("D", "R") that a voice speaks from, "" if that is not printed."""
    told = f"{voice.role} {voice.name} {voice.label}"
    president = voice.label.startswith("President ") and voice.role in _HEADS
    federal = re.fullmatch(r"(?:U\.S\. )?Attorney General", voice.role)
    if (IN_OFFICE.search(told) or federal or president) and not _FORMER.search(told):
        return "W"
    return voice.party


def rivals(texts: Sequence[str], titles: Sequence[str], president: str = "") -> set[tuple[str, str]]:
    """Pairs of benches of which a report says that one attacks or refuses the other, or that they quarrel.

    `president` is the surname of the one who speaks in the story, if one does.
    """
    found: set[tuple[str, str]] = set()
    if any(_PARTY_LINE.search(text) for text in texts):
        found.add(("D", "R"))
    benches = _BENCHES | {"W": _BENCHES["W"] % (f"|{re.escape(president)}(?![’'])" if president else "")}
    for one, mine in benches.items():
        for other, theirs in benches.items():
            if one == other:
                continue
            clash = re.compile(
                rf"\b{mine}\b[^.;]{{0,40}}\b(?:{_ATTACKS})\b[^.;]{{0,50}}\b{theirs}\b|"
                rf"\b{theirs}\b[^.;]{{0,90}}, but {mine}\b[^.;]{{0,25}}\b(?:{_REFUSES})\b"
            )
            if any(clash.search(text) for text in (*texts, *titles)):
                found.add((min(one, other), max(one, other)))
            elif one < other:
                both = re.compile(rf"\b{mine}\b.*\b{theirs}\b|\b{theirs}\b.*\b{mine}\b")
                if sum(bool(_QUARREL.search(text) and both.search(text)) for text in (*texts, *titles)) >= 2:
                    found.add((one, other))
    return found

"""The parts that voices play against each other by the nature of a thing: in court, in a strike, on a bench."""

import re
from collections.abc import Mapping, Sequence

from aggregator.analysis.words import names
from aggregator.summarise.benches import bench
from aggregator.summarise.holders import Voice
from aggregator.summarise.poles import handles, short_names
from aggregator.summarise.selection import Story

_UNION = re.compile(
    r"\b(?:Local \d+|[Uu]nion|Teamsters|Brotherhood|Workers|Teachers Association|Federation of Teachers)\b"
)
_STRIKE = re.compile(r"\b(?:strikes?|walk(?:s|ed)? (?:out|off)|walkout|picket|lockout)\b", re.IGNORECASE)
_COURT = re.compile(
    r"\b(?:judges?|court|rul(?:es|ed|ing)|lawsuits?|su(?:es?|ed|ing)|appeals?|justices|blocks|upholds|"
    r"struck down|strikes down)\b",
    re.IGNORECASE,
)
_CRIMINAL = re.compile(
    r"\b(?:charg(?:ed|es)|indict(?:ed|ment)|arrest(?:ed|s)?|convict(?:ed|ion)|sentenc(?:ed|ing)|guilty|trial|jail|"
    r"prosecut(?:ed|ors?|ion))\b",
    re.IGNORECASE,
)
_CHALLENGES = (
    r"(?:has |have |had |is |are |which |who )?(?:sued|suing|"
    r"filed (?:a |the |its |their )?(?:federal )?(?:lawsuit|suit|complaint)|"
    r"challeng(?:ed|ing)|brought the (?:case|suit|lawsuit|challenge)|argued the (?:[\w ]{0,20})?case|"
    r"represent(?:s|ed|ing) (?:the |several |some |two |three )?(?:plaintiffs|challengers|groups|migrants|states))"
)
_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\b|\b\w+day\b")
_JUSTICE = re.compile(r"(?:Chief )?Justice ")
_PLAINTIFF = re.compile(
    r"\b(?:plaintiffs?|challengers?|(?:attorney|lawyer)s? for the plaintiffs|lawyers in the case)\b", re.IGNORECASE
)
_PROSECUTES = re.compile(r"\b(?:prosecutors?|district attorney|State[’']s Attorney|U\.S\. attorney)\b", re.IGNORECASE)
_DEFENDS = re.compile(
    r"\b(?:his|her|their|[A-Z]\w+[’']s?|defen[cs]e) (?:\w+ ){0,2}(?:lawyers?|attorneys?)\b|"
    r"\bdefen[cs]e (?:lawyer|attorney)|"
    r"\b(?:lawyer|attorney) for (?:[A-Z]\w+ )?[A-Z]\w+$"
)


def face_each_other(story: Story, voice: Voice, other: Voice, told_of: Mapping[str, Sequence[str]]) -> bool:
    """Whether two voices are the two sides of a strike, a lawsuit, a court's vote or a prosecution."""
    return (
        _strikes(story, voice, other)
        or _sues(story, voice, other, told_of)
        or _dissents(voice, other, told_of)
        or _prosecutes(story, voice, other)
    )


def _titles(story: Story) -> str:
    return " ".join(source.title for source in story.news)


def _strikes(story: Story, voice: Voice, other: Voice) -> bool:
    """Whether one speaks for a union and the other for a company that most articles name, in a story of a strike."""
    if not _STRIKE.search(_titles(story)):
        return False
    union, company = (voice, other) if _UNION.search(f"{voice.label} {voice.role}") else (other, voice)
    employer = company.organisation or (company.name if company.kind == "organisation" else "")
    if not _UNION.search(f"{union.label} {union.role}") or _UNION.search(company.label) or not employer:
        return False
    return 2 * sum(employer in source.text for source in story.news) >= len(story.news)


def _sues(story: Story, voice: Voice, other: Voice, told_of: Mapping[str, Sequence[str]]) -> bool:
    """Whether `voice` is told to have gone to court, against what `other` speaks for."""
    if not _COURT.search(_titles(story)) or bench(voice) == "W" or _JUSTICE.match(voice.label):
        return False
    own = "|".join(map(re.escape, handles(voice)))
    sues = re.compile(rf"\b(?:{own})\b[^.;]{{0,60}}?\b{_CHALLENGES}\b(?P<object>[^.;]{{0,90}})")
    texts = told_of[voice.key]
    tries = [match["object"] for text in texts for match in sues.finditer(text)]
    if _is_plaintiff(other, told_of):
        return False
    if not tries and not _PLAINTIFF.search(f"{voice.role} {voice.name}"):
        return False
    theirs = handles(other)
    if any(handle in target for target in tries for handle in theirs):
        return True
    if tries and not any(names(_MONTH.sub("", target)) for target in tries):
        told = [any(handle in source.title for handle in short_names(story, theirs)) for source in story.news]
        return 2 * sum(told) >= len(told)
    return bench(other) == "W" and bool(re.search(r"\bTrump|\badministration\b", _titles(story)))


def _is_plaintiff(voice: Voice, told_of: Mapping[str, Sequence[str]]) -> bool:
    """Whether a voice is told to have gone to court itself."""
    own = "|".join(map(re.escape, handles(voice)))
    sues = re.compile(rf"\b(?:{own})\b[^.;]{{0,60}}?\b{_CHALLENGES}")
    return any(sues.search(text) for text in told_of[voice.key])


def _dissents(voice: Voice, other: Voice, told_of: Mapping[str, Sequence[str]]) -> bool:
    """Whether one wrote against a ruling and the other for it."""
    if not all(_JUSTICE.match(one.label) for one in (voice, other)):
        return False
    name = re.escape(voice.surname)
    own = re.compile(rf"\b{name}\b[^.;,]{{0,25}}\bdissent|\bdissent\w*[^.;]{{0,30}}\b{name}\b")
    theirs = re.compile(
        rf"\b{re.escape(other.surname)}\b[^.;]*\b(?:majority|for the court)\b|"
        rf"\bmajority\b[^.;]*\b{re.escape(other.surname)}\b"
    )
    for_it = any(theirs.search(text) and "dissent" not in text for text in told_of[other.key])
    return for_it and any(own.search(text) for text in told_of[voice.key])


def _prosecutes(story: Story, voice: Voice, other: Voice) -> bool:
    """Whether one prosecutes and the other defends, in a story of a criminal case."""
    if not _CRIMINAL.search(_titles(story)):
        return False
    mine, theirs = f"{voice.label} {voice.role}", f"{other.label} {other.role}"
    return bool(
        _PROSECUTES.search(mine)
        and not re.search(r"\bformer\b", mine)
        and _DEFENDS.search(theirs)
        and not _PROSECUTES.search(theirs)
    )

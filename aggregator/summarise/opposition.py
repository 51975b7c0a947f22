"""Who stands against whom: by what a holder says of another, by what reports tell, by the parts they play."""

import re
from collections import defaultdict
from collections.abc import Sequence

from aggregator.analysis.words import names
from aggregator.summarise.holders import Voice
from aggregator.summarise.poles import handles, sign
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Story
from aggregator.summarise.wording import without_quotations

#: what is said of somebody who is blamed
_ACCUSES = re.compile(
    r"\b(?:fail(?:s|ed|ing|ures?)?|lied|lies|lying|liar|hostage|corrupt\w*|betray\w*|reckless\w*|cruel\w*|wrong|"
    r"disgrac\w+|"
    r"shame\w*|racis[mt]\w*|hypocri\w+|ignor\w+|refus\w+|attack\w*|weaponiz\w+|undermin\w+|divid(?:e|es|ed|ing)|"
    r"polariz\w+|"
    r"unjust|unfair|unconstitutional|illegal\w*|incompeten\w+|irresponsib\w+|poor leadership|manufactur\w+|sabotag\w+|"
    r"destroy\w*|hurt(?:s|ing)?|harm(?:s|ed|ing|ful)?|punish\w*|pander\w*|stunt|dangerous|damag\w+|blam\w+|nonsense|"
    r"outrageous|misleading|baseless|false|fingerprints|extreme|radical|gut(?:s|ted|ting)?|obstruct\w+|"
    r"political games)\b",
    re.IGNORECASE,
)


def oppositions(story: Story, able: Sequence[Voice]) -> dict[str, set[str]]:
    """Who blames, accuses or contradicts whom by name, or speaks for a party that is told to be against another."""
    against: dict[str, set[str]] = defaultdict(set)
    texts = [without_quotations(s.text) for source, s in story.rows if s.region is None and source in story.news]
    conflicts = _conflicts(texts)
    told_of = {voice.key: [t for t in texts if any(handle in t for handle in handles(voice))] for voice in able}
    for voice in able:
        for other in able:
            if other is voice or _is_allied(voice, other):
                continue
            both = [text for text in told_of[voice.key] if any(handle in text for handle in handles(other))]
            told = any(_blames(s, other, voice) for s in voice.statements) or any(
                _counters(voice, other, text) for text in both
            )
            if told or (_bench(voice), _bench(other)) in conflicts or _strikes(story, voice, other):
                against[voice.key].add(other.key)
                against[other.key].add(voice.key)
    return against


def _strikes(story: Story, voice: Voice, other: Voice) -> bool:
    """Whether one speaks for a union and the other for a company that most articles name, in a story of a strike."""
    titles = " ".join(source.title for source in story.news)
    if not re.search(r"\b(?:strikes?|walk(?:s|ed)? (?:out|off)|walkout|picket|lockout)\b", titles, re.IGNORECASE):
        return False
    union, company = (voice, other) if _UNION.search(f"{voice.label} {voice.role}") else (other, voice)
    employer = company.organisation or (company.name if company.kind == "organisation" else "")
    if not _UNION.search(f"{union.label} {union.role}") or _UNION.search(company.label) or not employer:
        return False
    return 2 * sum(employer in source.text for source in story.news) >= len(story.news)


_UNION = re.compile(
    r"\b(?:Local \d+|[Uu]nion|Teamsters|Brotherhood|Workers|Teachers Association|Federation of Teachers)\b"
)
#: how reports name the parties, and the office that speaks for itself
_BENCHES = {
    "D": r"(?:House |Senate |congressional )?Democrat(?:s|ic (?:lawmakers|leaders|senators))",
    "R": r"(?:House |Senate |congressional )?(?:Republicans|GOP(?: lawmakers| leaders| senators)?|"
    r"Republican (?:lawmakers|leaders))",
    "W": r"(?:the )?(?:White House|Trump administration|Obama administration|Biden administration|administration|"
    r"President [A-Z]\w+(?: [A-Z]\w+)?|president)",
}


def _conflicts(texts: Sequence[str]) -> set[tuple[str, str]]:
    """Pairs of benches of which a report says that one attacks or refuses what the other does; both ways round."""
    found: set[tuple[str, str]] = set()
    for one, mine in _BENCHES.items():
        for other, theirs in _BENCHES.items():
            if one == other:
                continue
            clash = re.compile(
                rf"\b{mine}\b[^.;]{{0,40}}\b(?:{ATTACKS})\b[^.;]{{0,50}}\b{theirs}\b|"
                rf"\b{theirs}\b[^.;]{{0,90}}, but {mine}\b[^.;]{{0,25}}\b(?:refused?|oppos\w+|object\w*|balk\w*|"
                rf"reject\w*)\b"
            )
            if any(clash.search(text) for text in texts):
                found |= {(one, other), (other, one)}
    return found


def _bench(voice: Voice) -> str:
    """The party or office that a voice speaks from, "" if that is not printed."""
    if _IN_OFFICE.search(f"{voice.role} {voice.name} {voice.label}"):
        return "W"
    return voice.party


def _is_allied(one: Voice, other: Voice) -> bool:
    """Whether two holders speak for one another, or for the same organisation or party."""
    if (one.surname in other.name or other.surname in one.name) or (
        one.organisation and one.organisation == other.organisation
    ):
        return True
    if one.surname in other.role or other.surname in one.role:
        return True
    return all(_IN_OFFICE.search(f"{voice.role} {voice.name} {voice.label}") for voice in (one, other))


def _blames(statement: Statement, other: Voice, voice: Voice) -> bool:
    """Whether a statement blames another holder, by name, party or office, with the accusing word near."""
    if statement.form == "act":
        return sign(statement.verb) < 0 and bool(_mentions(other, statement.text, voice))
    for start, end in _mentions(other, statement.text, voice):
        before, after = " ".join(statement.text[:start].split()[-7:]), " ".join(statement.text[end:].split()[:8])
        if _ACCUSES.search(before) or _ACCUSES.search(after):
            return True
    return False


_IN_OFFICE = re.compile(r"\b(?:President|White House|[Pp]ress [Ss]ecretary|administration)\b")


def _mentions(other: Voice, text: str, voice: Voice) -> list[tuple[int, int]]:
    """Where `text` names a holder, or the party or office that speaks through him."""
    handle = other.surname if other.kind == "person" else other.name
    found = [(name.start, name.end) for name in names(text) if name.text == handle or name.text.endswith(f" {handle}")]
    if other.party and voice.party and other.party != voice.party:
        pattern = r"\bRepublicans?\b|\bGOP\b" if other.party == "R" else r"\bDemocrats?\b"
        found += [match.span() for match in re.finditer(pattern, text)]
    if _IN_OFFICE.search(f"{other.role} {other.name}"):
        found += [
            m.span() for m in re.finditer(r"\b(?:[Tt]he|[Tt]his) (?:president|administration)\b|\bWhite House\b", text)
        ]
    return found


def _names(voice: Voice, text: str) -> bool:
    """Whether `text` names a voice itself, not something that is called after it ("Trump for America")."""
    handle = voice.surname if voice.kind == "person" else voice.name
    if handle not in text:
        return False
    return any(name.text == handle or name.text.endswith(f" {handle}") for name in names(text))


def _counters(voice: Voice, other: Voice, text: str) -> bool:
    """Whether a sentence tells that one holder attacks or denies the other: "X accused Y"."""
    theirs = [handle for handle in handles(other) if handle in text]
    if not theirs or not (_names(other, text) or other.organisation in theirs):
        return False
    own = "|".join(map(re.escape, handles(voice)))
    match = re.search(rf"\b(?:{own})\b(?P<between>[^.;]{{0,60}}?)\b(?:{ATTACKS})\b(?P<object>[^.;]{{0,70}})", text)
    return (
        match is not None
        and any(handle in match["object"] for handle in theirs)
        and not re.search(r"\b(?:not|never|by)\b", match["between"])
    )


ATTACKS = (
    r"accused|accuses|blamed|blames|criticized|criticised|criticizes|condemned|rebuked|denounced|slammed|blasted|"
    r"attacked|"
    r"mocked|sued|opposes|opposed|challenged|disputed|contradicted|hit back at|fired back at|lashed out at|rejected|"
    r"faulted"
)

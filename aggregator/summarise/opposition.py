"""Who stands against whom: by what a holder says of another, by what reports tell, by the parts they play."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from aggregator.analysis.words import names
from aggregator.summarise.benches import bench, rivals
from aggregator.summarise.holders import Voice
from aggregator.summarise.parties import face_each_other
from aggregator.summarise.poles import ACCUSES, handles, sign
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Story
from aggregator.summarise.wording import without_quotations

_PASSIVES = (
    r"criticized|criticised|condemned|denounced|rebuked|slammed|blasted|accused|rejected|challenged|disputed|sued"
)
ATTACKS = (
    r"accused|accuses|blamed|blames|criticized|criticised|criticizes|condemned|rebuked|denounced|slammed|blasted|"
    r"attacked|mocked|sued|opposes|opposed|challenged|disputed|contradicted|hit back at|fired back at|lashed out at|"
    r"rejected|faulted|pushed back (?:on|against|at)|ripped|lambasted|chided|scolded|assailed|called out|tore into|"
    r"took aim at|refuted|rebutted|clashed with|sparred with|taunted|ridiculed"
)


def oppositions(story: Story, able: Sequence[Voice]) -> dict[str, set[str]]:
    """Who blames, accuses or contradicts whom by name, or stands on the other side of a case, by key, both ways."""
    against: dict[str, set[str]] = defaultdict(set)
    texts = _narrated(story)
    told_of = {voice.key: [t for t in texts if any(handle in t for handle in handles(voice))] for voice in able}
    for voice in able:
        for other in able:
            if other is voice or is_allied(voice, other):
                continue
            both = [text for text in told_of[voice.key] if any(handle in text for handle in handles(other))]
            if any(_blames(s, other, voice) for s in voice.statements) or any(
                _counters(voice, other, text) for text in both
            ):
                against[voice.key].add(other.key)
                against[other.key].add(voice.key)
    return against


def facing(story: Story, able: Sequence[Voice]) -> dict[str, set[str]]:
    """Who faces whom in court, in a strike or on a bench of judges, by key, both ways."""
    against: dict[str, set[str]] = defaultdict(set)
    texts = _narrated(story)
    told_of = {voice.key: [t for t in texts if any(handle in t for handle in handles(voice))] for voice in able}
    for voice in able:
        for other in able:
            if other is not voice and not is_allied(voice, other) and face_each_other(story, voice, other, told_of):
                against[voice.key].add(other.key)
                against[other.key].add(voice.key)
    return against


def benches_apart(story: Story, able: Sequence[Voice], against: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """The pairs of benches that the story tells to be opposed, or that speak against each other by name."""
    president = next((v.surname for v in able if bench(v) == "W" and v.label.startswith("President ")), "")
    found = rivals(_narrated(story), [source.title for source in story.news], president)
    seats = {voice.key: bench(voice) for voice in able}
    for key in sorted(against):
        for other in sorted(against[key]):
            one, two = sorted((seats.get(key, ""), seats.get(other, "")))
            if one and two and one != two:
                found.add((one, two))
    return sorted(found)


def _narrated(story: Story) -> list[str]:
    """The sentences of the reports, quotations blanked."""
    return [without_quotations(s.text) for source, s in story.rows if s.region is None and source in story.news]


def is_allied(one: Voice, other: Voice) -> bool:
    """Whether two holders speak for one another, or for the same organisation or party."""
    if (one.surname in other.name or other.surname in one.name) or (
        one.organisation and one.organisation == other.organisation
    ):
        return True
    if one.surname in other.role or other.surname in one.role:
        return True
    return one.label == other.label or one.organisation == other.name or other.organisation == one.name


def _blames(statement: Statement, other: Voice, voice: Voice) -> bool:
    """Whether a statement blames another holder, by name, party or office, with the accusing word near."""
    if statement.form == "call":
        return bool(ACCUSES.search(statement.text)) and bool(_mentions(other, statement.text, voice))
    if statement.form == "act":
        return sign(statement.verb) < 0 and bool(_mentions(other, " ".join(statement.text.split()[:9]), voice))
    for start, end in _mentions(other, statement.text, voice):
        before, after = " ".join(statement.text[:start].split()[-7:]), " ".join(statement.text[end:].split()[:8])
        if ACCUSES.search(before) or ACCUSES.search(after):
            return True
    return False


def _mentions(other: Voice, text: str, voice: Voice) -> list[tuple[int, int]]:
    """Where `text` names a holder, or the party or office that speaks through him."""
    found = [
        (name.start, name.end)
        for handle in handles(other)
        for name in names(text)
        if name.text == handle or name.text.endswith(f" {handle}")
    ]
    if other.party and voice.party and other.party != voice.party:
        pattern = r"\bRepublicans?\b|\bGOP\b" if other.party == "R" else r"\bDemocrats?\b"
        found += [match.span() for match in re.finditer(pattern, text)]
    if bench(other) == "W" and bench(voice) != "W":
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
    by = re.search(rf"(?P<object>[^.;]{{0,60}}?)\b(?:{_PASSIVES}) by [^.;]{{0,50}}?\b(?:{own})\b", text)
    if by and any(handle in by["object"] for handle in theirs):
        return True
    match = re.search(rf"\b(?:{own})\b(?P<between>[^.;]{{0,60}}?)\b(?:{ATTACKS})\b(?P<object>[^.;]{{0,70}})", text)
    return (
        match is not None
        and any(handle in match["object"] for handle in theirs)
        and not re.search(r"\b(?:not|never|by)\b", match["between"])
    )

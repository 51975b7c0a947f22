"""What the camp of a holder is called: an institution by name, one person by role and surname, a group as printed."""

import re

from aggregator.summarise.roles import (
    HALLS,
    OFFICES,
    OUTLETS,
    PLACES,
    HolderKind,
    last_word,
    office,
    office_before,
    outlets,
    stands_near,
)
from aggregator.summarise.selection import Story

_ADMINISTRATION = re.compile(r"(?:[A-Z]\w+ )?[A-Z]\w+ (?:administration|campaign|government)")
#: groups that hold a view together; of all others ("lawyers", "officials") it is not known that they do
_CAMP_GROUPS = re.compile(
    r"\b(?:critics|opponents|supporters|backers|advocates|proponents|skeptics|defenders|republicans|democrats|"
    r"prosecutors|police|regulators|activists|protesters|unions?|teachers|farmers|landlords|tenants|residents|plaintiffs|"
    r"challengers|conservatives|liberals|progressives|environmentalists|detractors|(?:\w+ )?(?:rights|advocacy|"
    r"environmental|business|industry|trade|conservative|liberal|immigrant) (?:lawyers|attorneys|groups)|"
    r"(?:Justice Department|[Dd]efen[cs]e) (?:lawyers|attorneys)|(?:White House|[Aa]dministration) officials)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"(?:the|an?|one|some|many|several|two|three|four|other|another|his|her|their|its|both|most|all|few)\b",
    re.IGNORECASE,
)
_CLIENT = re.compile(r"(?:M(?:r|s|rs)\. )?(?P<who>[A-Z][\w-]+)[’'](?:s )?(?:\w+ ){0,2}(?:lawyer|attorney)s?$")
_MOST_WORDS = 6


def label_of(name: str, role: str, kind: HolderKind, organisation: str, story: Story) -> str:
    """What the camp of a holder is called: 2 to 5 words, never a bare name; "" if there is no such label."""
    bare = re.sub(r"^[Tt]he ", "", name)
    if kind != "person" and (bare == "White House" or _ADMINISTRATION.fullmatch(bare)):
        return bare
    if kind in ("organisation", "office"):
        return _of_organisation(name, story)
    if kind == "group":
        return _of_group(bare)
    if client := client_of(name, role, story):
        return f"{client}’s lawyers"
    if organisation:
        return organisation if len(organisation.split()) <= _MOST_WORDS else ""
    return _of_person(name, role, story)


def client_of(name: str, role: str, story: Story) -> str:
    """The surname of the person whose lawyer somebody is, "" if he is none or it is not printed."""
    if re.search(r"\b(?:former|ex|personal|longtime)\b", role, re.IGNORECASE):
        return ""
    if match := _CLIENT.match(role):
        return match["who"]
    if not re.search(r"\b(?:lawyer|attorney)$", role, re.IGNORECASE):
        return ""
    surname = re.escape(last_word(name))
    printed = re.compile(
        rf"\b(?P<who>[A-Z][\w-]+)[’']s (?:\w+ ){{0,2}}(?:lawyer|attorney),? (?:[A-Z][\w.]+ ){{0,2}}{surname}\b"
    )
    found = {match["who"] for source in story.sources for match in printed.finditer(source.text)}
    return found.pop() if len(found) == 1 else ""


def _of_organisation(name: str, story: Story) -> str:
    vague = (
        name in outlets(story)
        or HALLS.search(name)
        or OUTLETS.search(name)
        or PLACES.search(name)
        or re.match(r"the |some |many |several ", name, re.IGNORECASE)
    )
    if vague:
        return ""
    if " " not in name:
        acronym = name.isupper() and 2 < len(name) <= 6 and any(f"the {name}" in one.text for one in story.sources)
        return f"The {name}" if acronym else ""
    place = re.compile(rf"\b(?:in|across|near) {re.escape(name)}\b(?! [A-Z])")
    called_after_it = [longer for longer in story.names if longer.startswith(f"{name} ")]
    if len(called_after_it) > 1 or any(place.search(source.text) for source in story.sources):
        return ""
    if len(name.split()) > _MOST_WORDS:
        return ""
    return name


def _of_group(name: str) -> str:
    """The group without what follows it ("in the case"); groups of which nobody knows whether they agree have none."""
    bare = re.split(r" (?:in|at|who|that|which|on) ", name)[0]
    if re.fullmatch(r"[A-Z][\w-]+[’'](?:s )?(?:parents|family|lawyers|attorneys|legal team)", bare):
        return bare
    if not _CAMP_GROUPS.search(bare) or ("Republican" in bare and "Democrat" in bare) or _VAGUE.match(bare):
        return ""
    return bare[:1].upper() + bare[1:] if len(bare.split()) <= _MOST_WORDS else ""


def _of_person(name: str, role: str, story: Story) -> str:
    if " " not in name:
        return ""
    surname = last_word(name)
    held = office(role) or ("" if role and "ormer" in role else office_before(name, surname, story))
    if held == "Judge":
        return ""  # a ruling is no camp; the justices for and against it are
    printed = [held, *(short for short, long in OFFICES.items() if long == held)] if held else []
    if any(stands_near(title, surname, story) for title in printed):
        return f"{held} {surname}"
    work = _WORK.search(role)
    titles = 0 < len(role.split()) <= 3 and work and any(f"{role} {name}" in one.text for one in story.sources)
    return f"{role[:1].upper()}{role[1:]} {surname}" if titles else ""


#: work in public life, as it is printed before a name: "Fox News host", "Republican lobbyist"
_WORK = re.compile(
    r"(?<!ormer )(?:host|activist|lobbyist|adviser|advisor|aide|counselor|strategist|lawyer|attorney|director|"
    r"chief|ambassador|candidate|whip|coordinator|leader|organizer)$"
)

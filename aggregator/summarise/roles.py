"""What a speaker is: an office, a voice of an organisation, a group; and what his camp is called."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from aggregator.analysis.lexicon import COUNTRIES, ORG_TAILS, word_set
from aggregator.analysis.words import names
from aggregator.summarise.selection import Story
from aggregator.summarise.spans import is_finite, tokens

HolderKind = Literal["person", "group", "organisation", "office"]
#: words of a role that make an office, whose holder speaks for himself; as they are printed before the surname
OFFICES = {
    "senator": "Senator", "sen": "Senator", "representative": "Representative", "rep": "Representative",
    "congressman": "Congressman", "congresswoman": "Congresswoman", "governor": "Governor", "gov": "Governor",
    "mayor": "Mayor", "president": "President", "speaker": "Speaker", "chair": "Chair", "chairman": "Chairman",
    "chairwoman": "Chairwoman", "majority leader": "Majority Leader", "minority leader": "Minority Leader",
    "democratic leader": "Democratic Leader", "republican leader": "Republican Leader",
    "judge": "Judge", "justice": "Justice", "minister": "Minister",
    "secretary": "Secretary", "sheriff": "Sheriff", "chancellor": "Chancellor", "commissioner": "Commissioner",
    "council member": "Council Member", "consumer counsel": "Consumer Counsel",
    "councilman": "Councilman", "councilwoman": "Councilwoman",
    "councillor": "Councillor",
    "assemblyman": "Assemblyman", "assemblywoman": "Assemblywoman", "lawmaker": "Lawmaker",
    "superintendent": "Superintendent", "ambassador": "Ambassador", "treasurer": "Treasurer",
    "attorney general": "Attorney General", "district attorney": "District Attorney", "prosecutor": "Prosecutor",
    "auditor": "Auditor", "comptroller": "Comptroller", "bishop": "Bishop", "archbishop": "Archbishop",
}  # fmt: skip
#: professions that give a label but speak for nobody
_PROFESSIONS = {
    "professor": "Professor", "prof": "Professor", "economist": "Economist", "analyst": "Analyst",
    "researcher": "Researcher", "scientist": "Scientist",
    "historian": "Historian", "engineer": "Engineer", "neurologist": "Neurologist", "physician": "Physician",
    "epidemiologist": "Epidemiologist", "seismologist": "Seismologist", "statistician": "Statistician",
    "fellow": "Fellow", "teacher": "Teacher", "principal": "Principal", "farmer": "Farmer", "pastor": "Pastor",
}  # fmt: skip
#: who speaks for the organisation that the role names
_SPEAKS_FOR = re.compile(
    r"\b(?:spokes\w+|president|director|chief|chair\w*|head|ceo|executive|secretary-general|general secretary|"
    r"general counsel|counsel|founder|co-founder|leader|chief executive|vice president|press secretary|"
    r"policy director|manager|superintendent|commissioner|chancellor)\b",
    re.IGNORECASE,
)
HALLS = re.compile(
    r"\b(?:university|college|school|hospital|clinic|senate|house|council|committee|congress|court|circuit)\b",
    re.IGNORECASE,
)
_GROUP_NAMES = re.compile(
    r"\b(?:critics|opponents|supporters|backers|advocates|proponents|officials|prosecutors|police|lawmakers|"
    r"republicans|democrats|residents|economists|experts|scientists|researchers|investigators|authorities|lawyers|"
    r"union|company|administration|government|campaign|teachers|workers|doctors|analysts|regulators|activists|"
    r"conservatives|liberals|progressives|environmentalists|plaintiffs|challengers|parents|family|groups)\b",
    re.IGNORECASE,
)
OUTLETS = re.compile(
    r"\b(?:Associated Press|Reuters|CNN|Fox|NBC|CBS|ABC|MSNBC|New York Times|Washington Post|Politico|Axios|BuzzFeed|"
    r"BBC|"
    r"NPR|Wall Street Journal|The Hill|Bloomberg|Times|Post|Herald|Tribune|Journal|News|Guardian|Dispatch|Gazette|"
    r"Review|Magazine|Wire|Caller)\b"
)
PLACES = re.compile(
    r"^(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|"
    r"Illinois|"
    r"Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|"
    r"Montana|"
    r"Nebraska|Nevada|New \w+|North \w+|South \w+|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|"
    r"Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|America|United States|United Kingdom)$"
)
GROUP_TAIL = re.compile(
    r"\b(?:Republicans|Democrats|Conservatives|Liberals|officials|lawmakers|supporters|critics|opponents)$", re.I
)
_NAME_LINKS = word_set("""
of the for and de la von van der den del bin al el di da du le & in
""")
_NO_ROLE = re.compile(r"\b(?:said|says|told|tells|was|were|had|has been|who|which|whose|when|while|where)\b|[“”\";:]")


_STATES = {*COUNTRIES, "united states", "united kingdom", "u.s.", "us", "uk", "north korea", "south korea"}


def can_speak(speaker: str) -> bool:
    """Whether a speaker is a name that a page can print, or a group: no phrase, no lone title."""
    words = speaker.split()
    if re.search(r"[a-z][A-Z]{2}", speaker):
        return False  # words run together
    if not words or len(words) > 8 or words[0].lower() in ("his", "her", "its", "their", "our", "my", "that", "this"):
        return False
    parts = [part.removeprefix("the ") for part in speaker.lower().split(" and ")]
    if len(parts) > 1 and any(part in _STATES for part in parts):
        return False  # two states have no one voice
    if _GROUP_NAMES.search(speaker):
        return True
    small = [word for word in words if not word[:1].isupper() and word not in _NAME_LINKS]
    titled = words[0].lower().rstrip(".") in OFFICES and words[-1].lower() not in ORG_TAILS
    return not small and (len(words) > 1 or words[0].isupper()) and not titled


def clean_role(role: str) -> str:
    """A role that can be printed beside a name, "" for anything longer or with a clause in it."""
    role = re.sub(r"\b(Sens?|Reps?|Govs?|Dr|Prof|Gen|Lt|Rev|Atty|Capt|Sgt|Col)$", r"\1.", role.strip(" ,."))
    if re.search(r"--|\b(?:leaves|exit)\b", role) or (
        len(role.split()) > 4 and re.search(r"\b(?:Sen|Rep|Gov)\.$", role)
    ):
        role = role.split()[-1] if role.endswith(".") else ""
    if re.match(r"[A-Z]{4,}\b", role) or any(is_finite(token) for token in tokens(role)[1:] if token.text[0].islower()):
        return ""
    return "" if _NO_ROLE.search(role) or len(role.split()) > 14 else role


def kind_of(speaker: str) -> HolderKind:
    if speaker[:1].islower() or _GROUP_NAMES.search(speaker):
        return "group"
    return "person"


def last_word(name: str) -> str:
    words = [word for word in name.split(",")[0].split() if word.rstrip(".") not in ("Jr", "Sr", "II", "III")]
    return words[-1] if words else name


def role_worth(role: str) -> float:
    words = len(role.split())
    if not words:
        return 0.0
    own = re.match(r"(?:his|her|its|their|our)\b", role)
    named = 0.3 if re.search(r"\b[A-Z]\w+ [A-Z]", role) else 0.0
    return (
        (0.2 if own else 1.0)
        + named
        + (1.0 if _SPEAKS_FOR.search(role) or office(role) else 0.0)
        + (0.5 if words <= 12 else -1.0)
    )


@lru_cache(maxsize=4_096)
def office(role: str) -> str:
    """The office or profession in a role, as it is printed before a surname; "" if there is none, or a former one."""
    if re.search(r"\b(?:former|ex|retired|late|deputy|vice|assistant|aide|adviser|advisor)\b", role, re.IGNORECASE):
        return ""
    for listed in (OFFICES, _PROFESSIONS):
        for word, title in listed.items():
            match = re.search(rf"(?<![\w-]){word}(?![\w-])", role, re.IGNORECASE)
            if not match or re.match(r"\.? [A-Z](?!\w*\.?$)|[’']s", role[match.end() :]):
                continue
            if re.match(r" (?:Department|Committee|Ministry|Center|Project)\b", role[match.end() :]):
                continue
            if word == "president" and not re.fullmatch(r"(?:[A-Z][\w.]* )?President", role):
                continue
            if word == "secretary" and re.search(r"press secretary", role, re.IGNORECASE):
                continue
            return title
    return ""


def organisation_of(role: str, story: Story, near: Sequence[str] = ()) -> str:
    """The organisation that somebody in this role speaks for, "" if for himself; `near` are the texts that say so."""
    public = office(role) in OFFICES.values() and office(role) not in (
        "President",
        "Chair",
        "Chairman",
        "Chairwoman",
        "Superintendent",
    )
    if (
        not role
        or not _SPEAKS_FOR.search(role)
        or public
        or re.search(r"\b(?:former|ex|retired|attorney general)\b", role, re.I)
    ):
        return ""
    if re.fullmatch(r"(?:deputy )?press secretary", role, re.IGNORECASE):
        known = any(
            re.search(r"White House (?:deputy )?press secretary", source.text, re.I) for source in story.sources
        )
        return "White House" if known else ""
    for tail in _organisations(role):
        if local := re.match(r"Local \d+\b", tail):
            return local.group()
        if department := _DEPARTMENT.match(tail):
            return department.group()
        found = names(tail)
        possessed = found and re.match(r"[’']s", tail[found[0].end :]) and not found[0].text.isupper()
        if not found or found[0].start > 0 or possessed or (HALLS.search(found[0].text) and not _speaks_only(role)):
            continue
        full = _in_full(_numbered(found[0].text, tail), story, near)
        person = " " in full and office_before(full, last_word(full), story)
        if full.isupper() and re.match(rf"{re.escape(found[0].text)} [a-z]", tail) and not _speaks_only(role):
            continue  # "the LGBT advocacy group"
        if (" " in full or full.isupper() or _speaks_only(role)) and not PLACES.search(full) and not person:
            return full
    return ""


def _organisations(role: str) -> list[str]:
    """Where in a role the name of an organisation may begin, to the end of the role."""
    candidates = [
        role[match.end() :]
        for match in re.finditer(r"(?<![A-Z])\b(?:of|for|at|with|to)\s+(?:the\s+)?(?=[A-Z])", role)
        if not re.search(r"\b[A-Z]\w*\s$", role[: match.start()])
    ]
    leading = _LEADING.match(role)
    candidates += [leading["who"][:1].upper() + leading["who"][1:]] if leading else []
    return candidates


#: bodies whose names begin like an office: "Justice Department"
_DEPARTMENT = re.compile(r"(?:[A-Z][\w&’'-]+ ){0,3}Justice (?:Department|Center|Project)\b")
#: an organisation in front of what somebody is there: "Corran chief executive", "the league’s president"
_LEADING = re.compile(
    r"(?:the )?(?P<who>[A-Z][\w&’'. -]*?|department|agency|ministry|league|alliance|"
    r"chamber|union|association|coalition|institute|bureau|company)"
    r"(?:[’']s)? (?:[a-z]+ )*(?:[Pp]ress|[Dd]eputy [Pp]ress|[Ll]eader|chief|spokes|president|ceo|CEO|director|head|"
    r"chair|executive|"
    r"general manager|general counsel|manager|vice president)"
)


def _speaks_only(role: str) -> bool:
    """Whether somebody in this role speaks for a house, not as one of its members."""
    return bool(re.search(r"spokes|press secretary", role, re.IGNORECASE))


def _numbered(name: str, tail: str) -> str:
    """A name with what belongs to it: "Local 77", "Dairy Farmers of Canada"."""
    match = re.match(rf"{re.escape(name)}(?: \d+\b|[’'] [A-Z]\w+| of (?:the )?[A-Z]\w+(?: [A-Z]\w+)*)", tail)
    return match.group() if match else name


def _in_full(name: str, story: Story, near: Sequence[str] = ()) -> str:
    """The longest name in the story that a short form ("the Bureau", "Halcyon") stands for, if there is just one."""
    if len(name.split()) > 1:
        return name
    longer = [full for full in story.names if " " in full and len(full.split()) < 6 and full not in outlets(story)]
    if near:
        beside = [full for full in longer if any(full in text for text in near)]
        longer = beside if any(name in full.split() for full in beside) else longer
    opening = [full for full in longer if full.split()[0] == name and not HALLS.search(full)]
    within = [full for full in longer if name in full.split()[1:] and not HALLS.search(full)]
    for fulls in (opening, within):
        widest = [full for full in fulls if not any(other != full and full in other for other in fulls)]
        ranked = sorted(widest, key=lambda full: (-story.names[full], full))
        if len(ranked) == 1 or (len(ranked) > 1 and story.names[ranked[0]] >= 2 * story.names[ranked[1]]):
            return ranked[0]
    return name


def outlets(story: Story) -> set[str]:
    return {source.outlet for source in story.analysis.sources}


def office_before(name: str, surname: str, story: Story) -> str:
    """The office that an outlet prints directly before a surname: "President Trump", "Sen. Schumer"; "" where the
    surname may be somebody else's."""
    first = {full.split()[0] for full in story.names if " " in full and full.split()[-1] == surname}
    shared = bool(first - set(name.split()))
    pattern = re.compile(
        rf"(?<![\w-])(?P<title>{'|'.join(map(re.escape, OFFICES))})\.? (?:[A-Z][\w.]* ){{0,2}}{re.escape(surname)}\b",
        re.I,
    )
    for source in story.sources:
        match = pattern.search(source.text)
        before = source.text[max(0, match.start() - 12) : match.start()] if match else ""
        if (
            match
            and match["title"][0].isupper()
            and (not shared or name.split()[0] in match.group())
            and not re.search(r"(?:former|ex|vice|press|deputy|then|assistant)[ -]$", before, re.I)
        ):
            return OFFICES[match["title"].lower()]
    return ""


def stands_near(title: str, surname: str, story: Story) -> bool:
    """Whether an outlet prints the title near the surname."""
    near = re.compile(
        rf"\b{re.escape(title)}(?!\w).{{0,30}}\b{re.escape(surname)}\b|"
        rf"\b{re.escape(surname)}\b.{{0,30}}\b{re.escape(title)}(?!\w)",
        re.IGNORECASE,
    )
    return any(surname in s.text and near.search(s.text) for _, s in story.rows)

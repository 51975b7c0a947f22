"""What a speaker is: an office, a voice of an organisation, a group; and what his camp is called."""

import re
from functools import lru_cache
from typing import Literal

from aggregator.analysis.lexicon import word_set
from aggregator.analysis.words import names
from aggregator.summarise.selection import Story
from aggregator.summarise.spans import is_finite, tokens

HolderKind = Literal["person", "group", "organisation", "office"]
#: words of a role that make an office, whose holder speaks for himself; as they are printed before the surname
_OFFICES = {
    "senator": "Senator", "sen": "Senator", "representative": "Representative", "rep": "Representative",
    "congressman": "Congressman", "congresswoman": "Congresswoman", "governor": "Governor", "gov": "Governor",
    "mayor": "Mayor", "president": "President", "speaker": "Speaker", "chair": "Chair", "chairman": "Chairman",
    "chairwoman": "Chairwoman", "majority leader": "Majority Leader", "minority leader": "Minority Leader",
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
_HALLS = re.compile(r"\b(?:university|college|school|hospital|clinic|senate|house|council|committee)\b", re.IGNORECASE)
_GROUP_NAMES = re.compile(
    r"\b(?:critics|opponents|supporters|backers|advocates|proponents|officials|prosecutors|police|lawmakers|"
    r"republicans|democrats|residents|economists|experts|scientists|researchers|investigators|authorities|lawyers|"
    r"union|company|administration|government|campaign|teachers|workers|doctors|analysts|regulators|activists)\b",
    re.IGNORECASE,
)
#: groups that hold a view together; of all others ("lawyers", "officials") it is not known that they do
_CAMP_GROUPS = re.compile(
    r"\b(?:critics|opponents|supporters|backers|advocates|proponents|skeptics|defenders|republicans|democrats|"
    r"prosecutors|police|regulators|activists|protesters|unions?|teachers|farmers|landlords|tenants|residents)\b",
    re.IGNORECASE,
)
_OUTLETS = re.compile(
    r"\b(?:Associated Press|Reuters|CNN|Fox|NBC|CBS|ABC|MSNBC|New York Times|Washington Post|Politico|Axios|BuzzFeed|"
    r"BBC|"
    r"NPR|Wall Street Journal|The Hill|Bloomberg|Times|Post|Herald|Tribune|Journal|News|Guardian|Dispatch|Gazette|"
    r"Review|Magazine|Wire|Caller)\b"
)
_PLACES = re.compile(
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


def can_speak(speaker: str) -> bool:
    """Whether a speaker is a name that a page can print, or a group: no phrase, no lone title."""
    words = speaker.split()
    if re.search(r"[a-z][A-Z]{2}", speaker):
        return False  # words run together
    if not words or len(words) > 8 or words[0].lower() in ("his", "her", "its", "their", "our", "my", "that", "this"):
        return False
    if _GROUP_NAMES.search(speaker):
        return True
    small = [word for word in words if not word[:1].isupper() and word not in _NAME_LINKS]
    return not small and (len(words) > 1 or words[0].isupper()) and _OFFICES.get(words[0].lower().rstrip(".")) is None


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


def party_of(name: str, role: str, story: Story) -> str:
    """The party that an outlet prints beside a name, or in a role or the name of a group."""
    marked = re.compile(rf"{re.escape(last_word(name))},? \(?(?P<party>[RD])-[A-Z]")
    for text in (role, name):
        if re.search(r"\b(?:Republican|GOP)", text) and "Democrat" not in text:
            return "R"
        if "Democrat" in text and "Republican" not in text:
            return "D"
    found = [m["party"] for source in story.sources if (m := marked.search(source.text))]
    return found[0] if found and len(set(found)) == 1 else ""


def role_worth(role: str) -> float:
    words = len(role.split())
    if not words:
        return 0.0
    own = re.match(r"(?:his|her|its|their|our)\b", role)
    named = 0.3 if re.search(r"\b[A-Z]\w+ [A-Z]", role) else 0.0
    return (
        (0.2 if own else 1.0)
        + named
        + (1.0 if _SPEAKS_FOR.search(role) or _office(role) else 0.0)
        + (0.5 if words <= 12 else -1.0)
    )


@lru_cache(maxsize=4_096)
def _office(role: str) -> str:
    """The office or profession in a role, as it is printed before a surname; "" if there is none, or a former one."""
    if re.search(r"\b(?:former|ex|retired|late|deputy|vice|assistant|aide|adviser|advisor)\b", role, re.IGNORECASE):
        return ""
    for listed in (_OFFICES, _PROFESSIONS):
        for word, title in listed.items():
            match = re.search(rf"(?<![\w-]){word}(?![\w-])", role, re.IGNORECASE)
            if not match or re.match(r"\.? [A-Z](?!\w*\.?$)|[’']s", role[match.end() :]):
                continue
            if word == "president" and not re.fullmatch(r"(?:[A-Z][\w.]* )?President", role):
                continue
            if word == "secretary" and re.search(r"press secretary", role, re.IGNORECASE):
                continue
            return title
    return ""


def organisation_of(role: str, story: Story) -> str:
    """The organisation that somebody in this role speaks for, "" if for himself."""
    public = _office(role) in _OFFICES.values() and _office(role) not in (
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
    candidates = [
        role[match.end() :]
        for match in re.finditer(r"(?<![A-Z])\b(?:of|for|at|with|to)\s+(?:the\s+)?(?=[A-Z])", role)
        if not re.search(r"\b[A-Z]\w*\s$", role[: match.start()])
    ]
    leading = _LEADING.match(role)
    candidates += [leading["who"][:1].upper() + leading["who"][1:]] if leading else []
    for tail in candidates:
        if local := re.match(r"Local \d+\b", tail):
            return local.group()
        found = names(tail)
        possessed = found and re.match(r"[’']s", tail[found[0].end :]) and not found[0].text.isupper()
        if not found or found[0].start > 0 or possessed or (_HALLS.search(found[0].text) and not _speaks_only(role)):
            continue
        full = _in_full(_numbered(found[0].text, tail), story)
        if (" " in full or full.isupper() or _speaks_only(role)) and not _PLACES.search(full):
            return full
    return ""


#: an organisation in front of what somebody is there: "Corran chief executive", "the league’s president"
_LEADING = re.compile(
    r"(?:the )?(?P<who>[A-Z][\w&’'. -]*?|league|alliance|chamber|union|association|coalition|institute|bureau|company)"
    r"(?:[’']s)? (?:[a-z]+ )*(?:press|deputy press|[Ll]eader|chief|spokes|president|ceo|CEO|director|head|"
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


def _in_full(name: str, story: Story) -> str:
    """The longest name in the story that a short form ("the Bureau", "Halcyon") stands for, if there is just one."""
    if len(name.split()) > 1:
        return name
    longer = [full for full in story.names if " " in full and len(full.split()) < 6 and full not in _outlets(story)]
    opening = [full for full in longer if full.split()[0] == name and not _HALLS.search(full)]
    within = [full for full in longer if name in full.split()[1:] and not _HALLS.search(full)]
    for fulls in (opening, within):
        widest = [full for full in fulls if not any(other != full and full in other for other in fulls)]
        ranked = sorted(widest, key=lambda full: (-story.names[full], full))
        if len(ranked) == 1 or (len(ranked) > 1 and story.names[ranked[0]] >= 2 * story.names[ranked[1]]):
            return ranked[0]
    return name


def _outlets(story: Story) -> set[str]:
    return {source.outlet for source in story.analysis.sources}


def label_of(name: str, role: str, kind: HolderKind, organisation: str, story: Story) -> str:
    """What the camp of a holder is called: 2 to 5 words, never a bare name; "" if there is no such label."""
    if kind in ("organisation", "office"):
        vague = (
            name in _outlets(story)
            or _HALLS.search(name)
            or _OUTLETS.search(name)
            or re.match(r"the |some |many |several ", name, re.IGNORECASE)
        )
        return name if 1 < len(name.split()) <= 6 and not vague else ""
    client = re.match(r"(?P<who>[A-Z][\w-]+)[’']s (?:\w+ )?(?:lawyer|attorney)", role)
    if kind == "person" and client:
        return f"{client['who']}’s lawyers"
    if kind == "group":
        if not _CAMP_GROUPS.search(name) or ("Republican" in name and "Democrat" in name):
            return ""
        vague = re.match(
            r"(?:the|an?|one|some|many|several|two|three|four|other|another|his|her|their|its|both)\b", name
        )
        return name[:1].upper() + name[1:] if len(name.split()) <= 6 and not vague else ""
    if organisation:
        return organisation if len(organisation.split()) <= 6 else ""
    surname = last_word(name)
    office = _office(role) or ("" if role and "ormer" in role else _titled(name, surname, story))
    if office in ("Judge", "Justice"):
        return ""  # a ruling is no camp
    printed = [office, *(short for short, long in _OFFICES.items() if long == office)] if office else []
    return f"{office} {surname}" if any(_stands_near(title, surname, story) for title in printed) else ""


def _titled(name: str, surname: str, story: Story) -> str:
    """The office that an outlet prints directly before a surname: "President Trump", "Sen. Schumer"; "" where the
    surname may be somebody else's."""
    first = {full.split()[0] for full in story.names if " " in full and full.split()[-1] == surname}
    if first - set(name.split()):
        return ""
    behind = re.compile(rf"\.? (?:[A-Z][\w.]* ){{0,2}}{re.escape(surname)}\b", re.IGNORECASE)
    for source in story.sources:
        found = next((one for one in _titles_in(source.text) if behind.match(source.text, one[1])), None)
        if found is None:
            continue
        start, end = found
        title, before = source.text[start:end], source.text[max(0, start - 12) : start]
        former = re.search(r"(?:former|ex|vice|press|deputy|then|assistant)[ -]$", before, re.I)
        if title[0].isupper() and not former:
            return _OFFICES[title.lower()]
    return ""


@lru_cache(maxsize=64)
def _titles_in(text: str) -> tuple[tuple[int, int], ...]:
    """Where titles of office stand in a text; of two at one place the one listed first comes first."""
    lower = "".join(map(_small, text)) if len(text.lower()) != len(text) else text.lower()
    found: list[tuple[int, int, int]] = []
    for k, title in enumerate(_OFFICES):
        at = lower.find(title)
        while at >= 0:
            before, end = lower[at - 1 : at], at + len(title)
            if not (before.isalnum() or before in ("_", "-")) and lower.startswith((" ", ". "), end):
                found.append((at, k, end))
            at = lower.find(title, at + 1)
    return tuple((start, end) for start, _, end in sorted(found))


def _small(char: str) -> str:
    """A character in lower case where that is one character, so that offsets stay."""
    small = char.lower()
    return small if len(small) == 1 else char


def _stands_near(title: str, surname: str, story: Story) -> bool:
    """Whether an outlet prints the title near the surname."""
    near = re.compile(
        rf"\b{re.escape(title)}(?!\w).{{0,30}}\b{re.escape(surname)}\b|"
        rf"\b{re.escape(surname)}\b.{{0,30}}\b{re.escape(title)}(?!\w)",
        re.IGNORECASE,
    )
    return any(surname in s.text and near.search(s.text) for _, s in story.rows)

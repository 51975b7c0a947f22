"""The page's own words: a closed list of templates, and the check that words are an instance of one.

A template is literal text with slots. What may fill a slot:

{person}   a name found in the evidence, alone or with a role printed beside it, or a group as the evidence calls it
{organisation}   the name of an organisation found in the evidence
{outlet}   an outlet whose card the sentence cites
{author}   an author of an article whose card the sentence cites
{label}    the label of a perspective, the name of a viewpoint or a holder
{object}   it, or a determiner and up to five words that stand in the evidence
{says}     a verb of speech: "said", "says", "argues" (the validator holds it against the source's verb)
{n}        a whole number, in figures or words        {share}   a percentage
{date}     the date of a cited article, as the page's language writes it, or a date that the evidence gives
{lean}     a lean label        {value}   a text of the sentence's figures or of the basis

Around an instance may stand a link to what comes before ("; ", ", and ") and a closing mark.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aggregator.analysis.lexicon import word_set
from aggregator.summarise.speech import OPENINGS, VERBS

#: how the sentence of a perspective or a stance may open, beside the verbs of `speech.OPENINGS`
CALLS = (
    "Calls {object}", "Call {object}", "Calls {object} a", "Calls {object} an", "Call {object} a", "Call {object} an",
    "Describes {object} as", "Describe {object} as",
)  # fmt: skip
#: how they may open before a whole quotation
OPENS = ("Says:", "Say:")
#: before or between taken words
ATTRIBUTIONS = (
    "{outlet} writes:",
    "{organisation}’s {person} {says} that", "{organisation}’s {person} {says}:",
    "On the other side, {organisation}’s {person} {says} that", "On the other side, {organisation}’s {person} {says}:",
    "On the other side, {person} {says} that", "On the other side, {person} {says}:",
    "On the other side, {person} of {organisation} {says} that",
    "On the other side, {person} of {organisation} {says}:",
    "{outlet} reports that", "{outlet} adds that", "{outlet} also reports that", "{outlet} writes that",
    "{outlet} reports:", "{outlet} adds:", "{outlet} calls {object}", "According to {outlet},",
    "according to {outlet}", "{outlet} and {outlet} report that", "Both {outlet} and {outlet} report that",
    "{outlet}, {outlet} and {outlet} report that", "{person} {says} that", "{person} {says}:",
    "{person} of {organisation} {says} that", "{person} of {organisation} {says}:", "{person} {says}",
    "{person} {says} of {object}:", "In the words of {person}:", "In the words of {person},",
    "According to {person},", "according to {person}", "{person} calls {object}", "{person} call {object}",
    "{person} called {object}", "{person} calls {object} a", "{person} called {object} a",
    "{person} calls {object} an", "{person} called {object} an", "{person} describes {object} as",
    "{person} described {object} as", "{person} speaks of", "{person} spoke of", "{object}", "{object} a",
    "{object} an", "as {person} puts it,", "Both report that", "All {n} sources report that",
    "{n} of the {n} sources report that", "In an opinion piece, {author} of {outlet} writes:",
)  # fmt: skip
#: what tells the reader where he is
SIGNPOSTS = (
    "{label}’s case:", "{label}’ case:", "{label}’s account:", "{label}’s answer:", "The other side:",
    "On the other side,", "The other side’s case:", "In reply,", "The reply:",
    "On one point the two sides contradict each other:", "On another point the two sides contradict each other:",
    "On this point the accounts differ:", "The figures differ:", "What is disputed:", "What comes next:", "Next:",
    "Still open:", "What happened:", "On {date},", "By {date},", "As of {date},", "As of {date}:",
    "As of {date}, {outlet} reports that", "On {date}, {outlet} reported that", "Only {outlet} reports that",
)  # fmt: skip
#: whole sentences, with the numbers behind them in `figures`
COUNTS = (
    "The {n} sources do not disagree on what happened: {n} of {n} shared claims appear on all sides.",
    "The {n} sources do not disagree on what happened.", "{n} of {n} sources name no opponent of {object}.",
    "{n} of {n} sources name no supporter of {object}.", "{n} of the {n} sources quote {person}.",
    "{n} of the {n} sources report this.", "{n} of the {n} sources are copies of one text.",
    "{n} independent sources tell this story.", "The first report was published on {date}, the latest on {date}.",
)  # fmt: skip
#: who is missing; `value` stands in the basis
ABSENCES = (
    "{value}, who were not heard, as {value} points out.", "{value}, who gave {value} no answer.",
    "{value}, which gave {value} no answer.", "{value}, who declined to comment to {value}.",
    "{value}, which declined to comment to {value}.", "{value}, whom {value} could not reach.",
    "{value}, which {value} could not reach.",
    "{value}, named in none of the {n} sources.", "{value}, quoted in none of the {n} sources.",
    "{value}, quoted in {share} of comparable stories and in none of these {n}.",
    "Outlets rated {lean}: none of the {n} rated sources.",
    "Outlets rated {lean} or {lean}: none of the {n} rated sources.",
    "{value}, whom {n} of the {n} articles speak of and none of them quotes.",
    "{value}, of whom {n} of the {n} articles speak and whom none quotes.",
    "Outlets rated {lean}: none is among the {n} rated outlets here, so what that side would stress is missing.",
    "Outlets rated {lean} or {lean}: none is among the {n} rated outlets here, so what that side would stress is",
    " missing.",
    "Outlets from {value}, which {n} of the {n} articles speak of; all sources come from elsewhere ({value}).",
    "Outlets from {value}, which {n} of the {n} articles name: none of the {n} sources.",
    "Outlets from {value}, a country that {n} of the {n} articles name and none of the {n} sources comes from.",
    "{value}, of whom {n} of the {n} articles speak and whom {n} quotes.",
)  # fmt: skip
#: labels and names of camps
LABELS = (
    "{person}", "Supporters of {object}", "Critics of {object}", "Opponents of {object}", "Backers of {object}",
    "{person}’s lawyers", "{person}’s family", "{person}’s account", "{person} account", "{person} and allies",
    "Police account",
)  # fmt: skip

_ALL = (*CALLS, *OPENS, *SIGNPOSTS, *ATTRIBUTIONS, *COUNTS)
_LINKS = (", while ", ", and ", ", but ", " while ", " and ", " but ", "; ", ". ", ", ", ": ", " — ", " ", "")
_CLOSERS = (".", ";", ",", ":", "")
_SLOT = re.compile(r"\{(\w+)\}")
_UNITS = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen
"""
_NUMBER_WORDS = {word: k + 1 for k, word in enumerate(_UNITS.split())} | {"twenty": 20, "thirty": 30}
_SAYS = frozenset(form for verb in VERBS if verb.clause for form in (verb.present, verb.base, verb.past))
_LEANS = word_set("left lean-left center lean-right right mixed disputed unrated")
_GROUP = re.compile(
    r"(?:the )?(?:[\w’'-]+ ){0,4}(?:[\w’-]+s|police|people|staff|government|administration|company|union|council"
    r"|commission|committee|court|city|state|board|agency|group|campaign|family|industry)"
)
_SHORT_TITLES = {
    "senator": "Sen.", "representative": "Rep.", "governor": "Gov.", "professor": "Prof.", "president": "Pres.",
    "general": "Gen.", "lieutenant governor": "Lt. Gov.", "doctor": "Dr.", "attorney general": "Atty. Gen.",
}  # fmt: skip
_PRESERVED = str.maketrans("'‘", "’’")


@dataclass(frozen=True)
class Known:
    """What the slots of a sentence's own words may be filled with.

    Attributes:
        passages: the evidence of the sentence, whole, with the titles of the cited articles.
        documents: the texts in which the full form of a name or its role may be looked up.
        outlets, authors, labels, dates: see the slots of the same name.
        values: texts of the figures or of the basis.
    """

    passages: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    outlets: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()

    def has(self, words: str, *, anywhere: bool = False) -> bool:
        """Whether `words` stand in the evidence (or in the documents), bounded by no letter or digit."""
        return any(_stands_in(words, text) for text in (self.passages + (self.documents if anywhere else ())))


@dataclass(frozen=True, slots=True)
class Own:
    """How own words were understood: the template (empty for a bare name or mark) and its slots in order."""

    template: str
    slots: tuple[tuple[str, str], ...] = ()

    def values(self, slot: str) -> list[str]:
        """What fills the slots of this name."""
        return [value for name, value in self.slots if name == slot]

    @property
    def numbers(self) -> list[float]:
        """The values of its numbers."""
        values = (number_of(value) for name, value in self.slots if name in ("n", "share"))
        return [value for value in values if value is not None]


def is_own(text: str, known: Known) -> bool:
    """Whether `text` is an instance of a template, a name found in the evidence, or a closed mark between parts."""
    return understand(text, known) is not None


def understand(text: str, known: Known, templates: Sequence[str] | None = None) -> Own | None:
    """Which template `text` is an instance of, with its slots; None if of none."""
    plain = text.translate(_PRESERVED)
    if re.search(r"[“”\"«»\[\]<>]|\n", plain):
        return None
    if templates is not None:
        return _instance(plain.strip(), known, templates)
    for core in _cores(plain):
        if not core:
            return Own("")
        if raised(core) + " " in OPENINGS:
            return Own(raised(core))
        found = _instance(core, known, _ALL) or _signposted(core, known)
        if found or is_person(core, known):
            return found or Own("", (("person", core),))
    return None


def raised(text: str) -> str:
    """`text` with a capital first letter."""
    return text[:1].upper() + text[1:]


def _instance(core: str, known: Known, templates: Sequence[str]) -> Own | None:
    for template in templates:
        match = _pattern(template).fullmatch(core)
        if match:
            slots = tuple(zip(_SLOT.findall(template), match.groups(), strict=True))
            if all(_FITS[name](value, known) for name, value in slots):
                return Own(template, slots)
    return None


def _signposted(core: str, known: Known) -> Own | None:
    """A signpost with an attribution behind it: "The other side: Beckett says that"."""
    for match in re.finditer(r"(?<=[:,]) ", core):
        sign = _instance(core[: match.start()], known, SIGNPOSTS)
        rest = sign and _instance(core[match.end() :], known, ATTRIBUTIONS)
        if sign and rest:
            return Own(f"{sign.template} {rest.template}", sign.slots + rest.slots)
    return None


def number_of(text: str) -> float | None:
    """The value of a number in figures or words, None if it is none."""
    bare = text.strip().lower().removesuffix("%").strip().replace(",", "")
    if bare in _NUMBER_WORDS:
        return float(_NUMBER_WORDS[bare])
    return float(bare) if re.fullmatch(r"\d+(?:\.\d+)?", bare) else None


def is_name(value: str, known: Known) -> bool:
    """Whether `value` is a name in the evidence, or the full form, found in a document, of a surname in it."""
    words = value.split()
    bare = value.removeprefix("The ").removeprefix("the ")
    if not words or len(words) > 9 or not any(word[:1].isupper() for word in bare.split()) or not bare[:1].isalnum():
        return False
    if bare[:1].islower():
        return False
    return known.has(bare) or (len(bare.split()) > 1 and known.has(bare, anywhere=True) and known.has(bare.split()[-1]))


def is_person(value: str, known: Known) -> bool:
    """Whether `value` names a speaker: "Ruiz", "council member Dana Ruiz", "Tom Beckett, president of the union"."""
    bare = value.strip().rstrip(",")
    if is_name(bare, known) or bare in known.labels or _is_group(bare, known):
        return True
    if bare.lower() in ("he", "she", "they", "it") or "," in bare.split(" ", 1)[0]:
        return False
    name, comma, role = bare.partition(", ")
    if comma:
        return is_name(name, known) and _is_role(role, name, known)
    words = bare.split(" ")
    for at in range(1, len(words)):
        name, role = " ".join(words[at:]), " ".join(words[:at])
        if is_name(name, known) and _is_role(role, name, known):
            return True
    return False


def _is_role(role: str, name: str, known: Known) -> bool:
    """Whether `role` is printed near the last word of `name`."""
    if not 0 < len(role.split()) <= 12:
        return False
    surname = name.split()[-1]
    wanted = role.removeprefix("the ").removeprefix("The ")
    forms = "|".join(re.escape(form) for form in (wanted, *filter(None, [_SHORT_TITLES.get(wanted.lower())])))
    for printed in known.passages + known.documents:
        text = printed.translate(_PRESERVED)
        for match in re.finditer(forms, text, re.IGNORECASE):
            if _stands_in(surname, text[max(0, match.start() - 60) : match.end() + 60]):
                return True
    return False


def _is_group(value: str, known: Known) -> bool:
    lower = value[:1].lower() + value[1:]
    bare = lower.removeprefix("the ")
    return bool(_GROUP.fullmatch(lower)) and any(known.has(form) for form in (bare, bare[:1].upper() + bare[1:]))


def _is_object(value: str, known: Known) -> bool:
    words = value.lower().split()
    if words in (["it"], ["them"], ["this"]):
        return True
    if not 2 <= len(words) <= 6 or words[0] not in ("the", "its", "his", "her", "their", "this"):
        return is_name(value, known)
    text = "\n".join(known.passages).translate(_PRESERVED).lower()
    return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words[1:])


def _is_label(value: str, known: Known) -> bool:
    bare = value.removeprefix("The ").removeprefix("the ").lower()
    return any(bare == label.removeprefix("The ").lower() for label in known.labels) or is_person(value, known)


def _is_value(value: str, known: Known) -> bool:
    lower = value[:1].lower() + value[1:]
    given = {text.lower() for text in known.values}
    if value.lower() in given or all(item.lower() in given for item in value.split(", ")):
        return True
    return any(known.has(form, anywhere=True) for form in (value, lower))


_FITS: Mapping[str, Callable[[str, Known], bool]] = {
    "person": is_person,
    "organisation": is_name,
    "outlet": lambda value, known: value in known.outlets,
    "author": lambda value, known: value in known.authors,
    "label": _is_label,
    "object": _is_object,
    "says": lambda value, known: value in _SAYS,
    "n": lambda value, known: number_of(value) is not None,
    "share": lambda value, known: value.endswith("%") and number_of(value) is not None,
    "date": lambda value, known: value in known.dates or bool(re.search(r"\d|day$", value) and known.has(value)),
    "lean": lambda value, known: value.lower().replace(" ", "-") in _LEANS,
    "value": _is_value,
}


def _cores(text: str) -> Iterator[str]:
    """`text` without each link before and each closing mark after it, whole first."""
    for link in reversed(_LINKS):
        if not text.startswith(link):
            continue
        for closer in reversed(_CLOSERS):
            rest = text[len(link) :].rstrip()
            if rest.endswith(closer):
                yield rest[: len(rest) - len(closer)].strip()


@lru_cache(maxsize=1_024)
def _pattern(template: str) -> re.Pattern[str]:
    pieces = _SLOT.split(template)
    shapes = [re.escape(piece) if k % 2 == 0 else _SHAPES.get(piece, _ANY) for k, piece in enumerate(pieces)]
    if pieces[0]:
        first = pieces[0][0]
        shapes[0] = f"[{first.upper()}{first.lower()}]" + re.escape(pieces[0][1:])
    return re.compile("".join(shapes))


_ANY = r"(\S[^;:]*?)"
_SHAPES = {"says": r"(\w+(?: out)?)", "n": r"([\w,]+)", "share": r"([\d.]+ ?%)"}


@lru_cache(maxsize=2_048)
def _stands_in(words: str, text: str) -> bool:
    wanted, plain = words.translate(_PRESERVED), text.translate(_PRESERVED)
    at = plain.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not plain[at - 1 : at].isalnum() and not plain[end : end + 1].isalnum():
            return True
        at = plain.find(wanted, at + 1)
    return False

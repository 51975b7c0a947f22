"""Noun phrases beside a verb, read as speakers: a name with a role, "the company", or a pronoun."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aggregator.analysis.lexicon import (
    BARE_GROUPS,
    CALENDAR,
    COURTESY,
    INSTITUTIONS,
    OF_HEADS,
    ORG_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
    TITLES,
    word_set,
)
from aggregator.analysis.roles import FINITE, RELATIVE, UPPER, guard, read_role, split_pieces, tidy_role

_PARTICLE = r"(?:de|la|von|van|der|den|del|bin|ibn|al|el|di|da|du|dos|das|le|ter|ten)"
_CAPITAL = (
    rf"(?:(?:[{UPPER}]\.)+(?:[{UPPER}](?=[ ,]|$))?"
    r"|(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sens?|Reps?|Govs?|Gen|Lt|Col|Sgt|Maj|Capt|Cmdr|Adm|Rev|St|Atty|Det|Supt|Messrs|Jr|Sr)\."
    rf"|(?:[a-z]{{1,2}})?[{UPPER}][\w&’'-]*)"
)
#: a run of capitalised words with the particles between them
RUN = rf"(?:the )?{_CAPITAL}(?:[ \u00a0](?:& |(?:{_PARTICLE} ){{1,2}})?{_CAPITAL})*(?:,? (?:Jr|Sr)\b\.?)?"
_RUN = re.compile(RUN)
_RUN_AT_END = re.compile(rf"(?:(?<=[\s/])|^){RUN}$")
_OF_RUN = re.compile(rf"^ (?:of|for|on|and) (?:the )?{RUN}")
_LEADING = re.compile(
    r"^(?:(?:but|and|yet|still|so|then|meanwhile|however|instead|also|nevertheless|nonetheless|moreover|even|only"
    r"|later|earlier|both|now|or|for (?:his|her|its|their) part|in turn|too|while|as|when|because|though|although"
    r"|that|whether|if|since|where|after|before|with|once)(?:,\s+|\s+|$))+",
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"^(?:the|an?|one|two|three|four|five|six|several|some|many|most|other|another|both|all|his|her|their|its|our|no"
    r"|each|every|few|dozens of|hundreds of|thousands of|a number of|a group of)\s",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\s*\([^()]{0,60}\)?")
#: a verb with its object, which no noun phrase holds
_TRANSITIVE = re.compile(r"\b[a-z]+(?:ed|s) (?:an?|the|his|her|their|its|that|some|many|several)(?: |$)")
_CLAUSAL = re.compile(r"\b(?:and|or|but)$|\b(?:also|recently|ruled|voted|which)\b")
_FIRST_NAMES = word_set("may april june august")
_OFFICE = re.compile(
    r"^(?P<office>(?:[\w.’'-]+ ){0,4}(?:Secretary|Director|Minister|Chief|Speaker|Leader|Head|Commissioner)"
    r" (?:of|for) (?:the )?(?:State|Defen[cs]e|Energy|Labou?r|Education|Commerce|Treasury|Interior|Agriculture"
    r"|Transportation|Homeland Security|Veterans Affairs|Staff|Health|Police|Finance|House|Justice|Operations)"
    rf"|(?:[\w.’'-]+ ){{0,3}}Ambassador to (?:the )?(?:United Nations|U\.N\.|[{UPPER}]\w+))"
    rf" (?P<name>{RUN})$"
)
_POSSESSED = re.compile(r"[’']s?$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A speaker as a sentence names it. `form`: "name" (a proper name), "noun" ("the company"), or "pronoun"."""

    text: str
    role: str = ""
    form: str = "name"
    gender: str = ""  #: "he" or "she", where an honorific tells


def read_phrase(phrase: str) -> Mention | None:
    """A whole noun phrase as a speaker; None if it is anything else."""
    phrase = _LEADING.sub("", _PARENTHESIS.sub("", phrase).strip(" ,–—-\u00a0"))
    if not phrase or len(phrase) > 160:
        return None
    if phrase.lower() in PRONOUNS or phrase in ("They both", "both"):
        return Mention(phrase.lower(), form="pronoun")
    office = _OFFICE.match(phrase)
    if office:
        return _named(office["name"], office["office"])
    opening = _RUN.match(phrase)
    if opening and not _POSSESSED.search(opening.group()):
        rest = phrase[opening.end() :]
        if not rest:
            return _named(opening.group(), "")
        if _OF_RUN.fullmatch(rest):
            return _joined_name(phrase) if rest.startswith(" and ") else _named_with_tail(opening.group(), phrase)
        clause = FINITE.search(rest) or _TRANSITIVE.search(rest)
        if re.match(r" (?:of|from|at|in|for|with) ", rest) and not clause:
            return _named_with_tail(opening.group(), phrase)
    closing = _RUN_AT_END.search(phrase)
    if closing and closing.start() > 0:
        named = _role_and_name(phrase[: closing.start()].strip(), closing.group())
        if named:
            return named
    return _noun_phrase(phrase)


def _joined_name(phrase: str) -> Mention | None:
    """Two names with "and": one organisation by its words, else several people, who are nobody in particular."""
    words = {word.lower().strip(".,’'") for word in phrase.split()}
    return Mention(phrase.removeprefix("the ").removeprefix("The ")) if words & ORG_WORDS else None


def _named_with_tail(run: str, phrase: str) -> Mention | None:
    """ "Maria Lopez of Ohio" is a person, "Department of Justice" one name."""
    words = [word for word in run.split() if word != "the"]
    heads = [word.lower().rstrip("s") for word in words]
    if any(word in OF_HEADS or word in ORG_WORDS for word in (*heads, *(word.lower() for word in words))):
        titles = [at for at, word in enumerate(words[:-1]) if word.rstrip(".").lower() in TITLES]
        organisation = not titles or _organisational(words[titles[-1] + 1 :])
        if organisation:
            return Mention(phrase.removeprefix("the ").removeprefix("The "))
    named = _named(run, "")
    if named and len(words) == 1 and words[0].rstrip(".").lower() in TITLES:
        return Mention(phrase, form="noun")
    return named


def _named(run: str, role: str) -> Mention | None:
    """A run of capitals: titles go to the role, the rest is the name."""
    words = run.split()
    if words[0] in ("the", "The"):
        words = words[1:]
    if not words or words[-1].lower().rstrip(".") in CALENDAR - _FIRST_NAMES:
        return None
    cut = 0
    for at, word in enumerate(words[:-1]):
        lower = word.lower().rstrip(".")
        office = lower in TITLES or (lower in ROLE_NOUNS and len(words) - at > 2)
        if office and not _organisational(words[at + 1 :]):
            cut = at + 1
    titles = " ".join(word for word in words[:cut] if word.lower().rstrip(".") not in COURTESY)
    name = " ".join(words[cut:]).rstrip(",")
    if name.lower() in PREPOSITIONS or name.lower() in ("a", "an", "this", "that", "these", "those", "there", "what"):
        return None
    if name.lower() in PRONOUNS:
        return Mention(name.lower(), form="pronoun")
    if re.fullmatch(r"Democrat|Republican|Independent", words[-1]) and len(words) > 1:
        return Mention(run, form="noun")
    single = len(words) == 1
    if single and (name.lower() in ROLE_NOUNS | BARE_GROUPS | INSTITUTIONS) and name[1:].islower():
        return Mention(run, form="noun")
    honorific = words[cut - 1].rstrip(".").lower() if cut else ""
    gender = {"mr": "he", "ms": "she", "mrs": "she"}.get(honorific, "")
    return Mention(name, _joined(role, titles), gender=gender)


def _organisational(words: Sequence[str]) -> bool:
    return words[0].lower() in ("department", "ministry", "committee", "office", "assembly", "motors", "council")


def _joined(*parts: str) -> str:
    return tidy_role(" ".join(part.strip() for part in parts if part.strip()))


def _role_and_name(left: str, run: str) -> Mention | None:
    """ "Halcyon chief executive" + "Magnus Wahlgren"; None where the run belongs to a prepositional phrase."""
    words = left.split()
    last = words[-1].lower().strip("“”\"'’")
    if last in PREPOSITIONS or last in ("and", "or", "the", "a", "an", "his", "her", "their", "its", "our"):
        return None
    if FINITE.search(left) or len(words) > 14 or RELATIVE.search(left + " "):
        return None
    if _POSSESSED.search(words[-1]):
        return None
    bare = last.rstrip(".,")
    titled = run.split()[0].rstrip(".").lower() in TITLES and len(words) <= 3 and not any(map(str.isdigit, left))
    if (
        titled
        or bare in ROLE_NOUNS
        or bare in TITLES
        or bare.removesuffix("s") in ROLE_NOUNS
        or bare.endswith(("man", "woman"))
    ):
        role = re.sub(r"^(?:the|an?)\s+", "", left.rstrip(",").split(" and ")[-1], flags=re.IGNORECASE)
        return _named(run, role)
    return None


def _noun_phrase(phrase: str) -> Mention | None:
    """ "the company", "a spokesman for Halcyon", "Halcyon’s lawyers", "state officials"."""
    phrase = RELATIVE.sub("", phrase + " ").strip(" ,")
    words = phrase.split()
    if not 0 < len(words) <= 14 or _CLAUSAL.search(phrase) or FINITE.search(phrase) or _TRANSITIVE.search(phrase):
        return None
    head_part = re.split(r"\s(?:for|of|from|at|with|in|to|on|by|against|outside|near|representing|behind)\s", phrase)[0]
    head = head_part.split()[-1].lower().strip("’'“”\".,")
    singular = re.sub(r"ies$", "y", head) if head.endswith("ies") else head.removesuffix("s")
    known = (
        head in ROLE_NOUNS
        or singular in INSTITUTIONS
        or head in INSTITUTIONS
        or head in BARE_GROUPS
        or head.endswith(("man", "woman"))
    )
    if words[0].lower() in PREPOSITIONS or not known:
        return None
    plural = head in BARE_GROUPS or (head in ROLE_NOUNS and head.endswith("s"))
    starts = _DETERMINER.match(phrase) or plural or (len(words) > 1 and (head in ROLE_NOUNS or words[0][:1].isupper()))
    return Mention(phrase, form="noun") if starts else None


def read_subject(chunk: str) -> Mention | None:
    """The subject of a verb, from the text between the start of its clause and the verb: opening phrases are skipped,
    an apposition gives the role, or the name where the role comes first."""
    chunk = _PARENTHESIS.sub("", chunk).strip()
    closed = chunk.endswith(",")
    pieces = [piece.strip() for piece in split_pieces(chunk.rstrip(", "))]
    if not closed:
        if re.search(r"(?:^|\s)(?:who|which|that|whom)$", pieces[-1]):
            return None
        return read_phrase(pieces[-1])
    for at, piece in enumerate(pieces[:-1] if len(pieces) > 1 else pieces):
        if at == 0 and _opens_phrase(piece) and not _LEADING.match(piece + " "):
            continue
        mention = read_phrase(piece)
        if mention is None or (_opens_phrase(piece) and mention.form != "name"):
            continue
        return with_apposition(mention, pieces[at + 1 :])
    return None


def _opens_phrase(piece: str) -> bool:
    first = piece.split(" ", 1)[0].lower().strip("“\"'")
    return first in PREPOSITIONS or first.endswith(("ing", "ed")) or first in ("to", "as", "that")


def with_apposition(mention: Mention, pieces: Sequence[str]) -> Mention:
    """`mention` with what the pieces after its comma tell: a role for a name, a name for a role."""
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        return mention
    if mention.form == "noun":
        named = re.sub(r" of (?:the )?[A-Z].*$", "", pieces[0])
        if _RUN.fullmatch(named) and not _organisational(named.split()) and 1 < len(named.split()) < 6:
            inner = _named(named, "")
            if inner and inner.form == "name":
                role = re.sub(r"^(?:the|an?)\s+", "", mention.text, flags=re.IGNORECASE)
                return replace(inner, role=role)
        return mention
    if mention.form == "name" and not mention.role:
        return replace(mention, role=read_role(pieces))
    return mention


def read_after(text: str) -> Mention | None:
    """The subject that follows its verb ("said Wes Farrow, president of the Council"): `text` starts after the verb."""
    text = _PARENTHESIS.sub("", text.lstrip())
    clause = re.split(r"[;:“”~]|\s[—–-]\s|[.!?](?=\s+[A-Z“\"]|\s*$)", guard(text), maxsplit=1)[0].replace("\x00", ".")
    pieces = [piece.strip() for piece in split_pieces(clause)]
    if not pieces[0]:
        return None
    first = _LEADING_NOISE.sub("", pieces[0])
    for candidate in _shortened(first):
        mention = read_phrase(candidate)
        if mention and mention.form != "pronoun":
            return with_apposition(mention, pieces[1:] if candidate == first else [])
    pronoun = re.match(r"(?:he|she|they)\b", first)
    return Mention(pronoun.group(), form="pronoun") if pronoun else None


_LEADING_NOISE = re.compile(r"^(?:on \w+day|yesterday|today|later),?\s+")


def _shortened(first: str) -> Iterable[str]:
    """The phrase, then shorter ones: up to a preposition or verb behind the name."""
    yield first
    for match in reversed(list(re.finditer(r"\s(?=[a-z])", first))[:14]):
        yield first[: match.start()]

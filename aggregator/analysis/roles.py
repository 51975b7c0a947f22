"""What somebody is: roles as they are printed beside names."""

import re
from collections.abc import Sequence

from aggregator.analysis.lexicon import (
    BARE_GROUPS,
    COURTESY,
    OPENERS,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
    TITLES,
    word_set,
)

#: capitals, for the character classes of patterns
UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĠĢĪĮİĶŁĻĽŃŅŇŌŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽ"
RELATIVE = re.compile(r"\s(?:who|whom|whose|that|which|where|when)\s.*$")
FINITE = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|could|can|may|might|should|did|does|do|said|says|told|came"
    r"|went|took|made|gave|got|became|began|met|saw|left|held|stood|sat|won|lost|led|put|ran|wrote|showed|shows"
    r"|makes|takes|gets|goes|comes|wants|wanted|announced|asked|argued|called)\b"
)
_ABBREVIATED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sens?|Reps?|Govs?|Gen|Lt|Col|Sgt|Maj|Capt|Cmdr|Adm|Rev|St|Jr|Sr|Inc|Co|Corp|Atty|Det"
    rf"|Supt|[{UPPER}])\."
)


_PARTICIPLES = word_set(
    """retired elected appointed learned self-described self-employed registered licensed disgraced acclaimed
    acting managing founding leading ranking visiting"""
)
#: lower-case words of roles that may stand before a capital: "former CIA director"
_BEFORE_NAMES = word_set("""
former current longtime acting state federal deputy outgoing incoming then retired senior veteran interim top assistant
fellow local ex co vice associate junior chief
""")
_PLURAL_ROLES = frozenset(noun for noun in ROLE_NOUNS if noun.endswith("s") and noun.removesuffix("s") in ROLE_NOUNS)
_STOPPERS = word_set("the a an and but or that which who his her their its as said says told by")
_SPELLED_OUT = {
    "sen": "senator", "rep": "representative", "gov": "governor", "lt": "lieutenant", "col": "colonel",
    "gen": "general", "capt": "captain", "sgt": "sergeant", "dr": "doctor", "prof": "professor", "atty": "attorney",
    "det": "detective", "rev": "reverend", "supt": "superintendent",
}  # fmt: skip
_ALIKE = {
    "chairman": "chair", "chairwoman": "chair", "chairperson": "chair", "congressman": "representative",
    "congresswoman": "representative", "lawyer": "attorney", "counsel": "attorney",
}  # fmt: skip


def is_one_person(phrase: str) -> bool:
    """Whether a noun phrase means a single person: "the chair", not "the company" or "lawyers"."""
    head = re.split(r"\s(?:for|of|from|at|with|in|to|on)\s", phrase)[0].split()[-1].lower().strip("’'“”\".,")
    return (head in ROLE_NOUNS and head not in BARE_GROUPS and not head.endswith("s")) or head.endswith(
        ("man", "woman")
    )


def tidy_role(role: str) -> str:
    """`role` without what stands before it in the line (a dateline, a day, an article); "" if it is no office."""
    role = re.sub(r"^.*(?:—|--|\s[–-]\s)|^[\s—–-]+", "", role)
    role = re.sub(r"^(?:(?:On|on|In|in|At|at) (?:\w+day|[A-Z]\w+),? )", "", role)
    role = re.sub(r"^(?:the|an?|and|but|when|while|as|what|how|that)\s+", "", role, flags=re.IGNORECASE).strip(" ,;:")
    words = role.split()
    if not words or len(words) > 16 or FINITE.search(role):
        return ""
    first = words[0].lower()
    if first.endswith(("ed", "ing")) and first not in _PARTICIPLES:
        return ""
    head = re.split(r"\s(?:of|for|at|in|on|and|who|to|with|from)\s", role)[0].split()
    lowered = [word.lower().strip(".,’'") for word in head]
    if head[-1].lower().strip(".,") in _PLURAL_ROLES or words[-1].lower() in ("acting", "former", "deputy", "vice"):
        return ""
    known = any(word in ROLE_NOUNS or word in TITLES for word in lowered)
    last = head[-1]
    work = last[0].islower() and last not in OPENERS and last.endswith(("man", "woman", "ist", "er", "or", "ian"))
    return role if known or work else ""


def read_role(pieces: Sequence[str]) -> str:
    """The first piece of an apposition that names an office or work, without its article; "" if none does."""
    for at, piece in enumerate(pieces[:3]):
        text = piece.strip(" .;:—–-")
        text = (
            RELATIVE.sub("", text + " ").strip() if not text.startswith(("who ", "whose ", "in ", "on ", "at ")) else ""
        )
        if not text or text[0].isdigit():
            continue
        text = re.sub(r"^(?:the|an?)\s+", "", text)
        head = re.split(r"\s(?:for|of|from|at|with|in|to|on|and)\s", " " + text + " ")[0].split()
        words = {word.lower().strip("’'.,") for word in head}
        if words & (ROLE_NOUNS | TITLES) or (head and head[-1].lower().endswith(("man", "woman", "ist", "er", "or"))):
            return tidy_role(text) if len(text) <= 120 else ""
        if at == 0 and not re.match(r"^[A-Z][\w.]+$", text):
            continue
    return ""


def _ends_role(word: str, following: str) -> bool:
    """Whether a lower-case word is no part of the role after it: a verb, or anything odd before a name."""
    if word.endswith(("ed", "ing")):
        return word not in _PARTICIPLES
    return following[0].isupper() and word not in _BEFORE_NAMES


def role_before(left: str) -> str:
    """The title or work that ends right before a name: "Halcyon chief executive "."""
    words = re.split(r"[\n“”~;:()]|,\s|[.!?]\s(?=[A-Z])", guard(left))[-1].replace("\x00", ".").split()
    taken: list[str] = []
    for word in reversed(words):
        lower = word.lower().rstrip(".")
        titled = lower in TITLES or lower in ROLE_NOUNS
        if not taken and (not titled or lower in COURTESY):
            return ""
        if lower in PREPOSITIONS or lower in PRONOUNS or FINITE.fullmatch(lower) or lower in _STOPPERS:
            break
        if taken and word.islower() and _ends_role(lower, taken[-1]):
            break
        taken.append(word)
        if len(taken) == 6:
            break
    return tidy_role(" ".join(reversed(taken)))


def has_role(role: str, noun: str, whole: bool = False) -> bool:
    """Whether a role as printed ("Gov.") is what `noun` ("governor") says; `whole`: and no more than that."""
    head = re.split(r"\s(?:of|for|at|in|on|and|who)\s", f" {role} ")[0]
    words = [word.strip(".,’'").lower() for word in head.split()]
    words = [_SPELLED_OUT.get(word, word) for word in words]
    alike = [_ALIKE.get(word, word) for word in words]
    wanted = [_ALIKE.get(word, word) for word in noun.split()]
    return alike == wanted if whole else f" {' '.join(wanted)} " in f" {' '.join(alike)} " or alike[-1:] == wanted[-1:]


def split_pieces(chunk: str) -> list[str]:
    return re.split(r",\s+(?!(?:Jr|Sr|Inc|LLC|Ltd)\b)", chunk)


def guard(text: str) -> str:
    """Full stops of abbreviations made invisible."""
    return _ABBREVIATED.sub(lambda match: match.group()[:-1] + "\x00", text)

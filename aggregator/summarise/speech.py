"""Verbs of speech and stance: which forms they have, and which opening of the page's own may stand for which of them.

An opening is never stronger than the verb of the source: "said" gives "Says that", never "Claims that"; "argued" gives
"Argues that", or the neutral "Says that".
"""

from dataclasses import dataclass

from aggregator.analysis.lexicon import word_set


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_IRREGULAR = {
    "say": "said", "write": "wrote written", "think": "thought thought",
    "find": "found found", "feel": "felt felt", "hold": "held held", "see": "saw seen", "know": "knew known",
    "seek": "sought sought", "swear": "swore sworn", "speak": "spoke spoken", "read": "read read",
    "learn": "learned learned", "point out": "pointed out", "call for": "called for", "call on": "called on",
    "push for": "pushed for", "admit": "admitted admitted", "rebut": "rebutted rebutted", "deny": "denied denied",
    "reply": "replied replied", "testify": "testified testified", "worry": "worried worried",
    "decry": "decried decried",
}  # fmt: skip
#: verbs whose object is a clause: "said (that) the plan failed"
CLAUSE_VERBS = _listed("""
say write argue contend maintain insist warn claim assert allege deny believe think add note explain estimate
predict conclude acknowledge concede admit announce declare state testify suggest vow pledge promise stress
emphasize emphasise complain caution counter respond reply fear hope worry expect report reiterate recall remark
observe agree affirm confirm rule find tweet
""")
#: verbs whose object is a thing, a person or an act: "rejected the claim", "urged the council to wait"
OBJECT_VERBS = _listed("""
accuse urge reject oppose support back praise criticize criticise condemn denounce defend demand welcome dismiss
blame endorse favor favour challenge question dispute ask seek applaud decry deny rebut vow pledge promise refuse
threaten sue
""")
PHRASAL_VERBS = ("call for", "call on", "push for")
#: what a page may open with, or put before words of anybody, without being stronger than any verb of speech
NEUTRAL = "say"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of speech: its base form, what it takes, and its forms."""

    base: str
    clause: bool
    present: str
    past: str
    forms: frozenset[str]

    @property
    def openings(self) -> tuple[str, ...]:
        """How a sentence may open with it, for one holder and for several."""
        tails = (" that ", ": ") if self.clause else (" ",)
        return tuple(form[:1].upper() + form[1:] + tail for tail in tails for form in (self.present, self.base))


def _verb(base: str, clause: bool) -> Verb:
    head, _, particle = base.partition(" ")
    tail = f" {particle}" if particle else ""
    consonant_y = head.endswith("y") and head[-2] not in "aeiou"
    present = head[:-1] + "ies" if consonant_y else head + ("es" if head.endswith(("s", "sh", "ch", "x")) else "s")
    regular = head + "d" if head.endswith("e") else head + "ed"
    past, *others = (_IRREGULAR.get(base) or _IRREGULAR.get(head) or regular).split(" ")
    participle = head[:-1] + "ing" if head.endswith("e") else head + "ing"
    if head in ("admit", "rebut"):
        participle = head + "ting"
    forms = {head, present, past, participle, *(other for other in others if other != particle)}
    if base == NEUTRAL:
        forms |= {"tell", "tells", "told", "telling"}  # "told the council that" is "said that"
    return Verb(base, clause, present + tail, past + tail, frozenset(form + tail for form in forms))


def _by_form() -> dict[str, tuple[Verb, ...]]:
    table: dict[str, tuple[Verb, ...]] = {}
    for verb in VERBS:
        for form in sorted(verb.forms):
            table[form] = (*table.get(form, ()), verb)
    return table


VERBS = (
    *(_verb(base, True) for base in CLAUSE_VERBS),
    *(_verb(base, False) for base in (*OBJECT_VERBS, *PHRASAL_VERBS)),
)
#: every form of every verb, in lower case
BY_FORM = _by_form()
#: opening → the verb it stands for
OPENINGS: dict[str, Verb] = {opening: verb for verb in VERBS for opening in verb.openings}
#: forms that are as often nouns, adjectives or names of things
_NO_SPEECH = word_set("""
back backs question questions ask state states note notes support supports holds challenge challenges push stress
rule rules finds
""")
#: forms of one word that mark speech or thought: what a deleted stretch may not hold
SPEECH_WORDS = (frozenset(form.split(" ")[0] for form in BY_FORM) - _NO_SPEECH) | word_set("""
described describes describing cited citing posted quoted ruled ruling found saying statement according
""")


def licensed(verb: Verb, printed: str) -> bool:
    """Whether `verb` may stand on the page for the verb form `printed` in the source."""
    return verb.base == NEUTRAL or verb in BY_FORM.get(printed.lower(), ())

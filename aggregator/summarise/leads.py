"""What a sentence must be to stand as the dek: the event, told to somebody who knows nothing of it."""

import re

from aggregator.analysis.words import names
from aggregator.summarise.wording import without_quotations

#: nouns that a pronoun for a person may stand for, where nobody is named before it
_PERSON = re.compile(
    r"\b(?:man|woman|boy|girl|mother|father|parents?|students?|drivers?|judge|mayor|officers?|teenager|patients?|"
    r"president|senators?|governor|husband|wife|son|daughter|minister|workers?|employees?|lawyers?|attorney|pastor|"
    r"priest|teachers?|doctors?|lawmakers?|sheriff|chief|gunman|suspect|secretary|nominee|candidate|director|leader|"
    r"king|queen|prince|princess|pope|chancellor|ambassador|actor|actress|singer|author|reporter|journalist|"
    r"congressman|congresswoman|representative|justice|general|soldier|billionaire|businessman|activist)\b",
    re.IGNORECASE,
)
_THING = re.compile(
    r"\b(?:Bill|Act|Amendment|Court|House|Senate|Congress|Committee|Department|University|Party|Street|Avenue|Board|"
    r"Commission|Council|Agency|Proposition|Measure|Resolution|City|County|State|States)\b|\d"
)
_HE = re.compile(r"\b(?:he|she|him|her|his|hers|himself|herself)\b")
_POINTS_BACK = re.compile(
    r"\bin question\b|\bas (?:the|it|he|she|they)(?: [\w-]+){0,2} (?:is|are|was|were) (?:called|known)\b|"
    r"\bthe (?:latter|former)(?=[,.]| (?:is|was|has))|\b(?:this|that|these|those|such) (?:an? )?(?:bill|law|plan|ban|"
    r"case|deal|move|vote|ruling|decision|measure|proposal|drug|company|group|man|woman|attack|storm|fire|crash)\b|"
    r"\bthe same (?:day|week|month|bill|law|group|man|woman)\b|"
    r"\bthe (?:other|second|third) (?:bill|man|woman|suspect)\b|\balso (?:said|told|added)\b"
)
#: somebody who saw it: a name and an age that open the sentence
_BYSTANDER = re.compile(r"^(?:[A-Z][\w’'.-]+ ){1,3}[A-Z][\w’'-]+, (?:now )?\d\d?,")
#: an office without its holder's name, a surname with no more than its courtesy title
_UNNAMED = re.compile(r"^The (?:president|governor|mayor|senator|minister|judge|sheriff)\b")
_COURTESY = re.compile(r"^(?:Mr|Mrs|Ms|Dr)\.? [A-Z]")
#: a name of one word like this is no person's
_ADJECTIVE = re.compile(r"[A-Z][a-z]+(?:ic|ish|ese|ian|can)s?$")
_STATE = re.compile(
    r"^[^,]{3,70}?(?:, [^,]{3,60},)? (?:is|are|was|were) (?:now |still |already |also )?(?:a|an|the|one of|among|not|"
    r"more|less|too|very|in|on)\b"
)
_PAST = re.compile(
    r"\bhas long\b|\bhave long\b|\bfor (?:years|decades|months)\b|\bin recent (?:years|months|decades)\b|"
    r"\b(?:is|are|was|were) (?:one of|among) the\b|\bsince (?:18|19|20)\d\d\b|\bonce\b|\bused to\b|"
    r"\bis known (?:for|as)\b|\bon paper\b|\b(?:last|this) (?:spring|summer|autumn|fall|winter|year)\b"
)
_TALK = re.compile(
    r"\bmay be the\b|\bto be exact\b|\blet alone\b|\bnever mind\b|\bhow much\b|\bremains to be seen\b|\bperhaps\b|"
    r"\bit seems\b|\b(?:large|big) bet\b|\bhas (?:learned|obtained)\b",
    re.IGNORECASE,
)


def is_clear(text: str) -> bool:
    """Whether a sentence can be understood by itself: nobody and nothing in it must have been spoken of before."""
    bare = without_quotations(text)
    return not (_POINTS_BACK.search(bare) or _BYSTANDER.match(bare) or _UNNAMED.match(bare) or _is_owed(bare))


def _is_owed(text: str) -> bool:
    """Whether "he" or "her" comes before a person: a name that is no bill's or court's, or a word for a person."""
    match = _HE.search(text)
    if not match:
        return False
    before = text[: match.start()]
    return not _PERSON.search(before) and all(
        _THING.search(name.text) or _ADJECTIVE.match(name.text) for name in names(before)
    )


def side_matter(text: str) -> int:
    """How much of a sentence is no event, from 0: what somebody is, what was long before, talk, who is half named."""
    bare = without_quotations(text)
    return sum(
        bool(found) for found in (_STATE.match(bare), _PAST.search(bare), _TALK.search(bare), _COURTESY.match(bare))
    )

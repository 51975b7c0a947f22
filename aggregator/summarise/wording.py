"""What a sentence must look like to stand on a page by itself, and the closed word lists behind that.

The lists are English. They name what made pages unreadable or unfair when pages were read beside their sources:
openers that refer back, loaded words in the outlet's own voice, headlines that tease.
"""

import re
from functools import lru_cache

from aggregator.analysis.lexicon import word_set
from aggregator.summarise.spans import is_finite, tokens

_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")
FIRST_PERSON = re.compile(
    r"\b(?:I|we|We|my|My|our|Our|us|me|you|You|your|Your|I’m|I'm|let’s|Let’s|let's|Let's)\b(?!\.)"
)
_LOADED = re.compile(
    r"\b(?:around here|right here|here in|this town|our state|this newspaper|shameful|disgrace\w*|radical|extremist|"
    r"extremists|cynical\w*|hypocri\w+|corrupt|thug\w*|"
    r"insane|crazy|ridiculous\w*|absurd\w*|pathetic|sham|farce|stunning\w*|shocking\w*|outrageous\w*|bombshell|"
    r"slam\w*|"
    r"blast(?:ed|s|ing)|rip(?:ped|s) into|destroy(?:ed|s)|thunder\w*|swamp|elites?|cronies|racket|skimm\w+|poured|"
    r"giants?|big shots?|crooks?|little guy|swear[s]?|brazen\w*|heroic\w*|tragically|sadly|fortunately|unfortunately|"
    r"of course|obviously|clearly|plainly|surely|frankly|laughable|nonsense|"
    r"crow(?:ed|s)|embarrass\w+|(?:right|wrong) move|says (?:something|even more|a lot|much) about|heavy-handed|"
    r"backfir\w+|"
    r"inflammatory|ill-advised|isolated the|brave|principled|fabrication\w*|peculiar|staggering|dysfunction\w*|wild|"
    r"unseemly|"
    r"potshots|brittle|blindsided|treacher\w+|bitter\w*|furious\w*|fury|rage\w*|humiliat\w+|debacle|fiasco|circus|"
    r"charade|stunt|ploy|pander\w*|capitulat\w+|delight\w*|"
    r"derisive\w*|inevitabl\w+|much of the blame|notorious\w*|infamous\w*|chaotic|nightmare|cruel\w*|vicious\w*|evil|"
    r"greedy|lavish\w*|scandal-\w+|woke|leftists?|left-wing|right-wing|far-left|far-right|"
    r"socialist|fascist|mainstream media|fake news|witch hunt|smear\w*|rant\w*|tirade|meltdown|"
    r"cheer(?:ed|s|ing)|dodg(?:ed|es|ing)|whin\w+|boast\w*|gloat\w*|hysteri\w+|swindl\w+|betray\w*|brutal\w*)\b",
    re.IGNORECASE,
)
_TEASES = re.compile(
    r"^(?:why|how|what|who|when|where|watch|video|opinion|editorial|analysis|live|listen|meet|inside|here|this|these|"
    r"\d+ (?:things|ways|reasons|questions)|five questions|the latest|read|exclusive|breaking)\b",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"^(?:exclusive|breaking|update|watch|related|video|photos?|opinion|editorial)\b\W|\b(?:click here|sign up|"
    r"subscribe|newsletter|follow us|read more|contributed to this (?:report|story|article)|"
    r"all rights reserved|this (?:story|article) (?:was|has been|is)|photo (?:by|credit|gallery)|getty images|"
    r"ap photo|\w+ ?/ ?(?:reuters|ap|afp|getty|epa|associated press)\b|"
    r"also pictured|file photos?|photo(?:graph)?s? shows?|is pictured|are pictured|advertisement|"
    r"watch (?:the video|above|below)|story continues|"
    r"https?://|pic\.twitter|editor’s note|"
    r"editor's note|correction:|updated? (?:at|on)|told the (?:dispatch|sentinel|lantern)|listen to|is a "
    r"(?:staff )?(?:reporter|writer|columnist|correspondent)|has (?:learned|obtained))\b"
    r"|\bplay video\b|\bhide caption\b|^image |^(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|"
    r"dec)\w*\.? \d+ [-–—] "
    r"|\b(?:is|are) (?:taken|carried|escorted|helped|led) (?:to|into|away|out|from)\b"
    r"|\b(?:is|are) (?:seen|shown) (?:in|on|at|during|after|outside|here)\b"
    r"|\(@\w+\)|\(in (?:millions|billions|thousands)\)|\bnote: |obtained by (?:this|the) newspaper"
    r"|^as \S+(?: \S+){0,6} (?:has |have |first |previously |earlier )?report(?:ed|s),",
    re.IGNORECASE,
)
#: a verb of which the rest stands in the sentence before: "… had —", "the bill would, but it …"
_ELLIPTIC = re.compile(
    r"\b(?:had|has|have|did|does|was|were|is|would|could|will|should) ?(?:—|–|--)"
    r"|\b(?:would|could|did|does|do|should|will|may|might|can|has|had|have), (?:but|and|though|too)\b"
)
#: a capital in the middle of a sentence that begins another one: a heading or a dateline was run into the text
_RUN_ON = re.compile(
    r"\b[a-z]{4,}\. [a-z]|^(?:19|20)\d\d would\b|"
    r"[a-z0-9] (?:The|This|After|As|In|On|When|While|If|It|He|She|They|But|And|For|At|That|There) [a-z]"
)
_DOUBLED = re.compile(r"\b(?!(?:had|that|is|very|bye|so|no)\b)([a-z]+) \1\b")
#: a label instead of a clause before a colon: "Con: …", "The contracts at stake: …"
_LABEL = re.compile(r"(?P<label>[^,.:;“\"]{1,45}):(?= )")
#: a full stop of initials taken for the end of the sentence
_CUT_NAME = re.compile(r" (?!U\.S|U\.N|U\.K|D\.C|E\.U|L\.A)[A-Z]\.[A-Z]\.$")
#: a full stop of an abbreviation taken for the end of the sentence
_CUT_TITLE = re.compile(
    r"\b(?:Gov|Sen|Sens|Rep|Reps|Mr|Mrs|Ms|Dr|Gen|Lt|Col|Sgt|Capt|Rev|Prof|St|No|vs|v|Nos|Prop|Amb|Atty)\.$|,,"
)
#: words of a link box run into the text
_GLUED = re.compile(r"\bMORE\b|[a-z]{3}(?:GOP|The [A-Z]|Trump|Dem(?:s|ocrats)?\b|Overnight|Hillicon)")
_FINITE = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|could|should|may|might|can|must|do|does|did|said|says|"
    r"told|"
    r"won|lost|left|made|took|gave|came|went|ran|rose|fell|held|met|cut|put|set|hit|let|read|sent|kept|found|began|"
    r"struck|broke|spoke|wrote|drew|grew|saw|led|paid|got|stood|sat|shot|hurt|cost|spent|[a-z]{2,}(?:ed|es|s)|"
    r"isn’t|aren’t|wasn’t|won’t|can’t|don’t|doesn’t|didn’t)\b"
)


def without_quotations(text: str) -> str:
    """`text` with everything between double quotation marks blanked, at the same length."""
    return _QUOTED.sub(lambda match: " " * len(match.group()), text)


def is_loaded(text: str) -> bool:
    """Whether the outlet's own words, outside quotations, carry an opinion: a loaded word, or a demand of its own."""
    bare = without_quotations(text)
    demands = _DEMANDS.search(bare) and not _SPEECH.search(bare)
    return bool(_LOADED.search(bare) or demands) or "!" in bare


_DEMANDS = re.compile(
    r"\b(?:should|ought to|must not|deserves?(?: to)?|had better|needs? to be|it is time|it’s time)\b"
)
_SPEECH = re.compile(
    r"\b(?:sa(?:id|ys?)|told|tells|argu(?:ed|es?)|warn(?:ed|s)|claim(?:ed|s)|insist(?:ed|s)|accord\w*|believ\w+|"
    r"content?d(?:ed|s)|urg(?:ed|es)|call(?:ed|s|ing)|propos\w+|ask(?:ed|s|ing)|whether|recommend\w*|rul(?:ed|es|"
    r"ing)|"
    r"vot(?:ed|es)|demand\w*|debat\w+|question\w*|suggest\w*|advis\w+|wrote|writes|thinks?|thought|want(?:ed|s)?)\b"
)


_ATTRIBUTED = re.compile(
    r"\b(?:said|says|told|argued|argues|warned|claimed|insisted|according to|believes?|contends?|maintains?|"
    r"testified|"
    r"accus(?:ed|es)|urged|called|denied|rejected)\b"
)


def is_attributed(text: str) -> bool:
    """Whether a sentence gives what it tells to a speaker."""
    return bool(_ATTRIBUTED.search(without_quotations(text)))


def is_plain_title(title: str) -> bool:
    """Whether a headline tells what happened: no question, teaser, label, quotation, loaded word or shouting."""
    letters = [char for char in title if char.isalpha()]
    shouts = sum(char.isupper() for char in letters) > 0.5 * max(1, len(letters))
    marks = any(mark in title for mark in '?!“”"‘') or re.search(r"(?:^|\s)'|\b\w+:", title)
    return not (shouts or marks or _TEASES.match(title) or is_loaded(title) or FIRST_PERSON.search(title))


def is_balanced(text: str) -> bool:
    """Whether quotation marks and brackets of `text` close."""
    return (
        text.count("“") == text.count("”")
        and text.count('"') % 2 == 0
        and text.count("(") == text.count(")")
        and text.count("[") == text.count("]")
    )


_SUBORDINATES = word_set("""
who which that why how what when where while because if as before after whose until
""")


def has_main_clause(text: str) -> bool:
    """Whether some verb of a sentence stands outside its subordinate clauses, by counting."""
    finite, opened = 0, 0
    for token in tokens(text):
        if token.word in _SUBORDINATES:
            opened += 1
        elif is_finite(token):
            if opened == 0:
                return True
            finite += 1
    return finite > opened or not opened


def _is_labelled(text: str) -> bool:
    """Whether a few words without a verb stand before a colon at the front."""
    match = _LABEL.match(text)
    return match is not None and not any(is_finite(token) for token in tokens(match["label"]))


#: brackets of editors, of templates and of markup
_CODE = re.compile(r"[\[<>{}]")


@lru_cache(maxsize=32_768)
def is_report(text: str) -> bool:
    """Whether a sentence is a statement of fact in the third person, whole and free of site furniture."""
    bare = without_quotations(text)
    words = text.split()
    return (
        6 <= len(words) <= 50
        and text[:1].isalnum()
        and not text[:1].islower()
        and text.rstrip("”\"’')")[-1:] in ".…"
        and not text.endswith(("...", "…", ".”.", "mr.", "Mr."))
        and "?" not in bare
        and is_balanced(text)
        and not FIRST_PERSON.search(bare.replace("U.S.", "").replace("US ", ""))
        and not _FURNITURE.search(text)
        and not _GLUED.search(text)
        and not _CUT_NAME.search(text)
        and not _CUT_TITLE.search(text)
        and not _ELLIPTIC.search(bare)
        and not _RUN_ON.search(bare)
        and not _DOUBLED.search(bare)
        and not _is_labelled(bare)
        and bool(_FINITE.search(bare))
        and has_main_clause(bare)
        and not _CODE.search(text)
        and sum(char.isupper() for char in text) < 0.35 * len(text)
    )

"""What a sentence must look like to stand on a page by itself, and the closed word lists behind that.

The lists are English. They name what made pages unreadable or unfair when pages were read beside their sources:
openers that refer back, loaded words in the outlet's own voice, headlines that tease.
"""

import re
from functools import lru_cache

from aggregator.analysis.lexicon import word_set
from aggregator.summarise.spans import is_finite, tokens

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_REFERS_BACK = re.compile(
    r"(?:He|She|They|It|This|That|These|Those|His|Her|Hers|Their|Its|Him|Them|Such|Both|Neither|Either|Another|Others?|"
    r"\w+ of (?:them|those|these)|None of (?:them|those|these)|One of (?:them|those|these)|"
    r"The (?:two|pair|man|woman|men|women|boy|girl|latter|former|same|move|decision|ruling|statement|comments?|"
    r"remarks?|"
    r"announcement|group|company|firm|agency|organi[sz]ation|suspect|officer|measure|proposal|plan|order|letter|"
    r"document|documents|findings?|report|study|survey|poll|incident|news|change|changes|result|results|first|second|"
    r"third|last|other|others|answer|reason|problem|question|idea|point|figures?|numbers?|total|latest|alliance|"
    r"institute|post|video|tweet|account|response|approach|effort|lawsuit|complaint|filing|legislation|deal|"
    r"sentence|sum|amount|difference|rest|remainder|most|only)|"
    r"A (?:second|third|fourth|final|similar|further|few)|An?other|Two more|Three more|Most of)\b(?!-)"
)
_CONNECTS = re.compile(
    r"(?:However|But|And|Or|Nor|So|Yet|Still|Also|Then|Thus|Hence|Therefore|Moreover|Furthermore|Besides|Instead|"
    r"Meanwhile|Nevertheless|Nonetheless|Otherwise|Similarly|Likewise|Indeed|Even|Rather|Too|Again|Now|Plus|Perhaps|"
    r"Maybe|More importantly|Importantly|Actually|Already|Overall|In this (?:respect|way|case)|Not coincidentally|"
    r"Anyone who|"
    r"Unsurprisingly|Surprisingly|Ironically|Admittedly|Granted|Regardless|Either way|In short|In sum|In fairness|"
    r"In reality|In theory|In practice|At (?:issue|stake)|If so|Of course|In fact|In addition|In contrast|By contrast|"
    r"On the other hand|As a result|For (?:example|instance)|"
    r"At the same time|In (?:turn|other words|response|all|that case|the end)|After all|Not (?:everyone|all|only|"
    r"every)|"
    r"Here\b|Here’s|There,|That(?:’|')s|It(?:’|')s|Because|Asked|Among (?:them|those|these)|Add to|Nor|Glad|Like|"
    r"Unlike|"
    r"What|Why|How|Who|Whether|When he|When she|When they|As he|As she|After he|After she|"
    r"Later|Earlier|Eventually|Previously|Separately|Elsewhere|First|Second|Third|Finally|Next|Hours later|Days later|"
    r"Yesterday|Today|Tomorrow|Tonight|That alone|This alone|Concede|Put together|Taken together|Quick|Consider|Think|"
    r"Imagine|Remember|Note that|Notes on|Look|See|Ask|Meet|Welcome|Enter|Call it|"
    r"Since then|Before that|After that|By then|Until then|At that point|At the time|That (?:same )?(?:day|night|"
    r"year))\b"
)
_ASIDES = re.compile(
    r"(?:Here\b|Here’s|Here's|Below|Above|Quick|That alone|This alone|Put together|Put differently|Concede|Consider|"
    r"Think|Imagine|"
    r"Remember|Notes on|Look|See|Meet|Welcome|Enter|Call it|Attached|Glad|Fine\b|So why|In plain|Fair enough|True,|"
    r"Sure,|"
    r"To be (?:clear|fair|sure)|Make no mistake|No wonder|Small wonder|Not bad|Good luck)\b"
)
_FIRST_PERSON = re.compile(
    r"\b(?:I|we|We|my|My|our|Our|us|me|you|You|your|Your|I’m|I'm|let’s|Let’s|let's|Let's)\b(?!\.)"
)
_LOADED = re.compile(
    r"\b(?:around here|right here|here in|this town|our state|this newspaper|shameful|disgrace\w*|radical|extremist|"
    r"extremists|cynical\w*|hypocri\w+|corrupt|thug\w*|"
    r"insane|crazy|ridiculous\w*|absurd\w*|pathetic|sham|farce|stunning\w*|shocking\w*|outrageous\w*|bombshell|slam\w*|"
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
_SCENE = re.compile(
    r"^(?:At (?:\d|a quarter|half|dawn|dusk|noon|midnight|first light)|On a |In a (?:small|crowded|dim|quiet)|It was |"
    r"Halfway|Standing|Sitting|Sat |Late one|Early one|One (?:morning|night|day|evening)|For (?:most|years|decades)|"
    r"The (?:lights|smell|sound|sun|rain|phone)|There (?:was|were|is|are) )",
)
_FURNITURE = re.compile(
    r"^(?:exclusive|breaking|update|watch|related|video|photos?|opinion|editorial)\b\W|\b(?:click here|sign up|"
    r"subscribe|newsletter|follow us|read more|contributed to this (?:report|story|article)|"
    r"all rights reserved|this (?:story|article) (?:was|has been|is)|photo (?:by|credit|gallery)|getty images|"
    r"ap photo|also pictured|file photos?|photos? shows?|is pictured|are pictured|advertisement|watch (?:the video|"
    r"above|below)|story continues|"
    r"https?://|pic\.twitter|editor’s note|"
    r"editor's note|correction:|updated? (?:at|on)|told the (?:dispatch|sentinel|lantern)|listen to|is a "
    r"(?:staff )?(?:reporter|writer|columnist|correspondent)|has (?:learned|obtained))\b",
    re.IGNORECASE,
)
#: a verb of which the rest stands in the sentence before
_ELLIPTIC = re.compile(r"\b(?:had|has|have|did|does|was|were|is|would|could|will|should) ?(?:—|–|--)")
#: a full stop of initials taken for the end of the sentence
_CUT_NAME = re.compile(r" (?!U\.S|U\.N|U\.K|D\.C|E\.U|L\.A)[A-Z]\.[A-Z]\.$")
#: words of a link box run into the text
_GLUED = re.compile(r"\bMORE\b|[a-z]{3}(?:GOP|The [A-Z]|Trump|Dem(?:s|ocrats)?\b|Overnight|Hillicon)")
_FINITE = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|could|should|may|might|can|must|do|does|did|said|says|told|"
    r"won|lost|left|made|took|gave|came|went|ran|rose|fell|held|met|cut|put|set|hit|let|read|sent|kept|found|began|"
    r"struck|broke|spoke|wrote|drew|grew|saw|led|paid|got|stood|sat|shot|hurt|cost|spent|[a-z]{2,}(?:ed|es|s)|"
    r"isn’t|aren’t|wasn’t|won’t|can’t|don’t|doesn’t|didn’t)\b"
)


def without_quotations(text: str) -> str:
    """`text` with everything between double quotation marks blanked, at the same length."""
    return _QUOTED.sub(lambda match: " " * len(match.group()), text)


def refers_back(text: str) -> bool:
    """Whether the opening of a sentence leans on a sentence before it."""
    return bool(_REFERS_BACK.match(text) or _CONNECTS.match(text))


def is_aside(text: str) -> bool:
    """Whether a sentence talks to the reader about the telling ("Here is the news", "Quick recap")."""
    return bool(_ASIDES.match(text))


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
    r"content?d(?:ed|s)|urg(?:ed|es)|call(?:ed|s|ing)|propos\w+|ask(?:ed|s|ing)|whether|recommend\w*|rul(?:ed|es|ing)|"
    r"vot(?:ed|es)|demand\w*|debat\w+|question\w*|suggest\w*|advis\w+|wrote|writes|thinks?|thought|want(?:ed|s)?)\b"
)


def is_opinionated(text: str) -> bool:
    """Whether a sentence of an outlet argues: a loaded word, a question, the first or second person."""
    bare = without_quotations(text)
    argues = "?" in bare or _ARGUES.search(bare) or _FIRST_PERSON.search(bare.replace("U.S.", ""))
    return is_loaded(text) or bool(argues)


_ARGUES = re.compile(
    r"\b(?:actually|simply|hardly|merely|indeed|perhaps|surely|arguably|undoubtedly|certainly|of course|in fact|"
    r"that(?:’|')s (?:wrong|right|why|not)|no matter|far from|it(?:’|')s (?:clear|hard|easy|worth|time)|the (?:truth|"
    r"point|"
    r"problem|irony|fact) is|seems?|makes? (?:no )?sense)\b",
    re.IGNORECASE,
)


_ATTRIBUTED = re.compile(
    r"\b(?:said|says|told|argued|argues|warned|claimed|insisted|according to|believes?|contends?|maintains?|testified|"
    r"accus(?:ed|es)|urged|called|denied|rejected)\b"
)


def is_attributed(text: str) -> bool:
    """Whether a sentence gives what it tells to a speaker."""
    return bool(_ATTRIBUTED.search(without_quotations(text)))


def is_informal(text: str) -> bool:
    """Whether an outlet's own words talk: "that’s", "they’ll"."""
    return bool(
        re.search(
            r"\b(?:[Tt]hat|[Ii]t|[Hh]e|[Ss]he|[Tt]here|[Tt]hey|who)[’'](?:s|ll|ve|re|d)\b", without_quotations(text)
        )
    )


def is_scene(text: str) -> bool:
    """Whether a sentence sets a scene instead of telling the event."""
    return bool(_SCENE.match(text))


def is_plain_title(title: str) -> bool:
    """Whether a headline tells what happened: no question, teaser, label, quotation, loaded word or shouting."""
    letters = [char for char in title if char.isalpha()]
    shouts = sum(char.isupper() for char in letters) > 0.5 * max(1, len(letters))
    marks = any(mark in title for mark in '?!“”"‘') or re.search(r"(?:^|\s)'|\b\w+:", title)
    return not (shouts or marks or _TEASES.match(title) or is_loaded(title) or _FIRST_PERSON.search(title))


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


#: brackets of editors, of templates and of markup
_CODE = re.compile(r"[\[<>{}]")


@lru_cache(maxsize=8_192)
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
        and not _FIRST_PERSON.search(bare.replace("U.S.", "").replace("US ", ""))
        and not _FURNITURE.search(text)
        and not _GLUED.search(text)
        and not _CUT_NAME.search(text)
        and not _ELLIPTIC.search(bare)
        and bool(_FINITE.search(bare))
        and has_main_clause(bare)
        and not _CODE.search(text)
        and sum(char.isupper() for char in text) < 0.35 * len(text)
    )

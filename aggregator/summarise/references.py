"""Whether a sentence stands alone: words in it that point to a sentence which is not printed.

Made by reading pages beside their sources. The cues are those of anaphora resolution's first step, taken as reasons to
leave a sentence out and never resolved: an opening that leans back, a pronoun or "such"/"those" before anything that it
could stand for, a time told from another one ("the next month"), a number without its noun, a definite noun phrase that
nothing introduced.
"""

import re
from collections.abc import Container, Sequence

from aggregator.analysis.lexicon import word_set
from aggregator.analysis.words import content_words
from aggregator.summarise.spans import Token, is_finite, tokens
from aggregator.summarise.wording import without_quotations

_REFERS_BACK = re.compile(
    r"(?:He|She|They|It|This|That|These|Those|His|Her|Hers|Their|Its|Him|Them|Such|Both|Neither|Either|Another|"
    r"Others?|"
    r"\w+ of (?:them|those|these)|None of (?:them|those|these)|One of (?:them|those|these)|"
    r"The (?:two|pair|man|woman|men|women|boy|girl|latter|former|same|move|decision|ruling|statement|comments?|"
    r"remarks?|"
    r"announcement|group|company|firm|agency|organi[sz]ation|suspect|officer|measure|proposal|plan|order|letter|"
    r"document|documents|findings?|report|study|survey|poll|incident|news|change|changes|result|results|first|second|"
    r"third|last|other|others|answer|reason|problem|question|idea|point|(?:figures?|numbers?)(?! of)|total|latest|"
    r"alliance|"
    r"institute|post|video|tweet|account|response|approach|effort|lawsuit|complaint|filing|legislation|deal|"
    r"sentence|sum|amount|difference|rest|remainder|most|only)|"
    r"A (?:second|third|fourth|final|similar|further|few)|An?other|Two more|Three more|Most of)\b(?!-)"
)
_CONNECTS = re.compile(
    r"(?:However|But|And|Or|Nor|So|Yet|Still|Also|Then|Thus|Hence|Therefore|Moreover|Furthermore|Besides|Instead|"
    r"Meanwhile|Nevertheless|Nonetheless|Otherwise|Similarly|Likewise|Indeed|Even|Rather|Too|Again|Now|Plus|Perhaps|"
    r"Maybe|More importantly|Importantly|Actually|Already|Overall|In this (?:respect|way|case)|Not coincidentally|"
    r"Anyone who|More likely|Legally|Broadly speaking|Historically speaking|Thanks to (?:this|that|the)|"
    r"Unsurprisingly|Surprisingly|Ironically|Admittedly|Granted|Regardless|Either way|In short|In sum|In fairness|"
    r"In reality|In theory|In practice|At (?:issue|stake)|If so|Of course|In fact|In addition|In contrast|"
    r"By contrast|"
    r"On the other hand|As a result|For (?:example|instance)|In (?:both|each|either|neither) |"
    r"At the same time|In (?:turn|other words|response|all|that case|the end)|After all|Not (?:everyone|all|only|"
    r"every)|"
    r"Here\b|Here’s|There,|That(?:’|')s|It(?:’|')s|Because|Asked|Among (?:them|those|these)|Add to|Nor|Glad|Like|"
    r"Unlike|"
    r"What|Why|How|Who|Whether|When he|When she|When they|As he|As she|After he|After she|"
    r"Later|Earlier|Eventually|Previously|Separately|Elsewhere|First|Second|Third|Finally|Next|Hours later|"
    r"Days later|"
    r"Yesterday|Today|Tomorrow|Tonight|That alone|This alone|Concede|Put together|Taken together|Quick|Consider|"
    r"Think|"
    r"Imagine|Remember|Note that|Notes on|Look|See|Ask|Meet|Welcome|Enter|Call it|"
    r"Since then|Before that|After that|By then|Until then|At that point|At the time|That (?:same )?(?:day|night|"
    r"year))\b"
)
#: a pronoun as the subject behind an opening phrase stands for something before the sentence: "By 2031 it will …"
_AFTER_PHRASE = re.compile(
    r"(?:At|In|On|By|For|From|With|Within|During|Since|Under|Over|After|Before|Until|Accompanied|Speaking|Asked|"
    r"Currently|Overall|Then|Last|This|Next)\b[^,;:“\"]{0,60}(?:, [^,;:“\"]{3,50}){0,2},? (?P<pronoun>it|"
    r"they)\b(?! is (?:the )?"
    r"[a-z]+ that)"
)
#: a condition about somebody who was not named: "If they agree on a text"
_CONDITION = re.compile(
    r"(?:If|When|While|As|Once|Unless|Until|Before|After|Although|Though|Since) (?:they|it|them|this|these)\b"
)
#: somebody named before by a place and an office: "the Utah congressman"
_RENAMED = re.compile(
    r"The (?:[A-Z][\w’'-]+ ){1,3}(?:congressman|congresswoman|senator|lawmaker|governor|mayor|native|billionaire|"
    r"businessman|"
    r"resident|court|appeals court)\b(?! [A-Z])"
)
_EMPTY_IT = re.compile(
    r"\bit (?:is|was|will be|would be|may be|might be|could be|has been|became|becomes|seems|appears|takes|took)"
    r" (?:[\w’']+ ){1,3}?(?:that|to|whether|if|when|who|how|why)\b"
)
#: an object that only the sentence before can have named, since the subject alone stands before it: "… passed it last"
_OBJECT = re.compile(
    r"(?:(?!(?:and|that|which|as|when|if|because|while|but|after|before|make|makes|made|making|said|says)\b)"
    r"[\w’'.$-]+ ){1,6}(?:it|them)(?= (?:out|in|on|at|to|by|for|from|as|with|last|this|after|before|up|down|off|over|"
    r"into|"
    r"through|late|early|again)\b|[,.;])"
)
#: words for a person or thing spoken of before, anywhere in the sentence
_POINTS = re.compile(
    r"\bsuch (?!as\b)(?:an? )?[a-z]+|\bthose (?!who|whose|that|of|in|from|with|without|on|at|under|over|being|for|"
    r"affected|\w+ed\b|\w+ing\b)[a-z]+|\bthese (?!days)[a-z]+|\bthat way\b|"
    r"\bby this\b|\b(?:had|has|have|having) been (?:done|placed|handled) that\b|"
    r"\b(?:of|among) (?:them|these|those)\b(?! (?:who|whose|that|in|from|with|affected|\w+ed|\w+ing)\b)|"
    r"\bthe (?:latter|former)(?= (?:is|was|are|were|has|had|of)\b|[,.;])|\bthe (?:first|second|third|other|"
    r"others)(?=[,.;]|$)"
    r"|\b(?:in|on|to|from|at|about|with|by|for|of|into|against|before|since|after|under|over|like|reached|reach|made|"
    r"make|took|take|asked|call|"
    r"called) "
    r"that (?!of\b|the\b|is\b)[a-z]+(?=\W)"
    r"|\b(?:in|on|to|from|at|about|with|by|for|into|against|before) this (?!week|month|year|time|morning|summer|"
    r"spring|fall|"
    r"winter|season|point|day|afternoon|evening|moment|decade|century)[a-z]+"
    r"|\bthis (?:is|was|would|will|has|had|means|meant|to be|as)\b|\b(?:just|do|did|does|done|"
    r"doing) that(?=[,.; ]*(?:$|[,.;]|"
    r"by\b|in\b))"
    r"|\b(?:that|those|these) (?:same )?(?:city|town|question|phrase|trend|idea|view|claim|issue|notion|argument|"
    r"approach|"
    r"policy|practice|position|decision|move|meeting|deadline|letter|report|district|conclusion|labels)\b(?! (?:is|"
    r"was) )"
    r"|\b(?:that|this) one\b|\bboth (?!sides|parties|chambers|houses|countries|nations)[a-z]+s\b(?! and\b)"
    r"|\ba similar \w+\b|\band more on\b|\bhere\b(?! to stay)"
)
#: how far into a sentence a word points outside it; further on it mostly stands for what the sentence named
_FRONT = 130
#: what has a name or a story of its own, without it: "before the court", "the deal also appeared", "the two leaders"
_BODIES = re.compile(
    r"\bthe (?:(?P<noun>court|chamber|panel|committee|commission|board|agency|union|university|newspaper|firm|"
    r"lawsuit|filing|"
    r"memos?|proposal|measure|hearing|summit|deal|scheme|programs?|programme|child|boy|girl|suspect|shooter|gunman|"
    r"inquiry|"
    r"interview|allegations|accusations|giveaway|handout|event|seat|letter|film|video|site)"
    r"(?= (?:is|was|are|were|has|have|had|said|says|also|will|would|could|may|did|does)\b|[,.;’'])"
    r"|(?:\d+|two|three|four|five|six|seven) (?P<counted>[a-z]+s)\b)"
)
#: a time told from a time before the sentence
_THEN = re.compile(
    r"\b(?:at the time|at that (?:time|point|moment)|the (?:next|following|same|previous) (?:day|night|morning|week|"
    r"month|year|"
    r"evening)|(?:that(?: same)?|the same) (?:day|night|morning|afternoon|evening|week|month|summer|spring|fall|"
    r"winter)|"
    r"since then|by then|until then|back then|(?:days|weeks|months|hours|years|minutes|moments|a day|a week|a month|"
    r"a year)"
    r" (?:later|earlier|before)(?=[,.;]|$))\b|\bsince(?=[,.;]|$| in an? )|\bas much(?=[,.;])"
)
_DATED = re.compile(
    r"\b(?:\d{1,2}(?::\d\d)? ?[ap]\.?m|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:January|February|March|April|"
    r"June|July|"
    r"August|September|October|November|December|Jan|Feb|Aug|Sept|Oct|Nov|Dec|May)\b\.? \d|(?:19|20)\d\d|last|after|"
    r"when|before)\b"
)
#: words given to a speaker of whom an earlier sentence told: "…, she said."
_SAID_BACK = re.compile(
    r",? (?:he|she|they|it) (?:(?:also|later|then|has|had) )?(?:said|says|added|adds|wrote|writes|argued|argues|"
    r"noted|"
    r"told|explained|continued|warned)(?=[,.:;]|$| (?:in|on|at|during)\b)"
)
_CONTRASTS = re.compile(
    r"[^,“\"]{3,45}, (?:though|too|then|instead|however|meanwhile|by (?:contrast|comparison)|in turn|"
    r"on the other hand|"
    r"for (?:instance|example)|for (?:his|her|its|their) part),"
)
#: a sentence that ends in a count without what is counted, or a count as a noun: "it will draw 1,450", "the 141 that"
_BARE_NUMBER = re.compile(
    r"\b(?:draw|draws|drew|has|have|had|for|want|wants|need|needs|use|uses|got|get|gets|reach|signed|sold)"
    r" (?:about |roughly |some |only |just )?\d[\d,]*(?:\.$|;|$)|\bthe \d[\d,]* (?:that|which|had|has|have)\b|"
    r"\b\d+ (?:do|did)\b"
)
_PLURAL = re.compile(
    r"\b(?!(?:was|has|does|its|his|says|plans|wants|needs)\b)(?:[A-Za-z][\w’'-]*[^su\W]s|people|children|men|women|"
    r"police|and|[Mm]edia|staff|both|data)\b"
)


#: a count of something that stood before
_COUNTED = re.compile(
    r"(?:All|Each|Some|Many|Most|Several|None|Few|Half|A few) "
    r"(?:were|was|are|is|have|has|had|did|do|will|would|could|can|said|say|got|went|came|left|[a-z]{3,}ed)\b|"
    r"(?:Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Eleven|Twelve|[A-Z][a-z]+teen|[A-Z][a-z]+ty(?:-[a-z]+)?) "
    r"(?:were|was|are|have|had|did|will|would|said|say|went|came|left|[a-z]{3,}ed)\b"
)


def refers_back(text: str) -> bool:
    """Whether the opening of a sentence leans on a sentence before it."""
    return bool(_REFERS_BACK.match(text) or _CONNECTS.match(text) or _COUNTED.match(text))


def points_outside(text: str, known: Container[str] = frozenset()) -> bool:
    """Whether something in a sentence, outside quotations, stands for what only an earlier sentence can have named.

    `known` are content words that the reader has met: "the committee" is clear where a committee was printed.
    """
    bare = without_quotations(text)
    if _CONDITION.match(bare) or _RENAMED.match(bare):
        return True
    opening = _AFTER_PHRASE.match(bare)
    if opening and not _EMPTY_IT.search(bare[max(0, opening.end() - 4) :][:60]):
        return True
    if _BARE_NUMBER.search(bare) or _CONTRASTS.match(bare) or _OBJECT.match(bare):
        return True
    if any(not _introduced(match, bare) for match in _POINTS.finditer(bare[:_FRONT])):
        return True
    if _body_unnamed(bare, known):
        return True
    then = _THEN.search(bare)
    if then and not _DATED.search(bare[: then.start()]):
        return True
    said = _SAID_BACK.search(bare)
    if said and not _speaks(bare[: said.start()]):
        return True
    return _lone_plural(bare)


def _introduced(match: re.Match[str], bare: str) -> bool:
    """Whether what a pointing word points to stands earlier in the sentence."""
    words, before = match.group().split(), bare[: match.start()]
    if words[0] in ("of", "among"):
        return bool(_PLURAL.search(before))
    if words[0] == "both":
        return " and " in before
    head = content_words(words[-1])
    return words[0] in _POINTERS and bool(head) and head[-1] in content_words(before)


_POINTERS = word_set("such those these that this")


def _body_unnamed(bare: str, known: Container[str]) -> bool:
    """Whether "the court" or "the two leaders" comes in a sentence that does not say which one."""
    for match in _BODIES.finditer(bare[:_FRONT]):
        before = bare[: match.start()]
        noun = content_words(match["noun"] or match["counted"])
        if noun and not _met(noun[-1], known) and not _met(noun[-1], content_words(before)):
            return True
    return False


def _speaks(before: str) -> bool:
    """Whether somebody speaks already in the words before "he said"."""
    return bool(re.search(r"\b(?:sa(?:id|ys)|told|asked|argued|wrote|warned|acknowledged|insisted)\b", before))


def _lone_plural(bare: str) -> bool:
    """Whether "they" or "them" comes before any plural."""
    match = re.search(r"\b(?:they|them)\b", bare)
    return match is not None and not _PLURAL.search(bare[: match.start()])


_DETERMINED = re.compile(
    r"(?:(?P<phrase>(?:Under|By|In|At|After|Before|With|From|On|For|During|Through|Despite) (?:the|this|that))|"
    r"The|This|That|These|Those) (?=[a-z])"
)
_SUPERLATIVE = re.compile(r"\w{2,}est|first|last|only|most|least|latest|next")
_SAYS_WHICH = word_set("of that who which for between to behind against where when whose")
_STOPS = word_set("in on at from with by under over near about into as after before during since and or but")


def is_definite(text: str, known: Container[str]) -> bool:
    """Whether a sentence opens with "The" and a common noun that an earlier sentence must have introduced.

    `known` are content words that the reader has met: those of the titles. A phrase that says itself which one it is
    ("The cost of …") is none.
    """
    match = _DETERMINED.match(text)
    if not match:
        return False
    nouns, stop = _noun_phrase(tokens(text[match.end() : match.end() + 80]), bool(match["phrase"]))
    if not nouns or stop in _SAYS_WHICH or (match["phrase"] and stop != ",") or any(map(_SUPERLATIVE.fullmatch, nouns)):
        return False
    if _UNIQUE.fullmatch(nouns[-1]) or (match["phrase"] and _TIMES.fullmatch(nouns[-1])):
        return False
    head = content_words(nouns[-1])
    return not head or not _met(head[-1], known)


def _noun_phrase(found: Sequence[Token], phrase: bool) -> tuple[list[str], str]:
    """The words of the noun phrase at the front of `found` and the word or mark behind it; none if it is a name.

    `phrase`: it is an opening phrase ("At the meeting Adler said"), so that a name behind it begins the clause.
    """
    nouns: list[str] = []
    for at, token in enumerate(found):
        following = found[at + 1] if at + 1 < len(found) else token
        if nouns and nouns[-1].endswith("s") and not nouns[-1].endswith("ss") and token.word not in _SAYS_WHICH:
            return nouns, token.word  # a verb: "The emails refer to …"
        ends = not token.is_word or is_finite(token) or token.word in _STOPS or token.word in _SAYS_WHICH
        verb = token.word.endswith("s") and nouns and following.is_word and not is_finite(following)
        if ends or (verb and following.word not in _STOPS | _SAYS_WHICH):
            return nouns, token.word
        if token.text[0].isupper() or len(nouns) == 4:
            return (nouns, ",") if phrase and nouns else ([], token.word)
        nouns.append(token.word)
    return [], ""


def _met(noun: str, known: Container[str]) -> bool:
    """Whether a noun was printed, or another one that stories use for the same thing."""
    same = next((group for group in _SAME_THING if noun in group), (noun,))
    return any(word in known for word in same)


_UNIQUE = re.compile(
    r"president|government|administration|public|country|nation|state|city|house|senate|world|economy|military|"
    r"police|"
    r"weekend|internet|media|army|weather"
)
_TIMES = re.compile(
    r"past|future|meantime|moment|morning|afternoon|evening|summer|winter|spring|fall|autumn|quarter|half|year|month|"
    r"week|"
    r"day|night|decade|century|end|beginning|start|days|weeks|months|years|decades|wake|face|absence|time|ground|road"
)
#: nouns that stories use for one thing by turns, so that the one introduces the other
_SAME_THING = tuple(
    frozenset(content_words(words))
    for words in (
        "bill act law legislation measure proposal plan package reform",
        "ruling decision judgment verdict order opinion",
        "court judge justice panel",
        "quake earthquake temblor",
        "merger deal acquisition takeover purchase bid",
        "strike walkout stoppage",
        "storm hurricane cyclone",
        "attack shooting bombing",
        "ban prohibition restriction",
        "indictment charges case",
        "drug treatment medicine",
    )
)

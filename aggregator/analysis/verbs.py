"""Verbs of speech, as patterns over narrator text."""

import re

#: take a that-clause or a quotation
SAY = (
    r"said|says|say|saying|told|tells|telling|tell|add(?:s|ed|ing)|argu(?:e|es|ed|ing)|wrote|writes?|writing|written"
    r"|tweet(?:s|ed|ing)|post(?:ed|ing)|contend(?:s|ed|ing)?|insist(?:s|ed|ing)?|maintain(?:s|ed|ing)?"
    r"|warn(?:s|ed|ing)?|claim(?:s|ed|ing)|den(?:y|ies|ied|ying)|not(?:es|ed|ing)|explain(?:s|ed|ing)?"
    r"|acknowledg(?:e|es|ed|ing)|admit(?:s|ted|ting)?|announc(?:es|ed|ing)|assert(?:s|ed|ing)?|declar(?:e|es|ed|ing)"
    r"|stat(?:ed|ing)|testif(?:y|ies|ied|ying)|conced(?:e|es|ed|ing)|conclud(?:e|es|ed|ing)"
    r"|confirm(?:s|ed|ing)?|continu(?:es|ed)|repl(?:y|ies|ied|ying)|respond(?:s|ed|ing)?|recall(?:s|ed|ing)?"
    r"|observ(?:es|ed|ing)|suggest(?:s|ed|ing)?|stress(?:es|ed|ing)|emphasi[sz](?:es|ed|ing)|predict(?:s|ed|ing)?"
    r"|believ(?:es?|ed)|thinks?|thought|caution(?:s|ed|ing)|complain(?:s|ed|ing)?|counter(?:s|ed|ing)"
    r"|jok(?:es|ed|ing)|quip(?:s|ped)|shout(?:s|ed|ing)|yell(?:s|ed|ing)|ask(?:s|ed|ing)|wonder(?:s|ed|ing)"
    r"|vow(?:s|ed|ing)|pledg(?:es|ed|ing)|promis(?:es|ed|ing)|agree(?:s|d)|recount(?:s|ed|ing)|report(?:s|ed|ing)"
    r"|alleg(?:e|es|ed|ing)|rul(?:es|ed|ing)|found|finds|answer(?:s|ed|ing)|remark(?:s|ed)|reiterat(?:es|ed|ing)"
    r"|repeat(?:s|ed|ing)|exclaim(?:s|ed)|lament(?:s|ed|ing)|muse[sd]|opine[sd]|boast(?:s|ed)|gush(?:es|ed)"
    r"|elaborat(?:es|ed)|reason(?:s|ed)|retort(?:s|ed)|snap(?:s|ped)|sa(?:id|ys) again|whisper(?:s|ed)"
    r"|chant(?:s|ed|ing)"
    r"|cried|cries|fum(?:es|ed)|interject(?:s|ed)|opened|began|begins|summed up|sums up|went on|goes on|put it"
    r"|puts it|put its case|point(?:s|ed|ing)? out|read(?:s|ing)?|estimat(?:es|ed|ing)|hop(?:es|ed)|propos(?:es|ed|ing)"
    r"|recommend(?:s|ed|ing)|argues|finished|offered|guess(?:es|ed)|laughed|shrugged|sighed|texted|emailed|signed off"
    r"|affirm(?:s|ed|ing)|proclaim(?:s|ed|ing)|(?:is|was|are|were) quoted as saying|summari[sz](?:es|ed|ing)"
    r"|fears|feared|worr(?:ies|ied)|swore|swears|shot back|fired back|hit back|pushed back|spoke|speaks"
)
#: the quotation, or the object, is what the holder thinks of something
JUDGE = (
    r"call(?:s|ed|ing)?|describ(?:e|es|ed|ing)|brand(?:s|ed|ing)|label(?:s|ed|ing|led|ling)|dismiss(?:es|ed|ing)?"
    r"|denounc(?:e|es|ed|ing)|critici[sz](?:e|es|ed|ing)|condemn(?:s|ed|ing)?|prais(?:e|es|ed|ing)|slam(?:s|med|ming)"
    r"|blast(?:s|ed|ing)|accus(?:e|es|ed|ing)|urg(?:e|es|ed|ing)|demand(?:s|ed|ing)?|reject(?:s|ed|ing)?"
    r"|blam(?:e|es|ed|ing)|defend(?:s|ed|ing)?|oppos(?:e|es|ed|ing)|support(?:s|ed|ing)?|welcom(?:e|es|ed|ing)"
    r"|mock(?:s|ed|ing)|ridicul(?:es|ed|ing)|decr(?:y|ies|ied|ying)|bemoan(?:s|ed)|hail(?:s|ed|ing)|laud(?:s|ed|ing)"
    r"|refer(?:s|red|ring)? to|cit(?:es|ed|ing)|quot(?:es|ed|ing)|credit(?:s|ed|ing)|deem(?:s|ed|ing)|consider(?:s|ed)"
    r"|regard(?:s|ed)|characteri[sz](?:es|ed|ing)|portray(?:s|ed|ing)|derid(?:es|ed|ing)|attack(?:s|ed|ing)"
    r"|compar(?:es|ed|ing)|challeng(?:es|ed|ing)|backs|backed|endors(?:es|ed|ing)|disput(?:es|ed|ing)|rebuk(?:es|ed|ing)"
    r"|lambast(?:s|ed|es|ing)|commend(?:s|ed|ing)|rip(?:s|ped)|scold(?:s|ed)|appeal(?:s|ed) to|pressed"
    r"|order(?:s|ed|ing)|direct(?:s|ed)"
    r"|express(?:es|ed|ing)|voic(?:es|ed|ing)|invok(?:es|ed|ing)|promot(?:es|ed)|tout(?:s|ed|ing)|decline[sd]"
    r"|thank(?:s|ed|ing)|apologi[sz](?:es|ed|ing)|encourag(?:es|ed|ing)|calls? for|called for|calling for"
    r"|want(?:s|ed)|pleaded|pleads|begged|invited|invites|advis(?:es|ed|ing)|instruct(?:s|ed)|objects?|objected"
)
ANY = rf"(?:{SAY}|{JUDGE})"
#: a verb of speech in narrator text
JUDGES = re.compile(JUDGE)
VERB = re.compile(rf"(?<![\w’'-])(?P<verb>{ANY})(?![\w’'-])")
#: nouns that a verb's form may also be, when a determiner or possessive stands before
_NOUNS = re.compile(
    r"\b(?:the|a|an|his|her|their|its|this|that|these|those|no|any|some|many|two|three|of|[A-Z]\w+[’']s)\s+$"
)
NOUN_FORMS = frozenset(
    [
        "claims",
        "notes",
        "reports",
        "states",
        "rules",
        "reads",
        "posts",
        "promises",
        "pledges",
        "vows",
        "warning",
        "writing",
        "ruling",
        "finding",
        "opening",
        "attacks",
        "attack",
        "backs",
        "support",
        "call",
        "calls",
        "demand",
        "demands",
        "order",
        "orders",
        "challenges",
        "hopes",
        "fears",
        "answers",
        "challenge",
        "report",
        "post",
        "posting",
        "read",
        "offered",
        "rip",
        "rips",
        "says",
        "estimates",
        "objects",
        "consider",
        "find",
        "comments",
        "telling",
        "quotes",
        "credits",
    ]
)
#: what may stand between a subject and its verb
AUX = (
    r"(?:(?:has|have|had|is|are|was|were|also|later|then|further|himself|herself|themselves|itself|repeatedly|publicly"
    r"|recently|previously|once|reportedly|flatly|strongly|quickly|sharply|immediately|now|just|even|still|often"
    r"|initially|first|again|only|simply|bluntly|famously|explicitly|specifically|privately|openly|already|both|all"
    r"|each|never|always|consistently|long|similarly|likewise|subsequently|eventually|finally|earlier|would|will|did"
    r"|does|do|could|on|this|last|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|morning|afternoon|evening"
    r"|night|week|month|year|yesterday|today|went|on|to|go|went on to|separately|briefly|angrily|calmly|quietly|wryly"
    r"|personally|merely|instead|therefore|nevertheless|nonetheless|too|a day|early|late|been)\s+)*"
)
_AUX_END = re.compile(rf"(?:^|(?<=[\s,]))(?:{AUX})$")
_NEGATED = re.compile(
    r"(?:n[’']t|\b(?:not|cannot|to|by|be|being|never|without|should|can|may|might|must|let[’']s|let))\s+(?:\w+ly\s+)?$"
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|be|being|gets?|got)\s+(?:\w+ly\s+|also\s+|often\s+|once\s+)?$")


def without_aux(chunk: str) -> str:
    """`chunk`, the text left of a verb, without the auxiliaries and adverbs at its end."""
    match = _AUX_END.search(chunk.rstrip() + " ")
    return chunk[: match.start()].rstrip() if match else chunk.rstrip()


def speaks(verb: str, left: str) -> bool:
    """Whether `verb` after the narrator text `left` is a finite verb or participle of speech: not denied, not passive,
    not a noun."""
    if (verb in NOUN_FORMS or verb.endswith("ing")) and _NOUNS.search(left):
        return False
    if _NEGATED.search(left) and not re.search(r"\b(?:went on|goes on|continued|going on|rose|stood) to\s+$", left):
        return False
    passive = _PASSIVE.search(left)
    return not passive or verb.endswith("ing")

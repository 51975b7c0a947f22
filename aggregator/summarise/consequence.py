"""Sentences that tell what follows from an event, how rare it is or how many it touches, or a dated next step.

The lists are English. What a camp claims, a toll, an older story and somebody's doings are none of these.
"""

import re

from aggregator.summarise.wording import without_quotations

_PEOPLE = (
    r"(?:people|persons|residents|customers|students|pupils|patients|workers|jobs|households|families|homes|Americans|"
    r"citizens|voters|employees|immigrants|migrants|refugees|children|women|men|veterans|taxpayers|borrowers|users|"
    r"drivers|travell?ers|passengers|farmers|businesses|companies|schools|states|countries|seniors|renters|tenants|"
    r"homeowners|consumers|shoppers|beneficiaries|recipients|teachers|nurses|troops|inmates|prisoners)"
)
_MODAL = r"(?:would|could|will|may|might)(?: (?:also|now|likely|effectively|no longer|potentially|further)){0,2}"
_DECISION = (
    r"(?:bills?|measure|legislation|proposals?|act|law|plans?|package|policy|rules?|regulations?|amendment|"
    r"ruling|decision|"
    r"verdict|order|injunction|deal|agreement|pact|accord|merger|treaty|ban|tax|tariffs?|sanctions|cuts|program|"
    r"changes?|"
    r"move|shutdown|strike|closure|vote|referendum|withdrawal|resignation|victory|outcome|result|Act|Amendment)"
)
#: what a decision or event does to others
EFFECT = re.compile(
    rf"\b(?:{_MODAL} (?:affect|cost|force|mean|allow|let|require|raise|lower|cut|end|reshape|determine|decide|expose|"
    r"change|hurt|bring (?:back|an end)|cover|save|drive|push|limit|bar|ban|block|strip|shift|double|triple|reduce|"
    r"increase|expand|extend|eliminate|impose|create|threaten|prevent|protect|apply to|open the|clear the|pave|"
    r"set (?:a|the|"
    r"up)|give|grant|make (?:it|the)|lead to|result in|trigger|restore|restrict|repeal|replace|override|"
    r"overturn|benefit|"
    r"boost|ease|halt|undo|upend|weaken|strengthen|tighten|loosen|lose|face|pay|shape|test|leave|become|"
    r"be (?:the first|"
    r"required|allowed|barred|forced|banned|able|unable|subject|eligible|affected|exempt|left|given|cut))\b|"
    rf"{_DECISION}(?: [^,.;:“”]{{1,50}})? {_MODAL} [a-z]+|"
    r"(?:clear(?:s|ed|ing)?|pav(?:es?|ed|ing)|open(?:s|ed|ing)?) (?:the|a) (?:way|door|path)|set(?:s|"
    r"ting)? (?:a|the|up a) "
    r"(?:precedent|stage|showdown)|means? (?:that|the|\w+ will|\w+ would)\b|at stake|"
    r"(?:allows|requires|bars|prohibits|eliminates|lifts|restricts|overturns)\b|"
    r"(?:a|another) (?:\w+ )?(?:blow|setback|turning point|milestone|landmark) (?:to|for|in)\b|"
    r"rais(?:es?|ed) (?:the (?:prospect|stakes|possibility)|questions)|leav(?:es?|"
    r"ing) (?:[\w’'-]+ ){1,4}(?:without|unable|"
    r"in limbo|uncertain))|"
    r", (?:allow|requir|forc|barr|bann|block|prohibit|limit|eliminat|lift|restrict|rais|affect|threaten|jeopardi[sz]|"
    r"endanger|giv|mean|strip|clear|shift|complicat|end)ing\b"
)
#: what may come of it, in any verb whose subject is no pronoun and no person
_LIKELY = re.compile(
    r"\b(?!(?:he|she|it|they|that|who|which|this|there|some|many|others|few|one|I|we|"
    r"you)\b)[a-z’'-]{3,},? (?:could|would|"
    r"might) (?!(?:be (?:heard|seen|"
    r"said|found)|say|like|have|not)\b)[a-z]+"
)
#: how rare it is
RANK = re.compile(
    r"\b(?:for the first time (?:since|in|ever)\b|(?:is|was|be|becom\w+|mak\w+|marks?|"
    r"made) (?:[\w’'-]+ ){0,3}?the first "
    r"(?:[\w’'-]+ ){1,6}?(?:since|in (?:[\w-]+ ){0,3}(?:years|decades|history|century)|to)\b|"
    r"(?:largest|biggest|worst|highest|lowest|longest|steepest|sharpest) (?:[\w’'-]+ ){0,6}?(?:since|"
    r"ever|in (?:[\w’'.-]+ ){0,4}(?:years|decades|history|century))\b|precedent|unprecedented|record (?:high|low)\b)"
)
_AMOUNT = (
    r"(?:\d[\d,.]*(?: (?:million|billion|trillion))?|millions?|billions?|(?:hundreds of |tens of )?thousands|half)"
)
#: how many people, how much money
_SCALE = re.compile(
    rf"\b(?:(?:{_AMOUNT}) (?:of )?(?:[\w’'-]+ ){{0,3}}?{_PEOPLE}\b|\d[\d.]*(?: percent|%) of (?:[\w’'-]+ ){{0,4}}?"
    rf"{_PEOPLE}\b)|\$\s?\d[\d,.]* (?:million|billion|trillion)\b"
)
_LARGE = re.compile(
    r"\d,\d{3}|\b(?:thousands|hundreds of|tens of|million|millions|billion|billions|trillion)\b|percent|%"
)
_TOUCHES = re.compile(
    r"\b(?:leav(?:es?|ing)|left|affect\w*|serv(?:es?|ing)|unpaid|without|lost their|depends?|worth|covers?|"
    r"costs?|employs?|"
    r"insur\w+|displac\w+|rel(?:y|ies)|out of work|furloughed|eligible|enrolled|knocked out|cut off)\b"
)
TOLL = re.compile(
    r"\b(?:killed|killing|hurt|crash\w*|victims?|dead|deaths?|died|dying|injured|wounded|death toll|bodies|"
    r"fatal\w*|casualt\w+|shot|stabbed|massacre|"
    r"missing|arrested|charged|convicted|pleaded)\b"
)
#: words of a view, a hope or a promise: somebody speaks, named or not
VOICED = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|t(?:old|ell|ells|elling)|argu\w+|warn\w*|claim\w*|fear(?:s|ed|ing)?|believ\w+|"
    r"hop(?:e|es|ed|"
    r"ing)|contend\w*|insist\w*|suggest\w*|predict\w*|promis\w+|vow\w*|pledg\w+|critics|critici[sz]\w+|supporters|"
    r"opponents|advocates|proponents|backers|detractors|think\w*|thought|want\w*|worr\w+|concerned|concerns|according|"
    r"accus\w+|alleg\w+|call(?:s|ed|ing)? (?:for|on|it|the)|urg\w+|den(?:y|ies|ied)|touts?|touted|boast\w*|"
    r"blam\w+|asked|"
    r"testif\w+|wrote|writes|tweet\w*|demand\w*|oppos\w+|complain\w*|estimat\w+ by|hail\w+|prais\w+|condemn\w+|"
    r"threatened|maintain\w*|assert\w*|rhetoric|campaign(?:ed|ing)|slammed|supposed\w*|so-called|"
    r"ruled|point(?:s|ed) out|bad news|good news|[Ff]or (?:these|this) reasons?|suppress\w+|persuaded|"
    r"found that|by the \w+’s figures|"
    r"violat\w+|unlawful\w*|illegally|unconstitutional)\b",
    re.IGNORECASE,
)
#: a view that is given to those who study or count, not to a camp
_STUDIED = re.compile(
    r"\b(?:analysts|economists|experts|scholars|scientists|researchers|forecasters|historians|epidemiologists|doctors|"
    r"meteorologists|Congressional Budget Office|Budget Office|Census Bureau|study|report|estimate[sd]?)\b",
    re.IGNORECASE,
)
_CAMP = re.compile(
    r"\b(?:critics|supporters|opponents|advocates|proponents|backers|detractors|Democrat\w*|Republican\w*|"
    r"conservative\w*|"
    r"liberal\w*|activists?|campaign\w*|lobby\w*|union|industry|League|Association|Alliance|Coalition|spokes\w+|I|we)\b"
)
#: a person as the subject: what somebody does is no consequence of the event
_PERSON = re.compile(
    r"(?:Mr|Ms|Mrs|Dr|Sen|Rep|Gov|Gen|Lt|Sgt|Rev|Prof)s?\.|(?:President|Senator|Governor|Mayor|Judge|Justice|Secretary|"
    r"Speaker|Chancellor|King|Queen|Pope|Minister|Congressman|Congresswoman)\b [A-Z]|"
    r"[A-Z][\w’'-]+ (?:[A-Z]\. )?(?!Court|Senate|House|Congress|States|Kingdom|Union|Act|Bill|Department|"
    r"Commission|Party|"
    r"Council|Board|Agency|Law|Deal|Amendment|Reserve|Bank|Government|Administration)[A-Z][\w’'-]+(?:,| (?:has|is|was|"
    r"had|also|will|would|could|may|might|and|who))|"
    r"(?:Trump|Obama|Biden|Clinton|Bush|Putin|Netanyahu|Pelosi|McConnell|Ryan|Boehner|Romney)\b(?![’'])|Lawmakers|"
    r"Republicans|Democrats|Officials|Protesters|Police|Some|Many|Most|Several|Few|Both|There|If|Whoever|Any|Nobody"
)
#: an older story told beside this one
PAST = re.compile(
    r"\b(?:would|could|might|may) (?:not )?have\b|\bhad (?:\w+ )?(?:been|already|recently)\b|\b[Pp]rior to\b|"
    r"\b(?:was|were) poised\b|\bwhether (?:[\w’'-]+ ){1,4}will be allowed\b|"
    r"\b[Ll]ast (?:week|month|year|"
    r"spring|summer|fall|winter)\b|\bprevious(?:ly)?\b|\b(?:then|earlier|once)\b|\bMore likely\b|"
    r"\b(?:In|Since|By|During|Back in) (?:(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December) )?(?:19|20)\d\d\b|\b(?:years?|decades?|months) ago\b|^(?:Had|If|When|While|Although|"
    r"Though|Despite)\b"
)
_DATED = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December|Jan\.|Feb\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.)(?: \d{1,2})?|next (?:week|month|"
    r"year|spring|"
    r"summer|fall|autumn|winter)|tomorrow|(?:later this|this coming) (?:week|month|year|fall|spring|summer))\b(?![’'])"
)
#: an announced step, in the verb of the sentence
_COMING = re.compile(
    r"\b(?:(?:is|are) (?:now |also )?(?:expected|scheduled|due|set|slated|to be)\b|plans? to|(?:has|have) until|"
    r"faces? a|"
    r"will (?:also |then )?[a-z]+|takes? effect|go(?:es)? into effect|expires?|begins?|runs? until|deadline)\b"
)
NEXT_ONE = re.compile(
    r"(?:The|A) (?:next |final |first |preliminary )?(?:court |status |public )?(?:hearing|trial|vote|meeting|"
    r"sentencing|session|election|runoff|deadline|round|arraignment|decision|ruling|report)s? "
)
#: a step of no weight
_IDLE = re.compile(r"\b(?:vacation|holiday|on the air|airs?|book|concert|broadcast|interview|remain)\b")
_SUBORDINATE = re.compile(r"\b(?:who|whose|which|that|where|when|if|what|whether|unless|until)\b")


def consequence(text: str) -> float:
    """How plainly `text` (without its quotations) tells what a decision or event brings about; 0 if it does not, if a
    camp is said to say it, or if it is about a person or a toll."""
    if TOLL.search(text) or PAST.search(text) or (_PERSON.match(text) and not RANK.search(text)):
        return 0.0
    voiced = bool(VOICED.search(text))
    if voiced and (_CAMP.search(text) or not _STUDIED.search(text)):
        return 0.0
    effect, rank, scale = (bool(pattern.search(text)) for pattern in (EFFECT, RANK, _SCALE))
    may = _LIKELY.search(text) if not effect else None
    likely = may is not None and not _SUBORDINATE.search(text[: may.end()])
    large = scale and _LARGE.search(text) and _TOUCHES.search(text)
    if not (effect or rank or likely or large):
        return 0.0
    return 0.6 * effect + 0.5 * rank + 0.4 * scale + 0.3 * likely - 0.3 * voiced


def is_dated_step(text: str) -> bool:
    """Whether a report's own words announce a step with its date, the date near the verb."""
    bare = without_quotations(text)
    step = _COMING.search(bare)
    if (
        step is None
        or _IDLE.search(bare)
        or VOICED.search(bare)
        or PAST.search(bare)
        or TOLL.search(bare)
        or _SUBORDINATE.search(bare[: step.start()])
    ):
        return False
    date = _DATED.search(bare, step.start())
    between = bare[step.end() : date.start()] if date else ""
    return date is not None and len(between) <= 60 and not re.search(r"\buntil\b", between)

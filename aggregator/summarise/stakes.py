"""Why it matters: what a decision or event brings about and how many it touches, told by a report in its own name.

Never a camp's claim, a toll, or a sentence about somebody's doings. Where no report tells a consequence, the next dated
step stands in, said to be that; where there is none, what somebody outside the camps is said to have said of it.
"""

import re
from collections.abc import Iterator

from aggregator.analysis.lexicon import word_set
from aggregator.analysis.words import content_words
from aggregator.summarise.compose import Draft, own
from aggregator.summarise.holders import Voice
from aggregator.summarise.plan import Plan, words_of
from aggregator.summarise.report import forms, stands, stated
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Candidate
from aggregator.summarise.statements import inverted, shortened
from aggregator.summarise.wording import has_main_clause, is_loaded, is_opinionated, without_quotations

_LONGEST, _ENOUGH, _MOST = 38, 30, 62
#: a sentence says something of the story itself from this share of the titles' words on
_NEAR, _NEAR_STEP = 0.15, 0.1
#: … and from this cosine to what the articles open with
_RELEVANT, _CENTRAL = 0.25, 0.45
#: from this cosine on it says what the dek says
_AGAIN = 0.65

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
_EFFECT = re.compile(
    rf"\b(?:{_MODAL} (?:affect|cost|force|mean|allow|let|require|raise|lower|cut|end|reshape|determine|decide|expose|"
    r"change|hurt|bring (?:back|an end)|cover|save|drive|push|limit|bar|ban|block|strip|shift|double|triple|reduce|"
    r"increase|expand|extend|eliminate|impose|create|threaten|prevent|protect|apply|open the|clear the|pave|"
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
    r"endanger|giv|mak|mean|strip|clear|shift|complicat|end)ing\b"
)
#: what may come of it, in any verb whose subject is no pronoun and no person
_LIKELY = re.compile(
    r"\b(?!(?:he|she|it|they|that|who|which|this|there|I|we|you)\b)[a-z’'-]{3,},? (?:could|would|"
    r"might) (?!(?:be (?:heard|seen|"
    r"said|found)|say|like|have|not)\b)[a-z]+"
)
#: how rare it is
_RANK = re.compile(
    r"\b(?:for the first time (?:since|in|ever)\b|(?:is|was|be|becom\w+|mak\w+|marks?|"
    r"made) (?:[\w’'-]+ ){0,3}?the first "
    r"(?:[\w’'-]+ ){1,6}?(?:since|in (?:[\w-]+ ){0,3}(?:years|decades|history|century)|to)\b|"
    r"(?:largest|biggest|worst|highest|lowest|longest|most \w+|steepest|sharpest) (?:[\w’'-]+ ){0,6}?(?:since|"
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
_TOUCHES = re.compile(
    r"\b(?:leav(?:es?|ing)|left|affect\w*|serv(?:es?|ing)|unpaid|without|lost|depends?|worth|covers?|costs?|employs?|"
    r"insur\w+|displac\w+|rel(?:y|ies)|out of work|furloughed|evacuat\w+|eligible|enrolled|knocked out|cut off)\b"
)
_TOLL = re.compile(
    r"\b(?:killed|killing|hurt|crash\w*|victims?|dead|deaths?|died|dying|injured|wounded|death toll|bodies|"
    r"fatal\w*|casualt\w+|shot|stabbed|massacre|"
    r"missing|arrested|charged|convicted|pleaded)\b"
)
#: words of a view, a hope or a promise: somebody speaks, named or not
_VOICED = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|t(?:old|ell|ells|elling)|argu\w+|warn\w*|claim\w*|fear(?:s|ed|ing)?|believ\w+|"
    r"hop(?:e|es|ed|"
    r"ing)|contend\w*|insist\w*|suggest\w*|predict\w*|promis\w+|vow\w*|pledg\w+|critics|critici[sz]\w+|supporters|"
    r"opponents|advocates|proponents|backers|detractors|think\w*|thought|want\w*|worr\w+|concerned|concerns|according|"
    r"accus\w+|alleg\w+|call(?:s|ed|ing)? (?:for|on|it|the)|urg\w+|den(?:y|ies|ied)|touts?|touted|boast\w*|"
    r"blam\w+|asked|"
    r"testif\w+|wrote|writes|tweet\w*|demand\w*|oppos\w+|complain\w*|estimat\w+ by|hail\w+|prais\w+|condemn\w+|"
    r"threatened|maintain\w*|assert\w*|rhetoric|campaign(?:ed|ing)|slammed|supposed\w*|so-called|"
    r"ruled|point(?:s|ed) out|bad news|good news|suppress\\w+|persuaded|found that|by the \\w+’s figures|"
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
_PAST = re.compile(
    r"\b(?:would|could|might|may) (?:not )?have\b|\bhad (?:\w+ )?(?:been|already|recently)\b|\b[Pp]rior to\b|"
    r"\b[Ll]ast (?:week|month|year|"
    r"spring|summer|fall|winter)\b|\bprevious(?:ly)?\b|\b(?:then|earlier|once)\b|\bMore likely\b|"
    r"\b(?:In|Since|By|During|Back in) (?:(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December) )?(?:19|20)\d\d\b|\b(?:years?|decades?|months) ago\b|^(?:Had|If|When|While|Although|"
    r"Though|Despite)\b"
)
#: nouns that stand for one another when a sentence speaks of what the dek tells
_NOUNS = (
    "bill measure legislation proposal act law package plan amendment policy rule regulation regulations",
    "ruling decision verdict judgment order injunction opinion",
    "deal agreement pact accord merger acquisition takeover settlement treaty",
    "order directive memo memorandum proclamation ban policy",
    "strike walkout shutdown lockdown closure",
    "vote election referendum ballot",
    "lawsuit suit case complaint",
    "tax tariffs tariff fee levy cut cuts",
    "attack strikes raid",
)
_EVENTS = word_set("move announcement decision outcome result action step news event vote change changes")
_GROUPS_OF = {noun: frozenset(line.split()) for line in _NOUNS for noun in line.split()}
_DEFINITE = re.compile(r"The (?:new |proposed |latest |final |tentative )?(?P<noun>[a-z]+)\b")
#: the sentence before says nearly what the dek says
_FOLLOWS = 0.55

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
_NEXT_ONE = re.compile(
    r"(?:The|A) (?:next |final |first |preliminary )?(?:court |status |public )?(?:hearing|trial|vote|meeting|"
    r"sentencing|session|election|runoff|deadline|round|arraignment|decision|ruling|report)s? "
)
#: a step of no weight
_IDLE = re.compile(r"\b(?:vacation|holiday|on the air|airs?|book|concert|broadcast|interview|remain)\b")
_SUBORDINATE = re.compile(r"\b(?:who|whose|which|that|where|when|if|what|whether|unless|until)\b")


def write_why(plan: Plan) -> None:
    """What follows from the event and how many it touches; else the next dated step, else an outsider's word on it."""
    plan.forget()
    _write_consequences(plan)
    if not plan.why:
        _write_outlook(plan)
    if not plan.why:
        _write_told(plan)
    if not plan.why:
        plan.omitted["why_it_matters"] = (
            "no report tells, in its own name and in a sentence that can stand alone, what follows from the event, how"
            " many it touches or a dated next step"
        )


def _write_consequences(plan: Plan) -> None:
    """The best consequence that a report states, then one more, or how many are touched."""
    ranked = []
    for candidate in plan.story.candidates:
        weight = consequence(without_quotations(candidate.text))
        relevance = plan.story.relevance(candidate.row)
        near = (candidate.title >= _NEAR and relevance >= _RELEVANT) or relevance >= _CENTRAL
        if weight and near and not plan.story.repeats(candidate.row, plan.rows, _AGAIN):
            ranked.append((candidate.score + weight, candidate))
    for _, candidate in sorted(ranked, key=lambda item: (-item[0], item[1].row)):
        if len(plan.why) == 2 or words_of(plan.why) >= _ENOUGH + 12:
            return
        if plan.story.repeats(candidate.row, plan.rows, 0.6 if plan.why else _AGAIN):
            continue
        for text in forms(candidate, _LONGEST):
            if words_of(plan.why) + len(text.split()) <= _MOST and _may_tell(plan, candidate, text):
                plan.take_report(plan.why, candidate, text)
                break


def consequence(text: str) -> float:
    """How plainly `text` (without its quotations) tells what a decision or event brings about; 0 if it does not, if a
    camp is said to say it, or if it is about a person or a toll."""
    if _TOLL.search(text) or _PAST.search(text) or (_PERSON.match(text) and not _RANK.search(text)):
        return 0.0
    voiced = bool(_VOICED.search(text))
    if voiced and (_CAMP.search(text) or not _STUDIED.search(text)):
        return 0.0
    effect, rank, scale = (bool(pattern.search(text)) for pattern in (_EFFECT, _RANK, _SCALE))
    may = _LIKELY.search(text) if not effect else None
    likely = may is not None and not _SUBORDINATE.search(text[: may.end()])
    if not (effect or rank or likely or (scale and _TOUCHES.search(text))):
        return 0.0
    return 0.6 * effect + 0.5 * rank + 0.4 * scale + 0.3 * likely - 0.3 * voiced


def _may_tell(plan: Plan, candidate: Candidate, text: str) -> bool:
    """Whether a cut still tells the consequence and is clear under the dek."""
    if not consequence(without_quotations(text)) or is_loaded(text) or is_opinionated(text):
        return False
    effect = _EFFECT.search(text)
    doing = plan.people.opens(text) or (effect and plan.people.closes(text[: effect.start()]))
    if doing and not _RANK.search(text):
        return False
    if not has_main_clause(text) or any(mark in text[:12] for mark in '“"‘'):
        return False
    clear = not _follows(plan, candidate, text)
    return stands(candidate, text, plan.people, plan.development, opening=clear) and len(text.split()) >= 9


def _follows(plan: Plan, candidate: Candidate, text: str) -> bool:
    """Whether a sentence opens with what the dek names: "The ruling" under a dek that tells of a decision."""
    match = _DEFINITE.match(text)
    if match is None or not plan.dek:
        return False
    told = set(re.findall(r"[a-z]+", plan.dek[0].text.lower()))
    before = plan.story.row_of.get((candidate.source.article_id, candidate.sentence.index - 1))
    near = before is not None and any(plan.story.cosine(before, row) >= _FOLLOWS for row in plan.rows[:1])
    named = match["noun"] in told or match["noun"] + "s" in told
    alike = match["noun"] in _GROUPS_OF and bool(_GROUPS_OF[match["noun"]] & told)
    return named or (near and (alike or match["noun"] in _EVENTS))


def _write_outlook(plan: Plan) -> None:
    """In place of a consequence, the next step with its date, said to be that."""
    ranked = sorted(plan.story.candidates, key=lambda c: (-c.score, c.row))
    for candidate in ranked:
        relevance = plan.story.relevance(candidate.row)
        near = (candidate.title >= _NEAR_STEP and relevance >= _RELEVANT) or bool(_NEXT_ONE.match(candidate.text))
        if not near or plan.story.repeats(candidate.row, plan.rows):
            continue
        text = next((t for t in forms(candidate, _LONGEST) if is_dated_step(t)), "")
        if not text or text in plan.banned or not plan.is_current(candidate):
            continue
        clear = not (_follows(plan, candidate, text) or _NEXT_ONE.match(text))
        if stands(candidate, text, plan.people, plan.development, opening=clear):
            draft = stated(candidate, text, plan.story)
            lead = Draft((own("What comes next: "), *draft.pieces), draft.support, keys=draft.keys)
            if plan.take(plan.why, lead):
                plan.rows.append(candidate.row)
                plan.printed.append(frozenset(content_words(text)))
                return


def is_dated_step(text: str) -> bool:
    """Whether a report's own words announce a step with its date, the date near the verb."""
    bare = without_quotations(text)
    step = _COMING.search(bare)
    if (
        step is None
        or _IDLE.search(bare)
        or _VOICED.search(bare)
        or _PAST.search(bare)
        or _TOLL.search(bare)
        or _SUBORDINATE.search(bare[: step.start()])
    ):
        return False
    date = _DATED.search(bare, step.start())
    between = bare[step.end() : date.start()] if date else ""
    return date is not None and len(between) <= 60 and not re.search(r"\buntil\b", between)


def _write_told(plan: Plan) -> None:
    """What somebody who studies such things is said to expect of it, in his name; nobody of the camps."""
    camps = {voice.key for side in plan.camps.sides for voice in side}
    for voice in plan.ranked(plan.voices):
        if voice.key not in camps and _is_outsider(voice) and not plan.people.shares(voice.surname):
            for draft, statement in _expected(plan, voice):
                if plan.take(plan.why, draft, statement):
                    return


def _expected(plan: Plan, voice: Voice) -> Iterator[tuple[Draft, Statement]]:
    """What a voice is said to expect of the event, the most telling first."""
    if voice.kind == "person" and not voice.role:
        return
    for statement in plan.statements(voice):
        short = shortened(statement, 30) if statement.form == "clause" else None
        if short is None or short.words < 9 or _TOLL.search(short.text) or _PAST.search(short.text):
            continue
        if (_EFFECT.search(short.text) or _RANK.search(short.text)) and not plan.row_used(short):
            yield inverted(short, voice, introduce=True), statement


def _is_outsider(voice: Voice) -> bool:
    """Whether somebody speaks as one who studies such things, and not for a party or a cause."""
    told = f"{voice.role} {voice.name} {voice.organisation}"
    return bool(_STUDIES.search(told)) and not voice.party and not _PARTISAN.search(told)


_PARTISAN = re.compile(
    r"\b(?:president|senat\w+|sens?\.|reps?\.|representative|congress\w*|minister|candidate|governor|gov\.|mayor|"
    r"white house|campaign\w*|democrat\w*|republican\w*|party|lawmaker\w*|legislator\w*|critics|supporters|opponents|"
    r"activists?|protest\w*|counsell?or|adviser|secretary|speaker|leader)\b",
    re.IGNORECASE,
)
_STUDIES = re.compile(
    r"\b(?:professor|economists?|analysts?|scientists?|researchers?|experts?|historian|scholars?|"
    r"epidemiologist|Budget Office|statistician|strategist|meteorologist|seismologist)\b",
    re.IGNORECASE,
)

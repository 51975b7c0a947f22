"""Why it matters: what a decision or event brings about and how many it touches, told by a report in its own name.

Never a camp's claim, a toll, or a sentence about somebody's doings. Where no report tells a consequence, the next dated
step stands in, said to be that; where there is none, what somebody outside the camps is said to have said of it.
"""

import re
from collections.abc import Iterator

from aggregator.analysis.lexicon import word_set
from aggregator.analysis.words import content_words
from aggregator.summarise.compose import Draft, own
from aggregator.summarise.consequence import (
    EFFECT,
    NEXT_ONE,
    PAST,
    RANK,
    TOLL,
    VOICED,
    consequence,
    is_dated_step,
)
from aggregator.summarise.holders import Voice
from aggregator.summarise.narrator import is_opinionated
from aggregator.summarise.plan import Plan, words_of
from aggregator.summarise.report import forms, stands, stated
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Candidate
from aggregator.summarise.statements import inverted, shortened
from aggregator.summarise.wording import has_main_clause, is_loaded, without_quotations

_LONGEST, _ENOUGH, _MOST = 38, 42, 62
#: a sentence says something of the story itself from this share of the titles' words on
_NEAR, _NEAR_STEP = 0.15, 0.1
#: … and from this cosine to what the articles open with
_RELEVANT, _CENTRAL = 0.25, 0.45
#: from this cosine on it says what the dek says
_AGAIN, _NEARLY = 0.65, 0.6

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
    ranked = _ranked(plan)
    for candidate in ranked:
        if len(plan.why) == 2 or words_of(plan.why) >= _ENOUGH:
            return
        if not plan.story.repeats(candidate.row, plan.rows, _NEARLY if plan.why else _AGAIN):
            _write_consequence(plan, candidate)
    if not plan.why:
        any(_write_run(plan, candidate) for candidate in ranked)


def _ranked(plan: Plan) -> list[Candidate]:
    """The sentences of the story itself that tell a consequence, the plainest first."""
    found = []
    for candidate in plan.story.candidates:
        weight = consequence(without_quotations(candidate.text))
        relevance = plan.story.relevance(candidate.row)
        near = (candidate.title >= _NEAR and relevance >= _RELEVANT) or relevance >= _CENTRAL
        if weight and near and not plan.story.repeats(candidate.row, plan.rows, _AGAIN):
            found.append((candidate.score + weight, candidate))
    return [candidate for _, candidate in sorted(found, key=lambda item: (-item[0], item[1].row))]


def _write_consequence(plan: Plan, candidate: Candidate) -> None:
    for text in forms(candidate, _LONGEST):
        fits = words_of(plan.why) + len(text.split()) <= _MOST
        if fits and _may_tell(plan, candidate, text):
            plan.take_report(plan.why, candidate, text)
            return


#: openings and phrases that say nothing by themselves
_LOOSE = re.compile(r"^(?:In return|In exchange|Instead|Section|Article)\b|\bat stake:|\bcontract\b")


def _write_run(plan: Plan, candidate: Candidate) -> bool:
    """Print a consequence that leans on the sentence before it ("It would …") behind that sentence, if that stands."""
    before = plan.story.by_key.get((candidate.source.article_id, candidate.sentence.index - 1))
    if before is None or before.sentence.paragraph < candidate.sentence.paragraph - 1:
        return False
    first, second = before.text, candidate.text
    bare = without_quotations(second)
    plain = re.match(r"(?:It|That|This|The) ", second) and consequence(bare) and not is_opinionated(second)
    long = len(first.split()) + len(second.split()) > _MOST or not {first, second}.isdisjoint(plan.banned)
    told = without_quotations(first)
    if not plain or long or is_opinionated(first) or VOICED.search(told) or TOLL.search(told):
        return False
    if _LOOSE.search(first) or plan.story.repeats(before.row, plan.rows, 0.85) or plan.people.opens(first):
        return False
    met = plan.people.copy()
    if not stands(before, first, met, plan.development):
        return False
    met.met(first)
    if not stands(candidate, second, met, plan.development, opening=False):
        return False
    drafts: list[Draft] = []
    if plan.take_report(drafts, before, first) and plan.take_report(drafts, candidate, second):
        plan.why = drafts
        return True
    return False


def _may_tell(plan: Plan, candidate: Candidate, text: str) -> bool:
    """Whether a cut still tells the consequence and is clear under the dek."""
    if not consequence(without_quotations(text)) or is_loaded(text) or is_opinionated(text):
        return False
    effect = EFFECT.search(text)
    doing = plan.people.opens(text) or (effect and plan.people.closes(text[: effect.start()]))
    if doing and not RANK.search(text):
        return False
    if not has_main_clause(text) or _LOOSE.search(text) or any(mark in text[:12] for mark in '“"‘'):
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
        near = (candidate.title >= _NEAR_STEP and relevance >= _RELEVANT) or bool(NEXT_ONE.match(candidate.text))
        if not near or plan.story.repeats(candidate.row, plan.rows):
            continue
        text = next((t for t in forms(candidate, _LONGEST) if is_dated_step(t)), "")
        if not text or text in plan.banned or not plan.is_current(candidate):
            continue
        clear = not (_follows(plan, candidate, text) or NEXT_ONE.match(text))
        if stands(candidate, text, plan.people, plan.development, opening=clear):
            draft = stated(candidate, text, plan.story)
            lead = Draft((own("What comes next: "), *draft.pieces), draft.support, keys=draft.keys)
            if plan.take(plan.why, lead):
                plan.rows.append(candidate.row)
                plan.printed.append(frozenset(content_words(text)))
                return


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
        if short is None or short.words < 9 or TOLL.search(short.text) or PAST.search(short.text):
            continue
        if (EFFECT.search(short.text) or RANK.search(short.text)) and not plan.row_used(short):
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

"""What comes next: dated steps that reports tell of, kept for the end of the body."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.summarise.compose import Draft, own
from aggregator.summarise.plan import Plan, words_of
from aggregator.summarise.report import forms, stands, stated
from aggregator.summarise.selection import Candidate
from aggregator.summarise.stretches import points_back
from aggregator.summarise.wording import is_attributed, without_quotations

#: an announced step, in the verb of the sentence, as the newest articles tell it
_STEP = re.compile(
    r"\b(?:(?:is|are) (?:expected|scheduled|due|set|to be)|plans? to|will (?:be|meet|begin|decide|vote|hear|take|go|"
    r"hold|return|start|resume|open|reopen|appear|consider|publish|sign|file|close|remain|announce|rule|face|continue|"
    r"end|come)|intends? to|takes? effect|go(?:es)? into effect|comes? (?:up for|before))\b"
)
#: one that needs no date to be one
_SURE = re.compile(
    r"\b(?:(?:is|are) (?:expected|scheduled|due|set) to|plans? to (?:vote|hold|file|meet|appeal|sign|publish)|"
    r"will (?:vote|meet|hear|decide|appear|hold|publish|sign|file|rule))\b"
)
_DATED = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December|Jan\.|Feb\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.)(?: \d{1,2})?|"
    r"next (?:week|month|year|spring|summer|fall|autumn|winter|session)|tomorrow|(?:19|20)\d\d)\b"
)
#: an undated step must say as much of what the titles say, and comes behind dated ones
_ON_TOPIC, _UNDATED = 0.2, 0.5
_LONGEST, _MOST, _PARAGRAPH, _LOW, _ROOM = 36, 3, 95, 40, 108


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence that tells of a step to come, and what it is worth as an ending."""

    candidate: Candidate
    worth: float


def steps_to_come(plan: Plan) -> list[Step]:
    """The sentences about steps to come, dated ones of the newest articles first, at most six."""
    latest = max((source.order_at for source in plan.story.news), default=None)
    found: list[Step] = []
    for candidate in plan.story.candidates:
        bare = without_quotations(candidate.text)
        if latest is None or not _STEP.search(bare) or not plan.is_current(candidate):
            continue
        dated = _is_dated(bare)
        age = (latest - candidate.source.order_at).total_seconds() / 86_400
        sure = candidate.title >= _ON_TOPIC and _SURE.search(bare) and not is_attributed(bare)
        if not (dated or sure) or candidate.row in plan.rows or age > 2:
            continue
        worth = candidate.score + 0.4 * candidate.agreement - 0.3 * age - _UNDATED * (not dated)
        found.append(Step(candidate, worth))
    found.sort(key=lambda step: (-step.worth, step.candidate.row))
    return found[:6]


def _is_dated(text: str) -> bool:
    """Whether a text gives the day or the year of a step, behind its verb."""
    step = _STEP.search(text)
    return step is not None and _DATED.search(text, step.end()) is not None


def write_next(plan: Plan, coming: Sequence[Step]) -> None:
    """End the body with what comes next: a paragraph of its own if there is enough, else the last sentence."""
    if not plan.body:
        return
    paragraph: list[Draft] = []
    for step in coming:
        if len(paragraph) < _MOST and words_of(paragraph) < _PARAGRAPH - 25:
            _write_step(plan, paragraph, step.candidate)
    if words_of(paragraph) >= _LOW and len(paragraph) > 1:
        plan.body.append(paragraph)
    elif paragraph:
        plan.body[-1] += paragraph


def _write_step(plan: Plan, paragraph: list[Draft], candidate: Candidate) -> None:
    """Print a step if it is new and may stand; the first one says what it is."""
    for text in forms(candidate, _LONGEST):
        bare = without_quotations(text)
        if not (_is_dated(bare) or _SURE.search(bare)) or text in plan.banned or points_back(text):
            continue
        if plan.retells(candidate, text) or not stands(candidate, text, plan.people, plan.development):
            continue
        draft = stated(candidate, text, plan.story)
        if not paragraph:
            draft = Draft((own("What comes next: "), *draft.pieces), draft.support, keys=draft.keys)
        if plan.take(paragraph, draft):
            plan.noted(candidate, text)
            return

"""The holders' cases in depth: a stance and what stands behind it, of two holders at least or of none."""

import re
from collections.abc import Iterable, Sequence

from aggregator.analysis.words import content_words
from aggregator.summarise.compose import Draft
from aggregator.summarise.holders import Voice
from aggregator.summarise.plan import Case, Plan, words_of
from aggregator.summarise.sayings import Statement
from aggregator.summarise.statements import inverted, opened, shortened

_DEPTH_LOW, _DEPTH_AIM, _DEPTH_HIGH = 35, 48, 80
#: blocks on a page, and how many are weighed against each other
_MOST, _TRIED = 4, 4
#: with fewer words left than these for the body no case is reserved
_BODY_FIRST = 150
#: a statement of a case is about the story from this cosine to what its articles open with
_RELEVANT = 0.12
#: two statements that share more of the shorter one's words than this say the same
_SHARED = 0.4
_LEANS = re.compile(r"(?:It|That|This|They|Those|These|And|But|So|Because|He|She)\b")


def reserve_viewpoints(plan: Plan) -> None:
    """Two cases, of both sides if that can be, before the body takes their words, if enough is left for it."""
    pair = _two(plan)
    left = sum(max(0, plan.budget.left(source.article_id)) for source in plan.story.news)
    if pair and left - sum(words_of((case.stance, *case.drafts)) for case in pair) >= _BODY_FIRST:
        for case in pair:
            _add(plan, case)


def write_viewpoints(plan: Plan) -> None:
    """The cases in depth, from what the body left: two of different holders at least, or none."""
    if not plan.viewpoints:
        for case in _two(plan):
            _add(plan, case)
    if plan.viewpoints:
        for voice in (*(v for side in _sides(plan) for v in side), *_others(plan)):
            for case in _cases(plan, [voice], _DEPTH_AIM):
                if len(plan.viewpoints) < _MOST and all(one.name != case.name for one in plan.viewpoints):
                    _add(plan, case)
    else:
        plan.omitted["viewpoints"] = "no two holders have three statements each that can be printed within the limits"


def _two(plan: Plan) -> tuple[Case, ...]:
    """A case of each side; else of one side and of somebody who is in none, or of two such; never two of one side."""
    sides = [_cases(plan, side, _DEPTH_LOW) for side in _sides(plan)]
    others = _cases(plan, _others(plan), _DEPTH_LOW)
    opposed = _pair(plan, *sides) if sides else ()
    return opposed or _pair(plan, [case for side in sides for case in side], others) or _pair(plan, others, others)


def _sides(plan: Plan) -> list[list[Voice]]:
    """Who stands on either side of a dispute that the page shows."""
    return [plan.ranked(side) for side in plan.camps.sides[:2]] if plan.perspectives else []


def _others(plan: Plan) -> list[Voice]:
    """Who may hold a case and stands on no side."""
    taken = {voice.key for side in _sides(plan) for voice in side}
    return [voice for voice in plan.ranked(plan.voices) if voice.label and voice.key not in taken]


def _cases(plan: Plan, voices: Iterable[Voice], least: int) -> list[Case]:
    """The case of each voice that has one, of at least so many words, as if it stood alone."""
    found = (_case(plan, voice, least) for voice in voices)
    return [case for case in found if case is not None][:_TRIED]


def _pair(plan: Plan, ones: Sequence[Case], others: Sequence[Case]) -> tuple[Case, ...]:
    """The first two cases of different holders that may be printed together; empty if there are none."""
    for one in ones:
        for other in others:
            drafts = (one.stance, *one.drafts, other.stance, *other.drafts)
            if one.name != other.name and one.voice is not other.voice and plan.budget.allows(*drafts):
                return one, other
    return ()


def _add(plan: Plan, case: Case) -> None:
    plan.budget.spend(case.stance, *case.drafts)
    plan.note(case.statements)
    plan.viewpoints.append(case)


def _case(plan: Plan, voice: Voice, least: int) -> Case | None:
    """Two or three further statements of one holder behind a stance, 35 words or more."""
    plan.forget()
    if voice.kind == "person" and (not voice.role or plan.people.shares(voice.surname)):
        return None
    able = [s for s in plan.statements(voice, acts=True) if not plan.row_used(s) and _belongs(plan, s)]
    fresh = [s for s in able if s.form != "act"]
    for stance in able:
        if _LEANS.match(stance.text):
            continue
        short = shortened(stance, 20)
        if short is None or not short.words >= 7:
            continue
        opening = opened(short, voice)
        drafts: list[Draft] = []
        used = [stance]
        for statement in fresh:
            cut = shortened(statement, 30)
            if statement in used or cut is None or any(_alike(statement, s) for s in used):
                continue
            introduce = voice.kind == "person" and not drafts
            draft = inverted(cut, voice, introduce)
            if words_of(drafts) + draft.words <= _DEPTH_HIGH and plan.budget.allows(opening, *drafts, draft):
                drafts.append(draft)
                used.append(statement)
            if len(drafts) == 3:
                break
        if len(drafts) >= 2 and words_of(drafts) >= least and plan.budget.allows(opening, *drafts):
            return Case(voice.label or voice.name, voice, opening, tuple(drafts), tuple(used))
    return None


def _belongs(plan: Plan, statement: Statement) -> bool:
    """Whether a statement is about the story."""
    return plan.story.relevance(statement.row) >= _RELEVANT


def _alike(one: Statement, other: Statement) -> bool:
    """Whether two statements come from one clause, or one says again what the other says."""
    words, others = set(content_words(one.text)), set(content_words(other.text))
    again = len(words & others) > _SHARED * max(1, min(len(words), len(others)))
    return again or (one.form == other.form == "clause" and one.row == other.row)

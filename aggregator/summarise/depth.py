"""The holders' cases in depth: a stance and what stands behind it, of two holders at least or of none."""

from aggregator.summarise.compose import Draft
from aggregator.summarise.holders import Voice
from aggregator.summarise.plan import Case, Plan, words_of
from aggregator.summarise.sayings import Statement
from aggregator.summarise.statements import inverted, opened, shortened

_DEPTH_LOW, _DEPTH_AIM, _DEPTH_HIGH = 35, 48, 80


def reserve_viewpoints(plan: Plan) -> None:
    """The camps' cases in depth, before the body takes their words, where enough is left for it."""
    for camp in plan.perspectives:
        side = next((side for side in plan.camps.sides if camp.voice in side), ())
        alone = not any(plan.statements(voice) for voice in side if voice is not camp.voice)
        if len(plan.statements(camp.voice)) >= (6 if alone else 4):
            _add_case(plan, camp.voice, _DEPTH_AIM)


def write_viewpoints(plan: Plan) -> None:
    """The cases in depth, from what the body left."""
    holders = [camp.voice for camp in plan.perspectives] or plan.ranked(v for v in plan.voices if v.label)
    others = [v for side in plan.camps.sides for v in plan.ranked(side) if v not in holders]
    for least in (_DEPTH_AIM, _DEPTH_LOW):
        for voice in (*holders, *others):
            if len(plan.viewpoints) < 4 and all(case.voice is not voice for case in plan.viewpoints):
                _add_case(plan, voice, least)
    if not plan.viewpoints:
        plan.omitted["viewpoints"] = "no holder has two further statements that can be printed within the limits"


def _add_case(plan: Plan, voice: Voice, least: int) -> None:
    case = _case(plan, voice, least)
    if case is not None and all(one.name != case.name for one in plan.viewpoints):
        plan.budget.spend(case.stance, *case.drafts)
        plan.note(case.statements)
        plan.viewpoints.append(case)


def _case(plan: Plan, voice: Voice, least: int) -> Case | None:
    """Two or three further statements of one holder behind a stance, 35 words or more."""
    plan.forget()
    fresh = [s for s in plan.statements(voice) if not plan.row_used(s)]
    for stance in [s for s in plan.statements(voice, acts=True) if not plan.row_used(s)]:
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


def _alike(one: Statement, other: Statement) -> bool:
    return one.form == other.form == "clause" and one.row == other.row

"""Why it matters, and the camps' cases in depth."""

import re

from aggregator.summarise.compose import Draft, own
from aggregator.summarise.holders import Voice
from aggregator.summarise.plan import Case, Plan, words_of
from aggregator.summarise.report import forms, stands, stated
from aggregator.summarise.sayings import Statement
from aggregator.summarise.statements import inverted, opened, shortened
from aggregator.summarise.wording import is_attributed, without_quotations

_STAKES = re.compile(
    r"\b(?:(?:would|could|will|may|might) (?:also |now |then |likely |effectively )?(?:be the|affect|cost|force|mean|"
    r"make|"
    r"allow|require|raise|cut|give|end|leave|let|apply|take|lead|set|reshape|become|lose|determine|decide|expose|"
    r"change|"
    r"hurt|help|bring|put|cover|reach|add|save|pay|face|drive|push|limit|bar|strip|shift|double|reduce|increase)|"
    r"sets? a precedent|precedent|for the first time (?:in|since)|first (?:\w+ )?since|"
    r"the (?:largest|biggest|first|worst|deadliest|highest|lowest|longest) (?:\w+ ){1,5}(?:since|in \w+|ever|for)|"
    r"at stake|(?:affect|leav|displac|serv|depend)\w* (?:\w+ ){0,3}?(?:\d[\d,.]*|thousands|"
    r"millions)[^.;]{0,20}(?:people|"
    r"residents|customers|students|pupils|patients|workers|jobs|households|families|homes))\b"
)
_DATED = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|"
    r"October|"
    r"November|December|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.|next (?:week|month|year|spring|summer|fall|autumn|winter)|"
    r"tomorrow|(?:19|20)\d\d)\b"
)
#: an announced step, in the verb of the sentence
_COMING = re.compile(
    r"\b(?:(?:is|are) (?:expected|scheduled|due|set|to be)|plans? to|will (?:be|meet|begin|decide|vote|hear|take|go|"
    r"hold|"
    r"return|start|resume|open|reopen|appear|consider|publish)|hopes? to|intends? to)\b"
)
_DEPTH_LOW, _DEPTH_AIM, _DEPTH_HIGH = 35, 48, 80
#: reports from which on a story is large
_LARGE = 6


def write_why(plan: Plan) -> None:
    """What follows from the event, outside anybody's words; else the next dated step."""
    plan.forget()
    pool = []
    for candidate in plan.story.candidates:
        bare = without_quotations(candidate.text)
        told = candidate.title >= 0.2 and not is_attributed(bare)
        if told and _STAKES.search(bare) and not plan.story.repeats(candidate.row, plan.rows):
            pool.append((candidate.score + 0.4 * len(_STAKES.findall(bare)), candidate))
    for _, candidate in sorted(pool, key=lambda item: (-item[0], item[1].row)):
        if len(plan.why) == 2 or words_of(plan.why) >= 45:
            break
        if plan.story.repeats(candidate.row, plan.rows, 0.6 if plan.why else 0.72):
            continue
        for text in forms(candidate, 38):
            person = re.match(
                r"(?:Mr|Ms|Mrs|Dr|Sen|Rep|Gov)\.|[A-Z][a-z]+ [A-Z][a-z]+(?:,| (?:has|is|was|learned|told))", text
            )
            if not person and stands(candidate, text, plan.people, plan.development) and _STAKES.search(text):
                plan.take_report(plan.why, candidate, text)
                break
    if not plan.why:
        _write_outlook(plan)
    if not plan.why:
        plan.omitted["why_it_matters"] = "no sentence of a report tells a consequence outside somebody's words"


def _write_outlook(plan: Plan) -> None:
    """In place of a consequence, the next step with its date, said to be that."""
    ranked = sorted(plan.story.candidates, key=lambda c: (-c.score, c.row))
    for candidate in ranked:
        text = next((t for t in forms(candidate, 38) if _COMING.search(t) and _DATED.search(t)), "")
        if not text or candidate.title < 0.15 or plan.story.repeats(candidate.row, plan.rows):
            continue
        if stands(candidate, text, plan.people, plan.development):
            draft = stated(candidate, text, plan.story)
            if plan.is_current(candidate) and text not in plan.banned:
                lead = Draft((own("What comes next: "), *draft.pieces), draft.support, keys=draft.keys)
                if plan.take(plan.why, lead):
                    plan.rows.append(candidate.row)
                    return


def reserve_viewpoints(plan: Plan) -> None:
    """The camps' cases in depth, before the body takes their words, where enough is left for it.

    In a large story the body has enough without them.
    """
    large = len(plan.story.news) >= _LARGE
    for camp in plan.perspectives:
        side = next((side for side in plan.camps.sides if camp.voice in side), ())
        alone = not any(plan.statements(voice) for voice in side if voice is not camp.voice)
        if len(plan.statements(camp.voice)) >= (3 if large else 6 if alone else 4):
            _add_case(plan, camp.voice, _DEPTH_LOW if large else _DEPTH_AIM)


def write_viewpoints(plan: Plan) -> None:
    """The cases in depth, from what the body left."""
    holders = [camp.voice for camp in plan.perspectives] or plan.ranked(v for v in plan.voices if v.label)
    others = [v for side in plan.camps.sides for v in plan.ranked(side) if v not in holders]
    for least in (_DEPTH_AIM, _DEPTH_LOW):
        for voice in (*holders, *others):
            if len(plan.viewpoints) < 4 and all(case.voice is not voice for case in plan.viewpoints):
                _add_case(plan, voice, least)
    if plan.viewpoints and not _is_balanced(plan):
        plan.viewpoints = []
        plan.omitted["viewpoints"] = (
            "only one side has further statements that can be printed: one case alone is a bias"
        )
    elif not plan.viewpoints:
        plan.omitted["viewpoints"] = "no holder has two further statements that can be printed within the limits"


def _is_balanced(plan: Plan) -> bool:
    """Whether more than one case is told, and in a dispute not those of one side alone."""
    sides = plan.camps.sides[:2] if plan.perspectives else ()
    one_sided = any(all(case.voice in side for case in plan.viewpoints) for side in sides)
    return len(plan.viewpoints) > 1 and not one_sided


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

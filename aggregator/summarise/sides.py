"""What the sides say, in whose words, behind the facts they speak of, and where they cannot both be right."""

from collections.abc import Sequence

from aggregator.analysis.words import content_words, fold
from aggregator.summarise.compose import Draft
from aggregator.summarise.holders import Voice
from aggregator.summarise.plan import Plan, words_of
from aggregator.summarise.report import forms, stands
from aggregator.summarise.sayings import Statement
from aggregator.summarise.statements import can_be_joined, contradiction, inverted, printable, shortened
from aggregator.summarise.stretches import Stretches, points_back, tell

#: the words of a paragraph
LOW, HIGH = 55, 95
#: a paragraph shorter than this joins the one before it, if both together stay within the second number
SHORT, JOINED = 45, 105
#: a sentence or two with fewer words than the first never stand alone if both together stay within the second
ORPHAN, JOINED_BY_ORPHAN = 35, 115
#: how far before a statement the fact may stand that it comments on, how long it may be, and how near in meaning
_BEFORE, _FACT_WORDS, _COMMENTS_ON = 3, 34, 0.25


def write_side(plan: Plan, stretches: Stretches, side: Sequence[Voice], first: bool, other: bool) -> None:
    """What a side says and in whose words: two or three voices, each in the order that introduces it.

    A short paragraph goes on with facts on what was said; if it stays short, the other side shares it.
    """
    paragraph: list[Draft] = []
    credited: set[str] = set()
    rows: list[int] = []
    ranked = plan.ranked(side)
    for voice in sorted(ranked[:4], key=lambda v: v.kind != "group"):
        rows += speak(plan, paragraph, voice, credited, other)
        if words_of(paragraph) >= LOW + 15:
            break
    if rows and words_of(paragraph) < LOW:
        more = stretches.additions(rows, HIGH - words_of(paragraph), (), facts_only=True)
        tell(plan, paragraph, more, credited)
    before = words_of(plan.body[-1])
    short = min(before, words_of(paragraph)) < SHORT
    if paragraph and not first and short and before + words_of(paragraph) <= JOINED and len(plan.body) > 1:
        plan.body[-1] += paragraph
    elif paragraph:
        plan.body.append(paragraph)


def speak(plan: Plan, paragraph: list[Draft], voice: Voice, credited: set[str], other: bool) -> list[int]:
    """Up to two statements of a voice, joined where they can be, behind the facts that they comment on.

    Gives the rows of the story's matrix in which they stand.
    """
    chosen: list[tuple[Statement, Statement]] = []
    for statement in plan.statements(voice):
        if chosen and statement.text.split()[0] in ("It", "That", "This", "They", "He", "She"):
            continue
        short = shortened(statement, 30)
        if short is None or plan.row_used(short) or any(_share(short, one) for _, one in chosen):
            continue
        chosen.append((statement, short))
        if len(chosen) == 2:
            break
    rows = [short.row for _, short in chosen if short.row >= 0]
    second = chosen[1] if len(chosen) == 2 and can_be_joined(chosen[0][1], chosen[1][1]) else None
    spoken = False
    for at, (statement, short) in enumerate(chosen):
        joined = second if at == 0 else None
        room = HIGH + 5 - words_of(paragraph) - short.words - (joined[1].words if joined else 0) - 12
        if room < 0:
            break
        opens = other and not paragraph
        told = not opens and _write_context(plan, paragraph, short, credited, room)
        again = spoken and not told
        draft = inverted(short, voice, plan.is_new(voice), opens, joined[1] if joined else None, again)
        if not plan.take(paragraph, draft, statement, *([joined[0]] if joined else [])):
            continue
        spoken = True
        if joined:
            break
    return rows


def _share(one: Statement, other: Statement) -> bool:
    mine, theirs = set(content_words(one.text)), set(content_words(other.text))
    return len(mine & theirs) > 0.5 * max(1, min(len(mine), len(theirs)))


def _write_context(plan: Plan, paragraph: list[Draft], statement: Statement, credited: set[str], room: int) -> bool:
    """Print the fact that a statement comments on: what its article says just before it; whether there is one."""
    if statement.row < 0:
        return False
    index = plan.story.rows[statement.row][1].index
    for before in range(index - 1, index - 1 - _BEFORE, -1):
        candidate = plan.story.by_key.get((statement.source.article_id, before))
        if candidate is None or not plan.is_current(candidate):
            continue
        if plan.story.cosine(candidate.row, statement.row) < _COMMENTS_ON:
            continue
        for text in forms(candidate, min(room, _FACT_WORDS)):
            if plan.retells(candidate, text) or not stands(candidate, text, plan.people, plan.development):
                continue
            if points_back(text):
                continue
            credit = candidate.source.outlet_key not in credited
            if plan.take_report(paragraph, candidate, text, attribute=credit):
                credited.add(candidate.source.outlet_key)
                return True
    return False


def write_answers(plan: Plan) -> None:
    """Where two holders cannot both be right; behind what the second side says, if it fits there."""
    paragraph: list[Draft] = []
    for one, other, kind in plan.camps.answers:
        if len(paragraph) == 2:
            break
        mine, theirs = plan.by_key[one.holder], plan.by_key[other.holder]
        if not printable(one, mine) or not printable(other, theirs) or plan.row_used(one) or plan.row_used(other):
            continue
        if fold(one.text) in plan.said or fold(other.text) in plan.said:
            continue
        introduce = tuple(map(plan.is_new, (mine, theirs)))
        draft = contradiction(one, mine, other, theirs, kind == "figures", (introduce[0], introduce[1]))
        if draft.words <= 75:
            plan.take(paragraph, draft, one, other)
    append(plan, paragraph, at_least=SHORT)


def append(plan: Plan, paragraph: list[Draft], at_least: int) -> None:
    """Add a paragraph, or its sentences to the one before it if it has fewer words than `at_least` and both fit."""
    if not paragraph:
        return
    words = words_of(paragraph)
    limit = JOINED_BY_ORPHAN if words < ORPHAN else JOINED
    if words < at_least and len(plan.body) > 1 and words_of(plan.body[-1]) + words <= limit:
        plan.body[-1] += paragraph
    else:
        plan.body.append(paragraph)

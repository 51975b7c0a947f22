"""The body: what happened, what each side says, where they differ, what else is told by topic, and what comes next."""

from collections import Counter
from collections.abc import Container, Sequence

from aggregator.analysis.model import SourceText
from aggregator.summarise.coming import Step as Coming
from aggregator.summarise.coming import steps_to_come, write_next
from aggregator.summarise.compose import Draft
from aggregator.summarise.plan import FRAMING, Plan, framing, words_of
from aggregator.summarise.report import can_be_quoted, forms, stands, written
from aggregator.summarise.selection import Candidate, title_likeness
from aggregator.summarise.sides import (
    HIGH,
    JOINED,
    JOINED_BY_ORPHAN,
    LOW,
    ORPHAN,
    SHORT,
    append,
    speak,
    write_answers,
    write_side,
)
from aggregator.summarise.stretches import Step, Stretches, tell
from aggregator.summarise.wording import is_attributed
from aggregator.types import Lean

#: from so many reports on a body has up to six paragraphs, else four; a stretch of one article leaves room for others
_MANY, _PARAGRAPHS_OF_MANY, _PARAGRAPHS = 6, 6, 4
#: a sentence of the first paragraph is as near to the leads or to the dek
_EVENT = 0.45
#: a developing story whose body has fewer words than this takes sentences of older articles
_THIN = 260


def write_body(plan: Plan) -> None:
    """The event, the sides, what cannot both be so, what else is told topic by topic, what comes next."""
    plan.forget()
    for draft in plan.dek[:1]:
        plan.people.met(draft.text)
    coming = steps_to_come(plan)
    stretches = Stretches(plan, {step.candidate.row for step in coming})
    _write_event(plan, stretches, coming)
    if plan.perspectives:
        for at, side in enumerate(plan.camps.sides):
            if at > 1 and len(plan.body) >= _most(plan) - 1:
                break  # the last paragraph is for what else is told
            write_side(plan, stretches, side, first=at == 0, other=at == 1 and bool(plan.body[-1:]))
        write_answers(plan)
    _write_topics(plan, stretches)
    _write_uncited(plan)
    plan.body = _settled(plan.body)
    write_next(plan, coming)


def _write_event(plan: Plan, stretches: Stretches, coming: Sequence[Coming]) -> None:
    """What happened, in one outlet's own order, another than the dek's if one can be found, with who agrees.

    What is shorter than a paragraph goes on with what other outlets tell of it.
    """
    led = {p.source.article_id for p in plan.dek[0].passages[:1]}
    reserved = {step.candidate.row for step in coming}
    offers: list[tuple[float, str, list[tuple[Candidate, str]]]] = []
    for source in plan.story.news:
        chosen = _event_of(plan, source, led, reserved)
        if chosen:
            scores = sorted((c.score for c, _ in chosen), reverse=True)
            agreed = sum(min(2, _agreement(plan, c, t)) for c, t in chosen)
            worth = scores[0] + 0.25 * sum(scores[1:]) + 0.3 * agreed
            worth -= FRAMING * framing(source)
            offers.append((worth * (0.8 if source.article_id in led else 1.0), source.article_id, chosen))
    paragraph: list[Draft] = []
    for _, _, chosen in sorted(offers, key=lambda offer: (-offer[0], offer[1]))[:3]:
        for candidate, text in chosen:
            fits = words_of(paragraph) + len(text.split()) <= HIGH and not plan.people.stranger(text)
            if fits and not plan.retells(candidate, text):
                lean = candidate.source.lean.label
                framed = not paragraph and lean is not None and lean is not Lean.CENTER
                plan.take_report(paragraph, candidate, text, attribute=framed)
        if words_of(paragraph) >= LOW - 5:
            break
    if words_of(paragraph) < SHORT:
        room = HIGH - words_of(paragraph)
        more = stretches.additions(plan.rows, room, (), facts_only=True) or stretches.best({}, room)
        tell(plan, paragraph, more, set())
    plan.body.append(paragraph)


def _event_of(
    plan: Plan, source: SourceText, led: Container[str], reserved: Container[int]
) -> list[tuple[Candidate, str]]:
    """Up to five sentences of a source's first part that may stand, in its order, within the length of a paragraph."""
    pool = [c for c in plan.story.candidates if c.source is source and c.sentence.index < 14 and plan.is_current(c)]
    ranked = sorted(
        (c for c in pool if c.row not in reserved and _is_near(plan, c) and not plan.is_contradicted(c)),
        key=lambda c: (
            not _is_core(plan, c),
            -(c.score + 0.5 * c.agreement + 0.2 * min(3, plan.told_by(c) - 1) - 0.25 * is_attributed(c.text)),
            c.row,
        ),
    )
    met = plan.people.copy()
    chosen: list[tuple[Candidate, str]] = []
    words = 0
    for candidate in ranked:
        if not _is_core(plan, candidate) and words >= 40:
            break
        others = [(c.row, t) for c, t in chosen]
        for text in forms(candidate, 38):
            size = len(text.split())
            if words + size > HIGH or plan.retells(candidate, text, others):
                continue
            if stands(candidate, text, met, plan.development):
                chosen.append((candidate, text))
                words += size
                met.met(text)
                break
        if words >= LOW + 10 or len(chosen) == 5:
            break
    return sorted(chosen, key=lambda item: item[0].row)


def _is_near(plan: Plan, candidate: Candidate) -> bool:
    """Whether a sentence is about the event: it tells it, or is near to what the articles open with and to the dek."""
    near = max(plan.story.relevance(candidate.row), plan.story.cosine(candidate.row, plan.rows[0]))
    return near >= _EVENT or _is_core(plan, candidate)


def _is_core(plan: Plan, candidate: Candidate) -> bool:
    """Whether a sentence tells the event itself: others state it too, or it says what the titles say."""
    return candidate.title >= 0.35 or _agreement(plan, candidate, candidate.text) > 0


def _agreement(plan: Plan, candidate: Candidate, text: str) -> int:
    """How many others tell the same, by the claims or by their own sentences."""
    return max(plan.told_by(candidate) - 1, len(plan.story.corroborations(text, candidate.row, 2)))


def _write_topics(plan: Plan, stretches: Stretches) -> None:
    """What else is told: each paragraph a stretch of one article, with what others tell about the same."""
    most = _most(plan)
    room = LOW + 10 if len(plan.story.news) >= _MANY else HIGH - 8
    done: Counter[str] = Counter()
    while len(plan.body) < most:
        steps = stretches.best(done, room)
        if not steps:
            break
        done[steps[0].source.article_id] += 1
        if _is_orphan(plan, stretches, steps):
            continue
        append(plan, _topic(plan, stretches, steps), at_least=SHORT)
    if len(plan.body) < most and not plan.perspectives:
        _write_reactions(plan)


def _is_orphan(plan: Plan, stretches: Stretches, steps: Sequence[Step]) -> bool:
    """Whether a stretch is too short for a paragraph, fits no other one, and nothing goes with it."""
    words = sum(step.words for step in steps)
    if words >= ORPHAN or words_of(plan.body[-1]) + words <= JOINED_BY_ORPHAN:
        return False
    return not stretches.additions([step.row for step in steps], HIGH - words, {steps[0].source.article_id})


def _most(plan: Plan) -> int:
    """How many paragraphs a body has at most."""
    return _PARAGRAPHS_OF_MANY if len(plan.story.news) >= _MANY else _PARAGRAPHS


def _write_reactions(plan: Plan) -> None:
    """In a plain event, what was said of it and does not stand beside a fact yet."""
    paragraph: list[Draft] = []
    credited: set[str] = set()
    speakers = [v for v in plan.ranked(plan.voices)[:5] if v.kind != "group" and (v.role or v.kind != "person")]
    stock = [s for voice in speakers for s in plan.statements(voice)[:2]]
    words = sum(min(statement.words, 30) for statement in stock)
    heard = any(statement.repeats for statement in stock)
    if words < ORPHAN and not heard and words_of(plan.body[-1]) + words > JOINED_BY_ORPHAN:
        return  # a lone saying makes no paragraph
    for voice in speakers:
        speak(plan, paragraph, voice, credited, other=False)
        if words_of(paragraph) >= LOW + 5:
            break
    append(plan, paragraph, at_least=SHORT)


def _topic(plan: Plan, stretches: Stretches, steps: Sequence[Step]) -> list[Draft]:
    """The paragraph of a stretch."""
    paragraph: list[Draft] = []
    credited: set[str] = set()
    rows = [step.row for step in steps]
    sources = {steps[0].source.article_id}
    whole = tell(plan, paragraph, steps, credited)
    while whole and paragraph and words_of(paragraph) < LOW + 12:
        more = stretches.additions(rows, HIGH - 4 - words_of(paragraph), sources)
        if not more:
            break
        sources.add(more[0].source.article_id)
        rows += [step.row for step in more]
        whole = tell(plan, paragraph, more, credited)
    return paragraph


def _settled(body: Sequence[list[Draft]]) -> list[list[Draft]]:
    """The paragraphs with each short one joined to its shorter neighbour, where both fit into one."""
    found = [paragraph for paragraph in body if paragraph]
    at = 0
    while at < len(found):
        beside = [k for k in (at - 1, at + 1) if 0 <= k < len(found)]
        nearest = min(beside, key=lambda k: words_of(found[k]), default=at)
        words = words_of(found[at])
        if nearest != at and words < ORPHAN + 5 and words + words_of(found[nearest]) <= JOINED:
            first = min(at, nearest)
            found[first : first + 2] = [found[first] + found[first + 1]]
        else:
            at += 1
    return found


def _write_uncited(plan: Plan) -> None:
    """A sentence for each outlet that nothing was taken from so far, at most three in a paragraph.

    If the newest articles of a developing story have little, one of each older article as well, with its day.

    An article that argues is quoted with its outlet's name, never told as report.
    """
    paragraph: list[Draft] = []
    for source in plan.story.news:
        cited = {p.source.article_id for d in (*plan.drafts(), *paragraph) for p in d.passages}
        thin = _is_overtaken(plan, source) and sum(map(words_of, plan.body)) < _THIN
        if (thin or source.article_id not in cited) and len(paragraph) < 3:
            if source.article_id in plan.story.comments:
                _quote_outlet(plan, paragraph, source)
            else:
                _report_outlet(plan, paragraph, source)
    append(plan, paragraph, at_least=LOW + 10)


def _is_overtaken(plan: Plan, source: SourceText) -> bool:
    """Whether a developing story has newer figures than an article's."""
    return bool(plan.newest) and source not in plan.newest


def _report_outlet(plan: Plan, paragraph: list[Draft], source: SourceText) -> None:
    """Add the best sentence of a source that may stand and says something new."""
    ranked = sorted((c for c in plan.story.candidates if c.source is source), key=lambda c: (-c.score, c.row))
    overtaken = _is_overtaken(plan, source)
    day = f"{source.order_at:%B} {source.order_at.day}" if overtaken else ""
    for candidate in ranked[:24]:
        fresh = (t for t in forms(candidate, 40) if not plan.retells(candidate, t))
        text = next((t for t in fresh if stands(candidate, t, plan.people, plan.development)), "")
        if text and plan.take_report(paragraph, candidate, text, attribute=True, day=day):
            return


def _quote_outlet(plan: Plan, paragraph: list[Draft], source: SourceText) -> None:
    """Add a sentence of an outlet's own in quotation marks, the one nearest to the titles."""
    whole = [
        sentence
        for sentence in source.sentences
        if sentence.region is None and can_be_quoted(sentence.text) and not plan.people.stranger(sentence.text)
    ]
    whole.sort(key=lambda sentence: (-title_likeness(sentence.text, plan.story.title_words), sentence.index))
    for sentence in whole[:5]:
        draft = written(source, sentence)
        if draft.keys[0] not in plan.banned and plan.take(paragraph, draft):
            return

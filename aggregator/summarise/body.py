"""The body: what happened, what each side says, where they differ, what single outlets tell, what comes next."""

from collections.abc import Container, Sequence

from aggregator.analysis.model import SourceText
from aggregator.analysis.words import fold
from aggregator.summarise.compose import Draft
from aggregator.summarise.holders import Voice
from aggregator.summarise.plan import FRAMING, NEXT, Plan, framing, words_of
from aggregator.summarise.report import can_be_quoted, forms, run_of, stands, written
from aggregator.summarise.selection import Candidate, title_likeness
from aggregator.summarise.statements import contradiction, inverted, printable, shortened
from aggregator.summarise.wording import is_attributed, without_quotations
from aggregator.types import Lean

_LOW, _HIGH = 55, 95


def write_body(plan: Plan) -> None:
    """The event, the sides or the reactions, what cannot both be so, what single outlets tell, what comes next."""
    plan.forget()
    for draft in plan.dek[:1]:
        plan.people.met(draft.text)
    _write_event(plan)
    if plan.perspectives:
        for at, side in enumerate(plan.camps.sides):
            _write_side(plan, side, other=at == 1 and bool(plan.body[-1:]))
        _write_answers(plan)
    else:
        _write_reactions(plan)
    _write_outlets(plan)
    _write_uncited(plan)
    _write_next(plan)
    plan.body = [paragraph for paragraph in plan.body if paragraph]


def _write_event(plan: Plan) -> None:
    """What happened: one outlet's own order, another than the dek's if one can be found, with who agrees."""
    led = {p.source.article_id for p in plan.dek[0].passages[:1]}
    offers: list[tuple[float, str, list[tuple[Candidate, str]]]] = []
    for source in plan.story.news:
        chosen = _event_of(plan, source, led)
        if chosen:
            scores = sorted((c.score for c, _ in chosen), reverse=True)
            agreed = sum(min(2, len(plan.story.corroborations(t, c.row))) for c, t in chosen)
            worth = scores[0] + 0.25 * sum(scores[1:]) + 0.3 * agreed
            worth -= FRAMING * framing(source)
            offers.append((worth * (0.8 if source.article_id in led else 1.0), source.article_id, chosen))
    paragraph: list[Draft] = []
    for _, _, chosen in sorted(offers, key=lambda offer: (-offer[0], offer[1]))[:2]:
        for candidate, text in chosen:
            fresh = not plan.story.repeats(candidate.row, plan.rows[len(plan.dek) :])
            if fresh and words_of(paragraph) + len(text.split()) <= _HIGH and not plan.people.stranger(text):
                lean = candidate.source.lean.label
                framed = not paragraph and lean is not None and lean is not Lean.CENTER
                plan.take_report(paragraph, candidate, text, attribute=framed)
        if words_of(paragraph) >= _LOW - 5:
            break
    plan.body.append(paragraph)


def _event_of(plan: Plan, source: SourceText, led: Container[str]) -> list[tuple[Candidate, str]]:
    """Up to five sentences of a source's first part that may stand, in its order, within the length of a paragraph."""
    pool = [c for c in plan.story.candidates if c.source is source and c.sentence.index < 14 and plan.is_current(c)]
    ranked = sorted(
        pool,
        key=lambda c: (not _is_core(plan, c), -(c.score + 0.5 * c.agreement - 0.25 * is_attributed(c.text)), c.row),
    )
    met = plan.people.copy()
    chosen: list[tuple[Candidate, str]] = []
    words = 0
    for candidate in ranked:
        if not _is_core(plan, candidate) and words >= 40:
            break
        limit = 0.92 if not chosen and source.article_id not in led else 0.72
        if plan.story.repeats(candidate.row, [*plan.rows, *(c.row for c, _ in chosen)], limit):
            continue
        for text in forms(candidate, 38):
            size = len(text.split())
            if words + size <= _HIGH and stands(candidate, text, met, plan.development):
                chosen.append((candidate, text))
                words += size
                met.met(text)
                break
        if words >= _LOW + 10 or len(chosen) == 5:
            break
    return sorted(chosen, key=lambda item: item[0].row)


def _is_core(plan: Plan, candidate: Candidate) -> bool:
    """Whether a sentence tells the event itself: others state it too, or it says what the titles say."""
    return candidate.title >= 0.35 or bool(plan.story.corroborations(candidate.text, candidate.row, 1))


def _write_side(plan: Plan, side: Sequence[Voice], other: bool) -> None:
    """What a side says and in whose words: two or three voices, each in the order that introduces it."""
    paragraph: list[Draft] = []
    ranked = plan.ranked(side)
    for voice in sorted(ranked[:4], key=lambda v: v.kind != "group"):
        _speak(plan, paragraph, voice, 2, other)
        if words_of(paragraph) >= _LOW + 15:
            break
    if paragraph:
        plan.body.append(paragraph)


def _speak(plan: Plan, paragraph: list[Draft], voice: Voice, most: int, opens_other: bool = False) -> None:
    """Up to `most` statements of a voice, introduced once."""
    spoken = 0
    for statement in plan.statements(voice):
        if spoken == most or words_of(paragraph) >= _HIGH - 12:
            return
        if plan.is_repeated(statement):
            continue
        if spoken and statement.text.split()[0] in ("It", "That", "This", "They", "He", "She"):
            continue
        introduce = plan.is_new(voice)
        short = shortened(statement, 30)
        if short is None or plan.row_used(short):
            continue
        draft = inverted(short, voice, introduce, opens_other and not paragraph)
        if words_of(paragraph) + draft.words <= _HIGH + 5 and plan.take(paragraph, draft, statement):
            spoken += 1


def _write_answers(plan: Plan) -> None:
    """Where two holders cannot both be right."""
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
    if paragraph:
        plan.body.append(paragraph)


def _write_reactions(plan: Plan) -> None:
    """In a plain event, who said what about it."""
    paragraph: list[Draft] = []
    for voice in plan.ranked(plan.voices)[:5]:
        if voice.kind == "group" or not (voice.role or voice.kind != "person"):
            continue
        _speak(plan, paragraph, voice, 2)
        if words_of(paragraph) >= _LOW + 10:
            break
    if paragraph:
        plan.body.append(paragraph)


def _write_outlets(plan: Plan) -> None:
    """What single outlets tell beyond that: each in its own paragraph and order, the uncited ones first."""
    most = 6 - len(plan.body)
    done: set[str] = set()
    while most > 0:
        cited = {p.source.article_id for d in plan.drafts() for p in d.passages}
        best: tuple[float, list[tuple[Candidate, str]]] = (0.0, [])
        for source in plan.story.news:
            if source.article_id in done or plan.budget.left(source.article_id) < 30:
                continue
            run = _own_story(plan, source)
            worth = sum(c.score for c, _ in run) + 1.0 * (source.article_id not in cited)
            if run and worth > best[0]:
                best = (worth, run)
        if not best[1]:
            return
        paragraph: list[Draft] = []
        lost: set[int] = set()
        for candidate, text in best[1]:
            # what leans on a sentence that could not be printed cannot be printed either
            if candidate.row - 1 in lost or not plan.take_report(paragraph, candidate, text, attribute=not paragraph):
                lost.add(candidate.row)
        done.add(best[1][0][0].source.article_id)
        if paragraph:
            plan.body.append(paragraph)
            most -= 1


def _own_story(plan: Plan, source: SourceText) -> list[tuple[Candidate, str]]:
    """The best stretch of an outlet's report that was not printed: runs of sentences of one paragraph, in order."""
    by_key = plan.story.by_key
    room = min(plan.budget.left(source.article_id), _HIGH - 8)
    met = plan.people.copy()
    chosen: list[tuple[Candidate, str]] = []
    ranked = sorted((c for c in plan.story.candidates if c.source is source), key=lambda c: (-c.score, c.row))
    words = 0
    for candidate in ranked:
        for at, member in enumerate(run_of(candidate, by_key, 3)):
            if plan.story.repeats(member.row, [*plan.rows, *(c.row for c, _ in chosen)]):
                break
            text = next((t for t in forms(member) if stands(member, t, met, plan.development, opening=at == 0)), "")
            size = len(text.split())
            if not text or words + size > room:
                break
            chosen.append((member, text))
            words += size
            met.met(text)
        if words >= _LOW:
            break
    return sorted(chosen, key=lambda item: item[0].row) if words >= 20 else []


def _write_uncited(plan: Plan) -> None:
    """A sentence for each outlet that nothing was taken from so far, at most three in a paragraph.

    An article that argues is quoted with its outlet's name, never told as report.
    """
    paragraph: list[Draft] = []
    for source in plan.story.news:
        cited = {p.source.article_id for d in (*plan.drafts(), *paragraph) for p in d.passages}
        if source.article_id not in cited and len(paragraph) < 3:
            if source.article_id in plan.story.comments:
                _quote_outlet(plan, paragraph, source)
            else:
                _report_outlet(plan, paragraph, source)
    if paragraph and plan.body and words_of(plan.body[-1]) + words_of(paragraph) <= _HIGH + 15:
        plan.body[-1] += paragraph
    elif paragraph:
        plan.body.append(paragraph)


def _report_outlet(plan: Plan, paragraph: list[Draft], source: SourceText) -> None:
    """Add the best sentence of a source that may stand."""
    ranked = sorted((c for c in plan.story.candidates if c.source is source), key=lambda c: (-c.score, c.row))
    overtaken = bool(plan.newest) and source not in plan.newest
    day = f"{source.order_at:%B} {source.order_at.day}" if overtaken else ""
    for candidate in ranked[:12]:
        text = next((t for t in forms(candidate, 40) if stands(candidate, t, plan.people, plan.development)), "")
        fresh = text and not plan.story.repeats(candidate.row, plan.rows, 0.85)
        if fresh and plan.take_report(paragraph, candidate, text, attribute=True, day=day):
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


def _write_next(plan: Plan) -> None:
    """The next dated step, as the last sentence."""
    if not plan.body:
        return
    newest = sorted(plan.story.candidates, key=lambda c: (-c.source.order_at.timestamp(), -c.sentence.index, c.row))
    for candidate in newest:
        bare = without_quotations(candidate.text)
        if not NEXT.search(bare) or plan.story.repeats(candidate.row, plan.rows):
            continue
        for text in forms(candidate, 36):
            fits = stands(candidate, text, plan.people, plan.development) and NEXT.search(text)
            if fits and plan.take_report(plan.body[-1], candidate, text):
                return

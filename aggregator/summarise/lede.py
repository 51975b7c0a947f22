"""The dek and the camps: the event in one sentence, who stands against whom, both in one more sentence."""

import re
from collections.abc import Iterable
from dataclasses import replace

from aggregator.analysis.lexicon import word_set
from aggregator.analysis.words import content_words, names
from aggregator.summarise.compose import Draft
from aggregator.summarise.dispute import Sides
from aggregator.summarise.figures import outcomes
from aggregator.summarise.holders import Voice
from aggregator.summarise.plan import FRAMING, STANCE, Camp, Plan, framing
from aggregator.summarise.poles import ACCUSES, MEASURE
from aggregator.summarise.report import forms, stands
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Candidate
from aggregator.summarise.statements import fits_perspective, fused, is_explicit, opened, shortened

#: with fewer words left than these the body goes before a second sentence of the dek
_BODY_FIRST = 150
#: a dek may print a marked word or two, never a camp's quotation
_MARKED, _SCARE = re.compile(r"[“\"]([^”\"]*)[”\"]"), 3


def write_dek(plan: Plan) -> None:
    """One sentence: the best of the leads, in a developing story from an article with the newest figures.

    Where those articles are too short to take a sentence from, any article may lead; overtaken figures still may not.
    """
    newest, zone = plan.newest, 12 if plan.newest else 4
    pool = [c for c in plan.story.candidates if c.sentence.index < zone and (not newest or c.source in newest)]
    if _write_first(plan, pool) or _write_first(plan, plan.story.candidates):
        return
    if newest:
        plan.newest = []
        _write_first(plan, plan.story.candidates)


def _write_first(plan: Plan, pool: Iterable[Candidate]) -> bool:
    """Print the best sentence that may be the dek; whether there was one."""
    for candidate in sorted(pool, key=lambda c: _dek_worth(plan, c), reverse=True):
        for text in forms(candidate, 45):
            plan.forget()
            if len(text.split()) < 12 or any(len(words.split()) > _SCARE for words in _MARKED.findall(text)):
                continue
            fits = stands(candidate, text, plan.people, plan.development)
            if fits and plan.take_report(plan.dek, candidate, text):
                return True
    return False


def _dek_worth(plan: Plan, candidate: Candidate) -> tuple[float, int]:
    words = len(candidate.text.split())
    worth = candidate.score + 0.01 * min(words, 34) - 0.02 * max(0, words - 36)
    worth -= FRAMING * framing(candidate.source)
    counts = 1.0 * bool(plan.development.moves and outcomes(candidate.text))
    marked = 0.15 * bool(_MARKED.search(candidate.text))
    return worth - 0.1 * candidate.leans - marked + counts, -candidate.row


def write_dek_camps(plan: Plan) -> None:
    """A second sentence that names both camps with a short statement of each."""
    left = sum(max(0, plan.budget.left(source.article_id)) for source in plan.story.news)
    if len(plan.perspectives) < 2 or left < _BODY_FIRST:
        return
    one, other = plan.perspectives[0].voice, plan.perspectives[1].voice
    pairs: list[tuple[float, Draft, Statement, Statement]] = []
    for mine in _brief(plan, one):
        for theirs in _brief(plan, other):
            draft = fused(mine, one, theirs, other)
            worth = plan.worth(mine) + plan.worth(theirs) - 0.04 * draft.words
            if mine.row >= 0 and theirs.row >= 0:
                worth += plan.story.cosine(mine.row, theirs.row)
            if draft.words <= max(30, 70 - plan.dek[0].words):
                pairs.append((worth, draft, mine, theirs))
    pairs.sort(key=lambda pair: (-pair[0], pair[1].text))
    for _, draft, mine, theirs in pairs:
        if plan.take(plan.dek, draft, mine, theirs):
            return


def _brief(plan: Plan, voice: Voice) -> list[Statement]:
    """Short statements of a voice that were not printed yet."""
    explicit = [statement for statement in plan.statements(voice) if is_explicit(statement, voice)]
    short = (shortened(statement, 22) for statement in explicit)
    return [one for one in short if one is not None and not re.match(r"(?:It|That|This|They|He|She)\b", one.text)][:5]


def write_perspectives(plan: Plan) -> None:
    """The camps, each with its most telling statement; both sides or none."""
    if not plan.camps.is_dispute:
        plan.omitted["perspectives"] = "no two holders of opposed views were found speaking in the articles"
        return
    for sides in (plan.camps.sides, *plan.camps.others):
        chosen = _camps_of(plan, sides)
        if len(chosen) >= 2:
            for camp in chosen:
                plan.budget.spend(camp.draft)
            plan.perspectives = chosen[:4]
            plan.camps = replace(plan.camps, sides=sides, others=())
            return
        for camp in chosen:
            plan.unsay(camp.statements)
    plan.omitted["perspectives"] = "only one side has a statement that can be printed with its holder"


def _camps_of(plan: Plan, sides: Sides) -> list[Camp]:
    """A camp for each side that has something to print; nothing behind a side of the first two that has not."""
    chosen: list[Camp] = []
    for at, side in enumerate(sides):
        labels = {camp.label for camp in chosen}
        ranked = [v for v in plan.ranked(side) if v.label not in labels]
        ranked = [v for v in ranked if at < 2 or any(STANCE.search(s.text) for s in v.statements)]
        tries = [(voice, strict) for strict in ((True, False) if at < 2 else (True,)) for voice in ranked]
        camp = next((c for c in (_camp(plan, voice, strict) for voice, strict in tries) if c is not None), None)
        if at > 1 and camp is not None and plan.worth(camp.statements[0]) < _WORTH_OF_THIRD:
            camp = None
        if camp is not None:
            chosen.append(camp)
            plan.note(camp.statements)
        elif at < 2:
            break
    return chosen


#: a camp's sentence says something by itself
_WORTH = 0.5
#: and that of one who stands with neither side speaks plainly of the matter
_WORTH_OF_THIRD = 1.4
_VAGUE = re.compile(r"(?:It|That|This|They|He|She|Those|These|There|But|And|So|Well|Now)\b")


def _of_somebody(statement: Statement) -> bool:
    """Whether a quotation speaks of "him" or "her" before it names anybody."""
    match = re.search(r"\b(?:he|she|him|her|his|hers)\b", statement.text) if statement.form == "quote" else None
    return match is not None and not names(statement.text[: match.start()])


def _takes_a_stand(plan: Plan, statement: Statement) -> bool:
    """Whether a statement is more than news: an act about the matter, a verb of argument, or words that judge."""
    if plan.story.relevance(statement.row) < _OF_THE_MATTER or _NARRATOR_ADDS.search(statement.text):
        return False
    common = {word for word, count in plan.story.title_words.items() if count >= 2}
    words = set(content_words(statement.text))
    if statement.form in ("act", "call"):
        common -= {word for name in plan.story.names if " " in name for word in content_words(name)}
    if statement.form in ("act", "call"):
        return bool(common & words or MEASURE.search(statement.text))
    stands = STANCE.search(statement.text) or ACCUSES.search(statement.text) or _GROUNDS.search(statement.text)
    return bool(stands or common & words or MEASURE.search(statement.text) or statement.verb.lower() not in _NEWS_VERBS)


def _is_to_the_point(plan: Plan, statement: Statement) -> bool:
    """Whether a statement names what the titles name or a measure, or blames somebody."""
    common = {word for word, count in plan.story.title_words.items() if count >= 2}
    text = statement.text
    return bool(common & set(content_words(text)) or MEASURE.search(text) or ACCUSES.search(text))


#: as near as this to what the articles open with is what a camp says
_OF_THE_MATTER = 0.2
#: where the outlet takes over in a reported clause
_NARRATOR_ADDS = re.compile(
    r"\bbut (?:has|had|made|took|never|did (?:an?|so)|did not|didn’t|has not|in [A-Z]|later|on [A-Z])\b"
)
_GROUNDS = re.compile(r"\b(?:necessary|authority|entitled|required|obligat\w+)\b")
_NEWS_VERBS = word_set("""
said says say told tells wrote writes added adds tweeted announced noted reported according recalled testified stated
acknowledged confirmed posted replied responded continued
""") | {"according to"}


def _camp(plan: Plan, voice: Voice, strict: bool) -> Camp | None:
    """A camp with the most telling statement of a voice; a strict one must be clear by itself."""
    for statement in plan.statements(voice, acts=True):
        if not is_explicit(statement, voice):
            continue
        vague = (
            plan.worth(statement) < _WORTH
            or not _is_to_the_point(plan, statement)
            or _VAGUE.match(statement.text)
            or _of_somebody(statement)
        )
        if (strict and vague) or _of_somebody(statement) or not _takes_a_stand(plan, statement):
            continue
        for most in (32, 26):
            short = shortened(statement, most)
            if short is None:
                continue
            draft = opened(short, voice)
            if fits_perspective(draft, statement) and plan.budget.allows(draft):
                return Camp(voice.label, voice, draft, (statement,))
    return None

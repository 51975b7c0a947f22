"""The camps of a dispute as the page prints them: each with its most telling statement, both sides or none."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from aggregator.analysis.lexicon import word_set
from aggregator.analysis.words import content_words, names
from aggregator.summarise.compose import Draft
from aggregator.summarise.dispute import Sides
from aggregator.summarise.holders import Voice
from aggregator.summarise.plan import STANCE, Camp, Plan
from aggregator.summarise.poles import ACCUSES, MEASURE
from aggregator.summarise.sayings import Statement
from aggregator.summarise.statements import fits_perspective, is_explicit, opened, shortened

#: a camp's sentence says something by itself
_WORTH, _WORTH_OF_NEWS = 0.5, 0.25
#: and that of one who stands with neither side speaks plainly of the matter
_WORTH_OF_THIRD = 1.4
#: as near as this to what the articles open with is what a camp says; nearer, if it is told without judging
_OF_THE_MATTER, _NEWS_OF_THE_MATTER = 0.2, 0.3
_VAGUE = re.compile(r"(?:It|That|This|They|He|She|Those|These|There|But|And|So|Well|Now)\b")
#: where the outlet takes over in a reported clause
_NARRATOR_ADDS = re.compile(
    r"\bbut (?:has|had|made|took|never|did (?:an?|so)|did not|didn’t|has not|in [A-Z]|later|on [A-Z])\b"
)
_GROUNDS = re.compile(r"\b(?:necessary|authority|entitled|required|obligat\w+)\b")
_NEWS_VERBS = word_set("""
said says say told tells wrote writes added adds tweeted announced noted reported according recalled testified stated
acknowledged confirmed posted replied responded continued
""") | {"according to"}


def write_perspectives(plan: Plan) -> None:
    """The camps: the first way to see the sides in which both have something that can be printed."""
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
    demands = (2, 1, 0) if plan.camps.are_told(sides) else (2, 1)
    for at, side in enumerate(sides):
        labels = {camp.label for camp in chosen}
        ranked = [voice for voice in plan.ranked(side) if voice.label not in labels]
        tries = [(voice, demand) for demand in (demands if at < 2 else (2,)) for voice in ranked]
        others = [camp.draft for camp in chosen]
        camp = next((c for c in (_camp(plan, voice, demand, others) for voice, demand in tries) if c is not None), None)
        if at > 1 and camp is not None and not _is_third(plan, camp):
            camp = None
        if camp is not None:
            chosen.append(camp)
            plan.note(camp.statements)
        elif at < 2:
            break
    return chosen


def _is_third(plan: Plan, camp: Camp) -> bool:
    """Whether a view beside the two sides is plain enough to be one."""
    judges = any(STANCE.search(statement.text) for statement in camp.statements)
    return judges and plan.worth(camp.statements[0]) >= _WORTH_OF_THIRD


def _camp(plan: Plan, voice: Voice, demand: int, others: Sequence[Draft]) -> Camp | None:
    """A camp with the most telling statement of a voice: one that judges and is clear by itself (2), one that judges
    (1), or one that is near to the matter (0). `others`: the camps' sentences that are chosen and not yet spent."""
    for statement in plan.statements(voice, acts=True):
        if not is_explicit(statement, voice) or _of_somebody(statement) or _NARRATOR_ADDS.search(statement.text):
            continue
        if not _meets(plan, statement, demand):
            continue
        for most in (32, 26):
            short = shortened(statement, most)
            if short is None:
                continue
            draft = opened(short, voice)
            if fits_perspective(draft, statement) and plan.budget.allows(*others, draft):
                return Camp(voice.label, voice, draft, (statement,))
    return None


def _meets(plan: Plan, statement: Statement, demand: int) -> bool:
    relevance = plan.story.relevance(statement.row)
    if demand == 0:
        spoken = statement.form in ("quote", "clause") and not _VAGUE.match(statement.text)
        return spoken and relevance >= _NEWS_OF_THE_MATTER and plan.worth(statement) >= _WORTH_OF_NEWS
    if relevance < _OF_THE_MATTER or not _takes_a_stand(plan, statement):
        return False
    if demand == 1:
        return True
    clear = plan.worth(statement) >= _WORTH and not _VAGUE.match(statement.text)
    return clear and _is_to_the_point(plan, statement)


def _of_somebody(statement: Statement) -> bool:
    """Whether a quotation speaks of "him" or "her" before it names anybody."""
    match = re.search(r"\b(?:he|she|him|her|his|hers)\b", statement.text) if statement.form == "quote" else None
    return match is not None and not names(statement.text[: match.start()])


def _takes_a_stand(plan: Plan, statement: Statement) -> bool:
    """Whether a statement is more than news: an act about the matter, a verb of argument, or words that judge."""
    words, common = set(content_words(statement.text)), common_words(plan.story.title_words)
    if statement.form in ("act", "call"):
        common -= {word for name in plan.story.names if " " in name for word in content_words(name)}
        return bool(common & words or MEASURE.search(statement.text))
    judges = STANCE.search(statement.text) or ACCUSES.search(statement.text) or _GROUNDS.search(statement.text)
    argues = statement.verb.lower() not in _NEWS_VERBS
    return bool(judges or argues or common & words or MEASURE.search(statement.text))


def _is_to_the_point(plan: Plan, statement: Statement) -> bool:
    """Whether a statement argues or blames, or names what the titles name or a measure."""
    text = statement.text
    if statement.verb.lower() not in _NEWS_VERBS:
        return True
    common = common_words(plan.story.title_words)
    return bool(common & set(content_words(text)) or MEASURE.search(text) or ACCUSES.search(text))


def common_words(title_words: Counter[str]) -> set[str]:
    """The content words of two titles or more."""
    return {word for word, count in title_words.items() if count >= 2}

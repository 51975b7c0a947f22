"""The dek and the camps: the event in one sentence, who stands against whom, both in one more sentence."""

import re
from collections.abc import Iterable

from aggregator.summarise.compose import Draft
from aggregator.summarise.figures import outcomes
from aggregator.summarise.holders import Voice
from aggregator.summarise.leads import is_clear, side_matter
from aggregator.summarise.narrator import is_opinionated
from aggregator.summarise.plan import FRAMING, Plan, framing
from aggregator.summarise.references import is_definite
from aggregator.summarise.report import forms, stands
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Candidate
from aggregator.summarise.statements import fused, is_explicit, shortened

#: with fewer words left than these the body goes before a second sentence of the dek
_BODY_FIRST = 150
#: a dek may print a marked word or two, never a camp's quotation
_MARKED, _SCARE = re.compile(r"[“\"]([^”\"]*)[”\"]"), 3


#: a dek has this many words at best
_SHORT, _LONG = 22, 36
#: what a sentence loses by telling no event, by a place behind the lead, and gains by being near to all the leads
_SIDE, _PLACE, _CENTRAL = 0.25, 0.03, 0.25
#: it stands among so many first sentences of its article; its reader knows no word of the story
_ZONE = 6
_NOTHING: frozenset[str] = frozenset()


def write_dek(plan: Plan) -> None:
    """One sentence: the best of the leads, in a developing story from an article with the newest figures.

    Where those articles are too short to take a sentence from, any article may lead; overtaken figures still may not,
    nor figures that most articles contradict. A sentence that opens with "The" and what only a reader of the story
    knows comes last.
    """
    newest, zone = plan.newest, 12 if plan.newest else _ZONE
    pool = [c for c in plan.story.candidates if c.sentence.index < zone and (not newest or c.source in newest)]
    for new in (True, False):
        if _write_first(plan, pool, new) or _write_first(plan, plan.story.candidates, new):
            return
    if newest:
        plan.newest = []
        _write_first(plan, plan.story.candidates, new=False)


def _write_first(plan: Plan, pool: Iterable[Candidate], new: bool) -> bool:
    """Print the best sentence that may be the dek, to a reader who is `new` to the story; whether there was one."""
    for candidate in sorted(pool, key=lambda c: _dek_worth(plan, c), reverse=True):
        for text in forms(candidate, 45):
            plan.forget()
            if len(text.split()) < 12 or any(len(words.split()) > _SCARE for words in _MARKED.findall(text)):
                continue
            unfit = is_opinionated(text) or not is_clear(text)
            if unfit or plan.contested.is_doubtful(text) or (new and is_definite(text, _NOTHING)):
                continue
            fits = stands(candidate, text, plan.people, plan.development)
            if fits and plan.take_report(plan.dek, candidate, text):
                return True
    return False


def _dek_worth(plan: Plan, candidate: Candidate) -> tuple[float, int]:
    words = len(candidate.text.split())
    worth = candidate.score + 0.01 * min(words, 34) - 0.02 * max(0, words - _LONG) - 0.02 * max(0, _SHORT - words)
    worth -= FRAMING * framing(candidate.source) + _SIDE * side_matter(candidate.text)
    worth += _CENTRAL * plan.story.relevance(candidate.row) - _PLACE * min(8, candidate.sentence.index)
    counts = 0.5 * bool(plan.development.moves and any(unit == "killed" for unit, _ in outcomes(candidate.text)))
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

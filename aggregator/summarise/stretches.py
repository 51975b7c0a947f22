"""Stretches of an article: facts with what is said about them, in the article's own order.

A paragraph of the body begins with one. It opens with a fact; a statement stands behind the fact that it comments on,
as in the article, and never more than two statements in a row. What was told before is passed over.
"""

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from aggregator.analysis.model import SourceText
from aggregator.analysis.words import content_words, fold
from aggregator.summarise.compose import Draft
from aggregator.summarise.holders import Voice
from aggregator.summarise.plan import Plan
from aggregator.summarise.report import People, forms, stands
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Candidate
from aggregator.summarise.statements import can_be_joined, inverted, shortened

#: how far a stretch reaches in its article, and how many sentences it may pass over at once
_REACH, _GAP = 9, 2
#: a sentence belongs to a stretch from this cosine on, if it stands in another paragraph of the article
_BELONGS = 0.25
_LONGEST_STATEMENT = 30
#: how near a sentence of another article must be to be told in the same paragraph
_TOPIC = 0.42
#: how many openings of stretches are written out to find the best one, and how many additions are tried
_OPENINGS, _ADDITIONS = 8, 6
#: what an article is worth that nothing was taken from yet, and a side of the scale that has had half the other's room
_UNCITED, _BEHIND = 0.7, 1.0
#: and what it costs that a stretch of it was printed
_HAD = 0.6
#: a stretch opens with a sentence as near to the leads, or with one that says as much of what the titles say
_ON_STORY, _ON_TITLE = 0.4, 0.2
#: what it costs that a stretch opens with a statement instead of a fact
_SPOKEN = 0.3
#: a speaker whom only an earlier sentence names
_SOMEBODY = re.compile(
    r"\b(?:he|she|they|it) (?:said|says|added|adds|told|noted|wrote|argued)\b|^One,|\b(?:it|this|that|them|so)\.$"
)
_ENOUGH = 55


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence of a stretch: a cut of a report, or a statement with its voice."""

    source: SourceText
    index: int
    row: int
    text: str
    worth: float
    candidate: Candidate | None = None
    statement: Statement | None = None
    voice: Voice | None = None

    @property
    def words(self) -> int:
        """How long it is."""
        return len(self.text.split())


class Stretches:
    """What is left to tell. `reserved` are rows kept for the end of the body."""

    def __init__(self, plan: Plan, reserved: Container[int] = ()) -> None:
        self.plan, self.reserved = plan, reserved
        self._sayings: dict[int, list[tuple[Statement, Voice]]] = {}
        self._forms: dict[int, list[str]] = {}
        for voice in plan.voices:
            if voice.kind == "person" and not voice.role:
                continue
            for statement in plan.statements(voice):
                if statement.row >= 0:
                    self._sayings.setdefault(statement.row, []).append((statement, voice))

    def best(self, done: Mapping[str, int], room: int) -> list[Step]:
        """The stretch of up to `room` words that is worth most; empty if there is none.

        `done` counts the stretches of each article so far: the fewer it had, the better, and two are enough.
        """
        favour = self.favour()
        found: tuple[float, list[Step]] = (0.0, [])
        tried = 0
        for row in self._openings(done, favour):
            source, sentence = self.plan.story.rows[row]
            steps = self.stretch(source, sentence.index, room, speak=True)
            if not steps:
                continue
            tried += 1
            words = sum(step.words for step in steps)
            worth = sum(step.worth for step in steps) * min(1.0, words / _ENOUGH) + favour[source.article_id]
            worth -= _HAD * done.get(source.article_id, 0) + _SPOKEN * (steps[0].statement is not None)
            if words >= 20 and worth > found[0]:
                found = (worth, steps)
            if tried >= _OPENINGS and found[1]:
                break
        return found[1]

    def _openings(self, done: Mapping[str, int], favour: Mapping[str, float]) -> list[int]:
        """The rows that a stretch may begin with, the most promising first: facts, and statements without one."""
        plan = self.plan
        openings: list[tuple[float, int]] = []
        for row, (source, _) in enumerate(plan.story.rows):
            key, had = source.article_id, done.get(source.article_id, 0)
            if row in self.reserved or had > 1 or plan.budget.left(key) < 20:
                continue
            candidate = plan.story.by_key.get(plan.key_of(row))
            if candidate is not None:
                if plan.story.relevance(row) < _ON_STORY and candidate.title < _ON_TITLE:
                    continue
                openings.append((candidate.score + favour[key] - 0.3 * self._staleness(row) - _HAD * had, row))
            elif row in self._sayings:
                worth = 0.25 * plan.worth(self._sayings[row][0][0]) - _SPOKEN
                openings.append((worth + favour[key] - 0.3 * self._staleness(row) - _HAD * had, row))
        return [row for _, row in sorted(openings, key=lambda item: (-item[0], item[1]))]

    def additions(self, rows: Sequence[int], room: int, done: Container[str], facts_only: bool = False) -> list[Step]:
        """One or two sentences of another article on the topic of a paragraph, the nearest that may stand.

        `rows` are those of its sentences, all printed; `done` the articles that it takes nothing more from.
        """
        plan, favour = self.plan, self.favour()
        near = plan.story.similarity[rows].max(axis=0)
        options: list[tuple[float, int]] = []
        for row, (source, _) in enumerate(plan.story.rows):
            if near[row] < _TOPIC or source.article_id in done or row in self.reserved:
                continue
            candidate = plan.story.by_key.get(plan.key_of(row))
            if candidate is not None or (row in self._sayings and not facts_only):
                score = candidate.score if candidate else 0.5
                options.append((float(near[row]) + 0.2 * score + 0.5 * favour[source.article_id], row))
        options.sort(key=lambda item: (-item[0], item[1]))
        for _, row in options[:_ADDITIONS]:
            source, sentence = plan.story.rows[row]
            steps = self.stretch(source, sentence.index, room, 2, speak=not facts_only)
            if steps and not (facts_only and any(step.voice for step in steps)):
                return steps
        return []

    def stretch(self, source: SourceText, start: int, room: int, most: int = 5, speak: bool = False) -> list[Step]:
        """The sentences from `start` on that can be told together; if it may `speak`, it may open with a statement."""
        room = min(room, self.plan.budget.left(source.article_id))
        met, introduced = self.plan.people.copy(), set(self.plan.introduced)
        steps: list[Step] = []
        words = 0
        for index in range(start, start + _REACH):
            last = steps[-1].index if steps else start
            if index - last > _GAP + 1 or len(steps) == most:
                break
            step = self._fact(source, index, steps, met)
            if step is None and (steps or speak):
                step = self._saying(source, index, steps, met, introduced)
            if step is None and not steps:
                return []
            if step is None or words + step.words > room or not self._belongs(step, steps):
                continue
            steps.append(step)
            words += step.words
            met.met(step.text)
            if step.voice is not None:
                introduced.add(step.voice.key)
        return steps

    def favour(self) -> dict[str, float]:
        """By article, what speaks for telling more of it: nothing was taken yet, or its side of the scale is behind."""
        drafts = self.plan.drafts()
        cited = {passage.source.article_id for draft in drafts for passage in draft.passages}
        taken: Counter[int] = Counter()
        for paragraph in self.plan.body:
            for draft in paragraph:
                for piece in draft.pieces:
                    if piece.passage is not None:
                        taken[_side(piece.passage.source)] += len(piece.text.split())
        favours = {}
        for source in self.plan.story.sources:
            side = _side(source)
            behind = side != 0 and 1.25 * taken[side] < taken[-side]
            favours[source.article_id] = _UNCITED * (source.article_id not in cited) + _BEHIND * behind
        return favours

    def _fact(self, source: SourceText, index: int, steps: Sequence[Step], met: People) -> Step | None:
        """The sentence of an article at `index` as report, if it may stand behind `steps`."""
        plan = self.plan
        candidate = plan.story.by_key.get((source.article_id, index))
        if candidate is None or candidate.row in self.reserved or not plan.is_current(candidate):
            return None
        follows = bool(steps) and steps[-1].candidate is not None and steps[-1].index == index - 1
        others = [(step.row, step.text) for step in steps]
        if candidate.row not in self._forms:
            self._forms[candidate.row] = forms(candidate)
        for text in self._forms[candidate.row]:
            if text in plan.banned or plan.retells(candidate, text, others):
                continue
            if not follows and points_back(text):
                continue
            if stands(candidate, text, met, plan.development, opening=not follows):
                return Step(source, index, candidate.row, text, candidate.score - 0.2, candidate)
        return None

    def _saying(
        self, source: SourceText, index: int, steps: Sequence[Step], met: People, introduced: set[str]
    ) -> Step | None:
        """What somebody says at `index`, if he may speak behind `steps`: two statements in a row are enough."""
        plan = self.plan
        if len(steps) > 1 and steps[-1].statement and steps[-2].statement:
            return None
        row = plan.story.row_of.get((source.article_id, index), -1)
        printed = [frozenset(content_words(step.text)) for step in steps]
        for statement, voice in self._sayings.get(row, ()):
            short = shortened(statement, _LONGEST_STATEMENT)
            if short is None or fold(short.text) in plan.said or plan.row_used(short) or plan.is_repeated(short):
                continue
            words = frozenset(content_words(short.text))
            if any(len(words & one) > 0.5 * max(1, min(len(words), len(one))) for one in printed):
                continue
            if met.stranger(short.text.replace(voice.surname, " ")):
                continue
            new = voice.kind == "person" and voice.key not in introduced and not met.knows(voice.surname)
            text = inverted(short, voice, new).text
            return Step(source, index, row, text, 0.2 + 0.25 * plan.worth(short), None, short, voice)
        return None

    def _belongs(self, step: Step, steps: Sequence[Step]) -> bool:
        """Whether a sentence goes on with a stretch: in its paragraph of the article, or near to it in meaning."""
        if not steps:
            return True
        story = self.plan.story
        paragraphs = {story.rows[one.row][1].paragraph for one in steps}
        nearest = max(story.cosine(step.row, one.row) for one in steps)
        return nearest >= _BELONGS or (step.candidate is not None and story.rows[step.row][1].paragraph in paragraphs)

    def _staleness(self, row: int) -> float:
        """How near a sentence is to what was printed."""
        return max((self.plan.story.cosine(row, other) for other in self.plan.rows), default=0.0)


def points_back(text: str) -> bool:
    """Whether a sentence speaks of somebody or something that only one before it names: "he said", "did not buy it"."""
    return bool(_SOMEBODY.search(text))


def tell(plan: Plan, paragraph: list[Draft], steps: Sequence[Step], credited: set[str]) -> bool:
    """Print a stretch; an outlet is credited once a paragraph (`credited`). Whether all of it could be printed."""
    at = 0
    while at < len(steps):
        step, following = steps[at], steps[at + 1] if at + 1 < len(steps) else None
        at += 1
        if step.candidate is not None:
            credit = step.source.outlet_key not in credited
            if not plan.take_report(paragraph, step.candidate, step.text, attribute=credit):
                return False
            if any(step.source.outlet in piece.text for piece in paragraph[-1].pieces if piece.passage is None):
                credited.add(step.source.outlet_key)
            continue
        assert step.statement is not None
        assert step.voice is not None
        second = following.statement if following is not None and following.voice is step.voice else None
        if second is None or not can_be_joined(step.statement, second):
            second = None
        before = steps[at - 2] if at > 1 else None
        again = before is not None and before.voice is step.voice
        draft = inverted(step.statement, step.voice, plan.is_new(step.voice), second=second, again=again)
        if not plan.take(paragraph, draft, step.statement, *([second] if second else [])):
            return False
        at += second is not None
    return True


def _side(source: SourceText) -> int:
    """-1, 1 or 0 for an outlet left or right of the center, or neither."""
    position = source.lean.label.position if source.lean.label else 0
    return (position > 0) - (position < 0)

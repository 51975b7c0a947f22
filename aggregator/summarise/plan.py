"""A page being written: its elements as drafts, what was taken for them, and what may still be said.

Elements are written in a fixed order (`extractive`); later ones take only what earlier ones left.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aggregator.analysis.model import Analysis, Claim, SourceText
from aggregator.analysis.words import content_words, fold, numbers
from aggregator.summarise.alone import is_told_alone
from aggregator.summarise.compose import Budget, Draft
from aggregator.summarise.contested import Contested
from aggregator.summarise.context import PageContext
from aggregator.summarise.dispute import find_camps
from aggregator.summarise.figures import Development
from aggregator.summarise.holders import Voice, voices
from aggregator.summarise.page import NotRepresented
from aggregator.summarise.report import People, stated
from aggregator.summarise.sayings import Statement
from aggregator.summarise.selection import Candidate, Story, title_likeness
from aggregator.summarise.statements import printable, without_narrator
from aggregator.summarise.wording import is_attributed

#: below this cosine to the story's leads a statement is about something else
RELEVANT_STATEMENT = 0.1
#: a sentence that tells of a step to come
NEXT = re.compile(
    r"\b(?:(?:is|are|was|were) (?:expected|scheduled|due|set|to be)|plans? to|will (?:be|meet|begin|decide|vote|hear|"
    r"take|go|hold|return|start|resume|open|reopen|appear|consider|publish)|hopes? to|intends? to|next (?:week|month|"
    r"year|spring|fall|session|hearing|meeting)|by (?:the end|Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|"
    r"Dec))\b"
)
#: a sentence as near in meaning, or with as many words in common, says the same; so does one with less of either and
#: some of both, and one that says as much of what the titles say, if it is a little near; of a new sentence at least
#: this share of the words is new
_NEAR, _SHARED, _RATHER_NEAR, _SHARED_IF_NEAR, _TITLE, _TITLE_NEAR, _NEW = 0.72, 0.5, 0.6, 0.3, 0.55, 0.45, 0.34
#: how often a page says that only one outlet tells something, of a sentence that says as much of what the titles say
_MOST_ALONE, _ON_TITLE = 2, 0.1
#: what so many sources tell is told in nobody's name, if an outlet words it that leans to no side
_SHARED_BY = 3
#: words of a statement that takes a stand
STANCE = re.compile(
    r"\b(?:should|must|would|cannot|can’t|never|not|no|won’t|need|wrong|right|fair|unfair|good|bad|better|worse|"
    r"harm\w*|"
    r"protect\w*|danger\w*|threat\w*|risk\w*|cost\w*|too|only|enough|deserve\w*|want|refuse\w*|illegal|justice|"
    r"accountab\w+|fail\w*|lose|win|pay|works?|mistake|trust\w*|burden\w*|first)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Camp:
    """A perspective in the making."""

    label: str
    voice: Voice
    draft: Draft
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Case:
    """A viewpoint in the making."""

    name: str
    voice: Voice
    stance: Draft
    drafts: tuple[Draft, ...]
    statements: tuple[Statement, ...]


class Reading:
    """What is known of a story before a word of its page is written."""

    def __init__(self, analysis: Analysis, read_at_most: int) -> None:
        self.analysis = analysis
        self.story = Story(analysis, read_at_most)
        self.development = Development.of(self.story.news)
        self.contested = Contested.of(self.story)
        self.voices = voices(self.story)
        for voice in self.voices:
            voice.introduction = voice.introduced(self.story.copies)
        self.camps = find_camps(self.story, self.voices)
        self.people = People(self.story)
        self.people.named_by_title([source.title for source in analysis.sources])
        #: the claim that a sentence, by article and index, belongs to
        self.claims: dict[tuple[str, int], Claim] = {}
        for claim in analysis.claims:
            for member in claim.members:
                self.claims.setdefault(member, claim)


class Plan:
    """A page being written, and what was left out with the reason. `banned` are statements that may not be printed."""

    def __init__(self, reading: Reading, context: PageContext, banned: Iterable[str] = ()) -> None:
        self.analysis, self.context = reading.analysis, context
        self.story, self.development = reading.story, reading.development
        self.contested = reading.contested
        self.voices, self.camps, self.claims = reading.voices, reading.camps, reading.claims
        self.by_key = {voice.key: voice for voice in self.voices}
        self.people = reading.people.copy()
        self.budget = Budget(self.story.sources, context.limits)
        self.headline: Draft | None = None
        self.dek: list[Draft] = []
        self.perspectives: list[Camp] = []
        self.missing: list[NotRepresented] = []
        self.why: list[Draft] = []
        self.body: list[list[Draft]] = []
        self.viewpoints: list[Case] = []
        self.omitted: dict[str, str] = {}
        self.newest = [s for s in self.story.news if self.development.moves and self.development.is_newest(s)]
        self.rows: list[int] = []
        #: the sentences that printed quotations come from
        self.heard: list[int] = []
        #: the figures that were printed
        self.figures: set[str] = set()
        #: how often the body credited an outlet
        self.credits: Counter[str] = Counter()
        #: how often it said that an outlet is the only one
        self.alone = 0
        self.said: set[str] = set()
        self.printed: list[frozenset[str]] = []
        self.introduced: set[str] = set()
        self.banned = set(banned)

    def keys_at(self, place: str) -> set[str]:
        """The statements and sentences that a place of the page ("body[1][0].parts[2]") was made from."""
        match = re.match(r"(\w+)(?:\[(\d+)\])?(?:\[(\d+)\]|\.(\w+)(?:\[(\d+)\])?)?", place)
        if match is None or match[2] is None:
            return set()
        element, at = match[1], int(match[2])
        if element == "body":
            return set(self.body[at][int(match[3])].keys)
        if element in ("dek", "why_it_matters"):
            return set((self.dek if element == "dek" else self.why)[at].keys)
        if element == "perspectives":
            return set(self.perspectives[at].draft.keys)
        if element == "viewpoints":
            case = self.viewpoints[at]
            return set(case.drafts[int(match[5])].keys if match[4] == "sentences" and match[5] else case.stance.keys)
        if element == "not_represented":
            return {self.missing[at].text}
        return set()

    def ranked(self, side: Iterable[Voice]) -> list[Voice]:
        return sorted(side, key=lambda v: (-self.voice_worth(v), v.key))

    def voice_worth(self, voice: Voice) -> float:
        worths = sorted((self.worth(s) for s in voice.statements), reverse=True)
        return len(voice.outlets) + sum(worths[:3])

    def statements(self, voice: Voice, acts: bool = False) -> list[Statement]:
        """What a voice says that can be printed and was not yet, the most telling first; `acts` can only open."""
        fresh = [s for s in voice.statements if acts or s.form not in ("act", "call")]
        fresh = [s for s in fresh if s.key not in self.banned and fold(s.text) not in self.said]
        fresh = [s for s in fresh if printable(s, voice) and not self.is_repeated(s)]
        cut = [without_narrator(s) for s in fresh if not self.development.is_stale(s.text) and self.is_timely(s)]
        fresh = [s for s in cut if s is not None and self.story.relevance(s.row) >= RELEVANT_STATEMENT]
        fresh = [s for s in fresh if not self.people.stranger(s.text.replace(voice.surname, " "))]
        return sorted(fresh, key=lambda s: (-self.worth(s), s.source.order_at, s.text))

    def is_timely(self, statement: Statement) -> bool:
        """Whether a statement may be told as it stands: in a developing story, one that a newest article carries."""
        carriers = {statement.source.article_id, *(p.source.article_id for p in statement.repeats)}
        return not self.newest or any(source.article_id in carriers for source in self.newest)

    def worth(self, statement: Statement) -> float:
        words = statement.words
        worth = title_likeness(statement.text, self.story.title_words) / max(1.0, len(self.analysis.sources) / 4)
        worth += 0.5 * min(2, len(STANCE.findall(statement.text))) + 0.3 * min(3, len(statement.repeats))
        worth += 0.3 * (9 <= words <= 26) - 0.4 * (statement.how == "pronoun") - 0.2 * (statement.how == "continued")
        worth += 0.6 * (statement.form in ("act", "call"))
        worth -= 0.8 * bool(re.match(r"(?:It|That|This|They|He|She|Those|These|And|But|So)\b", statement.text))
        return worth

    def row_used(self, statement: Statement) -> bool:
        """Whether a report sentence that was printed already carries the statement."""
        return statement.form != "quote" and statement.row in self.rows

    def is_current(self, candidate: Candidate) -> bool:
        """Whether a sentence may be told as it stands: in a developing story the newest articles must say it too."""
        if not self.newest or candidate.source in self.newest:
            return True
        agree = {p.source.article_id for p in self.story.corroborations(candidate.text, candidate.row, 40)}
        return any(source.article_id in agree for source in self.newest)

    def take_report(
        self, into: list[Draft], candidate: Candidate, text: str, attribute: bool = False, day: str = ""
    ) -> bool:
        """Print a cut of a report; `day`, of an overtaken article, is printed beside its outlet."""
        if text in self.banned or not (day or self.is_current(candidate)):
            return False
        outlet = candidate.source.outlet
        plain = (
            framing(candidate.source) == 0
            and not self.is_contradicted(candidate)
            and self.told_by(candidate) >= _SHARED_BY
        )
        shared = plain or bool(self.story.corroborations(text.rstrip(), candidate.row, 1))
        credited = bool(day) or (attribute and not shared)
        name = outlet if credited else ""
        if credited and not day:
            stresses = framing(candidate.source) > 0 and self.alone < _MOST_ALONE and candidate.title >= _ON_TITLE
            stresses = stresses and not is_attributed(text)
            if stresses and is_told_alone(self.story, candidate, text):
                name = f"Only {outlet}"
            elif self.credits[outlet]:
                name = f"{outlet} also"
        if not self.take(into, stated(candidate, text, self.story, name, day)):
            return False
        self.credits[outlet] += credited
        self.alone += name.startswith("Only ")
        self.noted(candidate, text)
        return True

    def noted(self, candidate: Candidate, text: str) -> None:
        """Remember that a cut of a report was printed."""
        self.rows.append(candidate.row)
        self.printed.append(frozenset(content_words(text)))
        self.figures.update(str(number.value) for number in numbers(text))

    def is_contradicted(self, candidate: Candidate) -> bool:
        """Whether another source contradicts what a sentence tells, by the claims of the analysis."""
        claim = self.claims.get(candidate.key)
        return claim is not None and bool(claim.contradicted_by)

    def told_by(self, candidate: Candidate) -> int:
        """How many sources tell what a sentence tells, by the claims of the analysis; 1 if no other one does."""
        claim = self.claims.get(candidate.key)
        return max(1, len(claim.reported_by)) if claim else 1

    def retells(self, candidate: Candidate, text: str, others: Sequence[tuple[int, str]] = ()) -> bool:
        """Whether `text`, a cut of a report, says again what was printed or what `others` (row, text) say.

        So does a sentence of a claim that was printed, from whatever outlet; one that is near a printed one in meaning
        or words; one that tells what the titles tell, once that was told; one with hardly a new word.
        """
        rows = [*self.rows, *self.heard, *(row for row, _ in others)]
        if not rows:
            return False
        claim = self.claims.get(candidate.key)
        if claim is not None and any(self.claims.get(self.key_of(row)) is claim for row in rows):
            return True
        nearest = max(self.story.cosine(candidate.row, row) for row in rows)
        if nearest > _NEAR or (candidate.title >= _TITLE and nearest > _TITLE_NEAR):
            return True
        words = frozenset(content_words(text))
        told = [*self.printed, *(frozenset(content_words(other)) for _, other in others)]
        shared = max((len(words & one) / max(4, min(len(words), len(one))) for one in told), default=0.0)
        if shared > _SHARED or (shared > _SHARED_IF_NEAR and nearest > _RATHER_NEAR):
            return True
        figures = {str(number.value) for number in numbers(text)}
        if figures and nearest > _TITLE_NEAR and figures <= self.figures:
            return True
        return len(words.difference(*told)) < _NEW * len(words)

    def key_of(self, row: int) -> tuple[str, int]:
        source, sentence = self.story.rows[row]
        return (source.article_id, sentence.index)

    def take(self, into: list[Draft], draft: Draft, *statements: Statement) -> bool:
        """Print a draft if the limits allow it."""
        if not self.budget.allows(draft):
            return False
        self.budget.spend(draft)
        self.note(statements)
        self.people.met(draft.text)
        into.append(draft)
        return True

    def forget(self) -> None:
        """Begin an element that is read by itself: everybody is introduced again."""
        self.people.forget()
        self.introduced.clear()

    def is_new(self, voice: Voice) -> bool:
        """Whether a person's full name is still owed to the reader."""
        return voice.kind == "person" and voice.key not in self.introduced and not self.people.knows(voice.surname)

    def note(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            self.said.add(fold(statement.text))
            self.introduced.add(statement.holder)
            self.printed.append(frozenset(content_words(statement.text)))
            self.figures.update(str(number.value) for number in numbers(statement.text))
            if statement.row >= 0:
                (self.heard if statement.form == "quote" else self.rows).append(statement.row)

    def unsay(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            self.said.discard(fold(statement.text))
            self.printed.remove(frozenset(content_words(statement.text)))

    def is_repeated(self, statement: Statement) -> bool:
        """Whether much of a statement was printed in another one."""
        words = frozenset(content_words(statement.text))
        return any(len(words & other) > 0.5 * max(1, min(len(words), len(other))) for other in self.printed)

    def drafts(self) -> list[Draft]:
        return [
            *self.dek,
            *(camp.draft for camp in self.perspectives),
            *(d for p in self.body for d in p),
            *self.why,
            *(d for case in self.viewpoints for d in (case.stance, *case.drafts)),
        ]


#: what a step from the center of the scale costs a sentence that is told in nobody's name
FRAMING = 0.08


def framing(source: SourceText) -> int:
    """How far an outlet stands from the center; 0 off the scale, of which nothing is known."""
    return abs(source.lean.label.position) if source.lean.label else 0


def words_of(drafts: Sequence[Draft]) -> int:
    """How many words some sentences have together."""
    return sum(draft.words for draft in drafts)

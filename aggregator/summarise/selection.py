"""Which sentences of a story may stand as report, how good they are, and which other articles say the same.

A sentence is scored by its likeness to the titles, by how many other sources carry it, and by its place: selection
from the lead zone beats whole-document centrality on news (Hong & Nenkova 2014; own measurements in docs/method.md).
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aggregator.analysis.model import Analysis, Sentence, SourceText
from aggregator.analysis.sentences import LONGEST
from aggregator.analysis.words import content_words, fold, name_key, names, negations, numbers
from aggregator.summarise.compose import Passage
from aggregator.summarise.wording import is_attributed, is_informal, is_opinionated, is_report, is_scene, refers_back
from aggregator.types import Kind, Rights

#: weights of the score, tuned on ROUGE against neutral human summaries of real stories
_TITLE, _AGREEMENT, _LEAD, _SCENE, _QUOTED, _OPINION, _INFORMAL = 0.6, 1.0, 0.3, 0.35, 0.15, 1.2, 0.25
_LEAD_ZONE = 8
#: below this two sentences are never the same fact; above the second one they are, if figures and names agree
_SAME, _SURE = 0.70, 0.80
_COVERED = 0.60
_REPEATS = 0.72
#: a sentence this near to the titles tells the event itself
_CORE = 0.35
#: an article that argues this much is commentary, or this much and seldom says who said what
_COMMENTARY, _ARGUING, _SOURCED = 0.3, 0.2, 0.3
#: below this cosine to the story's leads a sentence belongs to something else on the same page
_RELEVANT, _LEADS = 0.2, 4
_WORDS = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a source that may stand as report. `row` is its place in the story's matrix of sentences."""

    row: int
    source: SourceText
    sentence: Sentence
    title: float
    agreement: float
    score: float
    #: whether its opening leans on what stands before it in the article
    leans: bool

    @property
    def text(self) -> str:
        """The sentence."""
        return self.sentence.text

    @property
    def key(self) -> tuple[str, int]:
        """Which sentence of which article."""
        return (self.source.article_id, self.sentence.index)

    def passage(self, method: str = "words") -> Passage:
        """The whole sentence as a passage."""
        return Passage(self.source, self.sentence.start, self.sentence.end, method)


class Story:
    """A story laid out for writing: its readable sentences in one matrix, scored, with what they agree on."""

    def __init__(self, analysis: Analysis, read_at_most: int = 40) -> None:
        self.analysis = analysis
        self.sources = tuple(s for s in analysis.sources if s.rights is Rights.FULL and s.sentences)[:read_at_most]
        self.news = tuple(s for s in self.sources if s.kind is Kind.NEWS)
        self._at = {s.article_id: k for k, s in enumerate(self.sources)}
        self.rows = [(source, sentence) for source in self.sources for sentence in source.sentences]
        self.row_of = {(s.article_id, x.index): row for row, (s, x) in enumerate(self.rows)}
        self._starts = np.cumsum([0, *(len(s.sentences) for s in self.sources)])
        self.vectors = _matrix(self.sources)
        self.similarity: NDArray[np.float32] = self.vectors @ self.vectors.T
        self.title_words = _title_words(analysis.sources)
        self.opinion = {source.article_id: opinion_share(source) for source in self.news}
        self.comments = {s.article_id for s in self.news if _is_commentary(s, self.opinion[s.article_id])}
        if len(self.comments) == len(self.news):
            self.comments = set()
        self.candidates = tuple(self._candidates())
        self.by_key = {candidate.key: candidate for candidate in self.candidates}

    def _candidates(self) -> Iterable[Candidate]:
        titles = np.array([title_likeness(x.text, self.title_words) for _, x in self.rows])
        agreements = self._agreements()
        spread = float(titles.max()) or 1.0 if len(titles) else 1.0
        for row, (source, sentence) in enumerate(self.rows):
            if source.kind is not Kind.NEWS or sentence.region is not None or not is_report(sentence.text):
                continue
            if source.article_id in self.comments or self.relevance(row) < _RELEVANT:
                continue
            title, agreement = float(titles[row]) / spread, float(agreements[row])
            score = _TITLE * title + _AGREEMENT * agreement + _LEAD * max(0.0, 1 - sentence.index / _LEAD_ZONE)
            score -= _OPINION * self.opinion[source.article_id]
            score -= _INFORMAL * is_informal(sentence.text)
            score -= _SCENE * is_scene(sentence.text) + _QUOTED * ("“" in sentence.text or '"' in sentence.text)
            leans = refers_back(sentence.text)
            yield Candidate(row, source, sentence, title, agreement, score, leans)

    def _agreements(self) -> NDArray[np.float64]:
        """For each sentence, the mean over the other independent texts of its nearest sentence there."""
        groups: dict[str, list[int]] = {}
        for k, source in enumerate(self.sources):
            groups.setdefault(source.syndication_id or source.article_id, []).append(k)
        nearest = np.zeros((len(self.rows), len(self.sources)))
        for k in range(len(self.sources)):
            start, end = self._starts[k], self._starts[k + 1]
            if end > start:
                nearest[:, k] = self.similarity[:, start:end].max(axis=1)
        result = np.zeros(len(self.rows))
        for own in groups.values():
            rows = np.concatenate([np.arange(self._starts[k], self._starts[k + 1]) for k in own])
            columns = [nearest[rows][:, ks].max(axis=1) for ks in groups.values() if ks is not own]
            if columns and len(rows):
                result[rows] = np.mean(columns, axis=0)
        return result

    def copies(self, text: str) -> bool:
        """Whether `text` holds eight words in a row from a source: own words may not."""
        words = _WORDS.findall(text.replace("’", "'").lower())
        runs = [" ".join(words[at : at + 8]) for at in range(len(words) - 7)]
        return any(f" {run} " in whole for run in runs for whole in self._whole_texts)

    @cached_property
    def _whole_texts(self) -> tuple[str, ...]:
        return tuple(
            " " + " ".join(_WORDS.findall(f"{s.title}\n{s.text}".replace("’", "'").lower())) + " "
            for s in self.analysis.sources
        )

    @cached_property
    def names(self) -> Counter[str]:
        """All names of the readable sources, by how often they are printed."""
        return Counter(name.text for source in self.sources for name in names(source.text))

    def relevance(self, row: int) -> float:
        """How near a sentence is to what the articles of the story open with: its cosine to the mean of their leads."""
        return float(self.vectors[row] @ self._centre) if row >= 0 else 1.0

    @cached_property
    def _centre(self) -> NDArray[np.float32]:
        leads = [row for row, (_, sentence) in enumerate(self.rows) if sentence.index < _LEADS]
        mean = self.vectors[leads].mean(axis=0) if leads else np.zeros(self.vectors.shape[1], np.float32)
        length = float(np.linalg.norm(mean))
        return mean / length if length else mean

    def cosine(self, one: int, other: int) -> float:
        """The cosine of two sentences, by row."""
        return float(self.similarity[one, other])

    def repeats(self, row: int, used: Iterable[int], limit: float = _REPEATS) -> bool:
        """Whether a sentence says again what one of the rows already used says."""
        rows = list(used)
        if not rows:
            return False
        if float(self.similarity[row, rows].max()) > limit:
            return True
        words = set(content_words(self.rows[row][1].text))
        return any(_overlap(words, set(content_words(self.rows[other][1].text))) > 0.5 for other in rows)

    def passage(self, row: int, method: str = "words", score: float = 1.0) -> Passage:
        """The sentence at `row` as a passage."""
        source, sentence = self.rows[row]
        return Passage(source, sentence.start, sentence.end, method, score)

    def corroborations(self, text: str, row: int, limit: int = 6) -> list[Passage]:
        """The sentences of other articles that support `text`, a cut of the sentence at `row`: at most one each.

        Each is checked for itself: nearly the same meaning, every figure and every name of `text`, most of its
        content words, and the same number of negations. Belonging to the same claim is not enough.
        """
        source = self.rows[row][0]
        wanted = Fact.of(text)
        found: list[Passage] = []
        for k, other in enumerate(self.sources):
            start, end = int(self._starts[k]), int(self._starts[k + 1])
            if other is source or other.kind is not Kind.NEWS or start == end:
                continue
            best = start + int(np.argmax(self.similarity[row, start:end]))
            cosine, sentence = self.cosine(row, best), self.rows[best][1]
            if sentence.region is None and wanted.is_stated_by(sentence.text, cosine):
                found.append(self.passage(best, "agrees", min(1.0, cosine)))
        return sorted(found, key=lambda p: (-p.score, p.source.order_at, p.source.article_id))[:limit]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a statement commits itself to: its words, names, figures and negations."""

    words: frozenset[str]
    names: frozenset[str]
    figures: frozenset[tuple[float, str]]
    negations: int

    @classmethod
    def of(cls, text: str) -> "Fact":
        """The commitments of `text`."""
        return cls(
            frozenset(content_words(text)),
            frozenset(name_key(name.text).rsplit(" ", 1)[-1] for name in names(text)),
            frozenset((number.value, number.unit) for number in numbers(text)),
            len(negations(text)),
        )

    def is_stated_by(self, other: str, cosine: float) -> bool:
        """Whether `other` states all this as well."""
        if cosine < _SAME or len(negations(other)) != self.negations:
            return False
        fact, folded = Fact.of(other), fold(other)
        if not self.figures <= fact.figures or not all(name in folded for name in self.names):
            return False
        covered = len(self.words & fact.words) / max(1, len(self.words))
        return covered >= _COVERED or (cosine >= _SURE and covered >= _COVERED - 0.1)


def opinion_share(source: SourceText) -> float:
    """How much an article argues: the share of its own sentences that are loaded, ask, or speak of "we"."""
    own = [sentence.text for sentence in source.sentences if sentence.region is None]
    return sum(map(is_opinionated, own)) / len(own) if len(own) > 3 else 0.0


def is_commentary(source: SourceText) -> bool:
    """Whether an article argues rather than reports, by its own sentences and by how seldom it names a speaker."""
    return _is_commentary(source, opinion_share(source))


def _is_commentary(source: SourceText, share: float) -> bool:
    if share <= _ARGUING:
        return False
    texts = [sentence.text[:LONGEST] for sentence in source.sentences]
    sourced = sum(is_attributed(text) or "“" in text or '"' in text for text in texts) / len(texts)
    return share > _COMMENTARY or sourced < _SOURCED


_DEFINITE = re.compile(
    r"(?:The|This|That|These|Those)((?: [a-z][\w’'-]*){1,3}?)(?= (?:[a-z]+(?:ed|s)|is|was|are|were|has|have|had|will|"
    r"would|"
    r"could|may|might|can|must|said|told|did|does|of|in|on|at|for|to|that|who|which|between|from|with|by|behind|under|"
    r"against|over|near)\b|[,’'])(?: (of|that|who|which|for|between|to|behind|against)\b)?"
)


def is_definite(text: str, known: Container[str]) -> bool:
    """Whether a sentence opens with "The" and a common noun that an earlier sentence must have introduced.

    `known` are content words that the reader has met: those of the titles. A phrase that says itself which one it is
    ("The cost of …") is none.
    """
    match = _DEFINITE.match(text)
    if not match or match.group(2):
        return False
    head = content_words(match.group(1))
    return not head or (head[-1] not in known and not _MEASURES.fullmatch(match.group(1).split()[-1]))


_MEASURES = re.compile(
    r"bill|act|law|measure|proposal|plan|legislation|ban|deal|merger|tax|project|strike|president|government|"
    r"administration|public|country|nation|state|city|house|senate|world|economy"
)


def title_likeness(text: str, weights: Counter[str]) -> float:
    """How much of what the titles say a sentence says: their word weights found in it, damped by its length."""
    words = set(content_words(text))
    return float(sum(weights[word] for word in words if word in weights) / (6 + len(words)) ** 0.5)


def _title_words(sources: Sequence[SourceText]) -> Counter[str]:
    """Content words of the titles, by how many independent titles have them."""
    titles = {source.syndication_id or source.article_id: source.title for source in sources}
    counts: Counter[str] = Counter()
    for title in titles.values():
        counts.update(set(content_words(title)))
    return counts


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _matrix(sources: Sequence[SourceText]) -> NDArray[np.float32]:
    """All sentence vectors, one row a sentence; zeros for a source that has none."""
    size = next((s.vectors.shape[1] for s in sources if s.vectors is not None and len(s.vectors)), 1)
    blocks = [
        s.vectors
        if s.vectors is not None and len(s.vectors) == len(s.sentences)
        else np.zeros((len(s.sentences), size))
        for s in sources
    ]
    return np.vstack(blocks).astype(np.float32) if blocks else np.zeros((0, size), np.float32)

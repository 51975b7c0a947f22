"""What one process keeps of the articles and slices it has read: a cache, never the truth."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from aggregator.errors import ConfigError
from aggregator.setting_sections import IndexSettings
from aggregator.store.columns import Vector
from aggregator.store.story_tables import EmbeddingRow, Slice
from aggregator.store.tables import Article, Document
from aggregator.stories.background import Frequencies, background_frequencies
from aggregator.stories.index import Floats, Index, Kept, make_index
from aggregator.stories.terms import term_counts
from aggregator.stories.vocabulary import COUNT_BYTES, Counted, Vocabulary

#: articles read at once
_CHUNK = 1000
#: what an article takes beside its numbers: strings, arrays and their places
_ARTICLE_BYTES = 800
#: every so many closed slices, the terms of all slices so far are stored with it
CHECKPOINT = 100


class Known:
    """The features of articles, and how common terms are by all closed slices so far."""

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings
        self._articles: dict[str, _Article] = {}
        self._bytes, self._vocabulary = 0, Vocabulary()
        self._kept: Kept | None = None
        self._terms: Counter[str] = Counter()
        self._documents = self._last_slice = 0

    def frequencies(self, session: Session) -> Frequencies:
        """Background and all closed slices so far; they are only ever added, under ascending ids."""
        if not self._last_slice:
            self._start(session)
        query = select(Slice.id, Slice.terms, Slice.documents).where(Slice.id > self._last_slice)
        for number, terms, documents in session.execute(query.where(Slice.closed_at.is_not(None)).order_by(Slice.id)):
            self._terms.update(terms)
            self._documents += documents
            self._last_slice = number
        frequencies = background_frequencies()
        frequencies.add(self._terms, self._documents)
        return frequencies

    def _start(self, session: Session) -> None:
        query = select(Slice.id, Slice.terms_so_far).where(Slice.terms_so_far.is_not(None)).order_by(Slice.id.desc())
        if last := session.execute(query.limit(1)).first():
            self._last_slice = last.id
            self._terms = Counter(last.terms_so_far["terms"])
            self._documents = last.terms_so_far["documents"]

    def checkpoint(self, session: Session, terms: Mapping[str, int], documents: int) -> dict[str, Any] | None:
        """The sum of all closed slices and the one that is being closed, when it is time to store it with that."""
        last = session.scalar(select(func.max(Slice.id)).where(Slice.terms_so_far.is_not(None))) or 0
        closed = select(func.count()).select_from(Slice).where(Slice.id > last, Slice.closed_at.is_not(None))
        if (session.scalar(closed) or 0) + 1 < CHECKPOINT:
            return None
        self.frequencies(session)
        total = Counter(self._terms)
        total.update(terms)
        return {"documents": self._documents + documents, "terms": dict(sorted(total.items()))}

    def load(
        self, session: Session, documents: Callable[..., Select[Any]], keys: Sequence[tuple[str, str]], words: int
    ) -> None:
        """Read the terms and vectors of the given (article, content) pairs that are not known; they are kept, others
        only while there is room. Raises ConfigError when these alone take more memory than may be used."""
        missing = [article for article, sha in keys if not self._has(article, sha)]
        query = documents(Article.id, Document.content_sha, Document.title, Document.text, EmbeddingRow.vector)
        for start in range(0, len(missing), _CHUNK):
            chunk = query.where(Article.id.in_(missing[start : start + _CHUNK]))
            for article, sha, title, text, vector in session.execute(chunk):
                self._keep(article, _Article(sha, self._vocabulary.counted(term_counts(title, text, words)), vector))
            if self.nbytes > self._settings.max_bytes:
                self._make_room({article for article, _ in keys})

    def features(self, article: str) -> tuple[Counted, Vector]:
        """The term counts and the vector of an article that was loaded."""
        one = self._articles[article]
        return one.terms, one.vector

    def index(self, rows: Sequence[tuple[str, str, date]], first: date, last: date) -> Index | None:
        """The index of the vectors, in step with the given articles (id, content, day): all of these days that were
        placed. None when there are none. Raises ConfigError when they take more memory than may be used."""
        if not rows:
            return None
        if self._kept is None:
            self._kept = Kept(make_index(self._settings, len(self._articles[rows[0][0]].vector), self._vectors), 0)
        self._kept.most_bytes = max(self._settings.max_bytes - self.nbytes, 0)
        self._kept.follow(rows, first, last, self._vectors)
        return self._kept.index

    @property
    def nbytes(self) -> int:
        """About how much memory the features take, without the index."""
        return self._bytes + self._vocabulary.nbytes

    def _has(self, article: str, sha: str) -> bool:
        return article in self._articles and self._articles[article].sha == sha

    def _vectors(self, articles: Sequence[str]) -> Floats:
        return np.stack([self._articles[article].vector for article in articles])

    def _keep(self, article: str, one: "_Article") -> None:
        if article in self._articles:
            self._bytes -= self._articles[article].nbytes
        self._articles[article] = one
        self._bytes += one.nbytes

    def _make_room(self, wanted: Set[str]) -> None:
        """Forget the articles that are not wanted, and all terms that only they have."""
        articles, self._articles, self._bytes, self._vocabulary = self._articles, {}, 0, Vocabulary()
        for article, one in articles.items():
            if article in wanted:
                self._keep(article, _Article(one.sha, self._vocabulary.counted(one.terms), one.vector))
        if self.nbytes > self._settings.max_bytes:
            problem = f"words and vectors of {len(wanted)} articles take more than {self._settings.max_mb} MB"
            raise ConfigError(problem, key="index.max_mb", fix="raise it, or make [cluster] window_days smaller")


@dataclass(frozen=True, eq=False)
class _Article:
    """What an article is compared by, and the hash of the content from which it was made."""

    sha: str
    terms: Counted
    vector: Vector

    @property
    def nbytes(self) -> int:
        return _ARTICLE_BYTES + self.vector.nbytes + COUNT_BYTES * len(self.terms)

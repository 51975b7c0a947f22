"""What one process keeps of the articles and slices it has read: a cache, never the truth."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from aggregator.store.columns import Vector
from aggregator.store.tables import Article, Document, EmbeddingRow, Slice
from aggregator.stories.background import Frequencies, background_frequencies
from aggregator.stories.terms import term_counts

#: from this many articles on, a process keeps the features of its last slice only
KEPT = 50_000
#: every so many closed slices, the terms of all slices so far are stored with it
CHECKPOINT = 100


class Known:
    """The features of articles, and how common terms are by all closed slices so far."""

    def __init__(self) -> None:
        self.features: dict[tuple[str, str], tuple[Mapping[str, int], Vector]] = {}
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
        """Terms and vectors of the given (article, content) pairs; what is not among the last ones asked for goes."""
        if len(self.features) > KEPT:
            wanted = set(keys)
            self.features = {key: kept for key, kept in self.features.items() if key in wanted}
        missing = [article for article, sha in keys if (article, sha) not in self.features]
        query = documents(Article.id, Document.content_sha, Document.title, Document.text, EmbeddingRow.vector)
        for start in range(0, len(missing), 1000):
            chunk = query.where(Article.id.in_(missing[start : start + 1000]))
            for article, sha, title, text, vector in session.execute(chunk):
                self.features[(article, sha)] = term_counts(title, text, words), vector

"""The index against real databases: filled from them, and compared with pgvector's own search."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pytest
from sqlalchemy import select, text

from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow
from aggregator.store.tables import Article
from aggregator.stories.index import ExactIndex, Floats, Kept
from tests.stories.archive import add_articles, article_id

FIRST, LAST = date(2026, 10, 2), date(2026, 10, 6)


class Window:
    """How a stage would tell the index of the database."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def wanted(self) -> Iterator[tuple[str, str, date]]:
        query = select(EmbeddingRow.article_id, EmbeddingRow.input_sha, Article.order_at).join(Article)
        with self.store.read() as session:
            rows = [(key, sha, at.date()) for key, sha, at in session.execute(query)]
        return (row for row in rows if FIRST <= row[2] <= LAST)

    def fetch(self, ids: Sequence[str]) -> Floats:
        with self.store.read() as session:
            rows = session.execute(
                select(EmbeddingRow.article_id, EmbeddingRow.vector).where(EmbeddingRow.article_id.in_(ids))
            )
            vector_of = dict(rows.all())
        return np.stack([vector_of[key] for key in ids])


def test_after_a_crash_it_is_rebuilt_from_the_database_and_answers_alike(store: Store) -> None:
    with store.write() as session:
        add_articles(session, range(30))
    window, kept = Window(store), Kept(ExactIndex(384), 1 << 20)
    kept.follow(window.wanted(), FIRST, LAST, window.fetch)
    with store.write() as session:
        add_articles(session, range(30, 60))
    kept.follow(window.wanted(), FIRST, LAST, window.fetch)
    rebuilt = Kept(ExactIndex(384), 1 << 20)
    rebuilt.follow(window.wanted(), FIRST, LAST, window.fetch)
    queries = window.fetch([article_id(number) for number in range(60)])
    assert rebuilt.index.search(queries, FIRST, LAST, top=9) == kept.index.search(queries, FIRST, LAST, top=9)
    assert len(kept.index) == 40


@pytest.fixture
def postgresql(postgres_url: str) -> Iterator[Store]:
    opened = Store(postgres_url)
    yield opened
    opened.close()


def test_pgvector_gives_the_same_candidates(postgresql: Store) -> None:
    store = postgresql
    with store.write() as session:
        add_articles(session, range(60))
    window, kept = Window(store), Kept(ExactIndex(384), 1 << 20)
    kept.follow(window.wanted(), FIRST, LAST, window.fetch)
    searched = text(
        "SELECT e.article_id, -(e.vector <#> (SELECT vector FROM embeddings WHERE article_id = :key)) AS cosine "
        "FROM embeddings e JOIN articles a ON a.id = e.article_id "
        "WHERE a.order_at >= '2026-10-02Z' AND a.order_at < '2026-10-07Z' ORDER BY cosine DESC, e.article_id LIMIT 7"
    )
    for number in range(0, 60, 7):
        with store.read() as session:
            by_database = session.execute(searched, {"key": article_id(number)}).all()
        hits = kept.index.search(window.fetch([article_id(number)]), FIRST, LAST, top=7)[0]
        assert [hit.id for hit in hits] == [key for key, _ in by_database]
        assert [hit.cosine for hit in hits] == pytest.approx([cosine for _, cosine in by_database], abs=1e-6)

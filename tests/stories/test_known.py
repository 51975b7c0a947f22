"""What a clusterer keeps from one run to the next changes nothing, and is bounded."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import ConfigError
from aggregator.setting_sections import IndexSettings
from aggregator.stage import drain
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Document
from aggregator.stories.cluster import Cluster
from aggregator.stories.known import Known
from aggregator.stories.rebuild import stories
from aggregator.stories.terms import term_counts
from tests.stories.archive import SETTINGS, START, add_articles, cluster_stage

DAYS = 5
MB = 1 << 20


@pytest.fixture
def both(sqlite: Store, postgres_url: str) -> Iterator[tuple[Store, Store]]:
    other = Store(postgres_url)
    yield sqlite, other
    other.close()


def run_daily(store: Store, cluster: Cluster | None = None) -> None:
    """Five days of eight articles each, with a run after each day: in one process, or each in one of its own."""
    for day in range(DAYS):
        with store.write() as session:
            add_articles(session, range(8 * day, 8 * day + 8))
        clock = Clock(START + timedelta(days=day, hours=12))
        one = cluster or cluster_stage(clock)
        one.clock = clock
        drain(one, store, clock)


def stage(index: IndexSettings) -> Cluster:
    return Cluster(SETTINGS.cluster, SETTINGS.embed, ("en",), Clock(START), index)


def test_a_store_on_postgresql_gives_the_same_stories_and_so_does_a_new_process_for_every_run(
    both: tuple[Store, Store],
) -> None:
    sqlite, postgresql = both
    run_daily(sqlite)
    run_daily(postgresql, stage(IndexSettings()))
    with sqlite.read() as one, postgresql.read() as other:
        found = stories(one)
        assert found == stories(other)
    assert len(found) >= 6


def test_a_window_that_does_not_fit_is_an_error_that_names_the_setting(sqlite: Store) -> None:
    small = stage(IndexSettings(max_mb=1))
    with sqlite.write() as session:
        add_articles(session, range(600), per_day=600)
    with pytest.raises(ConfigError, match="600 articles take more than 1 MB"):
        drain(small, sqlite, Clock(START + timedelta(hours=12)))


def test_what_is_not_asked_for_again_makes_room(sqlite: Store) -> None:
    with sqlite.write() as session:
        add_articles(session, range(600))
    known, cluster = Known(IndexSettings(max_mb=1)), stage(IndexSettings())
    with sqlite.read() as session:
        rows = session.execute(cluster.documents(Article.id, Document.content_sha).order_by(Article.id)).all()
        for start in range(0, 600, 100):
            known.load(
                session, cluster.documents, [(row.id, row.content_sha) for row in rows[start : start + 100]], 250
            )
            terms, vector = known.features(rows[start].id)
            assert len(terms) > 0
            assert vector.shape == (384,)
            assert known.nbytes <= MB
        known.load(session, cluster.documents, [(rows[0].id, rows[0].content_sha)], 250)
        assert known.features(rows[0].id)[0] == terms_of(session, cluster, rows[0].id)


def terms_of(session: Session, cluster: Cluster, key: str) -> Mapping[str, int]:
    title, text = session.execute(cluster.documents(Document.title, Document.text).where(Article.id == key)).one()
    return term_counts(title, text, 250)

"""A model that is changed in the middle: all is embedded anew, nothing is compared across spaces, no id breaks."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from aggregator.clock import Clock
from aggregator.setting_sections import EmbedSettings
from aggregator.stage import drain
from aggregator.store.columns import Vector
from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow, Membership
from aggregator.store.tables import Attempt, Document
from aggregator.stories import embed as stage
from aggregator.stories.cluster import Cluster
from aggregator.stories.embed import Embed, embed_recipe
from aggregator.stories.embedding import space_of
from aggregator.types import Kind
from tests.stories.archive import SETTINGS, START, add_articles, article_id, place

NEW = EmbedSettings(max_tokens=64)


class Opposite:
    """An embedder where every text lies opposite to where it lay: mixed spaces would show."""

    engine, dimension = "test", 384

    def __init__(self, model: str, max_tokens: int, *_: object) -> None:
        self.space = space_of(model, max_tokens)

    def embed(self, texts: Sequence[str]) -> Vector:
        rows = []
        for text in texts:
            event = np.zeros(384)
            for word in text.split():
                event -= np.random.default_rng(sum(word.encode())).normal(size=384)
            rows.append(event / np.linalg.norm(event))
        return np.array(rows, np.float32)


@pytest.fixture
def clock() -> Clock:
    return Clock(START + timedelta(days=5))


@pytest.fixture
def sqlite(sqlite: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Store:
    """24 articles placed by the old model's vectors; then the model is changed."""
    with sqlite.write() as session:
        add_articles(session, range(24))
    place(sqlite, clock)
    monkeypatch.setattr(stage, "load_embedder", Opposite)
    return sqlite


def stories(store: Store) -> dict[str, str | None]:
    with store.read() as session:
        return dict(session.execute(select(Membership.article_id, Membership.story_id)).all())


def new_article(store: Store, number: int) -> None:
    """An article that only the new model embeds."""
    with store.write() as session:
        add_articles(session, [number])
        session.delete(session.get_one(EmbeddingRow, (article_id(number), embed_recipe(SETTINGS.embed))))


def embed_some(store: Store, clock: Clock, count: int) -> None:
    one = Embed(NEW, ("en",), clock)
    one.batch_size = 1
    done: list[int] = []
    drain(one, store, clock, stop=lambda: len(done) >= count, progress=done.append)


def cluster_anew(store: Store, clock: Clock) -> int:
    """Cluster with the new model; how many slices were placed."""
    return drain(Cluster(SETTINGS.cluster, NEW, ("en",), clock), store, clock).ok


def test_all_documents_are_embedded_anew_and_no_article_changes_its_story(sqlite: Store, clock: Clock) -> None:
    before = stories(sqlite)
    assert drain(Embed(NEW, ("en",), clock), sqlite, clock).ok == 24
    assert cluster_anew(sqlite, clock) == 0
    assert stories(sqlite) == before
    with sqlite.read() as session:
        spaces = session.execute(select(EmbeddingRow.recipe, EmbeddingRow.space).distinct()).all()
    assert len(set(spaces)) == 2


def test_an_article_joins_the_story_that_is_near_in_the_new_space(sqlite: Store, clock: Clock) -> None:
    before = stories(sqlite)
    new_article(sqlite, 24)
    drain(Embed(NEW, ("en",), clock), sqlite, clock)
    assert cluster_anew(sqlite, clock) == 1
    assert stories(sqlite)[article_id(24)] == before[article_id(18)]  # of the same event, the latest


def test_nothing_is_placed_while_the_articles_around_it_wait_for_their_new_vectors(sqlite: Store, clock: Clock) -> None:
    before = stories(sqlite)
    new_article(sqlite, 24)
    with sqlite.write() as session:  # the new article is embedded first, and the process is killed after five
        for article in session.scalars(select(Document).where(Document.article_id != article_id(24))):
            session.add(Attempt(stage="embed", key=article.article_id, input_sha="older", not_before=None))
    embed_some(sqlite, clock, 5)
    assert cluster_anew(sqlite, clock) == 0
    drain(Embed(NEW, ("en",), clock), sqlite, clock)
    assert cluster_anew(sqlite, clock) == 1
    assert {key: story for key, story in stories(sqlite).items() if key in before} == before


def test_an_article_that_the_new_model_cannot_embed_is_not_waited_for(sqlite: Store, clock: Clock) -> None:
    new_article(sqlite, 24)
    with sqlite.write() as session:
        sha = session.scalars(select(Document.content_sha).where(Document.article_id == article_id(3))).one()
        session.add(Attempt(stage="embed", key=article_id(3), input_sha=sha, tries=1, buried=True, reason="no-words"))
    drain(Embed(NEW, ("en",), clock), sqlite, clock)
    assert cluster_anew(sqlite, clock) == 1


def test_an_article_in_a_language_that_is_no_longer_supported_is_not_waited_for(sqlite: Store, clock: Clock) -> None:
    new_article(sqlite, 24)
    with sqlite.write() as session:
        session.scalars(select(Document).where(Document.article_id == article_id(3))).one().language = "nn"
    drain(Embed(NEW, ("en",), clock), sqlite, clock)
    assert cluster_anew(sqlite, clock) == 1


def test_an_article_that_has_become_a_round_up_is_not_waited_for(sqlite: Store, clock: Clock) -> None:
    new_article(sqlite, 24)
    with sqlite.write() as session:
        session.scalars(select(Document).where(Document.article_id == article_id(3))).one().kind = Kind.ROUND_UP.value
    drain(Embed(NEW, ("en",), clock), sqlite, clock)
    assert cluster_anew(sqlite, clock) == 1


def test_no_story_id_breaks_when_the_model_is_changed_and_changed_back(sqlite: Store, clock: Clock) -> None:
    new_article(sqlite, 24)
    drain(Embed(NEW, ("en",), clock), sqlite, clock)
    cluster_anew(sqlite, clock)
    before = stories(sqlite)
    with sqlite.write() as session:
        add_articles(session, [25])
    place(sqlite, clock)  # with the old model again, of which article 24 has no vector yet
    assert stories(sqlite) == before
    drain(Embed(SETTINGS.embed, ("en",), clock), sqlite, clock)
    place(sqlite, clock)
    after = stories(sqlite)
    assert {key: story for key, story in after.items() if key in before} == before
    assert after.keys() - before.keys() == {article_id(25)}


def test_an_article_that_was_found_to_be_a_round_up_is_not_waited_for(sqlite: Store, clock: Clock) -> None:
    with sqlite.write() as session:
        roundup = session.scalars(select(Document).where(Document.article_id == article_id(23))).one()
        roundup.kind = "round-up"  # its page says so now, and its text is the same
    new_article(sqlite, 24)
    assert drain(Embed(NEW, ("en",), clock), sqlite, clock).ok == 24

    assert cluster_anew(sqlite, clock) == 1

"""What no newsroom should send has a defined result, and breaks no id."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from aggregator.clock import Clock
from aggregator.setting_sections import ClusterSettings, EmbedSettings
from aggregator.stage import drain
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow, Membership
from aggregator.stories.background import Frequencies
from aggregator.stories.cluster import Cluster
from aggregator.stories.embed import embed_recipe
from aggregator.stories.identity import Past
from aggregator.stories.join import Item
from aggregator.stories.partition import Part, Partition, partition
from aggregator.stories.repair import Rules
from benchmarks.soundness import faults
from tests.stories.archive import SETTINGS, WORDS, add_article, cluster_stage

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAVIGATION = "Home News Sport Weather Business Culture Travel Sign in Subscribe Newsletters Podcasts About us Contact"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    upgrade(store)
    return store


def run(store: Store, now: datetime = NOW, cluster: Cluster | None = None) -> dict[str, str]:
    """The story of each article after a run; every id leads somewhere, and events tell who is where."""
    clock = Clock(now)
    drain(cluster or cluster_stage(clock), store, clock)
    with store.read() as session:
        assert faults(session) == []
        return {one.article_id: one.story_id or "" for one in session.scalars(select(Membership))}


def items(count: int, words: list[str], seed: int = 0) -> tuple[Item, ...]:
    chance = random.Random(seed)
    at = NOW.replace(hour=0)
    return tuple(
        Item(f"a{n:05}", at, at + timedelta(seconds=n), f"{n:05}", f"https://x.example/{n}",
             Counter(chance.choices(words, k=30)), np.ones(4, np.float32) / 2)
        for n in range(count)
    )  # fmt: skip


def grouped(articles: tuple[Item, ...]) -> Partition:
    part = Part(NOW.date(), articles)
    return partition([part], [], Frequencies({}, 0), ClusterSettings(), Rules(), Past())


def test_documents_without_terms_or_of_five_words_each_found_a_story_or_join_one(store: Store) -> None:
    with store.write() as session:
        add_article(session, "a_01", 0, NOW, 1)
        for number, text in enumerate(["", "?!", "a the of", "Harbor mayor bridge ferry talks", "zzz"], 2):
            add_article(session, f"a_{number:02}", number % 6, NOW, number, text=text)
    found = run(store)
    assert len(found) == 6
    assert all(found.values())


def test_pages_of_navigation_are_one_story_of_their_own_and_draw_nothing_in(store: Store) -> None:
    with store.write() as session:
        for number in range(12):
            add_article(session, f"a_{number:02}", number % 3, NOW, number)
        for number in range(12, 18):
            add_article(session, f"a_{number:02}", 5, NOW, number, text=NAVIGATION)
    found = run(store)
    menus = {found[f"a_{number:02}"] for number in range(12, 18)}
    assert len(menus) == 1
    assert menus.isdisjoint(found[f"a_{number:02}"] for number in range(12))


def test_ten_thousand_copies_of_one_text_are_one_story() -> None:
    (one,) = items(1, ["harbor", "mayor", "bridge"])
    copies = tuple(
        Item(f"a{n:05}", one.published_at, one.order_at, f"{n:05}", f"https://x.example/{n}", one.terms, one.vector)
        for n in range(10_000)
    )
    slices = [Part(NOW.date(), copies[:5_000]), Part(NOW.date(), copies[5_000:])]  # as the stage hands them over
    found = partition(slices, [], Frequencies({}, 0), ClusterSettings(), Rules(), Past())
    assert [len(group) for group in found.groups] == [10_000]


def test_two_thousand_articles_of_one_story_are_one() -> None:
    found = grouped(items(2_000, WORDS[:10]))
    assert [len(group) for group in found.groups] == [2_000]


def test_articles_of_1970_of_tomorrow_and_three_weeks_late_are_placed_by_their_own_dates(store: Store) -> None:
    with store.write() as session:
        for number, when in enumerate([NOW, NOW + timedelta(days=1), datetime(1970, 1, 1, tzinfo=UTC)]):
            add_article(session, f"a_{number:02}", 0, when, number)
    first = run(store)
    assert first["a_00"] == first["a_01"]
    assert first["a_02"] != first["a_00"]
    with store.write() as session:
        add_article(session, "a_03", 0, NOW - timedelta(days=21), 3)
        add_article(session, "a_04", 0, NOW - timedelta(days=21, hours=1), 4)
    after = run(store, NOW + timedelta(hours=1))
    assert after["a_03"] == after["a_04"]
    assert after["a_03"] not in set(first.values())
    assert {key: after[key] for key in first} == first
    assert run(store, NOW + timedelta(days=3)) == after


def test_another_model_in_the_middle_leaves_every_article_where_it_is(store: Store) -> None:
    with store.write() as session:
        for number in range(12):
            add_article(session, f"a_{number:02}", number % 3, NOW, number)
    before = run(store)
    other = EmbedSettings(lead_words=40)
    clock = Clock(NOW + timedelta(hours=1))

    def embed_anew(keys: Iterable[str]) -> None:
        with store.write() as session:
            rows = {row.article_id: row for row in session.scalars(select(EmbeddingRow))}
            for key in keys:
                old = rows[key]
                session.add(
                    EmbeddingRow(article_id=key, recipe=embed_recipe(other), input_sha=old.input_sha, space="other",
                                 engine="", vector=old.vector, made_at=NOW)
                )  # fmt: skip

    with store.write() as session:
        for number in range(12, 15):
            add_article(session, f"a_{number:02}", number % 3, NOW, number)
    embed_anew(("a_12", "a_13", "a_14", "a_00"))
    # the others have no vector of the new model yet, and vectors of two models are never compared
    assert run(store, clock.now(), Cluster(SETTINGS.cluster, other, ("en",), clock)) == before
    embed_anew(f"a_{number:02}" for number in range(1, 12))
    after = run(store, clock.now(), Cluster(SETTINGS.cluster, other, ("en",), clock))
    assert {key: after[key] for key in before} == before
    assert after["a_12"] == before["a_00"]

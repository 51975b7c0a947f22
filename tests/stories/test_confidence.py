"""How sure it is that an article stands rightly: what it depends on, when it is stored, what editors' decisions do."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from aggregator.clock import Clock
from aggregator.setting_sections import ClusterSettings
from aggregator.stage import drain
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow, Membership, StoryRow
from aggregator.store.tables import Document
from aggregator.stories import confidence as module
from aggregator.stories.background import Frequencies
from aggregator.stories.confidence import EDITOR, MOST, Links, Logistic, confidence
from aggregator.stories.editing import By, StoryEditor, members_of
from aggregator.stories.embed import embed_recipe
from aggregator.stories.join import Item, Member, Placement, lay
from aggregator.stories.rebuild import rebuild
from aggregator.stories.repair import MOST_OF_STORY, repair
from tests.stories.archive import SETTINGS, add_article, cluster_stage

DAY = datetime(2026, 3, 2, tzinfo=UTC)
RECIPE = embed_recipe(SETTINGS.embed)
ANN = By("Ann", "editor", "as the sources say")
shares = st.floats(0, 1, allow_nan=False)


def test_a_larger_margin_to_the_next_story_and_a_smaller_story_are_surer() -> None:
    near = confidence(Links(own=0.3, weakest=0.2, other=0.14, size=3))
    assert confidence(Links(own=0.3, weakest=0.2, other=0.02, size=3)) > near
    assert confidence(Links(own=0.3, weakest=0.2, other=0.14, size=9)) < near


def test_an_article_alone_is_less_sure_the_nearer_another_story_is() -> None:
    assert confidence(Links()) > 0.8 > confidence(Links(other=0.08)) > confidence(Links(other=0.18))


@given(shares, shares, shares, st.integers(1, 10_000))
def test_the_machine_is_never_as_sure_as_an_editor(own: float, weakest: float, other: float, size: int) -> None:
    assert 0 <= confidence(Links(own, weakest, other, size)) <= MOST < EDITOR


def item(name: str, words: str, hours: float = 0) -> Item:
    at = DAY + timedelta(hours=hours)
    return Item(name, at, at, name, f"https://x.example/{name}", Counter(words), np.ones(1, np.float32))


def test_the_links_of_an_article_are_its_scores_after_repair_with_its_own_story_and_the_next_one() -> None:
    news = {"s": [item("a", "xxyz"), item("b", "xxyw"), item("c", "xxyz")], "t": [item("d", "zzq"), item("e", "zzq")]}
    table = lay([], [Member(one, story) for story, members in news.items() for one in members], Frequencies({}, 0))
    placements = [Placement("c", "s", False, 1.0, (("t", 0.15),))]
    settings = ClusterSettings(dense_weight=0, join=0.6, repair=0.6, near_miss=0.1)

    links = repair(table, placements, {one.id: story for story, m in news.items() for one in m}, settings).links

    assert links.keys() == {"a", "b", "c", "d", "e"}
    assert links["a"] == links["c"]
    assert links["b"].weakest == links["b"].own < links["a"].own
    assert links["b"].other == 0 < links["a"].other < links["d"].own
    assert [links[key].size for key in "abcde"] == [3, 3, 3, 2, 2]


def test_new_articles_of_a_story_too_long_for_repair_have_links_too() -> None:
    old = [item(f"a_{n:03}", "xyz") for n in range(5)]
    new = [item(f"b_{n:03}", "xyz", 1) for n in range(2 * MOST_OF_STORY)]
    table = lay(new, [Member(one, "s") for one in old], Frequencies({}, 0))
    for position in table.new:
        table.put(position, "s")

    links = repair(table, [Placement("b_000", "s", False, 1.0)], {}, ClusterSettings()).links

    assert {one.id for one in new} <= links.keys()
    assert {links[one.id].size for one in new} == {len(old) + len(new)}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A database; confidence is spread out, for the made-up articles of one event are all alike."""
    monkeypatch.setattr(module, "AMONG_OTHERS", Logistic(0.0, (1.0, 1.0, 1.0, -0.5)))
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    upgrade(store)
    return store


def come(store: Store, event: int, day: float, *numbers: int) -> list[str]:
    keys = [f"a_{number:02}" for number in numbers]
    with store.write() as session:
        for key, number in zip(keys, numbers, strict=True):
            add_article(session, key, event, DAY + timedelta(days=day, minutes=number), number)
    return keys


def run(store: Store, day: float) -> None:
    clock = Clock(DAY + timedelta(days=day))
    drain(cluster_stage(clock), store, clock)


def sure(store: Store) -> dict[str, float | None]:
    with store.read() as session:
        return {one.article_id: one.confidence for one in session.scalars(select(Membership))}


def decide(store: Store, kind: str, *arguments: object) -> int:
    with store.write() as session:
        editor = StoryEditor(session, Clock(DAY + timedelta(days=3)), ANN)
        return int(getattr(editor, kind)(*arguments).id)


def home(store: Store, article: str) -> StoryRow:
    with store.read() as session:
        return session.get_one(StoryRow, session.get_one(Membership, article).story_id)


def test_every_article_has_a_confidence_and_a_story_the_mean_of_its_articles(store: Store) -> None:
    members = come(store, 0, 0, 1, 2, 3)
    come(store, 1, 0, 4)
    run(store, 3)

    found = sure(store)

    assert all(value is not None and 0 < value < EDITOR for value in found.values())
    assert home(store, members[0]).confidence == pytest.approx(sum(found[key] or 0 for key in members) / 3, abs=1e-4)


def test_a_story_that_an_open_day_no_longer_changes_is_as_sure_as_it_was(store: Store) -> None:
    first, second = come(store, 0, 0, 1, 2)
    run(store, 1.5)
    closed = sure(store)
    [late] = come(store, 0, 1.6, 3)
    run(store, 1.8)
    changed = sure(store)
    assert changed[first] != closed[first]

    [other] = come(store, 1, 1.7, 4)
    with store.write() as session:  # it is rewritten to be about another event
        text, vector = session.get_one(Document, (other, 1)), session.get_one(EmbeddingRow, (other, RECIPE))
        edited, embedded = session.get_one(Document, (late, 1)), session.get_one(EmbeddingRow, (late, RECIPE))
        edited.title, edited.text, edited.content_sha = text.title, text.text, "edited"
        embedded.vector, embedded.input_sha = vector.vector, "edited"
    run(store, 1.9)

    assert home(store, late).id != home(store, first).id
    assert {key: sure(store)[key] for key in (first, second)} == {key: closed[key] for key in (first, second)}


def test_confidence_does_not_depend_on_the_deliveries_before_a_day_was_closed(store: Store, tmp_path: Path) -> None:
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    upgrade(other)
    for number in range(8):
        come(store, number % 2, number // 4, number)
        come(other, number % 2, number // 4, number)
        if number % 2:
            run(store, 0.5 + number // 4)
    run(store, 4)
    run(other, 4)

    assert sure(store) == sure(other)
    assert len(set(sure(store).values())) > 4


def test_what_an_editor_placed_or_kept_is_certain_until_that_is_undone(store: Store) -> None:
    members = come(store, 0, 0, 1, 2, 3)
    run(store, 3)
    before = sure(store)
    number = decide(store, "keep", members[:1])
    assert [sure(store)[key] for key in members] == [EDITOR, before[members[1]], before[members[2]]]

    come(store, 0, 2, 4)
    run(store, 5)
    assert sure(store)[members[0]] == EDITOR
    assert (sure(store)[members[1]] or 0) < EDITOR

    decide(store, "undo", number)
    assert sure(store)[members[0]] is None
    come(store, 0, 3, 5)
    run(store, 6)
    assert 0 < (sure(store)[members[0]] or 0) < EDITOR


def test_stories_made_again_from_the_record_are_as_sure(store: Store, tmp_path: Path) -> None:
    members = come(store, 0, 0, 1, 2, 3) + come(store, 1, 1, 4, 5)
    run(store, 4)
    decide(store, "split", home(store, members[0]).id, members[:1])
    come(store, 0, 4, 6)
    run(store, 6)
    again = Store(f"sqlite:///{tmp_path / 'again.sqlite'}")
    upgrade(again)

    rebuild(store, again, SETTINGS.cluster, SETTINGS.embed, ("en",))

    assert sure(again) == sure(store)


def test_an_article_that_an_editor_kept_is_not_taken_out_of_its_story(store: Store) -> None:
    members = come(store, 0, 0, 1, 2) + come(store, 1, 0, 3, 4)
    run(store, 3)
    here, there = home(store, members[0]).id, home(store, members[2]).id
    decide(store, "move", members[1:2], there)
    decide(store, "keep", members[:1])

    for number in range(5, 9):
        come(store, number % 2, number - 4, number)
        run(store, number)

    with store.read() as session:
        assert members[0] in members_of(session, here)
        assert members[1] in members_of(session, there)

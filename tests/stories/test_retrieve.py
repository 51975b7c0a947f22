"""Retrieval finds what a comparison with everything finds, in whatever order and by whatever index."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.index import ExactIndex, Index
from aggregator.stories.join import Item, Member, Placement, join, lay
from aggregator.stories.partition import place
from aggregator.stories.retrieve import Retrieved, retrieve
from aggregator.stories.score import compare
from aggregator.stories.vocabulary import Vocabulary

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FREQUENCIES = Frequencies({f"w{n}": 1000 // (n + 1) for n in range(300)}, 2000)
SETTINGS = ClusterSettings(neighbours=8)


def article(number: int, *, dated: bool = True, terms: int = 40) -> Item:
    """An article about one of 40 events, whose words and vector are those of the event with some of its own."""
    chance, event = np.random.default_rng(number), np.random.default_rng(10_000 + number % 40)
    own = chance.integers(0, 300, terms // 2).tolist() + event.permutation(300)[: terms // 2].tolist()
    vector = event.normal(size=16) + chance.normal(size=16) / 2
    at = NOON + timedelta(hours=float(chance.uniform(-120, 120)))
    unit = (vector / np.linalg.norm(vector)).astype(np.float32)
    words = Counter(f"w{n}" for n in own)
    key = f"a{number:04}"
    return Item(key, at if dated else None, at, key, f"https://x.example/{number}", words, unit)


def archive(count: int, terms: int = 40) -> tuple[list[Item], list[Member]]:
    """New articles, and twice as many in stories of a window of ten days."""
    articles = [article(number, dated=number % 17 != 0, terms=terms) for number in range(3 * count)]
    return articles[:count], [Member(one, f"s{int(one.id[1:]) % 40}") for one in articles[count:]]


def indexed(members: Sequence[Member]) -> Index:
    index = ExactIndex(16)
    for member in members:
        index.add([member.item.id], member.item.vector[None, :], member.item.order_at.date())
    return index


def by_comparing_everything(new: Sequence[Item], window: Sequence[Member]) -> Retrieved:
    """Of each new article the nearest by each cosine, of all that lie within the window and were placed before."""
    table = lay(new, window, FREQUENCIES)
    both = compare(table.features, np.array(table.new, np.intp), SETTINGS)
    neighbours = {}
    for row, position in enumerate(table.new):
        before = table.placed | ((np.arange(len(table.items)) < position) & ~table.placed)
        near: set[int] = set()
        for cosine in (both.dense[row], both.sparse[row]):
            reach = np.flatnonzero(before & both.inside[row])
            near.update(reach[np.argsort(-cosine[reach], kind="stable")][: SETTINGS.neighbours].tolist())
        neighbours[table.items[position].id] = [table.items[one].id for one in near]
    return Retrieved(neighbours, list(window))


def joined(new: Sequence[Item], found: Retrieved) -> list[Placement]:
    return join(lay(new, found.members, FREQUENCIES), found.neighbours, SETTINGS, lambda one: f"new {one.id}")


def sets(found: Retrieved) -> dict[str, set[str]]:
    return {key: set(near) for key, near in found.neighbours.items()}


def test_all_articles_are_placed_as_by_comparing_each_with_everything() -> None:
    new, window = archive(150)
    found, everything = retrieve(new, window, FREQUENCIES, SETTINGS), by_comparing_everything(new, window)
    assert sets(found) == sets(everything)
    assert joined(new, found) == joined(new, everything)
    assert sum(not one.is_new for one in joined(new, found)) > 50


def test_an_index_of_all_or_some_of_the_window_finds_the_same() -> None:
    new, window = archive(60)
    straight = sets(retrieve(new, window, FREQUENCIES, SETTINGS))
    assert sets(retrieve(new, window, FREQUENCIES, SETTINGS, indexed(window))) == straight
    assert sets(retrieve(new, window, FREQUENCIES, SETTINGS, indexed(window[::3]))) == straight
    others = [Member(article(number), "s") for number in range(5000, 5100)]  # of days around, or withheld since
    assert sets(retrieve(new, window, FREQUENCIES, SETTINGS, indexed([*window, *others]))) == straight


def test_it_does_not_matter_in_which_order_articles_were_read_or_words_were_first_seen() -> None:
    new, window = archive(60)
    straight = retrieve(new, window, FREQUENCIES, SETTINGS)
    Random(1).shuffle(new)
    Random(2).shuffle(window)
    vocabulary = Vocabulary()
    counted = [Item(i.id, i.published_at, i.order_at, i.sha, i.url, vocabulary.counted(i.terms), i.vector) for i in new]
    again = retrieve(counted, window, FREQUENCIES, SETTINGS, indexed(window))
    assert again.neighbours == straight.neighbours
    assert [one.item.id for one in again.members] == [one.item.id for one in straight.members]
    assert joined(counted, again) == joined(new, straight)


def test_long_articles_are_looked_up_by_their_heaviest_words_which_changes_few_neighbours_and_fewer_stories() -> None:
    new, window = archive(100, terms=150)  # about what 250 words are
    found, everything = retrieve(new, window, FREQUENCIES, SETTINGS), by_comparing_everything(new, window)
    pairs = [(key, near) for key, some in sets(everything).items() for near in some]
    assert sum(near in found.neighbours[key] for key, near in pairs) >= 0.9 * len(pairs)
    stories = {one.article_id: one.story_id for one in joined(new, everything)}
    # a story has to stand out from five others: one of these that is missed may tell
    assert sum(one.story_id == stories[one.article_id] for one in joined(new, found)) >= 0.9 * len(new)


def test_only_stories_of_neighbours_are_passed_on_and_all_that_the_window_has_of_them() -> None:
    new, window = archive(4)
    found = retrieve(new[:1], window * 1, FREQUENCIES, ClusterSettings(neighbours=1))
    stories = {member.story_id for member in found.members}
    assert 0 < len(stories) <= 2
    assert {one.item.id for one in found.members} == {one.item.id for one in window if one.story_id in stories}


def test_of_equally_near_articles_those_with_the_smallest_ids_are_taken_with_an_index_and_without() -> None:
    one = article(1)
    copies = [
        Member(Item(f"c{n:03}", NOON, NOON, f"{n}", f"https://x.example/c{n}", one.terms, one.vector), f"s{n}")
        for n in range(100)
    ]
    for index in (None, indexed(copies[::-1])):
        found = retrieve([one], copies[::-1], FREQUENCIES, SETTINGS, index)
        assert list(found.neighbours[one.id]) == [f"c{n:03}" for n in range(SETTINGS.neighbours)]


def test_nothing_is_retrieved_for_nothing_and_from_nothing() -> None:
    new, window = archive(3)
    assert retrieve([], window, FREQUENCIES, SETTINGS).neighbours == {}
    assert retrieve(new[:1], [], FREQUENCIES, SETTINGS, ExactIndex(16)).neighbours == {new[0].id: []}


def test_an_approximate_index_gives_the_same_stories_where_it_finds_the_same() -> None:
    pytest.importorskip("usearch")
    from aggregator.stories.index_usearch import UsearchIndex

    new, window = archive(40)
    vector_of = {member.item.id: member.item.vector for member in window}
    index = UsearchIndex(16, lambda ids: np.stack([vector_of[key] for key in ids]))
    for member in window:
        index.add([member.item.id], member.item.vector[None, :], member.item.order_at.date())
    found = retrieve(new, window, FREQUENCIES, SETTINGS, index)
    assert joined(new, found) == place(new, window, FREQUENCIES, SETTINGS, lambda one: f"new {one.id}")

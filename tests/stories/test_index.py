"""The index finds what a plain comparison of everything finds, and follows the database."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from aggregator.errors import ConfigError
from aggregator.setting_sections import IndexSettings
from aggregator.stories import index_usearch
from aggregator.stories.index import ExactIndex, Floats, Index, Kept, make_index
from aggregator.stories.index_usearch import UsearchIndex

D = 24
DAY = date(2026, 10, 1)
LAST = DAY + timedelta(days=9)


@cache
def vector(key: str, edition: int = 0) -> Floats:
    """Some 8 articles an event lie near each other."""
    number = int(key)
    event, own = np.random.default_rng(number // 8), np.random.default_rng([number, edition])
    made = event.normal(size=D) + own.normal(size=D) / 3
    return (made / np.linalg.norm(made)).astype(np.float32)


def fetch(ids: Sequence[str]) -> Floats:
    return np.stack([vector(key) for key in ids])


def key_of(number: int) -> str:
    return f"{number:05d}"


def day_of(number: int) -> date:
    return DAY + timedelta(days=number % 10)


def filled(index: Any, numbers: Sequence[int]) -> Any:
    for day in sorted({day_of(number) for number in numbers}):
        ids = [key_of(number) for number in numbers if day_of(number) == day]
        index.add(ids, fetch(ids), day)
    return index


def plainly(numbers: Sequence[int], query: Floats, first: date, last: date, top: int) -> list[tuple[str, float]]:
    cosines = [
        (key_of(n), float((query.astype(np.float64) * vector(key_of(n))).sum()))
        for n in numbers
        if first <= day_of(n) <= last
    ]
    return sorted(cosines, key=lambda hit: (-hit[1], hit[0]))[:top]


@pytest.fixture(params=["exact", "usearch"])
def make(request: pytest.FixtureRequest) -> Callable[[], Index]:
    return lambda: make_index(IndexSettings(kind=request.param), D, fetch)


def test_the_nearest_of_the_days_wanted_are_found_nearest_first(make: Callable[[], Index]) -> None:
    numbers, queries = range(400), fetch([key_of(number) for number in range(0, 400, 5)])
    first, last = DAY + timedelta(days=2), DAY + timedelta(days=6)
    found = filled(make(), numbers).search(queries, first, last, top=7)
    assert found == [plainly(numbers, query, first, last, 7) for query in queries]


def test_below_the_floor_nothing_is_found(make: Callable[[], Index]) -> None:
    found = filled(make(), range(80)).search(fetch([key_of(3)]), DAY, LAST, top=80, floor=0.7)[0]
    assert found == [hit for hit in plainly(range(80), vector(key_of(3)), DAY, LAST, 80) if hit[1] >= 0.7]
    assert 1 < len(found) < 80


def test_what_is_removed_expired_or_was_never_there_is_not_found(make: Callable[[], Index]) -> None:
    index = filled(make(), range(100))
    index.remove([key_of(1), key_of(11), "never there"])
    index.drop_before(DAY + timedelta(days=1))
    left = [number for number in range(100) if number % 10 and number not in (1, 11)]
    assert len(index) == len(left)
    queries = fetch([key_of(number) for number in range(0, 100, 10)])
    assert index.search(queries, DAY, LAST, top=5) == [plainly(left, query, DAY, LAST, 5) for query in queries]


def test_a_known_id_is_replaced_and_may_change_its_day() -> None:
    index = filled(ExactIndex(D), range(20))
    index.add([key_of(3)], vector(key_of(3), edition=1)[None], LAST)
    assert len(index) == 20
    assert [hit.id for hit in index.search(vector(key_of(3), 1)[None], LAST, LAST, top=1)[0]] == [key_of(3)]


@pytest.mark.parametrize("kind", ["exact", "usearch"])
def test_an_empty_index_and_no_queries_are_no_error(kind: Any) -> None:
    index = make_index(IndexSettings(kind=kind), D, fetch)
    assert index.search(fetch([key_of(1)]), DAY, LAST, top=3) == [[]]
    assert filled(index, range(5)).search(np.zeros((0, D), np.float32), DAY, LAST, top=3) == []


@given(st.permutations(range(60)), st.integers(1, 30))
@given_settings(max_examples=15)
def test_the_answers_do_not_depend_on_how_the_vectors_came(order: list[int], portion: int) -> None:
    index: Index = ExactIndex(D)
    for start in range(0, 60, portion):
        filled(index, order[start : start + portion])
    queries = fetch([key_of(number) for number in range(60)])
    one_by_one = [index.search(query[None], DAY, LAST, top=4)[0] for query in queries]
    assert one_by_one == filled(ExactIndex(D), range(60)).search(queries, DAY, LAST, top=4)


def test_of_many_copies_those_with_the_smallest_ids_are_found() -> None:
    index = ExactIndex(D)
    copies = [key_of(number) for number in range(9_000)]
    index.add(copies[::-1], np.repeat(vector("00001")[None], 9_000, axis=0), DAY)
    assert [hit.id for hit in index.search(vector("00001")[None], DAY, DAY, top=20)[0]] == copies[:20]


def test_a_usearch_graph_is_built_anew_when_a_quarter_is_gone() -> None:
    index = filled(UsearchIndex(D, fetch), range(200))
    old = index._graph
    index.remove([key_of(number) for number in range(50)])
    assert index._graph is old
    index.remove([key_of(50)])
    assert index._graph is not old
    found = index.search(fetch([key_of(number) for number in range(51, 200)]), DAY, LAST, top=1)
    assert [hits[0].id for hits in found] == [key_of(number) for number in range(51, 200)]


def test_usearch_asks_for_more_while_too_few_are_of_the_days_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_usearch, "ASKED", 4)
    index = filled(UsearchIndex(D, fetch), range(300))
    day, query = DAY + timedelta(days=4), vector(key_of(5))
    assert index.search(query[None], day, day, top=20)[0] == plainly(range(300), query, day, day, 20)


def test_usearch_finds_nearly_all_neighbours_among_thousands() -> None:
    numbers = range(3_000)
    index, exact = filled(UsearchIndex(D, fetch), numbers), filled(ExactIndex(D), numbers)
    queries = fetch([key_of(number) for number in range(0, 3_000, 30)])
    pairs = zip(index.search(queries, DAY, LAST, top=10), exact.search(queries, DAY, LAST, top=10), strict=True)
    assert np.mean([len(set(some) & set(true)) / 10 for some, true in pairs]) > 0.97


class Database:
    """What `follow` is told and fetches from."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[int, date]] = {}
        self.fetched: list[str] = []

    def wanted(self, first: date, last: date) -> Iterator[tuple[str, str, date]]:
        return ((key, f"{edition:x}", day) for key, (edition, day) in self.rows.items() if first <= day <= last)

    def fetch(self, ids: Sequence[str]) -> Floats:
        self.fetched += ids
        return np.stack([vector(key, self.rows[key][0]) for key in ids])


class Following(RuleBasedStateMachine):
    """Articles come, are edited, move to another day and go; after each step some days are followed."""

    def __init__(self) -> None:
        super().__init__()
        self.database, self.kept = Database(), Kept(ExactIndex(D), 1 << 20)

    @rule(number=st.integers(0, 30), edition=st.integers(0, 3), day=st.integers(0, 9))
    def put(self, number: int, edition: int, day: int) -> None:
        self.database.rows[key_of(number)] = (edition, DAY + timedelta(days=day))

    @rule(number=st.integers(0, 30))
    def purge(self, number: int) -> None:
        self.database.rows.pop(key_of(number), None)

    @rule(start=st.integers(0, 9), length=st.integers(0, 9))
    def look(self, start: int, length: int) -> None:
        first = DAY + timedelta(days=start)
        last = first + timedelta(days=length)
        self.kept.follow(self.database.wanted(first, last), first, last, self.database.fetch)
        afresh = Kept(ExactIndex(D), 1 << 20)
        afresh.follow(self.database.wanted(first, last), first, last, self.database.fetch)
        queries = fetch([key_of(number) for number in range(0, 31, 3)])
        answers = [one.index.search(queries, first, last, top=5) for one in (self.kept, afresh)]
        assert answers[0] == answers[1]

    @invariant()
    def it_counts_what_it_holds(self) -> None:
        assert len(self.kept.index) == sum(map(len, self.kept._days.values()))


TestFollowing = Following.TestCase
TestFollowing.settings = given_settings(max_examples=40, stateful_step_count=15)


def test_only_what_is_new_or_edited_is_fetched() -> None:
    database, kept = Database(), Kept(ExactIndex(D), 1 << 20)
    database.rows = {key_of(number): (0, day_of(number)) for number in range(50)}
    kept.follow(database.wanted(DAY, LAST), DAY, LAST, database.fetch)
    database.fetched.clear()
    database.rows |= {key_of(7): (1, day_of(7)), key_of(50): (0, day_of(50))}
    kept.follow(database.wanted(DAY, LAST), DAY, LAST, database.fetch)
    assert sorted(database.fetched) == [key_of(7), key_of(50)]


def test_over_the_bound_of_memory_the_days_farthest_outside_go() -> None:
    database = Database()
    database.rows = {key_of(number): (0, day_of(number)) for number in range(100)}
    room = filled(ExactIndex(D), [n for n in range(100) if n % 10 < 5]).nbytes * 5 // 4
    kept = Kept(ExactIndex(D), room)
    for start in range(8):
        first, last = DAY + timedelta(days=start), DAY + timedelta(days=start + 2)
        kept.follow(database.wanted(first, last), first, last, database.fetch)
        assert kept.index.nbytes <= room
        assert {first, last} <= kept._days.keys()


def test_days_that_do_not_fit_are_a_mistake_in_the_settings_and_not_a_smaller_window() -> None:
    database, kept = Database(), Kept(ExactIndex(D), 20_000)
    database.rows = {key_of(number): (0, day_of(number)) for number in range(100)}
    with pytest.raises(ConfigError) as caught:
        kept.follow(database.wanted(DAY, LAST), DAY, LAST, database.fetch)
    assert caught.value.key == "index.max_mb"


def test_without_its_library_usearch_is_a_mistake_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "usearch.index", None)
    with pytest.raises(ConfigError, match="usearch is not installed") as caught:
        make_index(IndexSettings(kind="usearch"), D, fetch)
    assert caught.value.key == "index.kind"

"""What of a GUID stays when the article stays, and what never makes two articles one."""

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.articles.identity import (
    Item,
    Known,
    guid_key,
    guids_tell_apart,
    known_again,
    varying_parameters,
    without_parameters,
)

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("guid", "key"),
    [
        ("http://a.example/story/77?s=1", "/story/77"),
        ("https://www.a.example/story/77/", "/story/77"),
        ("https://a.example/?p=123", "?p=123"),
        ("https://a.example/index.php?id=5", "/index.php?id=5"),
        ("tag:a.example,2026:77", "tag:a.example,2026:77"),
        ("77", "77"),
        ("http://[", "http://["),
        ("", ""),
    ],
)
def test_a_guid_is_known_by_its_path(guid: str, key: str) -> None:  # 97
    assert guid_key(guid) == key


def test_guids_shared_by_more_than_one_in_twenty_entries_tell_nothing_apart() -> None:  # 96
    def document(shared: int) -> list[Item]:
        return [Item(f"a.example/{n}", "x" if n < shared else str(n)) for n in range(100)]

    assert guids_tell_apart(document(5), [])
    assert not guids_tell_apart(document(6), [])
    assert guids_tell_apart([Item("a.example/1", "x"), Item("a.example/1", "x")], [])  # one page twice


def test_guids_that_mostly_differ_from_those_before_tell_nothing_apart() -> None:  # 97
    assert guids_tell_apart([], [("a", "a"), ("b", "x"), ("c", "c"), ("d", "y")])
    assert not guids_tell_apart([], [("a", "x"), ("b", "y"), ("c", "c")])
    assert guids_tell_apart([], [("", "x"), ("", "y"), ("", "z")])  # nothing was known of them


_KEYS = st.sampled_from([f"a.example/{path}{query}" for path in "ab" for query in ("", "?s=1", "?s=2", "?s=3&t=1")])
_ITEMS = st.builds(
    Item, key=_KEYS, guid_key=st.sampled_from(["", "1", "2"]), title=st.sampled_from(["", "T", "U"]),
    published_at=st.sampled_from([None, NOW]),
)  # fmt: skip
_KNOWN = st.lists(
    st.builds(
        Known, key=_KEYS, guid_key=st.sampled_from(["", "1", "2"]), title=st.sampled_from(["", "T", "U"]),
        published_at=st.sampled_from([None, NOW]), article_id=st.sampled_from(["a_1", "a_2", "a_3"]),
        first_seen_at=st.sampled_from([NOW - timedelta(hours=1), NOW - timedelta(days=9)]),
    ),
    unique_by=lambda one: one.article_id,
)  # fmt: skip


@given(st.lists(_ITEMS, unique_by=lambda item: item.key), _KNOWN, st.randoms(use_true_random=False), st.booleans())
def test_no_two_entries_become_one_article_and_order_makes_no_difference(  # 93
    items: list[Item], known: list[Known], dice: object, by_guid: bool
) -> None:
    listed = {item.key for item in items}
    found = known_again(items, known, listed, by_guid=by_guid, now=NOW)
    dice.shuffle(items)  # type: ignore[attr-defined]
    dice.shuffle(known)  # type: ignore[attr-defined]

    assert known_again(items, known, listed, by_guid=by_guid, now=NOW) == found
    assert len(set(found.values())) == len(found)
    assert not {one.key for one in known if one.article_id in found.values()} & listed


@given(st.lists(_ITEMS, unique_by=lambda item: item.key), _KNOWN)
def test_without_parameters_that_vary_all_addresses_still_differ(items: list[Item], known: list[Known]) -> None:  # 100
    names = varying_parameters(items, {item.key for item in items}, known)
    assert len({without_parameters(item.key, names) for item in items}) == len(items)
    assert not varying_parameters(items, set(), known)


def test_a_parameter_is_taken_out_and_the_others_keep_their_order() -> None:
    assert without_parameters("http://a.example/x?b=1&sid=2&a=3", {"sid"}) == "http://a.example/x?b=1&a=3"
    assert without_parameters("http://a.example/x?sid=2", {"sid"}) == "http://a.example/x"
    assert without_parameters("http://a.example/x?a", ()) == "http://a.example/x?a"


def test_thousands_of_entries_that_look_alike_cost_no_time() -> None:
    def listed(prefix: str, title: str) -> list[Known]:
        long, more = title * 500, "&".join(f"p{n}=1" for n in range(300))
        keys = [f"a.example/?z={prefix}{n}&{more}" for n in range(2000)]
        return [Known(key, f"{prefix}{n}", long, NOW, f"a_{prefix}{n}", NOW) for n, key in enumerate(keys)]

    begun = process_time()
    for title in "TU":
        items = [Item(one.key, one.guid_key, one.title, one.published_at) for one in listed("new", title)]
        known_again(items, listed("old", "T"), set(), by_guid=True, now=NOW)
        varying_parameters(items, {item.key for item in items}, listed("old", "T"))

    assert process_time() - begun < 10  # compared one by one: minutes

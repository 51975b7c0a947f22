from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from aggregator.stories.identity import Age, Past, name_groups


def age(hour: int, name: str) -> Age:
    at = datetime(2026, 3, 1, hour, tzinfo=UTC)
    return at, at, name


AGES = {"s-1": age(1, "s-1"), "s-2": age(2, "s-2"), "s-3": age(3, "s-3")}


def past(settled: dict[str, str], stands: dict[str, str] | None = None) -> Past:
    return Past(settled, stands or {}, AGES, frozenset(settled.values()))


def test_a_group_without_a_past_gets_a_new_id() -> None:
    assert name_groups(["ab"], past({})).names == ("",)


def test_two_stories_in_one_group_are_the_older_one_even_where_the_younger_is_larger() -> None:
    found = name_groups(["abc"], past({"a": "s-1", "b": "s-2", "c": "s-2"}))
    assert found.names == ("s-1",)
    assert dict(found.gone) == {"s-2": 0}


def test_a_story_in_two_groups_goes_with_the_larger_part_and_of_equal_ones_with_the_earlier() -> None:
    settled = dict.fromkeys("abc", "s-1")
    assert name_groups(["a", "bc"], past(settled)).names == ("", "s-1")
    assert name_groups(["a", "b"], past(settled)).names == ("s-1", "")


def test_while_a_slice_is_open_ids_are_kept_by_where_the_articles_stand() -> None:
    found = name_groups(["abc", "d"], past({}, {"b": "s-2", "c": "s-2", "d": "s-2"}))
    assert found.names == ("s-2", "")


def test_what_the_last_closed_slice_says_counts_before_where_articles_stand_now() -> None:
    found = name_groups(["a", "bcd"], past({"a": "s-1"}, dict.fromkeys("abcd", "s-1")))
    assert found.names == ("s-1", "")


def test_a_story_whose_own_articles_are_elsewhere_gives_its_id_to_nobody() -> None:
    found = name_groups(["b"], Past({}, {"b": "s-1"}, AGES, frozenset({"s-1"})))
    assert found.names == ("",)


def test_a_story_in_which_an_editor_put_articles_gives_its_id_before_an_older_one() -> None:
    found = name_groups(["ab"], past({"a": "s-1", "b": "s-2"}), {"s-2": 0}, frozenset({"s-2"}))
    assert found.names == ("s-2",)
    assert dict(found.gone) == {"s-1": 0}


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["", *AGES])), max_size=12))
def test_no_id_is_given_twice_and_no_story_is_lost(articles: list[tuple[int, str]]) -> None:
    groups: dict[int, list[str]] = {}
    for number, (group, _) in enumerate(articles):
        groups.setdefault(group, []).append(str(number))
    settled = {str(number): story for number, (_, story) in enumerate(articles) if story}

    found = name_groups(list(groups.values()), past(settled))

    given_ = [name for name in found.names if name]
    assert len(given_) == len(set(given_))
    assert set(given_) | set(found.gone) == set(settled.values())
    assert not set(given_) & set(found.gone)

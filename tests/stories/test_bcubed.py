from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.stories.bcubed import agreement, bootstrap_f1, item_scores, pairwise_f1

labels = st.lists(st.integers(0, 5), min_size=1, max_size=40)
partitions = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40)


def test_the_example_of_bagga_and_baldwin() -> None:
    """Twelve items in three true groups of 5, 2 and 5; the last two groups are found as one (their response 1)."""
    true = [1] * 5 + [2] * 2 + [3] * 5
    scores = agreement(true, [1] * 5 + [2] * 2 + [2] * 5)
    assert scores.precision == pytest.approx(16 / 21)
    assert scores.recall == 1
    assert scores.story_ratio == pytest.approx(2 / 3)
    worse = agreement(true, [1] * 5 + [2] * 2 + [1] * 5)
    assert worse.precision == pytest.approx(7 / 12)


def test_pairwise_f1_counts_pairs() -> None:
    assert pairwise_f1("aabb", "xxxy") == pytest.approx(2 * 1 / (3 + 2))
    assert pairwise_f1("abc", "xyz") == 1


@given(labels)
def test_a_partition_agrees_with_itself_under_other_names(true: list[int]) -> None:
    scores = agreement(true, [f"story {label}" for label in true])
    assert (scores.precision, scores.recall, scores.f1, scores.pairwise_f1, scores.story_ratio) == (1, 1, 1, 1, 1)


@given(labels)
def test_single_articles_are_precise_and_one_story_recalls_all(true: list[int]) -> None:
    assert agreement(true, range(len(true))).precision == 1
    assert agreement(true, [0] * len(true)).recall == 1


@given(partitions)
def test_precision_and_recall_change_places_with_the_sides(pairs: list[tuple[int, int]]) -> None:
    true, found = zip(*pairs, strict=True)
    there, back = agreement(true, found), agreement(found, true)
    assert there.precision == pytest.approx(back.recall)
    assert there.f1 == pytest.approx(back.f1)
    assert there.pairwise_f1 == pytest.approx(back.pairwise_f1)


@given(partitions, st.randoms())
def test_the_order_of_the_articles_does_not_matter(pairs: list[tuple[int, int]], random: Random) -> None:
    mixed = list(pairs)
    random.shuffle(mixed)
    here, there = (agreement(*zip(*some, strict=True)) for some in (pairs, mixed))
    assert here.f1 == pytest.approx(there.f1)


@given(partitions)
def test_every_score_lies_between_nothing_and_one(pairs: list[tuple[int, int]]) -> None:
    true, found = zip(*pairs, strict=True)
    for scores in item_scores(true, found):
        assert all(0 < score <= 1 for score in scores)
    low, high = bootstrap_f1(true, found, rounds=20)
    assert 0 < low <= high <= 1


def test_the_interval_is_the_same_each_time_and_holds_the_score() -> None:
    true = [story for story in range(30) for _ in range(3)]
    found = [story if index % 4 else -index for index, story in enumerate(true)]
    low, high = bootstrap_f1(true, found)
    assert (low, high) == bootstrap_f1(true, found)
    assert low < agreement(true, found).f1 < high


def test_partitions_of_other_articles_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="2 and 1"):
        agreement("ab", "x")
    with pytest.raises(ValueError, match="0 and 0"):
        agreement("", "")

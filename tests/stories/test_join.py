from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.join import QUIET, Item, Member, Placement, crowding
from aggregator.stories.partition import place

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVEN = Frequencies({}, 0)


def item(name: str, words: str, *, hours: float = 0, dated: bool = True, sha: str = "") -> Item:
    at = NOON + timedelta(hours=hours)
    vector = np.zeros(8, np.float32)
    vector[ord(min(words, default="a")) % 8] = 1
    return Item(name, at if dated else None, at, sha or name, f"https://x.example/{name}", Counter(words), vector)


def placed(
    new: Sequence[Item], window: Sequence[Member] = (), frequencies: Frequencies = EVEN, **changes: Any
) -> dict[str, Placement]:
    """Placements by article; a story is named after its founder."""
    found = place(new, window, frequencies, ClusterSettings(**changes), lambda one: f"s-{one.id}")
    return {placement.article_id: placement for placement in found}


def test_an_article_like_nothing_founds_a_story() -> None:
    placement = placed([item("a", "abcd")], [Member(item("m", "wxyz"), "s-m")])["a"]
    assert placement == Placement("a", "s-a", is_new=True, score=1.0, rivals=(1,))


def test_an_article_joins_the_story_it_is_most_like() -> None:
    window = [Member(item("m", "abcd", hours=-2), "s-m"), Member(item("n", "abxyzuvw", hours=-1), "s-n")]
    placement = placed([item("a", "abce")], window)["a"]
    assert (placement.story_id, placement.is_new) == ("s-m", False)
    assert placement.score > 0.5


def test_articles_of_one_batch_join_each_other() -> None:
    stories = {
        name: p.story_id for name, p in placed([item("a", "abcd"), item("b", "abce"), item("c", "wxyz")]).items()
    }
    assert stories == {"a": "s-a", "b": "s-a", "c": "s-c"}


def test_the_join_needs_the_mean_of_the_story_not_its_best_article() -> None:
    one_of_many = [Member(item(f"m{n}", letters), "s-m") for n, letters in enumerate(["abcd", "efgh", "ijkl", "mnop"])]
    assert placed([item("a", "abcd")], one_of_many, join=0.4)["a"].is_new
    assert not placed([item("a", "abcd")], one_of_many, join=0.2)["a"].is_new


def test_the_cut_is_a_setting_and_a_story_below_it_is_a_near_miss() -> None:
    window = [Member(item("m", "abcdefgh"), "s-m")]
    near = placed([item("a", "abwxyzuv")], window, join=0.9)["a"]
    assert near.is_new
    assert [story for story, _ in near.near_misses] == ["s-m"]
    assert 0.1 <= near.near_misses[0][1] < 0.9
    assert placed([item("a", "abwxyzuv")], window, join=0.9, near_miss=0.8)["a"].near_misses == ()


def test_a_story_that_was_not_the_best_is_a_near_miss_too() -> None:
    window = [Member(item("m", "abcd"), "s-m"), Member(item("n", "abxy"), "s-n")]
    placement = placed([item("a", "abcd")], window)["a"]
    assert placement.story_id == "s-m"
    assert [story for story, _ in placement.near_misses] == ["s-n"]


def test_equal_stories_go_to_the_older_and_then_to_that_of_the_first_article_whatever_their_ids() -> None:
    older, younger = item("m", "abcd", hours=-3), item("n", "abcd", hours=3)
    assert placed([item("a", "abcd")], [Member(younger, "s-1"), Member(older, "s-2")])["a"].story_id == "s-2"
    first, second = item("m", "abcd", sha="z"), item("n", "abcd", sha="z")
    for one, other in (("s-1", "s-2"), ("s-2", "s-1")):  # ids may come from another order of arrival
        assert placed([item("a", "abcd")], [Member(second, other), Member(first, one)])["a"].story_id == one


def test_a_story_beyond_the_window_in_either_direction_is_not_joined() -> None:
    for days in (-8, 8):
        far = Member(item("m", "abcd", hours=24 * days), "s-m")
        assert placed([item("a", "abcd")], [far])["a"].is_new
        near = Member(item("m", "abcd", hours=12 * days), "s-m")
        assert not placed([item("a", "abcd")], [near])["a"].is_new


def test_articles_of_a_long_story_beyond_the_window_do_not_pull_its_mean_down() -> None:
    old = [Member(item(f"m{n}", "abcd", hours=-24 * 10 - n), "s-m") for n in range(9)]
    assert placed([item("a", "abcd")], [*old, Member(item("n", "abcd", hours=-1), "s-m")])["a"].score > 0.9


def test_an_undated_article_is_compared_with_the_whole_window() -> None:
    far = Member(item("m", "abcd", hours=24 * 30), "s-m")
    assert placed([item("a", "abcd", dated=False)], [far])["a"].story_id == "s-m"


def test_a_long_story_is_judged_by_its_first_and_last_articles() -> None:
    first = [Member(item(f"f{n}", "abcd", hours=-40 + n), "s-m") for n in range(4)]
    middle = [Member(item(f"m{n}", "wxyz", hours=-30 + n), "s-m") for n in range(10)]
    last = [Member(item(f"l{n}", "abcd", hours=-9 + n), "s-m") for n in range(8)]
    new, story = item("a", "abcd"), [*first, *middle, *last]
    assert placed([new], story, join=0.7)["a"].story_id == "s-m"
    assert placed([new], story, join=0.7, exemplars=22)["a"].is_new


def test_only_so_many_candidate_stories_are_looked_at() -> None:
    window = [Member(item(f"m{n}", "abcd" + extra), f"s-{n}") for n, extra in enumerate(["", "e", "fg", "hij"])]
    placement = placed([item("a", "abcd")], window, candidates=2, contrast=0)["a"]
    assert placement.story_id == "s-0"
    assert placement.rivals == (1, 2)
    assert [story for story, _ in placement.near_misses] == ["s-1"]


def test_where_many_stories_are_alike_an_article_has_to_fit_one_of_them_better() -> None:
    like = Member(item("m", "abcdefgh"), "s-m")
    crowd = [Member(item(f"n{k}", "abc" + extra), f"s-{k}") for k, extra in enumerate(["ijklm", "nopqr", "stuvw"])]
    asked: dict[str, Any] = {"join": 0.5, "dense_weight": 0}
    assert placed([item("a", "abcdexyz")], [like], **asked)["a"].story_id == "s-m"
    assert placed([item("a", "abcdexyz")], [like, *crowd], **asked)["a"].is_new
    assert placed([item("a", "abcdexyz")], [like, *crowd], contrast=0, **asked)["a"].story_id == "s-m"


def test_a_story_crowds_by_its_mean_and_only_the_next_few_stories_count() -> None:
    few = crowding([0.5, 0.4], ClusterSettings())
    assert few == crowding([0.5, 0.4, 0, 0, 0, 0, 0], ClusterSettings()) == 0.4 / 5


def test_where_next_to_nothing_is_known_an_article_has_to_fit_no_less() -> None:
    assert crowding([], ClusterSettings()) == crowding([0.5], ClusterSettings()) == QUIET
    assert crowding([0.5, 0.2], ClusterSettings(candidates=1)) == QUIET


def test_an_article_without_terms_founds_a_story() -> None:
    assert placed([item("a", ""), item("b", "abc")])["a"].is_new


def test_nothing_to_place_gives_nothing() -> None:
    assert place([], [Member(item("m", "abcd"), "s-m")], EVEN, ClusterSettings(), str) == []
    assert place([], [], EVEN, ClusterSettings(), str) == []


def test_a_batch_larger_than_one_block_is_placed_as_a_whole() -> None:
    batch = [item(f"{n:03}", ("abcd", "wxyz")[n % 2], hours=n / 60) for n in range(150)]
    assert Counter(placement.story_id for placement in placed(batch).values()) == {"s-000": 75, "s-001": 75}


Place = tuple[str, int, bool, str]
words = st.text("abcdefghijkl", max_size=6)
places = st.tuples(words, st.integers(-240, 240), st.booleans(), st.sampled_from(["x", "y"]))


@settings(max_examples=60)
@given(st.lists(places, max_size=12), st.lists(st.tuples(places, st.integers(0, 3)), max_size=8), st.randoms())
def test_the_order_of_arrival_does_not_matter(
    new: list[Place], earlier: list[tuple[Place, int]], random: Random
) -> None:
    batch = [item(f"n{k}", w, hours=h, dated=d, sha=s) for k, (w, h, d, s) in enumerate(new)]
    window = [
        Member(item(f"m{k}", w, hours=h, dated=d, sha=s), f"s-{story}")
        for k, ((w, h, d, s), story) in enumerate(earlier)
    ]
    frequencies = Frequencies({"a": 500, "b": 20}, 1000)
    straight = place(batch, window, frequencies, ClusterSettings(), lambda one: f"s-{one.id}")
    random.shuffle(batch)
    random.shuffle(window)
    assert place(batch, window, frequencies, ClusterSettings(), lambda one: f"s-{one.id}") == straight
    assert sorted(placement.article_id for placement in straight) == sorted(one.id for one in batch)


@settings(max_examples=60)
@given(st.lists(places, max_size=12))
def test_a_new_story_is_founded_by_its_first_article_and_joins_pass_the_cut(new: list[Place]) -> None:
    batch = [item(f"n{k}", w, hours=h, dated=d, sha=s) for k, (w, h, d, s) in enumerate(new)]
    seen: set[str] = set()
    for placement in place(batch, [], EVEN, ClusterSettings(), lambda one: f"s-{one.id}"):
        assert (
            placement.is_new == (placement.story_id not in seen) == (placement.story_id == f"s-{placement.article_id}")
        )
        assert placement.is_new or placement.score >= ClusterSettings().join
        assert placement.story_id not in dict(placement.near_misses)
        seen.add(placement.story_id)

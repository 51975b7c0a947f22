from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.join import Item, Member, Placement, Table, lay
from aggregator.stories.repair import MOST, MOST_OF_STORY, Rules, agglomerate, repair

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def item(name: str, words: str, hours: float = 0) -> Item:
    at = NOON + timedelta(hours=hours)
    return Item(name, at, at, name, f"https://x.example/{name}", Counter(words), np.ones(1, np.float32))


def table(stories: dict[str, Sequence[Item]]) -> Table:
    members = [Member(one, story) for story, items in stories.items() for one in items]
    return lay([], members, Frequencies({}, 0))


def grouped(on: Table) -> set[frozenset[str]]:
    return {frozenset(on.items[one].id for one in members) for members in on.members.values()}


def repaired(on: Table, touched: dict[str, Sequence[str]], rules: Rules | None = None, **changes: Any) -> Table:
    """Repair after articles were placed: `touched` names for some stories those that they nearly joined."""
    placements = [
        Placement(on.items[on.members[story][-1]].id, story, False, 1.0, tuple((other, 0.15) for other in near))
        for story, near in touched.items()
    ]
    values = {"dense_weight": 0.0, "cohesion": 0.0, **changes}
    before = {one.id: story for one, story in zip(on.items, on.story_of, strict=True)}
    repair(on, placements, before, ClusterSettings(**values), rules or Rules())
    return on


def pairs(*rows: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(rows, np.int64)


LOOSE = ClusterSettings(join=0.3, repair=0.3, cohesion=0)


def test_groups_are_united_while_their_mean_score_reaches_the_cut() -> None:
    scores = pairs([0, 6000, 4000, 0], [6000, 0, 2000, 0], [4000, 2000, 0, 0], [0, 0, 0, 0])
    assert agglomerate(scores, scores, ["", "", "", ""], LOOSE) == [[0, 1, 2], [3]]
    assert agglomerate(scores, scores, ["", "", "", ""], ClusterSettings(join=0.4, repair=0.31)) == [[0, 1], [2], [3]]


def test_two_close_stories_have_to_be_close_to_each_other() -> None:
    scores = pairs([0, 6400, 3100, 3100], [6400, 0, 3100, 3100], [3100, 3100, 0, 6400], [3100, 3100, 6400, 0])
    asked = ClusterSettings(join=0.3, repair=0.3, cohesion=0.5)
    assert agglomerate(scores, scores, [""] * 4, LOOSE) == [[0, 1, 2, 3]]
    assert agglomerate(scores, scores, [""] * 4, asked) == [[0, 1], [2, 3]]
    assert agglomerate(scores[:3, :3], scores[:3, :3], [""] * 3, asked) == [[0, 1, 2]], "one article is no story yet"


def test_two_accounts_of_one_event_come_together_though_each_stands_in_many_papers() -> None:
    scores = np.full((8, 8), 3500)
    scores[:4, :4] = scores[4:, 4:] = 9500
    asked = ClusterSettings(join=0.3, repair=0.3, cohesion=0.9)
    assert agglomerate(scores, scores, [""] * 8, asked) == [[*range(8)]]


def test_a_story_of_many_days_is_close_as_time_counts_less_there() -> None:
    scores = pairs([0, 9000, 3500, 3500], [9000, 0, 3500, 3500], [3500, 3500, 0, 9000], [3500, 3500, 9000, 0])
    asked = ClusterSettings(join=0.3, repair=0.3, cohesion=0.5)
    assert agglomerate(scores, np.full_like(scores, 9000), [""] * 4, asked) == [[0, 1, 2, 3]]


def test_articles_bound_to_one_story_stay_together_and_those_bound_to_two_stay_apart() -> None:
    scores = pairs([0, 0, 9000, 9000], [0, 0, 9000, 0], [9000, 9000, 0, 9000], [9000, 0, 9000, 0])
    assert agglomerate(scores, scores, ["a", "a", "b", ""], LOOSE) == [[0, 1], [2, 3]]


@given(st.integers(2, 9), st.randoms(use_true_random=False), st.data())
@settings(max_examples=60)
def test_groups_part_all_articles_and_no_bond_is_broken(count: int, chance: Any, data: st.DataObject) -> None:
    scores = np.zeros((count, count), np.int64)
    for i in range(count):
        for j in range(i):
            scores[i, j] = scores[j, i] = chance.randint(-500, 10_000)
    pins = data.draw(st.lists(st.sampled_from(["", "a", "b"]), min_size=count, max_size=count))

    groups = agglomerate(scores, scores, pins, ClusterSettings())

    assert sorted(one for group in groups for one in group) == list(range(count))
    for group in groups:
        assert len({pins[one] for one in group} - {""}) <= 1
    for pin in {*pins} - {""}:
        assert sum(any(pins[one] == pin for one in group) for group in groups) == 1


def test_two_stories_of_one_event_become_the_older_one() -> None:
    on = table({"s-2": [item("c", "abcde", 1), item("d", "abcdf", 2)], "s-1": [item("a", "abcd"), item("b", "abce")]})
    repaired(on, {"s-2": ["s-1"]})
    assert grouped(on) == {frozenset("abcd")}
    assert set(on.members) == {"s-1"}


def test_a_story_of_two_events_falls_in_two_and_the_larger_part_keeps_its_name() -> None:
    on = table({"s": [item("a", "abcd"), item("x", "wxyz", 1), item("y", "wxyu", 2), item("z", "wxyt", 3)]})
    repaired(on, {"s": []})
    assert grouped(on) == {frozenset("a"), frozenset("xyz")}
    assert len(on.members["s"]) == 3


def test_stories_that_were_neither_touched_nor_near_are_left_alone() -> None:
    on = table({"s": [item("a", "abcd")], "t": [item("b", "abcd", 1)], "u": [item("c", "wxyz", 2)]})
    repaired(on, {"u": []})
    assert grouped(on) == {frozenset("a"), frozenset("b"), frozenset("c")}


def test_articles_of_one_story_hold_together_a_little_more() -> None:
    def two(before: dict[str, Sequence[Item]]) -> Table:
        return repaired(table(before), {next(iter(before)): list(before)[1:]}, join=0.5, repair=0.5, inertia=0.1)

    first, second = item("a", "abcdefgh"), item("b", "abcdwxyz", 1)
    assert grouped(two({"s": [first, second]})) == {frozenset("ab")}
    assert grouped(two({"s": [first], "t": [second]})) == {frozenset("a"), frozenset("b")}


def test_a_locked_story_takes_no_part() -> None:
    on = table({"s": [item("a", "abcd")], "t": [item("b", "abcd", 1)]})
    repaired(on, {"t": ["s"]}, Rules(locked=frozenset({"s"})))
    assert set(on.members) == {"s", "t"}


def test_pinned_articles_stay_and_their_story_keeps_its_name() -> None:
    on = table({"old": [item("a", "abcd")], "new": [item("b", "abcd", 1)], "other": [item("c", "abcd", 2)]})
    rules = Rules(pinned=frozenset("bc"), anchored=frozenset({"new", "other"}))
    repaired(on, {"new": ["old", "other"]}, rules)
    assert on.story_of[1:] == ["new", "other"]
    assert "old" not in on.members


def test_a_story_whose_pinned_articles_lie_outside_the_window_is_not_given_up() -> None:
    on = table({"old": [item("a", "abcd")], "held": [item("b", "abcd", 1)]})
    repaired(on, {"held": ["old"]}, Rules(pinned=frozenset({"long-ago"}), anchored=frozenset({"held"})))
    assert set(on.members) == {"held"}


def test_of_a_long_story_a_part_is_compared_and_the_others_follow_it() -> None:
    long = [item(f"a{n:03}", "abcd", n / 100) for n in range(3 * MOST_OF_STORY)]
    on = table({"s-1": long, "s-2": [item("b", "abcd", 9), item("c", "abcd", 10)]})
    repaired(on, {"s-2": ["s-1"]})
    assert set(on.members) == {"s-1"}
    on = table({"s-2": long, "s-1": [item("0", "abcd", -9), item("1", "abcd", -9)]})
    repaired(on, {"s-2": ["s-1"]})
    assert len(on.members["s-1"]) == len(long) + 2


def test_a_neighbourhood_is_bounded() -> None:
    stories = {f"s-{n:03}": [item(f"{n:03}-{k}", "abcd", n / 10) for k in range(3)] for n in range(80)}
    on = repaired(table(stories), {"s-079": list(stories)[:-1]})
    assert max(map(len, on.members.values())) <= MOST
    assert sum(map(len, on.members.values())) == 240

from collections import Counter
from datetime import UTC, datetime

import numpy as np

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.crowding import crowdings
from aggregator.stories.join import QUIET, Item, Member, Table, lay

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = ClusterSettings(dense_weight=0, candidates=3)


def table(stories: dict[str, list[str]]) -> Table:
    members = []
    for story, texts in stories.items():
        for number, text in enumerate(texts):
            name = f"{story}{number}"
            one = Item(name, NOON, NOON, name, f"https://x.example/{name}", Counter(text), np.ones(1, np.float32))
            members.append(Member(one, story))
    return lay([], members, Frequencies({}, 0))


def of_first(stories: dict[str, list[str]]) -> float:
    """How crowded it is around the first article."""
    return float(crowdings(table(stories), np.array([0]), stories, WORDS)[0])


def test_an_article_alone_with_its_story_and_one_other_is_not_crowded() -> None:
    assert of_first({"a": ["abcd", "abce"]}) == QUIET
    assert of_first({"a": ["abcd", "abce"], "b": ["abcf"]}) == QUIET, (
        "the nearest other story may be a part of this one"
    )


def test_other_stories_crowd_by_their_mean_however_many_articles_they_have() -> None:
    few = of_first({"a": ["abcd"], "b": ["abcf"], "c": ["abxy"]})
    many = of_first({"a": ["abcd"] * 9, "b": ["abcf"] * 30, "c": ["abxy"] * 30})
    assert few == many == 0.5 / 2

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.identity import Past
from aggregator.stories.join import Item, Member
from aggregator.stories.partition import Part, partition
from aggregator.stories.repair import Rules

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def item(name: str, words: str, hours: float = 0) -> Item:
    at = NOON + timedelta(hours=hours)
    return Item(name, at, at, name, f"https://x.example/{name}", Counter(words), np.ones(1, np.float32))


def test_stories_in_which_an_editor_put_articles_long_ago_stay_two_when_most_of_the_one_goes_to_the_other() -> None:
    """What the editor put there is out of the window: only the stories tell that they are bound."""
    window = [
        *(Member(item(name, "abc", n), "s-1") for n, name in enumerate(("a1", "a2"))),
        *(Member(item(name, words, 2 + n), "s-2") for n, (name, words) in enumerate((("b1", "xyz"), ("b2", "abc")))),
        Member(item("b3", "abc", 5), "s-2"),
    ]
    settled = {member.item.id: member.story_id for member in window}
    ages = {"s-1": (NOON, NOON, "s-1"), "s-2": (NOON, NOON, "s-2")}
    settings = ClusterSettings(dense_weight=0, cohesion=0, inertia=0)
    part = Part((NOON + timedelta(days=1)).date(), (item("new", "abc", 20),))

    found = partition(
        [part],
        window,
        Frequencies({}, 0),
        settings,
        Rules(frozenset({"long-ago-1", "long-ago-2"}), frozenset({"s-1", "s-2"})),
        Past(settled, settled, ages, frozenset(ages)),
    )

    assert dict(found.named.gone) == {}
    assert dict(zip(found.named.names, found.groups, strict=True)) == {
        "s-1": ("a1", "a2", "b2", "b3", "new"),
        "s-2": ("b1",),
    }

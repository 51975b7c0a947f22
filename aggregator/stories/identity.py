"""Which id a group of articles has: ids are kept through every repair and every new computation of an open slice.

Each story goes with the group that has most of its articles, as they stood when the last slice was closed; where that
does not tell, as they stand now; else with the group of the earliest article. Of several stories in one group the
one that an editor made, else the oldest, gives its id, and the others are merged into it. A group with no story gets a
new id.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

#: sorts stories by age: when they were made, their first article, their id
Age = tuple[datetime, datetime, str]


@dataclass(frozen=True)
class Past:
    """What is known of the stories so far: that of each article at the last closed slice, that in which it stands now,
    and the age of each. `closed` are the stories that had articles at the last closed slice."""

    settled: Mapping[str, str] = field(default_factory=dict)
    stands: Mapping[str, str] = field(default_factory=dict)
    ages: Mapping[str, Age] = field(default_factory=dict)
    closed: Set[str] = frozenset()


@dataclass(frozen=True)
class Named:
    """The story of each group ("": a new one), and into which group each story went that no group is named for."""

    names: tuple[str, ...]
    gone: Mapping[str, int]


def name_groups(
    groups: Sequence[Sequence[str]],
    past: Past,
    anchors: Mapping[str, int] = MappingProxyType({}),
    anchored: Set[str] = frozenset(),
) -> Named:
    """Name the groups, each given as its articles in their order.

    `anchored` are the stories in which an editor put articles, `anchors` the groups of those of these articles that are
    here.
    """
    settled: dict[str, Counter[int]] = defaultdict(Counter)
    stands: dict[str, Counter[int]] = defaultdict(Counter)
    for number, group in enumerate(groups):
        for article in group:
            if story := past.settled.get(article):
                settled[story][number] += 1
            if story := past.stands.get(article):
                stands[story][number] += 1
    attached: dict[int, list[str]] = defaultdict(list)
    for story in sorted(settled.keys() | stands.keys()):
        if story in past.closed and story not in settled:
            continue  # its own articles are elsewhere, and unchanged
        here = settled[story].keys() | stands[story].keys()
        weigh = {number: (settled[story][number], stands[story][number], -number) for number in here}
        attached[anchors.get(story, max(here, key=lambda number, of=weigh: of[number]))].append(story)  # type: ignore[misc]
    for stories in attached.values():
        stories.sort(key=lambda story: (story not in anchored, _age(past, story)))
    names = tuple(attached[number][0] if attached[number] else "" for number in range(len(groups)))
    gone = {story: number for number, stories in attached.items() for story in stories[1:]}
    return Named(names, gone)


def _age(past: Past, story: str) -> tuple[bool, Age | str]:
    """Stories of which nothing is recorded are the youngest."""
    return (False, past.ages[story]) if story in past.ages else (True, story)

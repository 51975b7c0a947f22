"""Slices placed and repaired, one after another: from articles and the stories of the last closed slice to groups.

Pure: the same slices on the same past give the same groups, however and in what order the articles came.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies, document_frequencies
from aggregator.stories.confidence import EDITOR, Links, confidence
from aggregator.stories.identity import Named, Past, name_groups
from aggregator.stories.index import Index
from aggregator.stories.join import Item, Member, Placement, Table, join, lay
from aggregator.stories.repair import Rules, repair
from aggregator.stories.retrieve import retrieve


@dataclass(frozen=True, eq=False)
class Part:
    """The articles of one slice."""

    day: date
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Near:
    """An article and a story that it nearly joined, given by an article in it."""

    article_id: str
    other_id: str
    score: float


@dataclass(frozen=True, eq=False)
class Partition:
    """What became of the slices: groups of articles, in their order, whose members are not what they were.

    `scores` says how well each article fits, on average over the others; `repaired` are those whose story repair chose.
    `terms` are, by slice, in how many of its articles each term stands. `confidences` say how sure it is that an
    article of the groups stands rightly, by its `links`; those of a long story that had no part in repair have none.
    """

    groups: tuple[tuple[str, ...], ...]
    named: Named
    scores: Mapping[str, float]
    repaired: frozenset[str]
    near: tuple[Near, ...]
    terms: tuple[Mapping[str, int], ...]
    links: Mapping[str, Links]
    confidences: Mapping[str, float]


def partition(
    parts: Sequence[Part],
    window: Sequence[Member],
    frequencies: Frequencies,
    settings: ClusterSettings,
    rules: Rules,
    past: Past,
    index: Index | None = None,
) -> Partition:
    """Place and repair the slices in turn. `window`: all articles of closed slices around them, with their stories;
    `index` as for `retrieve`."""
    story_of = {member.item.id: member.story_id for member in window}
    items = {member.item.id: member.item for member in window}
    placed: dict[str, Placement] = {}
    scores: dict[str, float] = {}
    near: list[Near] = []
    links: dict[str, Links] = {}
    terms: list[Mapping[str, int]] = []
    for part in parts:
        around = [Member(one, story_of[one.id]) for one in _around(part, items, settings)]
        reached = retrieve(part.items, around, frequencies, settings, index)
        table = lay(part.items, reached.members, frequencies)
        placements = join(table, reached.neighbours, settings, lambda one: "+" + one.id, rules.locked)
        near += _near(table, placements)
        fits = {placement.article_id: placement.score for placement in placements}
        repaired = repair(table, placements, story_of, settings, rules)
        scores |= {**fits, **repaired.scores}
        links |= {**{key: Links() for key in fits}, **repaired.links}
        placed |= {placement.article_id: placement for placement in placements}
        follow = _heirs(table, story_of)
        story_of = {key: follow.get(story, story) for key, story in story_of.items()}
        story_of |= {one.id: story for one, story in zip(table.items, table.story_of, strict=True)}
        items |= {one.id: one for one in part.items}
        terms.append(document_frequencies(one.terms for one in part.items))
        frequencies.add(terms[-1], len(part.items))
    groups = _changed(items, story_of, past, placed)
    # repair left a group under the name of the story in which an editor put articles, be these here or long past
    anchors = {story: number for number, group in enumerate(groups) if (story := story_of[group[0]]) in rules.anchored}
    moved = frozenset(key for key, one in placed.items() if story_of[key] != one.story_id)
    sure = {key: confidence(links[key]) for group in groups for key in group if key in links}
    sure |= {key: EDITOR for group in groups for key in group if key in rules.pinned}
    named = name_groups(groups, past, anchors, rules.anchored)
    return Partition(groups, named, scores, moved, tuple(near), tuple(terms), links, sure)


def place(
    new: Sequence[Item],
    window: Sequence[Member],
    frequencies: Frequencies,
    settings: ClusterSettings,
    found: Callable[[Item], str],
    closed: Set[str] = frozenset(),
) -> list[Placement]:
    """Place the articles of one slice among those of the window and each other, and repair nothing; see `join`."""
    reached = retrieve(new, window, frequencies, settings)
    return join(lay(new, reached.members, frequencies), reached.neighbours, settings, found, closed)


def _around(part: Part, items: Mapping[str, Item], settings: ClusterSettings) -> list[Item]:
    """The articles placed earlier within the window around the days of a slice's articles: by them alone, so that it
    does not matter what else was read."""
    reach = timedelta(days=settings.window_days)
    days = {_midnight(item.order_at) for item in part.items}
    spans = [(day - reach, day + timedelta(days=1) + reach) for day in sorted(days)]
    return [one for one in items.values() if any(start <= one.order_at < end for start, end in spans)]


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _near(table: Table, placements: Sequence[Placement]) -> list[Near]:
    return [
        Near(one.article_id, table.items[table.members[story][0]].id, score)
        for one in placements
        for story, score in one.near_misses
    ]


def _heirs(table: Table, before: Mapping[str, str]) -> dict[str, str]:
    """Where the articles of a story outside the table go, when none of its articles in it has stayed."""
    went: dict[str, dict[str, int]] = defaultdict(dict)
    for one, story in zip(table.items, table.story_of, strict=True):
        old = before.get(one.id)
        if old is not None and old not in table.members:
            went[old][story] = went[old].get(story, 0) + 1
    return {old: max(sorted(to), key=lambda story, of=to: of[story]) for old, to in went.items()}  # type: ignore[misc]


def _changed(
    items: Mapping[str, Item], story_of: Mapping[str, str], past: Past, placed: Mapping[str, Placement]
) -> tuple[tuple[str, ...], ...]:
    """The groups that have new articles, or lost or gained old ones; groups and articles in the articles' order."""
    moved = {key for key, story in story_of.items() if key in placed or past.settled.get(key) != story}
    touched = {story_of[key] for key in moved} | {past.settled[key] for key in moved if key in past.settled}
    groups: dict[str, list[str]] = defaultdict(list)
    for key in sorted((key for key, story in story_of.items() if story in touched), key=lambda key: items[key].order):
        groups[story_of[key]].append(key)
    return tuple(tuple(group) for group in groups.values())

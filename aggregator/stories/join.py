"""Online clustering: each new article joins the story that it fits best on average, or founds one.

Average link against a few exemplars of each candidate story; the best has to stand out from the others. Pure and
deterministic: a batch is placed in the order of its own times, whatever the order in which it is given.
"""

from bisect import insort
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from aggregator.settings import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.score import DECIMALS, Comparison, Features, Floats, compare

#: of a story's exemplars, how many are its first articles; the others are its last
FIRST_EXEMPLARS = 4
#: how crowded it is at least taken to be: about the median in a stream of some ten articles a day
QUIET = 0.04
#: new articles compared at once with everything: bounds the memory of a large batch
_ROWS = 64


@dataclass(frozen=True, eq=False)
class Item:
    """An article to be placed. `published_at` None: undated, or a date not to be trusted; `order_at` then is when it
    was found. `sha` is the hash of its content and orders articles of one time, before `url`."""

    id: str
    published_at: datetime | None
    order_at: datetime
    sha: str
    url: str
    terms: Mapping[str, int]
    vector: Floats

    @property
    def order(self) -> tuple[datetime, str, str, str]:
        """Articles are placed, and a story's members listed, in this order."""
        return self.order_at, self.sha, self.url, self.id


@dataclass(frozen=True, eq=False)
class Member:
    """An article placed earlier, with its story."""

    item: Item
    story_id: str


@dataclass(frozen=True)
class Placement:
    """Where an article was placed: its mean score with the story (1 for the founder) and the stories nearly joined.

    `rivals` are the stories that it was compared with, each given by the position of its first article.
    """

    article_id: str
    story_id: str
    is_new: bool
    score: float
    near_misses: tuple[tuple[str, float], ...] = ()
    rivals: tuple[int, ...] = ()


@dataclass(eq=False)
class Table:
    """Articles by position, which ascends in their order, what they are compared by, and their stories as they stand.

    `story_of` is empty for articles that are not placed yet; `new` are the positions of those to be placed.
    """

    items: list[Item]
    features: Features
    story_of: list[str]
    new: list[int]
    placed: NDArray[np.bool_]
    members: dict[str, list[int]] = field(default_factory=dict)

    def put(self, position: int, story_id: str) -> None:
        """Place an article in a story."""
        insort(self.members.setdefault(story_id, []), position)
        self.story_of[position] = story_id
        self.placed[position] = True

    def age(self, story_id: str) -> int:
        """Sorts stories by their first articles: by nothing that depends on how the articles were delivered."""
        return self.members[story_id][0]


def lay(new: Sequence[Item], window: Sequence[Member], frequencies: Frequencies) -> Table:
    """The articles of a slice to be placed, among those placed earlier that they may be compared with."""
    rows = sorted(
        [*((member.item, member.story_id) for member in window), *((item, "") for item in new)],
        key=lambda row: row[0].order,
    )
    items = [item for item, _ in rows]
    features = Features.of(
        [item.terms for item in items], [i.vector for i in items], [i.published_at for i in items], frequencies
    )
    to_place = [position for position, (_, story_id) in enumerate(rows) if not story_id]
    table = Table(items, features, [""] * len(items), to_place, np.zeros(len(items), np.bool_))
    for position, (_, story_id) in enumerate(rows):
        if story_id:
            table.put(position, story_id)
    return table


def place(
    new: Sequence[Item],
    window: Sequence[Member],
    frequencies: Frequencies,
    settings: ClusterSettings,
    found: Callable[[Item], str],
    closed: Set[str] = frozenset(),
) -> list[Placement]:
    """Place the articles of a slice, in the order of `Item.order`, among those of the window and each other.

    `window` holds the articles placed earlier that lie within `window_days` of any new one, and the undated ones to be
    considered; `found` gives the id of the story that an article founds; nothing joins a `closed` story.
    """
    return join(lay(new, window, frequencies), settings, found, closed) if new else []


def join(
    table: Table, settings: ClusterSettings, found: Callable[[Item], str], closed: Set[str] = frozenset()
) -> list[Placement]:
    """As `place`, of the new articles of a table; their stories are then in the table."""
    placements = []
    for position, against in _each(np.array(table.new, np.intp), table.features, settings):
        placement = _place_one(table.items[position], against, table, settings, found, closed)
        table.put(position, placement.story_id)
        placements.append(placement)
    return placements


def _each(
    positions: NDArray[np.intp], features: Features, settings: ClusterSettings
) -> Iterator[tuple[int, Comparison]]:
    """Each of `positions` with its comparison with all articles (each array a vector), computed in blocks."""
    for start in range(0, len(positions), _ROWS):
        block = positions[start : start + _ROWS]
        both = compare(features, block, settings)
        for row, position in enumerate(block.tolist()):
            yield position, Comparison(both.dense[row], both.sparse[row], both.inside[row], both.score[row])


def _place_one(
    item: Item,
    against: Comparison,
    table: Table,
    settings: ClusterSettings,
    found: Callable[[Item], str],
    closed: Set[str],
) -> Placement:
    means = {story: _mean(table.members[story], against, settings) for story in _candidates(against, table, settings)}
    ranked = sorted(means, key=lambda story: (-means[story], table.age(story)))
    needed = settings.join + settings.contrast * crowding([means[story] for story in ranked], settings)
    joined = next((story for story in ranked if story not in closed and means[story] >= needed), None)
    near = tuple((story, means[story]) for story in ranked if story != joined and means[story] >= settings.near_miss)
    rivals = tuple(table.members[story][0] for story in ranked)
    if joined is None:
        return Placement(item.id, found(item), True, 1.0, near, rivals)
    return Placement(item.id, joined, False, means[joined], near, rivals)


def crowding(means: Sequence[float], settings: ClusterSettings) -> float:
    """How near an article is to the stories beside the nearest: the mean of the few after the first (best) of `means`.

    The same likeness says less where everything is alike: in a large stream, or one without dates. Of stories, not of
    articles as in the correction for hubs of Lample et al. 2018 (CSLS), which would tear a story of many articles.
    Never less than `QUIET`: that few stories are known says nothing of how like this one a strange article would be.
    """
    others = settings.candidates - 1
    return max(QUIET, sum(means[1 : 1 + others]) / others) if others else QUIET


def _candidates(against: Comparison, table: Table, settings: ClusterSettings) -> list[str]:
    """The stories of the nearest articles, densely or sparsely, that were placed within the window: the best few."""
    open_ = np.flatnonzero(table.placed & against.inside)
    near: set[int] = set()
    for cosine in (against.dense, against.sparse):
        near.update(open_[_largest(cosine[open_], settings.neighbours)].tolist())
    best: dict[str, float] = {}
    for position in sorted(near):
        story = table.story_of[position]
        best[story] = max(best.get(story, 0.0), float(against.score[position]))
    return sorted(best, key=lambda story: (-best[story], table.age(story)))[: settings.candidates]


def _largest(values: Floats, count: int) -> NDArray[np.intp]:
    """The places of the `count` largest values; of equal ones the first."""
    if len(values) <= count:
        return np.arange(len(values))
    least = np.partition(values, len(values) - count)[len(values) - count]
    above, equal = np.flatnonzero(values > least), np.flatnonzero(values == least)
    return np.concatenate([above, equal[: count - len(above)]])


def _mean(members: Sequence[int], against: Comparison, settings: ClusterSettings) -> float:
    """Average link: the mean score with the story's exemplars within the window."""
    inside = exemplars(members, settings.exemplars, lambda one: bool(against.inside[one]))
    return round(float(against.score[inside].mean(dtype=np.float64)), DECIMALS)


def exemplars(members: Sequence[int], count: int, taken: Callable[[int], bool] = lambda one: True) -> list[int]:
    """The first few and the last of those members that are `taken`, at most `count`."""
    newest = list(islice(filter(taken, reversed(members)), count + 1))[::-1]
    if len(newest) <= count:
        return newest
    first = min(FIRST_EXEMPLARS, count)
    return list(islice(filter(taken, members), first)) + newest[len(newest) - count + first :]

"""Online clustering: each new article joins the story that it fits best on average, or founds one.

Average link against a few exemplars of each candidate story; the best has to stand out from the others. Pure and
deterministic: a batch is placed in the order of its own times, whatever the order in which it is given.
"""

from bisect import insort
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.score import DECIMALS, Features, Floats, compare

#: of a story's exemplars, how many are its first articles; the others are its last
FIRST_EXEMPLARS = 4
#: how crowded it is at least taken to be: about the median in a stream of some ten articles a day
QUIET = 0.04


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


def join(
    table: Table,
    neighbours: Mapping[str, Sequence[str]],
    settings: ClusterSettings,
    found: Callable[[Item], str],
    closed: Set[str] = frozenset(),
) -> list[Placement]:
    """Place the new articles of a table, in the order of `Item.order`; their stories are then in the table.

    `neighbours` are those of each, all of them in the table and placed before it; `found` gives the id of the story
    that an article founds; nothing joins a `closed` story.
    """
    position_of = {item.id: position for position, item in enumerate(table.items)}
    placements = []
    for position in table.new:
        item = table.items[position]
        against = Against(position, table.features, settings)
        near = sorted(position_of[key] for key in neighbours[item.id])
        placement = _place_one(item, near, against, table, settings, found, closed)
        table.put(position, placement.story_id)
        placements.append(placement)
    return placements


class Against:
    """An article compared with others of its table."""

    def __init__(self, position: int, features: Features, settings: ClusterSettings) -> None:
        self._row, self._features, self._settings = np.array([position], np.intp), features, settings
        self._day = features.days[position]

    def inside(self, other: int) -> bool:
        """Whether it lies within the window; where a date is not known, it does."""
        return not abs(self._features.days[other] - self._day) > self._settings.window_days

    def scores(self, others: Sequence[int]) -> Floats:
        """The pair scores."""
        if not others:
            return np.zeros(0, np.float32)
        scores: Floats = compare(self._features, self._row, self._settings, np.array(others, np.intp)).score[0]
        return scores


def _place_one(
    item: Item,
    near: Sequence[int],
    against: Against,
    table: Table,
    settings: ClusterSettings,
    found: Callable[[Item], str],
    closed: Set[str],
) -> Placement:
    means = _means(_candidates(near, against, table, settings), against, table, settings)
    ranked = sorted(means, key=lambda story: (-means[story], table.age(story)))
    needed = settings.join + settings.contrast * crowding([means[story] for story in ranked], settings)
    joined = next((story for story in ranked if story not in closed and means[story] >= needed), None)
    passed = tuple((story, means[story]) for story in ranked if story != joined and means[story] >= settings.near_miss)
    rivals = tuple(table.members[story][0] for story in ranked)
    if joined is None:
        return Placement(item.id, found(item), True, 1.0, passed, rivals)
    return Placement(item.id, joined, False, means[joined], passed, rivals)


def crowding(means: Sequence[float], settings: ClusterSettings) -> float:
    """How near an article is to the stories beside the nearest: the mean of the few after the first (best) of `means`.

    The same likeness says less where everything is alike: in a large stream, or one without dates. Of stories, not of
    articles as in the correction for hubs of Lample et al. 2018 (CSLS), which would tear a story of many articles.
    Never less than `QUIET`: that few stories are known says nothing of how like this one a strange article would be.
    """
    others = settings.candidates - 1
    return max(QUIET, sum(means[1 : 1 + others]) / others) if others else QUIET


def _candidates(near: Sequence[int], against: Against, table: Table, settings: ClusterSettings) -> list[str]:
    """The stories of the neighbours: the best few, each by its best neighbour."""
    best: dict[str, float] = {}
    for position, score in zip(near, against.scores(near).tolist(), strict=True):
        story = table.story_of[position]
        best[story] = max(best.get(story, 0.0), score)
    return sorted(best, key=lambda story: (-best[story], table.age(story)))[: settings.candidates]


def _means(stories: Sequence[str], against: Against, table: Table, settings: ClusterSettings) -> dict[str, float]:
    """Average link: the mean score with each story's exemplars."""
    chosen = [exemplars(table.members[story], settings.exemplars, against.inside) for story in stories]
    scores = against.scores([one for some in chosen for one in some])
    parts = np.split(scores, np.cumsum([len(some) for some in chosen]))
    return {
        story: round(float(part.mean(dtype=np.float64)), DECIMALS) for story, part in zip(stories, parts, strict=False)
    }


def exemplars(members: Sequence[int], count: int, taken: Callable[[int], bool] = lambda one: True) -> list[int]:
    """The first few and the last of those members that are `taken`, at most `count`."""
    newest = list(islice(filter(taken, reversed(members)), count + 1))[::-1]
    if len(newest) <= count:
        return newest
    first = min(FIRST_EXEMPLARS, count)
    return list(islice(filter(taken, members), first)) + newest[len(newest) - count + first :]

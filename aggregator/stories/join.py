"""Online clustering: each new article joins the story that it fits best on average, or founds one.

Average link against a few exemplars of each candidate story. Pure and deterministic: a batch is placed in the order of
its own times, whatever the order in which it is given.
"""

from bisect import insort
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from aggregator.settings import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.score import DECIMALS, Comparison, Features, Floats, compare

#: of a story's exemplars, how many are its first articles; the others are its last
FIRST_EXEMPLARS = 4
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
    """Where an article was placed: its mean score with the story (1 for the founder) and the stories nearly joined."""

    article_id: str
    story_id: str
    is_new: bool
    score: float
    near_misses: tuple[tuple[str, float], ...] = ()


@dataclass
class _Board:
    """The stories on the table: positions of placed articles, which ascend in the order of the articles."""

    times: Sequence[datetime]
    placed: NDArray[np.bool_]
    story_of: list[str]
    members: dict[str, list[int]] = field(default_factory=dict)

    def put(self, position: int, story_id: str) -> None:
        insort(self.members.setdefault(story_id, []), position)
        self.story_of[position] = story_id
        self.placed[position] = True

    def age(self, story_id: str) -> tuple[datetime, str]:
        """Sorts older stories first, those of one age by id."""
        return self.times[self.members[story_id][0]], story_id


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
    if not new:
        return []
    earlier = [(member.item, member.story_id) for member in window]
    table = sorted([*earlier, *((item, None) for item in new)], key=lambda pair: pair[0].order)
    items = [item for item, _ in table]
    features = Features.of(
        [item.terms for item in items], [i.vector for i in items], [i.published_at for i in items], frequencies
    )
    board = _Board([item.order_at for item in items], np.zeros(len(items), np.bool_), [""] * len(items))
    for position, (_, story_id) in enumerate(table):
        if story_id is not None:
            board.put(position, story_id)
    placements = []
    for position, against in _each(np.flatnonzero(~board.placed), features, settings):
        placement = _place_one(items[position], against, board, settings, found, closed)
        board.put(position, placement.story_id)
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
    board: _Board,
    settings: ClusterSettings,
    found: Callable[[Item], str],
    closed: Set[str],
) -> Placement:
    means = {story: _mean(board.members[story], against, settings) for story in _candidates(against, board, settings)}
    ranked = sorted(means, key=lambda story: (-means[story], board.age(story)))
    joined = next((story for story in ranked if story not in closed and means[story] >= settings.join), None)
    near = tuple((story, means[story]) for story in ranked if story != joined and means[story] >= settings.near_miss)
    if joined is None:
        return Placement(item.id, found(item), True, 1.0, near)
    return Placement(item.id, joined, False, means[joined], near)


def _candidates(against: Comparison, board: _Board, settings: ClusterSettings) -> list[str]:
    """The stories of the nearest articles, densely or sparsely, that were placed within the window: the best few."""
    open_ = np.flatnonzero(board.placed & against.inside)
    near: set[int] = set()
    for cosine in (against.dense, against.sparse):
        near.update(open_[np.argsort(-cosine[open_], kind="stable")[: settings.neighbours]].tolist())
    best: dict[str, float] = {}
    for position in sorted(near):
        story = board.story_of[position]
        best[story] = max(best.get(story, 0.0), float(against.score[position]))
    return sorted(best, key=lambda story: (-best[story], board.age(story)))[: settings.candidates]


def _mean(members: Sequence[int], against: Comparison, settings: ClusterSettings) -> float:
    """Average link: the mean score with the story's exemplars within the window (its first few and its last)."""
    inside = [position for position in members if against.inside[position]]
    if len(inside) > settings.exemplars:
        first = min(FIRST_EXEMPLARS, settings.exemplars)
        inside = inside[:first] + inside[len(inside) - settings.exemplars + first :]
    return round(float(against.score[inside].mean(dtype=np.float64)), DECIMALS)

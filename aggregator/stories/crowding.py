"""How crowded the surroundings of articles are: the nearer other stories lie, the less the same likeness says."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.join import Table, crowding, exemplars
from aggregator.stories.score import DECIMALS, compare


def crowdings(
    table: Table, positions: NDArray[np.intp], stories: Iterable[str], settings: ClusterSettings
) -> NDArray[np.float64]:
    """Of each article at `positions` the `crowding` by those of the `stories` that it is not in.

    The nearest of them does not count: it may be a part of the article's own that is to be brought back.
    """
    names = sorted(stories, key=table.age)
    chosen = [exemplars(table.members[name], settings.exemplars) for name in names]
    both = compare(table.features, positions, settings, np.array([one for some in chosen for one in some], np.intp))
    of_story = np.repeat(np.eye(len(names), dtype=np.int64), [len(some) for some in chosen], axis=0)
    sums = np.rint(both.score * 10**DECIMALS).astype(np.int64) @ of_story  # whole numbers: their sums are exact
    means = sums / 10**DECIMALS / np.maximum(both.inside.astype(np.int64) @ of_story, 1)
    number_of = {name: number for number, name in enumerate(names)}
    own = [number_of[table.story_of[one]] for one in positions.tolist()]
    means[np.arange(len(own)), own] = 0
    nearest = -np.sort(-means, axis=1)[:, : settings.candidates]
    return np.array([crowding(row, settings) for row in nearest.tolist()], np.float64)

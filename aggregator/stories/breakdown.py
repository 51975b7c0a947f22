"""Where a partition goes wrong: by the size of the true stories, and story by story."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.stories.bcubed import item_scores

#: true stories by how many labelled articles they have
_SIZES = (("1", 1, 1), ("2", 2, 2), ("3-5", 3, 5), ("6-10", 6, 10), ("11+", 11, 10**9))
#: parts whose titles are listed
_SHOWN = 4


@dataclass(frozen=True)
class Wrong:
    """A story that went wrong: one found story with articles of several ("mixed"), or one true story in several parts
    ("parted"). `titles` are those of its first articles, one of each part; `lost` how much B-cubed lost by it."""

    how: str
    story: str
    parts: tuple[int, ...]
    lost: float
    titles: tuple[str, ...]


def by_size(true: Sequence[str], got: Sequence[str]) -> dict[str, dict[str, float]]:
    """By how many labelled articles their true story has: how many articles, their mean precision and recall."""
    precision, recall = item_scores(true, got)
    of_story = Counter(true)
    rows: dict[str, dict[str, float]] = {}
    for name, low, high in _SIZES:
        here = np.array([low <= of_story[story] <= high for story in true])
        if here.any():
            rows[name] = {
                "n": float(here.sum()),
                "b3_precision": float(precision[here].mean()),
                "b3_recall": float(recall[here].mean()),
            }
    return rows


def worst(
    keys: Sequence[str], true: Sequence[str], got: Sequence[str], titles: Mapping[str, str], most: int = 10
) -> list[Wrong]:
    """The stories by which B-cubed lost most, mixed and parted ones together."""
    rows = [
        *_wrongs("mixed", keys, got, true, titles),
        *_wrongs("parted", keys, true, got, titles),
    ]
    return sorted(rows, key=lambda row: (-row.lost, row.how, row.story))[:most]


def _wrongs(
    how: str, keys: Sequence[str], whole: Sequence[str], part: Sequence[str], titles: Mapping[str, str]
) -> Iterator[Wrong]:
    parts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, one, other in zip(keys, whole, part, strict=True):
        parts[one][other].append(key)
    for story, pieces in parts.items():
        ranked = sorted(pieces.values(), key=lambda piece: (-len(piece), piece))
        size = sum(map(len, ranked))
        lost = sum(len(piece) * (1 - len(piece) / size) for piece in ranked)
        if len(ranked) > 1:
            some = tuple(titles[piece[0]] for piece in ranked[:_SHOWN])
            yield Wrong(how, story, tuple(map(len, ranked)), round(lost, 4), some)

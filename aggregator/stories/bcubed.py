"""How well found stories agree with given ones.

B-cubed (Bagga & Baldwin 1998) is the headline; pairwise F1 and the ratio of story counts stand beside it, because a
set of many single-article stories flatters B-cubed. Only labelled articles are scored.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Agreement:
    """B-cubed precision, recall and F1, pairwise F1, and the number of found stories per true one."""

    precision: float
    recall: float
    f1: float
    pairwise_f1: float
    story_ratio: float


def agreement(true: Sequence[Hashable], found: Sequence[Hashable]) -> Agreement:
    """Compare two partitions, given as the story of each article. Raises ValueError if lengths differ or are 0."""
    precision, recall = (float(values.mean()) for values in item_scores(true, found))
    return Agreement(
        precision, recall, _f1(precision, recall), pairwise_f1(true, found), len(set(found)) / len(set(true))
    )


def item_scores(true: Sequence[Hashable], found: Sequence[Hashable]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """B-cubed precision and recall of each article (n,): the share of its found story that is of its true story, and
    the share of its true story that is in its found story, itself included. Raises as `agreement`."""
    if len(true) != len(found) or not true:
        raise ValueError(f"cannot compare the stories of {len(true)} and {len(found)} articles")
    of_true, of_found, of_both = Counter(true), Counter(found), Counter(zip(true, found, strict=True))
    pairs = list(zip(true, found, strict=True))
    precision = np.array([of_both[pair] / of_found[pair[1]] for pair in pairs])
    recall = np.array([of_both[pair] / of_true[pair[0]] for pair in pairs])
    return precision, recall


def pairwise_f1(true: Sequence[Hashable], found: Sequence[Hashable]) -> float:
    """F1 over all pairs of articles of one story; 1 where neither side has such a pair."""
    both, in_found, in_true = (
        sum(size * (size - 1) // 2 for size in Counter(labels).values())
        for labels in (list(zip(true, found, strict=True)), found, true)
    )
    return 2 * both / (in_found + in_true) if in_found + in_true else 1.0


def bootstrap_f1(
    true: Sequence[Hashable], found: Sequence[Hashable], *, rounds: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of the B-cubed F1 when the true stories are drawn again with replacement (Efron 1979).

    Each article keeps its own precision and recall. Raises as `agreement`.
    """
    precision, recall = item_scores(true, found)
    names = {story: index for index, story in enumerate(dict.fromkeys(true))}
    story = np.array([names[label] for label in true])
    sums = np.stack([np.bincount(story), np.bincount(story, precision), np.bincount(story, recall)])
    draws = np.random.default_rng(seed).integers(0, len(names), (rounds, len(names)))
    size, precise, recalled = sums[:, draws].sum(axis=2)
    p, r = precise / size, recalled / size
    low, high = np.quantile(2 * p * r / (p + r), [0.025, 0.975])
    return float(low), float(high)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall)

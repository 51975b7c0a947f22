"""What the coverage-gap test does on one's own stories: with shuffled labels every gap is a false one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from aggregator.analysis.gap import (
    LARGEST_RATIO,
    Figures,
    Flags,
    Floats,
    Told,
    Whole,
    both_observed,
    false_discovery,
    figures_of,
    sided,
    swing,
    usual_without,
)

SHUFFLES = 1000
#: days with a false gap may be so many
ALLOWED = 0.05
LIMITS = (0.2, 0.15, 0.1, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01, 0.005)


@dataclass(frozen=True)
class Recalibrated:
    """Of `stories` on `days`: how many are tested a day, and by the limit of q the share of days with a false gap.

    Where nothing could be tested, there are no `alarms`, and no limit is known to be right.
    """

    stories: int
    days: int
    shuffles: int
    eligible: float
    alarms: dict[float, float]

    @property
    def limit(self) -> float | None:
        """The largest limit that keeps false-alarm days at 5 % or below, if one of those tried does."""
        return max((limit for limit, share in self.alarms.items() if share <= ALLOWED), default=None)


def recalibrate(told: Told, days: Whole, sides: Whole, topics: int, shuffles: int = SHUFFLES) -> Recalibrated:
    """Shuffle the units' sides so many times and test every story against the others of its topic.

    The shuffles are the same for the same stories. A day counts if a story of it is tested.
    """
    dice = np.random.default_rng(len(told) * 1_000_003 + len(sides))
    weights = usual_without(told, topics)
    tested_days = 0
    eligible = 0
    hits = dict.fromkeys(LIMITS, 0)
    for _ in range(shuffles):
        found = _tested(told, dice.permutation(sides), weights)
        number = found.eligible
        eligible += int(number.sum())
        for of_day in _by_day(days, number):
            tested_days += 1
            q, small = false_discovery(found.p[of_day]), found.ratio[of_day] <= LARGEST_RATIO
            least = float(q[small].min(initial=1.0))
            for limit in LIMITS:
                hits[limit] += least <= limit
    alarms = {limit: count / tested_days for limit, count in hits.items()} if tested_days else {}
    number_of_days = len(np.unique(days))
    return Recalibrated(len(told), number_of_days, shuffles, eligible / max(shuffles * number_of_days, 1), alarms)


def _tested(told: Told, sides: Whole, weights: Floats) -> Figures:
    n, k = sided(told, sides)
    left = np.where(told.observed, weights, 0.0) @ (sides < 0)
    right = np.where(told.observed, weights, 0.0) @ (sides > 0)
    whole = np.stack([weights @ (sides < 0), weights @ (sides > 0)], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(right / (left + right), nan=0.5)
        seen = np.nan_to_num(np.stack([left, right], axis=1) / whole, nan=0.0)
    usable = both_observed(told, sides)
    earlier = np.bincount(told.topics[usable], minlength=int(told.topics.max()) + 1)[told.topics] - usable
    return figures_of(n, k, share, seen, earlier, swing(n, k, share))


def _by_day(days: Whole, chosen: Flags) -> Iterator[Whole]:
    rows = np.flatnonzero(chosen)
    order = rows[np.argsort(days[rows], kind="stable")]
    for of_day in np.split(order, np.flatnonzero(np.diff(days[order])) + 1):
        if len(of_day):
            yield of_day

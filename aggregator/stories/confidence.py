"""How sure it is that an article stands in the right story: a calibrated share between 0 and 1.

Two logistic functions of the links that an article has once its slice is repaired: one for an article among others,
one for an article that stands alone. Fitted by `python -m benchmarks.confidence` (docs/quality.md has what it printed).
Of a hundred articles of confidence 0.7 about seventy stand rightly; that holds for news as in the set that it was
fitted on, and an editor's queue needs the order alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: an article that an editor placed; the machine itself is never that sure
EDITOR = 1.0
MOST = 0.999
#: few stories of the set that fitted were larger: beyond this, size tells nothing more
_LARGE = 8
DECIMALS = 4


@dataclass(frozen=True)
class Links:
    """The pair scores of an article after repair: their mean and the weakest of them with the other articles of its
    story (0 where it stands alone), the best mean with another story near it (0: none is near), how many articles its
    story has within the window."""

    own: float = 0.0
    weakest: float = 0.0
    other: float = 0.0
    size: int = 1

    @property
    def features(self) -> tuple[float, ...]:
        """What the logistic function weighs."""
        if self.size == 1:
            return (self.other,)
        return (self.own, self.own - self.other, self.weakest, math.log(min(self.size, _LARGE)))


@dataclass(frozen=True)
class Logistic:
    """1 / (1 + exp(-(intercept + weights · features)))."""

    intercept: float
    weights: tuple[float, ...]

    def of(self, features: Sequence[float]) -> float:
        """The share for these features, in the order of the weights."""
        total = self.intercept + sum(w * x for w, x in zip(self.weights, features, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


#: weights of mean link, margin to the best other story, weakest link, log of the size (8 at most)
AMONG_OTHERS = Logistic(4.61, (13.72, 6.38, -9.05, -3.68))
#: weight of the best mean link with another story
ALONE = Logistic(1.7, (-15.7,))


def confidence(links: Links) -> float:
    """How likely most of the article's companions tell of its event; of an article alone, that no other does."""
    model = ALONE if links.size == 1 else AMONG_OTHERS
    return round(min(MOST, model.of(links.features)), DECIMALS)

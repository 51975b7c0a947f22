"""The coverage-gap test: whether left- or right-leaning outlets tell a story far less than they usually would.

A raw share says nothing: outlets differ in number, in how much they publish and in what about, and their judgement
swings from story to story. So a story's share of right-leaning sources is held against the share that is usual for its
topic among the outlets that could be asked, with the swing seen in earlier stories (a beta-binomial distribution), and
all stories of a day share one rate of false discoveries (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995). The rule
and what it was measured to do are in docs/method.md.

Outlets are columns of matrices whose rows are stories. Of an outlet that was not observed neither its text nor its
silence counts. Pure functions of their arguments.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

VERSION = "gap/1"
#: sources that lean left or right, of which the smallest test is made
LEAST_SOURCES = 8
#: of each side's usual weight so much has to be observed
LEAST_OBSERVED = 0.6
#: the short side has at most so much of what is usual
LARGEST_RATIO = 0.5
#: earlier stories of a topic, below which it has no usual coverage
LEAST_STORIES = 100
#: how much the volume of an outlet weighs beside what it carried of the topic
_VOLUME = 0.25
#: between stories no less swing is assumed
_LEAST_RHO = 0.002
#: an outlet that was observed less often counts as if for this share of the stories
_LEAST_SEEN = 0.25

LEFT, OFF, RIGHT = -1, 0, 1


@dataclass(frozen=True, eq=False)
class Told:
    """Which outlets told which stories: `carried` and `observed` are (stories, outlets), `topics` is (stories,).

    Independent sources only: a copy of another outlet's text is not carried.
    """

    carried: Flags
    observed: Flags
    topics: Whole

    def __len__(self) -> int:
        return len(self.topics)


@dataclass(frozen=True, eq=False)
class Figures:
    """What the test rests on, one value for each story of a day; `p` is 1 where it was not tested.

    `n` sources lean left or right, `k` of them right; `share` of right is usual; `phi` is large where stories swing
    little. `seen` is (stories, 2): of the usual weight of left and right what was observed. `stories` is how many
    earlier ones of the topic there are for which both sides could be asked.
    """

    n: Whole
    k: Whole
    share: Floats
    phi: Floats
    p: Floats
    seen: Floats
    stories: Whole

    @property
    def eligible(self) -> Flags:
        """Whether a story is tested at all."""
        seen: Flags = self.seen.min(axis=1) >= LEAST_OBSERVED
        return seen & (self.n >= LEAST_SOURCES) & (self.stories >= LEAST_STORIES)

    @property
    def ratio(self) -> Floats:
        """What the side with less than usual has, of what is usual for it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.stack([(self.n - self.k) / (self.n * (1 - self.share)), self.k / (self.n * self.share)])
        least: Floats = np.nan_to_num(ratios, nan=1.0).min(axis=0)
        return least


def usual(past: Told, topics: int) -> Floats:
    """(topics, outlets): how many stories of each topic an outlet usually carries, of those that were told.

    What it carried is mixed with what its total volume predicts. An outlet that was observed for part of the stories
    counts as if it had gone on so.
    """
    number = np.bincount(past.topics, minlength=topics)[:topics].astype(float)
    which = np.zeros((topics, len(past)))
    which[past.topics, np.arange(len(past))] = 1.0
    carried = (past.carried & past.observed).astype(float)
    seen = past.observed.astype(float)
    rate = (which @ carried) / np.maximum(which @ seen, np.maximum(_LEAST_SEEN * number, 1.0)[:, None])
    volume = carried.sum(axis=0) / np.maximum(seen.sum(axis=0), max(_LEAST_SEEN * len(past), 1.0))
    size = rate.sum(axis=1, keepdims=True) / max(volume.sum(), 1e-9)
    weights: Floats = number[:, None] * (rate + _VOLUME * volume * size) / (1 + _VOLUME)
    return weights


def usual_without(past: Told, topics: int) -> Floats:
    """(stories, outlets): what is usual for the topic of each story without that story itself."""
    number = np.bincount(past.topics, minlength=topics).astype(float)
    carried, seen = (past.carried & past.observed).astype(float), past.observed.astype(float)
    which = np.zeros((topics, len(past)))
    which[past.topics, np.arange(len(past))] = 1.0
    others = number[past.topics] - 1
    told = (which @ carried)[past.topics] - carried
    rate = told / np.maximum((which @ seen)[past.topics] - seen, np.maximum(_LEAST_SEEN * others, 1.0)[:, None])
    every = max(_LEAST_SEEN * (len(past) - 1), 1.0)
    volume = (carried.sum(axis=0) - carried) / np.maximum(seen.sum(axis=0) - seen, every)
    size = rate.sum(axis=1, keepdims=True) / np.maximum(volume.sum(axis=1, keepdims=True), 1e-9)
    weights: Floats = others[:, None] * (rate + _VOLUME * volume * size) / (1 + _VOLUME)
    return weights


def usual_share(weights: Floats, told: Told, sides: Whole) -> tuple[Floats, Floats]:
    """The usual share of right among the outlets observed, and (stories, 2) how much of each side's weight that is."""
    left, right = weights * (sides == LEFT), weights * (sides == RIGHT)
    observed = told.observed.astype(float)
    of_left = np.einsum("so,so->s", observed, left[told.topics])
    of_right = np.einsum("so,so->s", observed, right[told.topics])
    whole = np.stack([left.sum(axis=1)[told.topics], right.sum(axis=1)[told.topics]], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = of_right / (of_left + of_right)
        seen = np.stack([of_left, of_right], axis=1) / whole
    return np.nan_to_num(share, nan=0.5), np.nan_to_num(seen, nan=0.0)


def sided(told: Told, sides: Whole) -> tuple[Whole, Whole]:
    """How many observed outlets that lean left or right told each story, and how many of those lean right."""
    carried = told.carried & told.observed
    k = carried[:, sides == RIGHT].sum(axis=1)
    return (k + carried[:, sides == LEFT].sum(axis=1)).astype(np.int64), k.astype(np.int64)


def both_observed(told: Told, sides: Whole) -> Flags:
    """The stories for which some outlet of each side could be asked: of others nothing is usual."""
    both: Flags = np.any(told.observed[:, sides == LEFT], axis=1) & np.any(told.observed[:, sides == RIGHT], axis=1)
    return both


def swing(n: Whole, k: Whole, share: Floats) -> float:
    """How much more than chance the sides' shares differ between stories: rho of a beta-binomial, by moments."""
    usable = (n >= 2) & (share > 0) & (share < 1)
    n, k, share = n[usable], k[usable], share[usable]
    if not len(n):
        return _LEAST_RHO
    excess = (k - n * share) ** 2 / (n * share * (1 - share)) - 1
    return max(_LEAST_RHO, float(excess.sum() / (n - 1).sum()))


def two_sided(n: Whole, k: Whole, share: Floats, phi: Floats) -> Floats:
    """min(1, 2 min(P(K <= k), P(K >= k))) where K is beta-binomial with n, share * phi and (1 - share) * phi."""
    a, b = np.maximum(share * phi, 1e-9)[:, None], np.maximum((1 - share) * phi, 1e-9)[:, None]
    of = np.arange(int(n.max(initial=0)) + 1)
    rest = np.maximum(n[:, None] - of, 0)
    ways = gammaln(n[:, None] + 1) - gammaln(of + 1) - gammaln(rest + 1)
    mass = np.exp(ways + betaln(of + a, rest + b) - betaln(a, b)) * (of <= n[:, None])
    below = (mass * (of <= k[:, None])).sum(axis=1)
    above = (mass * (of >= k[:, None])).sum(axis=1)
    p: Floats = np.minimum(1.0, 2 * np.minimum(below, above))
    return p


def figures(past: Told, day: Told, sides: Whole, weights: Floats) -> Figures:
    """The figures of a day's stories against `past`, of which none is one of them; `weights` are `usual(past)`."""
    then, _ = usual_share(weights, past, sides)
    n_then, k_then = sided(past, sides)
    rho = swing(n_then, k_then, then)
    share, seen = usual_share(weights, day, sides)
    n, k = sided(day, sides)
    stories = np.bincount(past.topics[both_observed(past, sides)], minlength=len(weights))[day.topics]
    return figures_of(n, k, share, seen, stories.astype(np.int64), rho)


def figures_of(n: Whole, k: Whole, share: Floats, seen: Floats, stories: Whole, rho: float) -> Figures:
    """The figures with the p of every story that is tested, at a swing of `rho`."""
    phi = np.full(len(n), (1 - rho) / rho)
    found = Figures(n, k, share, phi, np.ones(len(n)), seen, stories)
    tested = found.eligible
    p = found.p
    if tested.any():
        p[tested] = two_sided(n[tested], k[tested], share[tested], phi[tested])
    return found


def false_discovery(p: Floats) -> Floats:
    """The q-value of each test among all of them: the least limit at which it would pass (Benjamini and Hochberg)."""
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    least = np.minimum.accumulate(scaled[::-1])[::-1]
    q = np.empty(len(p))
    q[order] = np.minimum(least, 1.0)
    return q


def flagged(found: Figures, limit: float) -> tuple[Floats, Flags]:
    """The q-value of each story among the eligible ones (1 elsewhere), and whether it has a gap: `limit` is q's."""
    q = np.ones(len(found.n))
    tested = found.eligible
    q[tested] = false_discovery(found.p[tested])
    return q, tested & (q <= limit) & (found.ratio <= LARGEST_RATIO)

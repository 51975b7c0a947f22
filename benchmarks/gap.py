"""Measure the coverage-gap test on simulated days: `nice python -m benchmarks.gap [--quick] [--plot FILE]`.

150 outlets, 45 % left, 20 % center, 35 % right, of uneven volume and with uneven interest in 10 topics; 30 stories a
day; what is usual is estimated from 150 earlier stories of each topic. Swing is the standard deviation, from story to
story, of each side's log-odds of taking a story. False alarms: days with one gap or more, with labels shuffled among
the outlets, and with true labels; the raw rule (80 % or more of a story's sources on one side, of 5 or of 8) beside it.
Power: one story of a day is planted with n sources, of which the short side has each with the rate said.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aggregator.analysis.gap import LEFT, OFF, RIGHT, Flags, Floats, Told, Whole, figures, flagged, sided, usual
from aggregator.setting_sections import GapSettings
from benchmarks.gap_plot import plot

OUTLETS, TOPICS, A_TOPIC, A_DAY, LIMIT = 150, 10, 150, 30, GapSettings().q
SIDES = np.array([LEFT] * 68 + [OFF] * 30 + [RIGHT] * 52)
SWINGS = (0.0, 0.4, 0.8)
PLANTED = ((0.2, "80/20"), (0.1, "90/10"), (0.0, "100/0"))
SIZES = (8, 12, 20, 30, 40)


@dataclass(frozen=True, eq=False)
class World:
    """Outlets with their log-odds of taking a story of each topic, and the stories that were told before."""

    taste: Floats
    swing: float
    past: Told
    weights: Floats

    @classmethod
    def made(cls, dice: np.random.Generator, swing: float) -> "World":
        """A world of its own."""
        volume = dice.normal(-2.9, 0.9, OUTLETS)
        taste = volume + dice.normal(0, 0.7, (TOPICS, OUTLETS))
        topics = np.repeat(np.arange(TOPICS), A_TOPIC)
        carried = told(dice, taste, topics, swing)
        past = Told(carried, np.ones_like(carried), topics)
        return cls(taste, swing, past, usual(past, TOPICS))

    def day(self, dice: np.random.Generator) -> Told:
        """A day's stories, with every outlet observed."""
        topics = dice.integers(0, TOPICS, A_DAY)
        carried = told(dice, self.taste, topics, self.swing)
        return Told(carried, np.ones_like(carried), topics)


def told(dice: np.random.Generator, taste: Floats, topics: Whole, swing: float) -> Flags:
    """Which outlets take which stories."""
    interest = dice.normal(-0.2, 1.2, (len(topics), 1))
    sides = swing * dice.normal(size=(len(topics), 3))
    odds = taste[topics] + interest + sides[:, SIDES + 1]
    carried: Flags = dice.random(odds.shape) < 1 / (1 + np.exp(-odds))
    return carried


def raw(day: Told, sides: Whole, least: int) -> bool:
    """Whether the raw rule would tell of a gap on that day."""
    n, k = sided(day, sides)
    one_side = np.maximum(k, n - k) >= 0.8 * n
    return bool((one_side & (n >= least)).any())


def false_alarms(days: int, swing: float, shuffled: bool, seed: int, worlds: int = 50) -> dict[str, float]:
    """The share of days with a gap where there is none, by rule, and what the days are like."""
    dice = np.random.default_rng(seed)
    hits = np.zeros(3)
    eligible = stories = 0
    for _ in range(worlds):
        world = World.made(dice, swing)
        for _ in range(days // worlds):
            sides = dice.permutation(SIDES) if shuffled else SIDES
            day = world.day(dice)
            found = figures(world.past, day, sides, world.weights)
            _, gaps = flagged(found, LIMIT)
            hits += gaps.any(), raw(day, sides, 5), raw(day, sides, 8)
            eligible, stories = eligible + int(found.eligible.sum()), stories + int(gaps.sum())
    total = days // worlds * worlds
    names = ("test", "raw of 5", "raw of 8")
    return {**dict(zip(names, hits / total, strict=True)), "eligible": eligible / total, "gaps": float(stories)}


def plant(dice: np.random.Generator, world: World, topic: int, size: int, rate: float, short: int) -> Flags:
    """A story that `size` left- or right-leaning outlets told, each of the short side with probability `rate`."""
    few = min(int(dice.binomial(size, rate)), int((short == SIDES).sum()))
    carried = np.zeros(OUTLETS, bool)
    for side, count in ((short, few), (-short, size - few)):
        of_side = np.flatnonzero(side == SIDES)
        chance = 1 / (1 + np.exp(-world.taste[topic, of_side]))
        carried[dice.choice(of_side, count, replace=False, p=chance / chance.sum())] = True
    return carried


def power(swing: float, worlds: int, runs: int, seed: int) -> dict[tuple[str, int], tuple[float, float]]:
    """Of planted gaps the share that is found, and of what was found with the wrong side: by kind and size."""
    dice = np.random.default_rng(seed)
    found: dict[tuple[str, int], list[bool]] = {(name, size): [] for _, name in PLANTED for size in SIZES}
    for _ in range(worlds):
        world = World.made(dice, swing)
        for run in range(runs):
            day = world.day(dice)
            for rate, name in PLANTED:
                for size in SIZES:
                    short = LEFT if run % 2 else RIGHT
                    topic = int(day.topics[0])
                    carried = day.carried.copy()
                    carried[0] = plant(dice, world, topic, size, rate, short)
                    planted = Told(carried, day.observed, day.topics)
                    _, gaps = flagged(figures(world.past, planted, SIDES, world.weights), LIMIT)
                    found[name, size].append(bool(gaps[0]))
    return {key: (float(np.mean(hits)), float(np.std(hits) / np.sqrt(len(hits)))) for key, hits in found.items()}


def outage(share: float, days: int, seed: int, aware: bool, worlds: int = 20) -> tuple[float, float]:
    """Of days with `share` of right's feeds off those with a gap; and stories tested a day."""
    dice = np.random.default_rng(seed)
    hits = tested = 0
    for _ in range(worlds):
        world = World.made(dice, 0.0)
        for _ in range(days // worlds):
            day = world.day(dice)
            right = np.flatnonzero(SIDES == RIGHT)
            off = dice.choice(right, round(share * len(right)), replace=False)
            carried, observed = day.carried.copy(), day.observed.copy()
            carried[:, off] = False
            observed[:, off] = not aware
            found = figures(world.past, Told(carried, observed, day.topics), SIDES, world.weights)
            hits += bool(flagged(found, LIMIT)[1].any())
            tested += int(found.eligible.sum())
    return hits / days, tested / days


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the days and runs")
    parser.add_argument("--plot", type=Path, help="draw false alarms and power into this SVG file")
    options = parser.parse_args(arguments)
    began = time.process_time()
    days, worlds = (100, 4) if options.quick else (1000, 20)
    print("Days with a false gap:  test | raw 80 % of 5 | of 8 | eligible a day")
    rows = [("shuffled labels", swing, True) for swing in SWINGS] + [("true labels", swing, False) for swing in SWINGS]
    alarms = {}
    for name, swing, shuffled in rows:
        got = false_alarms(days, swing, shuffled, seed=7, worlds=days // 20)
        alarms[name, swing] = got
        print(f"{name:16} swing {swing}: {got['test']:.3f} | {got['raw of 5']:.3f} | {got['raw of 8']:.3f}"
              f" | {got['eligible']:.1f}")  # fmt: skip
    print(f"\nPower, {worlds} worlds x 40 runs: planted, swing | n = " + ", ".join(map(str, SIZES)))
    powers = {}
    for swing in SWINGS:
        powers[swing] = power(swing, worlds, 40, seed=11)
        for _, name in PLANTED:
            print(f"{name:6} swing {swing}: " + " | ".join(f"{powers[swing][name, size][0]:.2f}" for size in SIZES))
    print("\nFeeds of right-leaning outlets off: days with a gap, unaware and aware; stories tested a day when aware")
    for share in (0.3, 0.6, 1.0):
        unaware, (aware, tested) = outage(share, days // 2, 13, False)[0], outage(share, days // 2, 13, True)
        print(f"{share:4.0%}: {unaware:.3f} | {aware:.3f} | {tested:.1f}")
    print(f"\n{time.process_time() - began:.0f} s of CPU")
    if options.plot:
        options.plot.write_text(plot(alarms, powers, SIZES), encoding="utf-8")


if __name__ == "__main__":
    main()

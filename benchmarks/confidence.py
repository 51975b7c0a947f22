"""Fit and measure the confidence of memberships: `python -m benchmarks.confidence DATA [--cache FILE]`.

AllSides 2018-03 to 2018-08, placed and repaired online with all of its background, fits the two logistic functions of
`aggregator.stories.confidence` (no penalty); AllSides from 2018-09 and newscluster without its dates are only measured,
with the weights as they stand in the code. An article is taken with the links that it had when its story changed last.
An article among others is right if more than half of its labelled companions are of its true story (without labelled
companions it does not count); one that stands alone is right if no other labelled article is of its true story.
"""

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from aggregator.setting_sections import ClusterSettings, EmbedSettings
from aggregator.stories.confidence import ALONE, AMONG_OTHERS, Links, confidence
from aggregator.stories.partition import Partition
from benchmarks.cut import Set, cached_vectors, make_set, month_range, read, replay

PARTS = 10


@dataclass(frozen=True)
class Sample:
    """Articles with their links, and whether each is right; stories: which articles stand together."""

    links: Sequence[Links]
    right: NDArray[np.float64]
    stories: Sequence[str]


def main() -> None:
    """Print the fitted weights and those in the code, and how well these do on each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--cache", type=Path, help="an .npz file for the vectors")
    options = parser.parse_args()
    vectors = cached_vectors(EmbedSettings(), options.cache)
    stream = read(options.data / "allsides_stories" / "stream.jsonl.gz")
    undated = read(options.data / "newscluster_5w1h" / "articles.jsonl.gz")
    sets = [
        make_set("allsides dev", month_range(stream, "2018-03", "2018-08"), vectors),
        make_set("allsides later", month_range(stream, "2018-09", "2019-06"), vectors),
        make_set("newscluster", undated, vectors, dates=False),
    ]
    samples = {one.name: dict(zip(("among others", "alone"), sample(one), strict=True)) for one in sets}
    for kind, model in (("among others", AMONG_OTHERS), ("alone", ALONE)):
        dev = samples["allsides dev"][kind]
        fitted = LogisticRegression(C=math.inf, max_iter=1000)
        fitted.fit(np.array([links.features for links in dev.links]), dev.right)
        weights = ", ".join(f"{weight:.2f}" for weight in fitted.coef_[0])
        print(f"{kind}: fitted {fitted.intercept_[0]:.2f} ({weights}); in the code {model}")
        constant = float(dev.right.mean())
        for name, parts in samples.items():
            print(f"  {name:<14} {row(parts[kind], constant)}", flush=True)
    print("stories by the mean of their articles: expected share of right articles, and the true one")
    for name, parts in samples.items():
        print(f"  {name:<14} {by_story(parts['among others'])}")


def sample(one: Set) -> tuple[Sample, Sample]:
    """The labelled articles that stand among others, and those alone."""
    links: dict[str, Links] = {}

    def watch(found: Partition) -> None:
        changed = (key for group in found.groups for key in group if key in found.links)
        links.update((key, found.links[key]) for key in changed)

    story_of = replay(one.items, ClusterSettings(), watch)
    labelled: dict[str, list[str]] = defaultdict(list)
    for key in one.gold:
        labelled[story_of[key]].append(key)
    sizes, true = Counter(story_of.values()), Counter(one.gold.values())
    among: list[tuple[str, bool]] = []
    alone: list[tuple[str, bool]] = []
    for key, label in one.gold.items():
        companions = [other for other in labelled[story_of[key]] if other != key]
        if sizes[story_of[key]] == 1:
            alone.append((key, true[label] == 1))
        elif companions:
            among.append((key, sum(one.gold[other] == label for other in companions) * 2 > len(companions)))

    def made(rows: Sequence[tuple[str, bool]]) -> Sample:
        right = np.array([right for _, right in rows], np.float64)
        return Sample([links[key] for key, _ in rows], right, [story_of[key] for key, _ in rows])

    return made(among), made(alone)


def row(one: Sample, constant: float) -> str:
    """The measures of a sample; `constant` is the share that was right in the set that fitted."""
    sure = np.array([confidence(links) for links in one.links])
    order = np.argsort(sure, kind="stable")
    n = len(order)
    mixed = 0 < one.right.mean() < 1
    return (
        f"n {n:4}  right {one.right.mean():.3f}  AUC {roc_auc_score(one.right, sure) if mixed else math.nan:.3f}"
        f"  calibration error {calibration_error(sure, one.right):.3f}"
        f"  Brier {np.mean((sure - one.right) ** 2):.3f} (constant {np.mean((constant - one.right) ** 2):.3f})"
        f"  right in the lowest tenth {one.right[order[: max(1, n // PARTS)]].mean():.2f}"
        f", in the top half {one.right[order[n // 2 :]].mean():.3f}"
    )


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Expected calibration error (Naeini et al. 2015) over tenths of equal number."""
    parts = [part for part in np.array_split(np.argsort(sure, kind="stable"), PARTS) if len(part)]
    return float(sum(len(part) * abs(sure[part].mean() - right[part].mean()) for part in parts) / len(sure))


def by_story(one: Sample) -> str:
    """The same for stories: the mean confidence of a story's articles against the share of them that are right."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, story in enumerate(one.stories):
        numbers[story].append(number)
    every = np.array([confidence(links) for links in one.links])
    sure = np.array([every[part].mean() for part in numbers.values()])
    right = np.array([one.right[part].mean() for part in numbers.values()])
    order = np.argsort(sure, kind="stable")
    least = right[order[: max(1, len(order) // PARTS)]].mean()
    return (
        f"n {len(order):4}  {sure.mean():.3f} against {right.mean():.3f}"
        f"  calibration error {calibration_error(sure, right):.3f}"
        f"  lowest tenth {least:.2f}, top half {right[order[len(order) // 2 :]].mean():.3f}"
    )


if __name__ == "__main__":
    main()

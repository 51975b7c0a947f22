"""What simpler methods make of the same articles: the yardsticks beside which `eval cluster` can print its scores.

Each is given every article at once (no stream), and its cut is the one that scores best on these very labels: they are
flattered, ours is not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.bcubed import agreement
from aggregator.stories.score import Features, compare

CUTS = tuple(round(0.02 * step, 2) for step in range(2, 45))
#: a matrix of all pairs is held in memory: more articles than this are not compared
MOST = 8_000

Floats = NDArray[np.float64]
Labels = Sequence[int]


def baselines(
    ids: Sequence[str], features: Features, truth: Mapping[str, str], settings: ClusterSettings
) -> dict[str, dict[str, float]]:
    """Name of the method: its scores at its best cut, over the labelled among the articles `ids`.

    Nothing where there are no two articles, or none is labelled.
    """
    if len(ids) < 2 or truth.keys().isdisjoint(ids):
        return {}
    both = compare(features, np.arange(len(ids)), settings)
    decay = _decay(features, settings)
    methods: dict[str, Callable[[], Iterator[tuple[float, Labels]]]] = {
        "tfidf_average_link": lambda: _linked(both.sparse.astype(float), "average"),
        "tfidf_average_link_decay": lambda: _linked(both.sparse * decay, "average"),
        "dense_threshold": lambda: _linked(both.dense.astype(float), "single"),
        "hdbscan": lambda: _hdbscan(features.dense),
    }
    return {
        name: max(
            ({**_scores(ids, labels, truth), "cut": cut} for cut, labels in method()), key=lambda row: row["b3_f1"]
        )
        for name, method in methods.items()
    }


def _scores(ids: Sequence[str], labels: Labels, truth: Mapping[str, str]) -> dict[str, float]:
    pairs = [(truth[key], label) for key, label in zip(ids, labels, strict=True) if key in truth]
    got = agreement([true for true, _ in pairs], [label for _, label in pairs])
    return {
        "b3_precision": got.precision,
        "b3_recall": got.recall,
        "b3_f1": got.f1,
        "pairwise_f1": got.pairwise_f1,
        "story_count_ratio": got.story_ratio,
    }


def _decay(features: Features, settings: ClusterSettings) -> Floats:
    days = np.abs(features.days[:, None] - features.days[None, :])
    known = ~np.isnan(days)
    decay: Floats = np.where(known, np.exp(-days / settings.decay_days) * (days <= settings.window_days), 1.0)
    return decay


def _linked(similarity: Floats, method: Literal["average", "single"]) -> Iterator[tuple[float, Labels]]:
    """Agglomerative clustering (scipy) by "average" or "single" link, cut at each similarity."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distance = np.clip(1 - (similarity + similarity.T) / 2, 0, None)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), method)
    for cut in CUTS:
        yield cut, fcluster(tree, 1 - cut, "distance").tolist()


def _hdbscan(vectors: NDArray[np.float32]) -> Iterator[tuple[float, Labels]]:
    """HDBSCAN (Campello et al. 2013; scikit-learn) on the embeddings; what it calls noise stands alone.

    The "cut" is `min_samples`, how many neighbours make an article's place dense. (scikit-learn's other measure, the
    distance below which it does not split, fails under numpy 2.4 on real trees.)
    """
    from sklearn.cluster import HDBSCAN

    for neighbours in (1, 2, 3, 5):
        if neighbours > len(vectors):
            break
        labels = HDBSCAN(min_cluster_size=2, min_samples=neighbours, copy=True).fit_predict(vectors)
        alone = labels.max() + 1
        yield neighbours, [int(label) if label >= 0 else int(alone + number) for number, label in enumerate(labels)]

"""The pair score: how likely two articles tell of one event.

score = (w * dense + (1 - w) * tfidf) * exp(-days / tau), and 0 beyond the window; `dense` is the cosine of the
embeddings, `tfidf` that of the weighted terms, `days` the distance of the publication times. Where one of the two times
is unknown nothing is known about their distance: no decay, no window.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from aggregator.settings import ClusterSettings
from aggregator.stories.background import Frequencies

#: scores are rounded, so that the last bits of a matrix product decide nothing
DECIMALS = 4

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Features:
    """What n articles are compared by: `sparse` (n, terms), `dense` (n, d), both of unit rows; `days` (n,), or NaN."""

    sparse: csr_array
    dense: Floats
    days: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        terms: Sequence[Mapping[str, int]],
        vectors: Sequence[Floats],
        dates: Sequence[datetime | None],
        frequencies: Frequencies,
    ) -> "Features":
        """The features of articles given by their term counts, unit vectors and publication times."""
        days = [np.nan if date is None else date.timestamp() / 86_400 for date in dates]
        dense = np.stack(vectors) if len(vectors) else np.zeros((0, 0), np.float32)
        return cls(tfidf(terms, frequencies), dense, np.array(days, np.float64))

    def at(self, positions: NDArray[np.intp]) -> "Features":
        """Those of the articles at `positions` alone."""
        return Features(self.sparse[positions], self.dense[positions], self.days[positions])


@dataclass(frozen=True, eq=False)
class Comparison:
    """Some articles (rows) against others (columns): cosines, whether within the window, and the pair score."""

    dense: Floats
    sparse: Floats
    inside: NDArray[np.bool_]
    score: Floats


def tfidf(documents: Sequence[Mapping[str, int]], frequencies: Frequencies) -> csr_array:
    """Unit rows (documents, vocabulary) of (1 + log count) * idf (Salton & Buckley 1988); no terms, a row of zeros."""
    column: dict[str, int] = {}
    indices = np.array([column.setdefault(term, len(column)) for terms in documents for term in terms], np.int32)
    counts = np.array([count for terms in documents for count in terms.values()], np.float64)
    lengths = np.array([len(terms) for terms in documents], np.int64)
    weights = (1 + np.log(counts)) * frequencies.idf(list(column))[indices]
    rows = np.repeat(np.arange(len(documents)), lengths)
    norms = np.sqrt(np.bincount(rows, weights**2, len(documents)))
    data = (weights / norms[rows]).astype(np.float32)
    return csr_array((data, indices, np.r_[0, np.cumsum(lengths)]), shape=(len(documents), len(column)))


def compare(
    features: Features, rows: NDArray[np.intp], settings: ClusterSettings, columns: NDArray[np.intp] | None = None
) -> Comparison:
    """The articles at the positions `rows` against those at `columns`, by default all."""
    against = features if columns is None else features.at(columns)
    dense = features.dense[rows] @ against.dense.T
    sparse = (features.sparse[rows] @ against.sparse.T).toarray()
    days = np.abs(features.days[rows][:, None] - against.days[None, :])
    known = ~np.isnan(days)
    inside = ~known | (days <= settings.window_days)
    decay = np.where(known, np.exp(-days / settings.decay_days), 1.0) * inside
    mixed = settings.dense_weight * dense + (1 - settings.dense_weight) * sparse
    return Comparison(dense, sparse, inside, np.round(mixed * decay, DECIMALS).astype(np.float32))

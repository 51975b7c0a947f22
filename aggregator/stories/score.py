"""The pair score: how likely two articles tell of one event.

score = (w * dense + (1 - w) * tfidf) * exp(-days / tau), and 0 beyond the window; `dense` is the cosine of the
embeddings, `tfidf` that of the weighted terms, `days` the distance of the publication times. Where one of the two times
is unknown nothing is known about their distance: no decay, no window.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.vocabulary import in_one_vocabulary

#: scores are rounded, so that the last bits of a matrix product decide nothing
DECIMALS = 4

Floats = NDArray[np.float32]
#: articles weighed at once: bounds the memory
_WEIGHED = 10_000


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
        dense = np.stack(vectors) if len(vectors) else np.zeros((0, 0), np.float32)
        return cls(tfidf(terms, frequencies), dense, day_numbers(dates))

    def products(self, rows: NDArray[np.intp], columns: NDArray[np.intp] | None = None) -> Floats:
        """The cosines of the terms of the articles at `rows` with those at `columns`, by default all."""
        if len(rows) > 1 or columns is None:
            others = self.sparse if columns is None else self.sparse[columns]
            products: Floats = (self.sparse[rows] @ others.T).toarray()
            return products
        with spread(self.sparse, int(rows[0]), self._scratch) as query:
            return row_products(self.sparse, columns, query)[None, :].astype(np.float32)

    @cached_property
    def _scratch(self) -> Floats:
        return np.zeros(self.sparse.shape[1], np.float32)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Some articles (rows) against others (columns): cosines, whether within the window, and the pair score."""

    dense: Floats
    sparse: Floats
    inside: NDArray[np.bool_]
    score: Floats


def day_numbers(dates: Sequence[datetime | None]) -> NDArray[np.float64]:
    """Days since 1970; NaN where there is no date."""
    return np.array([np.nan if date is None else date.timestamp() / 86_400 for date in dates], np.float64)


def tfidf(documents: Sequence[Mapping[str, int]], frequencies: Frequencies) -> csr_array:
    """Unit rows (documents, vocabulary) of (1 + log count) * idf (Salton & Buckley 1988); no terms, a row of zeros.

    A row's terms are in the article's own order, and so are the sums over them: to the last bit they do not depend on
    what other articles are weighed with it.
    """
    vocabulary, counted = in_one_vocabulary(documents)
    lengths = np.array([len(one) for one in counted], np.int64)
    ends = np.r_[0, np.cumsum(lengths)]
    indices = np.concatenate([np.zeros(0, np.int32), *(one.numbers for one in counted)])
    used = np.flatnonzero(np.bincount(indices, minlength=len(vocabulary.terms)))
    idf = np.zeros(len(vocabulary.terms))
    idf[used] = frequencies.idf([vocabulary.terms[number] for number in used.tolist()])
    data = np.empty(len(indices), np.float32)
    for start in range(0, len(counted), _WEIGHED):
        some = counted[start : start + _WEIGHED]
        part = slice(ends[start], ends[start + len(some)])
        weights = (1 + np.log(np.concatenate([one.counts for one in some]))) * idf[indices[part]]
        rows = np.repeat(np.arange(len(some)), lengths[start : start + len(some)])
        data[part] = weights / np.sqrt(np.bincount(rows, weights**2, len(some)))[rows]
    return csr_array((data, indices, ends), shape=(len(counted), len(vocabulary.terms)))


@contextmanager
def spread(matrix: csr_array, row: int, scratch: Floats) -> Iterator[Floats]:
    """A row in `scratch`, as many zeros as there are columns, which is left so."""
    mine = slice(matrix.indptr[row], matrix.indptr[row + 1])
    scratch[matrix.indices[mine]] = matrix.data[mine]
    yield scratch
    scratch[matrix.indices[mine]] = 0


def row_products(matrix: csr_array, rows: NDArray[np.intp], query: Floats) -> NDArray[np.float64]:
    """The product of each row with a dense vector, summed in the row's own order: of the pair alone, to the last bit.

    For a few rows of a large matrix; SciPy's own takes ten times as long over what to return.
    """
    starts = matrix.indptr[rows]
    lengths = matrix.indptr[rows + 1] - starts
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1] if len(rows) else 0) + np.repeat(starts - ends + lengths, lengths)
    terms = matrix.data[places] * query[matrix.indices[places]]
    return np.bincount(np.repeat(np.arange(len(rows)), lengths), terms, len(rows)).astype(np.float64)


def compare(
    features: Features, rows: NDArray[np.intp], settings: ClusterSettings, columns: NDArray[np.intp] | None = None
) -> Comparison:
    """The articles at the positions `rows` against those at `columns`, by default all."""
    across = slice(None) if columns is None else columns
    dense = features.dense[rows] @ features.dense[across].T
    sparse = features.products(rows, columns)
    days = np.abs(features.days[rows][:, None] - features.days[across][None, :])
    known = ~np.isnan(days)
    inside = ~known | (days <= settings.window_days)
    decay = np.where(known, np.exp(-days / settings.decay_days), 1.0) * inside
    mixed = settings.dense_weight * dense + (1 - settings.dense_weight) * sparse
    return Comparison(dense, sparse, inside, np.round(mixed * decay, DECIMALS).astype(np.float32))

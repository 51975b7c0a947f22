"""How common each term is: document frequencies from a background shipped with the package, and from the stream.

The background (`background.tsv.gz`: terms and counts, no text) lets the very first articles of an installation be
compared; the stream's own counts take over as it grows.
"""

import functools
import gzip
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

#: as how many documents of the stream the whole background counts, and the size to which all counts are scaled
DOCUMENTS = 1000.0


class Frequencies:
    """In how many of `DOCUMENTS` documents each term stands, by the background and by the stream's own slices.

    Counts are scaled to a collection of fixed size, so that weights, and with them the cut, do not drift as the stream
    grows. Add the terms of a slice when it is closed, after its articles are placed: a big event would else make its
    own words common and fall apart.
    """

    def __init__(self, background: Mapping[str, int], documents: int) -> None:
        self._background, self._scale = background, DOCUMENTS / max(documents, 1)
        self._own: Counter[str] = Counter()
        self._own_documents = 0

    def add(self, counts: Mapping[str, int], documents: int) -> None:
        """Count `documents` more documents, in which each term stands as often as `counts` says."""
        self._own.update(counts)
        self._own_documents += documents

    def idf(self, terms: Sequence[str]) -> NDArray[np.float64]:
        """Inverse document frequency of each term, log((N + 1) / (df + 0.5)), at least 0.01 (Sparck Jones 1972)."""
        scale, background, own = self._scale, self._background, self._own
        counts = np.fromiter((scale * background.get(t, 0) + own.get(t, 0) for t in terms), np.float64, len(terms))
        scaled = counts * (DOCUMENTS / (DOCUMENTS + self._own_documents))
        return np.maximum(math.log(DOCUMENTS + 1) - np.log(scaled + 0.5), 0.01)


def document_frequencies(documents: Iterable[Iterable[str]]) -> Counter[str]:
    """In how many of the documents, each given as its distinct terms, every term stands."""
    counts: Counter[str] = Counter()
    for document in documents:
        counts.update(set(document))
    return counts


def background_frequencies() -> Frequencies:
    """Frequencies that know the shipped background and nothing of the stream yet."""
    counts, documents = _shipped()
    return Frequencies(counts, documents)


@functools.cache
def _shipped() -> tuple[Mapping[str, int], int]:
    """Counts and number of documents of the shipped background (first line: the number)."""
    packed = files("aggregator.stories").joinpath("background.tsv.gz").read_bytes()
    first, *lines = gzip.decompress(packed).decode().splitlines()
    pairs = (line.split("\t") for line in lines)
    return {term: int(count) for term, count in pairs}, int(first)

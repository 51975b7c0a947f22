"""An approximate index for a window of more than some 100,000 articles: a graph of near neighbours (HNSW: Malkov &
Yashunin 2018) by usearch, in 16-bit floats.

A search asks for more than is wanted, of all days, and scores what it found exactly, by vectors from the database.
It finds about 98 of 100 neighbours, and which depends on the order in which they came: where the partition of
articles into stories must not, take the exact index.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np

from aggregator.errors import ConfigError
from aggregator.stories.index import ID_BYTES, Fetch, Floats, Hit, exact_cosines

#: links of a node, and how many nodes are looked at when one is added and when one is searched
LINKS, WIDTH_ADDING, WIDTH_SEARCHING = 16, 80, 64
#: hits asked for, at least, and the most when too few of them are of the days wanted
ASKED, MOST_ASKED = 32, 4096
#: a removed node stays in the graph and slows it: from this share on it is built anew
REMOVED_SHARE = 0.25
#: of a node beside its vector, as measured: links on each level, and room to grow
_NODE_BYTES = 500


class UsearchIndex:
    """See Index."""

    def __init__(self, dimension: int, fetch: Fetch) -> None:
        """`fetch` gives the vectors of ids, exactly. Raises ConfigError when usearch is not installed."""
        self.dimension, self._fetch = dimension, fetch
        self._graph = _graph(dimension)
        self._key_of: dict[str, int] = {}
        self._of_key: dict[int, tuple[str, date]] = {}
        self._next, self._removed = 0, 0

    def __len__(self) -> int:
        return len(self._key_of)

    def __contains__(self, key: object) -> bool:
        return key in self._key_of

    @property
    def nbytes(self) -> int:
        """See Index."""
        nodes = len(self) + self._removed
        return nodes * (2 * self.dimension + _NODE_BYTES) + ID_BYTES * len(self)

    def add(self, ids: Sequence[str], vectors: Floats, day: date) -> None:
        """See Index."""
        self.remove(key for key in ids if key in self._key_of)
        keys = np.arange(self._next, self._next + len(ids), dtype=np.uint64)
        self._next += len(ids)
        self._graph.add(keys, np.ascontiguousarray(vectors, np.float32), threads=1)
        self._key_of.update(zip(ids, keys.tolist(), strict=True))
        self._of_key.update(zip(keys.tolist(), ((key, day) for key in ids), strict=True))

    def remove(self, ids: Iterable[str]) -> None:
        """See Index."""
        keys = [self._key_of.pop(key) for key in set(ids) & self._key_of.keys()]
        if not keys:
            return
        self._graph.remove(np.array(sorted(keys), np.uint64), threads=1)
        for key in keys:
            del self._of_key[key]
        self._removed += len(keys)
        if self._removed > REMOVED_SHARE * (len(self) + self._removed):
            self._rebuild()

    def drop_before(self, day: date) -> None:
        """See Index."""
        self.remove([key for key, on in self._of_key.values() if on < day])

    def search(self, vectors: Floats, first: date, last: date, *, top: int, floor: float = -1) -> list[list[Hit]]:
        """See Index; a neighbour may be missed."""
        near: list[list[str]] = [[] for _ in vectors]
        waiting, asked = list(range(len(vectors))), max(ASKED, top)
        while waiting and self._of_key:
            asked = min(asked, len(self))
            for number, ids in zip(waiting, self._ask(vectors[waiting], asked, first, last), strict=True):
                near[number] = ids
            if asked >= min(len(self), MOST_ASKED):
                break
            waiting = [number for number in waiting if len(near[number]) < top]
            asked = min(4 * asked, MOST_ASKED)
        return self._scored(vectors, near, top, floor)

    def _ask(self, vectors: Floats, count: int, first: date, last: date) -> list[list[str]]:
        """Of the `count` nearest of each vector those of the days wanted."""
        self._graph.expansion_search = max(WIDTH_SEARCHING, count)
        found = self._graph.search(np.ascontiguousarray(vectors, np.float32), count, threads=1)
        rows = np.atleast_2d(found.keys).tolist()
        counts = np.atleast_1d(found.counts).tolist() if hasattr(found, "counts") else [len(rows[0])]
        hits = [[self._of_key[key] for key in row[:known]] for row, known in zip(rows, counts, strict=True)]
        return [[key for key, day in row if first <= day <= last] for row in hits]

    def _scored(self, vectors: Floats, near: Sequence[Sequence[str]], top: int, floor: float) -> list[list[Hit]]:
        ids = sorted({key for keys in near for key in keys})
        row_of = {key: row for row, key in enumerate(ids)}
        rows = self._fetch(ids) if ids else np.zeros((0, self.dimension), np.float32)
        found = []
        for vector, keys in zip(vectors, near, strict=True):
            others = rows[[row_of[key] for key in keys]]
            cosines = exact_cosines(np.broadcast_to(vector, others.shape), others).tolist()
            hits = [Hit(key, cosine) for key, cosine in zip(keys, cosines, strict=True) if cosine >= floor]
            found.append(sorted(hits, key=lambda hit: (-hit.cosine, hit.id))[:top])
        return found

    def _rebuild(self) -> None:
        """Build a graph of what is left beside the old one; its own 16-bit vectors do for that."""
        fresh = _graph(self.dimension)
        keys = np.array(sorted(self._of_key), np.uint64)
        for start in range(0, len(keys), 10_000):
            some = keys[start : start + 10_000]
            fresh.add(some, np.atleast_2d(self._graph.get(some, dtype="f32")), threads=1)
        self._graph, self._removed = fresh, 0


def _graph(dimension: int) -> Any:
    try:
        from usearch.index import Index
    except ImportError:
        fix = "install the extra: pip install 'aggregator[usearch]'"
        raise ConfigError("usearch is not installed", key="index.kind", fix=fix) from None
    return Index(
        ndim=dimension,
        metric="ip",
        dtype="f16",
        connectivity=LINKS,
        expansion_add=WIDTH_ADDING,
        expansion_search=WIDTH_SEARCHING,
    )

"""Which articles a new one is to be compared with: its nearest by vector and its nearest by words, of those in reach.

In reach is what lies within the window of publication times and was placed before: the articles of earlier slices, and
those of its own that come before it. By vector an index finds the former; what no index holds is compared one by one.
By words, an article is looked up by its heaviest terms alone, since what shares none of them is not near; what that
finds is then measured by all terms. Nothing here depends on the order in which anything was read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.index import Index
from aggregator.stories.join import Item, Member
from aggregator.stories.score import day_numbers, row_products, spread, tfidf

#: an article is looked up by so many of its terms, and so many times as many are measured as are wanted
HEAVIEST, MEASURED = 64, 3
#: new articles searched for at once
_BLOCK = 64
#: of an index so many times as many are asked for as are wanted, then four times as many: some are out of reach
_ASKED, _MORE = 2, 4
#: decimals of a cosine of vectors: more are noise of the matrix product
_DECIMALS = 9

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Retrieved:
    """The neighbours of each new article, by id, and all that the window has of the stories in which they are."""

    neighbours: Mapping[str, Sequence[str]]
    members: list[Member]


def retrieve(
    new: Sequence[Item],
    window: Sequence[Member],
    frequencies: Frequencies,
    settings: ClusterSettings,
    index: Index | None = None,
) -> Retrieved:
    """The neighbours of the new articles: of each the nearest `neighbours` by vector, and as many by words.

    `index` holds articles of the window by the days of their `order_at`, all or some of them, and may hold others. Of
    equally near articles those of the window come first, by id, then those of the slice in their order.
    """
    members = sorted(window, key=lambda member: member.item.id)
    fresh = sorted(new, key=lambda item: item.order)
    reach = _Reach([member.item for member in members], fresh, settings)
    dense, sparse = _dense(reach, index), _sparse(reach, frequencies)
    neighbours: dict[str, list[str]] = {}
    stories: set[str] = set()
    for item, by_vector, by_words in zip(fresh, dense, sparse, strict=True):
        rows = sorted({*by_vector.tolist(), *by_words.tolist()})
        neighbours[item.id] = [reach.items[row].id for row in rows]
        stories.update(members[row].story_id for row in rows if row < len(members))
    return Retrieved(neighbours, [member for member in members if member.story_id in stories])


class _Reach:
    """The articles of the window, then the new ones, by row; which of them each new one may be compared with."""

    def __init__(self, window: Sequence[Item], fresh: Sequence[Item], settings: ClusterSettings) -> None:
        self.items, self.fresh, self.settings = [*window, *fresh], fresh, settings
        self.first = len(window)
        self.days = day_numbers([item.published_at for item in self.items])

    def within(self, number: int, rows: Rows) -> Rows:
        """Those of the rows that new article `number` may be compared with."""
        row = self.first + number
        mine: Rows = rows[(rows < row) & ~(np.abs(self.days[rows] - self.days[row]) > self.settings.window_days)]
        return mine

    def blocks(self) -> Iterator[range]:
        """The numbers of the new articles, some at a time."""
        for start in range(0, len(self.fresh), _BLOCK):
            yield range(start, min(start + _BLOCK, len(self.fresh)))


def largest(values: NDArray[np.floating], rows: Rows, count: int) -> Rows:
    """The rows with the `count` largest values; of equal ones the first rows. No order."""
    if len(rows) <= count:
        return rows
    least = np.partition(values, len(values) - count)[len(values) - count]
    above, equal = rows[values > least], rows[values == least]
    left = count - len(above)
    return np.concatenate([above, np.partition(equal, left - 1)[:left]])


def _dense(reach: _Reach, index: Index | None) -> Iterator[Rows]:
    """For each new article the nearest rows by vector."""
    if not reach.fresh:
        return
    known = _by_index(reach, index) if index is not None and len(index) else {}
    loose = np.array([row for row, item in enumerate(reach.items) if index is None or item.id not in index], np.intp)
    vectors = np.stack([reach.items[row].vector for row in loose.tolist()]).astype(np.float64)
    for block in reach.blocks():
        queries = np.stack([reach.fresh[number].vector for number in block]).astype(np.float64)
        cosines = np.round(queries @ vectors.T, _DECIMALS)
        places = np.full(len(reach.items), -1)
        places[loose] = np.arange(len(loose))
        for number, cosine in zip(block, cosines, strict=True):
            rows = reach.within(number, loose)
            values = cosine[places[rows]]
            if number in known:
                more, theirs = known[number]
                rows, values = np.concatenate([more, rows]), np.concatenate([theirs, values])
            yield largest(values, rows, reach.settings.neighbours)


def _by_index(reach: _Reach, index: Index) -> dict[int, tuple[Rows, NDArray[np.float64]]]:
    """For each new article the rows of its nearest that the index holds, and their cosines."""
    row_of = {item.id: row for row, item in enumerate(reach.items[: reach.first])}
    if not row_of:
        return {}
    days = [item.order_at.date() for item in reach.items[: reach.first]]
    first, last, wanted = min(days), max(days), reach.settings.neighbours
    found: dict[int, tuple[Rows, NDArray[np.float64]]] = {}
    waiting: Iterable[int] = range(len(reach.fresh))
    asked = _ASKED * wanted
    while waiting:
        same: dict[bytes, list[int]] = {}  # copies have one vector and are searched once
        for number in waiting:
            same.setdefault(reach.fresh[number].vector.tobytes(), []).append(number)
        queries = np.stack([reach.fresh[numbers[0]].vector for numbers in same.values()])
        short: list[int] = []
        for numbers, hits in zip(same.values(), index.search(queries, first, last, top=asked), strict=True):
            cosine_of = {row_of[hit.id]: round(hit.cosine, _DECIMALS) for hit in hits if hit.id in row_of}
            everything = np.array(list(cosine_of), np.intp)
            for number in numbers:
                rows = reach.within(number, everything)
                found[number] = rows, np.array([cosine_of[row] for row in rows.tolist()])
                if len(rows) < wanted and len(hits) == asked:
                    short.append(number)
        waiting, asked = short, _MORE * asked
    return found


def _sparse(reach: _Reach, frequencies: Frequencies) -> Iterator[Rows]:
    """For each new article the nearest rows by words, of those that share one of its heaviest terms."""
    weights = tfidf([item.terms for item in reach.items], frequencies)
    own = weights[reach.first :]
    postings, heavy = weights.T.tocsr(), _heaviest(own)
    scratch, rough = np.zeros(weights.shape[1], np.float32), np.zeros(len(reach.items), np.float32)
    wanted = reach.settings.neighbours
    for block in reach.blocks():
        found = heavy[block.start : block.stop] @ postings
        for number, start, end in zip(block, found.indptr[:-1], found.indptr[1:], strict=True):
            rough[found.indices[start:end]] = found.data[start:end]
            rows = reach.within(number, found.indices[start:end])
            rows = largest(rough[rows], rows, MEASURED * wanted)
            with spread(own, number, scratch) as query:
                yield largest(row_products(weights, rows, query), rows, wanted)


def _heaviest(weights: csr_array) -> csr_array:
    """Of each row the HEAVIEST largest weights, of equal ones the first, in their order."""
    kept: list[Rows] = []
    for start, end in zip(weights.indptr[:-1], weights.indptr[1:], strict=True):
        places = np.arange(start, end)
        kept.append(np.sort(largest(weights.data[start:end], places, HEAVIEST)))
    places = np.concatenate([np.zeros(0, np.intp), *kept])
    ends = np.r_[0, np.cumsum([len(some) for some in kept])].astype(np.int64)
    return csr_array((weights.data[places], weights.indices[places], ends), shape=weights.shape)

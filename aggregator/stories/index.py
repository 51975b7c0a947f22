"""The vectors of the articles within reach, searched by day: an index in memory that follows the database.

    kept = Kept(make_index(settings.index, 384, fetch), settings.index.max_bytes)
    kept.follow(rows, first, last, fetch)                     # (article, content hash, day) as the database has them
    kept.index.search(vectors, first, last, top=20)           # the nearest of those days, for each vector

The database is the truth: `follow` fetches what is missing or was edited, removes what is gone, and on an empty index,
after a crash or in another process, that is all of it. Nothing is written to disk.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from aggregator.errors import ConfigError
from aggregator.setting_sections import IndexSettings

Floats = NDArray[np.float32]
#: the vectors of articles, in their order
Fetch = Callable[[Sequence[str]], Floats]

#: vectors fetched at once
_CHUNK = 1000
#: queries compared at once: one by one they cost six times as much
_QUERIES = 64
#: more than the last bits of a matrix product of unit vectors, which depend on its shape
_PLAY = 1e-5
#: pairs scored exactly at once
_PAIRS = 8192
#: what an id costs beside its vector, here and in Kept: two strings and their places
ID_BYTES = 600


class Hit(NamedTuple):
    """An article found, and its cosine with what was searched for, summed in 64 bits."""

    id: str
    cosine: float


class Index(Protocol):
    """Unit vectors by id, each on a day."""

    def __len__(self) -> int: ...

    def __contains__(self, key: object) -> bool: ...

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        ...

    def add(self, ids: Sequence[str], vectors: Floats, day: date) -> None:
        """Put vectors (n, d) on a day; an id that is known is replaced, wherever it was."""
        ...

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these; unknown ids are no error."""
        ...

    def drop_before(self, day: date) -> None:
        """Forget all earlier days."""
        ...

    def search(self, vectors: Floats, first: date, last: date, *, top: int, floor: float = -1) -> list[list[Hit]]:
        """For each vector the `top` nearest of the days from `first` to `last` with a cosine of `floor` or more,
        nearest first, those of one cosine by id. What stands in the index finds itself too."""
        ...


class Kept:
    """An index that follows the database, within a bound of memory."""

    def __init__(self, index: Index, most_bytes: int) -> None:
        self.index, self.most_bytes = index, most_bytes
        self._days: dict[date, dict[str, str]] = {}
        self._day_of: dict[str, date] = {}

    def follow(self, wanted: Iterable[tuple[str, str, date]], first: date, last: date, fetch: Fetch) -> None:
        """Bring the days from `first` to `last` into step with `wanted`: all that the database has on them, as id,
        hash of what was embedded, and day.

        Other days stay as they are while they fit. Raises ConfigError when the days asked for do not.
        """
        by_day: dict[date, dict[str, str]] = {}
        for key, sha, day in wanted:
            by_day.setdefault(day, {})[key] = sha
        for day in [day for day in self._days if first <= day <= last]:
            self._remove(self._days[day].keys() - by_day.get(day, {}).keys())
        for day in sorted(by_day):
            known = self._days.get(day, {})
            missing = sorted(key for key, sha in by_day[day].items() if known.get(key) != sha)
            for start in range(0, len(missing), _CHUNK):
                ids = missing[start : start + _CHUNK]
                self._remove([key for key in ids if self._day_of.get(key, day) != day])  # its date was read anew
                self.index.add(ids, fetch(ids), day)
                self._days.setdefault(day, {}).update((key, by_day[day][key]) for key in ids)
                self._day_of.update((key, day) for key in ids)
                self._make_room(first, last)

    def _remove(self, ids: Iterable[str]) -> None:
        gone = list(ids)
        self.index.remove(gone)
        for key in gone:
            day = self._day_of.pop(key)
            del self._days[day][key]
            if not self._days[day]:
                del self._days[day]

    def _make_room(self, first: date, last: date) -> None:
        """Drop the days that lie farthest outside until the rest fits."""
        outside = sorted((day for day in self._days if not first <= day <= last), key=lambda day: abs(day - first))
        while self.index.nbytes > self.most_bytes:
            if not outside:
                left = f"the {self.most_bytes >> 20} MB that are left"
                problem = f"{len(self.index)} vectors from {first} to {last} take more than {left}"
                fix = 'raise it, set kind = "usearch", or make [cluster] window_days smaller'
                raise ConfigError(problem, key="index.max_mb", fix=fix)
            self._remove(self._days[outside.pop()])


class ExactIndex:
    """All vectors, 32 bits, a matrix for each day: finds what is nearest, with no exception.

    Its answers do not depend on how it came to hold what it holds: candidates come from a matrix product whose last
    bits do, with some play, and are then scored pair by pair.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._days: dict[date, _Day] = {}
        self._day_of: dict[str, date] = {}

    def __len__(self) -> int:
        return len(self._day_of)

    def __contains__(self, key: object) -> bool:
        return key in self._day_of

    @property
    def nbytes(self) -> int:
        """See Index."""
        return sum(day.rows.nbytes for day in self._days.values()) + ID_BYTES * len(self)

    def add(self, ids: Sequence[str], vectors: Floats, day: date) -> None:
        """See Index."""
        self.remove(key for key in ids if key in self._day_of)
        self._days.setdefault(day, _Day(self.dimension)).add(ids, vectors)
        self._day_of.update((key, day) for key in ids)

    def remove(self, ids: Iterable[str]) -> None:
        """See Index."""
        for key in list(ids):
            day = self._day_of.pop(key, None)
            if day is not None:
                self._days[day].remove(key)
                if not self._days[day].ids:
                    del self._days[day]

    def drop_before(self, day: date) -> None:
        """See Index."""
        for old in [one for one in self._days if one < day]:
            for key in self._days.pop(old).ids:
                del self._day_of[key]

    def search(self, vectors: Floats, first: date, last: date, *, top: int, floor: float = -1) -> list[list[Hit]]:
        """See Index."""
        days = [self._days[day] for day in sorted(self._days) if first <= day <= last]
        found: list[list[Hit]] = []
        for start in range(0, len(vectors), _QUERIES):
            found += _nearest(np.ascontiguousarray(vectors[start : start + _QUERIES], np.float32), days, top, floor)
        return found


class _Day:
    """The vectors of a day. What is removed leaves its row to the last one."""

    def __init__(self, dimension: int) -> None:
        self.rows = np.empty((0, dimension), np.float32)
        self.ids: list[str] = []
        self._row_of: dict[str, int] = {}

    def add(self, ids: Sequence[str], vectors: Floats) -> None:
        size = len(self.ids) + len(ids)
        if size > len(self.rows):
            grown = np.empty((max(size, len(self.rows) * 5 // 4), self.rows.shape[1]), np.float32)
            grown[: len(self.ids)] = self.vectors
            self.rows = grown
        self.rows[len(self.ids) : size] = vectors
        self._row_of.update(zip(ids, range(len(self.ids), size), strict=True))
        self.ids += ids

    def remove(self, key: str) -> None:
        row, last = self._row_of.pop(key), len(self.ids) - 1
        moved = self.ids.pop()
        if row != last:
            self.ids[row], self._row_of[moved] = moved, row
            self.rows[row] = self.rows[last]

    @property
    def vectors(self) -> Floats:
        """(n, d), without the room to grow."""
        return self.rows[: len(self.ids)]


def _nearest(queries: Floats, days: Sequence[_Day], top: int, floor: float) -> list[list[Hit]]:
    """The hits of at most _QUERIES queries. `best` holds the `top` best scores of each so far: what is below the least
    of them by more than _PLAY is not among the nearest."""
    best = np.full((len(queries), top), floor, np.float32)
    likely: list[tuple[_Day, NDArray[np.intp], NDArray[np.intp], Floats]] = []
    for day in days:
        scores = queries @ day.vectors.T
        least = best.min(axis=1)
        many = scores.shape[1] > top
        here = np.partition(scores, scores.shape[1] - top, axis=1)[:, -top:] if many else scores
        best = np.partition(np.concatenate([best, here], axis=1), -top, axis=1)[:, -top:]
        least = np.maximum(least, best.min(axis=1))
        query, row = np.nonzero(scores >= least[:, None] - _PLAY)
        likely.append((day, query, row, scores[query, row]))
    least = best.min(axis=1) - _PLAY
    found: list[list[Hit]] = [[] for _ in queries]
    for day, query, row, score in likely:
        kept = score >= least[query]
        for number, hit in _scored(queries, day, query[kept], row[kept]):
            if hit.cosine >= floor:
                found[number].append(hit)
    return [sorted(hits, key=lambda hit: (-hit.cosine, hit.id))[:top] for hits in found]


def _scored(queries: Floats, day: _Day, query: NDArray[np.intp], row: NDArray[np.intp]) -> Iterator[tuple[int, Hit]]:
    for start in range(0, len(query), _PAIRS):
        which, where = query[start : start + _PAIRS], row[start : start + _PAIRS]
        cosines = exact_cosines(queries[which], day.rows[where])
        for number, place, cosine in zip(which.tolist(), where.tolist(), cosines.tolist(), strict=True):
            yield number, Hit(day.ids[place], cosine)


def exact_cosines(one: Floats, other: Floats) -> NDArray[np.float64]:
    """The cosine of each row of `one` (n, d) with the same row of `other`: of the pair alone, to the last bit."""
    cosines: NDArray[np.float64] = (one.astype(np.float64) * other).sum(axis=1)
    return cosines


def make_index(settings: IndexSettings, dimension: int, fetch: Fetch) -> Index:
    """The index that the settings ask for. Raises ConfigError when its library is not installed."""
    if settings.kind == "exact":
        return ExactIndex(dimension)
    from aggregator.stories.index_usearch import UsearchIndex

    return UsearchIndex(dimension, fetch)

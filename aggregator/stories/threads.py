"""Threads: which stories are of one ongoing subject (a trial, a war, an election).

A story is compared with the stories before it, over weeks and without decay, by a few terms that are rare where it is
common and by the mean of its articles' vectors. It joins the thread whose last few stories it is most like *on
average*: a thread that had drifted, or that had begun to hold everything about one person, would be like nothing in
particular, and so takes nothing more. Stories stay apart: a thread says what came before, it is no larger story.

Pure: the same stories give the same threads, in whatever order they are given.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from aggregator.setting_sections import ThreadSettings
from aggregator.stories.background import Frequencies
from aggregator.stories.score import DECIMALS, Floats, tfidf
from aggregator.stories.vocabulary import in_one_vocabulary

#: how many of a story's first articles, and of its heaviest terms, it is compared by
ARTICLES, TERMS = 12, 40


@dataclass(frozen=True, eq=False)
class Features:
    """What a story is compared by: unit weights of terms, and a unit vector."""

    terms: Mapping[str, float]
    vector: Floats


@dataclass(frozen=True, eq=False)
class Subject:
    """A story to be placed, or placed earlier in `thread` ("": in none).

    `features` None: nothing that may be compared. `pin` is what an editor decided: the story in whose thread this one
    stands, or its own id: in none.
    """

    id: str
    first_at: datetime
    last_at: datetime
    founder: str
    features: Features | None
    pin: str = ""
    thread: str = ""

    @property
    def order(self) -> tuple[datetime, str]:
        """Stories follow each other in this order: by nothing that depends on how their articles were delivered."""
        return self.first_at, self.founder

    @property
    def is_alone(self) -> bool:
        """Whether an editor keeps it out of every thread."""
        return self.pin == self.id


@dataclass(frozen=True)
class Link:
    """Where a story was placed: beside which others (a group's name, its own id if it is the first), next to which
    earlier story, and how well it fits, on average; None where an editor said so."""

    story_id: str
    group: str
    previous_id: str | None = None
    score: float | None = None


def features_of(articles: Sequence[tuple[Mapping[str, int], Floats]], frequencies: Frequencies) -> Features | None:
    """The features of a story, given its first articles as term counts and unit vectors; None without articles."""
    if not articles:
        return None
    vocabulary, counted = in_one_vocabulary([terms for terms, _ in articles])
    weights = tfidf(counted, frequencies).sum(axis=0, dtype=np.float64) / len(articles)
    used = np.flatnonzero(weights).tolist()
    pairs = ((round(float(weights[number]), DECIMALS), vocabulary.terms[number]) for number in used)
    heaviest = sorted(((weight, name) for weight, name in pairs if weight), key=lambda pair: (-pair[0], pair[1]))
    kept = {name: weight for weight, name in heaviest[:TERMS]}
    length = float(np.sqrt(sum(weight**2 for weight in kept.values()))) or 1.0
    mean: NDArray[np.float64] = np.stack([vector for _, vector in articles]).mean(axis=0, dtype=np.float64)
    unit = (mean / (float(np.linalg.norm(mean)) or 1.0)).astype(np.float32)
    return Features({name: round(kept[name] / length, DECIMALS) for name in sorted(kept)}, unit)


@dataclass(eq=False)
class _Table:
    """Stories in their order, as rows to compare, and the groups in which those that were placed stand."""

    subjects: list[Subject]
    terms: csr_array
    vectors: Floats
    last: NDArray[np.float64]
    group_of: list[str]
    members: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def put(self, position: int, group: str) -> None:
        self.group_of[position] = group
        members = self.members[group]
        members.insert(bisect_left(members, position), position)

    def like(self, position: int, dense_weight: float) -> NDArray[np.float64]:
        """The scores of a story with all before it."""
        dense = self.vectors[:position] @ self.vectors[position]
        sparse = (self.terms @ self.terms[[position]].toarray().ravel())[:position]
        mixed: NDArray[np.float64] = np.round(dense_weight * dense + (1 - dense_weight) * sparse, DECIMALS)
        return mixed


def place_stories(
    new: Sequence[Subject], earlier: Sequence[Subject], settings: ThreadSettings, dense_weight: float
) -> list[Link]:
    """Place the stories `new` in their order, among those placed earlier; one link for each, in that order.

    A group's name is that of the thread that was found, or the id of the story that it begins with.
    """
    table = _lay([*earlier, *new])
    position_of = {one.id: position for position, one in enumerate(table.subjects)}
    for subject in earlier:
        table.put(position_of[subject.id], subject.id if subject.is_alone else subject.thread or subject.id)
    links: dict[str, Link] = {}
    waiting: dict[str, list[int]] = defaultdict(list)
    for subject in sorted(new, key=lambda one: one.order):
        if _waits(table, position_of, subject):
            waiting[subject.pin].append(position_of[subject.id])
            continue
        ready = [position_of[subject.id]]
        for position in ready:
            one = table.subjects[position]
            link = _pinned(table, position_of, position, settings, dense_weight)
            links[one.id] = link or _place(table, position, settings, dense_weight)
            table.put(position, links[one.id].group)
            ready += waiting.pop(one.id, [])
    return [links[subject.id] for subject in sorted(new, key=lambda one: one.order)]


def _waits(table: _Table, position_of: Mapping[str, int], subject: Subject) -> bool:
    """Whether a story goes with a later one, which is not placed yet. Where editors' words form a circle, its first
    story goes by itself."""
    seen = {subject.id}
    at = position_of.get(subject.pin)
    while at is not None and not table.group_of[at]:
        if at == position_of[subject.id]:
            return False
        if table.subjects[at].id in seen:
            return True
        seen.add(table.subjects[at].id)
        at = position_of.get(table.subjects[at].pin)
    at = position_of.get(subject.pin)
    return at is not None and not table.group_of[at]


def _pinned(
    table: _Table, position_of: Mapping[str, int], position: int, settings: ThreadSettings, dense_weight: float
) -> Link | None:
    """Where an editor put a story; None if nobody did, or the other one is nowhere."""
    subject = table.subjects[position]
    if subject.is_alone:
        return Link(subject.id, subject.id)
    at = position_of.get(subject.pin)
    if at is None or not table.group_of[at] or table.subjects[at].is_alone:
        return None
    group = table.group_of[at]
    like = table.like(position, dense_weight)
    nearest = max(_last(table, group, position, settings.stories), key=lambda one: (like[one], one), default=None)
    return Link(subject.id, group, None if nearest is None else table.subjects[nearest].id)


def _lay(stories: Iterable[Subject]) -> _Table:
    subjects = sorted(stories, key=lambda one: one.order)
    column: dict[str, int] = {}
    terms: list[Mapping[str, float]] = [one.features.terms if one.features else {} for one in subjects]
    indices = np.array([column.setdefault(term, len(column)) for some in terms for term in some], np.int32)
    data = np.array([weight for some in terms for weight in some.values()], np.float64)
    starts = np.r_[0, np.cumsum([len(some) for some in terms])]
    dimension = max((len(one.features.vector) for one in subjects if one.features), default=0)
    vectors = np.zeros((len(subjects), dimension), np.float32)
    for position, one in enumerate(subjects):
        if one.features:
            vectors[position] = one.features.vector
    last = np.array([one.last_at.timestamp() for one in subjects], np.float64)
    rows = csr_array((data, indices, starts), shape=(len(subjects), len(column)))
    return _Table(subjects, rows, vectors, last, [""] * len(subjects))


def _place(table: _Table, position: int, settings: ThreadSettings, dense_weight: float) -> Link:
    """The thread whose last stories within the window a story is most like, if it is enough."""
    subject = table.subjects[position]
    if subject.features is None:
        return Link(subject.id, subject.id)
    like = table.like(position, dense_weight)
    since = (subject.first_at - timedelta(days=settings.window_days)).timestamp()
    means: dict[str, float] = {}
    for one in np.flatnonzero((like >= settings.join) & (table.last[:position] >= since)).tolist():
        group = table.group_of[one]
        if group and group not in means and not table.subjects[one].is_alone:
            near = [each for each in _last(table, group, position, settings.stories) if table.last[each] >= since]
            means[group] = round(float(like[near].mean()), DECIMALS) if near else 0.0
    best = max(means, key=lambda group: (means[group], -table.members[group][0]), default="")
    if not best or means[best] < settings.join:
        return Link(subject.id, subject.id)
    closest = max(_last(table, best, position, settings.stories), key=lambda one: (like[one], one))
    return Link(subject.id, best, table.subjects[closest].id, means[best])


def _last(table: _Table, group: str, position: int, count: int) -> list[int]:
    """The last stories of a group before a position."""
    members = table.members[group]
    end = bisect_left(members, position)
    return members[max(0, end - count) : end]

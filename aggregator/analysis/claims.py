"""Claims: what several sources of a story say alike, who contradicts it and who leaves it out.

Pairs of statements of different sources that are among each other's best matches are judged by `same_claim`; groups
grow by average link, with a veto where figures disagree. "Not mentioned" is said only of a full text without any
sentence near the claim and without its figures; what lies between is left open.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from aggregator.analysis.coverage import is_original
from aggregator.analysis.disagreement import compatible, contradicts
from aggregator.analysis.equivalence import Traits, traits
from aggregator.analysis.model import Claim, SourceText
from aggregator.analysis.numbers import Number
from aggregator.analysis.statements import FLOOR, Statements, at_odds, vectors_of
from aggregator.text import short_hash
from aggregator.types import Extent, Kind

#: a pair that is as probably the same joins two groups, if the mean over all their pairs stays at LINK
JOIN, LINK = 0.60, 0.55
#: a further source reports a claim if one of its statements is as probably the same as the claim's
ATTACH = 0.65
#: a full text mentions a claim if a sentence is as near, or a statement as probably the same
ABSENT, UNLIKE = 0.60, 0.25
#: a statement that is as probably about the same thing contradicts by another figure
ABOUT = 0.55
#: candidates of a statement in each other source, and of a claim in each further source
NEIGHBOURS, CANDIDATES = 2, 4
#: sources among which claims are found (further ones are attached), and the most claims of a story
CORE, MOST = 40, 60
#: statements that speak for a claim when others are compared with it
SPEAKERS = 5
#: what cannot be read alone, or are somebody's own words
_LEANING = re.compile(r"^(?:he|she|it|they|this|that|these|those|his|her|its|their|but|and)\b|[“\"]", re.IGNORECASE)


@dataclass(frozen=True)
class _Group:
    """Rows that say the same, the one that says it best first."""

    pool: Statements
    rows: tuple[int, ...]

    @cached_property
    def sources(self) -> frozenset[int]:
        """The indexes of their sources."""
        return frozenset(self.pool.rows[row].source for row in self.rows)

    @cached_property
    def figures(self) -> tuple[tuple[str, Number], ...]:
        """The figures, with what they count, of the best wording that half of the speakers have."""
        others = [self.pool.rows[row].traits.counts for row in self.speakers]
        return tuple(
            (unit, number)
            for unit, counted in others[0].items()
            for number in counted
            if 2 * sum(any(compatible(number, one) for one in other.get(unit, ())) for other in others) >= len(others)
        )

    @property
    def speakers(self) -> tuple[int, ...]:
        """The rows that others are compared with."""
        return self.rows[:SPEAKERS]

    def candidates(self, source: int, floor: float = FLOOR) -> list[int]:
        """The rows of a source that are nearest to the speakers, from the floor on; the nearest first."""
        span = self.pool.spans[source]
        if not span:
            return []
        near = self.pool.cosines(span, self.speakers).max(axis=1)
        order = np.argsort(-near, kind="stable")[:CANDIDATES]
        return [span.start + offset for offset in order.tolist() if near[offset] >= floor]


def find_claims(sources: Sequence[SourceText]) -> tuple[Claim, ...]:
    """The claims that sources of at least two outlets report in texts of their own, the most widely reported first.

    Opinion may report a claim but never words it; satire does neither.
    """
    pool = Statements(sources)
    groups = [_Group(pool, _ordered(pool, rows)) for rows in _grouped(pool)]
    shared = [group for group in groups if group.rows and _is_shared(group)]
    largest = sorted(shared, key=lambda group: (-len(group.sources), min(group.rows)))[:MOST]
    claims = [_claim(_attached(group)) for group in largest]
    position = {source.article_id: index for index, source in enumerate(sources)}
    return tuple(
        sorted(claims, key=lambda one: (-len(one.reported_by), one.members[0][1], position[one.members[0][0]], one.id))
    )


def _core(pool: Statements) -> list[int]:
    """Texts of their own, news before opinion, in the order given."""
    sources = pool.sources
    own = [index for index, source in enumerate(sources) if pool.spans[index] and is_original(source)]
    return sorted(sorted(own, key=lambda index: (sources[index].kind is not Kind.NEWS, index))[:CORE])


def _pairs(pool: Statements) -> Iterator[tuple[float, int, int]]:
    """Scored pairs of rows of different sources that are among each other's best matches."""
    for a, b in combinations(_core(pool), 2):
        one, other = pool.spans[a], pool.spans[b]
        cosines = pool.cosines(one, other)
        mutual = _best(cosines, NEIGHBOURS) & _best(cosines.T, NEIGHBOURS).T & (cosines >= FLOOR)
        for i, j in np.argwhere(mutual).tolist():
            score = pool.score(one.start + i, other.start + j)
            if score >= JOIN:
                yield score, one.start + i, other.start + j


def _best(cosines: NDArray[np.float32], count: int) -> NDArray[np.bool_]:
    """Which entries are among the `count` highest of their row, the earlier first among equals."""
    ranks = np.argsort(np.argsort(-cosines, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(ranks < count, np.bool_)


def _grouped(pool: Statements) -> list[list[int]]:
    """Groups by average link over the scored pairs, the surest first."""
    group_of: dict[int, list[int]] = {}
    for _, a, b in sorted(_pairs(pool), key=lambda pair: (-pair[0], pair[1], pair[2])):
        one, other = group_of.setdefault(a, [a]), group_of.setdefault(b, [b])
        if one is other:
            continue
        links = [pool.score(x, y) for x in one for y in other]
        if sum(links) >= LINK * len(links):
            one.extend(other)
            group_of.update((row, one) for row in other)
    unique = {id(group): sorted(group) for group in group_of.values() if len(group) > 1}
    return sorted(unique.values())


def _ordered(pool: Statements, rows: Sequence[int]) -> tuple[int, ...]:
    """The rows, best wording first: near all others, short, high up, understood alone; () if no news report has one."""

    def merit(row: int) -> tuple[bool, float, int]:
        near = sum(pool.cosine(row, other) for other in rows if other != row) / max(1, len(rows) - 1)
        one = pool.rows[row]
        cost = 0.004 * len(one.text.split()) + 0.002 * one.sentence + 0.1 * bool(_LEANING.search(one.text))
        return pool.source_of(row).kind is not Kind.NEWS, round(cost - near, 6), row

    ordered = tuple(sorted(rows, key=merit))
    return ordered if pool.source_of(ordered[0]).kind is Kind.NEWS else ()


def _is_shared(group: _Group) -> bool:
    return len({group.pool.sources[index].outlet_key for index in group.sources}) >= 2


def _attached(group: _Group) -> _Group:
    """With the best statement of each further source that says the same, its figures included."""
    pool, more = group.pool, []
    for index in range(len(pool.sources)):
        if index in group.sources:
            continue
        fitting = [row for row in group.candidates(index) if _has_figures(pool.rows[row].traits, group.figures)]
        best, row = max(((_mean_score(group, row), -row) for row in fitting), default=(0.0, 0))
        if best >= ATTACH:
            more.append(-row)
    return _Group(pool, (*group.rows, *more))


def _mean_score(group: _Group, row: int) -> float:
    return sum(group.pool.score(row, own) for own in group.speakers) / len(group.speakers)


def _has_figures(found: Traits, figures: Sequence[tuple[str, Number]]) -> bool:
    theirs = [one for counted in found.counts.values() for one in counted]
    return not figures or any(compatible(number, one) for _, number in figures for one in theirs)


def _claim(group: _Group) -> Claim:
    pool, first = group.pool, group.pool.rows[group.rows[0]]
    wording = pool.sources[first.source]
    contradicted, absent, unseen = [], [], []
    for index, source in enumerate(pool.sources):
        if index in group.sources or source.kind is Kind.SATIRE:
            continue
        if not source.kind.is_read:
            unseen.append(source.article_id)
        elif _contradicts(group, index):
            contradicted.append(source.article_id)
        elif source.extent is not Extent.FULL or not source.sentences or source.language != wording.language:
            unseen.append(source.article_id)
        elif _is_absent(group, index):
            absent.append(source.article_id)
    return Claim(
        id="c_" + short_hash(f"{wording.article_id} {wording.sentences[first.sentence].start}", 10),
        text=first.text,
        members=tuple((pool.source_of(row).article_id, pool.rows[row].sentence) for row in group.rows),
        reported_by=tuple(pool.sources[index].article_id for index in sorted(group.sources)),
        contradicted_by=tuple(contradicted),
        not_mentioned_by=tuple(absent),
        not_observed=tuple(unseen),
    )


def _contradicts(group: _Group, index: int) -> bool:
    """Whether a statement about the same thing has another figure for it, or says the opposite.

    A source that also has the claim's own figure reports the dispute and contradicts nothing.
    """
    pool, wording = group.pool, group.pool.rows[group.rows[0]].traits
    candidates = group.candidates(index)
    sentences = pool.sources[index].sentences if candidates else ()
    both = any(_has_figures(traits(sentence.text), group.figures) for sentence in sentences)
    for row in candidates:
        found = pool.rows[row].traits
        other = not both and any(contradicts(a, b) for unit, a in group.figures for b in found.counts.get(unit, ()))
        if other or at_odds(wording, found):
            about = [pool.likeness(row, own, figures=False) for own in group.speakers]
            if sum(about) >= ABOUT * len(about):
                return True
    return False


def _is_absent(group: _Group, index: int) -> bool:
    """Whether no sentence of the whole text, regions included, is near the claim or has one of its figures."""
    pool, source = group.pool, group.pool.sources[index]
    if not pool.spans[index]:
        return False
    if np.round(vectors_of(source) @ pool.vectors[list(group.speakers)].T, 4).max() >= ABSENT:
        return False
    figures = pool.rows[group.rows[0]].traits.figures
    if figures and any(figures & traits(sentence.text).figures for sentence in source.sentences):
        return False
    return all(pool.likeness(row, own) < UNLIKE for row in group.candidates(index, -1.0) for own in group.speakers)

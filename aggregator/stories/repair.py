"""Local repair: after a slice is placed, the stories that it touched are grouped anew together with those near them.

An article is placed when little is known of its story; the same pair score, taken over all pairs of a neighbourhood
(average link, agglomerated until the best pair of groups lies below the repair cut), brings together what belongs
together and parts what does not. Articles that stood in one story before the slice hold together a little more
(hysteresis), what an editor placed stays where it is, and a locked story takes no part.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.setting_sections import ClusterSettings
from aggregator.stories.confidence import Links
from aggregator.stories.crowding import crowdings
from aggregator.stories.join import Placement, Table
from aggregator.stories.score import DECIMALS, compare

#: the most articles that are grouped anew at once, and the most of one story; the others follow their story
MOST, MOST_OF_STORY = 160, 40
#: of a long story the first quarter of those are its first articles, the others its last
FIRST = MOST_OF_STORY // 4
#: two articles that are so much alike tell the same in the same words: one voice, which says nothing of how close a
#: story is otherwise
COPIES = 0.65
#: scores are counted in whole steps, so that sums are exact and equal means equal
_STEP = 10**DECIMALS

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rules:
    """What editors decided: `pinned` articles stay in the story in which they are, `anchored` stories have such
    articles (also outside the window), `locked` stories neither gain nor lose."""

    pinned: Set[str] = frozenset()
    anchored: Set[str] = frozenset()
    locked: Set[str] = frozenset()


@dataclass(frozen=True)
class Hood:
    """A neighbourhood: some stories and the positions of those of their articles that take part."""

    stories: Sequence[str]
    positions: NDArray[np.intp]


@dataclass
class Repaired:
    """What repair did: the mean score of each article (by id) with the others of its group, where it was grouped, and
    its links as they are now; an article without any stands alone or is one of the older ones of a long story."""

    scores: dict[str, float] = field(default_factory=dict)
    links: dict[str, Links] = field(default_factory=dict)
    changed: int = 0


def repair(
    table: Table,
    placements: Sequence[Placement],
    published: Mapping[str, str],
    settings: ClusterSettings,
    rules: Rules = Rules(),
) -> Repaired:
    """Group anew what the placements touched; the table then holds the stories as they are now.

    `published` is the story of each article (by id) before the slice. A group keeps the name of the oldest story most
    of whose articles it has; a group that is the largest part of none gets a name of its own ("+" and its first
    article).
    """
    done = Repaired()
    rivals: dict[str, set[int]] = defaultdict(set)
    for placement in placements:
        rivals[placement.story_id].update(placement.rivals)
    for hood in _hoods(table, placements, rules):
        around = {table.story_of[one] for story in hood.stories for one in rivals[story]}.union(hood.stories)
        crowded = crowdings(table, hood.positions, around, settings)
        done.changed += _regroup(table, hood, crowded, published, settings, rules, done)
    return done


def _hoods(table: Table, placements: Sequence[Placement], rules: Rules) -> Iterable[Hood]:
    """From each touched story along its near misses, nearest first, while there is room; no story twice."""
    links: dict[str, dict[str, float]] = defaultdict(dict)
    for placement in placements:
        for story, score in placement.near_misses:
            one, other = placement.story_id, story
            for a, b in ((one, other), (other, one)):
                links[a][b] = max(score, links[a].get(b, 0.0))
    touched = {placement.story_id for placement in placements} - rules.locked
    seen: set[str] = set()
    for seed in sorted(touched, key=table.age):
        if seed in seen:
            continue
        stories, positions = list[str](), list[int]()
        queue = [seed]
        while queue:
            story = queue.pop(0)
            some = _active(table, story, rules)
            if story in seen or (stories and len(positions) + len(some) > MOST):
                continue
            seen.add(story)
            stories.append(story)
            positions += some
            near = [other for other in links[story] if other not in seen and other not in rules.locked]
            queue += sorted(near, key=lambda other, of=links[story]: (-of[other], table.age(other)))  # type: ignore[misc]
        if len(positions) > 1:
            yield Hood(stories, np.array(sorted(positions), np.intp))


def _active(table: Table, story: str, rules: Rules) -> list[int]:
    """The articles of a story that take part: all of a short one, of a long one its first and last, and one pinned."""
    members = table.members[story]
    if len(members) <= MOST_OF_STORY:
        return list(members)
    some = members[:FIRST] + members[FIRST - MOST_OF_STORY :]
    if story in rules.anchored and not any(table.items[one].id in rules.pinned for one in some):
        some += [one for one in members if table.items[one].id in rules.pinned][:1]
    return sorted(some)


def _regroup(
    table: Table,
    hood: Hood,
    crowded: NDArray[np.float64],
    published: Mapping[str, str],
    settings: ClusterSettings,
    rules: Rules,
    done: Repaired,
) -> int:
    """Group the articles of a neighbourhood and put them, and those that follow them, in their stories."""
    positions = hood.positions.tolist()
    pins = _pins(table, hood, rules)
    both = compare(table.features, hood.positions, settings, hood.positions)
    own = _steps(both.score)
    timeless = settings.dense_weight * both.dense + (1 - settings.dense_weight) * both.sparse
    before = np.unique([published.get(table.items[one].id, f"+{one}") for one in positions], return_inverse=True)[1]
    same = before[:, None] == before[None, :]
    taken = _steps(settings.contrast * (crowded[:, None] + crowded[None, :]) / 2)
    held = np.where(same, _steps(timeless) + round(settings.inertia * _STEP), own) - taken
    alike = np.where(same, _steps(timeless), _steps(np.sqrt(np.clip(timeless * both.score, 0, None))))
    groups = agglomerate(held, alike, [pins.get(one, "") for one in positions], settings)
    _score(own, groups, [table.items[one].id for one in positions], done.scores)
    stays = [[positions[one] for one in group] for group in groups]
    names, heirs = _names(table, hood.stories, stays, pins)
    moved = _put(table, hood.stories, dict(zip(names, stays, strict=True)), heirs)
    _link(table, hood, own, groups, settings, done.links)
    return moved


def _pins(table: Table, hood: Hood, rules: Rules) -> dict[int, str]:
    """The story of each pinned position; a story whose pinned articles lie elsewhere is held by its first one here."""
    pins = {one: table.story_of[one] for one in hood.positions.tolist() if table.items[one].id in rules.pinned}
    held = set(pins.values())
    for story in hood.stories:
        if story in rules.anchored and story not in held:
            pins[table.members[story][0]] = story
    return pins


def _steps(scores: NDArray[np.floating[Any]]) -> Ints:
    steps: Ints = np.rint(scores * _STEP).astype(np.int64)
    return steps


def agglomerate(pairs: Ints, alike: Ints, pins: Sequence[str], settings: ClusterSettings) -> list[list[int]]:
    """Average link: unite the two groups of the highest mean score while it reaches the repair cut.

    `pairs` holds the scores of all pairs in whole steps, `alike` the same with half the decay, `pins` the story
    to which each article is bound, or "". Those of one pin are one group from the start, those of two are never united.
    Nor are two groups that are much less alike than the articles within them: a saga tells of many events in the same
    words, and the closer two stories are, the closer they have to be to each other. Copies do not count in that: else
    two accounts of one event, each in many papers, would never come together. Groups, and articles in them, ascend.
    """
    groups, bound = _nodes(pins)
    own = np.zeros((len(groups), len(pins)), np.int64)
    for number, group in enumerate(groups):
        own[number, group] = 1
    told = (alike < COPIES * _STEP) & ~np.eye(len(pins), dtype=np.bool_)
    others = (one - np.diag(np.diag(one)) for one in (pairs, alike))
    sums, kin, kept, links = united = [own @ one @ own.T for one in (*others, alike * told, told.astype(np.int64))]
    sizes = own.sum(axis=1)
    within, linked = np.diag(kept) // 2, np.diag(links) // 2
    means = sums / np.outer(sizes, sizes)
    means[(bound[:, None] != bound[None, :]) & (bound[:, None] >= 0) & (bound[None, :] >= 0)] = -np.inf
    np.fill_diagonal(means, -np.inf)
    apart = np.stack([_too_far(number, kin, within, linked, sizes, settings.cohesion) for number in range(len(groups))])
    while True:
        reached = np.where((means >= settings.repair * _STEP) & ~apart, means, -np.inf)
        i, j = divmod(int(reached.argmax()), len(groups))
        if np.isinf(reached[i, j]):
            return sorted(sorted(group) for group in groups if group)
        within[i] += within[j] + kept[i, j]
        linked[i] += linked[j] + links[i, j]
        for one in united:
            one[i] += one[j]
            one[:, i] += one[:, j]
        sizes[i] += sizes[j]
        groups[i], groups[j] = groups[i] + groups[j], []
        means[i] = np.where(np.isinf(means[i]) | np.isinf(means[j]), -np.inf, sums[i] / (sizes[i] * sizes))
        means[:, i] = means[i]
        means[j], means[:, j] = -np.inf, -np.inf
        apart[i] = apart[:, i] = _too_far(i, kin, within, linked, sizes, settings.cohesion)


def _nodes(pins: Sequence[str]) -> tuple[list[list[int]], Ints]:
    """The groups from which to begin, and of each the number of its pin, or -1."""
    nodes: dict[str, list[int]] = {}
    for one, pin in enumerate(pins):
        nodes.setdefault(pin or f"+{one}", []).append(one)
    numbers = {pin: number for number, pin in enumerate(sorted({*pins} - {""}))}
    return list(nodes.values()), np.array([numbers.get(name, -1) for name in nodes], np.int64)


def _too_far(one: int, kin: Ints, within: Ints, linked: Ints, sizes: Ints, cohesion: float) -> NDArray[np.bool_]:
    """With which groups group `one` is not to be united, being less alike than `cohesion` of the looser one's own
    articles: `linked` pairs of them, alike `within` in all. One text alone is a group without a measure of its own."""
    own = within / np.maximum(linked, 1)
    far: NDArray[np.bool_] = kin[one] / (sizes[one] * sizes) < cohesion * np.minimum(own[one], own)
    far &= (linked > 0) & (linked[one] > 0)
    return far


def _score(pairs: Ints, groups: Sequence[Sequence[int]], ids: Sequence[str], scores: dict[str, float]) -> None:
    """The mean score of each article with the others of its group."""
    for group in groups:
        for one in group:
            others = pairs[one, group].sum() - pairs[one, one]
            scores[ids[one]] = round(float(others) / _STEP / (len(group) - 1), DECIMALS) if len(group) > 1 else 1.0


def _link(
    table: Table,
    hood: Hood,
    pairs: Ints,
    groups: Sequence[Sequence[int]],
    settings: ClusterSettings,
    links: dict[str, Links],
) -> None:
    """The links of each article that took part, and of those new ones of its stories that did not for their number."""
    positions = hood.positions.tolist()
    taking_part = set(positions)
    stories = [table.story_of[positions[group[0]]] for group in groups]
    number_of = {story: number for number, story in enumerate(stories)}
    rest = [one for one in table.new if one not in taking_part and table.story_of[one] in number_of]
    rows, scores = positions + rest, pairs
    if rest:
        more = compare(table.features, np.array(rest, np.intp), settings, hood.positions)
        scores = np.vstack([pairs, _steps(more.score)])
    sizes = np.array([len(group) for group in groups])
    sums = np.stack([scores[:, group].sum(axis=1) for group in groups], axis=1)
    for row, one in enumerate(rows):
        mine = number_of[table.story_of[one]]
        own = [column for column in groups[mine] if column != row]
        other = np.delete(sums[row] / sizes, mine)
        links[table.items[one].id] = Links(
            own=round(float(scores[row, own].mean()) / _STEP, DECIMALS) if own else 0.0,
            weakest=float(scores[row, own].min()) / _STEP if own else 0.0,
            other=round(float(other.max()) / _STEP, DECIMALS) if len(other) else 0.0,
            size=len(table.members[stories[mine]]),
        )


def _names(
    table: Table, stories: Sequence[str], groups: Sequence[Sequence[int]], pins: Mapping[int, str]
) -> tuple[list[str], dict[str, str]]:
    """The story of each group: of those whose largest part it has, the pinned one, else the oldest; and what became of
    each story: the one in which its largest part is now."""
    group_of = {one: number for number, group in enumerate(groups) for one in group}
    bound = {story: group_of[one] for one, story in pins.items()}
    attached: dict[int, list[str]] = defaultdict(list)
    for story in sorted(stories, key=table.age):
        parts = Counter(group_of[one] for one in table.members[story] if one in group_of)
        largest = max(parts, key=lambda number: (parts[number], -number))
        attached[bound.get(story, largest)].append(story)
    names: list[str] = []
    for number, group in enumerate(groups):
        mine = sorted(attached[number], key=lambda story: story not in bound)
        first = "+" + table.items[group[0]].id
        new = (name for name in chain([first], (f"{first}'{n}" for n in count(2))) if name not in table.members)
        names.append(mine[0] if mine else next(new))
    return names, {story: names[number] for number, mine in attached.items() for story in mine}


def _put(table: Table, stories: Sequence[str], groups: Mapping[str, Sequence[int]], heirs: Mapping[str, str]) -> int:
    """Put every article in its group's story; those that took no part follow the largest part of their story."""
    to = {one: name for name, group in groups.items() for one in group}
    moved = 0
    for story in stories:
        for one in table.members[story]:
            moved += to.setdefault(one, heirs[story]) != story
    if moved:
        for story in stories:
            del table.members[story]
        for one, name in to.items():
            table.put(one, name)
    return moved

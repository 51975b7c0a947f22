"""Syndication: which articles carry one and the same text, whose it was, and which take part of another's.

Two texts are copies when the smaller set of 4-word shingles lies to 60 % or more in the other (containment, Broder
1997) and their 3-word shingles have a Jaccard index of .20 or more: a copy cut to its first third is found, and two
reports that share a long statement are not taken for one. Groups are transitive. Containment is that of the texts
without their quotations, since everybody prints the same statement; with them it has to be 75 %, which finds copies
whose quotation marks were torn apart.

What stays below that is told, and not collapsed: from 35 % on a text is in part another's ("partial"), and the
beginning of an article of which no more was seen is a "possible-copy" from 80 % on.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from aggregator.stories.shingles import Shingled, candidates, shared, shingled

CONTAINMENT, WITH_QUOTATIONS, JACCARD = 0.60, 0.75, 0.20
PARTIAL, POSSIBLE_COPY = 0.35, 0.80
#: a shorter text is nobody's copy: notices, captions, teasers of one line; nor is one that repeats a few words
MIN_WORDS, MIN_SHINGLES = 30, 20
#: of an article whose end was not seen, so many words have to be there before it may be collapsed into another
SEEN_WORDS = 100
#: the strongest are told
MOST_REUSES = 200

ReuseKind = Literal["partial", "possible-copy"]


class Carried(NamedTuple):
    """A text as syndication sees it. `wire` is the agency that it credits, `outlet` the name of who printed it.

    `order_at` is when it was published, or where that is not said, when it was found: it was there by then. `whole` is
    False where only the article's beginning was seen.
    """

    title: str
    text: str
    order_at: datetime
    wire: str = ""
    outlet: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Reuse:
    """An article that has part of its text from another; neither is collapsed. Of copies the original stands for all.

    `share` is the part of the shorter text's shingles of four words that lie in the other, quotations left aside.
    """

    article_id: str
    of: str
    share: float
    kind: ReuseKind


@dataclass(frozen=True)
class Syndication:
    """What is known of a set of texts.

    `originals` has for each article the id of the original of its text, its own where it stands alone. `credits` names,
    by the id of the original, the agency whose text a group is although it has no article in it.
    """

    originals: Mapping[str, str]
    credits: Mapping[str, str]
    reuses: tuple[Reuse, ...]


def syndication_groups(texts: Mapping[str, Carried]) -> dict[str, str]:
    """For each article id the id of the original of its text: its own where it stands alone.

    The original is the article of the agency that a copy credits, else the earliest, else the longest.
    """
    return dict(find_copies(texts).originals)


def find_copies(texts: Mapping[str, Carried]) -> Syndication:
    """Groups of copies, the agencies behind them, and reuse in part; the same whatever the order of `texts`."""
    groups = _Groups(texts)
    overlaps = list(groups.join())
    members: dict[str, list[str]] = defaultdict(list)
    for key in groups.parent:
        members[groups.root(key)].append(key)
    originals: dict[str, str] = {}
    credited: dict[str, str] = {}
    for group in members.values():
        original = _original(group, texts)
        originals |= dict.fromkeys(group, original)
        if name := _absent_agency(group, texts):
            credited[original] = name
    return Syndication(originals, credited, _reuses(overlaps, originals, texts))


def is_copy(one: Shingled, other: Shingled) -> bool:
    """The exact test on two texts; symmetric."""
    return _tells(one) and _tells(other) and _is_copy(one, other, _contained(one, other)[0])


class _Groups:
    """Articles by text, joined where the texts are copies. Texts that are the same to the letter are compared once."""

    def __init__(self, texts: Mapping[str, Carried]) -> None:
        self.parent = {key: key for key in sorted(texts)}
        self.first: dict[tuple[str, bool], str] = {}
        self.same = [(self.first.setdefault((texts[key].text, texts[key].whole), key), key) for key in self.parent]
        self.keys = list(self.first.values())
        self.shingled = {key: shingled(texts[key].text) for key in self.keys}
        self.whole = {key: texts[key].whole for key in self.keys}

    def root(self, key: str) -> str:
        """The group of an article, by its smallest id."""
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def join(self) -> Iterator[Reuse]:
        """Join copies. Yields what overlaps and is not collapsed, in either direction."""
        for first, key in self.same:
            one = self.shingled[first]
            if key == first or not _tells(one):
                continue
            if self._seen(first):
                self.parent[key] = self.root(first)
            else:
                yield Reuse(first, key, 1.0, "possible-copy")
        for first, second in candidates([self.shingled[key] for key in self.keys]).tolist():
            yield from self._compare(self.keys[first], self.keys[second])

    def _compare(self, first: str, second: str) -> Iterator[Reuse]:
        a, b = self.root(first), self.root(second)
        one, other = self.shingled[first], self.shingled[second]
        if a == b or not _tells(one) or not _tells(other):
            return
        share, bare = _contained(one, other)
        if not (self._seen(first) and self._seen(second)):
            if share >= POSSIBLE_COPY:
                yield Reuse(first, second, share, "possible-copy")
        elif _is_copy(one, other, share):
            self.parent[max(a, b)] = min(a, b)
        elif share >= (PARTIAL if bare else CONTAINMENT):
            yield Reuse(first, second, share, "partial")

    def _seen(self, key: str) -> bool:
        return self.whole[key] or self.shingled[key].words >= SEEN_WORDS


def _tells(one: Shingled) -> bool:
    return one.words >= MIN_WORDS and len(one.fours) >= MIN_SHINGLES


def _contained(one: Shingled, other: Shingled) -> tuple[float, bool]:
    """How much of the smaller text lies in the larger one, and whether quotations could be left aside."""
    bare = min(one.bare_words, other.bare_words) >= MIN_WORDS and min(len(one.bare), len(other.bare)) >= MIN_SHINGLES
    a, b = (one.bare, other.bare) if bare else (one.fours, other.fours)
    return shared(a, b) / min(len(a), len(b)), bare


def _is_copy(one: Shingled, other: Shingled, share: float) -> bool:
    """Whether enough of the smaller text is in the other, of which `share` is without quotations, and of both."""
    whole = shared(one.fours, other.fours) / min(len(one.fours), len(other.fours))
    if share < CONTAINMENT and whole < WITH_QUOTATIONS:
        return False
    common = shared(one.threes, other.threes)
    return common >= JACCARD * (len(one.threes) + len(other.threes) - common)


def _original(members: Sequence[str], texts: Mapping[str, Carried]) -> str:
    agencies = {outlet_name(texts[key].wire) for key in members if texts[key].wire}
    return min(
        members,
        key=lambda key: (
            outlet_name(texts[key].outlet) not in agencies,
            texts[key].order_at,
            -len(texts[key].text),
            key,
        ),
    )


def _absent_agency(members: Sequence[str], texts: Mapping[str, Carried]) -> str:
    """The agency that most copies credit, the earliest copy's of several; "" if one of them is among the members."""
    if len(members) < 2:
        return ""
    in_order = sorted((texts[key] for key in members), key=lambda one: (one.order_at, -len(one.text), one.wire))
    names = Counter(outlet_name(one.wire) for one in in_order if one.wire)
    if not names or names.keys() & {outlet_name(one.outlet) for one in in_order}:
        return ""
    most = max(names.values())
    return next(one.wire for one in in_order if one.wire and names[outlet_name(one.wire)] == most)


def outlet_name(value: str) -> str:
    """A name of an outlet or agency as it is compared: without case and leading article."""
    return value.casefold().removeprefix("the ")


def _reuses(overlaps: Sequence[Reuse], originals: Mapping[str, str], texts: Mapping[str, Carried]) -> tuple[Reuse, ...]:
    """Each pair of groups once, told of the article that came later; an outlet that repeats itself is no reuse."""
    found: dict[tuple[str, str], Reuse] = {}
    for one in overlaps:
        ends = originals[one.article_id], originals[one.of]
        outlets = [outlet_name(texts[key].outlet) for key in ends]
        if ends[0] == ends[1] or (outlets[0] and outlets[0] == outlets[1]):
            continue
        earlier = _original(ends, texts)
        later = ends[1] if earlier == ends[0] else ends[0]
        best = found.get((later, earlier))
        if best is None or (one.share, one.kind) > (best.share, best.kind):
            found[later, earlier] = Reuse(later, earlier, one.share, one.kind)
    strongest = sorted(found.values(), key=lambda one: (-one.share, one.article_id, one.of))[:MOST_REUSES]
    return tuple(strongest)

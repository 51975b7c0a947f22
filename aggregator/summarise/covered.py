"""A page's coverage, made from its cards: sides, countries, kinds of owner, first reports, arrivals.

The same functions make a page and check it. Satire covers nothing. Independent outlets are those with a text that is no
copy of another card's.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any, get_args

from aggregator.summarise.page import Source
from aggregator.summarise.page_base import Label
from aggregator.summarise.page_coverage import (
    Arrival,
    CountryCount,
    Coverage,
    FirstReport,
    KindCount,
    OwnerCount,
    Precision,
    Side,
    SideCount,
    SideShare,
)
from aggregator.types import SIDES, Kind, Lean

#: with fewer independent outlets on the scale a share would tell of chance: one more outlet moves it by a sixth
LEAST_SHARED = 5
UNKNOWN = "unknown"
_SIDES: tuple[Side, ...] = get_args(Side)
_BESIDE: tuple[Label, ...] = ("Unrated", "Mixed", "Disputed")
#: midnight stands for a day of which no time is given
_MIDNIGHT, _DAY = time(), timedelta(days=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Known:
    """A card, and between which moments it was published, as far as that is known."""

    card: Source

    @cached_property
    def given(self) -> datetime | None:
        """The moment or the midnight of the day that the outlet gives."""
        return moment(self.card.published_at)

    @cached_property
    def precision(self) -> Precision:
        """What is known of it; a time of midnight sharp (UTC) is taken for a mere day."""
        if self.given is None:
            return "found"
        return "day" if self.given.timetz().replace(tzinfo=None) == _MIDNIGHT else "time"

    @property
    def earliest(self) -> datetime:
        """It was not published before this."""
        return self.given or _LONG_AGO

    @property
    def latest(self) -> datetime:
        """It was published before or at this; the end of its day if only that is known."""
        if self.given is None:
            return moment(self.card.found_at) or datetime.max.replace(tzinfo=UTC)
        return self.given + (_DAY if self.precision == "day" else timedelta())

    @property
    def at(self) -> str:
        """As it is printed: a time, or a day."""
        if self.given is None:
            return self.card.found_at or ""
        return (self.card.published_at or "")[: 10 if self.precision == "day" else None]

    @property
    def order(self) -> tuple[datetime, int]:
        """By time, a day by its midnight, what has no date by when it was found."""
        return self.given or self.latest, self.card.n


def covered(cards: Sequence[Source]) -> dict[str, Any]:
    """The fields of a page's coverage that follow from its cards, by name."""
    told = [card for card in cards if card.kind != Kind.SATIRE.value]
    own = [Known(card) for card in told if is_own(card)]
    broke = _first(own)
    of_side = {side: [one for one in own if side_of(one.card) == side] for side in _SIDES}
    return {
        "sides": _sides(told),
        "beside": {label: _count(of) for label in _BESIDE if (of := [one for one in told if one.lean.label == label])},
        "by_country": [
            CountryCount(country=name, **_group(of)) for name, of in _grouped(told, lambda card: card.country)
        ],
        "by_kind": [
            KindCount(kind=name, **_group(of)) for name, of in _grouped(told, lambda card: card.owner_kind or UNKNOWN)
        ],
        "by_owner": _owners(told),
        "broke": broke,
        "first_of_side": {side: first for side, of in of_side.items() if (first := _first(of, broke))},
        "arrivals": _arrivals(told),
    }


def side_of(card: Source) -> Side | None:
    """The side of a card's lean; None where that has no place on the scale."""
    label = card.lean.label
    return None if label in _BESIDE else _SIDES[SIDES.index(Lean(label).side)]


def is_own(card: Source) -> bool:
    """Whether its text is no copy of another card's."""
    return card.syndication_id in (None, card.article_id)


def _key(card: Source) -> str:
    return card.outlet_key or card.outlet


def _count(cards: Iterable[Source]) -> SideCount:
    counted = list(cards)
    own = {_key(card) for card in counted if is_own(card)}
    return SideCount(sources=len({_key(card) for card in counted}), independent=len(own))


def _sides(cards: Sequence[Source]) -> dict[Side, SideShare]:
    counts = {side: _count(card for card in cards if side_of(card) == side) for side in _SIDES}
    rated = sum(count.independent for count in counts.values())
    return {
        side: SideShare(
            sources=count.sources,
            independent=count.independent,
            share=round(count.independent / rated, 3) if rated >= LEAST_SHARED else None,
        )
        for side, count in counts.items()
    }


def _group(cards: Sequence[Source]) -> dict[str, Any]:
    of_side = {side: _count(card for card in cards if side_of(card) == side).independent for side in _SIDES}
    count = _count(cards)
    return {
        "sources": count.sources,
        "independent": count.independent,
        "sides": {s: n for s, n in of_side.items() if n},
    }


def _grouped(cards: Iterable[Source], name: Callable[[Source], str]) -> list[tuple[str, list[Source]]]:
    """Cards by what `name` says of each: the most outlets first, the unknown last."""
    found: dict[str, list[Source]] = {}
    for card in cards:
        found.setdefault(name(card), []).append(card)
    return sorted(found.items(), key=lambda one: (one[0] in ("", UNKNOWN), -_count(one[1]).sources, one[0]))


def _owners(cards: Sequence[Source]) -> list[OwnerCount]:
    """Owners with several of the outlets, under the name as it stands on the first card."""
    by_owner = _grouped((card for card in cards if card.owner), lambda card: card.owner.casefold())
    return [OwnerCount(owner=of[0].owner, **_group(of)) for _, of in by_owner if _count(of).sources > 1]


def _first(reports: Sequence[Known], broke: FirstReport | None = None) -> FirstReport | None:
    """The report that was surely out by the earliest moment, and those that cannot be said to be later."""
    if not reports:
        return None
    first = min(reports, key=lambda one: (one.latest, one.card.article_id))
    unsure = [one.card.n for one in reports if one is not first and one.earliest < first.latest]
    after = None
    if broke is not None and first.precision == broke.precision == "time":
        after = int((first.earliest - (moment(broke.at) or first.earliest)).total_seconds())
    return FirstReport(
        n=first.card.n,
        article_id=first.card.article_id,
        at=first.at,
        precision=first.precision,
        after=after,
        maybe_earlier=sorted(unsure),
    )


def _arrivals(cards: Sequence[Source]) -> list[Arrival]:
    first: dict[str, Known] = {}
    for one in sorted(map(Known, cards), key=lambda one: one.order):
        first.setdefault(_key(one.card), one)
    return [
        Arrival(n=one.card.n, at=one.at, precision=one.precision, side=side_of(one.card), copied=not is_own(one.card))
        for one in first.values()
    ]


def moment(value: str | None) -> datetime | None:
    """A time, or the midnight of a day; without a zone it is UTC. None for what is neither."""
    try:
        at = datetime.fromisoformat(value) if value else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def changed(told: Coverage, cards: Sequence[Source]) -> list[str]:
    """The names of those fields that are not what the cards give."""
    return [name for name, value in covered(cards).items() if getattr(told, name) != value]

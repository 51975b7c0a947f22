"""Ledgers to show: each state of a label, every part of a page, and what breaks layouts. Outlets are made up."""

from datetime import UTC, date, datetime

from aggregator.publish.outlet_ledger import Ledgers, Link, OutletLedger, State, Statement, Unit
from aggregator.publish.rule_worked import Spell, worked
from aggregator.sources.consensus import public_consensus
from aggregator.sources.contests import PublicContest
from aggregator.types import Lean, RaterKind, Rating

DAY = date(2026, 10, 1)
NOW = datetime(2026, 10, 1, tzinfo=UTC)


def rating(rater: str, label: Lean | None, rated_on: date = DAY, unit: str = "news", **more: object) -> Rating:
    identity = f"r_{len(rater)}{rated_on:%y%m%d}{unit}"
    return Rating(
        rater, rated_on, label=label, unit=unit, kind=RaterKind.CONTENT, id=identity, recorded_at=NOW, **more  # type: ignore[arg-type]
    )  # fmt: skip


def outlet(key: str, name: str, ratings: list[Rating], country: str = "US", **more: object) -> OutletLedger:
    units = []
    for unit in dict.fromkeys(["news", "opinion", *(one.unit for one in ratings)]):
        mine = [one for one in ratings if one.unit == unit]
        working = worked(mine, country, DAY, public_consensus([one for one in mine if one.counts_on(DAY)], country))
        spells = (Spell(date(2025, 1, 1), DAY, working.tag), Spell(DAY, None, working.tag)) if mine else ()
        units.append(Unit(unit, unit, working, spells))
    statements = tuple(Statement(one, key) for one in ratings)
    return OutletLedger(
        key, name, "https://outlet.example/", country, "en", "private", "Owner of It", tuple(units), statements, **more  # type: ignore[arg-type]
    )  # fmt: skip


def ledgers() -> Ledgers:
    """Outlets rated by several, disputed, unrated, on another country's scale, and one that breaks layouts."""
    early, long = date(2025, 1, 1), "Donaudampfschifffahrtsgesellschaftsanzeiger" * 3
    contest = PublicContest("c_1", "news", DAY, "rating-wrong", "It is wrong.", "partly", "We asked.", DAY, "editor")
    states = (State(NOW, "Harbor Gazette", "A", "private", "US"), State(NOW, "Harbor Post", "B", "private", "US"))
    told = [
        rating("A", Lean.LEAN_LEFT, url="https://a.example/", reason="many op-eds", confidence="low", raw="-9"),
        rating("BB", Lean.CENTER, low=Lean.LEAN_LEFT, high=Lean.LEAN_RIGHT, attribution="By BB"),
        rating("BB", Lean.LEAN_RIGHT, early),
        rating("A", Lean.LEFT, unit="opinion"),
    ]
    wild = [
        rating("صحيفة الميناء اليومية", Lean.RIGHT, method="W" * 300, reason=long),
        rating(long, Lean.RIGHT, raw=long),
    ]
    every = [
        outlet(
            "harbor-post", "Harbor Post", told, states=states, contests=(contest,), open_contests=2, withheld=3,
            continues=(Link("nobody", "Nobody’s"),), contest_address="https://x.example/contest/harbor-post",
        ),
        outlet("disputed", "Daily Square", [rating("A", Lean.LEFT), rating("BB", Lean.RIGHT)]),
        outlet("nobody", "Nobody’s", [], continued_by=(Link("harbor-post", "Harbor Post", DAY),)),
        outlet("foreign", "Fjord", [rating("A", Lean.CENTER, country="US")], "NO"),
        outlet("crowd", f"{long} صحيفة", wild, ""),
    ]  # fmt: skip
    return Ledgers({one.key: one for one in every})

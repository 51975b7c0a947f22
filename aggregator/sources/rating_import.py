"""Importing a rater's list: what each row says of which unit of which outlet, and what the ledger lacks of it.

First everything is read and compared, then it is written in one transaction. A row that cannot be used is reported with
its place and reason; the rest is taken. The same file again changes nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.errors import Rejected
from aggregator.sources import ledger
from aggregator.sources.domains import domain_of
from aggregator.sources.ledger import Change
from aggregator.sources.rating_mapping import Mapping
from aggregator.sources.rating_rows import WITHDRAWN, BadRow, Row
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.tables import Outlet
from aggregator.types import LeanState, Rating

NOT_LISTED = "no longer in the rater's list"


@dataclass
class ImportPlan:
    """What an import would change. `strangers` are rows of outlets that this instance does not have: place and address.

    `unread` counts rejected rows that do not say which outlet they are about.
    """

    rows: int = 0
    unchanged: int = 0
    unread: int = 0
    strangers: list[tuple[str, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)

    @property
    def unknown(self) -> int:
        """How many rows are of outlets that are not listed."""
        return len(self.strangers)

    def count(self, what: str) -> int:
        """How many rows of the ledger are new, corrected or gone."""
        return sum(change.what == what for change in self.changes)


class OutletIndex:
    """Which outlet an address, a name or a key means. Listed outlets come before those that only imports know."""

    def __init__(self, session: Session) -> None:
        self._found: dict[str, dict[bool, set[str]]] = {}
        for outlet in session.scalars(select(Outlet).order_by(Outlet.key)):
            for name in (outlet.key, outlet.name.casefold(), *outlet.domains):
                self._found.setdefault(name, {True: set(), False: set()})[outlet.listed].add(outlet.key)

    def outlet(self, address: str, *, whole: bool = False) -> str | None:
        """The outlet of an address, a name or a key; None if nobody has it.

        Raises Rejected if two have it, or if the `whole` outlet is wanted and the address names a part of one.
        """
        host = _host(address)
        for name in (host, address.casefold()):
            groups = self._found.get(name)
            if groups is None:
                continue
            keys = sorted(groups[True] or groups[False])
            if len(keys) > 1:
                raise Rejected("two-outlets", f"{name} belongs to {' and '.join(keys)}")
            if whole and name == host and _path(address):
                raise Rejected("a-part", f"{address} is a part of {keys[0]}, and its unit is not named")
            return keys[0]
        return None

    def all_of(self, address: str) -> set[str]:
        """Every outlet that an address may mean."""
        groups = (self._found.get(name, {}) for name in (_host(address), address.casefold()))
        return {key for group in groups for keys in group.values() for key in keys}


def _host(address: str) -> str:
    return domain_of(address if "://" in address else f"//{address}")


def _path(address: str) -> str:
    return address.split("://")[-1].partition("/")[2].strip("/")


def plan_import(
    session: Session,
    rows: Iterable[Row | BadRow],
    mapping: Mapping,
    now: datetime,
    *,
    complete: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportPlan:
    """Compare what rows say with the ledger.

    `complete`: units that this rater has rated and no row names have no rating of it any more, as of the newest date in
    the file. Where a row was unread nothing is taken for missing: it may be the one.
    """
    plan, outlets = ImportPlan(), OutletIndex(session)
    slots: dict[tuple[str, str, date], list[Row]] = {}
    spared: set[str] = set()
    for row in rows:
        plan.rows += 1
        progress(1)
        try:
            if isinstance(row, BadRow):
                raise Rejected("bad-row", row.why)
            key = outlets.outlet(row.address, whole=not row.named_unit)
        except Rejected as rejected:
            plan.rejected.append((row.place, rejected.detail))
            spared |= outlets.all_of(row.address)
            plan.unread += not row.address
            continue
        if key is None:
            plan.strangers.append((row.place, row.address))
        else:
            slots.setdefault((key, row.rating.unit, row.rating.rated_on), []).append(row)
    wanted = list(_one_each(slots, plan))
    _compare(session, wanted, mapping, plan)
    if complete and not plan.unread:
        newest = max((rating.rated_on for _, rating in wanted), default=now.date())
        plan.changes += _gone(session, mapping.rater, spared, {(key, unit) for key, unit, _ in slots}, newest)
    plan.rejected.sort(key=lambda one: [int(number) for number in re.findall(r"\d+", one[0])])
    return plan


def apply_import(session: Session, plan: ImportPlan, now: datetime) -> None:
    """Append what the plan says, known from `now` on."""
    ledger.append(session, plan.changes, now, ledger.IMPORT)


def _one_each(slots: dict[tuple[str, str, date], list[Row]], plan: ImportPlan) -> Iterator[tuple[str, Rating]]:
    """One row for each unit and day. Rows that contradict each other are all rejected: their order decides nothing."""
    for (key, unit, day), rows in slots.items():
        first = rows[0]
        if any((row.rating.state, row.rating.label) != (first.rating.state, first.rating.label) for row in rows):
            said = ", ".join(f"{row.place}: {row.rating.raw}" for row in rows[:5])
            about = f"several rows rate the {unit} of {key} on {day} ({said})"
            plan.rejected += [(row.place, about) for row in rows]
            continue
        for row in rows[1:]:
            plan.rejected.append((row.place, f"{first.place} says the same of the {unit} of {key} on {day}"))
        yield key, first.rating


def _compare(session: Session, wanted: Sequence[tuple[str, Rating]], mapping: Mapping, plan: ImportPlan) -> None:
    stand = ledger.standing(session, {key for key, _ in wanted}, recorded_by=ledger.IMPORT)
    units: dict[tuple[str, str], list[Rating]] = {}
    for key, rating in wanted:
        units.setdefault((key, rating.unit), []).append(rating)
    before = len(plan.changes)
    for (key, unit), ratings in units.items():
        known = [one for one in stand.get(key, ()) if (one.rater, one.unit) == (mapping.rater, unit)]
        plan.changes += [Change(key, *change) for change in ledger.added(known, ratings)]
    plan.unchanged += len(wanted) - (len(plan.changes) - before)


def _gone(session: Session, rater: str, spared: set[str], listed: set[tuple[str, str]], day: date) -> Iterator[Change]:
    """Statements that the rater has no rating of the units it used to rate; outlets of rejected rows are spared."""
    keys = session.scalars(select(RatingRow.outlet_key).where(RatingRow.rater == rater).distinct()).all()
    for key, ratings in sorted(ledger.standing(session, keys, recorded_by=ledger.IMPORT).items()):
        last: dict[str, Rating] = {}
        for one in sorted((one for one in ratings if one.rater == rater), key=lambda one: one.rated_on):
            last[one.unit] = one
        for unit, one in sorted(last.items()):
            known = (key, unit) in listed or key in spared
            if not known and one.state is not LeanState.UNRATED and one.rated_on < day:
                none = replace(one, state=LeanState.UNRATED, label=None, low=None, high=None, raw="", rated_on=day)
                yield Change(key, replace(none, confidence="", reason=NOT_LISTED, url=""), "gone", old=one)


def describe(change: Change) -> str:
    """One change in a line."""
    one = change.rating
    said = one.label.value if one.label else one.state.value
    before = f", was {change.old.label.value if change.old.label else change.old.state.value}" if change.old else ""
    why = f" ({one.reason})" if one.reason in (WITHDRAWN, NOT_LISTED) else ""
    return f"{change.what:10}{change.outlet_key} {one.unit}: {said}, {one.rated_on}{before}{why}"

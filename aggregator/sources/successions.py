"""Outlets that continue others. A renamed outlet has its former ratings; one that was split off has those until then.

Also what an outlet was called and whose it was: each time the configuration says so anew, a row is appended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from aggregator.store.ledger_tables import OutletState, Succession
from aggregator.store.tables import Outlet
from aggregator.store.upsert import in_parts
from aggregator.text import sha256

#: what brought a row: outlets.toml says so, or an outlet has the name or a domain of one that is listed no more
_SAID, _FOUND = "configuration", "adoption"


@dataclass(frozen=True, slots=True)
class Former:
    """The outlet that another one continues, and the day from which it goes its own way; None: never."""

    key: str
    until: date | None = None


def formers(session: Session, keys: Iterable[str], known_at: datetime | None) -> dict[str, list[Former]]:
    """All outlets that each of `keys` continues, through any number of steps, as known at a moment or in all.

    Of a chain the earliest `until` counts; a circle ends where it closes.
    """
    rows = session.scalars(_known(select(Succession), known_at))
    return _chains(_last_words(rows), keys)


def places_and_formers(
    session: Session, keys: Sequence[str], known_at: datetime
) -> tuple[dict[str, tuple[str, list[Any]]], dict[str, list[Former]]]:
    """Country and units of outlets, and what each continues (`formers`), in one question to the database."""
    both = select(Outlet.key, Outlet.country, Outlet.units, Succession)
    both = both.outerjoin(Succession, Succession.outlet_key == Outlet.key)
    places: dict[str, tuple[str, list[Any]]] = {}
    said: dict[str, Succession] = {}
    for some in in_parts(keys):
        wanted = both.where(or_(Outlet.key.in_(some), Succession.id.is_not(None)))
        for key, country, units, row in session.execute(wanted):
            places[key] = (country, units or [])
            if row is not None and row.recorded_at <= known_at:
                said[row.id] = row
    rows = sorted(said.values(), key=lambda row: (row.recorded_at, row.id))
    return places, _chains(_last_words(rows), keys)


def _chains(direct: Mapping[str, list[Former]], keys: Iterable[str]) -> dict[str, list[Former]]:
    found: dict[str, list[Former]] = {}
    for key in keys:
        seen, queue = {key}, [(former, None) for former in direct.get(key, ())]
        for former, before in queue:  # grows while it is read
            if former.key in seen:
                continue
            seen.add(former.key)
            ends = [day for day in (former.until, before) if day is not None]
            here = Former(former.key, min(ends, default=None))
            found.setdefault(key, []).append(here)
            queue += [(older, here.until) for older in direct.get(former.key, ())]  # type: ignore[misc]
    return found


def continue_outlets(session: Session, said: Mapping[str, Iterable[Former]], now: datetime) -> None:
    """Append what the configuration says anew of the outlets that each of its outlets continues.

    Former outlets that nobody knows are left out: nothing was ever said of them.
    """
    rows = session.scalars(_known(select(Succession).where(Succession.recorded_by == _SAID), None))
    known = _last_words(rows)
    for key, former in said.items():
        wanted = {one.key: one for one in former if session.get(Outlet, one.key) is not None}
        before = {one.key: one for one in known.get(key, ())}
        for name in sorted({*wanted, *before}):
            if wanted.get(name) != before.get(name):
                one = wanted.get(name)
                _append(session, key, one or before[name], now, _SAID, ended=one is None)
    session.flush()


def adopt(session: Session, key: str, former_key: str, now: datetime) -> None:
    """Append that the outlet is another one under a new name, unless something is known of the two already."""
    said = select(Succession.id).where(Succession.outlet_key == key, Succession.former_key == former_key)
    if session.scalar(said.limit(1)) is None:
        _append(session, key, Former(former_key), now, _FOUND, ended=False)


def note_states(session: Session, keys: Iterable[str], now: datetime) -> None:
    """Append name, owner, kind and country of each outlet where they differ from what was noted last."""
    for some in in_parts(sorted(keys)):
        rows = session.scalars(
            select(OutletState)
            .where(OutletState.outlet_key.in_(some))
            .order_by(OutletState.recorded_at, OutletState.id)
        )
        last = {row.outlet_key: (row.name, row.owner, row.kind, row.country) for row in rows}
        for outlet in session.scalars(select(Outlet).where(Outlet.key.in_(some)).order_by(Outlet.key)):
            said = (outlet.name, outlet.owner, outlet.kind, outlet.country)
            if last.get(outlet.key) != said:
                name, owner, kind, country = said
                session.add(
                    OutletState(
                        id=_id("o_", outlet.key, *said, now), outlet_key=outlet.key, name=name, owner=owner, kind=kind,
                        country=country, recorded_at=now,
                    )
                )  # fmt: skip
    session.flush()


def states_of(session: Session, key: str, known_at: datetime) -> Sequence[OutletState]:
    """What an outlet was called and whose it was, the oldest first, as known at a moment."""
    noted = select(OutletState).where(OutletState.outlet_key == key, OutletState.recorded_at <= known_at)
    return session.scalars(noted.order_by(OutletState.recorded_at, OutletState.id)).all()


def _known(query: Select[Any], known_at: datetime | None) -> Select[Any]:
    """In the order of recording, and of a moment only what was known then."""
    ordered = query.order_by(Succession.recorded_at, Succession.id)
    return ordered if known_at is None else ordered.where(Succession.recorded_at <= known_at)


def _last_words(rows: Iterable[Succession]) -> Mapping[str, list[Former]]:
    """The last word on each pair of outlets, those that were taken back left out; `rows` in the order of recording."""
    last = {(row.outlet_key, row.former_key): row for row in rows}
    found: dict[str, list[Former]] = {}
    for (key, former_key), row in sorted(last.items()):
        if not row.ended:
            found.setdefault(key, []).append(Former(former_key, row.until))
    return found


def _append(session: Session, key: str, former: Former, now: datetime, by: str, *, ended: bool) -> None:
    identity = _id("u_", key, former.key, former.until, ended, now, by)
    session.add(
        Succession(
            id=identity, outlet_key=key, former_key=former.key, until=former.until, ended=ended, recorded_at=now,
            recorded_by=by,
        )
    )  # fmt: skip


def _id(prefix: str, *parts: object) -> str:
    return prefix + sha256("\n".join(map(str, parts)))[:20]

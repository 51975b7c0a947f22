"""`outlets list`: each outlet in a line, or as JSON, with its lean and how its feeds are."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.sources.consensus import public_consensus
from aggregator.sources.ledger import tags
from aggregator.sources.outlets import OutletSpec
from aggregator.sources.units import NEWS
from aggregator.store.tables import Feed, Outlet
from aggregator.types import LeanTag


@dataclass(frozen=True)
class Listed:
    """An outlet: the lean of its news as readers see it, and where it is Unrated the reason; `feeds` by address.

    `standing` is why its feeds are not asked; empty: they are, or the file does not have the outlet.
    """

    key: str
    name: str
    country: str
    kind: str
    lean: str
    why_unrated: str
    standing: str
    feeds: Mapping[str, str]


def listed(
    specs: Sequence[OutletSpec], found: tuple[Session, datetime] | None, today: date, *, asked: bool = False
) -> list[Listed]:
    """All outlets of the file and of the database by name; what no run has read yet is told from the file alone."""
    in_file = {spec.key: spec for spec in specs}
    every = {spec.key: _of_file(spec, today) for spec in specs}
    if found is not None:
        every |= {one.key: one for one in _of_database(*found, in_file)}
    kept = (one for one in every.values() if not asked or (one.key in in_file and in_file[one.key].asked))
    return sorted(kept, key=lambda one: (one.name.casefold(), one.key))


def _of_file(spec: OutletSpec, today: date) -> Listed:
    return _row(spec, spec, lean_in_file(spec, NEWS, today), {feed.url: "never" for feed in spec.feeds})


def lean_in_file(spec: OutletSpec, unit: str, day: date) -> LeanTag:
    """What the ratings of the file say of a unit on a day, as readers would see it."""
    said = (one.rating() for one in spec.ratings if one.unit == unit)
    return public_consensus([one for one in said if one.counts_on(day)], spec.country)


def _of_database(session: Session, now: datetime, in_file: Mapping[str, OutletSpec]) -> Iterator[Listed]:
    outlets = session.scalars(select(Outlet)).all()
    leans = tags(session, [outlet.key for outlet in outlets], now)
    feeds: dict[str, dict[str, str]] = {}
    for feed in session.scalars(select(Feed).where(Feed.active).order_by(Feed.url)):
        feeds.setdefault(feed.outlet_key, {})[feed.url] = feed.state
    for outlet in outlets:
        yield _row(outlet, in_file.get(outlet.key), leans[outlet.key], feeds.get(outlet.key, {}))


def _row(outlet: Outlet | OutletSpec, spec: OutletSpec | None, lean: LeanTag, feeds: Mapping[str, str]) -> Listed:
    standing = ""
    if spec is not None and not spec.asked:
        standing = f"disabled: {spec.disabled}" if spec.disabled else f"offered ({spec.offered})"
    why = lean.why_unrated.value if lean.why_unrated else ""
    return Listed(outlet.key, outlet.name, outlet.country, outlet.kind, lean.text, why, standing, feeds)


def as_json(rows: Sequence[Listed]) -> str:
    """A list of objects."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1)


def as_lines(rows: Sequence[Listed]) -> Iterator[str]:
    """Columns as wide as what is in them: key, country, lean, name, and the feeds or why they are not asked."""
    key, lean, name = (max((len(getattr(row, part)) for row in rows), default=0) for part in ("key", "lean", "name"))
    for row in rows:
        feeds = ", ".join(f"{url} {state}" for url, state in row.feeds.items())
        yield (
            f"{row.key:{key}}  {row.country or '-':2}  {row.lean:{lean}}  {row.name:{name}}  "
            f"{row.standing or feeds or 'no feed'}"
        )

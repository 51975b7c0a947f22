"""The lean ledger: who rated which unit of an outlet, when, and when this instance learnt of it.

Rows are appended and superseded, never changed or deleted, so that a label can be made again as it was known at any
moment (`recorded_at`) for an article of any day (`valid_from`, `valid_to`). `consensus` says what they mean together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from aggregator.sources.consensus import consensus, lean_at, public_consensus
from aggregator.sources.successions import Former, places_and_formers
from aggregator.sources.units import KNOWN, NEWS, OPINION, place_of
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.upsert import in_parts
from aggregator.text import sha256
from aggregator.types import Lean, LeanState, LeanTag, RaterKind, Rating

#: what brought a row
CONFIGURATION, IMPORT = "configuration", "import"


@dataclass(frozen=True, slots=True)
class Place:
    """The unit of its outlet that an article is of, and the country: of its edition if that has one."""

    unit: str
    country: str


@dataclass(frozen=True, slots=True)
class Change:
    """A row to append, and the id of the row that it supersedes, if any. `what` is new, corrected, ended or gone."""

    outlet_key: str
    rating: Rating
    what: str
    supersedes: str | None = None
    old: Rating | None = None


class KnownRatings:
    """What was known of some outlets at a moment: read once, then asked for tags of any unit and day."""

    def __init__(self, session: Session, outlet_keys: Iterable[str], known_at: datetime) -> None:
        self.known_at = known_at
        keys = sorted(set(outlet_keys))
        self._places, self._formers = places_and_formers(session, keys, known_at)
        every = {*keys, *(former.key for group in self._formers.values() for former in group)}
        self._ratings = standing(session, every, known_at=known_at)

    def ratings(self, outlet_key: str, unit: str = NEWS) -> list[Rating]:
        """Every statement that stands about a unit, whenever it is valid, those of the outlets it continues too."""
        found = [rating for rating in self._ratings.get(outlet_key, ()) if rating.unit == unit]
        for former in self._formers.get(outlet_key, ()):
            found += _until(former, (r for r in self._ratings.get(former.key, ()) if r.unit == unit))
        return found

    def units(self, outlet_key: str, *, internal: bool = False) -> list[str]:
        """The units that anybody has rated in public, the news first; `internal`: in ratings that stay here, too."""
        keys = [outlet_key, *(former.key for former in self._formers.get(outlet_key, ()))]
        told = (rating for key in keys for rating in self._ratings.get(key, ()))
        named = {rating.unit for rating in told if internal or rating.export}
        return sorted(named, key=lambda unit: (unit != NEWS, unit))

    def place(self, outlet_key: str, kind: str, url: str, section: str) -> Place:
        """Where in its outlet an article is from; see `units.place_of`."""
        country, units = self._places.get(outlet_key, ("", []))
        unit, of_edition = place_of(units, kind, url, section)
        return Place(unit, of_edition or country)

    def tag(self, outlet_key: str, unit: str, day: date, *, internal: bool = False) -> LeanTag:
        """The lean of a unit on a day as readers may see it; `internal`: from all ratings, for the desk alone.

        An edition without a rating of its own has that of the news (`of_unit`) if it is of the outlet's country, and
        opinion pages with a key of their own that of `opinion`.
        """
        counting = [rating for rating in self.ratings(outlet_key, unit) if rating.counts_on(day)]
        country, units = self._places.get(outlet_key, ("", []))
        part = next((one for one in units if one["key"] == unit and unit not in KNOWN), None)
        here = (part["country"] if part else "") or country
        of_unit = ""
        if part and not counting and here == country:
            of_unit = OPINION if part["kind"] == OPINION else NEWS
            counting = [rating for rating in self.ratings(outlet_key, of_unit) if rating.counts_on(day)]
        rule = consensus if internal else public_consensus
        return replace(rule(counting, here), known_at=self.known_at, day=day, of_unit=of_unit)


def tags(
    session: Session, outlet_keys: Iterable[str], as_known_at: datetime, unit: str = NEWS, *, internal: bool = False
) -> Mapping[str, LeanTag]:
    """The present lean of each outlet's unit from the ratings known at a moment; outlets without any are Unrated."""
    keys = list(outlet_keys)
    known = KnownRatings(session, keys, as_known_at)
    return {key: known.tag(key, unit, as_known_at.date(), internal=internal) for key in keys}


def record(session: Session, outlet_key: str, ratings: Sequence[Rating], now: datetime) -> None:
    """What the configuration says of one outlet; see `record_all`."""
    record_all(session, {outlet_key: ratings}, now)


def record_all(session: Session, said: Mapping[str, Sequence[Rating]], now: datetime) -> list[Change]:
    """Append what the configuration says anew of each outlet; what it says no more is ended as of today.

    What is new does not depend on `now`: a rating that is not valid yet, or that a later run recorded, is not added
    again. Rows that something else brought are left alone.
    """
    stand = standing(session, said, recorded_by=CONFIGURATION)
    changes = [
        Change(key, *change)
        for key, ratings in said.items()
        for change in _brought_to(stand.get(key, ()), ratings, now.date())
    ]
    append(session, changes, now, CONFIGURATION)
    return changes


def configured(session: Session) -> Sequence[str]:
    """The outlets of which the configuration has ever said a rating."""
    said = select(RatingRow.outlet_key).where(RatingRow.recorded_by == CONFIGURATION).distinct()
    return session.scalars(said.order_by(RatingRow.outlet_key)).all()


def append(session: Session, changes: Sequence[Change], now: datetime, recorded_by: str) -> None:
    """Write the rows of `changes`, known from `now` on."""
    session.flush()
    rows = [_row(change, now, recorded_by) for change in changes]
    if rows:
        session.execute(insert(RatingRow), rows)


def standing(
    session: Session, outlet_keys: Iterable[str], *, known_at: datetime | None = None, recorded_by: str | None = None
) -> dict[str, list[Rating]]:
    """The statements about each outlet that no other supersedes, as known at a moment or in all."""
    found: dict[str, list[Rating]] = {}
    for some in in_parts(sorted(outlet_keys)):
        query = select(*RatingRow.__table__.columns).where(RatingRow.outlet_key.in_(some))
        if known_at is not None:
            query = query.where(RatingRow.recorded_at <= known_at)
        if recorded_by is not None:
            query = query.where(RatingRow.recorded_by == recorded_by)
        rows = session.execute(query.order_by(RatingRow.recorded_at, RatingRow.id)).all()
        superseded = {row.supersedes for row in rows}
        for row in rows:
            if row.id not in superseded:
                found.setdefault(row.outlet_key, []).append(rating_of(row))
    return found


def withheld(rows: Iterable[Any]) -> set[str]:
    """The ids of the rows that may not be passed on, of all rows of the ledger or of some outlets.

    With a row that may not goes everything that it corrected, in any number of steps: it could take a licence away.
    """
    before, found = {}, set()
    for row in rows:
        before[row.id] = row.supersedes
        if row.export == "deny":
            found.add(row.id)
    waiting = sorted(found)
    while waiting:
        earlier = before.get(waiting.pop())
        if earlier is not None and earlier not in found:
            found.add(earlier)
            waiting.append(earlier)
    return found


def added(stand: Iterable[Rating], wanted: Iterable[Rating]) -> Iterator[tuple[Rating, str, str | None, Rating | None]]:
    """Those of one rater's statements about one unit that the ledger lacks: of another date new, else corrections."""
    known: dict[date, list[Rating]] = {}
    for one in stand:
        known.setdefault(one.rated_on, []).append(one)
    for rating in sorted(wanted, key=lambda one: one.rated_on):
        same_day = known.get(rating.rated_on, [])
        if rating not in same_day:
            old = max(same_day, key=_recorded, default=None)
            yield rating, "corrected" if old else "new", old.id if old else None, old


def ended(rating: Rating, day: date) -> Rating:
    """The statement that this one holds no longer from `day` on."""
    return replace(rating, valid_to=max(day, rating.valid_from or rating.rated_on))


def _brought_to(
    stand: Sequence[Rating], wanted: Sequence[Rating], today: date
) -> Iterator[tuple[Rating, str, str | None, Rating | None]]:
    """What to append so that `wanted` is all that holds of one outlet."""
    slots = dict.fromkeys((one.rater, one.unit) for one in (*wanted, *stand))
    for slot in slots:
        known = [one for one in stand if (one.rater, one.unit) == slot]
        said = [one for one in wanted if (one.rater, one.unit) == slot]
        newest = max((one.rated_on for one in said), default=None)
        replaced: set[str | None] = set()
        for rating, what, old_id, old in added(known, said):
            if old is None and rating.rated_on == newest:  # of a later date than the file says now: that was a mistake
                later = (one for one in known if one.rated_on > newest and one.valid_to is None)
                old = max(later, key=_recorded, default=None)
                old_id, what = (old.id, "corrected") if old else (None, what)
            replaced.add(old_id)
            yield rating, what, old_id, old
        for one in known:
            outdated = newest is None or one.rated_on > newest
            if outdated and one.valid_to is None and one.id not in replaced:
                yield ended(one, today), "ended", one.id, one


def _recorded(rating: Rating) -> tuple[Any, str]:
    return rating.recorded_at, rating.id


def _until(former: Former, ratings: Iterable[Rating]) -> Iterator[Rating]:
    """A former outlet's ratings as far as they count for the one that continues it."""
    for rating in ratings:
        if former.until is None:
            yield rating
        elif former.until > (rating.valid_from or rating.rated_on):
            yield replace(rating, valid_to=min(former.until, rating.valid_to or former.until))


def _row(change: Change, now: datetime, recorded_by: str) -> dict[str, Any]:
    one, by = change.rating, change.supersedes
    identity = (change.outlet_key, repr(one), now.isoformat(), by, recorded_by)
    return {
        "id": "r_" + sha256("\n".join(map(str, identity)))[:20],
        "outlet_key": change.outlet_key,
        "unit": one.unit,
        "rater": one.rater,
        "family": one.family or one.rater,
        "kind": one.kind.value,
        "scale": one.scale,
        "country": one.country,
        "raw": one.raw,
        "crosswalk": one.crosswalk,
        "state": one.state.value,
        "label": one.label.value if one.label else None,
        "position": one.label.position if one.label else None,
        "low": one.low.position if one.low else None,
        "high": one.high.position if one.high else None,
        "confidence": one.confidence,
        "method": one.method,
        "reason": one.reason,
        "url": one.url,
        "rated_on": one.rated_on,
        "valid_from": one.valid_from or one.rated_on,
        "valid_to": one.valid_to,
        "recorded_at": now,
        "recorded_by": recorded_by,
        "licence": one.licence,
        "attribution": one.attribution,
        "export": "allow" if one.export else "deny",
        "supersedes": by,
    }


def may_be_passed_on(rows: Iterable[Any]) -> set[str]:
    """The ids of those rows of the ledger that may be: allowed, as is all that corrected them since.

    A correction may have taken the licence away. `rows` are all that are known, with `id`, `supersedes` and `export`.
    """
    every = list(rows)
    later = {row.supersedes: row for row in every if row.supersedes}
    found = set()
    for row in every:
        last = row
        while last is not None and last.export == "allow":
            last = later.get(last.id)
        if last is None:
            found.add(row.id)
    return found


def rating_of(row: Any) -> Rating:
    """The statement in a row of the table, or in the columns of one, with its id."""
    return Rating(
        rater=row.rater,
        rated_on=row.rated_on,
        state=LeanState(row.state),
        label=Lean(row.label) if row.label else None,
        unit=row.unit,
        method=row.method,
        reason=row.reason,
        url=row.url,
        kind=RaterKind(row.kind),
        family=row.family if row.family != row.rater else "",
        scale=row.scale,
        country=row.country,
        raw=row.raw,
        crosswalk=row.crosswalk,
        low=lean_at(row.low) if row.low is not None else None,
        high=lean_at(row.high) if row.high is not None else None,
        confidence=row.confidence,
        licence=row.licence,
        attribution=row.attribution,
        export=row.export == "allow",
        valid_from=row.valid_from if row.valid_from != row.rated_on else None,
        valid_to=row.valid_to,
        id=row.id,
        recorded_at=row.recorded_at,
    )

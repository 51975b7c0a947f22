"""The lean ledger: who rated which unit of an outlet, when, and what all of them say together.

Rows are appended and superseded, never changed or deleted, so that a label can be reproduced as it was known at any
moment (`recorded_at`). Nothing ever defaults to Center.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.store.tables import RatingRow
from aggregator.text import sha256
from aggregator.types import Lean, LeanState, LeanTag, Rating


def record(session: Session, outlet_key: str, ratings: Sequence[Rating], now: datetime) -> None:
    """Append what is new in `ratings`; a rater's older statement that it replaces, or that is gone, is superseded.

    What is new does not depend on `now`: a rating that is not valid yet, or that a later run recorded, is not added
    again. A rater may rate a unit once in `ratings`.
    """
    record_all(session, {outlet_key: ratings}, now)


def record_all(session: Session, said: Mapping[str, Sequence[Rating]], now: datetime) -> None:
    """Do as `record` does for each outlet, with all that is said of it; the ledger is read once."""
    known = _not_superseded(session, list(said), None)
    current = {(row.outlet_key, row.rater, row.unit): row for row in known}
    for outlet_key, ratings in said.items():
        for rating in ratings:
            old = current.pop((outlet_key, rating.rater, rating.unit), None)
            if old is None or _rating(old) != rating:
                session.add(_row(outlet_key, rating, now, old.id if old else None))
    for (outlet_key, rater, unit), old in current.items():
        if old.state != LeanState.UNRATED:
            gone = Rating(rater, old.rated_on, LeanState.UNRATED, unit=unit, reason="withdrawn from the configuration")
            session.add(_row(outlet_key, gone, now, old.id))
    session.flush()


def tags(
    session: Session, outlet_keys: Iterable[str], as_known_at: datetime, unit: str = "news"
) -> Mapping[str, LeanTag]:
    """The lean of each outlet's unit from the ratings known at a moment; outlets without any are Unrated."""
    keys = list(outlet_keys)
    by_outlet: dict[str, list[Rating]] = {key: [] for key in keys}
    for row in _current(session, keys, as_known_at):
        if row.unit == unit:
            by_outlet[row.outlet_key].append(_rating(row))
    return {key: consensus(ratings) for key, ratings in by_outlet.items()}


def consensus(ratings: Sequence[Rating]) -> LeanTag:
    """All raters together: the plain mean of their positions, rounded, halves away from Center.

    Raters two or more steps apart are `disputed`; without a position it is `mixed` if a rater says so, else `unrated`.
    The range is the lowest to the highest rating, one step wider on each side, which holds the next rater's label
    in 97 of 100 cases (measured on held-out raters; see docs/method.md).
    """
    ordered = tuple(sorted(ratings, key=lambda r: (r.rater, r.rated_on)))
    positions = [r.label.position for r in ordered if r.label is not None]
    if not positions:
        mixed = any(r.state is LeanState.MIXED for r in ordered)
        return LeanTag(LeanState.MIXED if mixed else LeanState.UNRATED, raters=ordered)
    low, high = min(positions), max(positions)
    if high - low >= 2:
        return LeanTag(LeanState.DISPUTED, low=_lean(low), high=_lean(high), raters=ordered)
    mean = Fraction(sum(positions), len(positions))
    rounded = int(abs(mean) + Fraction(1, 2)) * (1 if mean >= 0 else -1)
    return LeanTag(LeanState.RATED, _lean(rounded), _lean(max(-2, low - 1)), _lean(min(2, high + 1)), ordered)


def _current(session: Session, outlet_keys: Sequence[str], now: datetime) -> list[RatingRow]:
    """The rows known at `now`, not superseded by then and valid then, in a fixed order."""
    day = now.date()
    rows = _not_superseded(session, outlet_keys, now)
    return [row for row in rows if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)]


def _not_superseded(session: Session, outlet_keys: Sequence[str], known_at: datetime | None) -> list[RatingRow]:
    """The last statements among those known at a moment, or among all."""
    query = select(RatingRow).where(RatingRow.outlet_key.in_(outlet_keys))
    if known_at is not None:
        query = query.where(RatingRow.recorded_at <= known_at)
    rows = session.scalars(query.order_by(RatingRow.recorded_at, RatingRow.id)).all()
    superseded = {row.supersedes for row in rows}
    return [row for row in rows if row.id not in superseded]


def _row(outlet_key: str, rating: Rating, now: datetime, supersedes: str | None) -> RatingRow:
    identity = (outlet_key, repr(rating), now.isoformat(), supersedes)
    return RatingRow(
        id="r_" + sha256("\n".join(map(str, identity)))[:20],
        outlet_key=outlet_key,
        unit=rating.unit,
        rater=rating.rater,
        family=rating.rater,
        state=rating.state.value,
        label=rating.label.value if rating.label else None,
        position=rating.label.position if rating.label else None,
        method=rating.method,
        reason=rating.reason,
        url=rating.url,
        rated_on=rating.rated_on,
        valid_from=rating.rated_on,
        recorded_at=now,
        supersedes=supersedes,
        scale=rating.scale,
        confidence=rating.confidence,
    )


def _rating(row: RatingRow) -> Rating:
    return Rating(
        rater=row.rater,
        rated_on=row.rated_on,
        state=LeanState(row.state),
        label=Lean(row.label) if row.label else None,
        unit=row.unit,
        method=row.method,
        reason=row.reason,
        url=row.url,
        scale=row.scale,
        confidence=row.confidence,
    )


def _lean(position: int) -> Lean:
    return list(Lean)[position + 2]

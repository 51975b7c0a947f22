"""Contests as the desk lists them, and what it has to know of an outlet to answer one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Text, and_, case, func, literal_column, select
from sqlalchemy.orm import Session

from aggregator.sources.contest_answers import Told, every
from aggregator.sources.contest_filing import units_of
from aggregator.sources.contests import OUTCOMES, is_last
from aggregator.sources.ledger import KnownRatings
from aggregator.store.contest_tables import Contest, ContestAnswer
from aggregator.store.tables import Outlet
from aggregator.types import LeanTag, Rating

PAGE = 50
#: state to the words for it
STATES: Mapping[str, str] = {"all": "All", "open": "Open", **OUTCOMES}
#: earlier contests of the same outlet beside one
_BESIDE = 20


@dataclass(frozen=True)
class Listed:
    """A contest in the list, with its outlet's name."""

    told: Told
    outlet: str


@dataclass(frozen=True)
class Contests:
    """A page of the list, and how many contests are in each state."""

    listed: Sequence[Listed]
    total: int
    counts: Mapping[str, int]
    page: int
    pages: int


@dataclass(frozen=True)
class Unit:
    """What the ledger says of a unit: as readers see it, from all ratings, and every statement that stands.

    `counting` are the ids of the statements that the desk's own value rests on.
    """

    key: str
    public: LeanTag
    internal: LeanTag
    ratings: Sequence[Rating]
    day: date

    @property
    def counting(self) -> set[str]:
        """The ratings that the rule looked at."""
        return set(self.internal.ratings)


def contests(session: Session, state: str, page: int) -> Contests:
    """Those asked for: the open ones, oldest first, then the last answered. A page beyond the end is the last one."""
    by_state = select(_state(), func.count()).select_from(Contest)
    by_state = by_state.outerjoin(ContestAnswer, _answered()).group_by(_state())
    counts = {name: int(n) for name, n in session.execute(by_state)}
    counts["all"] = sum(counts.values())
    total = counts.get(state, 0)
    last = max(1, -(-total // PAGE))
    page = min(max(1, page), last)
    is_answered = ContestAnswer.version.is_not(None)
    query = select(Contest, Outlet.name).join(Outlet, Outlet.key == Contest.outlet_key)
    query = query.outerjoin(ContestAnswer, _answered()).order_by(
        is_answered, case((is_answered, None), else_=Contest.recorded_at), ContestAnswer.recorded_at.desc(), Contest.id
    )
    if state != "all":
        query = query.where(_state() == state)
    rows = session.execute(query.limit(PAGE).offset(PAGE * (page - 1))).all()
    found = every(session, [contest for contest, _ in rows])
    return Contests([Listed(found[one.id], name) for one, name in rows], total, counts, page, last)


def others(session: Session, contest: Contest) -> Sequence[Told]:
    """The other contests of the same outlet, the last first."""
    query = select(Contest).where(Contest.outlet_key == contest.outlet_key, Contest.id != contest.id)
    rows = session.scalars(query.order_by(Contest.recorded_at.desc(), Contest.id).limit(_BESIDE)).all()
    return list(every(session, rows).values())


def ledger_of(session: Session, outlet: Outlet, now: datetime) -> list[Unit]:
    """Every unit of an outlet that can be contested."""
    known, day = KnownRatings(session, [outlet.key], now), now.date()
    return [
        Unit(
            unit,
            known.tag(outlet.key, unit, day),
            known.tag(outlet.key, unit, day, internal=True),
            sorted(known.ratings(outlet.key, unit), key=lambda one: (one.rater, one.rated_on, one.id)),
            day,
        )
        for unit in units_of(session, outlet, now, internal=True)
    ]


def _answered() -> ColumnElement[bool]:
    return and_(ContestAnswer.contest_id == Contest.id, is_last())


def _state() -> ColumnElement[str]:
    return func.coalesce(ContestAnswer.outcome, literal_column("'open'", Text))

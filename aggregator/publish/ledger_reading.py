"""The public ledgers of outlets out of the database, in a handful of questions however many outlets there are.

Of statements that may not be passed on nothing leaves this module but how many there are.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal_column, select
from sqlalchemy.orm import Session

from aggregator.publish.outlet_ledger import Ledgers, Link, OutletLedger, State, Statement, Unit
from aggregator.publish.rule_worked import Spell, worked
from aggregator.setting_sections import SiteSettings
from aggregator.sources.consensus import consensus
from aggregator.sources.contests import contest_address, open_counts, public_contests
from aggregator.sources.ledger import KnownRatings, may_be_passed_on, rating_of
from aggregator.sources.successions import Former, formers
from aggregator.sources.units import EDITION, KNOWN, NEWS, OPINION
from aggregator.store.ledger_tables import OutletState, RatingRow, Succession
from aggregator.store.page_tables import PageRow
from aggregator.store.tables import Feed, Outlet
from aggregator.summarise.page import SEEN
from aggregator.text import sha256
from aggregator.types import LeanTag, Rating

#: what may stand in an address; importers and `outlets.toml` give no other keys
_SAFE = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")
_KINDS = {NEWS: "news", OPINION: "opinion"}
_OUTLET = (
    Outlet.key, Outlet.name, Outlet.home, Outlet.country, Outlet.language, Outlet.kind, Outlet.owner, Outlet.units,
)  # fmt: skip


def ledger_state(session: Session, now: datetime) -> str:
    """A hash of all that the public ledgers of a moment are read from: tables that only grow are counted."""
    today = now.date()
    known = RatingRow.recorded_at <= now
    counted = select(
        _counted(RatingRow, known),
        _counted(RatingRow, known, RatingRow.valid_from <= today),
        _counted(RatingRow, known, RatingRow.valid_to <= today),
        _counted(Succession, Succession.recorded_at <= now),
        _counted(Succession, Succession.recorded_at <= now, Succession.until <= today),
        _counted(OutletState, OutletState.recorded_at <= now),
    )
    outlets = [tuple(row) for row in session.execute(select(*_OUTLET).order_by(Outlet.key))]
    keys = [key for key, *_ in outlets]
    asked = sorted(public_contests(session, keys).items()), sorted(open_counts(session).items())
    return sha256(repr((tuple(session.execute(counted).one()), outlets, asked, sorted(_polled(session)))))


def _counted(table: type[RatingRow] | type[Succession] | type[OutletState], *where: ColumnElement[bool]) -> Any:
    return select(func.count().concat(func.max(table.id))).select_from(table).where(*where).scalar_subquery()


def _polled(session: Session) -> set[str]:
    """The outlets whose feeds are asked."""
    return set(session.scalars(select(Feed.outlet_key).where(Feed.active).distinct()))


def seen_outlets(session: Session) -> set[str]:
    """The outlets of the sources of every version of a page that readers saw."""
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(PageRow.content, "$.sources").table_valued("value")
        key = func.json_extract(each.c.value, "$.outlet_key")
    else:
        each = func.jsonb_path_query(PageRow.content, literal_column("'$.sources[*]'")).table_valued("value")
        each = each.render_derived()
        key = func.jsonb_extract_path_text(each.c.value, "outlet_key")
    asked = select(key).select_from(PageRow).join(each, onclause=PageRow.status.in_(SEEN)).distinct()
    return {key for (key,) in session.execute(asked) if key}


def read_ledgers(session: Session, now: datetime, site: SiteSettings, also: Iterable[str] = ()) -> Ledgers:
    """The public ledgers as known at a moment and valid on its day.

    Of each outlet whose feeds are asked, that is among the sources of a page which readers ever saw, that has a rating
    or an answered contest, that continues or is continued by one of these, or that is in `also`.
    """
    rows = _Rows(session, now)
    rated = {row.outlet_key for row in rows.ratings}
    wanted = {*also, *_polled(session), *seen_outlets(session), *rated, *rows.contests} & rows.outlets.keys()
    continued = formers(session, rows.outlets, now)
    wanted |= {one.key for key in wanted for one in continued.get(key, ())}
    wanted |= {key for key, olds in continued.items() if any(one.key in wanted for one in olds)}
    keys = sorted(key for key in wanted if _SAFE.fullmatch(key))
    known = KnownRatings(session, keys, now)
    heirs: dict[str, list[Link]] = {}
    for key, olds in sorted(continued.items()):
        for one in olds:
            heirs.setdefault(one.key, []).append(Link(key, rows.outlets[key].name, one.until))
    made = (_ledger(key, rows, known, continued.get(key, ()), now.date(), site) for key in keys)
    return Ledgers({one.key: replace(one, continued_by=tuple(heirs.get(one.key, ()))) for one in made})


class _Rows:
    """The rows of the ledger as known at a moment, by outlet."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.outlets = {row.key: row for row in session.execute(select(*_OUTLET))}
        self.contests = public_contests(session, self.outlets)
        self.waiting = open_counts(session)
        columns = RatingRow.__table__.columns
        asked = select(*columns).where(RatingRow.recorded_at <= now)
        self.ratings = session.execute(asked.order_by(RatingRow.recorded_at, RatingRow.id)).all()
        self.later = {row.supersedes: row for row in self.ratings if row.supersedes}
        self.public = may_be_passed_on(self.ratings)
        self.of: dict[str, list[Row[Any]]] = {}
        for row in self.ratings:
            self.of.setdefault(row.outlet_key, []).append(row)
        self.states: dict[str, list[State]] = {}
        noted = select(OutletState).where(OutletState.recorded_at <= now)
        for state in session.scalars(noted.order_by(OutletState.recorded_at, OutletState.id)):
            said = State(state.recorded_at, state.name, state.owner, state.kind, state.country)
            self.states.setdefault(state.outlet_key, []).append(said)

    def statements(self, keys: Iterable[str]) -> Iterator[Statement]:
        """Those of some outlets that may be passed on, in the order of their recording."""
        for row in (row for key in keys for row in self.of.get(key, ()) if row.id in self.public):
            later = self.later.get(row.id)
            yield Statement(
                rating_of(row),
                row.outlet_key,
                replaced_by=later.id if later else "",
                repeated=later is not None and _only_ended(rating_of(row), rating_of(later)),
                supersedes=row.supersedes if row.supersedes in self.public else "",
            )

    def withheld(self, keys: Iterable[str]) -> int:
        """How many statements stand that may not be passed on."""
        return sum(row.export == "deny" and row.id not in self.later for key in keys for row in self.of.get(key, ()))


def _only_ended(before: Rating, after: Rating) -> bool:
    return after.valid_to is not None and before != after and replace(before, valid_to=after.valid_to) == after


def _ledger(
    key: str,
    rows: _Rows,
    known: KnownRatings,
    continues: Sequence[Former],
    day: date,
    site: SiteSettings,
) -> OutletLedger:
    about = rows.outlets[key]
    olds = [Link(one.key, rows.outlets[one.key].name, one.until) for one in continues]
    keys = [key, *(one.key for one in olds)]
    statements = tuple(rows.statements(keys))
    states = tuple(rows.states.get(key, ()))
    recorded = [one.rating.recorded_at for one in statements] + [state.since for state in states]
    return OutletLedger(
        key=key,
        name=about.name,
        home=about.home,
        country=about.country,
        language=about.language,
        kind=about.kind,
        owner=about.owner,
        units=tuple(_units(about, {one.rating.unit for one in statements}, known, day)),
        statements=statements,
        withheld=rows.withheld(keys),
        states=states,
        continues=tuple(olds),
        contests=tuple(rows.contests.get(key, ())),
        open_contests=rows.waiting.get(key, 0),
        contest_address=contest_address(site, key),
        as_of=max((at for at in recorded if at is not None), default=None),
    )


def _units(about: Row[Any], rated: Collection[str], known: KnownRatings, day: date) -> Iterator[Unit]:
    """News and opinion, which every outlet has, those that its configuration names, and further ones that were rated.

    One that only ratings name which may not be passed on is not among them.
    """
    named = {unit["key"]: unit for unit in about.units}
    for key in dict.fromkeys((NEWS, OPINION, *named, *sorted(rated))):
        said = named.get(key, {})
        # when it was read is nowhere shown: an outlet of which nothing new is known is the same value at any time
        tag = replace(known.tag(about.key, key, day), known_at=None, day=None)
        country = (said.get("country", "") if key not in KNOWN else "") or about.country  # as `KnownRatings.tag`
        ratings = [one for one in known.ratings(about.key, tag.of_unit or key) if one.export]
        yield Unit(
            key=key,
            kind=_KINDS.get(key) or said.get("kind", EDITION),
            working=worked(ratings, country, day, tag),
            history=() if tag.of_unit else tuple(_history(ratings, country, day)),
            name=said.get("name", ""),
            country=said.get("country", ""),
            language=said.get("language", ""),
        )


def _history(ratings: Sequence[Rating], country: str, day: date) -> Iterator[Spell]:
    """What the label was for articles of which days, by what may be passed on of what is known today."""
    turns = {one.valid_from or one.rated_on for one in ratings} | {one.valid_to for one in ratings if one.valid_to}
    days = sorted(turn for turn in turns if turn <= day)
    open_spell: Spell | None = None
    for turn in days:
        tag = consensus([one for one in ratings if one.counts_on(turn)], country)
        if open_spell is not None and _reads(open_spell.tag) == _reads(tag):
            continue
        if open_spell is not None:
            yield replace(open_spell, until=turn)
        open_spell = Spell(turn, None, tag)
    if open_spell is not None:
        yield open_spell


def _reads(tag: LeanTag) -> tuple[object, ...]:
    return tag.text, tag.low, tag.high, tag.scale_of

"""Outlets as data: `outlets.toml` read, checked, and brought into the database.

Editing the file adds and switches off; it never deletes: a feed that is gone from the file is inactive, a rating that
is gone has ended (see `ledger`), and an outlet that was renamed or split keeps what was said of it (`successions`).
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, ValidationError, field_validator, model_validator
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import ConfigError
from aggregator.setting_sections import Section
from aggregator.setting_words import in_words
from aggregator.settings import read_toml, suggestion
from aggregator.sources import ledger, successions
from aggregator.sources.domains import domain_of
from aggregator.sources.units import KNOWN, NEWS, UnitSpec
from aggregator.store.sessions import exclusive
from aggregator.store.tables import Article, Feed, Outlet
from aggregator.store.upsert import upsert
from aggregator.text import one_line, short_hash
from aggregator.types import Lean, LeanState, RaterKind, Rating, Rights


def _with_host(value: str) -> str:
    parts = urlsplit(value)  # ValueError for a bad IPv6 address, as is the next line for a bad port
    if not parts.hostname or parts.port == 0 or not domain_of(value).strip("."):
        raise ValueError("has no host")
    return value


#: the method of a rating that is the desk's own without saying more
_DESK_METHOD = "desk"
#: a basis is a sentence, not "yes"
_SHORTEST_BASIS = 10
HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s/@]+(/\S*)?$"), AfterValidator(_with_host)]


class FeedSpec(Section):
    """One feed of an outlet; `section` is given to its articles that name none.

    `robots_basis` says on what it may be asked although robots.txt forbids it: a contract, a letter.
    """

    url: HttpUrl
    section: str = ""
    robots_basis: str = ""

    @field_validator("robots_basis")
    @classmethod
    def _says_something(cls, value: str) -> str:
        return basis(value)


class RatingSpec(Section):
    """One statement by one rater; `label` is required unless the state says that there is none.

    `kind` says whose it is. Only one whose `method` is "desk" is the desk's own without it: what others say is passed
    on only with their `licence` and `export = "allow"`. `scale` is the country whose left and right are meant, ISO
    3166; empty: the outlet's own.
    """

    rater: str = Field(min_length=1)
    rated_on: date
    state: LeanState = LeanState.RATED
    label: Lean | None = None
    unit: str = NEWS
    method: str = ""
    reason: str = ""
    url: str = Field(default="", pattern=r"^(https?://[^\s/@]+(/\S*)?)?$")
    kind: RaterKind | None = None
    family: str = ""
    scale: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    confidence: Literal["", "low", "medium", "high"] = ""
    licence: str = ""
    attribution: str = ""
    export: Literal["", "allow", "deny"] = ""
    valid_from: date | None = None

    @property
    def whose(self) -> RaterKind:
        """The kind, as said or by the method."""
        return self.kind or RaterKind.DESK

    @model_validator(mode="after")
    def _label_fits_state(self) -> "RatingSpec":
        if self.state is LeanState.DISPUTED:
            raise ValueError("'disputed' is found from several ratings; a single rater cannot say it")
        if (self.state is LeanState.RATED) != (self.label is not None):
            raise ValueError("a rated unit needs a label, a mixed or unrated one has none")
        return self

    @model_validator(mode="after")
    def _says_whose_it_is(self) -> "RatingSpec":
        if self.kind is None and self.method != _DESK_METHOD:
            raise ValueError(
                "say whose it is: kind = 'desk', or method = 'desk', if it is your own, kind = 'content' if another's"
            )
        if self.whose is not RaterKind.DESK and self.export == "allow" and not self.licence:
            raise ValueError("what another rater says is passed on only under a licence: name it")
        return self

    def rating(self) -> Rating:
        """As the ledger takes it."""
        said = self.model_dump(exclude={"export", "scale", "kind"})
        export = self.export == "allow" or (not self.export and self.whose is RaterKind.DESK)
        return Rating(**said, country=self.scale, kind=self.whose, export=export)


class FormerSpec(Section):
    """An outlet that this one continues: renamed (no `until`), or split off from it on that day."""

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")
    until: date | None = None


class OutletSpec(Section):
    """One table of `outlets.toml`."""

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")
    name: str = Field(min_length=1)
    home: HttpUrl
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    language: str = Field(default="", pattern=r"^([a-z]{2,3})?$")
    kind: Literal["", "private", "public", "state", "non-profit", "think tank", "academic"] = ""
    owner: str = ""
    domains: tuple[str, ...] = ()
    satire: bool = False
    rights: Rights = Rights.FULL
    #: why its feeds are not asked; empty: they are
    disabled: str = ""
    #: of the list that comes with the program, and not asked until it is enabled; `start` is the set to begin with
    offered: Literal["", "start", "more"] = ""
    tdm_basis: str = ""
    feeds: tuple[FeedSpec, ...] = ()
    units: tuple[UnitSpec, ...] = ()
    ratings: tuple[RatingSpec, ...] = ()
    formerly: tuple[FormerSpec, ...] = ()

    @field_validator("name", "owner", "disabled")
    @classmethod
    def _plain(cls, value: str) -> str:
        line = one_line(value, 120)
        if value and not line:
            raise ValueError("has no visible character")
        return line

    @field_validator("tdm_basis")
    @classmethod
    def _says_something(cls, value: str) -> str:
        return basis(value)

    @field_validator("ratings")
    @classmethod
    def _one_rating_a_day(cls, value: tuple[RatingSpec, ...]) -> tuple[RatingSpec, ...]:
        said = [(rating.rater, rating.unit, rating.rated_on) for rating in value]
        for number, (rater, unit, day) in enumerate(said):
            if (rater, unit, day) in said[:number]:
                raise ValueError(f"{rater} rates the unit {unit!r} twice on {day.isoformat()}; keep one of them")
        return value

    @model_validator(mode="after")
    def _units_are_known(self) -> "OutletSpec":
        keys = [unit.key for unit in self.units]
        if twice := next((key for key in keys if keys.count(key) > 1), ""):
            raise ValueError(f"has the unit {twice!r} twice")
        if unknown := next((one.unit for one in self.ratings if one.unit not in (*KNOWN, *keys)), ""):
            raise ValueError(f"rates the unit {unknown!r}, which it has not: name it among its units")
        return self

    @property
    def asked(self) -> bool:
        """Whether its feeds are asked."""
        return not self.disabled and not self.offered

    @property
    def all_domains(self) -> tuple[str, ...]:
        """The home page's host without `www.`, and the further domains given."""
        return tuple(dict.fromkeys((domain_of(self.home), *(_ascii(domain.lower()) for domain in self.domains))))


def _ascii(domain: str) -> str:
    """A domain as it stands in addresses: `xn--…` for one in another script."""
    return domain if domain.isascii() else domain_of(f"//{domain}") or domain


def basis(value: str) -> str:
    """What an operator records as permission, on one line. Raises ValueError for a mere word."""
    line = one_line(value, 500)
    if value and len(line) < _SHORTEST_BASIS:
        raise ValueError("says too little: name the permission, such as 'agreed by mail with …, 2026-03-01'")
    return line


def feed_id(url: str) -> str:
    """A feed's id, from its address alone."""
    return "f_" + short_hash(url)


def load_outlets(config: Path) -> tuple[OutletSpec, ...]:
    """The outlets of `outlets.toml` in the order of the file; none if there is no such file.

    Raises ConfigError naming the outlet and the key: unknown keys, two outlets with one feed or one domain.
    """
    file = config / "outlets.toml"
    return checked_outlets(read_toml(file), file) if file.exists() else ()


def checked_outlets(tables: Mapping[str, Any], file: Path) -> tuple[OutletSpec, ...]:
    """The outlets in the tables of `file`. Raises ConfigError as `load_outlets` does."""
    specs: list[OutletSpec] = []
    owners: dict[str, str] = {}
    for key, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError("is not a table", file=file, key=key, fix=f"write [{key}] and its keys below it")
        spec = _read(file, key, table)
        for thing in (*(feed.url for feed in spec.feeds), *spec.all_domains):
            if owners.setdefault(thing, key) != key:
                raise ConfigError(f"{thing} belongs to [{owners[thing]}] already", file=file, key=key)
        specs.append(spec)
    return tuple(specs)


def _read(file: Path, key: str, table: dict[str, Any]) -> OutletSpec:
    try:
        if "key" in table:
            raise ConfigError("is not a known key", file=file, key=f"{key}.key", fix=f"[{key}] is the outlet's key")
        return OutletSpec.model_validate({"key": key, **table})
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join([key, *(str(part) for part in first["loc"])])
        if first["type"] == "extra_forbidden":
            word = str(first["loc"][-1])
            models: dict[str, type[BaseModel]] = {
                "feeds": FeedSpec, "ratings": RatingSpec, "units": UnitSpec, "formerly": FormerSpec,
            }  # fmt: skip
            level = models.get(str(first["loc"][0]), OutletSpec) if len(first["loc"]) > 1 else OutletSpec
            known = [name for name in level.model_fields if name != "key" or level is not OutletSpec]
            raise ConfigError("is not a known key", file=file, key=path, fix=suggestion(word, known)) from None
        if first["type"] in ("model_type", "model_attributes_type"):
            fix = 'write each as a table, such as { url = "https://…" }'
            raise ConfigError(f"{str(first['input'])[:80]!r} is not a table", file=file, key=path, fix=fix) from None
        message = in_words(first)
        shown = f"{str(first['input'])[:80]!r}: " if isinstance(first["input"], (str, int, float)) else ""
        raise ConfigError(shown + message, file=file, key=path) from None


def sync_outlets(session: Session, specs: tuple[OutletSpec, ...], clock: Clock) -> None:
    """Bring the database to what the file says: outlets and feeds added or changed, missing ones switched off.

    One at a time: of two that have the outlets in another order, each would wait for what the other has locked.
    """
    exclusive(session, "outlets")
    gone = Outlet.key.not_in([spec.key for spec in specs])
    session.execute(update(Outlet).where(gone, Outlet.listed).values(listed=False))
    upsert(session, Outlet, [_outlet_row(spec) for spec in specs])
    _adopt(session, specs, clock)
    wanted = {feed_id(feed.url): (spec, feed) for spec in specs if spec.asked for feed in spec.feeds}
    for row in session.scalars(select(Feed)):
        if row.id not in wanted:
            row.active = False
            continue
        spec, feed = wanted.pop(row.id)
        row.active, row.outlet_key, row.section = True, spec.key, feed.section
        row.robots_basis = feed.robots_basis
    session.add_all(
        Feed(id=key, url=feed.url, outlet_key=spec.key, section=feed.section, robots_basis=feed.robots_basis)
        for key, (spec, feed) in wanted.items()
    )
    session.flush()
    now = clock.now()
    former = {spec.key: [successions.Former(one.key, one.until) for one in spec.formerly] for spec in specs}
    successions.continue_outlets(session, former, now)
    said = {key: () for key in ledger.configured(session) if key not in former}
    ledger.record_all(session, said | {spec.key: [one.rating() for one in spec.ratings] for spec in specs}, now)
    successions.note_states(session, list(former), now)


def _adopt(session: Session, specs: tuple[OutletSpec, ...], clock: Clock) -> None:
    """Articles that an import filed under an outlet of a name or domain, before it was listed, are its own.

    So are the ratings, of one that was listed under another key, too.
    """
    names = {spec.name.casefold(): spec.key for spec in reversed(specs)}
    domains = {domain: spec.key for spec in specs for domain in spec.all_domains}
    for stranger in session.scalars(select(Outlet).where(Outlet.listed.is_(False)).order_by(Outlet.key)):
        owners = (names.get(stranger.name.casefold()), *(domains.get(domain) for domain in stranger.domains))
        owner = next((key for key in owners if key is not None), None)
        if owner is not None and owner != stranger.key:
            mine = update(Article).where(Article.outlet_key == stranger.key).values(outlet_key=owner)
            session.execute(mine.execution_options(synchronize_session=False))
            successions.adopt(session, owner, stranger.key, clock.now())


def _outlet_row(spec: OutletSpec) -> dict[str, Any]:
    row = spec.model_dump(exclude={"feeds", "ratings", "formerly", "domains", "disabled", "offered", "units"})
    units = [unit.model_dump(mode="json") for unit in spec.units]
    return {**row, "rights": spec.rights.value, "domains": list(spec.all_domains), "units": units, "listed": True}

"""The public ledger of an outlet as values: every statement that may be passed on, what the rule made of it, contests.

`ledger_reading` fills them from the database; site and feeds show them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from aggregator.publish.render import slug_of
from aggregator.publish.rule_worked import Spell, Working
from aggregator.sources.contests import PublicContest
from aggregator.types import Rating


@dataclass(frozen=True, slots=True)
class Statement:
    """A rating that may be passed on, with what became of it.

    `outlet_key` is whose it was given: the outlet's own, or that of one which it continues. `replaced_by` is the id of
    the statement that corrected it (or noted its end, where `repeated`: then both say the same but for the end).
    """

    rating: Rating
    outlet_key: str
    replaced_by: str = ""
    repeated: bool = False
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A desk of an outlet that is rated apart, and its public label; `history` has the oldest days first."""

    key: str
    kind: str
    working: Working
    history: tuple[Spell, ...] = ()
    name: str = ""
    country: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What an outlet was called, and whose it was, from when this site learnt of it."""

    since: datetime
    name: str
    owner: str
    kind: str
    country: str


@dataclass(frozen=True, slots=True)
class Link:
    """An outlet that this one continues, or that continues it, and until when the ratings count; None: for good."""

    key: str
    name: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OutletLedger:
    """The public ledger of one outlet. `withheld` is the number of statements that may not be passed on.

    `as_of` is when something was last recorded of it that readers may know; None: nothing ever was.
    """

    key: str
    name: str
    home: str = ""
    country: str = ""
    language: str = ""
    kind: str = ""
    owner: str = ""
    units: tuple[Unit, ...] = ()
    statements: tuple[Statement, ...] = ()
    withheld: int = 0
    states: tuple[State, ...] = ()
    continues: tuple[Link, ...] = ()
    continued_by: tuple[Link, ...] = ()
    #: answered contests, the last answered first; those that wait for an answer; and where one is sent to ("": nowhere)
    contests: tuple[PublicContest, ...] = ()
    open_contests: int = 0
    contest_address: str = ""
    as_of: datetime | None = None

    @property
    def path(self) -> str:
        """The file of its page."""
        return outlet_path(self.key)

    @property
    def whole(self) -> tuple[object, ...]:
        """It with what the `repr` of a rating leaves out: a value whose `repr` says all of it."""
        return self, [(one.rating.id, one.rating.recorded_at) for one in self.statements]


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The ledgers of all outlets that readers may meet, by key."""

    outlets: Mapping[str, OutletLedger] = field(default_factory=dict)

    def path(self, key: str, unit: str = "") -> str:
        """The address inside the site of an outlet's ledger, at a unit; "" where it has none."""
        if key not in self.outlets:
            return ""
        known = {one.key for one in self.outlets[key].units}
        return outlet_path(key) + (f"#unit-{slug_of(unit)}" if unit in known else "")


def outlet_path(key: str) -> str:
    """The file of an outlet's page."""
    return f"outlet/{key}/index.html"

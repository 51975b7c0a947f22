"""The tables of a story's coverage by country, kind of owner and owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.summarise.page import Coverage
from aggregator.summarise.page_coverage import Group, Side

#: a longer table is folded up
MOST_ROWS = 6
_KINDS = {
    "private": "Private", "public": "Public service", "state": "State-owned", "non-profit": "Non-profit",
    "think tank": "Think tank", "academic": "Academic", "unknown": "Owner’s kind not known",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: outlets, independent ones, and of these how many are of each side."""

    name: str
    sources: int
    independent: int
    sides: Mapping[Side, int]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the heading of its first column; `id` is unique on a page."""

    id: str
    caption: str
    heading: str
    rows: tuple[Row, ...]

    @property
    def folded(self) -> bool:
        """Whether it is shown only on demand."""
        return len(self.rows) > MOST_ROWS


def tables(coverage: Coverage, language: str = "en") -> tuple[Table, ...]:
    """Those that have something to say: owners only where one has several of the outlets."""
    by_country = [(country(one.country, language), one) for one in coverage.by_country]
    by_kind = [(_KINDS.get(one.kind, one.kind), one) for one in coverage.by_kind]
    by_owner = [(one.owner, one) for one in coverage.by_owner]
    made = (
        Table("countries", "By country of the outlet", "Country", _rows(by_country)),
        Table("kinds", "By kind of owner", "Owner", _rows(by_kind)),
        Table("owners", "Owners with several of the outlets", "Owner", _rows(by_owner)),
    )
    return tuple(table for table in made if table.rows)


def country(code: str, language: str = "en") -> str:
    """The name of a country by its two letters (Unicode CLDR); the letters where it has none."""
    from babel import Locale, UnknownLocaleError

    if not code:
        return "Country not known"
    try:
        names = Locale.parse(language.partition("-")[0]).territories
    except (UnknownLocaleError, ValueError):
        names = Locale("en").territories
    return str(names.get(code, code))


def language(code: str) -> str:
    """The English name of a language by its two or three letters (Unicode CLDR); the letters where it has none."""
    from babel import Locale

    return str(Locale("en").languages.get(code, code))


def _rows(named: Sequence[tuple[str, Group]]) -> tuple[Row, ...]:
    return tuple(Row(name, one.sources, one.independent, one.sides) for name, one in named)

"""Figures behind the site's charts: the coverage bar, the coverage table, claims by lean, entries by side.

Only geometry and counts; the templates draw them. Left to Right is the order of the scale, not a ranking.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aggregator.analysis import model
from aggregator.publish.pages import HeadCoverage
from aggregator.summarise.covered import LEAST_SHARED
from aggregator.summarise.page import Coverage, PageClaim, PartialReuse, Source
from aggregator.types import Lean

SCALE: tuple[str, ...] = tuple(lean.value for lean in Lean)
OFF_SCALE = ("Unrated", "Mixed", "Disputed")
#: what stands side by side, with the labels of each side
SIDES: Mapping[str, tuple[str, ...]] = {
    "From the left": ("Left", "Lean Left"),
    "From the center": ("Center",),
    "From the right": ("Lean Right", "Right"),
    "Without a place on the scale": OFF_SCALE,
}
#: more claims than this make a matrix that nobody reads; the rest stays in the page's data
MOST_CLAIMS = 20

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the bar; `x` and `width` in per cent of the whole."""

    label: str
    count: int
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Independent rated sources from Left to Right; those without a place on the scale stay beside the bar."""

    segments: tuple[Segment, ...]
    rated: int
    beside: tuple[tuple[str, int], ...]

    @property
    def words(self) -> str:
        """The whole chart as a sentence or two, for those who do not see it."""
        beside = ", ".join(f"{count} {label.lower()}" for label, count in self.beside)
        if not self.segments:
            return f"No independent source has a place on the scale. {beside}." if beside else "No source is rated."
        inside = ", ".join(f"{segment.count} {segment.label}" for segment in self.segments)
        sources = "source" if self.rated == 1 else "sources"
        said = f"Of {self.rated} independent rated {sources}: {inside}."
        return f"{said} Not in the bar: {beside}." if beside else said


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One lean in the coverage table; `independent` is None where it was not counted apart.

    `share` of the independent outlets on the scale, in whole per cent; None where those are few, or it has no place.
    """

    label: str
    sources: int
    independent: int | None
    first: Source | None
    share: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """What the sources of one lean do with one claim."""

    reports: tuple[int, ...]
    contradicts: tuple[int, ...]
    silent: tuple[int, ...]
    unseen: tuple[int, ...]
    #: read, but whether they tell it could not be said
    unclear: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Claims by lean: a row has the claim's text and a cell for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Side(Generic[Entry]):
    """Entries of one side of the scale, in the order of their labels."""

    name: str
    entries: tuple[Entry, ...]


def coverage_bar(coverage: Coverage | HeadCoverage) -> Bar:
    """The bar of a page's coverage."""
    counts = {label: coverage.by_lean[label].independent for label in SCALE if label in coverage.by_lean}
    rated = sum(counts.values())
    segments, before = [], 0
    for label, count in counts.items():
        if count:
            segments.append(Segment(label, count, _percent(before, rated), _percent(count, rated)))
            before += count
    beside = zip(OFF_SCALE, (coverage.unrated, coverage.mixed, coverage.disputed), strict=True)
    return Bar(tuple(segments), rated, tuple((label, count) for label, count in beside if count))


def coverage_rows(coverage: Coverage, sources: Sequence[Source]) -> tuple[CoverageRow, ...]:
    """The table beside the bar: all five places, also the empty ones, then what has no place."""
    by_article = {source.article_id: source for source in sources}
    counted = {**coverage.by_lean, **coverage.beside}
    counts = {str(label): (count.sources, count.independent) for label, count in counted.items()}
    first = {str(label): by_article.get(article) for label, article in coverage.first.items()}
    rated = sum(count.independent for count in coverage.by_lean.values())
    rows = []
    for label in SCALE:
        every, own = counts.get(label, (0, 0))
        share = round(100 * own / rated) if own and rated >= LEAST_SHARED else None
        rows.append(CoverageRow(label, every, own, first.get(label), share))
    for label, count in zip(OFF_SCALE, (coverage.unrated, coverage.mixed, coverage.disputed), strict=True):
        if count:
            independent = counts[label][1] if label in counts else None
            rows.append(CoverageRow(label, count, independent, first.get(label)))
    return tuple(rows)


def owned(coverage: Coverage | HeadCoverage | model.Coverage) -> str:
    """How many owners the outlets have, as it goes on after their number; nothing where that was not counted."""
    if coverage.owners is None or not coverage.sources:
        return ""
    if coverage.owners_unknown == coverage.sources:
        return ", owners not known"
    unknown = f" ({coverage.owners_unknown} not known)" if coverage.owners_unknown else ""
    return f", {coverage.owners} {'owner' if coverage.owners == 1 else 'owners'}{unknown}"


def reuse(one: PartialReuse) -> str:
    """A reuse that is not collapsed, in a sentence."""
    if one.kind == "possible-copy":
        return f"[{one.n}] may be a copy of [{one.of}]: only the beginning was seen."
    return f"[{one.n}] and [{one.of}] share {round(100 * one.share)} % of the shorter text, [{one.of}] had it first."


def claim_matrix(claims: Sequence[PageClaim], sources: Sequence[Source]) -> Matrix:
    """Who reports, contradicts and leaves out each claim, by the lean of the source's outlet."""
    lean = {source.n: source.lean.label for source in sources}
    columns = tuple(label for label in (*SCALE, *OFF_SCALE) if label in lean.values())

    def cell(claim: PageClaim, label: str) -> Cell:
        lists = (claim.reported_by, claim.contradicted_by, claim.not_mentioned_by, claim.not_observed)
        unclear = lean.keys() - set().union(*lists)
        return Cell(*(tuple(n for n in numbers if lean.get(n) == label) for numbers in (*lists, sorted(unclear))))

    shown = claims[:MOST_CLAIMS]
    rows = tuple((claim.text, tuple(cell(claim, label) for label in columns)) for claim in shown)
    return Matrix(columns, rows, len(claims) - len(shown))


def by_side(entries: Iterable[Entry], label: Callable[[Entry], str]) -> tuple[Side[Entry], ...]:
    """`entries` by side; the three sides are always there, what has no place only if there is any."""
    listed = list(entries)
    sides = []
    for name, labels in SIDES.items():
        mine = tuple(entry for place in labels for entry in listed if label(entry) == place)
        if mine or labels is not OFF_SCALE:
            sides.append(Side(name, mine))
    return tuple(sides)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.3f}".rstrip("0").rstrip(".")

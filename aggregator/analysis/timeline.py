"""Who was first, with what; and how each side headlines the story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.analysis.coverage import is_original, telling
from aggregator.analysis.model import Claim, SourceText
from aggregator.types import Lean

#: from this many sources on, that a claim was first reported is worth an entry
MIN_REPORTERS = 2


@dataclass(frozen=True, slots=True)
class FirstReport:
    """The first article that reported something: a claim, or (claim id "") the story itself."""

    at: datetime
    article_id: str
    claim_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Headline:
    """An article's title, to be set beside those of other sides."""

    article_id: str
    title: str
    label: str


def first_reports(sources: Sequence[SourceText], claims: Sequence[Claim]) -> tuple[FirstReport, ...]:
    """The story's first report and those of the claims that several sources carry, in order of time.

    Articles without a date of publication are first in nothing: when they were found says little.
    """
    dated = {one.article_id: one for one in telling(sources) if one.published_at is not None}
    if not dated:
        return ()
    opening = next(iter(dated.values()))
    entries = [FirstReport(opening.order_at, opening.article_id, "", opening.title)]
    for claim in claims:
        reporters = [dated[key] for key in claim.reported_by if key in dated]
        if len(claim.reported_by) >= MIN_REPORTERS and reporters:
            earliest = min(reporters, key=lambda one: (one.order_at, not is_original(one), one.article_id))
            entries.append(FirstReport(earliest.order_at, earliest.article_id, claim.id, claim.text))
    return tuple(sorted(entries, key=lambda entry: (entry.at, bool(entry.claim_id), entry.article_id, entry.claim_id)))


def headlines_by_side(sources: Sequence[SourceText]) -> tuple[Headline, ...]:
    """One headline of each outlet, its own text before a copy, the earliest first; Left to Right, the unplaced last."""
    by_outlet: dict[str, SourceText] = {}
    for source in sorted(telling(sources), key=lambda one: (not is_original(one), one.order_at, one.article_id)):
        by_outlet.setdefault(source.outlet_key, source)
    chosen = sorted(by_outlet.values(), key=lambda one: (_place(one), one.order_at, one.article_id))
    return tuple(Headline(one.article_id, one.title, one.lean.text) for one in chosen)


def _place(source: SourceText) -> tuple[int, str]:
    label = source.lean.label
    return (label.position, "") if label is not None else (len(Lean), source.lean.text)

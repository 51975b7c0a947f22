"""Coverage: how many outlets tell a story, how many of them independently, for how many owners, and on which side.

Satire tells nothing and is left out. Independent is counted by whose the texts are: copies of one text are one, and so
are all texts of one outlet. The text of an agency that has no copy of it here counts as the agency's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from aggregator.analysis.model import Coverage, Origin, SideCount, SourceText
from aggregator.types import Kind, Lean, LeanState


def telling(sources: Iterable[SourceText]) -> list[SourceText]:
    """The sources that count, in order of publication."""
    return sorted(
        (one for one in sources if one.kind is not Kind.SATIRE), key=lambda one: (one.order_at, one.article_id)
    )


def is_original(source: SourceText) -> bool:
    """Whether the text is the outlet's own, as far as the story's other texts tell."""
    return source.syndication_id in ("", source.article_id)


def among(chosen: Iterable[SourceText], sources: Iterable[SourceText]) -> list[SourceText]:
    """`chosen` of a story's `sources` as they stand without the others.

    Of copies whose original was not chosen the earliest takes its place; who wrote them stays.
    """
    whole = {one.article_id: one for one in sources}
    kept = list(chosen)
    heads: dict[str, str] = {one.article_id: one.article_id for one in kept if is_original(one)}
    for one in sorted(kept, key=lambda one: (one.order_at, one.article_id)):
        heads.setdefault(one.syndication_id, one.article_id)
    return [_headed(one, heads[one.syndication_id or one.article_id], whole) for one in kept]


def _headed(one: SourceText, head: str, whole: Mapping[str, SourceText]) -> SourceText:
    first = whole.get(one.syndication_id)
    if head == one.syndication_id or first is None or is_original(one):
        return replace(one, syndication_id=head)
    return replace(one, syndication_id=head, origin=one.origin or Origin(first.outlet, first.outlet_key))


def coverage(sources: Iterable[SourceText]) -> Coverage:
    """Counts over `sources`; those of the five leans hold rated outlets only, the others stand beside them.

    `first` names the earliest article of each lean, one's own text before a copy of the same moment.
    """
    every = list(sources)
    counted = among(telling(every), every)
    by_lean = {lean.value: [one for one in counted if one.lean.label is lean] for lean in Lean}
    first: dict[str, str] = {}
    for source in sorted(counted, key=lambda one: (one.order_at, not is_original(one), one.article_id)):
        first.setdefault(source.lean.text, source.article_id)
    owners = {one.outlet_key: one.owner.casefold() for one in counted}
    unknown = sum(not owner for owner in owners.values())
    return Coverage(
        articles=len(counted),
        sources=_outlets(counted),
        independent=_voices(counted),
        by_lean={label: _side(of_lean) for label, of_lean in by_lean.items() if of_lean},
        unrated=_outlets_where(counted, lambda one: one.lean.state is LeanState.UNRATED),
        mixed=_outlets_where(counted, lambda one: one.lean.state is LeanState.MIXED),
        disputed=_outlets_where(counted, lambda one: one.lean.state is LeanState.DISPUTED),
        owners=len({owner for owner in owners.values() if owner}) + unknown,
        owners_unknown=unknown,
        first=first,
    )


def _voices(sources: Sequence[SourceText]) -> int:
    """How many outlets or agencies wrote these texts; each original stands for its copies."""
    written = [(one.origin, one.outlet_key) for one in sources if is_original(one)]
    return len({(origin.outlet_key or origin.name) if origin else own for origin, own in written})


def _side(sources: Sequence[SourceText]) -> SideCount:
    return SideCount(sources=_outlets(sources), independent=_outlets(filter(is_original, sources)))


def _outlets(sources: Iterable[SourceText]) -> int:
    return len({one.outlet_key for one in sources})


def _outlets_where(sources: Iterable[SourceText], wanted: Callable[[SourceText], bool]) -> int:
    return _outlets(filter(wanted, sources))

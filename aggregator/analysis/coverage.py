"""Coverage: how many outlets tell a story, how many of them independently, and on which side.

Satire tells nothing and is left out. An outlet is independent when it has a text of its own: outlets that only carry
another's text are counted as sources and collapsed into the original.
"""

from collections.abc import Callable, Iterable, Sequence

from aggregator.analysis.model import Coverage, SideCount, SourceText
from aggregator.types import Kind, Lean, LeanState


def telling(sources: Iterable[SourceText]) -> list[SourceText]:
    """The sources that count, in order of publication."""
    return sorted(
        (one for one in sources if one.kind is not Kind.SATIRE), key=lambda one: (one.order_at, one.article_id)
    )


def is_original(source: SourceText) -> bool:
    """Whether the text is the outlet's own, as far as the story's other texts tell."""
    return source.syndication_id in ("", source.article_id)


def coverage(sources: Iterable[SourceText]) -> Coverage:
    """Counts over `sources`; those of the five leans hold rated outlets only, the others stand beside them.

    `first` names the earliest article of each lean, one's own text before a copy of the same moment.
    """
    counted = telling(sources)
    by_lean = {lean.value: [one for one in counted if one.lean.label is lean] for lean in Lean}
    first: dict[str, str] = {}
    for source in sorted(counted, key=lambda one: (one.order_at, not is_original(one), one.article_id)):
        first.setdefault(source.lean.text, source.article_id)
    return Coverage(
        articles=len(counted),
        sources=_outlets(counted),
        independent=_outlets(filter(is_original, counted)),
        by_lean={label: _side(of_lean) for label, of_lean in by_lean.items() if of_lean},
        unrated=_outlets_where(counted, lambda one: one.lean.state is LeanState.UNRATED),
        mixed=_outlets_where(counted, lambda one: one.lean.state is LeanState.MIXED),
        disputed=_outlets_where(counted, lambda one: one.lean.state is LeanState.DISPUTED),
        first=first,
    )


def _side(sources: Sequence[SourceText]) -> SideCount:
    return SideCount(sources=_outlets(sources), independent=_outlets(filter(is_original, sources)))


def _outlets(sources: Iterable[SourceText]) -> int:
    return len({one.outlet_key for one in sources})


def _outlets_where(sources: Iterable[SourceText], wanted: Callable[[SourceText], bool]) -> int:
    return _outlets(filter(wanted, sources))

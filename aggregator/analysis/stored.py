"""An analysis as it is stored: ids, offsets and indexes into the documents, and no text but the claims' own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from aggregator.analysis.model import Analysis, Claim, Coverage, Origin, Quote, Said, SideCount, SourceText
from aggregator.analysis.sources import with_originals
from aggregator.errors import Retryable
from aggregator.stories.syndication import Reuse


def analysis_to_json(analysis: Analysis) -> dict[str, Any]:
    """Plain values of an analysis; `analysis_from_json` gives it back with the sources."""
    return {
        "sources": [
            {"article_id": one.article_id, "revision": one.revision, "syndication_id": one.syndication_id}
            for one in analysis.sources
        ],
        "origins": {one.syndication_id: asdict(one.origin) for one in analysis.sources if one.origin},
        "reuses": [asdict(reuse) for reuse in analysis.reuses],
        "coverage": asdict(analysis.coverage),
        "claims": [asdict(claim) for claim in analysis.claims],
        "quotes": [{k: v for k, v in asdict(quote).items() if k != "text"} for quote in analysis.quotes],
        "said": [asdict(said) for said in analysis.said],
        "topics": list(analysis.topics),
    }


def analysis_from_json(story_id: str, content: Mapping[str, Any], sources: Sequence[SourceText]) -> Analysis:
    """The analysis stored as `content`, over `sources` as `load_sources` gives them.

    Raises Retryable when the story has other documents by now: it has to be analysed first.
    """
    originals = {row["article_id"]: row["syndication_id"] for row in content["sources"]}
    stored = sorted((row["article_id"], row["revision"]) for row in content["sources"])
    if stored != sorted((one.article_id, one.revision) for one in sources):
        raise Retryable("analysis-outdated", "the story's documents are not those that were analysed")
    texts = {one.article_id: one.text for one in sources}
    return Analysis(
        story_id=story_id,
        sources=with_originals(sources, originals, origins_of(content)),
        coverage=coverage_of(content["coverage"]),
        claims=tuple(_claim(row) for row in content["claims"]),
        quotes=tuple(
            Quote(**row, text=texts[row["article_id"]][row["start"] : row["end"]]) for row in content["quotes"]
        ),
        said=tuple(Said(**row) for row in content["said"]),
        topics=tuple(content.get("topics") or (content["topic"],)),  # one topic until analyse/3
        reuses=reuses_of(content),
    )


def origins_of(content: Mapping[str, Any]) -> dict[str, Origin]:
    """Of the copies in a stored analysis whose author has none of them, by the id of the original, who that is."""
    return {key: Origin(**row) for key, row in content.get("origins", {}).items()}


def reuses_of(content: Mapping[str, Any]) -> tuple[Reuse, ...]:
    """Which texts of a stored analysis are in part another's."""
    return tuple(Reuse(**row) for row in content.get("reuses", ()))


def coverage_of(row: Mapping[str, Any]) -> Coverage:
    """The counts of a stored analysis."""
    by_lean = {label: SideCount(**count) for label, count in row["by_lean"].items()}
    return Coverage(**{**row, "by_lean": by_lean})


def _claim(row: Mapping[str, Any]) -> Claim:
    lists = {key: tuple(value) for key, value in row.items() if key not in ("id", "text", "members")}
    return Claim(
        id=row["id"], text=row["text"], members=tuple((article, index) for article, index in row["members"]), **lists
    )

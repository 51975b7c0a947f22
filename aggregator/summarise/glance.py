"""A short look at each page for lists: how its newest version stands, its headline and who covers it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregator.summarise.page import Coverage, Gap, StoryPage

#: new: a draft, and readers see nothing yet; changed: a draft beside what readers see or will see at the next publish;
#: unreviewed: published by the machine, and no editor has looked at it; the others as the page's status says
STATES = ("new", "changed", "unreviewed", "approved", "published", "held", "withdrawn", "merged")
_COUNTS = {"articles", "sources", "independent", "owners", "owners_unknown", "by_lean", "unrated", "mixed", "disputed"}


def glance(page: StoryPage, by: str, reason: str, at: datetime, versions: Sequence[Any], seen: Any) -> dict[str, Any]:
    """The row of `glances` for a page of which `page` is the newest version, made by `by` at `at`.

    `versions` are its versions (rows with version, status and made_by, newest first), `seen` that of readers or None.
    """
    decided = next((row.status for row in versions if row.status != "draft"), "")
    return {
        "page_id": page.id,
        "version": page.version,
        "seen": seen.version if seen else None,
        "state": _state(page, by, seen is not None or decided == "approved"),
        "status": page.status,
        "made_by": by,
        "made_at": at,
        "reason": reason,
        "headline": page.headline,
        "topic": page.topic.slug,
        "coverage": page.coverage.model_dump(mode="json", include=_COUNTS),
    }


def counts(stored: Mapping[str, Any]) -> Coverage:
    """The counts of a glance as a page has them."""
    return Coverage(**stored, gap=Gap(state="not-tested"))


def _state(page: StoryPage, by: str, goes_out: bool) -> str:
    if page.status == "draft":
        return "changed" if goes_out else "new"
    if page.status in ("published", "corrected"):
        return "published" if by == "editor" or page.provenance.reviewed else "unreviewed"
    return page.status

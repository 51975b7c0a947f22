"""The versions of pages: immutable rows, the newest of which says how a page stands, and which of them readers see."""

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.store.desk_tables import Glance
from aggregator.store.page_tables import PageRow, PageSlug
from aggregator.store.upsert import upsert
from aggregator.summarise.glance import glance
from aggregator.summarise.page import SEEN, StoryPage
from aggregator.text import sha256

MACHINE, EDITOR = "machine", "editor"
_SLUG_LENGTH = 80
#: the input of versions that a purge redacted: no analysis has it, so that the page is pending
PURGED_INPUT = "purged"


def save_version(
    session: Session, page: StoryPage, clock: Clock, *, input_sha: str, recipe: str, reason: str = "", by: str = MACHINE
) -> None:
    """Append `page` as a version, and remember its readable address."""
    content = page.as_json()
    now = clock.now()
    session.add(
        PageRow(
            id=page.id,
            version=page.version,
            content=content,
            sha256=sha256(json.dumps(content, sort_keys=True, ensure_ascii=False)),
            edition=page.provenance.edition,
            status=page.status,
            input_sha=input_sha,
            recipe=recipe,
            made_at=now,
            made_by=by,
            reason=reason,
        )
    )
    slug = page.url.rpartition("/")[2]
    upsert(session, PageSlug, [{"page_id": page.id, "slug": slug, "first_used_at": now}], update=False)
    session.flush()
    _look(session, page, by, reason, now)


def look_again(session: Session, newest: PageRow) -> None:
    """Write the short look at a page anew, whose newest version was redacted."""
    _look(session, StoryPage.model_validate(newest.content), newest.made_by, newest.reason, newest.made_at)


def _look(session: Session, page: StoryPage, by: str, reason: str, at: datetime) -> None:
    versions = _versions(session, page.id)
    upsert(session, Glance, [glance(page, by, reason, at, versions, shown(versions))])


def newest_versions() -> Any:
    """`id` and highest `version` of each page."""
    return select(PageRow.id, func.max(PageRow.version).label("version")).group_by(PageRow.id).subquery()


def is_newest() -> ColumnElement[bool]:
    """SQL condition on PageRow: it is its page's newest version."""
    newest = newest_versions()
    return select(newest.c.id).where(newest.c.id == PageRow.id, newest.c.version == PageRow.version).exists()


def seen_version(session: Session, page_id: str, *, before: datetime | None = None) -> int | None:
    """The version of a page that readers see: the newest not held back; None while an editor holds the page.

    With `before`, what they saw when only the versions made earlier were there.
    """
    row = shown(_versions(session, page_id, before))
    return row.version if row else None


def _versions(session: Session, page_id: str, before: datetime | None = None) -> Sequence[Any]:
    query = select(PageRow.version, PageRow.status, PageRow.made_by).where(PageRow.id == page_id)
    if before is not None:
        query = query.where(PageRow.made_at < before)
    return session.execute(query.order_by(PageRow.version.desc())).all()


def shown(versions: Sequence[Any]) -> Any:
    """The one of a page's versions (rows, newest first) that readers see, or None."""
    for row in versions:
        if row.status in ("held", "draft") and row.made_by == EDITOR:
            return None
        if row.status in SEEN:
            return row
    return None


def slug_of(headline: str) -> str:
    """The readable part of an address: lower-case ASCII words of the headline joined by hyphens; "story" if none."""
    plain = unicodedata.normalize("NFKD", headline).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > _SLUG_LENGTH:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or "story"

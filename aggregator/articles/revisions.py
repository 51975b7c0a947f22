"""An article's revisions: when each was read and what it changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.articles.diffs import Change, diff, word_change
from aggregator.errors import Rejected
from aggregator.store.tables import Document


@dataclass(frozen=True)
class Revision:
    """A revision beside the one before it; of the first all words are new. `kept`: its text is still stored."""

    revision: int
    current: bool
    made_at: datetime
    title: str
    title_changed: bool
    words: int
    added: int
    removed: int
    kept: bool


@dataclass(frozen=True)
class Difference:
    """What one revision says and another does not; `title` holds both titles where they differ."""

    older: int
    newer: int
    title: tuple[str, str] | None
    body: tuple[Change, ...]


def revisions(session: Session, article_id: str) -> list[Revision]:
    """The revisions of an article, oldest first."""
    found: list[Revision] = []
    title = text = ""
    query = select(Document).where(Document.article_id == article_id).order_by(Document.revision)
    for row in session.scalars(query):
        added, removed = word_change(text, row.text)
        changed = bool(found) and row.title.split() != title.split()
        words = len(row.text.split())
        found.append(
            Revision(
                row.revision, row.current, row.made_at, row.title, changed, words, added, removed, kept=bool(row.text)
            )
        )
        title, text = row.title, row.text
    return found


def difference(session: Session, article_id: str, older: int = 0, newer: int = 0) -> Difference:
    """What revision `newer` (0: the current one) changed of revision `older` (0: the one before it).

    Raises Rejected("no-revision") if there are no two such revisions.
    """
    query = select(Document).where(Document.article_id == article_id).order_by(Document.revision)
    rows = {row.revision: row for row in session.scalars(query)}
    new = rows.get(newer) if newer else next((row for row in rows.values() if row.current), None)
    before = [row for row in rows.values() if new is not None and row.revision < new.revision]
    old = rows.get(older) if older else before[-1] if before else None
    if new is None or old is None:
        known = ", ".join(map(str, rows)) or "none"
        raise Rejected("no-revision", f"there are no two such revisions of {article_id}; known: {known}")
    title = (old.title, new.title) if old.title.split() != new.title.split() else None
    return Difference(old.revision, new.revision, title, tuple(diff(old.text, new.text)))

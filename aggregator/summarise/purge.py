"""Purging: an article's text, HTML, title and vectors go for good, and so does what pages took of it.

What stays is a tombstone: the row with its address, withheld, so that it is neither fetched nor imported again, and the
decision on record. Versions of pages are otherwise immutable; this is the one exception, since what a publisher had
removed must not live on in an archive of ours.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, undefer

from aggregator.clock import Clock, rfc3339
from aggregator.store.page_tables import AnalysisRow, PageRow, SentenceVectorsRow, StoryProfile
from aggregator.store.story_tables import EmbeddingRow, Membership
from aggregator.store.tables import Article, Attempt, Document, Response
from aggregator.store.thread_tables import ThreadStory
from aggregator.summarise.page import ENDED, StoryPage
from aggregator.summarise.redact import cites, redacted
from aggregator.summarise.versions import EDITOR, PURGED_INPUT, look_again, save_version
from aggregator.text import sha256
from aggregator.types import PURGED, Rights

_BY_ARTICLE = ("fetch", "extract", "embed", "embed-sentences")
_BY_STORY = ("analyse", "summarise")


@dataclass(frozen=True)
class PurgedPage:
    """A page of which versions were redacted; `held`: readers saw, or would have seen, one of them."""

    id: str
    versions: int
    held: bool


def purge_articles(session: Session, ids: Sequence[str], reason: str) -> None:
    """Empty all that is stored of these articles; their rows stay, withheld. Doing it again changes nothing.

    Leases on them end, so that a worker that has one in hand stores nothing any more.
    """
    empty: dict[str, Any] = {"title": "", "summary": "", "authors": [], "section": "", "feed_html": None}
    withheld = PURGED + reason
    session.execute(
        update(Article).where(Article.id.in_(ids)).values(**empty, withheld=withheld, recheck_at=None, updated_at=None)
    )
    nothing: dict[str, Any] = {"title": "", "text": "", "regions": [], "authors": [], "image": None}
    texts = update(Document).where(Document.article_id.in_(ids))
    session.execute(texts.values(**nothing, text_sha256=sha256(""), rights=Rights.METADATA.value))
    session.execute(update(Response).where(Response.article_id.in_(ids)).values(html=None, html_sha=""))
    for table in (EmbeddingRow, SentenceVectorsRow):
        session.execute(delete(table).where(table.article_id.in_(ids)))
    stories = list(session.scalars(select(Membership.story_id).where(Membership.article_id.in_(ids)).distinct()))
    for analysed in (AnalysisRow, StoryProfile):
        session.execute(delete(analysed).where(analysed.story_id.in_(stories)))
    blank: dict[str, Any] = {"terms": {}, "vector": None, "features_sha": "", "input_sha": ""}
    session.execute(update(ThreadStory).where(ThreadStory.story_id.in_(stories)).values(**blank))
    session.execute(delete(Attempt).where(Attempt.stage.in_(_BY_ARTICLE), Attempt.key.in_(ids)))
    session.execute(delete(Attempt).where(Attempt.stage.in_(_BY_STORY), Attempt.key.in_(stories)))


def pages_citing(session: Session, ids: Collection[str]) -> Iterator[str]:
    """The pages of which any version has something from these articles."""
    found = ""
    query = select(PageRow.id, PageRow.content).order_by(PageRow.id, PageRow.version)
    for row in session.execute(query.execution_options(yield_per=50)):
        if row.id != found and cites(row.content, ids):
            found = row.id
            yield row.id


def purge_page(session: Session, page_id: str, ids: Collection[str], reason: str, clock: Clock) -> PurgedPage:
    """Redact every version of a page that has something from these articles.

    If its newest version has, a held one is put over all, so that readers see none until the page is written anew: the
    next run does that, if what is left of the story is enough for a page.
    """
    every = select(PageRow).options(undefer(PageRow.content)).where(PageRow.id == page_id)
    rows = session.scalars(every.order_by(PageRow.version.desc())).all()
    newest = rows[0]
    stood = _shown(rows)
    touched = [row for row in rows if cites(row.content, ids)]
    for row in touched:
        row.content = redacted(row.content, ids)
        row.input_sha = PURGED_INPUT
        row.sha256 = sha256(json.dumps(row.content, sort_keys=True, ensure_ascii=False))
    session.flush()
    held = newest.status not in ENDED and (newest in touched or any(row in touched for row in stood))
    if held:
        update = {"version": newest.version + 1, "status": "held", "updated_at": rfc3339(clock.now())}
        page = StoryPage.model_validate({**newest.content, **update})
        why = f"articles that it rested on were purged: {reason}"
        save_version(session, page, clock, input_sha=PURGED_INPUT, recipe="purge/1", reason=why, by=EDITOR)
    elif touched:
        look_again(session, newest)
    return PurgedPage(page_id, len(touched), held)


def _shown(rows: Sequence[PageRow]) -> Sequence[PageRow]:
    """The versions down to the one that readers see."""
    for at, row in enumerate(rows):
        if row.status in ("published", "corrected"):
            return rows[: at + 1]
    return rows

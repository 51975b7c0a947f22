"""Exports: JSON lines of what the database holds, each table in the order of its ids, read in pages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from aggregator.analysis.apart import Apart, told_apart
from aggregator.clock import rfc3339
from aggregator.sources.ledger import KnownRatings, may_be_passed_on
from aggregator.sources.units import NEWS
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.page_tables import PageRow
from aggregator.store.story_tables import Decision, Membership, StoryRow
from aggregator.store.tables import Article, Document, Outlet
from aggregator.store.thread_tables import ThreadStory
from aggregator.stories.decisions import undone
from aggregator.stories.ids import story_of
from aggregator.summarise.page import StoryPage, buried
from aggregator.summarise.versions import newest_versions, seen_version

_PAGE, _STORIES = 500, 50
CLAIM_LISTS = ("reported_by", "contradicted_by", "not_mentioned_by", "not_observed")

Row = dict[str, Any]


def export_articles(session: Session, now: datetime, *, with_text: bool = False) -> Iterator[Row]:
    """Each article that is not withheld, with the lean of its outlet's unit on its day, and its story.

    `syndication_id` is the article of its story whose text it carries; null for a text that nobody else there has.
    """
    names, copies = _names(session), _copies(session, now)
    known = KnownRatings(session, names, now)
    lean = cache(lambda outlet, unit, day: known.tag(outlet, unit, day).text)
    for article, document, story in _articles(session):
        unit = known.place(article.outlet_key, document.kind if document else "", article.url, article.section).unit
        row = {
            "id": article.id,
            "external_id": article.external_id or None,
            "url": article.url or None,
            "title": document.title if document else article.title,
            "outlet": names[article.outlet_key],
            "lean": lean(article.outlet_key, unit, article.order_at.date()),
            "story_id": story,
            "syndication_id": copies.get(article.id),
            "published_at": _time(article.published_at),
            "found_at": _time(article.found_at),
            "language": document.language if document else None,
            "kind": document.kind if document else None,
            "extent": document.extent if document else None,
        }
        if with_text:
            row["text"] = document.text if document else None
        yield row


def export_documents(session: Session) -> Iterator[Row]:
    """Every kept revision of every document, with the regions in which its outlet is not the one speaking."""
    last = ("", 0)
    while True:
        after = (Document.article_id > last[0]) | ((Document.article_id == last[0]) & (Document.revision > last[1]))
        kept = select(Document).join(Article, Article.id == Document.article_id).where(Article.withheld == "")
        page = kept.where(after).order_by(Document.article_id, Document.revision).limit(_PAGE)
        rows = session.scalars(page).all()
        if not rows:
            return
        for document in rows:
            yield {
                "article_id": document.article_id,
                "revision": document.revision,
                "current": document.current,
                "title": document.title,
                "text": document.text,
                "text_sha256": document.text_sha256,
                "language": document.language,
                "kind": document.kind,
                "extent": document.extent,
                "rights": document.rights,
                "regions": [{key: region[key] for key in ("start", "end", "kind")} for region in document.regions],
            }
        last = (rows[-1].article_id, rows[-1].revision)
        session.expunge_all()


def export_stories(session: Session, now: datetime) -> Iterator[Row]:
    """Each story with its members in the order of publication, and who tells it.

    Counts of copies are over the articles that have a text; `outlets` and `by_lean` over all.
    """
    names = _names(session)
    known = KnownRatings(session, names, now)
    ids = session.scalars(select(StoryRow.id).order_by(StoryRow.id)).all()
    for key, apart in _apart(session, ids, now):
        story, placed = session.get_one(StoryRow, key), session.get(ThreadStory, key)
        members = _members(session, key)
        outlets = sorted({article.outlet_key for article, _ in members})
        yield {
            "id": story.id,
            "title": story.name or _title(story, members),
            "first_at": rfc3339(story.first_at),
            "last_at": rfc3339(story.last_at),
            "articles": [
                {"id": article.id, "score": member.score, "confidence": member.confidence}
                for article, member in members
            ],
            "confidence": story.confidence,
            "outlets": [names[outlet] for outlet in outlets],
            "by_lean": _counted(known.tag(outlet, NEWS, story.first_at.date()).text for outlet in outlets),
            "sources": len(outlets),
            "independent": apart.coverage.independent if apart else 0,
            "owners": apart.coverage.owners if apart else 0,
            "owners_unknown": apart.coverage.owners_unknown if apart else 0,
            "partial_reuse": [asdict(one) for one in apart.reuses] if apart else [],
            "redirect_to": story_of(session, key).id if story.redirect_to else None,
            "locked": story.locked,
            "life": story.life or None,
            "thread_id": placed.thread_id if placed else None,
            "previous_id": placed.previous_id if placed else None,
        }
        session.expunge_all()


def _apart(session: Session, ids: Sequence[str], now: datetime) -> Iterator[tuple[str, Apart | None]]:
    """Each story with its copies told apart; None where it has no text."""
    for at in range(0, len(ids), _STORIES):
        known = told_apart(session, ids[at : at + _STORIES], now)
        yield from ((key, known.get(key)) for key in ids[at : at + _STORIES])


def _copies(session: Session, now: datetime) -> dict[str, str]:
    """The original of each text that several articles of a story carry, by all of these articles."""
    several = session.scalars(select(StoryRow.id).where(StoryRow.size > 1).order_by(StoryRow.id)).all()
    found: dict[str, str] = {}
    for _, apart in _apart(session, several, now):
        if apart:
            found |= {**{original: original for original in apart.copies.values()}, **apart.copies}
        session.expunge_all()
    return found


def _title(story: StoryRow, members: Sequence[tuple[Article, Membership]]) -> str:
    """That of the founding article, or where an editor took that out, of the first one."""
    founding = next((article.title for article, _ in members if article.id == story.founding_article_id), "")
    return founding or next((article.title for article, _ in members), "")


def export_decisions(session: Session) -> Iterator[Row]:
    """Each decision of an editor, in order, and whether it stands."""
    every = session.scalars(select(Decision).order_by(Decision.id)).all()
    gone = undone(every)
    for one in every:
        yield {
            "id": one.id,
            "at": rfc3339(one.at),
            "actor": one.actor,
            "role": one.role,
            "kind": one.kind,
            "subjects": one.subjects,
            "payload": one.payload,
            "reason": one.reason,
            "undoes": one.undoes,
            "stands": one.id not in gone,
        }


def export_pages(session: Session, status: str = "published") -> Iterator[Row]:
    """The version of each page that site and feeds show, as consumers get it: withdrawn and merged ones as tombstones.

    `status` "any" gives the newest version of each, drafts and held ones too.
    """
    newest = newest_versions()
    for page_id, last in session.execute(select(newest.c.id, newest.c.version).order_by(newest.c.id)).all():
        version = last if status == "any" else seen_version(session, page_id)
        if version is None:
            continue
        row = session.get_one(PageRow, (page_id, version), options=[undefer(PageRow.content)])
        yield buried(StoryPage.model_validate(row.content)).as_json()
        session.expunge(row)


def export_claims(session: Session) -> Iterator[Row]:
    """The claims of each page that is published, with the articles behind the numbers."""
    for page in export_pages(session):
        article = {source["n"]: source["article_id"] for source in page.get("sources", [])}
        for claim in page.get("claims", []):
            lists = {key: [article[n] for n in claim[key]] for key in CLAIM_LISTS}
            yield {"page_id": page["id"], "version": page["version"], "id": claim["id"], "text": claim["text"], **lists}


def export_ratings(session: Session) -> Iterator[Row]:
    """Every row of the lean ledger that may be passed on, superseded ones too, in the order of their recording.

    A row that a correction took the licence away from may not be, and none names a row that is left out.
    """
    public = may_be_passed_on(session.execute(select(RatingRow.id, RatingRow.supersedes, RatingRow.export)))
    allowed = select(RatingRow).where(RatingRow.export == "allow")
    for row in session.scalars(allowed.order_by(RatingRow.recorded_at, RatingRow.id)):
        if row.id not in public:
            continue
        yield {
            "id": row.id,
            "outlet": row.outlet_key,
            "unit": row.unit,
            "rater": row.rater,
            "family": row.family,
            "kind": row.kind,
            "scale": row.scale,
            "country": row.country,
            "raw": row.raw,
            "crosswalk": row.crosswalk,
            "state": row.state,
            "label": row.label,
            "position": row.position,
            "low": row.low,
            "high": row.high,
            "confidence": row.confidence,
            "method": row.method,
            "reason": row.reason,
            "url": row.url,
            "rated_on": row.rated_on.isoformat(),
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat() if row.valid_to else None,
            "recorded_at": rfc3339(row.recorded_at),
            "supersedes": row.supersedes if row.supersedes in public else None,
            "licence": row.licence,
            "attribution": row.attribution,
        }


EXPORTS: Mapping[str, Callable[..., Iterator[Row]]] = {
    "articles": export_articles,
    "documents": export_documents,
    "stories": export_stories,
    "pages": export_pages,
    "claims": export_claims,
    "ratings": export_ratings,
    "decisions": export_decisions,
}


def _articles(session: Session) -> Iterator[tuple[Article, Document | None, str | None]]:
    last = ""
    query = (
        select(Article, Document, Membership.story_id)
        .outerjoin(Document, (Document.article_id == Article.id) & Document.current)
        .outerjoin(Membership, Membership.article_id == Article.id)
        .where(Article.withheld == "")
        .order_by(Article.id)
        .limit(_PAGE)
    )
    while rows := session.execute(query.where(Article.id > last)).all():
        yield from ((article, document, story) for article, document, story in rows)
        last = rows[-1][0].id
        session.expunge_all()


def _members(session: Session, story: str) -> list[tuple[Article, Membership]]:
    query = select(Article, Membership).join(Membership, Membership.article_id == Article.id)
    rows = session.execute(query.where(Membership.story_id == story, Article.withheld == "")).all()
    return sorted(((a, m) for a, m in rows), key=lambda pair: (pair[0].published_at or pair[0].found_at, pair[0].id))


def _names(session: Session) -> dict[str, str]:
    return {row.key: row.name for row in session.execute(select(Outlet.key, Outlet.name))}


def _counted(labels: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
    return dict(sorted(counts.items()))


def _time(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None

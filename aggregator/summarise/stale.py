"""Pages whose evidence no longer stands: a passage that they cite is not in the present text of its article.

The next run writes such a page anew, for the changed text is another input; where an editor has touched the page, that
is a proposal, and what readers see rests on a text that was withdrawn until somebody decides. So it is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, undefer

from aggregator.store.desk_tables import Glance
from aggregator.store.page_tables import PageRow
from aggregator.store.story_tables import Membership
from aggregator.store.tables import Article, Document
from aggregator.summarise.page import ENDED, Evidence, StoryPage


@dataclass(frozen=True)
class Stale:
    """A passage that no longer stands, and why: "edited", or what withholds the article."""

    evidence: Evidence
    outlet: str
    why: str


@dataclass(frozen=True)
class StalePage:
    """A page as readers see it with the passages that no longer stand."""

    id: str
    version: int
    headline: str
    passages: tuple[Stale, ...]


def stale_evidence(session: Session, page: StoryPage) -> tuple[Stale, ...]:
    """The passages of `page` that are not in the current revisions of their articles, in the order of the page.

    A passage that only moved within its text, or whose blanks changed, stands.
    """
    cited = {(one.article_id, one.revision) for one in page.every_evidence()}
    articles = {article for article, _ in cited}
    known = session.execute(select(Article.id, Article.withheld).where(Article.id.in_(articles)))
    withheld = {row.id: row.withheld for row in known}
    query = select(Document.article_id, Document.revision, Document.current, Document.title, Document.text)
    rows = session.execute(query.where(Document.article_id.in_(articles))).all()
    now = {row.article_id: row for row in rows if row.current}
    then = {(row.article_id, row.revision): row for row in rows}
    outlets = {card.n: card.outlet for card in page.sources}
    found: dict[tuple[str, int, int, str], Stale] = {}
    for one in page.every_evidence():
        present, cited_row = now.get(one.article_id), then.get((one.article_id, one.revision))
        why = withheld.get(one.article_id, "unknown") or ("" if _stands(one, cited_row, present) else "edited")
        if why:
            key = (one.article_id, one.start, one.end, one.field)
            found.setdefault(key, Stale(one, outlets.get(one.n, ""), why))
    return tuple(found.values())


def stale_pages(session: Session) -> Iterator[StalePage]:
    """The pages that readers see of which a passage no longer stands; only pages with edited or withheld articles are
    read at all."""
    changed = exists().where(
        Membership.story_id == Glance.page_id,
        Article.id == Membership.article_id,
        Document.article_id == Article.id,
        Document.current,
        or_(Document.revision > 1, Article.withheld != ""),
    )
    seen = (Glance.seen.is_not(None), Glance.status.not_in(ENDED))
    query = select(Glance.page_id, Glance.seen).where(*seen, changed).order_by(Glance.page_id)
    for key, version in session.execute(query).all():
        row = session.get_one(PageRow, (key, version), options=[undefer(PageRow.content)])
        page = StoryPage.model_validate(row.content)
        session.expunge(row)
        if passages := stale_evidence(session, page):
            yield StalePage(key, page.version, page.headline, passages)


def _stands(one: Evidence, cited: object, present: object) -> bool:
    if cited is present:
        return cited is not None
    if present is None:
        return False
    passage = str(getattr(cited, one.field))[one.start : one.end] if getattr(cited, one.field, "") else one.quote
    words = " ".join(passage.removesuffix("…").split())
    return bool(words) and words in " ".join(str(getattr(present, one.field)).split())

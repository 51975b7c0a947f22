"""Articles whose text the publisher reserves: what stays is that they are there, with headline and link."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aggregator.articles.documents import save_document
from aggregator.store.tables import Article, Document, Outlet
from aggregator.types import Extent, Extracted, Kind, Rights

RECIPE = "reserved/1"


def reserve(session: Session, article: Article, rights: Rights, basis: str, *, input_sha: str, now: datetime) -> None:
    """Make the document of `article` one without text, in every revision, and drop the text that its feed carried.

    `rights` are what the publisher leaves us, and `basis` his statement; it may be the outlet's settings that forbid.
    An article that was never read gets such a document from what its feed says, if that has a title.
    """
    article.feed_html = None
    mine = Document.article_id == article.id
    current = session.scalar(select(Document).where(mine, Document.current))
    title = current.title if current is not None else article.title
    if not title:
        return
    outlet = session.get_one(Outlet, article.outlet_key)
    found = Extracted(
        title=title,
        text="",
        language=current.language if current is not None else outlet.language,
        kind=Kind.SATIRE if outlet.satire else Kind(current.kind) if current is not None else Kind.NEWS,
        extent=Extent.TEASER,
        authors=tuple(article.authors),
        rights=rights,
        rights_basis=basis,
    )
    document = save_document(session, article, found, input_sha=input_sha, recipe=RECIPE, now=now)
    session.execute(update(Document).where(mine).values(rights_basis=document.rights_basis))

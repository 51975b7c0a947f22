"""Documents in the database: revisions, and what a document teaches about its article."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from aggregator.articles.urls import article_id, article_key, is_front_page, is_redirector, without_device
from aggregator.errors import Rejected
from aggregator.sources.units import is_opinion
from aggregator.store.tables import Alias, Article, Document, Outlet
from aggregator.text import one_line, sha256
from aggregator.types import PURGED, DateTrust, Extent, Extracted, Kind, Rights, strictest

#: `date_note` of articles whose dates the operator withholds at import: no page gives them one either
DATES_WITHHELD = "withheld"
#: why an article is withheld whose page another one has; that one's id follows
SAME_PAGE = "the same page as "


def content_sha(title: str, text: str) -> str:
    """The hash of what embed, cluster and all later stages work on."""
    return sha256(f"{title}\n{text}")


def of_outlet(extracted: Extracted, outlet: Outlet, url: str | None) -> Extracted:
    """The document with what its outlet's entry says of its kind: all of it is satire, or this part is opinion."""
    if outlet.satire:
        return replace(extracted, kind=Kind.SATIRE)
    if extracted.kind is Kind.NEWS and is_opinion(outlet.units, url or "", extracted.section):
        return replace(extracted, kind=Kind.OPINION)
    return extracted


def save_document(
    session: Session,
    article: Article,
    found: Extracted,
    *,
    input_sha: str,
    recipe: str,
    now: datetime,
) -> Document:
    """Make `found` the current document of `article`: a new revision if title or text changed, else the same one."""
    outlet = session.get_one(Outlet, article.outlet_key)
    rights = strictest(Rights(outlet.rights), Rights(article.rights), found.rights)
    text = "" if rights is Rights.METADATA else found.text
    if article.date_note == DATES_WITHHELD:
        found = replace(found, published_at=None, date_trust=DateTrust.NONE)
    current = session.scalar(select(Document).where(Document.article_id == article.id, Document.current))
    sha = content_sha(found.title, text)
    if current is not None and _is_cut(current, found, rights, input_sha):
        current.input_sha, current.recipe = input_sha, recipe
        return current
    if current is None or current.content_sha != sha:
        current = _new_revision(session, article, found.title, text, sha, now)
        session.add(current)
    current.input_sha, current.recipe = input_sha, recipe
    current.language = found.language
    current.kind, current.extent, current.wire = found.kind.value, found.extent.value, found.wire
    current.regions = [{**asdict(region), "kind": region.kind.value} for region in found.regions] if text else []
    current.authors = list(found.authors or article.authors)
    current.rights, current.rights_basis = rights.value, _basis(rights, found, outlet, article)
    current.image = asdict(found.image) if found.image else None
    current.agreement = found.agreement
    current.published_at, current.date_trust = found.published_at, found.date_trust.value
    if rights is Rights.METADATA:
        older = update(Document).where(Document.article_id == article.id, Document.revision != current.revision)
        session.execute(older.values(text="", regions=[], rights=rights.value))
    _teach(session, article, found, current.revision, now)
    session.flush()
    return current


def _is_cut(current: Document, found: Extracted, rights: Rights, input_sha: str) -> bool:
    """Whether a later look at the page gave a teaser of what was read in full: a wall came up, nothing was edited."""
    cut = current.extent == Extent.FULL.value and found.extent is Extent.TEASER
    return cut and rights is not Rights.METADATA and bool(current.text) and current.input_sha != input_sha


def _basis(rights: Rights, found: Extracted, outlet: Outlet, article: Article) -> str:
    """The statement that narrowed the rights; the publisher's own goes before ours."""
    if rights is Rights.FULL:
        return ""
    if found.rights is rights:
        return found.rights_basis
    return "settings of the outlet" if outlet.rights == rights.value else "rights of the article"


def _new_revision(session: Session, article: Article, title: str, text: str, sha: str, now: datetime) -> Document:
    newest = session.scalar(select(func.max(Document.revision)).where(Document.article_id == article.id)) or 0
    session.execute(update(Document).where(Document.article_id == article.id).values(current=False))
    return Document(
        article_id=article.id,
        revision=newest + 1,
        current=True,
        input_sha="",
        recipe="",
        title=title,
        text=text,
        text_sha256=sha256(text),
        content_sha=sha,
        language="",
        kind="",
        extent="",
        regions=[],
        authors=[],
        made_at=now,
    )


def _teach(session: Session, article: Article, found: Extracted, revision: int, now: datetime) -> None:
    """An article without a date of its feed takes the page's, unless that is a guess; `rel=canonical` is an alias.

    If that is another article's address already, this one is the same page and is withheld.
    """
    date = found.published_at if found.date_trust in (DateTrust.FEED, DateTrust.PAGE) else None
    if article.published_at is None and date is not None and date <= now:
        article.published_at = article.order_at = date
    article.title = article.title or found.title
    article.section = article.section or found.section
    if not found.canonical_url:
        return
    try:
        key = article_key(found.canonical_url)
        identity = article_id(found.canonical_url)
    except Rejected:
        return
    outlet = session.get_one(Outlet, article.outlet_key)
    if not _is_own(found.canonical_url, article.url, outlet.domains) or is_front_page(found.canonical_url):
        return  # neither another site nor a front page may be claimed
    if is_redirector(found.canonical_url):
        return  # nor what leads to anybody's pages
    alias = session.get(Alias, key)
    known = session.get(Article, alias.article_id if alias else identity)
    if known is None:
        session.add(Alias(url_key=key, article_id=article.id))
    elif known.id != article.id and revision == 1 and _is_same(session, known, found):
        article.withheld = SAME_PAGE + known.id


def _is_same(session: Session, known: Article, found: Extracted) -> bool:
    """Whether a page that calls itself by another article's address is that article, under a further one.

    Title or text must agree, for some sites name one address on all their pages; an article that was purged stays so
    under every address.
    """
    if known.withheld:
        return known.withheld.startswith(PURGED)
    text = session.scalar(select(Document.text_sha256).where(Document.article_id == known.id, Document.current))
    return one_line(known.title) == one_line(found.title) or text == sha256(found.text)


def _is_own(url: str, own: str, domains: Sequence[str]) -> bool:
    """Whether `url` is on the host of `own`, for whatever device, or on a domain that is the outlet's by its settings.

    Another name below the same registrable domain may be another outlet.
    """
    host = without_device(urlsplit(url).hostname or "")
    return host in {without_device(urlsplit(own).hostname or ""), *map(without_device, domains)}

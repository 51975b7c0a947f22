"""Pages of a WARC file as articles: each gets a response, so that extraction does the rest as with a fetched page."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from aggregator.articles.archive import ImportReport, OutletNames
from aggregator.articles.documents import DATES_WITHHELD
from aggregator.articles.fetch import RECIPE
from aggregator.articles.urls import article_id, article_key
from aggregator.articles.warc import WarcPage
from aggregator.net.urls import split
from aggregator.sources.domains import Domains
from aggregator.store.tables import Alias, Article, Document, Response
from aggregator.text import sha256


def save_pages(
    session: Session,
    pages: Iterable[WarcPage],
    outlets: OutletNames,
    now: datetime,
    report: ImportReport,
    *,
    most: int,
    with_dates: bool = True,
) -> None:
    """Store a batch of pages, of each at most `most` bytes; of one URL the newest, and nothing twice.

    The outlet is the one that has the page's domain; an unknown one is created, unrated. An article that a feed brought
    takes the page if it has none of its own.
    """
    domains = Domains(session)
    for page in pages:
        alias = session.get(Alias, article_key(page.url))
        article = session.get(Article, alias.article_id if alias else article_id(page.url))
        html_sha = sha256(page.html)
        crawled = min(page.fetched_at, now)
        if article is None:
            outlet = domains.owner(page.url) or outlets.key(session, split(page.url).host)
            article = _article(page, outlet, now, crawled if with_dates else now, html_sha, with_dates)
            session.add(article)
            session.flush()
            report.new += 1
        elif not _is_newer(session, article, crawled):
            report.unchanged += 1
            continue
        else:
            if article.origin == "import":
                article.entry_sha, article.updated_at = html_sha, now
            report.changed += 1
        session.merge(_response(page, article, crawled, html_sha, most))


def _response(page: WarcPage, article: Article, crawled: datetime, html_sha: str, most: int) -> Response:
    return Response(
        article_id=article.id,
        input_sha=article.entry_sha,
        recipe=RECIPE,
        final_url=page.url,
        content_type=page.content_type,
        html=page.html[:most],
        html_sha=html_sha,
        fetched_at=crawled,
        rights=page.rights.value,
        rights_basis=page.rights_basis,
    )


def _is_newer(session: Session, article: Article, crawled: datetime) -> bool:
    """Whether the article may take the page: it is not withheld, and has no text but that of an older crawl."""
    if article.withheld:
        return False
    response = session.get(Response, article.id)
    if response is None:
        return session.get(Document, (article.id, 1)) is None
    return article.origin == "import" and response.fetched_at < crawled


def _article(
    page: WarcPage, outlet: str, now: datetime, order_at: datetime, entry_sha: str, with_dates: bool
) -> Article:
    return Article(
        id=article_id(page.url),
        url=page.url,
        outlet_key=outlet,
        origin="import",
        found_at=now,
        order_at=order_at,
        entry_sha=entry_sha,
        date_note="" if with_dates else DATES_WITHHELD,
    )

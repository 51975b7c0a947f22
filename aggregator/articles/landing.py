"""Where an article's address led: other addresses it is known by from now on, and whose article it turns out to be."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.articles.documents import SAME_PAGE
from aggregator.articles.urls import article_id, article_key, canonical, is_front_page
from aggregator.errors import Rejected
from aggregator.sources.domains import Domains
from aggregator.store.tables import Alias, Article, Document


def leads_to_front_page(url: str, final_url: str) -> bool:
    """Whether a redirect led to a site's front page: what sites do with addresses of articles that they took away."""
    return is_front_page(final_url) and not is_front_page(url)


def land(session: Session, domains: Domains, article: Article, final_url: str) -> bool:
    """Note where the page of `article` was found; whether that page is to be stored as the article's.

    An address of no listed outlet's (a redirector's, an aggregator's) may lead to a listed outlet's page: the article
    is that outlet's, and what another's feed said of it is dropped. It takes that page's address, too, for the one that
    it came by may lead elsewhere tomorrow. From a listed outlet's own address to another's page is a trick or a
    mistake: the article is withheld. So is one whose page is known as another article already. Else the final address
    becomes an alias.
    """
    owner = domains.owner(final_url)
    moves = owner is not None and owner != article.outlet_key
    if owner is not None and owner != article.outlet_key:
        if domains.owner(article.url) is not None:
            article.withheld = f"its address leads to a page of {owner}"
            return False
        article.outlet_key = owner
        article.title = article.summary = article.section = ""
        article.authors, article.feed_html = [], None
    is_its_own = _is_its_own(session, article, final_url)
    if moves and is_its_own:
        article.url = canonical(final_url)
    return is_its_own


def _is_its_own(session: Session, article: Article, final_url: str) -> bool:
    """Make the final address an alias, unless it is another article's: then this one is the same page."""
    try:
        key, identity = article_key(final_url), article_id(final_url)
    except Rejected:
        return True
    if identity == article.id or leads_to_front_page(article.url, final_url):
        return True
    alias = session.get(Alias, key)
    known = session.get(Article, alias.article_id if alias else identity)
    if known is None:
        session.add(Alias(url_key=key, article_id=article.id))
        session.flush()
        return True
    if known.id == article.id or known.outlet_key != article.outlet_key or known.withheld:
        return True
    if (
        alias is not None
        and session.scalar(select(Document.revision).where(Document.article_id == known.id).limit(1)) is None
    ):
        return True  # where several addresses end and nothing was read is a wall, not an article
    article.withheld = SAME_PAGE + known.id
    own = article_key(article.url)
    if session.get(Alias, own) is None:
        session.add(Alias(url_key=own, article_id=known.id))
        session.flush()
    return False

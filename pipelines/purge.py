"""A purge as a whole: under the run's lock, in steps that can be done again, ending with site and feeds without it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from aggregator.articles.documents import SAME_PAGE
from aggregator.errors import Rejected
from aggregator.publish.publish import publish
from aggregator.store.tables import Article, Document, Outlet
from aggregator.stories.decisions import PURGE, record, signed
from aggregator.summarise.actions import ROLE
from aggregator.summarise.purge import PurgedPage, pages_citing, purge_articles, purge_page
from aggregator.types import PURGED
from pipelines.batch import Instance
from pipelines.lock import run_lock
from pipelines.trace import find_article

_AT_ONCE = 200


@dataclass(frozen=True)
class Purge:
    """What a purge did, or would do: of how many articles it was asked for, which were purged before, and pages."""

    articles: int
    before: int
    documents: int
    pages: tuple[PurgedPage, ...]


def purge(
    instance: Instance,
    *,
    url: str = "",
    outlet: str = "",
    actor: str,
    reason: str,
    dry_run: bool = False,
    wait_seconds: float = 0,
) -> Purge:
    """Purge one article (`url`: any address or id it is known by; what turned out to be the same page goes with it) or
    all of an outlet.

    Killed at any moment, it is finished by doing it again. Raises LockHeld while a run is under way; Rejected:
    "incomplete" without an actor or reason, "no-article", "no-outlet".
    """
    actor, reason = signed(actor, reason)
    subject, ids = _meant(instance, url, outlet)
    with instance.store.read() as session:
        documents = session.scalar(select(func.count()).where(Document.article_id.in_(ids), Document.text != "")) or 0
        done = select(Article.id).where(Article.id.in_(ids), Article.withheld.startswith(PURGED, autoescape=True))
        before = set(session.scalars(done))
    if dry_run:
        pages = tuple(PurgedPage(key, 0, held=False) for key in _pages(instance, ids))
        return Purge(len(ids), len(before), documents, pages)
    todo = [key for key in ids if key not in before]
    with run_lock(instance.store, wait_seconds=wait_seconds):
        if todo or _pages(instance, ids):
            with instance.store.write() as session:
                counts = {"articles": len(todo)}
                record(session, instance.clock, PURGE, [subject], counts, actor=actor, role=ROLE, reason=reason)
        for start in range(0, len(todo), _AT_ONCE):
            with instance.store.write() as session:
                purge_articles(session, todo[start : start + _AT_ONCE], reason)
        purged = []
        for key in _pages(instance, ids):
            with instance.store.write() as session:
                purged.append(purge_page(session, key, set(ids), reason, instance.clock))
        publish(instance.store, instance.settings, instance.topics, instance.data, instance.clock)
    return Purge(len(ids), len(before), documents, tuple(purged))


def _pages(instance: Instance, ids: Sequence[str]) -> list[str]:
    with instance.store.read() as session:
        return list(pages_citing(session, set(ids)))


def _meant(instance: Instance, url: str, outlet: str) -> tuple[str, Sequence[str]]:
    with instance.store.read() as session:
        if outlet:
            if session.get(Outlet, outlet) is None:
                raise Rejected("no-outlet", f"there is no outlet {outlet}")
            query = select(Article.id).where(Article.outlet_key == outlet).order_by(Article.id)
            return f"outlet {outlet}", session.scalars(query).all()
        article = find_article(session, url)
        if article is None:
            raise Rejected("no-article", f"no article is known as {url}")
        copies = select(Article.id).where(Article.withheld == SAME_PAGE + article.id).order_by(Article.id)
        return article.id, [article.id, *session.scalars(copies)]

"""Extract: a fetched page becomes a document, and a changed text a new revision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, undefer

from aggregator.articles.boilerplate import mark_boilerplate, withhold_repeated
from aggregator.articles.documents import save_document
from aggregator.articles.extraction import extract_page
from aggregator.clock import Clock
from aggregator.errors import ItemError, Rejected
from aggregator.executors import TimeLimitPassed, memory_limit, time_limit
from aggregator.setting_sections import ExtractSettings
from aggregator.sources.units import is_opinion
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.sessions import exclusive
from aggregator.store.tables import Article, Document, Outlet, Response
from aggregator.types import Extracted, Page, Rights


def extract_recipe(settings: ExtractSettings) -> str:
    """What a document depends on besides its page: another recipe makes all pages that are kept pending again."""
    return f"extract/3 min_chars={settings.min_chars}"


@dataclass(frozen=True)
class FetchedArticle:
    """A page waiting to be read. `page` is filled in once the item is leased."""

    key: str
    input_sha: str
    page: Page | None = None


@dataclass(frozen=True)
class Read:
    """A page's document."""

    article_id: str
    input_sha: str
    extracted: Extracted


def _drop_page(session: Session, article: Article) -> None:
    """Of a text that is reserved nothing is kept: neither the page nor what the feed carried."""
    article.feed_html = None
    session.execute(update(Response).where(Response.article_id == article.id).values(html=None))


class Extract(Stage[FetchedArticle, Read]):
    """Responses become documents. Runs in processes, never in threads: lxml's users crash in threads."""

    name = "extract"
    batch_size = 16
    lease = timedelta(minutes=15)

    def __init__(self, settings: ExtractSettings, clock: Clock, *, robot: str = "") -> None:
        """`robot` is the name by which rules for robots know us."""
        self.settings, self.clock, self.robot = settings, clock, robot
        self.recipe = extract_recipe(settings)

    def pending(self, session: Session, limit: int) -> Sequence[FetchedArticle]:
        """Responses whose body is there and has no current document yet, the newest articles first."""
        done = exists().where(
            Document.article_id == Response.article_id,
            Document.current,
            Document.input_sha == Response.html_sha,
            Document.recipe == self.recipe,
        )
        query = (
            select(Response.article_id, Response.html_sha)
            .join(Article, Article.id == Response.article_id)
            .where(Article.withheld == "", Response.html.is_not(None), ~done)
            .where(leases.available(self.name, Response.article_id, Response.html_sha, self.clock.now()))
            .order_by(Article.published_at.desc().nulls_last(), Article.id)
            .limit(limit)
        )
        return [FetchedArticle(key, html_sha) for key, html_sha in session.execute(query)]

    def load(self, session: Session, items: Sequence[FetchedArticle]) -> Sequence[FetchedArticle]:
        """The pages themselves, with what the feed and the outlet's settings say of them."""
        query = (
            select(Response, Article, Outlet)
            .join(Article, Article.id == Response.article_id)
            .join(Outlet, Outlet.key == Article.outlet_key)
            .options(undefer(Response.html), undefer(Article.feed_html))
        )
        loaded = []
        for item in items:
            response, article, outlet = session.execute(query.where(Response.article_id == item.key)).one()
            page = self._page(response, article, outlet)
            loaded.append(replace(item, input_sha=response.html_sha, page=page))
        return loaded

    def _page(self, response: Response, article: Article, outlet: Outlet) -> Page:
        return Page(
            url=response.final_url or article.url,
            html=response.html or b"",
            content_type=response.content_type,
            title=article.title,
            published_at=article.published_at,
            language=outlet.language,
            section=article.section,
            satire=outlet.satire,
            opinion=is_opinion(outlet.units, response.final_url or article.url, article.section),
            feed_html=(article.feed_html or b"").decode("utf-8", "replace"),
            fetched_at=response.fetched_at,
            rights=Rights(response.rights),
            rights_basis=response.rights_basis,
            tdm_basis=outlet.tdm_basis,
            robot=self.robot,
        )

    def process(self, batch: Sequence[FetchedArticle]) -> Sequence[Read | ItemError]:
        """Read each page; one that cannot be read is rejected with its reason."""
        return [self._read(item) for item in batch]

    def _read(self, item: FetchedArticle) -> Read | ItemError:
        if item.page is None:
            raise ValueError(f"{item.key} was not loaded")
        try:
            with memory_limit(self.settings.memory_mb), time_limit(self.settings.timeout):
                return Read(item.key, item.input_sha, extract_page(item.page, self.settings))
        except ItemError as error:
            return error
        except TimeLimitPassed:
            return Rejected("timeout", f"reading the page took longer than {self.settings.timeout:g} s")
        except MemoryError:
            return Rejected("too-much-memory", f"reading the page took more than {self.settings.memory_mb} MB")

    def save(self, session: Session, results: Sequence[Read]) -> None:
        """Store each document as its article's current revision.

        One process at a time: what stands on one page changes the documents and articles of others.
        """
        exclusive(session, "aggregator-documents")
        for result in results:
            article = session.get_one(Article, result.article_id)
            known = session.scalar(select(exists().where(Document.article_id == article.id)))
            document = save_document(
                session,
                article,
                result.extracted,
                input_sha=result.input_sha,
                recipe=self.recipe,
                now=self.clock.now(),
            )
            if document.rights == Rights.METADATA:  # the page itself says so
                _drop_page(session, article)
            if not withhold_repeated(session, article, document):
                mark_boilerplate(session, article, document, self.clock.now(), count=not known)

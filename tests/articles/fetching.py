"""Articles on loopback sites, and what fetching them left in the database."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from aggregator.articles.extract import Extract
from aggregator.articles.fetch import Fetch
from aggregator.articles.urls import article_id
from aggregator.clock import Clock
from aggregator.settings import Settings
from aggregator.stage import Tally, drain
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Attempt, Document, Outlet, Response

PATH = "lantern.example/bridge"
URL = f"http://{PATH}"
KEY = article_id(URL)
HOUR = timedelta(hours=1)
WALLED = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'


def add(store: Store, clock: Clock, url: str = URL, outlet: str = "lantern", **more: Any) -> str:
    """An article of an outlet on `outlet`.example."""
    now = clock.now()
    with store.write() as session:
        for key in ("lantern", "beacon"):
            if session.get(Outlet, key) is None:
                session.add(Outlet(key=key, name=key.title(), domains=[f"{key}.example"], language="en"))
        session.flush()
        values = {"title": "Bridge closed", "entry_sha": "e1", **more}
        key = article_id(url)
        session.add(
            Article(id=key, url=url, outlet_key=outlet, origin="feed", found_at=now, order_at=now, **values)  # type: ignore[arg-type]
        )
    return key


def fetch(store: Store, clock: Clock, settings: Settings, *, after: timedelta | None = None) -> Tally:
    """Fetch and extract what is due `after` so long."""
    if after:
        clock.move(clock.now() + after)
    tally = drain(Fetch(settings, clock), store, clock)
    drain(Extract(settings.extract, clock), store, clock)
    return tally


def article(store: Store, key: str = KEY) -> Article:
    with store.read() as session:
        return session.get_one(Article, key)


def revisions(store: Store, key: str = KEY) -> list[Document]:
    with store.read() as session:
        return list(session.scalars(select(Document).where(Document.article_id == key).order_by(Document.revision)))


def response(store: Store, key: str = KEY) -> Response | None:
    with store.read() as session:
        return session.get(Response, key, options=[undefer(Response.html)])


def reasons(store: Store) -> dict[str, str]:
    with store.read() as session:
        return {row.stage: row.reason for row in session.scalars(select(Attempt))}

"""A small made-up archive with vectors: articles of a few events over several days, embedded as the stage would."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.settings import Settings
from aggregator.stage import drain
from aggregator.store.columns import Vector
from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow
from aggregator.store.tables import Article, Document, Outlet
from aggregator.stories.cluster import Cluster
from aggregator.stories.embed import embed_recipe
from aggregator.text import sha256

START = datetime(2026, 10, 1, 6, tzinfo=UTC)
SETTINGS = Settings()
WORDS = [
    "harbor",
    "mayor",
    "bridge",
    "ferry",
    "strike",
    "council",
    "flood",
    "levee",
    "school",
    "budget",
    "court",
    "verdict",
    "wildfire",
    "smoke",
    "merger",
    "chips",
    "hospital",
    "nurses",
    "subway",
    "fare",
    "stadium",
    "vote",
    "recount",
    "drought",
    "river",
    "dam",
    "airport",
    "union",
    "farmers",
    "tariff",
]


def article_id(number: int) -> str:
    return f"a_{number:04d}"


def cluster_stage(clock: Clock) -> Cluster:
    return Cluster(SETTINGS.cluster, SETTINGS.embed, ("en",), clock)


def place(store: Store, clock: Clock) -> None:
    """Cluster whatever was added."""
    drain(cluster_stage(clock), store, clock)


def add_articles(session: Session, numbers: Sequence[int], *, events: int = 6, per_day: int = 8) -> None:
    """Articles about one of `events` events each, `per_day` of them a day."""
    for number in numbers:
        at = START + timedelta(days=number // per_day, minutes=number % per_day)
        add_article(session, article_id(number), number % events, at, number)


def add_article(
    session: Session, key: str, event: int, at: datetime, number: int, *, dated: bool = True, text: str | None = None
) -> None:
    """An article about an event of that number (0 to 6); `number` makes its text differ from that of the others."""
    if session.get(Outlet, "post") is None:
        session.add(Outlet(key="post", name="The Post"))
        session.flush()
    vector = np.random.default_rng(event).normal(size=384) + np.random.default_rng(1000 + number).normal(size=384) / 3
    unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    title = " ".join(WORDS[4 * event : 4 * event + 4]) if text is None else ""
    if text is None:
        text = " ".join(random.Random(number).choices(WORDS[4 * event : 4 * event + 5], k=40))
    sha = sha256(title + text + key)
    session.add(
        Article(
            id=key,
            url=f"https://post.example/{number}",
            outlet_key="post",
            origin="import",
            title=title,
            published_at=at if dated else None,
            found_at=at,
            order_at=at,
            entry_sha=sha,
        )
    )
    session.flush()
    session.add(
        Document(
            article_id=key,
            revision=1,
            current=True,
            input_sha=sha,
            recipe="test",
            title=title,
            text=text,
            text_sha256=sha256(text),
            content_sha=sha,
            language="en",
            kind="news",
            extent="full",
            regions=[],
            authors=[],
            published_at=at if dated else None,
            date_trust="feed",
            made_at=at,
        )
    )
    session.add(
        EmbeddingRow(
            article_id=key,
            recipe=embed_recipe(SETTINGS.embed),
            input_sha=sha,
            space="test",
            engine="test",
            vector=unit,
            made_at=at,
        )
    )
    session.flush()

"""Embed: a document becomes a vector of its title and first words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from aggregator.clock import Clock
from aggregator.errors import ItemError, Rejected
from aggregator.setting_sections import EmbedSettings
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.columns import Vector
from aggregator.store.story_tables import EmbeddingRow, Membership
from aggregator.store.tables import Article, Attempt, Document
from aggregator.store.upsert import upsert
from aggregator.stories.embedding import lead, load_embedder, refuse_strange, space_of
from aggregator.types import MANY_EVENTS

log = structlog.get_logger()


def embed_recipe(settings: EmbedSettings) -> str:
    """What a vector depends on besides its text: another recipe makes all documents pending again.

    Vectors are found by their recipe, which holds the space: those of two spaces are never compared. Raises as
    `space_of`.
    """
    return f"embed/2 {space_of(settings.model, settings.max_tokens, settings.engine)} lead={settings.lead_words}"


def is_re_embedding(session: Session, recipe: str, languages: Sequence[str], start: datetime, end: datetime) -> bool:
    """Whether articles of stories from `start` to `end` have a vector by another recipe and wait for theirs.

    An article placed meanwhile would miss its neighbours and found a story of its own. What failed to be embedded is
    not waited for.
    """
    by = aliased(EmbeddingRow)
    failed = exists().where(
        Attempt.stage == Embed.name,
        Attempt.key == Document.article_id,
        Attempt.input_sha == Document.content_sha,
        Attempt.tries > 0,
    )
    waiting = (
        select(Document.article_id)
        .join(Article, Article.id == Document.article_id)
        .join(Membership, Membership.article_id == Article.id)
        .where(Document.current, Document.language.in_(languages), Article.withheld == "", ~failed)
        .where(Document.kind.not_in(MANY_EVENTS))  # one that became a round-up gets no vector any more
        .where(Article.order_at >= start, Article.order_at < end)
        .where(exists().where(EmbeddingRow.article_id == Article.id, EmbeddingRow.input_sha == Document.content_sha))
        .where(~exists().where(by.article_id == Article.id, by.recipe == recipe))
    )
    if session.scalar(waiting.limit(1)) is None:
        return False
    log.info("waiting-for-vectors", start=str(start.date()), end=str(end.date()), recipe=recipe)
    return True


@dataclass(frozen=True)
class Readable:
    """A document without a vector. `text` is what will be embedded, filled in once the item is leased."""

    key: str
    input_sha: str
    text: str = ""


@dataclass(frozen=True, eq=False)
class Embedded:
    """A document's unit vector, the space that it lives in and the engine that made it."""

    article_id: str
    input_sha: str
    space: str
    engine: str
    vector: Vector


class Embed(Stage[Readable, Embedded]):
    """Documents become embeddings: one text per call, so that a vector depends on its own text alone."""

    name = "embed"
    batch_size = 32
    lease = timedelta(minutes=30)

    def __init__(self, settings: EmbedSettings, languages: Sequence[str], clock: Clock) -> None:
        self.settings, self.languages, self.clock = settings, tuple(languages), clock
        self.recipe = embed_recipe(settings)
        self.space = space_of(settings.model, settings.max_tokens, settings.engine)

    def pending(self, session: Session, limit: int) -> Sequence[Readable]:
        """Current documents of one event in a supported language without a vector of their present content."""
        done = exists().where(
            EmbeddingRow.article_id == Document.article_id,
            EmbeddingRow.recipe == self.recipe,
            EmbeddingRow.input_sha == Document.content_sha,
        )
        query = (
            select(Document.article_id, Document.content_sha)
            .join(Article, Article.id == Document.article_id)
            .where(Document.current, Document.language.in_(self.languages), Article.withheld == "", ~done)
            .where(Document.kind.not_in(MANY_EVENTS))
            .where(leases.available(self.name, Document.article_id, Document.content_sha, self.clock.now()))
            .order_by(Article.order_at.desc(), Document.article_id)  # after a change of model, the news first
            .limit(limit)
        )
        return [Readable(key, content_sha) for key, content_sha in session.execute(query)]

    def load(self, session: Session, items: Sequence[Readable]) -> Sequence[Readable]:
        """The words to be embedded."""
        query = select(Document.article_id, Document.content_sha, Document.title, Document.text)
        wanted = query.where(Document.current, Document.article_id.in_([item.key for item in items]))
        rows = {row.article_id: row for row in session.execute(wanted)}
        words = self.settings.lead_words
        return [
            replace(item, input_sha=row.content_sha, text=lead(row.title, row.text, words))
            for item, row in ((item, rows[item.key]) for item in items)
        ]

    def process(self, batch: Sequence[Readable]) -> Sequence[Embedded | ItemError]:
        """One vector each; a document without a word is rejected."""
        one = self.settings
        embedder = load_embedder(one.model, one.max_tokens, one.threads, one.engine)
        refuse_strange(embedder, self.space)
        wordy = [item for item in batch if any(c.isalnum() for c in item.text)]
        vectors = dict(zip((i.key for i in wordy), embedder.embed([i.text for i in wordy]), strict=True))
        return [
            Embedded(item.key, item.input_sha, embedder.space, embedder.engine, vectors[item.key])
            if item.key in vectors
            else Rejected("no-words", "title and text hold no word")
            for item in batch
        ]

    def save(self, session: Session, results: Sequence[Embedded]) -> None:
        """Store the vectors, each replacing the one of the document's older content."""
        now = self.clock.now()
        rows = [
            {
                "article_id": result.article_id,
                "recipe": self.recipe,
                "input_sha": result.input_sha,
                "space": result.space,
                "engine": result.engine,
                "vector": result.vector,
                "made_at": now,
            }
            for result in results
        ]
        upsert(session, EmbeddingRow, rows)

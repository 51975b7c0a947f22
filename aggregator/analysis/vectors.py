"""Embed-sentences: the sentences of a document become vectors, once for each revision.

Only documents of stories that may get a page are embedded, since a sentence costs as much as an article does. The
vectors of an old story are emptied once its page stands, and made again only when its articles change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from sqlalchemy import ColumnElement, Subquery, Text, and_, cast, delete, distinct, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from aggregator.analysis.sentences import split_sentences
from aggregator.clock import Clock
from aggregator.errors import ItemError
from aggregator.setting_sections import EmbedSettings
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.columns import Vector
from aggregator.store.page_tables import AnalysisRow, SentenceVectorsRow
from aggregator.store.story_tables import Membership, StoryRow
from aggregator.store.tables import Article, Document
from aggregator.store.upsert import upsert
from aggregator.stories.embedding import load_embedder, refuse_strange, space_of
from aggregator.types import READ_KINDS, Rights

NAME = "embed-sentences"


def sentence_recipe(settings: EmbedSettings) -> str:
    """What the vectors depend on besides the text; to be counted up when the splitter cuts differently."""
    return f"sentences/3 {space_of(settings.model, settings.max_tokens, settings.engine)}"


def stories_worth_a_page(languages: Sequence[str], min_articles: int, min_outlets: int) -> Subquery:
    """The stories with enough articles in these languages from enough outlets; satire counts for nothing.

    Columns: `story_id`, the number of `articles`, and by which `recipes` (first and last) their documents were made,
    since another reading of the same text may mark other regions.
    """
    recipes = (func.min(Document.recipe) + " " + func.max(Document.recipe)).label("recipes")
    return (
        select(Membership.story_id, func.count().label("articles"), recipes)
        .join(StoryRow, StoryRow.id == Membership.story_id)
        .join(Article, Article.id == Membership.article_id)
        .join(Document, and_(Document.article_id == Article.id, Document.current))
        .where(StoryRow.redirect_to.is_(None), StoryRow.size >= min_articles)
        .where(Article.withheld == "", Document.language.in_(languages), Document.kind.in_(READ_KINDS))
        .group_by(Membership.story_id)
        .having(func.count() >= min_articles, func.count(distinct(Article.outlet_key)) >= min_outlets)
        .subquery()
    )


def has_vectors(recipe: str) -> ColumnElement[bool]:
    """SQL condition on Document: the vectors of its present content are there."""
    return exists().where(
        SentenceVectorsRow.article_id == Document.article_id,
        SentenceVectorsRow.revision == Document.revision,
        SentenceVectorsRow.recipe == recipe,
        SentenceVectorsRow.content_sha == Document.content_sha,
    )


def articles_state(worthy: Subquery) -> ColumnElement[str]:
    """SQL expression on StoryRow: changes with the articles of a story worth a page, and how an analysis's
    `input_sha` begins."""
    return StoryRow.members_sha + ":" + cast(worthy.c.articles, Text) + ":" + worthy.c.recipes + ":"


def is_settled(worthy: Subquery) -> ColumnElement[bool]:
    """SQL condition on StoryRow: its articles are as they were analysed."""
    state = articles_state(worthy)
    begins = func.substr(AnalysisRow.input_sha, 1, func.length(state)) == state
    return exists().where(AnalysisRow.story_id == StoryRow.id, begins).correlate(StoryRow, worthy)


def is_embeddable(languages: Sequence[str]) -> ColumnElement[bool]:
    """SQL condition on Document and Article: its sentences may be read, and are worth it."""
    return and_(
        Document.current,
        Document.language.in_(languages),
        Document.rights == Rights.FULL.value,
        Document.kind.in_(READ_KINDS),
        Article.withheld == "",
    )


def is_emptied() -> ColumnElement[bool]:
    """SQL condition on Document: the vectors of its present content were made and pruned."""
    return exists().where(
        SentenceVectorsRow.article_id == Document.article_id,
        SentenceVectorsRow.revision == Document.revision,
        SentenceVectorsRow.content_sha == Document.content_sha,
        SentenceVectorsRow.count > 0,
        func.length(SentenceVectorsRow.vectors) == 0,
    )


def has_emptied(story_id: InstrumentedAttribute[str], languages: Sequence[str]) -> ColumnElement[bool]:
    """SQL condition: the vectors of a readable article of the story were pruned, so that nothing can be computed of
    it."""
    return exists().where(
        Membership.story_id == story_id,
        Article.id == Membership.article_id,
        Document.article_id == Article.id,
        is_embeddable(languages),
        is_emptied(),
    )


def unpack(row: SentenceVectorsRow) -> Vector:
    """The stored block as a (count, dimension) array, read-only; without rows if it was pruned."""
    if not row.vectors:
        return np.zeros((0, 0), np.float32)
    return np.frombuffer(row.vectors, "<f4").reshape(row.count, -1)


@dataclass(frozen=True)
class Unembedded:
    """A document without sentence vectors. `sentences` is filled in once the item is leased."""

    key: str
    input_sha: str
    revision: int
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class EmbeddedSentences:
    """The unit vectors of a document's sentences, (n, dimension), with the space that they live in."""

    article_id: str
    revision: int
    content_sha: str
    space: str
    engine: str
    vectors: Vector


class SentenceVectors(Stage[Unembedded, EmbeddedSentences]):
    """Documents of stories worth a page get a vector for each of their sentences."""

    name = NAME
    batch_size = 8
    lease = timedelta(minutes=30)

    def __init__(
        self,
        settings: EmbedSettings,
        languages: Sequence[str],
        clock: Clock,
        *,
        min_articles: int = 3,
        min_outlets: int = 2,
    ) -> None:
        self.settings, self.languages, self.clock = settings, tuple(languages), clock
        self.min_articles, self.min_outlets = min_articles, min_outlets
        self.recipe = sentence_recipe(settings)
        self.space = space_of(settings.model, settings.max_tokens, settings.engine)

    def pending(self, session: Session, limit: int) -> Sequence[Unembedded]:
        """Current, readable documents of stories worth a page without vectors of their present content."""
        worthy = stories_worth_a_page(self.languages, self.min_articles, self.min_outlets)
        query = (
            select(Document.article_id, Document.content_sha, Document.revision)
            .join(Article, Article.id == Document.article_id)
            .join(Membership, Membership.article_id == Article.id)
            .join(worthy, worthy.c.story_id == Membership.story_id)
            .join(StoryRow, StoryRow.id == worthy.c.story_id)
            .where(is_embeddable(self.languages))
            .where(or_(~has_vectors(self.recipe), is_emptied() & ~is_settled(worthy)))
            .where(leases.available(self.name, Document.article_id, Document.content_sha, self.clock.now()))
            .order_by(Document.article_id)
            .limit(limit)
        )
        return [Unembedded(key, content_sha, revision) for key, content_sha, revision in session.execute(query)]

    def load(self, session: Session, items: Sequence[Unembedded]) -> Sequence[Unembedded]:
        """The sentences of each document as it is now."""
        query = select(Document).where(Document.current, Document.article_id.in_([item.key for item in items]))
        rows = {row.article_id: row for row in session.scalars(query)}
        return [
            replace(
                item,
                input_sha=row.content_sha,
                revision=row.revision,
                sentences=tuple(sentence.text for sentence in split_sentences(row.text)),
            )
            for item, row in ((item, rows[item.key]) for item in items)
        ]

    def process(self, batch: Sequence[Unembedded]) -> Sequence[EmbeddedSentences | ItemError]:
        """One vector for each sentence; a text without a sentence has none and is done too."""
        one = self.settings
        embedder = load_embedder(one.model, one.max_tokens, one.threads, one.engine)
        refuse_strange(embedder, self.space)
        return [
            EmbeddedSentences(
                item.key, item.revision, item.input_sha, embedder.space, embedder.engine, embedder.embed(item.sentences)
            )
            for item in batch
        ]

    def save(self, session: Session, results: Sequence[EmbeddedSentences]) -> None:
        """Store the vectors; those of older revisions go, nothing refers to them."""
        now = self.clock.now()
        for result in results:
            older = SentenceVectorsRow.revision != result.revision
            session.execute(delete(SentenceVectorsRow).where(SentenceVectorsRow.article_id == result.article_id, older))
        rows = [
            {
                "article_id": result.article_id,
                "revision": result.revision,
                "recipe": self.recipe,
                "content_sha": result.content_sha,
                "space": result.space,
                "engine": result.engine,
                "count": len(result.vectors),
                "vectors": np.ascontiguousarray(result.vectors, "<f4").tobytes(),
                "made_at": now,
            }
            for result in results
        ]
        upsert(session, SentenceVectorsRow, rows)

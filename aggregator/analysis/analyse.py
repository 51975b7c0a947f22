"""Analyse: a story's texts become claims, quotations and coverage, whenever its members or their leans have changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, exists, func, literal, select, update
from sqlalchemy.orm import Session

from aggregator.analysis.claims import find_claims
from aggregator.analysis.coverage import coverage
from aggregator.analysis.model import Analysis, SourceText
from aggregator.analysis.quotes import find_quotes, find_said, resolve_speakers
from aggregator.analysis.sources import evidence_sha, load_sources, with_syndication
from aggregator.analysis.stakeholders import groups_quoted
from aggregator.analysis.stored import analysis_to_json
from aggregator.analysis.vectors import NAME as EMBED_SENTENCES
from aggregator.analysis.vectors import (
    articles_state,
    has_emptied,
    has_vectors,
    is_embeddable,
    sentence_recipe,
    stories_worth_a_page,
)
from aggregator.clock import Clock
from aggregator.errors import ItemError
from aggregator.setting_sections import EmbedSettings
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.columns import Vector
from aggregator.store.ledger_tables import RatingRow, Succession
from aggregator.store.page_tables import AnalysisRow, StoryProfile
from aggregator.store.story_tables import EmbeddingRow, Membership, StoryRow
from aggregator.store.tables import Article, Attempt, Document
from aggregator.store.upsert import upsert
from aggregator.stories.embed import embed_recipe
from aggregator.stories.prototypes import nearness
from aggregator.stories.topics import NEWS, Topics
from aggregator.text import sha256
from aggregator.types import Kind


def analyse(story_id: str, sources: Sequence[SourceText], *, topics: Sequence[str] = (NEWS.slug,)) -> Analysis:
    """What is found in a story's texts; a function of its arguments alone.

    Of the kinds that are not read, only coverage is told.
    """
    known, reuses = with_syndication(sources)
    read = [source for source in known if source.sentences and source.kind.is_read]
    spoken = [(find_quotes(source), find_said(source)) for source in read]  # together: each source is read once
    quotes = resolve_speakers(read, [quote for found, _ in spoken for quote in found])
    return Analysis(
        story_id=story_id,
        sources=known,
        coverage=coverage(known),
        claims=find_claims(known),
        quotes=tuple(quotes),
        said=tuple(said for _, found in spoken for said in found),
        topics=tuple(topics),
        reuses=reuses,
    )


@dataclass(frozen=True, eq=False)
class StoryTexts:
    """A story to be analysed; all but key and hash is filled in once it is leased.

    `unchanged`: what concerns this story is as it was, only other outlets' ratings have changed. `filed` are the
    (section, title) pairs of its articles, `shelf` is the topic that an editor chose, if one did.
    """

    key: str
    input_sha: str
    sources: tuple[SourceText, ...] = ()
    evidence: str = ""
    shelf: str = ""
    filed: tuple[tuple[str, str], ...] = ()
    unchanged: bool = False
    centroid: Vector | None = None


@dataclass(frozen=True, eq=False)
class Analysed:
    """The stored form of a story's analysis, and its main topic; `content` None: it may stay as it is."""

    story_id: str
    input_sha: str
    evidence: str
    topic: str
    content: dict[str, Any] | None
    groups: tuple[str, ...] = ()
    articles: int = 0
    centroid: Vector | None = None


class Analyse(Stage[StoryTexts, Analysed]):
    """Stories worth a page become analyses."""

    name = "analyse"
    batch_size = 4
    lease = timedelta(minutes=30)

    def __init__(
        self,
        embed: EmbedSettings,
        languages: Sequence[str],
        clock: Clock,
        topics: Topics | None = None,
        *,
        min_articles: int = 3,
        min_outlets: int = 2,
    ) -> None:
        self.languages, self.clock, self.topics = tuple(languages), clock, topics or Topics()
        self.min_articles, self.min_outlets = min_articles, min_outlets
        self.embed = embed
        self.vector_recipe, self.space = sentence_recipe(embed), embed_recipe(embed)
        self.recipe = f"analyse/3 topics={self.topics.fingerprint} on {self.vector_recipe}"

    def pending(self, session: Session, limit: int) -> Sequence[StoryTexts]:
        """Stories worth a page, all vectors made, whose members or the ratings are not those analysed; newest first.

        An old story, whose vectors were pruned, stays as it is until its articles change.
        """
        worthy = stories_worth_a_page(self.languages, self.min_articles, self.min_outlets)
        state = articles_state(worthy) + literal(ratings_state(session, self.clock.now()) + ":") + StoryRow.topic
        input_sha = state.label("input_sha")
        done = exists().where(
            AnalysisRow.story_id == StoryRow.id,
            AnalysisRow.recipe == self.recipe,
            AnalysisRow.input_sha == state,
        )
        query = (
            select(StoryRow.id, input_sha)
            .join(worthy, worthy.c.story_id == StoryRow.id)
            .where(~done, ~self._lacks_vectors(), ~has_emptied(StoryRow.id, self.languages))
            .where(leases.available(self.name, StoryRow.id, state, self.clock.now()))
            .order_by(StoryRow.last_at.desc(), StoryRow.id)
            .limit(limit)
        )
        return [StoryTexts(key, sha) for key, sha in session.execute(query)]

    def _lacks_vectors(self) -> ColumnElement[bool]:
        """Whether a member of the story waits for its sentence vectors; one that cannot get any is not waited for."""
        buried = exists().where(
            Attempt.stage == EMBED_SENTENCES,
            Attempt.key == Document.article_id,
            Attempt.input_sha == Document.content_sha,
            Attempt.buried,
        )
        return exists().where(
            Membership.story_id == StoryRow.id,
            Article.id == Membership.article_id,
            Document.article_id == Article.id,
            is_embeddable(self.languages),
            ~has_vectors(self.vector_recipe),
            ~buried,
        )

    def load(self, session: Session, items: Sequence[StoryTexts]) -> Sequence[StoryTexts]:
        """The texts of each story with leans and vectors, and whether anything in them is new."""
        return [self._load(session, item) for item in items]

    def _load(self, session: Session, item: StoryTexts) -> StoryTexts:
        sources = load_sources(session, item.key, self.clock.now(), vector_recipe=self.vector_recipe)
        shelf = session.get_one(StoryRow, item.key).topic
        evidence = sha256(evidence_sha(sources) + shelf) if shelf else evidence_sha(sources)
        same = (AnalysisRow.story_id == item.key, AnalysisRow.recipe == self.recipe)
        old = session.scalar(select(AnalysisRow.evidence_sha).where(*same))
        if old == evidence:
            return replace(item, evidence=evidence, unchanged=True)
        keys = [one.article_id for one in sources]
        rows = session.execute(select(Article.id, Article.section).where(Article.id.in_(keys)))
        sections = {row.id: row.section for row in rows}
        filed = tuple((sections[one.article_id], one.title) for one in sources if one.kind is not Kind.SATIRE)
        centroid = centroid_of(session, keys, self.space)
        return replace(item, sources=sources, evidence=evidence, shelf=shelf, filed=filed, centroid=centroid)

    def process(self, batch: Sequence[StoryTexts]) -> Sequence[Analysed | ItemError]:
        """Analyse each story."""
        return [self._analysed(item) for item in batch]

    def _analysed(self, item: StoryTexts) -> Analysed:
        if item.unchanged:
            return Analysed(item.key, item.input_sha, item.evidence, "", None)
        topics = self._topics(item)
        found = analyse(item.key, item.sources, topics=topics)
        groups = tuple(sorted(groups_quoted(found)))
        content = analysis_to_json(found)
        key, sha = item.key, item.input_sha
        return Analysed(key, sha, item.evidence, topics[0], content, groups, len(item.sources), item.centroid)

    def _topics(self, item: StoryTexts) -> tuple[str, ...]:
        """The slugs of the story's topics; the one that an editor chose comes first."""
        near = nearness(self.topics, self.embed, item.centroid)
        found = [topic.slug for topic in self.topics.of(item.filed, near)]
        return tuple(dict.fromkeys([item.shelf, *found])) if item.shelf else tuple(found)

    def save(self, session: Session, results: Sequence[Analysed]) -> None:
        """Store each analysis in place of the older one; an unchanged one only learns what it was compared with."""
        now = self.clock.now()
        rows = [
            {
                "story_id": result.story_id,
                "input_sha": result.input_sha,
                "recipe": self.recipe,
                "evidence_sha": result.evidence,
                "topic": result.topic,
                "content": result.content,
                "made_at": now,
            }
            for result in results
            if result.content is not None
        ]
        upsert(session, AnalysisRow, rows)
        profiles = [
            {
                "story_id": result.story_id,
                "space": self.space,
                "articles": result.articles,
                "centroid": result.centroid,
                "groups": list(result.groups),
                "made_at": now,
            }
            for result in results
            if result.content is not None
        ]
        upsert(session, StoryProfile, profiles)
        for result in results:
            if result.content is None:
                same = AnalysisRow.story_id == result.story_id
                session.execute(update(AnalysisRow).where(same).values(input_sha=result.input_sha))


def centroid_of(session: Session, article_ids: Sequence[str], space: str) -> Vector | None:
    """The unit mean of these articles' vectors; None where there are none of this recipe."""
    query = select(EmbeddingRow.vector).where(EmbeddingRow.article_id.in_(article_ids), EmbeddingRow.recipe == space)
    vectors = list(session.scalars(query.order_by(EmbeddingRow.article_id)))
    mean: Vector = np.mean(vectors, axis=0, dtype=np.float32) if vectors else np.zeros(0, np.float32)
    length = float(np.linalg.norm(mean))
    return mean / np.float32(length) if length else None


def ratings_state(session: Session, now: datetime) -> str:
    """Changes whenever any article's lean may have: the ledger is append-only, so it is known by how much is in it.

    Which ratings are valid is a matter of the article's day, which does not change.
    """
    counts = [
        session.scalar(select(func.count()).select_from(table).where(table.recorded_at <= now)) or 0
        for table in (RatingRow, Succession)
    ]
    return "-".join(map(str, counts))

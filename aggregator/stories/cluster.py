"""Cluster: embedded documents join stories or found them, one slice at a time.

A slice is the articles of one UTC day of publication that have no story yet. The earliest is placed first, as one item
under one lease, so there is one clusterer at a time on however many machines. Late articles make a slice of their own
day and are compared around their own date. An article that was edited stays in its story; the story is marked as
changed, so that what is written from it is pending again.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import ItemError, StageFailed
from aggregator.settings import ClusterSettings, EmbedSettings
from aggregator.stage import Stage
from aggregator.store.columns import Vector
from aggregator.store.leases import is_leased
from aggregator.store.tables import (
    Article,
    Attempt,
    Document,
    EmbeddingRow,
    Membership,
    NearMiss,
    Slice,
    StoryEvent,
    StoryRow,
)
from aggregator.stories.background import Frequencies, background_frequencies, document_frequencies
from aggregator.stories.decisions import alone, last_decision
from aggregator.stories.embed import embed_recipe, is_re_embedding
from aggregator.stories.join import Item, Member, Placement, place
from aggregator.stories.terms import term_counts
from aggregator.text import sha256, short_hash

#: from this many articles on, a process keeps the features of its last slice only
KEPT = 50_000
#: a day with more articles (an archive without dates) is placed in several slices
MOST_IN_A_SLICE = 5_000
#: every so many slices, the terms of all slices so far are stored with it
CHECKPOINT = 100


@dataclass(frozen=True, eq=False)
class SliceInput:
    """A slice to be placed, or (`day` None) the edited members whose stories are to be marked.

    `taken` holds the story ids that are in use among those that the new articles could found, `closed` the stories that
    an editor locked, `decision` the last decision on stories that this knows of. What follows `ids` is filled in once
    the item is leased. There is one key for all: one slice is placed at a time, on however many hosts.
    """

    input_sha: str
    day: date | None = None
    ids: tuple[str, ...] = ()
    new: tuple[Item, ...] = ()
    window: tuple[Member, ...] = ()
    frequencies: Frequencies | None = None
    taken: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    decision: int = 0
    key: str = "next"


@dataclass(frozen=True, eq=False)
class Placed:
    """Where each article of a slice went, and the terms that the slice added to the stream."""

    slice: SliceInput
    placements: tuple[Placement, ...] = ()
    terms: Mapping[str, int] = field(default_factory=dict)


class Cluster(Stage[SliceInput, Placed]):
    """Embeddings become memberships of stories."""

    name = "cluster"
    batch_size = 1
    lease = timedelta(hours=2)

    def __init__(self, settings: ClusterSettings, embed: EmbedSettings, languages: Sequence[str], clock: Clock) -> None:
        self.settings, self.languages, self.clock = settings, tuple(languages), clock
        self.embed_recipe = embed_recipe(embed)
        self.recipe = f"cluster/1 {settings!r} on {self.embed_recipe}"
        self._known = _Known()

    def pending(self, session: Session, limit: int) -> Sequence[SliceInput]:
        """The earliest articles of one day that have no story; when there are none, the edited members of stories.

        Raises StageFailed while a slice that failed waits or is buried: going on without it would change its stories.
        """
        item = self._unplaced(session) or self._edited(session)
        if item is None:
            return []
        attempt = session.get(Attempt, (self.name, item.key))
        if attempt is None or attempt.input_sha != item.input_sha:
            return [item] if attempt is None or not is_leased(attempt) else []
        if is_leased(attempt):
            return []
        if attempt.buried or (attempt.not_before is not None and attempt.not_before > self.clock.now()):
            why = f"the slice of {item.day} failed: {attempt.reason} {attempt.detail}"
            raise StageFailed(self.name, f"{why}; `aggregator retry cluster` tries it again")
        return [item]

    def _unplaced(self, session: Session) -> SliceInput | None:
        unplaced = self._documents(Article.order_at, Article.id, Document.content_sha).where(~_has_story())
        first = session.execute(unplaced.order_by(Article.order_at).limit(1)).first()
        if first is None:
            return None
        day = first.order_at.date()
        start, end = _bounds(day)
        reach = timedelta(days=self.settings.window_days)
        if is_re_embedding(session, self.embed_recipe, self.languages, start - reach, end + reach):
            return None  # the next run goes on: spaces are never mixed
        of_day = unplaced.where(Article.order_at >= start, Article.order_at < end)
        in_order = of_day.order_by(Article.order_at, Document.content_sha, Article.url, Article.id)
        rows = session.execute(in_order.limit(MOST_IN_A_SLICE)).all()
        decision = last_decision(session)
        identity = sha256(
            "\n".join([*(f"{key} {sha}" for _, key, sha in rows), *([str(decision)] if decision else [])])
        )
        return SliceInput(identity, day, tuple(key for _, key, _ in rows), decision=decision)

    def _edited(self, session: Session) -> SliceInput | None:
        edited = session.execute(
            select(Document.article_id, Document.content_sha)
            .join(Membership, Membership.article_id == Document.article_id)
            .where(Document.current, Document.content_sha != Membership.content_sha)
            .order_by(Document.article_id)
        ).all()
        return SliceInput(sha256("\n".join(f"{key} {sha}" for key, sha in edited))) if edited else None

    def load(self, session: Session, items: Sequence[SliceInput]) -> Sequence[SliceInput]:
        """The articles of the slice, those of the window around it, and how common their terms are."""
        return [item if item.day is None else self._load(session, item, item.day) for item in items]

    def _load(self, session: Session, item: SliceInput, day: date) -> SliceInput:
        start, end = _bounds(day)
        reach = timedelta(days=self.settings.window_days)
        around = and_(Article.order_at >= start - reach, Article.order_at < end + reach)
        new = [one for ids in _chunks(item.ids) for one in self._items(session, Article.id.in_(ids))]
        window = self._items(session, and_(_has_story(), around))
        memberships = select(Membership.article_id, Membership.story_id).join(Article).where(around)
        story_of = {row.article_id: row.story_id for row in session.execute(memberships) if row.story_id is not None}
        return replace(
            item,
            new=tuple(new),
            window=tuple(Member(one, story_of[one.id]) for one in window if one.id in story_of),
            frequencies=self._known.frequencies(session),
            taken=frozenset(
                key
                for ids in _chunks(item.ids)
                for key in session.scalars(select(StoryRow.id).where(StoryRow.founding_article_id.in_(ids)))
            ),
            closed=frozenset(session.scalars(select(StoryRow.id).where(StoryRow.locked))),
        )

    def _items(self, session: Session, which: ColumnElement[bool]) -> list[Item]:
        columns = (Article.id, Article.url, Article.published_at, Article.order_at, Document.content_sha)
        rows = session.execute(self._documents(*columns).where(which).order_by(Article.id)).all()
        self._known.load(
            session, self._documents, [(row.id, row.content_sha) for row in rows], self.settings.body_words
        )
        return [
            Item(key, published_at, at, sha, url, *self._known.features[(key, sha)])
            for key, url, published_at, at, sha in rows
        ]

    def _documents(self, *columns: Any) -> Select[Any]:
        """Current, embedded documents in a supported language of articles that may be used."""
        return (
            select(*columns)
            .select_from(Document)
            .join(Article, Article.id == Document.article_id)
            .join(EmbeddingRow, and_(EmbeddingRow.article_id == Article.id, EmbeddingRow.recipe == self.embed_recipe))
            .where(Document.current, Document.language.in_(self.languages), Article.withheld == "")
            .where(EmbeddingRow.input_sha == Document.content_sha)
        )

    def process(self, batch: Sequence[SliceInput]) -> Sequence[Placed | ItemError]:
        """Place the articles of each slice."""
        return [self._place(item) for item in batch]

    def _place(self, item: SliceInput) -> Placed:
        if item.day is None or item.frequencies is None:
            return Placed(item)
        given = set(item.taken)

        def found(one: Item) -> str:
            new_id = next(i for i in _candidate_ids(one.id) if i not in given)
            given.add(new_id)
            return new_id

        placements = place(item.new, item.window, item.frequencies, self.settings, found, item.closed)
        return Placed(item, tuple(placements), document_frequencies(one.terms for one in item.new))

    def save(self, session: Session, results: Sequence[Placed]) -> None:
        """Store memberships, near misses and events, the slice itself, and mark the stories that changed.

        A slice that was placed while an editor decided is dropped: the stories that it knew are gone. It is pending
        again, as another item.
        """
        alone(session)
        for result in results:
            if result.slice.day is None:
                self._refresh(session)
            elif result.slice.decision == last_decision(session):
                self._save_slice(session, result, result.slice.day)

    def _save_slice(self, session: Session, placed: Placed, day: date) -> None:
        now = self.clock.now()
        number = (session.scalar(select(func.max(Slice.id))) or 0) + 1
        terms = dict(sorted(placed.terms.items()))
        so_far = self._known.terms_with(placed.terms, len(placed.placements)) if number % CHECKPOINT == 0 else None
        session.add(
            Slice(
                id=number,
                day=day,
                placed_at=now,
                recipe=self.recipe,
                documents=len(placed.placements),
                terms=terms,
                terms_so_far=so_far,
            )
        )
        items = {one.id: one for one in placed.slice.new}
        for placement in placed.placements:
            if placement.is_new:
                session.add(_new_story(placement, items[placement.article_id], now))
        session.flush()
        for placement in placed.placements:
            session.add(_membership(placement, items[placement.article_id], number, now))
            session.add(_event(placement, now))
            session.add_all(
                NearMiss(article_id=placement.article_id, story_id=story, score=score)
                for story, score in placement.near_misses
            )
        session.flush()
        mark_stories(session, {placement.story_id for placement in placed.placements})

    def _refresh(self, session: Session) -> None:
        edited = select(Membership, Document.content_sha).join(
            Document, and_(Document.article_id == Membership.article_id, Document.current)
        )
        stories = set()
        for membership, sha in session.execute(edited.where(Document.content_sha != Membership.content_sha)).all():
            membership.content_sha = sha
            if membership.story_id is not None:
                stories.add(membership.story_id)
        session.flush()
        mark_stories(session, stories)


class _Known:
    """What one process keeps of the articles and slices it has read: a cache, never the truth."""

    def __init__(self) -> None:
        self.features: dict[tuple[str, str], tuple[Mapping[str, int], Vector]] = {}
        self._terms: Counter[str] = Counter()
        self._documents = self._last_slice = 0

    def frequencies(self, session: Session) -> Frequencies:
        """Background and all slices so far; slices are only ever added."""
        if not self._last_slice:
            self._start(session)
        query = select(Slice.id, Slice.terms, Slice.documents).where(Slice.id > self._last_slice).order_by(Slice.id)
        for number, terms, documents in session.execute(query):
            self._terms.update(terms)
            self._documents += documents
            self._last_slice = number
        frequencies = background_frequencies()
        frequencies.add(self._terms, self._documents)
        return frequencies

    def _start(self, session: Session) -> None:
        query = select(Slice.id, Slice.terms_so_far).where(Slice.terms_so_far.is_not(None)).order_by(Slice.id.desc())
        if last := session.execute(query.limit(1)).first():
            self._last_slice = last.id
            self._terms = Counter(last.terms_so_far["terms"])
            self._documents = last.terms_so_far["documents"]

    def terms_with(self, terms: Mapping[str, int], documents: int) -> dict[str, Any]:
        """The sum of all slices and one more, to be stored with it."""
        total = Counter(self._terms)
        total.update(terms)
        return {"documents": self._documents + documents, "terms": dict(sorted(total.items()))}

    def load(
        self, session: Session, documents: Callable[..., Select[Any]], keys: Sequence[tuple[str, str]], words: int
    ) -> None:
        """Terms and vectors of the given (article, content) pairs; what is not among the last ones asked for goes."""
        if len(self.features) > KEPT:
            wanted = set(keys)
            self.features = {key: kept for key, kept in self.features.items() if key in wanted}
        missing = [article for article, sha in keys if (article, sha) not in self.features]
        query = documents(Article.id, Document.content_sha, Document.title, Document.text, EmbeddingRow.vector)
        for start in range(0, len(missing), 1000):
            chunk = query.where(Article.id.in_(missing[start : start + 1000]))
            for article, sha, title, text, vector in session.execute(chunk):
                self.features[(article, sha)] = term_counts(title, text, words), vector


def story_id(founder: str) -> str:
    """The id of the story that an article founds: from that article's id alone."""
    return "s_" + short_hash(founder)


def unused_story_id(session: Session, founder: str) -> str:
    """The id of a story that an article founds: with a suffix if its own was ever used."""
    return next(key for key in _candidate_ids(founder) if session.get(StoryRow, key) is None)


def mark_stories(session: Session, ids: Iterable[str]) -> None:
    """Bring size, span and `members_sha` of stories to their present members."""
    for key in sorted(ids):
        rows = session.execute(
            select(Article.id, Membership.content_sha, Article.order_at)
            .join(Membership, Membership.article_id == Article.id)
            .where(Membership.story_id == key)
            .order_by(Article.id)
        ).all()
        story = session.get_one(StoryRow, key)
        times = [at for _, _, at in rows] or [story.first_at, story.last_at]
        story.first_at, story.last_at, story.size = min(times), max(times), len(rows)
        story.members_sha = sha256("\n".join(f"{article} {sha}" for article, sha, _ in rows))


def _new_story(placement: Placement, founder: Item, now: datetime) -> StoryRow:
    at = founder.order_at
    return StoryRow(
        id=placement.story_id,
        founding_article_id=founder.id,
        made_at=now,
        first_at=at,
        last_at=at,
        size=1,
        members_sha="",
    )


def _membership(placement: Placement, item: Item, number: int, now: datetime) -> Membership:
    return Membership(
        article_id=item.id,
        story_id=placement.story_id,
        slice_id=number,
        content_sha=item.sha,
        score=placement.score,
        joined_at=now,
    )


def _event(placement: Placement, now: datetime) -> StoryEvent:
    kind, reason = ("made", "no story was near enough") if placement.is_new else ("joined", "average link")
    return StoryEvent(
        at=now,
        story_id=placement.story_id,
        kind=kind,
        article_id=placement.article_id,
        score=placement.score,
        reason=reason,
    )


def _has_story() -> ColumnElement[bool]:
    return exists().where(Membership.article_id == Article.id)


def _candidate_ids(founder: str) -> Iterator[str]:
    yield story_id(founder)
    yield from (f"{story_id(founder)}-{n}" for n in itertools.count(2))


def _chunks(ids: Sequence[str], size: int = 1000) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start, start + timedelta(days=1)

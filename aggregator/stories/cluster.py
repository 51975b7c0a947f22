"""Cluster: embedded documents join stories or found them, a slice at a time, and stories are repaired.

A slice is the articles of one UTC day of publication (`slices`). Its articles are placed in their order (`join`), then
the stories that they touched are grouped anew with those near them (`repair`), then groups get the ids that their
articles had (`identity`). One item under one lease holds all of it, so there is one clusterer at a time on however many
machines. An article that was edited after its slice was closed stays in its story; the story is marked as changed, so
that what is written from it is pending again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import ItemError, StageFailed
from aggregator.setting_sections import ClusterSettings, EmbedSettings, IndexSettings
from aggregator.stage import Stage
from aggregator.store.leases import is_leased
from aggregator.store.story_tables import EmbeddingRow, Membership, StoryRow
from aggregator.store.tables import Article, Attempt, Document
from aggregator.stories.background import Frequencies
from aggregator.stories.constraints import pinned_articles
from aggregator.stories.decisions import alone, last_decision
from aggregator.stories.embed import embed_recipe, is_re_embedding
from aggregator.stories.identity import Age, Past
from aggregator.stories.ids import mark_stories
from aggregator.stories.index import Index
from aggregator.stories.join import Item, Member
from aggregator.stories.known import Known
from aggregator.stories.partition import Part, Partition, partition
from aggregator.stories.record import Computed, record_partition
from aggregator.stories.repair import Rules
from aggregator.stories.slices import Due, due, settle_left_over
from aggregator.text import sha256
from aggregator.types import MANY_EVENTS

_ROW = (Article.id, Article.url, Article.published_at, Article.order_at, Document.content_sha)


@dataclass(frozen=True, eq=False)
class SliceInput:
    """Slices to be computed, or (`due` None) the edited members whose stories are to be marked.

    What follows `due` is filled in once the item is leased. There is one key for all: one item is computed at a time,
    on however many hosts.
    """

    input_sha: str
    due: Due | None = None
    parts: tuple[Part, ...] = ()
    window: tuple[Member, ...] = ()
    frequencies: Frequencies | None = None
    rules: Rules = field(default_factory=Rules)
    past: Past = field(default_factory=Past)
    index: Index | None = None
    key: str = "next"

    def __getstate__(self) -> dict[str, Any]:
        """To another process goes no index: there the window is searched without one."""
        return {**self.__dict__, "index": None}


@dataclass(frozen=True, eq=False)
class Placed:
    """What became of an item's slices; `partition` None: nothing was to be placed."""

    slice: SliceInput
    partition: Partition | None = None


class Cluster(Stage[SliceInput, Placed]):
    """Embeddings become memberships of stories."""

    name = "cluster"
    batch_size = 1
    lease = timedelta(hours=2)

    def __init__(
        self,
        settings: ClusterSettings,
        embed: EmbedSettings,
        languages: Sequence[str],
        clock: Clock,
        index: IndexSettings | None = None,
    ) -> None:
        self.settings, self.languages, self.clock = settings, tuple(languages), clock
        self.embed_recipe = embed_recipe(embed)
        self.recipe = f"cluster/2 {settings!r} on {self.embed_recipe}"
        self._index = index or IndexSettings()
        self.known = Known(self._index)

    def __getstate__(self) -> dict[str, Any]:
        """To another process goes nothing that was only kept from being read again."""
        return {**self.__dict__, "known": Known(self._index)}

    def pending(self, session: Session, limit: int) -> Sequence[SliceInput]:
        """The slices that come next; when there are none, the edited members of stories.

        Raises StageFailed while slices that failed wait or are buried: going on without them would change stories.
        """
        item = self._due(session) or self._edited(session)
        if item is None:
            return []
        attempt = session.get(Attempt, (self.name, item.key))
        if attempt is None or attempt.input_sha != item.input_sha:
            return [item] if attempt is None or not is_leased(attempt) else []
        if is_leased(attempt):
            return []
        if attempt.buried or (attempt.not_before is not None and attempt.not_before > self.clock.now()):
            days = ", ".join(str(day) for day, _ in item.due.days) if item.due else "None"
            why = f"the slice of {days} failed: {attempt.reason} {attempt.detail}"
            raise StageFailed(self.name, f"{why}; `aggregator retry cluster` tries it again")
        return [item]

    def _due(self, session: Session) -> SliceInput | None:
        found = due(session, self.documents, self.settings, self.clock.now(), self.recipe)
        if found is None:
            return None
        reach = timedelta(days=self.settings.window_days + 1)
        start, end = (datetime.combine(day, time(), UTC) for day in (found.days[0][0], found.days[-1][0]))
        if is_re_embedding(session, self.embed_recipe, self.languages, start - reach, end + reach):
            return None  # the next run goes on: spaces are never mixed
        return SliceInput(found.input_sha, found)

    def _edited(self, session: Session) -> SliceInput | None:
        edited = session.execute(
            select(Document.article_id, Document.content_sha)
            .join(Membership, Membership.article_id == Document.article_id)
            .where(Document.current, Document.content_sha != Membership.content_sha)
            .where(or_(Membership.settled_id.is_not(None), Membership.story_id.is_(None)))
            .order_by(Document.article_id)
        ).all()
        return SliceInput(sha256("\n".join(f"{key} {sha}" for key, sha in edited))) if edited else None

    def load(self, session: Session, items: Sequence[SliceInput]) -> Sequence[SliceInput]:
        """The articles of the slices, those of the window around them, and how common their terms are."""
        return [item if item.due is None else self._load(session, item, item.due) for item in items]

    def _load(self, session: Session, item: SliceInput, wanted: Due) -> SliceInput:
        now = self.clock.now()
        parts = tuple(Part(day, tuple(self._new(session, ids, now))) for day, ids in wanted.days)
        window, placed, index = self._window(session, [one.order_at for part in parts for one in part.items])
        return replace(
            item,
            parts=parts,
            window=window,
            frequencies=self.known.frequencies(session),
            rules=_rules(session),
            past=_past(session, window, placed, [one.id for part in parts for one in part.items]),
            index=index,
        )

    def _window(
        self, session: Session, times: Sequence[datetime]
    ) -> tuple[tuple[Member, ...], dict[str, str], Index | None]:
        """The articles of closed slices around the given times: with their stories then, their stories as they stand,
        and the index that holds them. Only what this process has not read yet is read in full."""
        if not times:
            return (), {}, None
        reach = timedelta(days=self.settings.window_days + 1)
        start, end = min(times) - reach, max(times) + reach
        rows = session.execute(
            self.documents(*_ROW, Membership.settled_id, Membership.story_id)
            .join(Membership, Membership.article_id == Article.id)
            .where(Article.order_at >= start, Article.order_at < end)
            .where(Membership.settled_id.is_not(None), Membership.story_id.is_not(None))
            .order_by(Article.id)
        ).all()
        members = tuple(map(Member, self._items(session, rows), (row.settled_id for row in rows)))
        vectors = [(row.id, row.content_sha, row.order_at.date()) for row in rows]
        index = self.known.index(vectors, start.date(), end.date())
        return members, {row.id: row.story_id for row in rows}, index

    def _new(self, session: Session, ids: Sequence[str], now: datetime) -> Iterator[Item]:
        """The articles of a slice; a date that is yet to come is not known."""
        for chunk in _chunks(ids):
            rows = session.execute(self.documents(*_ROW).where(Article.id.in_(chunk)).order_by(Article.id)).all()
            for one in self._items(session, rows):
                to_come = one.published_at is not None and one.published_at.date() > now.date()
                yield replace(one, published_at=None) if to_come else one

    def _items(self, session: Session, rows: Sequence[Row[Any]]) -> list[Item]:
        keys = [(row.id, row.content_sha) for row in rows]
        self.known.load(session, self.documents, keys, self.settings.body_words)
        return [
            Item(row.id, row.published_at, row.order_at, row.content_sha, row.url, *self.known.features(row.id))
            for row in rows
        ]

    def documents(self, *columns: Any) -> Select[Any]:
        """Current, embedded documents in a supported language of articles that may be used."""
        return (
            select(*columns)
            .select_from(Document)
            .join(Article, Article.id == Document.article_id)
            .join(EmbeddingRow, and_(EmbeddingRow.article_id == Article.id, EmbeddingRow.recipe == self.embed_recipe))
            .where(Document.current, Document.language.in_(self.languages), Article.withheld == "")
            .where(Document.kind.not_in(MANY_EVENTS))
            .where(EmbeddingRow.input_sha == Document.content_sha)
        )

    def process(self, batch: Sequence[SliceInput]) -> Sequence[Placed | ItemError]:
        """Place the articles of the slices and repair the stories they touched."""
        return [self._place(item) for item in batch]

    def _place(self, item: SliceInput) -> Placed:
        if item.frequencies is None:
            return Placed(item)
        found = partition(item.parts, item.window, item.frequencies, self.settings, item.rules, item.past, item.index)
        return Placed(item, found)

    def save(self, session: Session, results: Sequence[Placed]) -> None:
        """Store memberships, near misses and events, the slices themselves, and mark the stories that changed.

        Slices that were computed while an editor decided are dropped: the stories that they knew are gone. They are
        pending again, as another item.
        """
        alone(session)
        for result in results:
            wanted = result.slice.due
            if wanted is None or result.partition is None:
                self._refresh(session)
            elif wanted.decision == last_decision(session):
                days = [(part.day, part.items) for part in result.slice.parts]
                computed = Computed(result.partition, days, wanted.closes, wanted.input_sha, self.recipe)
                record_partition(session, computed, result.slice.past, self.known, self.clock.now())
                if wanted.closes:
                    settle_left_over(session, self.documents, wanted.days[0][0])

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


def _rules(session: Session) -> Rules:
    pinned = pinned_articles(session)
    anchored: set[str] = set()
    for ids in _chunks(sorted(pinned)):
        homes = select(Membership.settled_id).where(Membership.article_id.in_(ids), Membership.settled_id.is_not(None))
        anchored.update(filter(None, session.scalars(homes)))
    locked = frozenset(session.scalars(select(StoryRow.id).where(StoryRow.locked)))
    return Rules(frozenset(pinned), frozenset(anchored), locked)


def _past(session: Session, window: Sequence[Member], placed: Mapping[str, str], new: Sequence[str]) -> Past:
    """Where the articles stand, and what is known of the stories concerned."""
    settled = {member.item.id: member.story_id for member in window}
    stands = dict(placed)
    for ids in _chunks(new):
        rows = session.execute(select(Membership.article_id, Membership.story_id).where(Membership.article_id.in_(ids)))
        stands.update((article, story) for article, story in rows if story is not None)
    ages: dict[str, Age] = {}
    closed = set(settled.values())
    for ids in _chunks(sorted(closed.union(stands.values()))):
        stories = select(StoryRow.id, StoryRow.made_at, StoryRow.first_at).where(StoryRow.id.in_(ids))
        ages.update((row.id, (row.made_at, row.first_at, row.id)) for row in session.execute(stories))
    for ids in _chunks(sorted(set(stands.values()) - closed)):
        known = select(Membership.settled_id).where(Membership.settled_id.in_(ids)).distinct()
        closed.update(filter(None, session.scalars(known)))
    return Past(settled, stands, ages, closed)


def _chunks(ids: Sequence[str], size: int = 1000) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]

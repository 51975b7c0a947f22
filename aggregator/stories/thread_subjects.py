"""Stories as threads compare them: read from their articles, or as they were stored."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from aggregator.store.story_tables import Membership, Slice, StoryRow
from aggregator.store.tables import Article, Document
from aggregator.store.thread_tables import ThreadStory
from aggregator.stories.background import Frequencies, background_frequencies
from aggregator.stories.cluster import Cluster
from aggregator.stories.known import Known
from aggregator.stories.threads import ARTICLES, Features, Subject, features_of
from aggregator.text import sha256


def read_subjects(
    session: Session,
    keys: Sequence[str],
    wanted: Set[str],
    rows: Mapping[str, ThreadStory],
    cluster: Cluster,
) -> list[Subject]:
    """The stories `keys` as they are now, by their first articles; of those that are not wanted, without features.

    How common a term is goes by the days that were closed when the story began: by nothing that came later.
    """
    known = cluster.known
    stories = {row.id: row for row in session.scalars(select(StoryRow).where(StoryRow.id.in_(keys)))}
    first = _first_articles(session, sorted(wanted), cluster)
    known.load(
        session, cluster.documents, [one for some in first.values() for one in some], cluster.settings.body_words
    )
    common = _Common(session, known, cluster.settings.grace_hours)
    found = []
    for key in sorted(keys, key=lambda key: (stories[key].first_at, key), reverse=True):
        story, articles = stories[key], first.get(key, [])
        features = None
        if articles:
            features = features_of([known.features(one[0]) for one in articles], common.before(story.first_at.date()))
        row = rows.get(key)
        founder = articles[0][0] if articles else story.founding_article_id
        pin = _leads_to(session, story.thread_with) if key in wanted else ""
        thread = (row.thread_id or "") if row else ""
        found.append(Subject(key, story.first_at, story.last_at, founder, features, pin, thread))
    return found


def stored_subjects(session: Session, which: ColumnElement[bool]) -> Iterator[Subject]:
    """Stories as they were placed last."""
    query = select(ThreadStory, StoryRow.thread_with, StoryRow.size).join(StoryRow, StoryRow.id == ThreadStory.story_id)
    for row, thread_with, size in session.execute(query.where(which).order_by(ThreadStory.story_id)):
        features = None if row.vector is None else Features(row.terms, row.vector)
        pin = _leads_to(session, thread_with) if size else ""
        yield Subject(row.story_id, row.first_at, row.last_at, row.founder, features, pin, row.thread_id or "")


def pinned(session: Session, subjects: Sequence[Subject], recipe: str) -> list[Subject]:
    """The stories to which editors bound some of `subjects`, and those bound to them, that are not among these."""
    bound = select(StoryRow.id).where(StoryRow.thread_with.not_in(("", StoryRow.id)))
    by_editors = list(stored_subjects(session, ThreadStory.story_id.in_(bound)))
    ids = {one.id for one in subjects}
    wanted = ids | {one.pin for one in subjects if one.pin}
    while more := {key for one in by_editors for key in (one.id, one.pin) if {one.id, one.pin} & wanted} - wanted:
        wanted |= more
    missing = and_(ThreadStory.story_id.in_(sorted(wanted - ids)), ThreadStory.recipe == recipe)
    return list(stored_subjects(session, missing)) if wanted - ids else []


def features_sha(one: Subject, recipe: str) -> str:
    """The hash of all by which a story is placed: where it is the same, nobody has to be placed anew."""
    if one.features is None and not one.pin:
        return ""
    vector = one.features.vector.tobytes() if one.features else b""
    terms = sorted(one.features.terms.items()) if one.features else []
    return sha256(repr((recipe, one.first_at, one.founder, one.pin, terms, sha256(vector))))


def _first_articles(session: Session, keys: Sequence[str], cluster: Cluster) -> dict[str, list[tuple[str, str]]]:
    """The first articles of each story, with the hash of their content."""
    order = (Article.order_at, Document.content_sha, Article.url, Article.id)
    place = func.row_number().over(partition_by=Membership.story_id, order_by=order).label("place")
    numbered = (
        cluster.documents(Membership.story_id, Article.id.label("article"), Document.content_sha, place)
        .join(Membership, Membership.article_id == Article.id)
        .where(Membership.story_id.in_(keys))
        .subquery()
    )
    query = select(numbered).where(numbered.c.place <= ARTICLES).order_by(numbered.c.story_id, numbered.c.place)
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for story, article, sha, _ in session.execute(query):
        found[story].append((article, sha))
    return found


def _leads_to(session: Session, key: str) -> str:
    """The story that it was merged into, if it was."""
    story = session.get(StoryRow, key) if key else None
    while story is not None and story.redirect_to is not None:
        story = session.get(StoryRow, story.redirect_to)
    return story.id if story is not None else ""


class _Common:
    """How common terms are by the slices that were closed when a day began; asked for ever earlier days."""

    def __init__(self, session: Session, known: Known, grace_hours: float) -> None:
        self._session, self._grace = session, timedelta(days=1, hours=grace_hours)
        self._frequencies = known.frequencies(session)
        self._until: date | None = None

    def before(self, day: date) -> Frequencies:
        """By the slices of days that were over, with the hours of grace, before `day` began."""
        last = (datetime.combine(day, time()) - self._grace).date()
        if self._until is None or last < self._until:
            since, until = self._slices(Slice.day > last), self._slices(Slice.day <= last)
            if self._until is not None:
                since = since.where(Slice.day <= self._until)
            if self._count(until) < self._count(since):  # years ago: a few days are counted sooner than all since
                self._frequencies = background_frequencies()
                for terms, documents in self._session.execute(until):
                    self._frequencies.add(terms, documents)
            else:
                for terms, documents in self._session.execute(since):
                    self._frequencies.add({term: -count for term, count in terms.items()}, -documents)
            self._until = last
        return self._frequencies

    @staticmethod
    def _slices(days: ColumnElement[bool]) -> Select[Any]:
        columns: list[Any] = [Slice.terms, Slice.documents]
        return select(*columns).where(Slice.closed_at.is_not(None), days)

    def _count(self, slices: Select[Any]) -> int:
        return (
            self._session.scalar(select(func.count()).select_from(slices.with_only_columns(Slice.id).subquery())) or 0
        )

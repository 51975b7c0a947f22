"""Thread: stories that were made or changed are placed among those before them (`threads`), and their ids kept.

A story is compared by its first articles, so that one that only grows stays as it is. Where what it is compared by has
changed, later stories are placed anew too: threads are a function of the stories and editors' decisions, however the
articles were delivered. What began more than a window after the changed stories stays where it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, literal, or_, select
from sqlalchemy.orm import Session, aliased

from aggregator.clock import Clock
from aggregator.errors import ItemError
from aggregator.setting_sections import ThreadSettings
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.story_tables import StoryRow
from aggregator.store.thread_tables import ThreadStory
from aggregator.stories.cluster import Cluster
from aggregator.stories.decisions import alone, last_decision
from aggregator.stories.embed import is_re_embedding
from aggregator.stories.thread_record import Threaded, record_threads
from aggregator.stories.thread_subjects import features_sha, pinned, read_subjects, stored_subjects
from aggregator.stories.threads import Subject, place_stories
from aggregator.text import sha256

#: so many changed stories are placed at once; the rest is pending again
MOST = 1000


@dataclass(frozen=True, eq=False)
class Changed:
    """Stories to be placed: id, and what each is placed by; what follows is filled in once they are leased.

    `subjects` are the same stories as they are now, `new` those to be placed anew, among the `earlier` ones.
    There is one key for all: threads are computed at one place at a time.
    """

    input_sha: str
    stories: tuple[tuple[str, str], ...]
    decision: int
    subjects: tuple[Subject, ...] = ()
    new: tuple[Subject, ...] = ()
    earlier: tuple[Subject, ...] = ()
    key: str = "next"


class Thread(Stage[Changed, Threaded]):
    """Stories become members of threads. `cluster` says which articles are read, and how they are compared."""

    name = "thread"
    batch_size = 1
    lease = timedelta(hours=1)

    def __init__(self, settings: ThreadSettings, cluster: Cluster, clock: Clock) -> None:
        self.settings, self.cluster, self.clock = settings, cluster, clock
        compared = settings.model_dump(exclude={"settled_days"})
        self.recipe = f"thread/1 {compared!r} of {cluster.recipe}"

    def pending(self, session: Session, limit: int) -> Sequence[Changed]:
        """The earliest stories whose members, or what an editor said of them, are not what they were placed by.

        Those of one window of time: what began later is pending again after them.
        """
        state = StoryRow.members_sha + literal(":") + StoryRow.thread_with
        stale = or_(ThreadStory.input_sha != state, ThreadStory.recipe != self.recipe)
        query = (
            select(StoryRow.id, state, StoryRow.first_at, StoryRow.last_at)
            .outerjoin(ThreadStory, ThreadStory.story_id == StoryRow.id)
            .where(or_(and_(ThreadStory.story_id.is_(None), self._is_wanted()), stale))
            .order_by(StoryRow.first_at, StoryRow.id)
            .limit(MOST)
        )
        rows = session.execute(query).all()
        if not rows:
            return []
        # all between the stories of one batch is placed anew: an old one and one of today would be the whole archive
        end = rows[0].first_at + timedelta(days=self.settings.window_days)
        rows = [row for row in rows if row.first_at <= end]
        stories = tuple((row[0], row[1]) for row in rows)
        decision = last_decision(session)
        lines = [self.recipe, str(decision), *(f"{key} {sha}" for key, sha in stories)]
        item = Changed(sha256("\n".join(lines)), stories, decision)
        free = leases.available(self.name, literal(item.key), literal(item.input_sha), self.clock.now())
        if session.scalar(select(literal(1)).where(free)) is None:
            return []
        start, end, day = rows[0].first_at, max(row.last_at for row in rows), timedelta(days=1)
        if is_re_embedding(session, self.cluster.embed_recipe, self.cluster.languages, start, end + day):
            return []  # the next run goes on: spaces are never mixed
        return [item]

    def _is_wanted(self) -> ColumnElement[bool]:
        """Stories of enough articles, and those of which an editor said in which thread they stand."""
        other = aliased(StoryRow)
        # no EXISTS for each story: without an index it reads all others, and most stories have one article
        named = StoryRow.id.in_(select(other.thread_with).where(other.thread_with != ""))
        large = StoryRow.size >= self.settings.min_articles
        return and_(StoryRow.size > 0, or_(large, StoryRow.thread_with != "", named))

    def load(self, session: Session, items: Sequence[Changed]) -> Sequence[Changed]:
        """What the stories are compared by, the later ones that are placed anew with them, and those before them."""
        return [self._load(session, item) for item in items]

    def _load(self, session: Session, item: Changed) -> Changed:
        keys = [key for key, _ in item.stories]
        wanted = set(session.scalars(select(StoryRow.id).where(StoryRow.id.in_(keys), self._is_wanted())))
        rows = {row.story_id: row for row in session.scalars(select(ThreadStory).where(ThreadStory.story_id.in_(keys)))}
        subjects = read_subjects(session, keys, wanted, rows, self.cluster)
        moved = [
            one for one in subjects if one.id not in rows or rows[one.id].features_sha != features_sha(one, self.recipe)
        ]
        item = replace(item, subjects=tuple(subjects))
        if not moved:
            return item
        times = [one.first_at for one in moved] + [rows[one.id].first_at for one in moved if one.id in rows]
        reach = timedelta(days=self.settings.window_days)
        spans = _spans(times, reach)
        near = [and_(ThreadStory.last_at >= start - reach, ThreadStory.first_at < end + reach) for start, end in spans]
        found = {one.id: one for one in stored_subjects(session, and_(ThreadStory.recipe == self.recipe, or_(*near)))}
        found.update((one.id, one) for one in subjects)
        found.update((one.id, one) for one in pinned(session, list(found.values()), self.recipe))
        after = {key for key, one in found.items() if any(start <= one.first_at < end + reach for start, end in spans)}
        anew = {one.id for one in moved} | after
        while follow := {one.id for one in found.values() if one.pin in anew} - anew:
            anew |= follow
        stays = [one for key, one in found.items() if key not in anew]
        return replace(item, new=_apart(found[key] for key in sorted(anew)), earlier=_apart(stays))

    def process(self, batch: Sequence[Changed]) -> Sequence[Threaded | ItemError]:
        """Place the stories."""
        weight = self.cluster.settings.dense_weight
        return [
            Threaded(
                dict(item.stories),
                item.subjects,
                item.earlier,
                item.new,
                tuple(place_stories(item.new, item.earlier, self.settings, weight)),
                item.decision,
            )
            for item in batch
        ]

    def save(self, session: Session, results: Sequence[Threaded]) -> None:
        """Store where each story stands, threads and events, where that differs from what is stored.

        What was computed while an editor decided is dropped: it is pending again, as another item.
        """
        alone(session)
        for result in results:
            if result.decision == last_decision(session):
                record_threads(session, result, self.recipe, self.clock.now())


def _spans(times: Iterable[datetime], reach: timedelta) -> list[tuple[datetime, datetime]]:
    """From the first to the last of the times that follow each other within reach: a story that was given a date of
    years ago is far from where it was, and what lies between stays as it is."""
    spans: list[tuple[datetime, datetime]] = []
    for time in sorted(times):
        if spans and time - spans[-1][1] <= reach:
            spans[-1] = (spans[-1][0], time)
        else:
            spans.append((time, time))
    return spans


def _apart(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Those that take part: of a story that is gone, or too small, nothing is compared."""
    return tuple(one for one in subjects if one.features is not None or one.pin)

"""A thread as editors see it: its stories in time, readable or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.store.story_tables import StoryRow
from aggregator.store.tables import Article
from aggregator.store.thread_tables import ThreadStory

#: stories on either side of the one that is looked at
AROUND = 10


@dataclass(frozen=True)
class Dated:
    """A story of a thread; `name` is the editors', else the title of the article that founded it."""

    id: str
    name: str
    first_at: datetime
    score: float | None


@dataclass(frozen=True)
class ThreadView:
    """A thread around one story: the stories nearest to it in time, oldest first, and how many there are in all.

    Without stories: it is in no thread.
    """

    id: str = ""
    stories: Sequence[Dated] = ()
    total: int = 0


def thread_of(session: Session, story_id: str) -> ThreadView:
    """The thread of a story. A thread of which no other story is left counts as none."""
    row = session.get(ThreadStory, story_id)
    if row is None or row.thread_id is None:
        return ThreadView()
    every = select(ThreadStory.story_id).where(ThreadStory.thread_id == row.thread_id)
    ids = session.scalars(every.order_by(ThreadStory.first_at, ThreadStory.founder)).all()
    if len(ids) < 2:
        return ThreadView()
    at = ids.index(story_id)
    near = ids[max(0, at - AROUND) : at + AROUND + 1]
    query = (
        select(ThreadStory.story_id, StoryRow.name, Article.title, ThreadStory.first_at, ThreadStory.score)
        .join(StoryRow, StoryRow.id == ThreadStory.story_id)
        .join(Article, Article.id == StoryRow.founding_article_id)
        .where(ThreadStory.story_id.in_(near))
        .order_by(ThreadStory.first_at, ThreadStory.founder)
    )
    found = [Dated(key, name or title, first, score) for key, name, title, first, score in session.execute(query)]
    return ThreadView(row.thread_id, found, len(ids))

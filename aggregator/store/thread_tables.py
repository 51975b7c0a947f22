"""The tables of threads: an ongoing subject (a trial, a war, an election) as stories over time.

    stories, memberships ─► thread_stories, threads
                        thread

`thread_stories` can be made again at any time but for the ids in it; `threads` keeps every id ever given.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Json, Vector
from aggregator.store.story_tables import StoryRow as StoryRow  # keys lead to its table
from aggregator.store.tables import Base


class ThreadRow(Base, kw_only=True):
    """An ongoing subject. The id is given once, when a second story joins a first, and never reused."""

    __tablename__ = "threads"
    id: Mapped[str] = mapped_column(primary_key=True)
    founding_story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"))
    made_at: Mapped[datetime]
    #: the thread that this one went into; that one may have gone on into another
    redirect_to: Mapped[str | None] = mapped_column(default=None)


class ThreadStory(Base, kw_only=True):
    """A story as it is compared with later ones, and the thread in which it stands; null: in none.

    `terms` are the weights of its heaviest terms (a unit vector), `vector` the unit mean of its articles' vectors, null
    where it has none that may be compared; both by its first articles. They go when one of these is purged.
    """

    __tablename__ = "thread_stories"
    __table_args__ = (
        Index("ix_thread_stories_thread", "thread_id"),
        Index("ix_thread_stories_first", "first_at"),
        Index("ix_thread_stories_last", "last_at"),
    )
    story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"), primary_key=True)
    thread_id: Mapped[str | None] = mapped_column(ForeignKey("threads.id"), default=None)
    #: the earlier story of the thread that it is most like, and the score by which it joined
    previous_id: Mapped[str | None] = mapped_column(default=None)
    score: Mapped[float | None] = mapped_column(default=None)
    #: what it was computed from: the story's members and the editors' word
    input_sha: Mapped[str]
    recipe: Mapped[str]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    #: its earliest article, which orders stories that began at one time
    founder: Mapped[str]
    #: of what it is compared by: where it is the same, later stories stay where they are
    features_sha: Mapped[str]
    terms: Mapped[Json]
    vector: Mapped[Vector | None]

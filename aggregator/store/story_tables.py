"""The tables from documents to stories, and what editors decided about these.

    documents ─► embeddings ─► memberships ─► stories
           embed          cluster

Rows that a page or a decision may refer to are superseded, never deleted.
"""

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Json, Vector
from aggregator.store.tables import Base


class EmbeddingRow(Base, kw_only=True):
    """The vector of an article's current document in one space; vectors of two spaces are never compared."""

    __tablename__ = "embeddings"
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    recipe: Mapped[str] = mapped_column(primary_key=True)
    input_sha: Mapped[str]
    space: Mapped[str]
    engine: Mapped[str]
    vector: Mapped[Vector]
    made_at: Mapped[datetime]


class StoryRow(Base, kw_only=True):
    """All articles about one event. The id is given once, when the story is made, and never reused."""

    __tablename__ = "stories"
    id: Mapped[str] = mapped_column(primary_key=True)
    founding_article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), index=True)
    made_at: Mapped[datetime]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    size: Mapped[int]
    members_sha: Mapped[str]
    #: the story that this one was merged into; that one may have gone on into another
    redirect_to: Mapped[str | None] = mapped_column(default=None)
    #: by an editor: nothing joins or leaves
    locked: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    #: by an editor: what the desk calls it, and the topic it stands in; empty: as the machine finds
    name: Mapped[str] = mapped_column(default="", server_default="")
    topic: Mapped[str] = mapped_column(default="", server_default="")
    #: the mean of its articles' (0 to 1); null where none is known
    confidence: Mapped[float | None] = mapped_column(default=None)
    #: by an editor: the story in whose thread it stands, or its own id for none; empty: as the machine finds
    thread_with: Mapped[str] = mapped_column(default="", server_default="")
    #: where it is in its life (`stories.life`), since when, and how many articles it had then; empty: not told yet
    life: Mapped[str] = mapped_column(default="", server_default="")
    life_at: Mapped[datetime | None] = mapped_column(default=None)
    life_size: Mapped[int] = mapped_column(default=0, server_default="0")


class Membership(Base, kw_only=True):
    """Which story an article belongs to: at most one, by constraint; to none (null) where an editor removed it."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index("ix_memberships_story", "story_id"),
        Index("ix_memberships_settled", "settled_id"),
        Index("ix_memberships_confidence", "confidence"),
    )
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    story_id: Mapped[str | None] = mapped_column(ForeignKey("stories.id"))
    #: its story as of the last closed slice, from which open ones are computed anew; null while its own is open
    settled_id: Mapped[str | None] = mapped_column(default=None)
    slice_id: Mapped[int] = mapped_column(ForeignKey("slices.id"), index=True)
    #: the content that the story's `members_sha` was made from
    content_sha: Mapped[str]
    score: Mapped[float]
    joined_at: Mapped[datetime]
    #: how sure it is that it stands rightly, as of the last change of its story: 0 to 1, 1 where an editor placed it;
    #: `settled_confidence` is that as of the last closed slice
    confidence: Mapped[float | None] = mapped_column(default=None)
    settled_confidence: Mapped[float | None] = mapped_column(default=None)


class NearMiss(Base, kw_only=True):
    """A story that an article almost joined."""

    __tablename__ = "near_misses"
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"), primary_key=True)
    score: Mapped[float]


class Slice(Base, kw_only=True):
    """The articles of one UTC publication day that were placed together, with the terms they added to the stream.

    Stories are a function of articles, these records and the editors' decisions. An open slice (its day is not over,
    or only just) is computed anew at every run, under another id; a closed one stays.
    """

    __tablename__ = "slices"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    placed_at: Mapped[datetime]
    #: null while it is open
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    #: of an open one: what it was computed from
    input_sha: Mapped[str] = mapped_column(default="", server_default="")
    recipe: Mapped[str]
    documents: Mapped[int]
    #: {term: number of documents of this slice that hold it}
    terms: Mapped[Json] = mapped_column(deferred=True)
    #: now and then the same over all slices up to this one, so that a new process need not read them all
    terms_so_far: Mapped[Json | None] = mapped_column(deferred=True, default=None)
    #: {article: the story in which it stood while the slice was open}: such ids are kept
    stood: Mapped[Json] = mapped_column(deferred=True, default_factory=dict, server_default="{}")


class StoryEvent(Base, kw_only=True):
    """What happened to a story, with reason and score: made, joined, merged, split, moved, removed,
    threaded, settled …

    Memberships follow from these events alone. Of merges and splits `articles` are those that went: from `other_id`
    into `story_id` where stories were merged, from `story_id` into `other_id` where one was split. A move is an event
    of the story that `article_id` left; `other_id` is where it went.
    """

    __tablename__ = "story_events"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime]
    story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"), index=True)
    kind: Mapped[str]
    article_id: Mapped[str | None] = mapped_column(default=None)
    other_id: Mapped[str | None] = mapped_column(default=None, index=True)
    score: Mapped[float | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    articles: Mapped[Json | None] = mapped_column(default=None)


class Decision(Base, kw_only=True):
    """What an editor decided. Append-only; `undoes` names an earlier decision, whose effect it takes back.

    `subjects` are stories or a page (of the same id); the effect on stories follows from the state in which the payload
    says that it was taken: `after_slice`, and what the undoing needs.
    """

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    role: Mapped[str]
    kind: Mapped[str]
    subjects: Mapped[Json]
    payload: Mapped[Json]
    reason: Mapped[str]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), default=None)

"""The tables from stories to pages.

    documents ─► sentence_vectors ─► analyses, story_profiles ─► pages, page_slugs
           embed-sentences      analyse                   summarise

As everywhere, a row carries the hash of its input and its recipe. `analyses` and `sentence_vectors` hold what can be
made again at any time and are replaced in place; pages are immutable: a new version is a new row.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Json, Vector
from aggregator.store.story_tables import StoryRow as StoryRow  # keys lead to its table
from aggregator.store.tables import Base


class SentenceVectorsRow(Base, kw_only=True):
    """The vectors of a document's sentences, in their order, as one block.

    `vectors` is the little-endian float32 bytes of a (`count`, dimension) array of unit rows; `count` is 0 for a text
    without a sentence. `content_sha` is the document's, hence the input.
    """

    __tablename__ = "sentence_vectors"
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    recipe: Mapped[str]
    content_sha: Mapped[str]
    space: Mapped[str]
    engine: Mapped[str]
    count: Mapped[int]
    vectors: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    made_at: Mapped[datetime]


class AnalysisRow(Base, kw_only=True):
    """What was found in a story, as ids, offsets and indexes into the documents that were read.

    `input_sha` is compared in SQL: the story's members and the state of the whole rating ledger. `evidence_sha` is the
    exact hash of what this story's analysis was made from (documents, outlets, leans): the input of what is written.
    """

    __tablename__ = "analyses"
    story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"), primary_key=True)
    input_sha: Mapped[str]
    recipe: Mapped[str]
    evidence_sha: Mapped[str]
    topic: Mapped[str] = mapped_column(index=True)
    content: Mapped[Json] = mapped_column(deferred=True)
    made_at: Mapped[datetime]


class StoryProfile(Base, kw_only=True):
    """What a story is compared by with others: made and replaced with its analysis.

    `centroid` is the unit mean of its articles' vectors of one `space` (the recipe of the vectors), NULL where none
    were made; `groups` are the stakeholders that are quoted, sorted.
    """

    __tablename__ = "story_profiles"
    story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"), primary_key=True)
    space: Mapped[str]
    articles: Mapped[int]
    centroid: Mapped[Vector | None]
    groups: Mapped[Json]
    made_at: Mapped[datetime] = mapped_column(index=True)


class PageRow(Base, kw_only=True):
    """One immutable version of a page. The page with the highest version is the present one.

    `content` is the page in the form of `summarise/page.py`, `sha256` that of its canonical JSON text (sorted keys);
    `input_sha` the `evidence_sha` that it was written from. `reason` says why it is held, withdrawn or corrected.
    """

    __tablename__ = "pages"
    __table_args__ = (Index("ix_pages_status", "status"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[Json] = mapped_column(deferred=True)
    sha256: Mapped[str]
    edition: Mapped[str]
    status: Mapped[str]
    input_sha: Mapped[str]
    recipe: Mapped[str]
    made_at: Mapped[datetime]
    #: machine or editor: what an editor holds or withdraws, the machine does not bring back
    made_by: Mapped[str] = mapped_column(default="machine")
    reason: Mapped[str] = mapped_column(default="")


class PageSlug(Base, kw_only=True):
    """A readable address that a page has or had; none is ever given to another page or taken back."""

    __tablename__ = "page_slugs"
    page_id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    first_used_at: Mapped[datetime]

"""The tables. The database is the pipeline: each stage fills one of them, and what is pending is what has no row there
for its present input.

    outlets, ratings, feeds ─► articles ─► responses ─► documents ─► embeddings ─► memberships ─► stories
                        poll          fetch        extract      embed         cluster

Output rows carry the hash of their input and a `recipe` (stage version and the settings that matter); both are compared
in SQL, so a changed input or a changed recipe is pending again by itself. Rows that a page or a decision may refer to
are superseded, never deleted; pruning empties bodies and keeps rows.

From embeddings on they are in `story_tables`, ratings in `ledger_tables`, what is made of stories in `page_tables`.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Boolean, ForeignKey, Index, Text, false
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from aggregator.store.columns import CompressedBytes, Json, JsonColumn, UtcDateTime, Vector, VectorColumn


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Rows are dataclasses, built by keyword."""

    type_annotation_map: ClassVar = {
        datetime: UtcDateTime(),
        str: Text(),
        bytes: CompressedBytes(),
        Vector: VectorColumn(),
        Json: JsonColumn,
    }


class Instance(Base, kw_only=True):
    """Which instance this database belongs to: one row, written when the database is made."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str]
    sample: Mapped[bool]
    created_at: Mapped[datetime]
    #: the last tick of the sample's replay that ran to its end
    replayed_to: Mapped[datetime | None] = mapped_column(default=None)


class Outlet(Base, kw_only=True):
    """An organisation that publishes. Outlets taken from the configuration are `listed`; imports add unlisted ones."""

    __tablename__ = "outlets"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    home: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    domains: Mapped[Json] = mapped_column(default_factory=list)
    satire: Mapped[bool] = mapped_column(default=False)
    rights: Mapped[str] = mapped_column(default="full")
    listed: Mapped[bool] = mapped_column(default=True)
    #: on what the operator may use texts although the publisher reserves text and data mining
    tdm_basis: Mapped[str] = mapped_column(default="", server_default="")
    #: desks that are rated apart, each with key, kind, paths, sections (see `sources.units`)
    units: Mapped[Json] = mapped_column(default_factory=list, server_default="[]")


class Feed(Base, kw_only=True):
    """A URL of an outlet that lists its articles, and what the last polls of it found."""

    __tablename__ = "feeds"
    __table_args__ = (Index("ix_feeds_next_at", "next_at"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    outlet_key: Mapped[str] = mapped_column(ForeignKey("outlets.key"))
    section: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    title: Mapped[str] = mapped_column(default="")
    etag: Mapped[str] = mapped_column(default="")
    last_modified: Mapped[str] = mapped_column(default="")
    body_sha: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="never")
    detail: Mapped[str] = mapped_column(default="")
    #: failures since it last answered, in quarters: a hard one counts four, a soft one two, a temporary one one
    failures: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    next_at: Mapped[datetime | None] = mapped_column(default=None)
    #: on what the operator may ask although robots.txt forbids it
    robots_basis: Mapped[str] = mapped_column(default="", server_default="")
    #: where it is asked, if it has moved for good; empty: at `url`
    address: Mapped[str] = mapped_column(default="", server_default="")
    #: where permanent redirects lead, since when, and how often that gave a feed
    moved_to: Mapped[str] = mapped_column(default="", server_default="")
    moved_at: Mapped[datetime | None] = mapped_column(default=None)
    moved_seen: Mapped[int] = mapped_column(default=0, server_default="0")
    #: when it first said that it is gone (410), and whether that is believed
    gone_at: Mapped[datetime | None] = mapped_column(default=None)
    muted: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    #: when it was last asked without conditions, and how often its validators were wrong
    whole_at: Mapped[datetime | None] = mapped_column(default=None)
    distrust: Mapped[int] = mapped_column(default=0, server_default="0")
    #: it is asked with as few headers as possible
    plain: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    #: what tells its entries apart: "guid", or "url" where its GUIDs cannot
    identity: Mapped[str] = mapped_column(default="guid", server_default="guid")
    #: parameters of its links that change from poll to poll, and are no part of an article's identity
    tokens: Mapped[Json] = mapped_column(default_factory=list, server_default="[]")
    #: how often it has something new, by hour of the day
    rhythm: Mapped[Json] = mapped_column(default_factory=dict, server_default="{}")
    #: when it last listed something new
    news_at: Mapped[datetime | None] = mapped_column(default=None)


class FeedCheck(Base, kw_only=True):
    """The history of a feed: an outlet that answered and one that could not be asked are told apart for ever."""

    __tablename__ = "feed_checks"
    feed_id: Mapped[str] = mapped_column(ForeignKey("feeds.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    state: Mapped[str]
    status: Mapped[int] = mapped_column(default=0)
    entries: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    detail: Mapped[str] = mapped_column(default="")
    bytes: Mapped[int] = mapped_column(default=0, server_default="0")
    seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")


class Host(Base, kw_only=True):
    """What is remembered of a host, so that several processes together stay polite."""

    __tablename__ = "hosts"
    host: Mapped[str] = mapped_column(primary_key=True)
    robots: Mapped[str] = mapped_column(default="")
    robots_status: Mapped[int] = mapped_column(default=0)
    robots_at: Mapped[datetime | None] = mapped_column(default=None)
    next_free_at: Mapped[datetime | None] = mapped_column(default=None)
    down_until: Mapped[datetime | None] = mapped_column(default=None)
    robots_failing_since: Mapped[datetime | None] = mapped_column(default=None)
    tdm: Mapped[str] = mapped_column(default="", server_default="")
    tdm_at: Mapped[datetime | None] = mapped_column(default=None)
    strikes: Mapped[int] = mapped_column(default=0, server_default="0")
    learnt_delay: Mapped[float] = mapped_column(default=0.0, server_default="0")
    down_reason: Mapped[str] = mapped_column(default="", server_default="")
    leads_to: Mapped[str] = mapped_column(default="", server_default="")


class Article(Base, kw_only=True):
    """One page of news. Its id comes from its URL alone, never from the order of arrival.

    `entry_sha` changes when the feed says that the article changed (URL, title or time of update): it is the input of
    fetch. `withheld` (a reason) ends every stage for the article: a tombstone.
    """

    __tablename__ = "articles"
    __table_args__ = (Index("ix_articles_outlet_published", "outlet_key", "published_at"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    outlet_key: Mapped[str] = mapped_column(ForeignKey("outlets.key"))
    origin: Mapped[str]
    external_id: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    authors: Mapped[Json] = mapped_column(default_factory=list)
    section: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    updated_at: Mapped[datetime | None] = mapped_column(default=None)
    found_at: Mapped[datetime]
    #: `published_at`, or `found_at` where that is not known: what slices and windows go by
    order_at: Mapped[datetime] = mapped_column(index=True)
    entry_sha: Mapped[str]
    rights: Mapped[str] = mapped_column(default="full")
    withheld: Mapped[str] = mapped_column(default="")
    #: the date as its feed wrote it, and why it was not taken as it stands
    published_raw: Mapped[str] = mapped_column(default="", server_default="")
    date_note: Mapped[str] = mapped_column(default="", server_default="")
    #: the text that its feed carried, as HTML: it serves where the page gives none; pruned like pages
    feed_html: Mapped[bytes | None] = mapped_column(default=None, deferred=True)
    #: when its page is asked for again, and how often that was done
    recheck_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    rechecks: Mapped[int] = mapped_column(default=0, server_default="0")
    #: since when its page, which was read before, is no longer there (404, 410, or a redirect to the front page)
    gone_at: Mapped[datetime | None] = mapped_column(default=None)


class Appearance(Base, kw_only=True):
    """That a feed listed an article: one article, however many feeds it comes by."""

    __tablename__ = "appearances"
    __table_args__ = (
        Index("ix_appearances_guid", "feed_id", "guid_key"),
        Index("ix_appearances_seen", "feed_id", "first_seen_at"),
    )
    feed_id: Mapped[str] = mapped_column(ForeignKey("feeds.id"), primary_key=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    guid: Mapped[str] = mapped_column(default="")
    #: the GUID without scheme, host and query, which change where the article does not
    guid_key: Mapped[str] = mapped_column(default="", server_default="")
    #: what this feed says of the article; only a change within one feed is an edit
    entry_sha: Mapped[str]
    first_seen_at: Mapped[datetime]


class Alias(Base, kw_only=True):
    """Another URL under which an article is known: what its page names as `rel=canonical`, or a redirect's end."""

    __tablename__ = "aliases"
    url_key: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), index=True)


class Response(Base, kw_only=True):
    """An article's page as it came off the wire; the body is emptied after `[keep] html_days`, the row stays."""

    __tablename__ = "responses"
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    input_sha: Mapped[str]
    recipe: Mapped[str]
    final_url: Mapped[str]
    content_type: Mapped[str]
    html: Mapped[bytes | None] = mapped_column(deferred=True)
    html_sha: Mapped[str]
    fetched_at: Mapped[datetime] = mapped_column(index=True)
    etag: Mapped[str] = mapped_column(default="", server_default="")
    last_modified: Mapped[str] = mapped_column(default="", server_default="")
    #: what headers and the host's own statements leave us of the text, and which statement says so
    rights: Mapped[str] = mapped_column(default="full", server_default="full")
    rights_basis: Mapped[str] = mapped_column(default="", server_default="")


class Document(Base, kw_only=True):
    """The readable text of an article. A changed text is a new revision; the newest is `current`."""

    __tablename__ = "documents"
    __table_args__ = (
        Index("ix_documents_current", "article_id", "current", "content_sha"),
        Index("ix_documents_text", "text_sha256"),
    )
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    current: Mapped[bool] = mapped_column(Boolean)
    input_sha: Mapped[str]
    recipe: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    text_sha256: Mapped[str]
    #: hash of title and text: the input of embed, cluster and all that comes after
    content_sha: Mapped[str]
    language: Mapped[str]
    kind: Mapped[str]
    extent: Mapped[str]
    regions: Mapped[Json]
    authors: Mapped[Json]
    wire: Mapped[str] = mapped_column(default="")
    rights: Mapped[str] = mapped_column(default="full")
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    date_trust: Mapped[str] = mapped_column(default="none")
    made_at: Mapped[datetime]
    #: the statement that narrowed the rights
    rights_basis: Mapped[str] = mapped_column(default="", server_default="")
    #: the article's picture as declared: {"url", "credit", "alt"}; never shown from there
    image: Mapped[Json | None] = mapped_column(default=None)
    #: how far two extractors agree on the text, 0 to 1; none where only one was asked
    agreement: Mapped[float | None] = mapped_column(default=None)


class ParagraphCount(Base, kw_only=True):
    """On how many articles of an outlet a short paragraph stands: from a few on it is boilerplate."""

    __tablename__ = "paragraph_counts"
    outlet_key: Mapped[str] = mapped_column(ForeignKey("outlets.key"), primary_key=True)
    sha: Mapped[str] = mapped_column(primary_key=True)
    seen: Mapped[int] = mapped_column(default=1)
    last_at: Mapped[datetime] = mapped_column(index=True)


class Attempt(Base, kw_only=True):
    """A lease on one item of a stage, or the memory of its failures. Success deletes the row.

    `input_sha` is what was tried: an item whose input changed starts afresh. A lease is (owner, token, leased_until);
    a failure waiting for its next try has `not_before`; `buried` is final for this input.
    """

    __tablename__ = "attempts"
    stage: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    input_sha: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    #: how often the process that held this item died: from the third on it is tried alone, in a process of its own
    deaths: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None] = mapped_column(default=None)
    token: Mapped[str | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    buried: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")
    failed_at: Mapped[datetime | None] = mapped_column(default=None)


class Lock(Base, kw_only=True):
    """A named lock with an owner and a time-out on wall time: who may run a batch, over all hosts."""

    __tablename__ = "locks"
    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    token: Mapped[str]
    until: Mapped[datetime]


class Run(Base, kw_only=True):
    """One batch run: when, how it ended and what it did."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    exit_code: Mapped[int | None] = mapped_column(default=None)
    report: Mapped[Json] = mapped_column(default_factory=dict)

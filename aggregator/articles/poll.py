"""Poll: due feeds are asked, and what they list becomes articles.

A feed that fails is a result like any other, never an item error: five bad mornings must not bury a feed. What each
poll found is kept in `feed_checks`, so that an outlet that answered and an outlet that could not be asked are told
apart for ever.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from aggregator.articles.hosts import host_name, load_hosts, save_hosts
from aggregator.articles.urls import article_id, article_key, canonical
from aggregator.clock import Clock
from aggregator.errors import ItemError, Rejected
from aggregator.executors import Isolated, WorkerDied, time_limit
from aggregator.net import Failure, FetchReason, HostState, Reply, Request, fetch_all
from aggregator.settings import PollSettings, Settings
from aggregator.sources.domains import Domains
from aggregator.sources.feeds import read_feed
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.tables import Alias, Appearance, Article, Feed, FeedCheck
from aggregator.text import one_line, sha256
from aggregator.types import PURGED, Entry, FeedDocument, FeedState

log = structlog.get_logger()

#: entries dated before this are dated by accident
EARLIEST = 1995
#: a date this far ahead is a zone error and counts as now; one further ahead is no date
ZONE_ERROR = timedelta(hours=24)
#: why the older entries of a new feed are not fetched
BEFORE_FIRST_POLL = "older than the newest entries taken at the feed's first poll"

_STATES = {
    FetchReason.DNS: FeedState.DNS,
    FetchReason.DNS_TEMPORARY: FeedState.DNS,
    FetchReason.UNREACHABLE: FeedState.UNREACHABLE,
    FetchReason.TIMEOUT: FeedState.TIMEOUT,
    FetchReason.TLS: FeedState.TLS,
    FetchReason.ADDRESS: FeedState.FORBIDDEN,
    FetchReason.REDIRECT: FeedState.REDIRECT,
    FetchReason.TOO_LARGE: FeedState.TOO_LARGE,
    FetchReason.ROBOTS: FeedState.ROBOTS,
    FetchReason.HTTP_4XX: FeedState.HTTP_4XX,
    FetchReason.HTTP_5XX: FeedState.HTTP_5XX,
    FetchReason.GONE: FeedState.GONE,
}


@dataclass(frozen=True)
class DueFeed:
    """A feed whose time has come, with the validators of its last reply."""

    key: str
    input_sha: str
    url: str
    etag: str
    last_modified: str
    body_sha: str
    host: HostState | None


@dataclass(frozen=True)
class Polled:
    """What asking a feed gave. `document` is None unless it answered with a body that had changed."""

    feed_id: str
    state: FeedState
    detail: str = ""
    status: int = 0
    retry_after: timedelta | None = None
    etag: str = ""
    last_modified: str = ""
    body_sha: str = ""
    document: FeedDocument | None = None


class Poll(Stage[DueFeed, Polled]):
    """Due feeds become articles.

    What is due is settled when the stage is made: a poll that takes longer than a feed's interval does not start over.
    `states` counts what the feeds asked answered. Asking is not pure: what was learnt of hosts is kept until `save`.
    """

    name = "poll"
    batch_size = 64
    lease = timedelta(minutes=30)

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.due_at = clock.now()
        self.states: Counter[str] = Counter()
        self._learnt: tuple[HostState, ...] = ()

    def pending(self, session: Session, limit: int) -> Sequence[DueFeed]:
        """Active feeds whose next check has come, the longest waiting first."""
        due = (
            select(Feed)
            .where(Feed.active, or_(Feed.next_at.is_(None), Feed.next_at <= self.due_at, Feed.next_at > self._latest()))
            .where(leases.available(self.name, Feed.id, "", self.due_at, mortal=False))
            .order_by(Feed.next_at.nulls_first(), Feed.id)
            .limit(limit)
        )
        feeds = session.scalars(due).all()
        hosts = load_hosts(session, [feed.url for feed in feeds])
        return [
            DueFeed(
                key=feed.id,
                input_sha="",
                url=feed.url,
                etag=feed.etag,
                last_modified=feed.last_modified,
                body_sha=feed.body_sha,
                host=hosts.get(host_name(feed.url)),
            )
            for feed in feeds
        ]

    def _latest(self) -> datetime:
        """No check is due later than this; one that says so was written by a clock that ran ahead."""
        return self.due_at + timedelta(hours=2 * self.settings.poll.max_interval_hours)

    def process(self, batch: Sequence[DueFeed]) -> Sequence[Polled | ItemError]:
        """Ask all feeds of the batch, politely and at the same time."""
        known = {feed.host.host: feed.host for feed in batch if feed.host}
        requests = [Request(f.url, "feed", etag=f.etag, last_modified=f.last_modified) for f in batch]
        replies, self._learnt = fetch_all(requests, self.settings.net, self.clock, known)
        aside = Isolated()
        try:
            return [self._read(feed, reply, aside) for feed, reply in zip(batch, replies, strict=True)]
        finally:
            aside.close()

    def _read(self, feed: DueFeed, reply: Reply | Failure, aside: Isolated) -> Polled:
        if isinstance(reply, Failure):
            state = _STATES.get(reply.reason) or _state_of_status(reply.status)
            hint = "; if the host is yours, allow it in [net] allow_private" if state is FeedState.FORBIDDEN else ""
            detail = one_line(reply.detail, 300) + hint
            return Polled(feed.key, state, detail, reply.status, reply.retry_after)
        etag, last_modified = reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
        if reply.status == 304:
            return Polled(feed.key, FeedState.UNCHANGED, status=304, etag=etag, last_modified=last_modified)
        body_sha = sha256(reply.body)
        result = Polled(feed.key, FeedState.UNCHANGED, "", reply.status, None, etag, last_modified, body_sha)
        if body_sha == feed.body_sha:
            return result
        kind = reply.headers.get("content-type", "")
        try:
            document = aside.run(parse_feed_aside, reply.body, reply.final_url, kind, self.settings.poll)
        except Rejected as error:
            return Polled(feed.key, FeedState.NOT_A_FEED, one_line(error.detail, 300), reply.status)
        except WorkerDied:
            why = "reading it took too long, or killed the reader"
            return Polled(feed.key, FeedState.NOT_A_FEED, why, reply.status)
        except Exception as error:  # noqa: BLE001 - hostile bytes that break the reader cost this feed only
            log.error("feed-reader-crashed", feed=feed.url, error=repr(error)[:300])
            return Polled(feed.key, FeedState.NOT_A_FEED, one_line(f"the reader broke: {error!r}", 300), reply.status)
        state = FeedState.OK if document.entries else FeedState.EMPTY
        return replace(result, state=state, document=document)

    def save(self, session: Session, results: Sequence[Polled]) -> None:
        """Store each feed's state and history, and its entries as articles."""
        now = self.clock.now()
        save_hosts(session, self._learnt)
        for result in results:
            feed = session.get_one(Feed, result.feed_id)
            first = feed.answered_at is None
            self._update(feed, result, now)
            self.states[result.state] += 1
            if not result.state.answered:
                log.warning("feed-failed", feed=feed.url, state=result.state.value, detail=result.detail)
            check = FeedCheck(feed_id=feed.id, at=now, state=result.state, status=result.status, detail=result.detail)
            if result.document is not None:
                limit = self.settings.poll.first_entries if first else None
                store_entries(session, feed, result.document.entries, now, check, limit)
                check.dropped += result.document.dropped
            session.merge(check)

    def _update(self, feed: Feed, result: Polled, now: datetime) -> None:
        poll = self.settings.poll
        wait = timedelta(minutes=poll.interval_minutes)
        feed.state, feed.detail, feed.checked_at = result.state, result.detail, now
        if result.state.answered:
            feed.failures, feed.answered_at = 0, now
            feed.etag, feed.last_modified = result.etag or feed.etag, result.last_modified or feed.last_modified
            feed.body_sha = result.body_sha or feed.body_sha
            if result.document is not None:
                feed.title = result.document.title or feed.title
                wait = max(wait, timedelta(minutes=result.document.ttl_minutes or 0))
        else:
            feed.failures += 1
            feed.etag = feed.last_modified = ""  # a failing feed is asked without conditions
            wait = max(wait * (1 + feed.failures), result.retry_after or wait)
        feed.next_at = now + min(wait, timedelta(hours=poll.max_interval_hours))


def parse_feed_aside(body: bytes, url: str, content_type: str, poll: PollSettings) -> FeedDocument:
    """`read_feed` in a process that an alarm ends: feedparser is quadratic in what hostile feeds can hold."""
    with time_limit(poll.parse_seconds):
        return read_feed(body, url, content_type, max_entries=poll.max_entries)


def _state_of_status(status: int) -> FeedState:
    """A failure without a state of its own: 429 and 503 with Retry-After, broken bodies, broken protocol."""
    if status >= 400:
        return FeedState.HTTP_5XX if status >= 500 else FeedState.HTTP_4XX
    return FeedState.UNREACHABLE


def store_entries(
    session: Session, feed: Feed, entries: Iterable[Entry], now: datetime, check: FeedCheck, limit: int | None
) -> None:
    """Entries become articles: new ones are added, edited ones are made pending for fetch again.

    With `limit`, only the newest entries are taken; the others are kept as rows that no stage looks at, so that the
    next poll does not take them for news.
    """
    domains = Domains(session)
    newest_first = sorted(entries, key=lambda e: e.published_at or now, reverse=True)
    listed: set[str] = set()
    for rank, entry in enumerate(newest_first):
        try:
            url, key = canonical(entry.url), article_key(entry.url)
        except Rejected:
            check.dropped += 1
            continue
        check.entries += 1
        alias = session.get(Alias, key)
        identity = alias.article_id if alias else article_id(url)
        if identity not in listed:  # of two entries of one page (a live blog) the newest speaks for it
            listed.add(identity)
            taken = limit is None or rank < limit
            _store_entry(session, feed, entry, identity, url, domains.owner(url), now, check, taken)


def _store_entry(
    session: Session,
    feed: Feed,
    entry: Entry,
    identity: str,
    url: str,
    owner: str | None,
    now: datetime,
    check: FeedCheck,
    taken: bool,
) -> None:
    """An article belongs to the outlet whose domain it is on: what another outlet's feed says of it is not taken."""
    entry_sha = sha256("\n".join((url, entry.title, str(entry.updated_at or ""))))
    article = session.get(Article, identity)
    if article is None:
        outlet = owner or feed.outlet_key
        article = Article(
            id=identity,
            url=url,
            outlet_key=outlet,
            origin="feed",
            found_at=now,
            order_at=now,
            entry_sha=entry_sha,
            withheld="" if taken else BEFORE_FIRST_POLL,
        )
        session.add(article)
        check.new += 1
    if article.withheld.startswith(PURGED):
        return  # nothing of it is stored again
    own = article.outlet_key == feed.outlet_key
    seen = session.get(Appearance, (feed.id, identity))
    if seen is None:
        session.add(
            Appearance(feed_id=feed.id, article_id=identity, guid=entry.guid, entry_sha=entry_sha, first_seen_at=now)
        )
        if article.withheld == BEFORE_FIRST_POLL and taken:
            article.withheld = ""  # old to one feed, new to this one
        if own and not article.title:
            _describe(article, feed, entry, now)
    elif seen.entry_sha != entry_sha and own:  # the article was edited
        seen.entry_sha = article.entry_sha = entry_sha
        article.title, article.summary = entry.title or article.title, entry.summary or article.summary
        article.updated_at = entry.updated_at or now
        check.changed += 1
    session.flush()


def _describe(article: Article, feed: Feed, entry: Entry, now: datetime) -> None:
    """What a feed of its own outlet says of an article."""
    article.title, article.summary, article.authors = entry.title, entry.summary, list(entry.authors)
    article.section = feed.section or (entry.categories[0] if entry.categories else "")
    article.updated_at = entry.updated_at
    article.published_at = trusted_date(entry.published_at or entry.updated_at, now)
    article.order_at = article.published_at or article.found_at


def trusted_date(given: datetime | None, now: datetime) -> datetime | None:
    """A feed's date if it can be true; never "now" for a missing one."""
    if given is None or given.year < EARLIEST or given > now + ZONE_ERROR:
        return None
    return min(given, now)


def ask_again(session: Session) -> int:
    """Make the feeds that did not answer due at once; how many those are."""
    failing = [state.value for state in FeedState if not state.answered and state is not FeedState.NEVER]
    due = update(Feed).where(Feed.state.in_(failing), Feed.active).values(next_at=None).returning(Feed.id)
    return len(session.scalars(due).all())

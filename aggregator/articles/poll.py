"""Poll: due feeds are asked, and what they list becomes articles.

A feed that fails is a result like any other, never an item error: five bad mornings must not bury a feed. What each
poll found is kept in `feed_checks`, so that an outlet that answered and an outlet that could not be asked are told
apart for ever.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from aggregator.articles.entries import store_entries
from aggregator.articles.feed_books import Polled, believed, conditional, note_answer, note_failure
from aggregator.articles.feed_health import SOFT, body_hash, judge
from aggregator.articles.hosts import host_name, load_hosts, save_hosts
from aggregator.articles.listing import Listed
from aggregator.articles.next_check import LONGEST
from aggregator.clock import Clock
from aggregator.errors import ItemError, Rejected
from aggregator.executors import Isolated, WorkerDied, time_limit
from aggregator.net import Failure, FetchReason, HostState, Reply, Request, fetch_all
from aggregator.setting_sections import PollSettings
from aggregator.settings import Settings
from aggregator.sources.domains import Domains
from aggregator.sources.feeds import read_feed
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.tables import Feed, FeedCheck, Host
from aggregator.text import one_line
from aggregator.types import FeedDocument, FeedState

log = structlog.get_logger()

#: a check that is later than any can be was written by a clock that ran ahead, and so was a check made in the future
LATEST = LONGEST * 1.1
CLOCKS_DIFFER = timedelta(hours=1)
#: a check cut short by a process's death is made up for at once so often; then it waits like one that was made
INTERRUPTED = 8
#: what of a reply's headers is needed later
_HEADERS = ("etag", "last-modified", "cache-control", "expires", "age", "date")


@dataclass(frozen=True)
class DueFeed:
    """A feed whose time has come, with the validators of its last reply if they are sent, and when it was due."""

    key: str
    input_sha: str
    url: str
    etag: str
    last_modified: str
    body_sha: str
    host: HostState | None
    next_at: datetime | None
    plain: bool
    robots_basis: str


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
        ahead = or_(Feed.next_at > self.due_at + LATEST, Feed.checked_at > self.due_at + CLOCKS_DIFFER)
        cut_short = leases.interrupted(self.name, Feed.id, INTERRUPTED)
        due = (
            select(Feed)
            .where(Feed.active, or_(Feed.next_at.is_(None), Feed.next_at <= self.due_at, ahead, cut_short))
            .where(leases.available(self.name, Feed.id, "", self.due_at, mortal=False))
            .order_by(Feed.next_at.nulls_first(), Feed.id)
            .limit(limit)
        )
        feeds = session.scalars(due).all()
        hosts = load_hosts(session, [feed.address or feed.url for feed in feeds])
        return [self._due(feed, hosts) for feed in feeds]

    def _due(self, feed: Feed, hosts: Mapping[str, HostState]) -> DueFeed:
        sent = (feed.etag, feed.last_modified) if conditional(feed, self.due_at) else ("", "")
        url = feed.address or feed.url
        return DueFeed(
            key=feed.id,
            input_sha="",
            url=url,
            etag=sent[0],
            last_modified=sent[1],
            body_sha=feed.body_sha,
            host=hosts.get(host_name(url)),
            next_at=feed.next_at,
            plain=feed.plain,
            robots_basis=feed.robots_basis,
        )

    def claimed(self, session: Session, items: Sequence[DueFeed]) -> None:
        """The next check is written before this one is made: a poll that dies does not ask in a loop."""
        soon = self.clock.now() + timedelta(minutes=self.settings.poll.min_interval_minutes)
        _write_next(session, {item.key: soon for item in items})

    def given_back(self, session: Session, items: Sequence[DueFeed]) -> None:
        """What was claimed and not asked is as due as before."""
        _write_next(session, {item.key: item.next_at for item in items})

    def process(self, batch: Sequence[DueFeed]) -> Sequence[Polled | ItemError]:
        """Ask all feeds of the batch, politely and at the same time."""
        known = {feed.host.host: feed.host for feed in batch if feed.host}
        requests = [
            Request(
                feed.url,
                "feed",
                etag=feed.etag,
                last_modified=feed.last_modified,
                plain=feed.plain,
                robots_basis=feed.robots_basis,
            )
            for feed in batch
        ]
        aside = Isolated()

        def read(number: int, reply: Reply | Failure) -> Polled:
            return self._read(batch[number], reply, aside)

        try:
            polled, self._learnt = fetch_all(requests, self.settings.net, self.clock, known, take=read)
        finally:
            aside.close()
        return polled

    def _read(self, feed: DueFeed, reply: Reply | Failure, aside: Isolated) -> Polled:
        if isinstance(reply, Failure):
            return failed(feed, reply)
        found = answered(feed, reply)
        if found.status != 200 or found.body_sha == feed.body_sha:
            return found
        kind = reply.headers.get("content-type", "")
        try:
            document = aside.run(parse_feed_aside, reply.body, reply.final_url, kind, self.settings.poll)
        except Rejected as error:
            why = one_line(error.detail, 300)
        except WorkerDied:
            why = "reading it took too long, or killed the reader"
        except Exception as error:  # noqa: BLE001 - hostile bytes that break the reader cost this feed only
            log.error("feed-reader-crashed", feed=feed.url, error=repr(error)[:300])
            why = one_line(f"the reader broke: {error!r}", 300)
        else:
            return replace(found, state=FeedState.OK if document.entries else FeedState.EMPTY, document=document)
        return replace(found, state=FeedState.NOT_A_FEED, detail=why, quarters=SOFT)

    def save(self, session: Session, results: Sequence[Polled]) -> None:
        """Store each feed's state and history, and its entries as articles."""
        now = self.clock.now()
        save_hosts(session, self._learnt)
        domains = Domains(session)
        for given in results:
            result = believed(session, given)
            feed = session.get_one(Feed, result.feed_id)
            check = FeedCheck(feed_id=feed.id, at=now, state=result.state, status=result.status)
            check.bytes, check.seconds = result.bytes, round(result.seconds, 3)
            if result.state.answered:
                listed = self._store(session, feed, result, check, domains, now)
                note_answer(session, feed, result, listed, domains, now, self.settings.poll)
            else:
                before = feed.state
                note_failure(feed, result, now, self.settings.poll)
                tell = log.warning if feed.state != before else log.info  # a run that tells nothing new is quiet
                tell("feed-failed", feed=feed.url, state=result.state.value, detail=feed.detail)
            check.state, check.detail = feed.state, feed.detail
            self.states[FeedState(feed.state)] += 1
            session.merge(check)

    def _store(
        self, session: Session, feed: Feed, result: Polled, check: FeedCheck, domains: Domains, now: datetime
    ) -> Listed | None:
        if result.document is None:
            return None
        limit = self.settings.poll.first_entries if feed.answered_at is None else None
        listed = store_entries(session, feed, result.document.entries, now, check, domains, limit)
        check.dropped += result.document.dropped
        return listed


def failed(feed: DueFeed, failure: Failure) -> Polled:
    """What a request that gave nothing to use says of its feed."""
    verdict = judge(failure)
    private = failure.reason is FetchReason.ADDRESS
    hint = "; if the host is yours, allow it in [net] allow_private" if private else ""
    return Polled(
        feed.key,
        feed.url,
        verdict.state,
        detail=one_line(failure.detail, 300) + hint,
        status=failure.status,
        quarters=verdict.quarters,
        at_least=verdict.at_least,
    )


def answered(feed: DueFeed, reply: Reply) -> Polled:
    """What a reply says of its feed before its body is read: nothing new, unless that shows."""
    content_type = reply.headers.get("content-type", "")
    return Polled(
        feed.key,
        feed.url,
        FeedState.UNCHANGED,
        status=reply.status,
        whole=not (feed.etag or feed.last_modified),
        headers={name: reply.headers[name] for name in _HEADERS if name in reply.headers},
        body_sha=body_hash(reply.body, content_type) if reply.status == 200 else "",
        permanent_url=reply.permanent_url,
        bytes=reply.wire_bytes or len(reply.body),
        seconds=reply.seconds,
    )


def parse_feed_aside(body: bytes, url: str, content_type: str, poll: PollSettings) -> FeedDocument:
    """`read_feed` in a process that an alarm ends: feedparser is quadratic in what hostile feeds can hold."""
    with time_limit(poll.parse_seconds):
        return read_feed(body, url, content_type, max_entries=poll.max_entries)


def _write_next(session: Session, moments: Mapping[str, datetime | None]) -> None:
    by_moment: dict[datetime | None, list[str]] = {}
    for key, moment in moments.items():
        by_moment.setdefault(moment, []).append(key)
    for moment, keys in by_moment.items():
        rows = update(Feed).where(Feed.id.in_(keys)).values(next_at=moment)
        session.execute(rows.execution_options(synchronize_session=False))


def ask_again(session: Session) -> int:
    """Make the feeds that did not answer due at once, their hosts too; how many feeds those are."""
    failing = [state.value for state in FeedState if not state.answered and state is not FeedState.NEVER]
    rows = session.scalars(select(Feed).where(Feed.state.in_(failing), Feed.active)).all()
    for feed in rows:
        feed.next_at = None
    hosts = sorted({host_name(url) for feed in rows for url in (feed.url, feed.address) if url})
    free = update(Host).where(Host.host.in_(hosts)).values(down_until=None)
    session.execute(free.execution_options(synchronize_session=False))
    return len(rows)

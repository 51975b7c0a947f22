"""`outlets check`: what each feed says now, asked politely and without conditions; nothing is written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.executors import Isolated, WorkerDied, time_limit
from aggregator.net import Failure, HostState, Reply, Request, fetch_all
from aggregator.net.robots import Rules, product_token
from aggregator.settings import Settings
from aggregator.sources.feeds import read_feed
from aggregator.types import FeedDocument

#: feeds that are asked at a time, so that memory is bounded
_BATCH = 64
#: a feed whose newest entry is older is worth a look
OLD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What a feed said. `state` is ok, empty, or why there is no feed; `notes` are worth knowing and no failure."""

    url: str
    state: str
    detail: str = ""
    entries: int = 0
    newest: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def works(self) -> bool:
        """Whether the feed can be read."""
        return self.state in ("ok", "empty")


def check_feeds(
    urls: Sequence[str], settings: Settings, clock: Clock, progress: Callable[[int], None] = lambda n: None
) -> Iterator[FeedReport]:
    """A report on each feed, in the order given."""
    hosts: dict[str, HostState] = {}
    aside = Isolated()
    try:
        for begin in range(0, len(urls), _BATCH):
            requests = [Request(url, "feed") for url in urls[begin : begin + _BATCH]]
            answers, states = fetch_all(requests, settings.net, clock, hosts)
            hosts |= {state.host: state for state in states}
            for answer in answers:
                yield _report(answer, hosts, settings, clock, aside)
                progress(1)
    finally:
        aside.close()


def _report(
    answer: Reply | Failure, hosts: dict[str, HostState], settings: Settings, clock: Clock, aside: Isolated
) -> FeedReport:
    delay = _crawl_delay(answer.url, hosts, settings)
    polite = (f"robots.txt asks for {delay:g} s between requests",) if delay else ()
    if isinstance(answer, Failure):
        return FeedReport(answer.url, answer.reason.value, answer.detail, notes=polite)
    try:
        feed = aside.run(_in_time, answer.body, answer.final_url, answer.headers.get("content-type", ""), settings)
    except Rejected as error:
        return FeedReport(answer.url, "not-a-feed", error.detail, notes=polite)
    except WorkerDied:
        return FeedReport(answer.url, "not-a-feed", "reading it took too long, or killed the reader", notes=polite)
    newest = max((entry.published_at for entry in feed.entries if entry.published_at), default=None)
    notes = (*_notes(answer, feed, newest, clock.now()), *polite)
    return FeedReport(answer.url, "ok" if feed.entries else "empty", "", len(feed.entries), newest, notes)


def _notes(reply: Reply, feed: FeedDocument, newest: datetime | None, now: datetime) -> Iterator[str]:
    offered = [name for name in ("etag", "last-modified") if reply.headers.get(name)]
    yield f"validators: {', '.join(offered)}" if offered else "no validators: it is sent whole at every poll"
    if reply.permanent_url:
        yield f"moved for good to {reply.permanent_url}"
    if feed.partial:
        yield "it breaks off before its end"
    if feed.dropped:
        yield f"{feed.dropped} entries without an address, or beyond the newest"
    if feed.entries and newest is None:
        yield "no entry has a date"
    elif newest is not None and newest < now - OLD:
        yield "nothing new for 30 days"


def _crawl_delay(url: str, hosts: dict[str, HostState], settings: Settings) -> float:
    parts = urlsplit(url)
    name = parts.hostname or ""
    state = hosts.get(name if parts.port in (None, 80, 443) else f"{name}:{parts.port}")
    return Rules(state.robots, product_token(settings.net.user_agent)).delay if state is not None else 0.0


def _in_time(body: bytes, url: str, content_type: str, settings: Settings) -> FeedDocument:
    with time_limit(settings.poll.parse_seconds):
        return read_feed(body, url, content_type, max_entries=settings.poll.max_entries)

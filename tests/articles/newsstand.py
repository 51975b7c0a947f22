"""Two outlets whose feeds are served on loopback, and their polls: what the tests of polling share."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import select

from aggregator.articles.poll import Poll
from aggregator.clock import Clock
from aggregator.setting_sections import NetSettings, PollSettings
from aggregator.settings import Settings
from aggregator.sources.outlets import OutletSpec, sync_outlets
from aggregator.stage import Tally, drain
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Feed, FeedCheck

LANTERN, BEACON = "http://lantern.example/rss", "http://beacon.example/rss"
OUTLETS = (
    OutletSpec(key="lantern", name="Lantern", home="http://lantern.example/", feeds=({"url": LANTERN},)),
    OutletSpec(key="beacon", name="Beacon", home="http://beacon.example/", feeds=({"url": BEACON},)),
)


@dataclass
class Answer:
    """What a path answers."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Newsstand:
    """The server: what each URL answers (404 where nothing is set), and what was asked, with its headers."""

    address: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __setitem__(self, url: str, answer: "Answer | str") -> None:
        self.answers[url.removeprefix("http://")] = answer if isinstance(answer, Answer) else Answer(answer)

    def __getitem__(self, url: str) -> Answer:
        return self.answers[url.removeprefix("http://")]

    def requests(self, url: str) -> list[dict[str, str]]:
        """The headers of all requests for `url`, in order."""
        return [headers for asked, headers in self.asked if asked == url.removeprefix("http://")]


@contextmanager
def open_newsstand() -> Iterator[Newsstand]:
    """A server that answers for every host name."""
    stand = Newsstand()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"{self.headers['Host']}{self.path}"
            stand.asked.append((url, {name.lower(): value for name, value in self.headers.items()}))
            answer = stand.answers.get(url, Answer(status=404))
            etag = answer.headers.get("ETag")
            status = 304 if etag and self.headers.get("If-None-Match") == etag else answer.status
            self.send_response(status)
            self.send_header("Content-Type", "application/rss+xml")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if status not in (204, 304):
                self.wfile.write(answer.body.encode() if isinstance(answer.body, str) else answer.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    stand.address = f"127.0.0.1:{server.server_address[1]}"
    try:
        yield stand
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def rss(*items: tuple[str, str], extra: str = "", date: str = "Sat, 10 Oct 2026 10:00:00 GMT") -> str:
    """A feed of (title, link); every item has the same date unless that is empty."""
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    listed = "".join(f"<item><title>{title}</title><link>{link}</link>{dated}</item>" for title, link in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{extra}{listed}</channel></rss>'


def poll_settings(stand: Newsstand, **settings: Any) -> Settings:
    """Settings under which the newsstand's hosts may be asked, with these of `[poll]`."""
    hosts = dict.fromkeys(["lantern.example", "beacon.example", "elsewhere.example"], stand.address)
    net = NetSettings.model_construct(
        **{**dict(NetSettings()), "hosts": hosts, "host_delay": 0, "host_down_minutes": 0}
    )
    return Settings.model_construct(**{**dict(Settings()), "net": net, "poll": PollSettings(**settings)})


def poll(
    store: Store, clock: Clock, stand: Newsstand, *, then: timedelta = timedelta(hours=8), **settings: Any
) -> Tally:
    """Poll what is due; the clock then moves on, by default until all that answered is due again."""
    with store.write() as session:
        sync_outlets(session, OUTLETS, clock)
    tally = drain(Poll(poll_settings(stand, **settings), clock), store, clock)
    clock.move(clock.now() + then)
    return tally


def articles(store: Store) -> dict[str, Article]:
    """All articles by URL."""
    with store.read() as session:
        return {article.url: article for article in session.scalars(select(Article))}


def feed_of(store: Store, outlet: str = "lantern") -> Feed:
    """The one feed of an outlet."""
    with store.read() as session:
        return session.scalars(select(Feed).where(Feed.outlet_key == outlet, Feed.active)).one()


def states(store: Store) -> dict[str, str]:
    """The state of each outlet's feed."""
    with store.read() as session:
        return {row.outlet_key: row.state for row in session.execute(select(Feed.outlet_key, Feed.state))}


def checks(store: Store, outlet: str = "lantern") -> list[FeedCheck]:
    """The history of an outlet's feed, oldest first."""
    query = select(FeedCheck).join(Feed, Feed.id == FeedCheck.feed_id).where(Feed.outlet_key == outlet)
    with store.read() as session:
        return list(session.scalars(query.order_by(FeedCheck.at)))


def wait_of(store: Store, now: datetime, outlet: str = "lantern") -> timedelta:
    """How long after `now` the outlet's feed is asked again."""
    due = feed_of(store, outlet).next_at
    assert due is not None
    return due - now

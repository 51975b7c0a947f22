"""What each sample outlet answers to a request at a given moment, before anything of HTTP's transport."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from aggregator.sample.feeds import in_feed, write_feed
from aggregator.sample.layouts import LAYOUTS, render
from aggregator.sample.looks import look_of
from aggregator.sample.newsroom import Newsroom, SampleArticle, SampleOutlet
from aggregator.sample.pages import front_page, index_page, not_found


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. `changed` is the moment since which the resource is as it is, None if that is not known."""

    status: int
    body: bytes
    content_type: str
    changed: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """A weak validator (RFC 9110): the same for the packed and the plain form of a body."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:20]}"'


#: what a browser on this machine may append to an outlet's name (RFC 6761: such names are loopback)
LOCAL = ".localhost"


def answer(newsroom: Newsroom, host: str, target: str, now: datetime, port: str = "") -> Answer:
    """What the outlet called `host` answers at `now` to a GET of `target`, an origin-form path with query.

    Any other host is told which outlets there are; `port` (":8800") is for the links to them.
    """
    host = host.removesuffix(LOCAL)
    outlet = next((outlet for outlet in newsroom.outlets.values() if host in outlet.hosts), None)
    if outlet is None:
        status = 200 if target == "/" and host in ("127.0.0.1", "localhost", "") else 404
        page = index_page(list(newsroom.outlets.values()), port)
        return Answer(status, page.encode(), "text/html; charset=utf-8")
    try:
        address = urlsplit(target)
    except ValueError:
        return Answer(400, b"This is not an address\n", "text/plain; charset=utf-8")
    if address.path == "/robots.txt":
        return _robots(outlet)
    articles = newsroom.visible(outlet.key, now)
    for feed in outlet.feeds:
        if (host, address.path) == (feed.host, feed.path):
            if look_of(outlet.key).feed_down:
                return Answer(
                    503, b"Service unavailable\n", "text/plain; charset=utf-8", headers={"Retry-After": "3600"}
                )
            listed = in_feed(outlet, feed, articles)
            body = write_feed(newsroom, outlet, feed, listed)
            return Answer(200, body, f"{feed.media_type}; charset=utf-8", _last_change(listed))
    return _page(outlet, articles, address)


def _robots(outlet: SampleOutlet) -> Answer:
    text = look_of(outlet.key).robots
    if text is None:
        return Answer(404, b"Not found\n", "text/plain; charset=utf-8")
    return Answer(200, text.encode(), "text/plain; charset=utf-8")


def _page(outlet: SampleOutlet, articles: list[SampleArticle], address: SplitResult) -> Answer:
    look = look_of(outlet.key)
    wanted = _without_tracking(address)
    article = next((article for article in articles if article.path.rstrip("/") == wanted), None)
    if wanted == "":
        status, text = 200, front_page(outlet, articles, look.charset)
    elif article is None:
        status, text = 404, not_found(outlet, look.charset)
    else:
        layout = LAYOUTS[look.layout]
        status = 200
        text = render(layout, outlet, article, articles, canonical=look.canonical, charset=look.charset)
    # pages in an old encoding do not say so in the header either: only their meta element does
    content_type = "text/html; charset=utf-8" if look.charset == "utf-8" else "text/html"
    # a page changes with its related links too, so it is as old as the outlet's last change
    changed = _last_change(articles) if status == 200 else None
    return Answer(status, text.encode(look.charset, "xmlcharrefreplace"), content_type, changed)


def _without_tracking(address: SplitResult) -> str:
    query = [(name, value) for name, value in parse_qsl(address.query) if not name.startswith("utm_")]
    return address.path.rstrip("/") + (f"?{urlencode(query)}" if query else "")


def _last_change(articles: list[SampleArticle]) -> datetime | None:
    return max((article.changed for article in articles), default=None)

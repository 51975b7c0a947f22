"""Feed discovery: from the address of a home page or of a feed to an outlet's feeds, name, language and country.

A page's own statements come first, then links that look like feeds, then six well-known addresses one after the other,
then the news sitemaps that robots.txt names. Every address is asked through the guarded fetch, politely; every
candidate is read as a feed before it counts, in a process of its own.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.executors import Isolated, WorkerDied, time_limit
from aggregator.net import Failure, HostState, Reply, Request, fetch_all
from aggregator.settings import Settings
from aggregator.sources.domains import domain_of
from aggregator.sources.feeds import read_children, read_feed
from aggregator.sources.homepage import HomePage, country_of, outlet_name, read_home_page
from aggregator.types import FeedDocument

#: where feeds are where no page names them, commonest first
WELL_KNOWN = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml")
#: candidates of one kind that are asked
_MOST = 8
_SITEMAPS = 3
#: feeds whose entries lie so much alike are one feed in two formats
_SAME = 0.8
#: hosts of services that pass on other people's articles: no outlet's domain
SHARED_HOSTS = ("feedburner.com", "feedproxy.google.com", "news.google.com", "rss.app", "medium.com", "substack.com")
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """An address that answered with a feed; `source` says how it was found: given, page, link, guess or robots.txt."""

    url: str
    source: str
    document: FeedDocument

    @property
    def newest(self) -> datetime | None:
        """The date of its newest entry."""
        return max((entry.published_at for entry in self.document.entries if entry.published_at), default=None)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found of an outlet, main feed first; `domains` are further hosts that its articles are on."""

    home: str
    name: str
    language: str = ""
    country: str = ""
    domains: tuple[str, ...] = ()
    feeds: tuple[FoundFeed, ...] = ()
    #: addresses that were asked in vain, and why
    vain: tuple[tuple[str, str], ...] = ()


@dataclass
class _Seeker:
    """Asks and reads, and remembers hosts and vain tries from one question to the next."""

    settings: Settings
    clock: Clock
    say: Callable[[str], None]
    aside: Isolated
    hosts: dict[str, HostState] = field(default_factory=dict)
    vain: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.aside.close()

    def ask(self, urls: Sequence[str]) -> list[Reply]:
        """The answers that came with a body."""
        if not urls:
            return []
        for url in urls:
            self.say(f"asking {url}")
        requests = [Request(url, "feed") for url in urls]
        answers, states = fetch_all(requests, self.settings.net, self.clock, self.hosts)
        self.hosts |= {state.host: state for state in states}
        for answer in answers:
            if isinstance(answer, Failure):
                self.vain[answer.url] = answer.detail or answer.reason.value
            elif not answer.body:
                self.vain[answer.url] = "an empty answer"
        return [answer for answer in answers if isinstance(answer, Reply) and answer.body]

    def feed(self, reply: Reply) -> FeedDocument | None:
        """The answer as a feed; None, and why, if it is none."""
        try:
            return self.aside.run(_feed_in_time, self.settings.poll.parse_seconds, *_parts(reply))
        except Rejected as error:
            self.vain[reply.url] = error.detail
        except WorkerDied:
            self.vain[reply.url] = "reading it took too long, or killed the reader"
        return None

    def page(self, reply: Reply) -> HomePage:
        """The answer as a home page; an empty one if it cannot be read."""
        try:
            return self.aside.run(_page_in_time, self.settings.poll.parse_seconds, *_parts(reply))
        except WorkerDied:
            return HomePage()

    def feeds(self, urls: Iterable[str], source: str, most: int = _MOST) -> list[FoundFeed]:
        """Those of the first few addresses that are feeds."""
        replies = self.ask([url for url in urls if url not in self.vain][:most])
        found = ((reply, self.feed(reply)) for reply in replies)
        return [FoundFeed(lasting_url(reply), source, feed) for reply, feed in found if feed is not None]


def discover(
    address: str,
    settings: Settings,
    clock: Clock,
    say: Callable[[str], None] = lambda line: None,
    given: Sequence[str] = (),
) -> Discovery:
    """Find what can be found from `address`, a home page or a feed, with or without `https://`.

    Feeds of comments are left out, and feeds that repeat another's entries. Where feeds are `given` none is looked for,
    and those of them that are feeds are taken, in their order. Nothing raises for what servers do: where nothing was
    found, `vain` says why.
    """
    urls = (address,) if "://" in address else (f"https://{address}", f"http://{address}")
    with _Seeker(settings, clock, say, Isolated()) as seeker:
        replies = seeker.ask(urls[:1]) or seeker.ask(urls[1:])
        if not replies:
            feeds = tuple(seeker.feeds(given, "given", len(given)))
            domains = further_domains(feeds, domain_of(urls[0]))
            return Discovery(urls[0], address, domains=domains, feeds=feeds, vain=tuple(seeker.vain.items()))
        first = replies[0]
        document = seeker.feed(first)
        if document is not None:
            found = [FoundFeed(lasting_url(first), "given", document)]
            home = document.site if document.site.startswith("http") else urljoin(first.final_url, "/")
            pages = seeker.ask([home])
            page = seeker.page(pages[0]) if pages else HomePage()
        else:
            page, home = seeker.page(first), first.final_url
            del seeker.vain[first.url]  # it was asked for the page it is
            found = [] if given else _search(seeker, page, home)
            if not (found or given) and (children := seeker.aside.run(read_children, first.body)):
                found = seeker.feeds(children[:_SITEMAPS], "page")
        taken = seeker.feeds(given, "given", len(given)) if given else _distinct(found)
        return _summed_up(home, page, taken, tuple(seeker.vain.items()))


def _search(seeker: _Seeker, page: HomePage, home: str) -> list[FoundFeed]:
    """The feeds of a page, each kind of place only if those before it gave none."""
    found = seeker.feeds(page.declared, "page")
    if not found and page.linked:
        replies = seeker.ask(page.linked[:_MOST])
        read = [(reply, seeker.feed(reply)) for reply in replies]
        found = [FoundFeed(lasting_url(reply), "link", feed) for reply, feed in read if feed is not None]
        lists = (seeker.page(reply) for reply, feed in read if feed is None)
        links = [url for listing in lists for url in (*listing.declared, *listing.linked)]
        if not found and links:  # a page of feeds
            found = seeker.feeds(dict.fromkeys(links), "link")
    for path in WELL_KNOWN if not found else ():
        found = seeker.feeds([urljoin(home, path)], "guess")
        if found:
            return found
    return found or _from_robots(seeker, home)


def _from_robots(seeker: _Seeker, home: str) -> list[FoundFeed]:
    """The news sitemaps that robots.txt names, itself or through an index; robots.txt was read before anything else."""
    states = [state for state in seeker.hosts.values() if state.host.split(":")[0] == urlsplit(home).hostname]
    named = [url for state in states for url in _SITEMAP_LINE.findall(state.robots)]
    news_first = sorted(dict.fromkeys(named), key=lambda url: "news" not in url.lower())[:_SITEMAPS]
    found: list[FoundFeed] = []
    children: list[str] = []
    for reply in seeker.ask(news_first):
        document = seeker.feed(reply)
        if document is not None:
            found.append(FoundFeed(lasting_url(reply), "robots.txt", document))
        else:
            children += seeker.aside.run(read_children, reply.body)[:_SITEMAPS]
    return found or (seeker.feeds(dict.fromkeys(children[:_SITEMAPS]), "robots.txt") if children else [])


def _distinct(found: Sequence[FoundFeed]) -> list[FoundFeed]:
    """Main feed first: feeds with entries before others, then as they were found; none that repeats an earlier one."""
    kept: list[FoundFeed] = []
    for feed in sorted(found, key=lambda one: not one.document.entries):
        urls = {entry.url for entry in feed.document.entries}
        others = ({entry.url for entry in one.document.entries} for one in kept)
        repeats = any(len(urls & other) >= _SAME * max(len(urls), len(other), 1) for other in others if urls)
        comments = re.match(r"comments\b", feed.document.title, re.IGNORECASE)
        if not repeats and not comments and feed.url not in [one.url for one in kept]:
            kept.append(feed)
    return kept


def _summed_up(home: str, page: HomePage, feeds: list[FoundFeed], vain: tuple[tuple[str, str], ...]) -> Discovery:
    host = domain_of(home)
    title, language = (feeds[0].document.title, feeds[0].document.language) if feeds else ("", "")
    word = re.match(r"[a-zA-Z]{2,3}(?![a-zA-Z])", language)
    parts = urlsplit(home)
    return Discovery(
        home=parts._replace(path=parts.path or "/", query="", fragment="").geturl(),
        name=outlet_name(page, title, host),
        language=page.language or (word.group().lower() if word else ""),
        country=country_of(host),
        domains=further_domains(feeds, host),
        feeds=tuple(feeds),
        vain=vain,
    )


def further_domains(feeds: Sequence[FoundFeed], host: str) -> tuple[str, ...]:
    """The host that nearly all entries are on, if that is not the home page's or below it."""
    hosts = [domain_of(entry.url) for feed in feeds for entry in feed.document.entries]
    if not hosts:
        return ()
    commonest = max(sorted(set(hosts)), key=hosts.count)
    if hosts.count(commonest) < _SAME * len(hosts) or is_shared(commonest):
        return ()
    return () if commonest == host or commonest.endswith(f".{host}") else (commonest,)


def is_shared(host: str) -> bool:
    """Whether a host passes on articles of many outlets."""
    return any(host == shared or host.endswith(f".{shared}") for shared in SHARED_HOSTS)


def lasting_url(reply: Reply) -> str:
    """Where the feed lives: the end of a chain of permanent redirects, else where it was asked for."""
    return reply.permanent_url or reply.url


def _parts(reply: Reply) -> tuple[bytes, str, str]:
    return reply.body, reply.final_url, reply.headers.get("content-type", "")


def _feed_in_time(seconds: float, body: bytes, url: str, content_type: str) -> FeedDocument:
    with time_limit(seconds):
        return read_feed(body, url, content_type)


def _page_in_time(seconds: float, body: bytes, url: str, content_type: str) -> HomePage:
    with time_limit(seconds):
        return read_home_page(body, url, content_type)

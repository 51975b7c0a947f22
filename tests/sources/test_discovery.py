"""From a home page or a feed to an outlet's feeds, against a site on loopback that notes what it is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from aggregator.clock import Clock
from aggregator.executors import Isolated
from aggregator.setting_sections import NetSettings
from aggregator.settings import Settings
from aggregator.sources import discovery
from aggregator.sources.discovery import WELL_KNOWN, Discovery, discover
from tests.net.server import RawServer, answer, ok, redirect, status
from tests.sources.documents import item, rss

NOW = datetime(2026, 10, 18, 6, 0, tzinfo=UTC)
HTML = "Content-Type: text/html; charset=utf-8"


class Shared(Isolated):
    """One process for all tests of this file: starting it is what takes time."""

    def close(self) -> None:
        """It is ended with the file."""


@pytest.fixture(scope="module")
def aside() -> Iterator[Shared]:
    shared = Shared()
    yield shared
    Isolated.close(shared)


@pytest.fixture(autouse=True)
def _one_process(aside: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "Isolated", lambda: aside)


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer() as running:
        yield running


def found(server: RawServer, path: str = "/") -> Discovery:
    net = NetSettings(allow_private=(f"127.0.0.1:{server.port}",), host_delay=0, total_timeout=5)
    return discover(server.base + path, Settings(net=net), Clock(NOW))


def html(head: str = "", body: str = "") -> bytes:
    return ok(f'<html lang="en-GB"><head>{head}</head><body>{body}</body></html>'.encode(), HTML)


def feed(*numbers: int, title: str = "The Gazette", site: str = "https://gazette.example/") -> bytes:
    text = rss("".join(item(number) for number in numbers)).replace("The Gazette", title)
    return ok(text.replace("<link>https://gazette.example/</link>", f"<link>{site}</link>").encode())


def link(href: str, words: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{words}" href="{href}">'


def paths(server: RawServer, result: Discovery) -> list[str]:
    return [one.url.removeprefix(server.base) for one in result.feeds]


def test_the_feeds_that_a_page_declares_are_read_and_nothing_else_is_asked(server: RawServer) -> None:
    head = link("/rss") + link("/politics.xml") + link("/comments/feed", "Comments") + link("/gone")
    server.scripts |= {
        "/": html('<meta property="og:site_name" content="The Gazette">' + head),
        "/rss": feed(1, 2, 3),
        "/politics.xml": feed(4, 5),
    }
    result = found(server)
    assert paths(server, result) == ["/rss", "/politics.xml"]
    assert (result.name, result.language, result.home) == ("The Gazette", "en", f"{server.base}/")
    assert result.domains == ("gazette.example",)  # where all its entries are
    assert [(url, "404" in why) for url, why in result.vain] == [(f"{server.base}/gone", True)]
    assert sorted(server.paths()) == ["/", "/gone", "/politics.xml", "/rss"]


def test_one_feed_in_two_formats_is_one_and_an_empty_one_comes_last(server: RawServer) -> None:
    server.scripts |= {
        "/": html(link("/empty") + link("/rss") + link("/again")),
        "/empty": feed(), "/rss": feed(1, 2, 3, 4, 5), "/again": feed(5, 4, 3, 2, 1),
    }  # fmt: skip
    assert paths(server, found(server)) == ["/rss", "/empty"]


def test_links_that_look_like_feeds_are_tried_and_a_page_of_feeds_is_followed_once(server: RawServer) -> None:
    server.scripts |= {
        "/": html(body='<a href="/our-feeds">RSS</a>'),
        "/our-feeds": html(body='<a href="/world.rss">World</a><a href="/our-feeds">RSS</a><a href="/more">RSS</a>'),
        "/world.rss": feed(1),
        "/more": html(),
    }
    result = found(server)
    assert (paths(server, result), result.feeds[0].source) == (["/world.rss"], "link")


def test_well_known_addresses_are_tried_one_after_the_other_until_one_is_a_feed(server: RawServer) -> None:
    server.scripts |= {"/": html(), "/feed": html(), "/rss": status(404), "/feed.xml": feed(1)}
    assert paths(server, found(server)) == ["/feed.xml"]
    assert server.paths() == ["/", "/feed", "/rss", "/feed.xml"]


def test_a_news_sitemap_that_robots_names_is_found_through_its_index(server: RawServer) -> None:  # 91
    base = server.base
    news = (
        f"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>{base}/1</loc><news:news>"
        "<news:title>One</news:title></news:news></url></urlset>"
    )
    server.scripts |= {
        "/robots.txt": ok(f"User-agent: *\nDisallow: /private\nSitemap: {base}/index.xml.gz\n".encode()),
        "/": html(),
        "/index.xml.gz": ok(
            f"<sitemapindex><sitemap><loc>{base}/all.xml</loc></sitemap><sitemap><loc>{base}/news.xml</loc></sitemap>"
            "</sitemapindex>".encode()
        ),
        "/all.xml": ok(b"<urlset/>"),
        "/news.xml": ok(news.encode()),
    }
    result = found(server)
    assert (paths(server, result), result.feeds[0].source) == (["/news.xml"], "robots.txt")
    assert len(server.paths()) <= 1 + len(WELL_KNOWN) + 3


def test_a_feed_leads_to_its_site_for_name_and_language(server: RawServer) -> None:
    server.scripts |= {
        "/all.xml": feed(1, site=f"{server.base}/"),
        "/": html("<title>Welcome</title>" + link("/other")),
    }
    result = found(server, "/all.xml")
    assert (paths(server, result), result.home, result.language) == (["/all.xml"], f"{server.base}/", "en")
    assert result.name == "The Gazette"


def test_a_feed_that_moved_for_good_is_known_by_its_new_address(server: RawServer) -> None:
    server.scripts |= {"/": html(link("/old") + link("/now")), "/old": redirect("/new", 301), "/new": feed(1)}
    server.scripts["/now"] = redirect("/new", 302)
    assert paths(server, found(server)) == ["/new"]


@pytest.mark.parametrize("home", [answer(500), ok(b""), ok(b"\x89PNG\r\n"), status(404)])
def test_where_nothing_is_found_it_says_what_was_tried(server: RawServer, home: bytes) -> None:
    server.scripts["/"] = home
    result = found(server)
    assert result.feeds == ()
    assert result.vain


def test_what_robots_forbids_is_not_asked_and_said(server: RawServer) -> None:
    server.scripts |= {"/robots.txt": ok(b"User-agent: *\nDisallow: /rss\n"), "/": html(link("/rss")), "/rss": feed(1)}
    result = found(server)
    assert "/rss" not in server.paths()
    assert any("robots" in why for _, why in result.vain)


@pytest.mark.parametrize("address", ["", "http://", "http://[::1", "ftp://x/", "http://127.0.0.1:99999/", "no host"])
def test_what_is_no_address_is_said(address: str) -> None:
    result = discover(address, Settings(), Clock(NOW))
    assert result.feeds == ()
    assert result.vain


def test_an_address_without_scheme_is_asked_for_over_https_first(server: RawServer) -> None:
    server.scripts |= {"/": html(link("/rss")), "/rss": feed(1)}
    net = NetSettings(allow_private=(f"127.0.0.1:{server.port}",), host_delay=0, host_down_minutes=0, total_timeout=5)
    asked: list[str] = []
    result = discover(f"127.0.0.1:{server.port}", Settings(net=net), Clock(NOW), asked.append)
    assert asked[:2] == [f"asking https://127.0.0.1:{server.port}", f"asking http://127.0.0.1:{server.port}"]
    assert result.home == f"{server.base}/"

"""The sample newsroom over real HTTP on loopback."""

import gzip
import http.client
import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from aggregator.clock import Clock
from aggregator.errors import ConfigError
from aggregator.sample import Newsroom, SampleArticle, SampleOutlet, SampleServer, serve_forever
from aggregator.sample.blocks import Block, BlockKind
from aggregator.sample.layouts import LAYOUTS, render
from aggregator.sample.looks import look_of
from aggregator.sample.newsroom import SampleFeed

CONFIG = Path(__file__).parents[2] / "config" / "sample"
NEWSROOM = Newsroom.load(CONFIG)
AFTER = datetime(2026, 10, 19, tzinfo=UTC)
BEFORE = datetime(2026, 10, 1, tzinfo=UTC)
FEEDS = [(outlet.key, feed) for outlet in NEWSROOM.outlets.values() for feed in outlet.feeds]
ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"


@dataclass
class Got:
    """A response as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(AFTER)


@pytest.fixture(scope="module")
def server(clock: Clock) -> Iterator[SampleServer]:
    with SampleServer(NEWSROOM, clock) as server:
        yield server


@pytest.fixture(autouse=True)
def _after_the_fortnight(clock: Clock) -> None:
    clock.move(AFTER)


def get(server: SampleServer, url: str, *, method: str = "GET", **headers: str) -> Got:
    """Ask the server for `url`, whose host goes into the Host header."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection(server.address, timeout=5)) as connection:
        connection.request(method, target, headers={"Host": parts.netloc, **names})
        response = connection.getresponse()
        return Got(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


def article_of(outlet: str, **having: object) -> SampleArticle:
    articles = NEWSROOM.visible(outlet, AFTER)
    return next(a for a in articles if all(getattr(a, name) == value for name, value in having.items()))


def paragraphs_are_in_order(page: str, article: SampleArticle) -> bool:
    text = unescape(page)
    places = [text.find(block.lines[0]) for block in article.blocks if block.kind is BlockKind.PARAGRAPH]
    return places == sorted(places) and -1 not in places


# --- hosts ------------------------------------------------------------------------------------------------------------


def test_every_outlet_host_is_mapped_to_the_address(server: SampleServer) -> None:
    hosts = server.hosts()
    assert set(hosts.values()) == {server.address}
    assert {outlet.host for outlet in NEWSROOM.outlets.values()} <= hosts.keys()
    assert server.address.startswith("127.0.0.1:")


def test_the_bare_address_lists_all_outlets_under_names_that_a_browser_resolves(server: SampleServer) -> None:
    got = get(server, f"http://{server.address}/")
    port = server.address.rpartition(":")[2]

    assert got.status == 200
    assert f'href="http://lantern.example.localhost:{port}/"' in got.text
    assert get(server, "http://lantern.example.localhost/").status == 200


def test_an_unknown_host_is_told_which_outlets_there_are(server: SampleServer) -> None:
    got = get(server, "http://nobody.example/")

    assert got.status == 404
    assert "lantern.example" in got.text


def test_a_host_with_port_and_capitals_is_recognised(server: SampleServer) -> None:
    assert get(server, "https://LANTERN.example:443/").status == 200


@pytest.mark.parametrize("outlet", NEWSROOM.outlets.values(), ids=lambda outlet: outlet.key)
def test_each_front_page_links_its_feeds_and_articles(server: SampleServer, outlet: SampleOutlet) -> None:
    got = get(server, outlet.home)
    page = got.body.decode(look_of(outlet.key).charset)
    assert got.status == 200
    assert "fictional" in page
    for feed in outlet.feeds:
        assert f'rel="alternate" type="{feed.media_type}"' in page
        assert feed.url in page
    for article in NEWSROOM.visible(outlet.key, AFTER):
        assert f'href="{article.path}"' in unescape(page)


def test_robots_txt_allows_articles_and_differs_by_host(server: SampleServer) -> None:
    texts = {key: get(server, f"{outlet.home}robots.txt") for key, outlet in NEWSROOM.outlets.items()}
    assert [key for key, got in texts.items() if got.status == 404] == ["gazetteer"]
    assert sum(b"Crawl-delay: 0" in got.body for got in texts.values()) == 2
    assert texts["lantern"].text.splitlines() == ["User-agent: *", "Disallow: /search", "Disallow: /private/"]


# --- feeds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outlet", "feed"), FEEDS, ids=[feed.url for _, feed in FEEDS])
def test_each_feed_is_well_formed_and_lists_pages_that_exist(
    server: SampleServer, outlet: str, feed: SampleFeed
) -> None:
    got = get(server, feed.url)
    if look_of(outlet).feed_down:
        assert (got.status, got.headers["retry-after"]) == (503, "3600")
        return
    assert got.status == 200
    assert "fictional" in got.text
    links = links_of(got.body)
    assert links
    for link in links[:2]:
        page = get(server, link)
        assert page.status == 200
        assert b"fictional" in page.body.lower()


def links_of(body: bytes) -> list[str]:
    """The entries' links, by the format of the feed."""
    if body.startswith(b"{"):
        document = json.loads(body)
        assert document["version"] == "https://jsonfeed.org/version/1.1"
        assert all(datetime.fromisoformat(item["date_published"]).tzinfo for item in document["items"])
        return [item["url"] for item in document["items"]]
    root = ElementTree.fromstring(body)
    if root.tag == "rss":
        for item in root.iter("item"):
            assert parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo
            assert all(item.findtext(tag) for tag in ("title", "guid", "description", "category", f"{DC}creator"))
        return [item.findtext("link") or "" for item in root.iter("item")]
    for entry in root.iter(f"{ATOM}entry"):
        assert all(entry.findtext(ATOM + tag) for tag in ("title", "id", "published", "updated", "summary"))
    return [entry.find(f"{ATOM}link").attrib["href"] for entry in root.iter(f"{ATOM}entry")]  # type: ignore[union-attr]


def test_an_articles_page_is_there_though_its_outlets_feed_is_down(server: SampleServer) -> None:
    article = article_of("evening-signal")
    assert get(server, NEWSROOM.url(article)).status == 200


def test_a_conditional_get_is_answered_with_304(server: SampleServer) -> None:
    url = "https://lantern.example/feed.xml"
    first = get(server, url)
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    for condition in ({"If_None_Match": etag}, {"If_None_Match": f'"x", {etag}'}, {"If_Modified_Since": modified}):
        again = get(server, url, **condition)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert get(server, url, If_None_Match='"other"', If_Modified_Since=modified).status == 200
    assert get(server, url, If_Modified_Since="the day before yesterday").status == 200


def test_a_feed_grows_with_the_clock(server: SampleServer, clock: Clock) -> None:
    url = "https://lantern.example/feed.xml"
    newest, oldest = NEWSROOM.visible("lantern", AFTER)[0], NEWSROOM.visible("lantern", AFTER)[-1]
    clock.move(BEFORE)
    assert links_of(get(server, url).body) == []
    assert get(server, NEWSROOM.url(oldest)).status == 404
    clock.move(oldest.published)
    grown = get(server, url)
    assert len(links_of(grown.body)) == 1
    clock.move(newest.published)
    assert get(server, url, If_None_Match=grown.headers["etag"]).status == 200
    assert get(server, url, If_Modified_Since=grown.headers["last-modified"]).status == 200


def test_an_edit_changes_the_feed_and_the_page(server: SampleServer, clock: Clock) -> None:
    first, edited = NEWSROOM.versions["gazetteer--dunmore-springs-flood-verrin-dam"]
    feed, page = NEWSROOM.outlets["gazetteer"].feeds[0].url, NEWSROOM.url(first)
    clock.move(edited.since - timedelta(seconds=1))
    old_feed, old_page = get(server, feed), get(server, page)
    clock.move(edited.since)
    new_feed, new_page = get(server, feed, If_None_Match=old_feed.headers["etag"]), get(server, page)
    assert (old_feed.status, new_feed.status) == (200, 200)
    assert paragraphs_are_in_order(old_page.text, first)
    assert paragraphs_are_in_order(new_page.text, edited)
    assert old_page.headers["etag"] != new_page.headers["etag"]
    titles = [ElementTree.fromstring(got.body).findtext(f"{ATOM}entry/{ATOM}title") for got in (old_feed, new_feed)]
    assert titles == [first.headline, edited.headline]
    assert edited.updated is not None
    assert edited.updated.isoformat() in new_feed.text


def test_opinion_pieces_are_in_the_opinion_feed_alone(server: SampleServer) -> None:
    opinion, news = (
        links_of(get(server, f"https://harbortribune.example/{path}").body) for path in ("opinion/rss", "rss")
    )
    assert opinion
    assert all("/opinion/" in link for link in opinion)
    assert not set(opinion) & set(news)
    assert len(opinion) + len(news) == len(NEWSROOM.visible("harbor-tribune", AFTER))


def test_some_feeds_put_tracking_behind_their_links(server: SampleServer) -> None:
    (link, *_) = links_of(get(server, "https://lantern.example/feed.xml").body)
    assert link.endswith("?utm_source=rss&utm_medium=feed")
    page = get(server, link).text
    assert f'<link rel="canonical" href="{link.split("?")[0]}">' in page


def test_pub_dates_keep_the_outlets_own_zone(server: SampleServer) -> None:
    assert re.search(r"<pubDate>[^<]+ \+0200</pubDate>", get(server, "https://fjordsideherald.example/rss.xml").text)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_every_page_has_its_paragraphs_in_order(server: SampleServer) -> None:
    for outlet in NEWSROOM.outlets.values():
        for article in NEWSROOM.visible(outlet.key, AFTER):
            got = get(server, NEWSROOM.url(article))
            page = got.body.decode(look_of(outlet.key).charset)
            assert got.status == 200
            assert article.paywall or paragraphs_are_in_order(page, article), article.id
            assert f'<html lang="{article.language}"' in page
            assert "fictional" in page


def test_the_designs_and_the_addresses_are_various() -> None:
    looks = [look_of(key) for key in NEWSROOM.outlets]
    assert len({look.layout for look in looks}) >= 6
    assert len({look.paths for look in looks}) >= 4
    assert {look.layout for look in looks} == LAYOUTS.keys()


def test_a_page_in_latin_1_says_so_only_in_its_meta_element(server: SampleServer) -> None:
    article = article_of("fjordside-herald", slug="spillway-lake-verrin-seen-from-fjords")
    got = get(server, NEWSROOM.url(article))
    assert got.headers["content-type"] == "text/html"
    assert b'<meta charset="iso-8859-1">' in got.body
    assert "Bjørkevåg".encode("iso-8859-1") in got.body
    with pytest.raises(UnicodeDecodeError):
        got.body.decode("utf-8")


def test_a_paywall_ends_the_text_after_three_paragraphs(server: SampleServer) -> None:
    article = article_of("market-beacon", paywall=True)
    page = unescape(get(server, NEWSROOM.url(article)).text)
    shown = [block.text in page for block in article.blocks if block.kind is BlockKind.PARAGRAPH]
    assert shown == [True] * 3 + [False] * (len(shown) - 3)
    assert '<div class="paywall">' in page
    assert json_ld(page)["isAccessibleForFree"] is False


def json_ld(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data


def test_opinion_and_satire_say_so(server: SampleServer) -> None:
    opinion = next(a for a in NEWSROOM.visible("harbor-tribune", AFTER) if a.kind == "opinion")
    assert json_ld(get(server, NEWSROOM.url(opinion)).text)["@type"] == "OpinionNewsArticle"
    satire = article_of("brass-pickle")
    assert satire.path.startswith("/satire/")
    assert ">Satire<" in get(server, NEWSROOM.url(satire)).text


def test_a_wire_copy_names_the_agency_and_keeps_its_own_address(server: SampleServer) -> None:
    copy = next(a for a in NEWSROOM.visible("plainview-courier", AFTER) if a.carries)
    page = get(server, NEWSROOM.url(copy)).text
    assert "By Meridian Wire" in page
    assert f'<link rel="canonical" href="{NEWSROOM.url(copy)}">' in page
    assert paragraphs_are_in_order(page, copy)


def test_dates_are_given_in_several_ways_and_once_not_at_all() -> None:
    pages = {name: sample_page(name) for name in LAYOUTS}
    assert '"datePublished": "2026-10-06T15:20:00-04:00"' in pages["broadsheet"]
    assert 'property="article:published_time" content="2026-10-06T15:20:00-04:00"' in pages["magazine"]
    assert (
        '<time class="asset-date" itemprop="datePublished" datetime="2026-10-06T15:20:00-04:00">' in pages["regional"]
    )
    assert "Oct. 6, 2026, 3:20 p.m. ET" in pages["regional"]
    assert "3:20 PM ET, TUE OCTOBER 6, 2026" in pages["tabloid"]
    assert "2026-10-06" not in pages["tabloid"]
    assert "6 de octubre de 2026, 15:20 h" in pages["valle"]
    assert not re.search(r"2026-10|October|Oct\.", pages["newsletter"])


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_design_escapes_what_it_is_given_and_draws_nothing_from_elsewhere(name: str) -> None:
    page = sample_page(name, hostile='</script><script>alert("$body")</script>')
    assert "<script>alert" not in page
    assert page.count("</script>") == page.count('<script type="application/ld+json">')
    assert not re.search(r'\bsrc=|@import|url\(|rel="stylesheet"', page)
    assert "fictional" in page.lower()
    assert "© 2026" in unescape(page)


def sample_page(name: str, hostile: str = "Plain") -> str:
    """An article with every sort of block and `hostile` in every text, in one design."""
    outlet = SampleOutlet("x", hostile, "https://x.example/", "en", ())
    blocks = tuple(
        Block(kind, (f"{kind} {hostile}",), hostile, "@x", hostile) for kind in BlockKind if kind is not BlockKind.WIRE
    )
    time = datetime.fromisoformat("2026-10-06T15:20:00-04:00")
    article = replace(
        *(NEWSROOM.versions["lantern--prison-phone-minutes"]),
        headline=hostile,
        summary=hostile,
        authors=(hostile, "B"),
        editor_note=hostile,
        published=time,
        updated=time,
        blocks=blocks,
    )
    other = replace(article, slug="other")
    return render(LAYOUTS[name], outlet, article, [other])


# --- HTTP -------------------------------------------------------------------------------------------------------------


def test_a_body_is_packed_only_for_those_who_accept_it(server: SampleServer) -> None:
    url = "https://lantern.example/"
    plain = get(server, url)
    packed = get(server, url, Accept_Encoding="br, gzip;q=0.8")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] == plain.headers["etag"]
    assert "content-encoding" not in get(server, url, Accept_Encoding="gzip;q=0").headers


def test_a_head_has_the_headers_of_a_get_and_no_body(server: SampleServer) -> None:
    full, head = (get(server, "https://lantern.example/feed.xml", method=method) for method in ("GET", "HEAD"))
    assert head.body == b""
    same = ("content-length", "content-type", "etag", "last-modified")
    assert [head.headers[name] for name in same] == [full.headers[name] for name in same]


@pytest.mark.parametrize("path", ["/nothing", "/article?id=1", "/2026/10/06/", "/search?q=x", "/?page=2"])
def test_an_unknown_address_is_a_404_page(server: SampleServer, path: str) -> None:
    got = get(server, f"https://plainviewcourier.example{path}")
    assert got.status == 404
    assert "Page not found" in got.text


@pytest.mark.parametrize("request_line", [b"GET http://[ HTTP/1.1", b"BREW / HTTP/1.1", b"\xff\xfe"])
def test_nonsense_is_refused_and_the_server_goes_on(server: SampleServer, request_line: bytes) -> None:
    host, port = server.address.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request_line + b"\r\nHost: lantern.example\r\n\r\n")
        reply = connection.recv(200)
    assert re.match(rb"HTTP/1\.\d [45]\d\d|<!DOCTYPE", reply)
    assert get(server, "https://lantern.example/").status == 200


def test_a_closed_server_has_freed_its_port(clock: Clock) -> None:
    with SampleServer(NEWSROOM, clock) as first:
        port = int(first.address.split(":")[1])
        with pytest.raises(ConfigError, match="cannot listen"):
            SampleServer(NEWSROOM, clock, port)
    with SampleServer(NEWSROOM, clock, port) as second:
        assert get(second, "https://lantern.example/").status == 200


def test_serving_for_ever_ends_when_it_is_told_to(clock: Clock) -> None:
    with SampleServer(NEWSROOM, clock) as probe:
        port = int(probe.address.split(":")[1])
    seen: list[int] = []

    def stop() -> bool:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/feed.xml", headers={"Host": "stackline.example"})
            seen.append(connection.getresponse().status)
        return len(seen) == 2

    serve_forever(CONFIG, clock, port, stop)
    assert seen == [200, 200]


def test_serving_for_ever_ends_quietly_with_the_users_interrupt(clock: Clock) -> None:
    def stop() -> bool:
        raise KeyboardInterrupt

    serve_forever(CONFIG, clock, stop=stop)

"""What publishers reserve, and what is left to us."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.clock import Clock
from aggregator.net import Request
from aggregator.net.reservations import from_headers, from_signals, from_tdmrep, narrowest, signals_of
from aggregator.net.robots import group_signals
from aggregator.types import Rights
from tests.net.conftest import NOW, Fetch, feed
from tests.net.server import RawServer, ok, status

TDM = "/.well-known/tdmrep.json"


@pytest.mark.parametrize(
    ("headers", "rights", "basis"),
    [
        ("", "full", ""),
        ("tdm-reservation: 1", "metadata", "tdm-reservation: 1 (header)"),
        ("tdm-reservation: 0", "full", ""),
        ("X-Robots-Tag: noindex", "metadata", "X-Robots-Tag: noindex"),
        ("X-Robots-Tag: all, NoSnippet", "metadata", "X-Robots-Tag: nosnippet"),
        ("X-Robots-Tag: none", "metadata", "X-Robots-Tag: none"),
        ("X-Robots-Tag: noai, noimageai", "metadata", "X-Robots-Tag: noai"),
        ("X-Robots-Tag: noimageai", "full", ""),
        ("X-Robots-Tag: max-snippet: 0", "metadata", "X-Robots-Tag: max-snippet:0"),
        ("X-Robots-Tag: max-snippet:50, max-image-preview: large", "full", ""),
        ("X-Robots-Tag: noarchive", "quote", "X-Robots-Tag: noarchive"),
        ("X-Robots-Tag: googlebot: noindex, nosnippet", "full", ""),
        ("X-Robots-Tag: googlebot: noindex\nX-Robots-Tag: noarchive", "quote", "X-Robots-Tag: noarchive"),
        ("X-Robots-Tag: Aggregator: noindex", "metadata", "X-Robots-Tag: noindex"),
        ("X-Robots-Tag: googlebot: noindex, aggregator: noarchive", "quote", "X-Robots-Tag: noarchive"),
        ("X-Robots-Tag: noarchive\nTDM-Reservation: 1", "metadata", "tdm-reservation: 1 (header)"),
        ("Content-Signal: ai-train=no, search=yes", "full", ""),
        ("Content-Signal: ai-input=no", "quote", "Content-Signal: ai-input=no (header)"),
        ("Content-Signal: search=no", "metadata", "Content-Signal: search=no (header)"),
    ],
)
def test_headers_narrow_the_rights_of_a_page(
    server: RawServer, fetch: Fetch, headers: str, rights: str, basis: str
) -> None:  # 137, 138
    server.scripts["/"] = ok(b"text", headers)
    got = fetch("/")
    assert (got.rights, got.rights_basis) == (rights, basis)


def test_a_page_that_has_not_changed_may_be_reserved_by_now(server: RawServer, fetch: Fetch) -> None:  # 137
    server.scripts["/"] = status(304, "X-Robots-Tag: noai")
    got = fetch(Request(server.base + "/", "page", etag='"1"'))
    assert (got.status, got.rights, got.rights_basis) == (304, "metadata", "X-Robots-Tag: noai")


def test_what_a_feed_says_of_itself_says_nothing_of_its_articles(server: RawServer, fetch: Fetch) -> None:  # 137
    server.scripts["/"] = ok(b"<rss/>", "X-Robots-Tag: noindex, follow")
    assert fetch(feed("/", server)).rights is Rights.FULL
    assert server.count(TDM) == 0


def test_tdmrep_is_asked_once_a_day_and_remembered(server: RawServer, fetch: Fetch) -> None:  # 138
    rules = json.dumps([{"location": "/news/*", "tdm-reservation": 1}]).encode()
    server.scripts |= {"/news/a": ok(), "/b": ok(), TDM: ok(b"\xef\xbb\xbf" + rules)}
    news, other = fetch("/news/a", "/b")
    assert (news.rights, news.rights_basis) == ("metadata", "tdmrep.json: /news/*")
    assert (other.rights, server.count(TDM)) == ("full", 1)
    known = {state.host: state for state in fetch.states}
    assert fetch("/news/a", hosts=known, clock=Clock(NOW + timedelta(hours=23))).rights == "metadata"
    assert server.count(TDM) == 1
    server.scripts[TDM] = status(500)  # no answer leaves what was said, and is asked for again by the next fetcher
    assert fetch("/news/a", "/news/a", hosts=known, clock=Clock(NOW + timedelta(hours=25)))[1].rights == "metadata"
    assert fetch.states[0].tdm_at == NOW
    server.scripts[TDM] = status(404)
    assert fetch("/news/a", hosts=known, clock=Clock(NOW + timedelta(hours=25))).rights == "full"
    assert server.count(TDM) == 3


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"[" * 50_000, b'[1, null, {"location": 3}]', b"\xff\xfe"])
def test_a_broken_tdmrep_reserves_nothing_and_harms_nothing(server: RawServer, fetch: Fetch, body: bytes) -> None:
    server.scripts |= {"/": ok(b"text"), TDM: ok(body)}
    assert (fetch("/").status, fetch("/").rights) == (200, "full")


def test_a_basis_lifts_reservations_of_mining_only_and_is_on_record(server: RawServer, fetch: Fetch) -> None:  # 138
    server.scripts |= {
        "/robots.txt": ok(b"User-agent: *\nContent-Signal: ai-input=no\n"),
        "/1": ok(b"", "tdm-reservation: 1"),
        "/2": ok(b"", "tdm-reservation: 1\nX-Robots-Tag: noarchive"),
    }
    plain = Request(server.base + "/1", "page")
    assert fetch(plain).rights == "metadata"
    lifted, kept = fetch(*(replace(plain, url=f"{server.base}/{n}", tdm_basis="licence 7") for n in (1, 2)))
    assert (lifted.rights, lifted.rights_basis) == ("full", "tdm-reservation: 1 (header), lifted by: licence 7")
    assert (kept.rights, kept.rights_basis) == ("quote", "X-Robots-Tag: noarchive")


def test_content_signals_of_robots_narrow_the_rights(server: RawServer, fetch: Fetch) -> None:  # 138
    server.scripts |= {
        "/robots.txt": ok(b"User-agent: *\nContent-Signal: search=yes,ai-input=no\nAllow: /\n"),
        "/": ok(),
    }
    got = fetch("/")
    assert (got.rights, got.rights_basis) == ("quote", "Content-Signal: ai-input=no (robots.txt)")


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Content-Signal: ai-input=no", {"ai-input": False}),
        ("User-agent: *\ncontent-signal : SEARCH = yes , use=reference", {"search": True}),
        ("User-agent: a\nUser-agent: aggregator/2\nContent-Signal: search=no", {"search": False}),
        ("User-agent: *\nContent-Signal: search=no\n\nUser-agent: aggregator\nAllow: /", {}),
        ("User-agent: other\nContent-Signal: search=no", {}),
        ("User-agent: *\nContent-Signal: search=no\nUser-agent: *\nContent-Signal: search=yes", {"search": False}),
    ],
)
def test_the_group_that_names_us_speaks_for_us(text: str, signals: dict[str, bool]) -> None:  # 138
    assert group_signals(text, "aggregator") == signals


@pytest.mark.parametrize(
    ("location", "path", "matches"),
    [
        ("/", "/a", True),
        ("/a/", "/a", False),
        ("/a/*.html$", "/a/b.html", True),
        ("/a/*.html$", "/a/b.html?x", False),
        ("/a/*/c", "/a/b/c/d", True),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/a*a$", "/a", False),
        ("*", "/x", True),
        ("/" + "*a" * 500 + "$", "/" + "a" * 2000 + "b", False),
    ],
)
def test_locations_match_like_rules_of_robots(location: str, path: str, matches: bool) -> None:  # 138
    rules = json.dumps({"location": location, "tdm-reservation": 1})
    assert bool(from_tdmrep(rules, path)) is matches


def test_of_several_rules_the_first_or_the_longest_may_reserve() -> None:
    rules = json.dumps([{"location": "/", "tdm-reservation": 0}, {"location": "/a", "tdm-reservation": 1}])
    assert from_tdmrep(rules, "/a/b")
    assert not from_tdmrep(rules, "/b")
    assert not from_tdmrep(rules.replace("1}", "0}"), "/a/b")


_KEYS = st.sampled_from(["location", "tdm-reservation", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=3),
)


@given(_JSON.map(json.dumps) | st.text(max_size=80), st.text(max_size=20))
def test_any_tdmrep_and_path_give_an_answer(text: str, path: str) -> None:
    assert all(said.rights is Rights.METADATA and said.mining for said in from_tdmrep(text, path))


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=4), st.text(max_size=20))
def test_any_headers_give_rights_with_a_basis(signal: str, tags: list[str], basis: str) -> None:
    said = from_headers({"content-signal": signal}, tags, "aggregator") + from_signals(signals_of(signal), "robots.txt")
    rights, why = narrowest(said, basis)
    assert rights is Rights.FULL or why
    assert len(why) <= 300

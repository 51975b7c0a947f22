"""A home page says whose it is and where its feeds are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.homepage import HomePage, country_of, host_label, looks_like_feed, outlet_name, read_home_page

URL = "https://www.gazette.example/news/"


def page(head: str = "", body: str = "", lang: str = "") -> HomePage:
    return read_home_page(f"<!doctype html><html{lang}><head>{head}</head><body>{body}</body></html>".encode(), URL)


def test_feeds_by_link_are_absolute_distinct_and_not_of_comments() -> None:
    found = page(
        '<link rel="alternate" type="application/rss+xml" href="/feed/"><LINK REL="Alternate feed" href=atom.xml '
        'TYPE="application/atom+xml;charset=utf-8"><link rel=alternate type=application/feed+json href=//cdn.example/f>'
        '<link rel="alternate" type="application/rss+xml" href="/feed/#x"><link rel=alternate hreflang=de href=/de>'
        '<link rel="alternate" type="application/rss+xml" title=Comments href=/c><link rel=stylesheet href=/s>'
        '<link rel="alternate" type="application/rss+xml" href="javascript:x">'
    )
    assert found.declared == (
        "https://www.gazette.example/feed/", f"{URL}atom.xml", "https://cdn.example/f"
    )  # fmt: skip


def test_links_that_look_like_a_feed_or_a_list_of_them_are_found() -> None:
    found = page(
        body="<a href=/about>About</a><a href=/rss.xml>x</a><a href=/feeds-of-ours>RSS</a><a href='?feed=rss2'>y</a>"
    )
    assert found.linked == (
        "https://www.gazette.example/rss.xml", "https://www.gazette.example/feeds-of-ours", f"{URL}?feed=rss2"
    )  # fmt: skip


def test_base_language_and_name_are_read() -> None:
    found = page('<base href="https://b.example/x/"><meta property="og:site_name" content="The Gazette">'
                 "<link rel=alternate type=application/rss+xml href=f>", lang=" lang='en-GB'")  # fmt: skip
    assert (found.name, found.language, found.declared) == ("The Gazette", "en", ("https://b.example/x/f",))


def test_the_encoding_that_the_page_names_is_used() -> None:
    body = '<html><head><meta charset="iso-8859-1"><title>Café</title>'.encode("latin-1")
    assert read_home_page(body, URL).title == "Café"


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("/feed", True), ("/feed/", True), ("/news/rss", True), ("/rss/politics.xml", True), ("/a/index.rss", True),
        ("/blog/atom.xml", True), ("/?feed=rss2", True), ("/news?format=rss", True), ("/rss.php", True),
        ("/feedback", False), ("/brass", False), ("/news/atomic-power", False), ("/", False), ("http://[x", False),
    ],
)  # fmt: skip
def test_which_addresses_look_like_feeds(address: str, is_one: bool) -> None:
    assert looks_like_feed(address) is is_one


@pytest.mark.parametrize(
    ("given_page", "feed_title", "host", "name"),
    [
        (HomePage(name="Gazette Media", title="x"), "y", "gazette.example", "Gazette Media"),
        (HomePage(), "World news | The Gazette", "gazette.example", "The Gazette"),
        (HomePage(title="The Gazette: News from the valley"), "", "gazette.example", "The Gazette"),
        (HomePage(title="BBC - Homepage"), "", "bbc.co.uk", "BBC"),
        (HomePage(title="Something else"), "", "gazette.example", "Something else"),
        (HomePage(), "", "gazette.example", "gazette.example"),
    ],
)
def test_an_outlet_is_called_what_it_calls_itself(given_page: HomePage, feed_title: str, host: str, name: str) -> None:
    assert outlet_name(given_page, feed_title, host) == name


def test_a_host_tells_a_label_and_at_most_a_country() -> None:
    assert [host_label(host) for host in ("www.a-times.co.uk", "news.b.com", "c.no", "localhost", "127.0.0.1:80")] == [
        "a-times", "b", "c", "localhost", ""
    ]  # fmt: skip
    assert [country_of(host) for host in ("a.co.uk", "b.no", "c.com", "d.io", "127.0.0.1")] == ["GB", "NO", "", "", ""]


@given(st.binary(max_size=300).map(lambda body: b"<html><a href='" + body))
def test_any_bytes_are_a_page(body: bytes) -> None:
    assert all(url.startswith(("http://", "https://")) for url in read_home_page(body, URL).linked)


def test_a_page_nested_a_hundred_thousand_deep_is_read() -> None:
    assert isinstance(read_home_page(b"<div>" * 100_000 + b"<a href=/feed>x</a>", URL), HomePage)

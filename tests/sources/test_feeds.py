"""Feeds of every format and every fault are read, or rejected as no feed; nothing else happens."""

import json
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import Rejected
from aggregator.sources.dates import parse_date
from aggregator.sources.feeds import parse_feed, read_children, read_feed
from tests.sources.documents import DAY, URL, item, read, rss


def test_an_rss_item_becomes_an_entry() -> None:
    extra = (
        "<dc:creator>Ada Byron</dc:creator><dc:creator>Ida Rhodes</dc:creator><category>World</category>"
        "<content:encoded><![CDATA[<p>Whole <b>text</b></p>]]></content:encoded>"
    )
    feed = read(rss("<language>en-GB</language><ttl>30</ttl>" + item(extra=extra)))
    assert (feed.format, feed.title, feed.language, feed.ttl_minutes) == ("rss20", "The Gazette", "en-GB", 30)
    (entry,) = feed.entries
    assert entry.url == "https://gazette.example/1"
    assert (entry.guid, entry.title, entry.summary) == ("id-1", "Title 1", "Words & more")
    assert entry.authors == ("Ada Byron", "Ida Rhodes")
    assert entry.categories == ("World",)
    assert entry.content_html == "<p>Whole <b>text</b></p>"
    assert entry.published_at == DAY


def test_an_atom_entry_becomes_an_entry() -> None:
    feed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Blog</title>'
        '<entry><id>tag:x,1</id><title type="html">A &amp;lt;b&amp;gt;B&amp;lt;/b&amp;gt;</title>'
        '<link rel="self" href="/self"/><link href="../a?x=1&amp;y=2"/><author><name>Ada</name></author>'
        "<published>2026-10-18T06:00:00Z</published><updated>2026-10-18T07:00:00Z</updated>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Body</p></div></content></entry></feed>'
    )
    (entry,) = feed.entries
    assert feed.format == "atom10"
    assert (entry.title, entry.url) == ("A B", "https://gazette.example/a?x=1&y=2")
    assert (entry.published_at, entry.updated_at) == (DAY, DAY.replace(hour=7))
    assert "<p>Body</p>" in entry.content_html
    assert entry.summary == "Body"


def test_an_rdf_item_becomes_an_entry() -> None:
    feed = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>T</title></channel>'
        '<item rdf:about="https://gazette.example/1"><title>One</title><dc:date>2026-10-18T06:00Z</dc:date></item></rdf:RDF>'
    )
    assert [(e.url, e.published_at) for e in feed.entries] == [("https://gazette.example/1", DAY)]


@pytest.mark.parametrize(("version", "form"), [("1", "json10"), ("1.1", "json11")])
def test_a_json_feed_is_read_and_values_of_the_wrong_type_count_as_missing(version: str, form: str) -> None:
    feed = read(
        json.dumps(
            {
                "version": f"https://jsonfeed.org/version/{version}",
                "title": "J",
                "language": "en",
                "items": [
                    {"id": 7, "url": "/7", "title": "Seven", "content_html": "<p>x</p>", "tags": ["a", 1],
                     "date_published": "2026-10-18T08:00:00+02:00", "authors": [{"name": "Ada"}, 3]},
                    {"id": "https://gazette.example/8", "title": ["?"], "content_text": "No title here", "tags": 5},
                    {"id": "9", "title": "no link"},
                    "junk",
                ],
            }
        )
    )  # fmt: skip
    seven, eight = feed.entries
    assert (feed.format, feed.dropped, feed.language) == (form, 1, "en")
    assert (seven.url, seven.guid, seven.published_at) == ("https://gazette.example/7", "7", DAY)
    assert (seven.authors, seven.categories, seven.content_html) == (("Ada",), ("a",), "<p>x</p>")
    assert (eight.url, eight.title) == ("https://gazette.example/8", "No title here")


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss("")).entries == ()


def test_the_raw_feed_keeps_what_it_says() -> None:
    raw = parse_feed(rss("<item><title>A &lt;b&gt;</title></item>").encode(), URL)
    assert [(entry.title, entry.guid) for entry in raw.entries] == [("A <b>", "")]


def test_the_newest_entries_of_a_long_feed_are_kept_in_their_order() -> None:
    items = [item(n).replace("18 Oct 2026", f"{n % 28 + 1} Oct 2026") for n in range(56)]
    kept = [int(entry.title.split()[1]) for entry in read(rss("".join(items)), max_entries=4).entries]
    assert kept == [26, 27, 54, 55]


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 18 Oct 2026 06:00:00 GMT", "Sun, 18 Oct 2026 08:00:00 +0200", "18 Oct 26 06:00 UT",
        "18 October 2026 06:00", "Sun, 18 Oct 2026 02:00:00 EDT", "Sunday, 18 Oct 2026 07:00:00 BST",
        "18 Oct 2026 06:00:00 GMT (UTC)", "Sun Oct 18 06:00:00 2026", "Sun Oct 18 06:00:00 UTC 2026",
        "October 18, 2026 6:00 AM", "Oct 18, 2026, 6:00 a.m.", "2026-10-18T06:00:00Z",
        "2026-10-18T08:00:00+02:00", "2026-10-18T08:00:00.123+0200", "2026-10-18 06:00", "20261018T060000Z",
        "2026-10-18t06:00z", "2026-10-18T06:00:00 GMT", "2026-10-18T08:00+02", "18-Oct-2026 06:00:00",
        "Sun, 18 Oct 2026 06:00:00 GMT+0000", " Sun,18 Oct 2026  06:00:00  Z ", "Sun, 18 Oct 2026 2:00 am EDT",
    ],
)  # fmt: skip
def test_a_date_is_read_in_any_common_form(text: str) -> None:
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "now", "yesterday", "Mon, 01 Jan 0001 00:00:00 GMT", "1970-01-01T00:00:00Z", "2026-13-01", "2026-02-30",
     "32 Oct 2026 06:00", "Sun, 18 Oct 2026 25:14:00 GMT", "Sun, 18 Oct 2026 06:61:00 GMT", "1729231200", "18/10/2026",
     "Son, 18 Okt 2026 06:00:00", "2026-10-18T06:00:00+99:00", "9" * 500],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_an_undated_entry_has_no_date() -> None:
    (entry,) = read(rss("<item><link>https://gazette.example/1</link><pubDate>soon</pubDate></item>")).entries
    assert entry.published_at is None


@given(st.text("0123456789 :+-TZapmGMTEOctSun,./()", max_size=40))
def test_any_text_is_a_date_or_none(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or moment.tzinfo is UTC


_SEEDS = [
    rss(item() + item(2, "<content:encoded><![CDATA[<p>x</p>]]></content:encoded>")).encode(),
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="xhtml"><div>x</div></title><link href="/a"/>'
    b'<content type="application/octet-stream">eA==</content><updated>2026-10-18T06:00:00Z</updated></entry></feed>',
    b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","url":"/1"}]}',
    b"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>/1</loc><news:news><news:title>x"
    b"</news:title><news:publication_date>2026-10-18</news:publication_date></news:news></url></urlset>",
    b"<sitemapindex><sitemap><loc>/1</loc><lastmod>2026-10-18</lastmod></sitemap></sitemapindex>",
]


_SPLINTERS = [
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"<!DOCTYPE x [", b"&#", b"&#xD800;", b'"', b"</", b"<item>",
    b"<!ENTITY a '&b;'>", b"<?xml encoding='", b"</item>", b" xmlns:a=''", b"<entry>", b"<a:b c:d='e'>", b"<![", b"<?",
    b" xml:base='http://[x' ", b"<link href='//['/>", b"<georss:point>1 x</georss:point>", b"<pubDate>99</pubDate>",
]  # fmt: skip


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    body = bytearray(draw(st.sampled_from(_SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        size = draw(st.integers(0, 30))
        piece = draw(st.one_of(st.binary(max_size=8), st.sampled_from(_SPLINTERS)))
        body[at : at + size] = piece
    return bytes(body)


@settings(max_examples=300)
@given(st.one_of(_mutated(), st.binary(max_size=200), st.binary(max_size=200).map(lambda b: b"<rss>" + b)))
def test_hostile_bytes_are_a_feed_or_rejected(body: bytes) -> None:
    read_children(body)
    try:
        feed = read_feed(body, URL, "text/xml; charset=rot13")
    except Rejected as rejected:
        reason = rejected.reason
    else:
        reason = "not-a-feed"
        assert all(entry.url.startswith(("http://", "https://")) for entry in feed.entries)
        assert all("\x00" not in entry.title + entry.summary + entry.content_html for entry in feed.entries)
    assert reason == "not-a-feed"

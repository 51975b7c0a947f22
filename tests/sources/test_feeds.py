"""Feeds of every format and every fault are read, or rejected as no feed; nothing else happens."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import Rejected
from aggregator.sources.dates import parse_date
from aggregator.sources.feeds import parse_feed, read_feed
from aggregator.types import FeedDocument

URL = "https://gazette.example/feeds/all.xml"
DAY = datetime(2026, 10, 18, 6, 0, tzinfo=UTC)


def item(number: int = 1, extra: str = "") -> str:
    return (
        f"<item><title>Title {number}</title><link>https://gazette.example/{number}</link><guid>id-{number}</guid>"
        "<description>Words &amp;amp; more</description>"
        f"<pubDate>Sun, 18 Oct 2026 08:00:00 +0200</pubDate>{extra}</item>"
    )


def rss(inner: str, head: str = '<?xml version="1.0" encoding="utf-8"?>', root: str = "") -> str:
    return (
        f'{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:content="http://purl.org/rss/1.0/modules/content/"{root}>'
        f"<channel><title>The Gazette</title><link>https://gazette.example/</link>{inner}</channel></rss>"
    )


def read(text: str | bytes, content_type: str = "", **options: int) -> FeedDocument:
    return read_feed(text.encode() if isinstance(text, str) else text, URL, content_type, **options)


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


@pytest.mark.parametrize(
    "body",
    [
        b"", b" \n", b"\0\0", b"not found", b"<!DOCTYPE html><html><body>no</body></html>", b"<html><rss>",
        b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="http://www.w3.org/1999/xhtml"/>',
        b'<?xml version="1.0"?><urlset/>', b"{}", b"[1]", b'{"version": 1}', b"{", b"[" * 100_000,
        b'{"version": "https://other.example/"}', b"<rdf:RDF/>", b"\x89PNG\r\n\x1a\n", b"<?xml", b"<!DOCTYPE rss [",
    ],
)  # fmt: skip
def test_what_is_no_feed_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        read(body)
    assert caught.value.reason == "not-a-feed"


@pytest.mark.parametrize(
    "body",
    [
        "\n\nWarning: mysql_connect() failed\n" + rss(item()),
        "<br />\n<b>Notice</b>: Undefined index in <b>/var/www/x.php</b><br />\n" + rss(item()),
        "\ufeff  \n" + rss(item()),
        "\ufeff\ufeff" + rss(item()),
        rss(item()) + rss(item(2)),
        rss(item()) + "<script>count()</script>",
        rss(item() + item(2))[:-60],
        rss(item()).replace("Title 1", "Title\x00 \x01\x0b1"),
        rss(item(extra="<source>a & b &nbsp; &unknown; &copy=1 &#0; &#xFFFF; 1 < 2</source>")),
        rss(item(extra="<description>AT&T</wrong></description>")),
        rss(item(extra="<media:thing>x</media:thing>")),
        rss(item(extra="<dc:x><![CDATA[&#xD800; &#56320;]]></dc:x></wrong>")),
        rss(item(), head='<?xml version="1.0" encoding="utf-16"?>'),
        rss(item(), head="<?xml version='1.0' encoding='no-such-thing'?>"),
        rss(item()).encode("utf-16"),
        rss(item(), head='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16-le"),
        rss(item(), head="<!-- hello --><!DOCTYPE rss PUBLIC '-//Netscape//DTD' 'http://x.example/rss.dtd'>"),
        rss(item()).replace("<rss version", "<RSS version").replace("</rss>", "</RSS>"),
    ],
)
def test_a_faulty_feed_still_gives_its_entry(body: str | bytes) -> None:
    feed = read(body)
    assert [entry.url for entry in feed.entries] == ["https://gazette.example/1"]
    assert feed.entries[0].title == "Title 1"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("café".encode(), "text/xml; charset=iso-8859-1"),
        ("café".encode("cp1252"), ""),
        ("café".encode("cp1252"), "text/xml; charset=utf-8"),
        ("café".encode("latin-1"), "text/xml; charset=latin-1"),
        ("café".encode("mac-roman"), "text/xml; charset='macintosh'"),
    ],
)
def test_the_bytes_outrank_the_declared_encoding(body: bytes, content_type: str) -> None:
    head = b'<?xml version="1.0"?>' if b"\x8e" in body else b'<?xml version="1.0" encoding="iso-8859-1"?>'
    text = rss(item(), head="").encode().replace(b"Title 1", body)
    assert read(head + text, content_type).entries[0].title == "café"


def test_one_broken_byte_does_not_make_it_another_encoding() -> None:
    body = rss(item(), head="").replace("Title 1", "é" * 20 + "?").encode().replace(b"?", b"\xff", 1)
    assert read(body).entries[0].title == "é" * 20 + "\ufffd"


def test_windows_quotes_in_utf8_are_what_was_meant() -> None:
    assert read(rss(item()).replace("Title 1", "don\x92t")).entries[0].title == "don\u2019t"


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("AT&amp;amp;T &amp;lt;b&amp;gt;x", "AT&T x"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;T", "T"),
        ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;T", "T"),
        ("&amp;amp;lt;b&amp;amp;gt;T", "T"),
        ("<![CDATA[<b>Bold</b> &amp; <i>bright</i>]]>", "Bold & bright"),
        ("One&lt;br&gt;two", "One two"),
        ("5 &lt; 6 and 7 &gt; 3", "5 < 6 and 7 > 3"),
        ("?a=1&amp;copy=2", "?a=1&copy=2"),
        ("\u202egnp.exe a\n b", "gnp.exe a b"),
        ("", "Words & more"),
        ("x" * 600, "x" * 512),
    ],
)
def test_titles_are_plain_text_on_one_line(markup: str, title: str) -> None:
    assert read(rss(item()).replace("Title 1", markup)).entries[0].title == title


def test_texts_are_cut_to_their_limits() -> None:
    (entry,) = read(
        rss(
            f"<item><link>https://gazette.example/1</link><description>{'word ' * 30_000}</description>"
            f"<content:encoded>{'x' * 600_000}</content:encoded></item>"
        )
    ).entries
    assert len(entry.summary) <= 4000
    assert len(entry.content_html) == 500_000
    assert len(entry.title) <= 80


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        ("<link>javascript:alert(1)</link><guid>https://gazette.example/g</guid>", "https://gazette.example/g"),
        ("<guid isPermaLink='false'>https://gazette.example/g</guid>", "https://gazette.example/g"),
        ("<link>/relative path</link>", "https://gazette.example/relative%20path"),
        ("<link>//other.example/x</link>", "https://other.example/x"),
        ("<link>\n https://gazette.example/x\n</link>", "https://gazette.example/x"),
        ("<link>mailto:a@b.example</link>", ""),
        ("<link>data:text/html,x</link><guid>tag:1</guid>", ""),
        ("<link>http://[::1</link>", ""),
        (f"<link>https://gazette.example/{'x' * 3000}</link>", ""),
        ("<title>only a title</title>", ""),
    ],
)
def test_an_entry_has_an_http_link_or_is_dropped(inner: str, url: str) -> None:
    feed = read(rss(f"<item>{inner}</item>"))
    assert [entry.url for entry in feed.entries] == ([url] if url else [])
    assert feed.dropped == (0 if url else 1)


def test_the_raw_feed_keeps_what_it_says() -> None:
    raw = parse_feed(rss("<item><title>A &lt;b&gt;</title></item>").encode(), URL)
    assert [(entry.title, entry.guid) for entry in raw.entries] == [("A <b>", "")]


def test_xml_base_then_the_site_then_the_feed_resolve_links() -> None:
    based = rss("<item xml:base='https://base.example/dir/'><link>x</link></item><item><link>y</link></item>")
    home = "https://gazette.example"
    assert [entry.url for entry in read(based).entries] == ["https://base.example/dir/x", f"{home}/feeds/y"]
    plain = based.replace("xml:base", "x")
    assert [entry.url for entry in read(plain).entries] == [f"{home}/x", f"{home}/y"]
    lone = plain.replace(f"<link>{home}/</link>", "")
    assert [entry.url for entry in read(lone).entries] == [f"{home}/feeds/x", f"{home}/feeds/y"]


def test_the_newest_entries_of_a_long_feed_are_kept_in_their_order() -> None:
    items = [item(n).replace("18 Oct 2026", f"{n % 28 + 1} Oct 2026") for n in range(56)]
    kept = [int(entry.title.split()[1]) for entry in read(rss("".join(items)), max_entries=4).entries]
    assert kept == [26, 27, 54, 55]


def test_a_flood_of_items_is_read_in_seconds() -> None:
    started = time.process_time()
    assert len(read(rss(item() * 20_000)).entries) == 2000
    assert time.process_time() - started < 10


def _laughs() -> str:
    lines = ['<!ENTITY l0 "lol">'] + [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    return rss(item(extra="<dc:x>&l9;</dc:x>"), head=f'<?xml version="1.0"?><!DOCTYPE rss [{"".join(lines)}]>')


@pytest.mark.parametrize(
    "body",
    [
        _laughs(),
        rss(item() + "&a;" * 20_000, head=f'<!DOCTYPE rss [<!ENTITY a "{"A" * 100_000}">]>'),
        rss(item() + "&a;" * 100_000, head=f'<!DOCTYPE rss [<!ENTITY a "{"A" * 200}">]>'),
        rss(item(extra="<dc:x>" + "<b>" * 50_000 + "</b>" * 50_000 + "</dc:x>")),
        rss(item() + "<!--" * 100_000),
        rss(item() + "<a" * 50_000),
        "<!DOCTYPE " * 50_000 + rss(item()),
        rss(item() + f"<a {' '.join(f'a{n}=' for n in range(50_000))}>"),
        rss(item() + "<" * 1_000_000),
        rss(item() + "&" * 1_000_000),
        rss(item() + "<![CDATA[" * 100_000),
        rss("<item>" * 50_000),
        rss(item(extra="<description>" + "&lt;script" * 50_000 + "</description>")),
    ],
)
def test_a_bomb_is_read_or_rejected_in_seconds(body: str) -> None:
    started = time.process_time()
    try:
        feed = read(body)
    except Rejected:
        feed = FeedDocument("")
    assert time.process_time() - started < 8
    assert sum(len(entry.summary) + len(entry.title) for entry in feed.entries) < 10_000


def test_external_entities_are_not_read_and_short_declared_ones_are() -> None:
    head = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"> <!ENTITY gz "The Gazette">]>'
    (entry,) = read(rss(item(), head=head).replace("Title 1", "&gz; &x;")).entries
    assert entry.title == "The Gazette &x;"


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


@settings(max_examples=300, deadline=None)
@given(st.one_of(_mutated(), st.binary(max_size=200), st.binary(max_size=200).map(lambda b: b"<rss>" + b)))
def test_hostile_bytes_are_a_feed_or_rejected(body: bytes) -> None:
    try:
        feed = read_feed(body, URL, "text/xml; charset=rot13")
    except Rejected as rejected:
        reason = rejected.reason
    else:
        reason = "not-a-feed"
        assert all(entry.url.startswith(("http://", "https://")) for entry in feed.entries)
        assert all("\x00" not in entry.title + entry.summary + entry.content_html for entry in feed.entries)
    assert reason == "not-a-feed"

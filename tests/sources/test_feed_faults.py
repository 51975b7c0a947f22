"""Faulty and hostile feeds: each is read as far as it goes, or rejected as no feed, in little time.

The ids begin with the number of the fault in the list of faults that a fetcher meets.
"""

import gzip
import time

import pytest

from aggregator.errors import Rejected
from aggregator.sources.entries import MAX_CONTENT, MAX_SUMMARY
from aggregator.sources.feeds import read_feed
from aggregator.sources.markup import MAX_DEPTH, decode, mended
from aggregator.types import FeedDocument
from tests.sources.documents import DAY, URL, item, read, rss

HOME = "https://gazette.example"
CYRILLIC = "Совет города закрыл старый мост после осмотра балок"


# --- encodings ---


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param("café".encode(), "text/xml; charset=iso-8859-1", id="69-header-wrong"),
        pytest.param("café".encode(), "", id="70-declaration-wrong"),
        pytest.param("café".encode("cp1252"), "text/xml; charset=utf-8", id="69-header-says-utf8"),
        pytest.param("café".encode("cp1252"), "", id="73-latin"),
        pytest.param("café".encode("latin-1"), "text/xml; charset=latin-1", id="73-latin-in-header"),
        pytest.param("café".encode("mac-roman"), "text/xml; charset='macintosh'", id="73-header-alone"),
    ],
)
def test_the_bytes_outrank_the_declared_encoding(body: bytes, content_type: str) -> None:
    head = b'<?xml version="1.0"?>' if b"\x8e" in body else b'<?xml version="1.0" encoding="iso-8859-1"?>'
    text = rss(item(), head="").encode().replace(b"Title 1", body)
    assert read(head + text, content_type).entries[0].title == "café"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r"])  # 73
def test_the_encoding_of_undeclared_foreign_bytes_is_found(encoding: str) -> None:
    body = rss(item(), head="").replace("Title 1", CYRILLIC).replace("Words", CYRILLIC * 3).encode(encoding)
    assert read(body).entries[0].title == CYRILLIC


def test_undeclared_western_bytes_are_cp1252() -> None:  # 73
    assert read(rss(item(), head="").replace("Title 1", "“café”").encode("cp1252")).entries[0].title == "“café”"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(rss(item()).encode("utf-16"), id="71-utf16-mark"),
        pytest.param(rss(item(), head='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16-le"), id="71-le"),
        pytest.param(rss(item(), head='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16-be"), id="71-be"),
        pytest.param(rss(item(), head='<?xml version="1.0" encoding="utf-16"?>'), id="70-declared-utf16"),
        pytest.param(rss(item(), head="<?xml version='1.0' encoding='no-such-thing'?>"), id="70-unknown"),
        pytest.param("\ufeff  \n" + rss(item()), id="72-mark-and-blank"),
        pytest.param("\ufeff\ufeff" + rss(item()), id="72-two-marks"),
        pytest.param(rss(item()).replace("Title 1", "Title\x00 \x01\x0b1"), id="76-control-characters"),
        pytest.param(rss(item(extra="<dc:x><![CDATA[&#xD800; &#56320;]]></dc:x></wrong>")), id="77-surrogates"),
        pytest.param(rss(item(extra="<source>&#0; &#xFFFE; &#xFFFF;</source>")), id="77-no-characters"),
        pytest.param(rss(item(extra="<source>a & b &nbsp; &unknown; &copy=1 1 < 2</source>")), id="85-stray-marks"),
        pytest.param(rss(item(extra="<description>AT&T</wrong></description>")), id="85-wrong-end-tag"),
        pytest.param("\n\nWarning: mysql_connect() failed\n" + rss(item()), id="86-warning"),
        pytest.param("<br />\n<b>Notice</b>: in <b>/var/www/x.php</b><br />\n" + rss(item()), id="86-notice"),
        pytest.param(rss(item()) + rss(item(2)), id="87-two-documents"),
        pytest.param(rss(item()) + "<script>count()</script>", id="87-a-script-behind"),
        pytest.param(rss(item() + item(2))[:-60], id="88-breaks-off"),
        pytest.param(rss(item()) + "<![CDATA[ never closed", id="88-cdata-behind"),
        pytest.param(rss(item(extra="<media:thing>x</media:thing>")), id="89-undeclared-prefix"),
        pytest.param(rss(item()).replace("<rss version", "<RSS version").replace("</rss>", "</RSS>"), id="89-capitals"),
        pytest.param(
            rss(item(), head="<!-- hello --><!DOCTYPE rss PUBLIC '-//Netscape//DTD' 'http://x.example/rss.dtd'>"),
            id="81-external-dtd",
        ),
    ],
)
def test_a_faulty_feed_still_gives_its_entry(body: str | bytes) -> None:
    feed = read(body)
    assert [entry.url for entry in feed.entries] == [f"{HOME}/1"]
    assert feed.entries[0].title == "Title 1"


def test_one_broken_byte_does_not_make_it_another_encoding() -> None:  # 74
    body = rss(item(), head="").replace("Title 1", "é" * 20 + "?").encode().replace(b"?", b"\xff", 1)
    assert read(body).entries[0].title == "é" * 20 + "\ufffd"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        pytest.param("don\x92t", "don\u2019t", id="75-windows-quote"),
        pytest.param("cafÃ© â€” bar", "cafÃ© â€” bar", id="78-mojibake-is-the-publishers"),
        pytest.param("multi\u00adpart 10\u00a0km", "multi\u00adpart 10 km", id="79-soft-hyphen-stays"),
        pytest.param("\u202egnp.exe a\n b", "gnp.exe a b", id="79-bidi-controls-go"),
        pytest.param("x\ufffe\uffffy", "xy", id="77-no-characters-go"),
    ],
)
def test_odd_characters_in_a_title(written: str, title: str) -> None:
    assert read(rss(item()).replace("Title 1", written)).entries[0].title == title


# --- the document ---


@pytest.mark.parametrize(
    "body",
    [
        b"", b" \n", b"\0\0", b"not found", b"<!DOCTYPE html><html><body>no</body></html>", b"<html><rss>",
        b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="http://www.w3.org/1999/xhtml"/>',
        b"{}", b"[1]", b'{"version": 1}', b"{", b"[" * 100_000, b'{"version": "https://other.example/"}',
        b"<rdf:RDF/>", b"\x89PNG\r\n\x1a\n", b"<?xml", b"<!DOCTYPE rss [",
    ],
)  # fmt: skip
def test_what_is_no_feed_is_rejected(body: bytes) -> None:  # 40, 41
    with pytest.raises(Rejected) as caught:
        read(body)
    assert caught.value.reason == "not-a-feed"


@pytest.mark.parametrize(
    ("body", "partial", "entries"),
    [
        pytest.param(rss(item() + item(2))[:-60], True, 1, id="88-within-an-item"),
        pytest.param(rss(item())[: -len("</channel></rss>")], True, 1, id="88-between-items"),
        pytest.param(
            rss(item(extra="<content:encoded><![CDATA[<p>x")).replace("</item></channel></rss>", ""),
            True,
            0,
            id="88-cdata",
        ),
        pytest.param(rss(item()), False, 1, id="whole"),
        pytest.param(rss(item()).removesuffix("</rss>"), False, 1, id="whole-but-for-the-root"),
    ],
)
def test_a_feed_that_breaks_off_says_so_and_keeps_its_whole_items(body: str, partial: bool, entries: int) -> None:
    if not entries:  # nothing whole is in it: not an outlet that has nothing to say
        with pytest.raises(Rejected, match="breaks off"):
            read(body)
        return
    feed = read(body)
    assert (feed.partial, len(feed.entries)) == (partial, entries)


@pytest.mark.parametrize(
    ("body", "form"),
    [
        pytest.param(
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">'
            "<channel><title>T</title></channel><item><title>One</title><link>/1</link></item></rdf:RDF>",
            "rss090",
            id="90-rss-0.90",
        ),
        pytest.param(
            '<rss version="0.91"><channel><item><title>One</title><link>/1</link></item></channel></rss>',
            "rss091u",
            id="90-rss-0.91",
        ),
        pytest.param(
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>One</title><link rel="alternate" '
            'type="text/html" href="/1"/><issued>2026-10-18T06:00:00Z</issued></entry></feed>',
            "atom03",
            id="90-atom-0.3",
        ),
        pytest.param(
            '<feed><entry><title>One</title><link href="/1"/></entry></feed>', "atom", id="89-atom-without-namespace"
        ),
        pytest.param(
            '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>One</a:title><a:link href="/1"/></a:entry>'
            "</a:feed>",
            "atom10",
            id="89-atom-with-prefix",
        ),
        pytest.param(
            '<feed xmlns="http://www.w3.org/2005/atom/"><entry><title>One</title><link href="/1"/></entry></feed>',
            "atom",
            id="89-atom-with-a-wrong-namespace",
        ),
    ],
)
def test_old_formats_and_wrong_namespaces_are_read(body: str, form: str) -> None:
    feed = read(body)
    assert (feed.format, [(entry.title, entry.url) for entry in feed.entries]) == (form, [("One", f"{HOME}/1")])


def test_a_feed_that_lists_nothing_is_a_feed() -> None:  # 92
    assert (read(rss("")).entries, read("<rss/>").partial) == ((), False)


# --- bombs ---


def _laughs() -> str:
    lines = ['<!ENTITY l0 "lol">'] + [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    return rss(item(extra="<dc:x>&l9;</dc:x>"), head=f'<?xml version="1.0"?><!DOCTYPE rss [{"".join(lines)}]>')


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_laughs(), id="80-laughs"),
        pytest.param(
            rss(item() + "&a;" * 20_000, head=f'<!DOCTYPE rss [<!ENTITY a "{"A" * 100_000}">]>'), id="80-quadratic"
        ),
        pytest.param(rss(item() + "&a;" * 100_000, head=f'<!DOCTYPE rss [<!ENTITY a "{"A" * 200}">]>'), id="80-many"),
        pytest.param("<!DOCTYPE " * 50_000 + rss(item()), id="80-doctypes"),
        pytest.param(rss(item(extra="<dc:x>" + "<b>" * 100_000 + "</b>" * 100_000 + "</dc:x>")), id="84-nested"),
        pytest.param(rss(item(extra="<b></b></b>" * 20_000)), id="84-end-tags"),
        pytest.param(rss("<item>" * 50_000), id="84-items-in-items"),
        pytest.param(rss(item() + f"<a {' '.join(f'a{n}=' for n in range(50_000))}>"), id="83-attributes"),
        pytest.param(rss(item() + "<!--" * 100_000), id="88-comments"),
        pytest.param(rss(item() + "<a" * 50_000), id="85-tags-begun"),
        pytest.param(rss(item() + "<" * 1_000_000), id="85-less-than"),
        pytest.param(rss(item() + "&" * 1_000_000), id="85-ampersands"),
        pytest.param(rss(item() + "<![CDATA[" * 100_000), id="88-cdata"),
        pytest.param(rss(item(extra="<description>" + "&lt;script" * 50_000 + "</description>")), id="116-scripts"),
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


def test_what_is_nested_too_deeply_loses_its_tags_and_nothing_else() -> None:  # 84
    deep = "<b>" * 1000 + "kept" + "</b>" * 1000
    left = mended(f"<x><y>{deep}</y><z/></x>", {})
    assert left.count("<b>") == left.count("</b>") == MAX_DEPTH - 2
    assert ("kept" in left, left.endswith("</y><z/></x>")) == (True, True)
    assert [entry.title for entry in read(rss(item(extra=f"<dc:x>{deep}</dc:x>") + item(2))).entries] == [
        "Title 1",
        "Title 2",
    ]


def test_html_that_leaves_its_tags_open_is_not_deep() -> None:  # 84
    text = f"<item><description>{'one<br>' * 300}</description></item>" * 3 + "<z></z>"
    assert mended(text, {}).endswith("</description></item><z></z>")


def test_external_entities_are_not_read_and_short_declared_ones_are() -> None:  # 81
    head = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"> <!ENTITY gz "The Gazette">]>'
    (entry,) = read(rss(item(), head=head).replace("Title 1", "&gz; &x;")).entries
    assert entry.title == "The Gazette &x;"


def test_a_flood_of_items_is_read_in_seconds_and_what_is_left_out_is_counted() -> None:  # 82
    started = time.process_time()
    feed = read(rss(item() * 20_000))
    assert (len(feed.entries), feed.dropped) == (2000, 18_000)
    assert time.process_time() - started < 10


def test_a_gzip_file_is_known_by_its_magic_number_and_unpacked_within_limits() -> None:  # 62
    assert len(read(gzip.compress(rss(item()).encode()), "application/x-gzip").entries) == 1
    for bad in (
        gzip.compress(rss(item()).encode())[:-9],
        b"\x1f\x8b\x08junk",
        gzip.compress(b"<rss>" + b" " * 30_000_000),
    ):
        with pytest.raises(Rejected, match="gzip"):
            read(bad)


# --- links and texts ---


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        pytest.param(f"<link>javascript:alert(1)</link><guid>{HOME}/g</guid>", f"{HOME}/g", id="113-script-and-a-guid"),
        pytest.param("<link>mailto:a@b.example</link>", "", id="113-mailto"),
        pytest.param("<link>data:text/html,x</link><guid>tag:1</guid>", "", id="113-data"),
        pytest.param("<link>/relative path</link>", f"{HOME}/relative%20path", id="114-relative"),
        pytest.param("<link>//other.example/x</link>", "https://other.example/x", id="114-without-scheme"),
        pytest.param(f"<guid isPermaLink='false'>{HOME}/g</guid>", f"{HOME}/g", id="115-guid"),
        pytest.param(
            f"<guid>tag:1</guid><enclosure url='{HOME}/a.mp3' type='audio/mpeg'/>", f"{HOME}/a.mp3", id="115-enclosure"
        ),
        pytest.param(f"<guid>tag:1</guid><enclosure url='{HOME}/a.jpg' type='image/jpeg'/>", "", id="115-picture"),
        pytest.param(f"<link>\n {HOME}/x\n</link>", f"{HOME}/x", id="119-white-space"),
        pytest.param("<link>http://[::1</link>", "", id="119-no-address"),
        pytest.param(f"<link>{HOME}/{'x' * 3000}</link>", "", id="119-too-long"),
        pytest.param("<link>https://ann:secret@gazette.example/x</link>", "", id="119-user-and-password"),
        pytest.param("<link>#comments</link>", "", id="119-fragment-alone"),
        pytest.param("<link>https://bücher.example/ä</link>", "https://bücher.example/ä", id="119-idn"),
        pytest.param("<title>only a title</title>", "", id="115-nothing"),
    ],
)
def test_an_entry_has_an_http_link_or_is_dropped(inner: str, url: str) -> None:
    feed = read(rss(f"<item>{inner}</item>"))
    assert [entry.url for entry in feed.entries] == ([url] if url else [])
    assert feed.dropped == (0 if url else 1)


def test_xml_base_then_the_site_then_the_feed_resolve_links() -> None:  # 114
    based = rss("<item xml:base='https://base.example/dir/'><link>x</link></item><item><link>y</link></item>")
    assert [entry.url for entry in read(based).entries] == ["https://base.example/dir/x", f"{HOME}/feeds/y"]
    plain = based.replace("xml:base", "x")
    assert [entry.url for entry in read(plain).entries] == [f"{HOME}/x", f"{HOME}/y"]
    lone = plain.replace(f"<link>{HOME}/</link>", "")
    assert [entry.url for entry in read(lone).entries] == [f"{HOME}/feeds/x", f"{HOME}/feeds/y"]


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        pytest.param("AT&amp;amp;T &amp;lt;b&amp;gt;x", "AT&T x", id="116-escaped-twice"),
        pytest.param("&lt;script&gt;alert(1)&lt;/script&gt;T", "T", id="116-script"),
        pytest.param("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;T", "T", id="116-script-escaped-twice"),
        pytest.param("&amp;amp;lt;b&amp;amp;gt;T", "T", id="116-escaped-three-times"),
        pytest.param("<![CDATA[<b>Bold</b> &amp; <i>bright</i>]]>", "Bold & bright", id="116-cdata"),
        pytest.param("One&lt;br&gt;two", "One two", id="116-break"),
        pytest.param("5 &lt; 6 and 7 &gt; 3", "5 < 6 and 7 > 3", id="116-no-markup"),
        pytest.param("?a=1&amp;copy=2", "?a=1&copy=2", id="116-no-entity"),
        pytest.param("", "Words & more", id="117-empty"),
        pytest.param("&lt;img src=x&gt;", "Words & more", id="117-only-a-picture"),
        pytest.param("x" * 1_000_000, "x" * 512, id="118-huge"),
    ],
)
def test_titles_are_plain_text_on_one_line(markup: str, title: str) -> None:
    assert read(rss(item()).replace("Title 1", markup)).entries[0].title == title


def test_texts_are_cut_to_their_limits() -> None:  # 118
    (entry,) = read(
        rss(
            f"<item><link>{HOME}/1</link><description>{'word ' * 30_000}</description>"
            f"<content:encoded>{'x' * 600_000}</content:encoded></item>"
        )
    ).entries
    assert len(entry.summary) <= MAX_SUMMARY
    assert len(entry.content_html) == MAX_CONTENT
    assert len(entry.title) <= 80


# --- sitemaps ---


def sitemap(*urls: str, news: str = ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"') -> str:
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"{news}>{"".join(urls)}</urlset>'


def page(number: int, day: int = 18) -> str:
    return (
        f"<url><loc>{HOME}/{number}</loc><lastmod>2026-10-{day}T07:00:00Z</lastmod><news:news><news:publication>"
        "<news:name>The Gazette</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>2026-10-{day}T08:00:00+02:00</news:publication_date>"
        f"<news:title>Title &amp; {number}</news:title><news:keywords>Bridge, Tarn</news:keywords></news:news></url>"
    )


INDEX = (
    "<sitemapindex><sitemap><loc>https://gazette.example/pages.xml</loc><lastmod>2026-10-18</lastmod></sitemap><sitemap>"
    "<loc>https://gazette.example/news.xml</loc><lastmod>2026-10-01</lastmod></sitemap></sitemapindex>"
)


def test_a_news_sitemap_is_a_feed() -> None:  # 91
    feed = read(
        '<?xml version="1.0"?><?xml-stylesheet href="x"?>' + sitemap(page(1), f"<url><loc>{HOME}/about</loc></url>")
    )
    (entry,) = feed.entries
    assert (feed.format, feed.title, feed.language) == ("news-sitemap", "The Gazette", "en")
    assert (entry.url, entry.title, entry.guid) == (f"{HOME}/1", "Title & 1", f"{HOME}/1")
    assert (entry.published_at, entry.updated_at) == (DAY, DAY.replace(hour=7))
    assert entry.categories == ("Bridge", "Tarn")


def test_a_news_sitemap_keeps_its_newest_pages_and_may_list_none() -> None:  # 91, 82
    feed = read(sitemap(page(1, 16), page(2, 17), page(3, 18)), max_entries=2)
    assert ([entry.title for entry in feed.entries], feed.dropped) == (["Title & 2", "Title & 3"], 1)
    assert read(sitemap()).entries == ()


def test_a_zipped_sitemap_and_one_whose_news_tags_are_undeclared_are_read() -> None:  # 62, 89
    assert len(read(gzip.compress(sitemap(page(1)).encode())).entries) == 1
    assert read(sitemap(page(1), news="")).entries[0].title == "Title & 1"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param("<urlset/>", "not one of news", id="91-empty"),
        pytest.param(sitemap(f"<url><loc>{HOME}/1</loc></url>", news=""), "not one of news", id="91-all-pages"),
        pytest.param(INDEX, r"index of sitemaps.*gazette\.example/pages\.xml", id="91-index"),
        pytest.param(sitemap(page(1))[:-200], "breaks off", id="88-partial"),
    ],
)
def test_other_sitemaps_are_no_feeds(body: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        read_feed(body.encode(), URL)


def test_decoding_never_fails() -> None:
    assert decode(bytes(range(256)), "text/xml; charset=utf-7")

"""Faulty feeds are read as far as they go, or rejected as no feed.

The ids begin with the number of the fault in the list of faults that a fetcher meets.
"""

import pytest

from aggregator.errors import Rejected
from aggregator.sources.markup import decode
from tests.sources.documents import HOME, item, read, rss

CYRILLIC = "Совет города закрыл старый мост после осмотра балок"


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


def test_decoding_never_fails() -> None:
    assert decode(bytes(range(256)), "text/xml; charset=utf-7")


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

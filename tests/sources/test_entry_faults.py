"""Entries have usable links and plain texts, or none.

The ids begin with the number of the fault in the list of faults that a fetcher meets.
"""

import pytest

from aggregator.sources.entries import MAX_CONTENT, MAX_SUMMARY
from tests.sources.documents import HOME, item, read, rss


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

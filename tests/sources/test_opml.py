"""OPML lists become outlets and come back."""

import time

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from aggregator.errors import Rejected
from aggregator.sources.opml import OpmlFeed, outlets_of, read_opml, write_opml
from aggregator.sources.outlets import FeedSpec, OutletSpec

LIST = """<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<opml version="1.0"><head><title>t</title></head><body>
<outline text="News"><outline text="Sport">
  <outline type="rss" text="Gazette Sport & more &x;" xmlUrl="https://feeds.gazette.example/sport" htmlUrl="https://www.gazette.example/s"/>
</outline></outline>
<outline text="Gazette" xmlurl="https://gazette.example/rss"/><outline text="Gazette" xmlUrl="https://gazette.example/rss"/>
<outline text="no feed" xmlUrl="javascript:alert(1)"/>
<outline text="Burner" xmlUrl="https://feeds.feedburner.com/burner"/>
</body></opml>"""


def test_a_list_is_read_with_its_innermost_folders_and_each_feed_once() -> None:
    assert read_opml(LIST.encode()) == (
        OpmlFeed(
            "https://feeds.gazette.example/sport", "Gazette Sport & more &x;", "https://www.gazette.example/s", "Sport"
        ),
        OpmlFeed("https://gazette.example/rss", "Gazette"),
        OpmlFeed("javascript:alert(1)", "no feed"),
        OpmlFeed("https://feeds.feedburner.com/burner", "Burner"),
    )


def test_feeds_of_one_host_are_one_outlet_and_those_of_nobody_are_left_out() -> None:
    (gazette,), ((script, no_address), (burner, why)) = outlets_of(read_opml(LIST.encode()), ())
    assert (gazette.key, gazette.name, gazette.home) == ("gazette", "Gazette", "https://www.gazette.example/")
    assert [(feed.url, feed.section) for feed in gazette.feeds] == [
        ("https://feeds.gazette.example/sport", "Sport"),
        ("https://gazette.example/rss", ""),
    ]
    assert (script.title, burner.title) == ("no feed", "Burner")
    assert "not an address" in no_address
    assert "cannot be told" in why


def test_known_feeds_and_hosts_are_left_out_and_keys_stay_apart() -> None:
    known = OutletSpec(
        key="gazette", name="G", home="https://gazette.example/", feeds=(FeedSpec(url="https://g2.example/f"),)
    )
    feeds = [
        OpmlFeed("https://gazette.example/rss"),
        OpmlFeed("https://g2.example/f"),
        OpmlFeed("https://gazette.test/rss"),
        OpmlFeed("https://bad host.example/rss"),
    ]
    specs, left = outlets_of(feeds, [known])
    assert [spec.key for spec in specs] == ["gazette-2"]
    assert len(left) == 3


def test_what_is_written_can_be_read_again() -> None:
    feeds = (FeedSpec(url="https://g.example/f?a=1&b=2"), FeedSpec(url="https://g.example/o", section="Op <Ed>"))
    spec = OutletSpec(key="g", name='The "G" & Co', home="https://g.example/", feeds=feeds)
    off = OutletSpec(
        key="h", name="H", home="https://h.example/", disabled="x", feeds=(FeedSpec(url="https://h.example/"),)
    )
    text = write_opml([spec, off], "News & more")
    assert read_opml(text.encode()) == (
        OpmlFeed("https://g.example/f?a=1&b=2", 'The "G" & Co', "https://g.example/"),
        OpmlFeed("https://g.example/o", 'The "G" & Co', "https://g.example/", "Op <Ed>"),
    )
    (again,), _ = outlets_of(read_opml(text.encode()), ())
    assert again == spec


@pytest.mark.parametrize("body", [b"", b"<html/>", b"{}", b"\0", b"<rss version='2.0'/>", b"\x1f\x8b", b"<opm"])
def test_what_is_no_list_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected, match="not-opml"):
        read_opml(body)


@hypothesis_settings(max_examples=100)
@given(at=st.integers(0, len(LIST)), size=st.integers(0, 40), piece=st.binary(max_size=20))
def test_any_bytes_are_a_list_or_rejected(at: int, size: int, piece: bytes) -> None:
    body = LIST.encode()
    try:
        feeds = read_opml(body[:at] + piece + body[at + size :])
    except Rejected:
        return
    specs, _ = outlets_of(feeds, ())
    assert all(feed.url.startswith(("http://", "https://")) for spec in specs for feed in spec.feeds)


def test_a_user_name_in_an_address_is_not_repeated() -> None:
    listed = read_opml(b'<opml><outline text="x" xmlUrl="https://me:secret@gazette.example/rss"/></opml>')
    _, ((feed, why),) = outlets_of(listed, ())
    assert "secret" not in feed.url + why


def test_a_list_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    assert read_opml(LIST[:-120].encode())[0].title.startswith("Gazette Sport")
    assert read_opml(b'<opml><outline text="x" a="') == ()


def test_bombs_are_read_or_rejected_in_little_time() -> None:
    started = time.process_time()
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    assert read_opml(f'<!DOCTYPE opml [<!ENTITY l0 "ha">{laughs}]><opml>&l9;</opml>'.encode()) == ()  # 80
    assert read_opml(b"<opml>" + b"<outline text='x'>" * 50_000 + b"</opml>") == ()  # 84
    with pytest.raises(Rejected, match="attributes"):  # 83
        read_opml(b"<opml><outline " + b" ".join(b"a%d='x'" % n for n in range(50_000)) + b"/></opml>")
    assert time.process_time() - started < 5


def test_two_thousand_feeds_are_grouped_in_no_time() -> None:
    feeds = "".join(f'<outline xmlUrl="https://h{n % 400}.example/f{n}"/>' for n in range(2000))
    started = time.process_time()
    specs, left = outlets_of(read_opml(f"<opml><body>{feeds}</body></opml>".encode()), ())
    assert (len(specs), sum(len(spec.feeds) for spec in specs), left) == (400, 2000, ())
    assert time.process_time() - started < 5

"""Feeds that are made to cost their reader time or memory are read or rejected in little of both.

The ids begin with the number of the fault in the list of faults that a fetcher meets.
"""

import gzip
import time

import pytest

from aggregator.errors import Rejected
from aggregator.sources.markup import MAX_DEPTH, mended
from aggregator.types import FeedDocument
from tests.sources.documents import item, read, rss


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

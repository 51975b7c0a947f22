"""What a feed says of when it is worth asking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.feeds import read_feed
from aggregator.sources.updates import NOTHING_SAID, Updates, stated_updates

NAMESPACE = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def feed(head: str, items: str = "<item><title>T</title><link>http://a.example/1</link></item>") -> str:
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACE}><channel><title>F</title>{head}{items}</channel></rss>'


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 60),
        ("<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 30),
        ("<sy:updatePeriod>dayly</sy:updatePeriod><sy:updateFrequency>0.1</sy:updateFrequency>", 14400),
        ("<sy:updatePeriod>Weekly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<sy:updatePeriod>always</sy:updatePeriod>", None),
        ("<sy:updateFrequency>2</sy:updateFrequency>", None),
    ],
)
def test_period_and_frequency_make_minutes(head: str, minutes: float | None) -> None:
    assert stated_updates(feed(head)).minutes == minutes


def test_hours_and_days_to_skip_are_read_unless_they_leave_none() -> None:
    head = "<skipHours><hour>0</hour><hour> 23</hour><hour>24</hour><hour>99</hour></skipHours>"
    days = "<skipDays><day>Sunday</day><day>saturday</day><day>Someday</day></skipDays>"
    assert stated_updates(feed(head + days)) == Updates(None, (0, 23), (5, 6))

    every = "<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>"
    assert stated_updates(feed(every)) == NOTHING_SAID


def test_what_items_say_is_not_the_feeds() -> None:
    item = "<item><title>T</title><link>http://a.example/1</link><sy:updatePeriod>hourly</sy:updatePeriod></item>"
    assert stated_updates(feed("", item)) == NOTHING_SAID


def test_a_feed_that_is_read_brings_it_along_and_whether_it_breaks_off() -> None:  # 88
    whole = feed("<sy:updatePeriod>hourly</sy:updatePeriod><ttl>90</ttl><skipDays><day>Sunday</day></skipDays>")
    document = read_feed(whole.encode(), "http://a.example/rss")
    torn = read_feed(whole[: -len("</channel></rss>")].encode() + b"<item><title>Tor", "http://a.example/rss")

    assert (document.update_minutes, document.ttl_minutes, document.skip_days) == (60, 90, (6,))
    assert (document.partial, torn.partial) == (False, True)
    assert [entry.title for entry in torn.entries] == ["T"]


def test_an_entry_keeps_its_date_as_written() -> None:  # 106
    item = "<item><title>T</title><link>http://a.example/1</link><pubDate>lunes, 5 de octubre</pubDate></item>"
    (entry,) = read_feed(feed("", item).encode(), "http://a.example/rss").entries
    assert (entry.published_at, entry.published_raw) == (None, "lunes, 5 de octubre")


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    said = stated_updates(feed(f"<skipHours>{text}</skipHours><sy:updatePeriod>{text}</sy:updatePeriod>"))
    assert said.minutes is None or said.minutes > 0

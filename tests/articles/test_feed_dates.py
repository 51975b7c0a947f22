"""Which dates of a feed are believed. Numbers in ids are rows of the list of faults."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.articles.feed_dates import FeedDate, dated_by_asking, read_date
from aggregator.sources.dates import parse_date, zone_is_guessed
from aggregator.types import Entry

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)


def read(raw: str, now: datetime = NOW) -> FeedDate:
    """As feeds are read: the raw date, and what the reader of dates makes of it."""
    return read_date(Entry("http://a.example/1", "T", published_at=parse_date(raw), published_raw=raw), now)


@pytest.mark.parametrize(
    ("raw", "at", "note"),
    [
        pytest.param("Sat, 10 Oct 2026 10:00:00 GMT", (10, 10), "", id="fine"),
        pytest.param("", None, "missing", id="105-missing"),
        pytest.param("lunes, 5 de octubre de 2026", None, "unreadable", id="106-localised"),
        pytest.param("03/10/2026", None, "unreadable", id="111-day-or-month"),
        pytest.param("2026-12-10T10:00:00Z", None, "future", id="111-day-and-month-swapped"),
        pytest.param("2026-10-10T20:00:00Z", (10, 12), "clamped", id="107-zone-error"),
        pytest.param("2026-10-11T12:00:01Z", None, "future", id="107-more-than-a-day"),
        pytest.param("0001-01-01T00:00:00Z", None, "too-old", id="108-year-1"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 +0000", None, "too-old", id="108-epoch"),
        pytest.param("2016-10-01T00:00:00Z", None, "too-old", id="108-ten-years"),
        pytest.param("Sat, 10 Oct 2026 06:00:00 EST", (10, 11), "", id="109-EST"),
        pytest.param("Sat, 10 Oct 2026 11:30:00 BST", (10, 10, 30), "zone-guessed", id="109-BST"),
        pytest.param("Sat, 10 Oct 2026 10:30:00 IST", (10, 5), "zone-guessed", id="109-IST"),
        pytest.param("Sat, 10 Oct 2026 10:00:00 QQT", (10, 10), "zone-guessed", id="109-unknown"),
        pytest.param("2026-10-10 10:00", (10, 10), "zone-guessed", id="109-none"),
        pytest.param("2026-10-10", (10, 0), "", id="109-a-day-has-no-zone"),
    ],
)
def test_a_date_is_believed_or_flagged(raw: str, at: tuple[int, ...] | None, note: str) -> None:
    assert read(raw) == FeedDate(datetime(2026, 10, *at, tzinfo=UTC) if at else None, note)


def test_a_time_of_update_serves_where_none_of_publication_is_known() -> None:
    updated = NOW - timedelta(hours=1)
    assert read_date(Entry("http://a.example/1", "T", updated_at=updated), NOW) == FeedDate(updated)


def entries(*seconds_ago: float) -> list[Entry]:
    return [
        Entry(f"http://a.example/{n}", "T", published_at=NOW - timedelta(seconds=ago))
        for n, ago in enumerate(seconds_ago)
    ]


@pytest.mark.parametrize(
    ("ages", "known", "by_asking"),
    [
        ((1, 2, 3, 3600), (True, True, True, True), True),
        ((1, 7200, 3600), (True, True, True), False),
        ((1, 2, 3), (False, False, True), False),  # one known entry is no proof
        ((1, 2, 3), (False, False, False), True),
        ((1, 2), (False, False), False),
        ((1, 2, 3600), (False, False, False), False),
        ((), (), False),
    ],
)
def test_entries_dated_by_the_asking_are_found_out(
    ages: tuple[float, ...], known: tuple[bool, ...], by_asking: bool
) -> None:  # 110
    assert dated_by_asking(entries(*ages), known, NOW) is by_asking
    assert read_date(entries(1)[0], NOW, distrusted=True) == FeedDate(None, "distrusted")


@given(st.none() | st.datetimes(timezones=st.just(UTC)), st.text(max_size=60))
def test_no_date_is_ever_after_its_first_sight(given_date: datetime | None, raw: str) -> None:
    found = read_date(Entry("http://a.example/1", "T", published_at=given_date, published_raw=raw), NOW)
    assert found.at is None or (found.at <= NOW and found.note in ("", "clamped", "zone-guessed"))
    assert (found.at is None) == (found.note not in ("", "clamped", "zone-guessed"))
    assert zone_is_guessed(raw) in (True, False)

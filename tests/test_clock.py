"""The one clock: what it shows, and which texts are a time."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.clock import Clock, parse_time, rfc3339, wall
from aggregator.errors import ConfigError

OSLO = timezone(timedelta(hours=2))
SIX = datetime(2026, 10, 18, 6, tzinfo=UTC)


def test_a_clock_that_was_not_set_shows_the_time_of_the_machine() -> None:
    before = wall()
    shown = Clock().now()

    assert not Clock().is_fixed
    assert before <= shown <= wall()
    assert shown.tzinfo is UTC


def test_a_fixed_clock_stands_still_in_utc_on_the_whole_second() -> None:
    clock = Clock(datetime(2026, 10, 18, 8, 0, 0, 999, tzinfo=OSLO))

    assert clock.is_fixed
    assert clock.now() == clock.now() == SIX
    assert clock.now().tzinfo is UTC


def test_a_clock_shows_the_moment_that_it_was_moved_to() -> None:
    clock = Clock()

    clock.move(datetime(2026, 10, 18, 8, 0, 0, 5, tzinfo=OSLO))

    assert clock.is_fixed
    assert clock.now() == SIX
    assert clock.now().tzinfo is UTC


def test_the_wall_goes_on_where_the_clock_is_fixed() -> None:
    assert wall() != Clock(SIX).now()
    assert wall().tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-18T06:00:00Z",
        "2026-10-18t06:00:00z",
        " 2026-10-18T06:00:00Z\n",
        "2026-10-18T08:00:00+02:00",
        "2026-10-18T06:00:00",
        "2026-10-18 06:00",
        "2026-10-18T06:00:00.000Z",
    ],
)
def test_a_time_is_read_in_any_zone_and_counts_as_utc_without_one(text: str) -> None:
    assert parse_time(text) == SIX
    assert parse_time(text).tzinfo is UTC


def test_a_day_is_its_first_moment_or_its_last_hour() -> None:
    assert parse_time("2026-10-18") == datetime(2026, 10, 18, tzinfo=UTC)
    assert parse_time("2026-10-18", end_of_day=True) == datetime(2026, 10, 18, 23, 59, 59, tzinfo=UTC)
    assert parse_time("2026-10-18T06:00:00Z", end_of_day=True) == SIX


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "18.10.2026",
        "2026-13-01",
        "2026-02-30",
        "2026-10-18T25:00:00Z",
        "1792303200",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
    ],
)
def test_another_text_is_a_complaint_that_shows_how_to_write_it(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a time") as caught:
        parse_time(text)

    assert caught.value.key == "now"
    assert "2026-10-18T06:00:00Z" in caught.value.fix


@given(st.one_of(st.text(max_size=30), st.text("0123456789-:TZ+. W", min_size=8, max_size=26)))
def test_any_text_is_a_time_in_utc_or_a_complaint(text: str) -> None:
    with contextlib.suppress(ConfigError):
        assert parse_time(text).tzinfo is UTC


zones = st.sampled_from([UTC, OSLO, timezone(timedelta(hours=-11))])
seconds = st.floats(-62_000_000_000, 251_000_000_000)  # from the year 5 to the year 9923
moments = st.builds(
    lambda zone, offset: (SIX + timedelta(seconds=offset - SIX.timestamp())).astimezone(zone), zones, seconds
)


@given(moments)
def test_a_time_as_written_is_read_back_to_the_second(moment: datetime) -> None:
    written = rfc3339(moment)

    assert written.endswith("Z")
    assert len(written) == len("2026-10-18T06:00:00Z")
    assert parse_time(written) == moment.replace(microsecond=0)

"""When a feed is asked next: what it asks for itself, and what its failures cost it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.articles.next_check import DORMANT, LONGEST, after_answer, after_failure, fresh_for, stays
from aggregator.articles.rhythm import Rhythm
from aggregator.setting_sections import PollSettings

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)  # a Saturday
POLL = PollSettings()
HOURLY = Rhythm(rate=2 * 20 / 3600, window=1000)


def wait(rhythm: Rhythm = HOURLY, **headers: str) -> float:
    """Hours."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (after_answer("f_1", rhythm, named, NOW, POLL) - NOW) / timedelta(hours=1)


def test_a_feed_that_asks_for_nothing_is_asked_at_its_rhythm_give_or_take_a_little() -> None:
    assert 0.95 <= wait() <= 1.05
    assert len({after_answer(f"f_{n}", HOURLY, {}, NOW, POLL) for n in range(20)}) == 20


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"cache-control": "public, max-age=7200"}, 120),
        ({"cache-control": 'MAX-AGE="60"'}, 1),
        ({"cache-control": "max-age=7200", "age": "3600"}, 60),
        ({"cache-control": "max-age=60", "age": "3600"}, 0),
        ({"cache-control": "max-age=60", "expires": "Sat, 10 Oct 2026 20:00:00 GMT"}, 1),
        ({"cache-control": "no-cache, max-age=7200"}, 0),
        ({"cache-control": "s-maxage=7200"}, 0),
        ({"cache-control": "max-age=lots"}, 0),
        ({"expires": "Sat, 10 Oct 2026 14:00:00 GMT"}, 120),
        ({"expires": "Sat, 10 Oct 2026 14:00:00 GMT", "date": "Sat, 10 Oct 2026 13:30:00 GMT"}, 30),
        ({"expires": "0"}, 0),
        ({"expires": "Thu, 19 Nov 1981 08:52:00 GMT"}, 0),
    ],
)
def test_how_long_an_answer_stays_fresh(headers: dict[str, str], minutes: float) -> None:
    assert fresh_for(headers, NOW) == timedelta(minutes=minutes)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_no_header_breaks_the_schedule(control: str, expires: str, age: str) -> None:
    headers = {"cache-control": control, "expires": expires, "age": age, "date": expires}
    assert NOW < after_answer("f_1", HOURLY, headers, NOW, POLL) <= NOW + timedelta(hours=25.2)


def test_a_longer_time_that_the_feed_or_its_server_states_is_kept_to_but_for_a_day_at_most() -> None:
    assert 3 <= wait(cache_control="max-age=10800") <= 3.15
    assert 24 <= wait(cache_control="max-age=31536000") <= 25.2
    assert 5 <= wait(Rhythm(rate=HOURLY.rate, window=1000, stays_minutes=300)) <= 5.25
    assert stays(None, None) == 0
    assert stays(60, 1440.0 * 7) == 1440
    assert stays(90, 60.0) == 90


def test_hours_and_days_that_a_feed_skips_are_skipped() -> None:
    hours = after_answer("f_1", Rhythm(rate=HOURLY.rate, window=1000, skip_hours=(12, 13, 14)), {}, NOW, POLL)
    days = after_answer("f_1", Rhythm(rate=HOURLY.rate, window=1000, skip_days=(5, 6)), {}, NOW, POLL)

    assert (hours.hour, hours.day) == (15, 10)
    assert (days.weekday(), days.hour) == (0, 0)
    always = Rhythm(rate=HOURLY.rate, window=1000, skip_hours=tuple(range(24)))
    assert after_answer("f_1", always, {}, NOW, POLL) < NOW + timedelta(hours=2)


def failing(quarters: int, at_least: timedelta = timedelta()) -> timedelta:
    return after_failure("f_1", HOURLY, quarters, NOW, POLL, at_least=at_least) - NOW


def test_a_failing_feed_is_asked_less_and_less_often_up_to_a_day() -> None:
    waits = [failing(quarters) / timedelta(hours=1) for quarters in (2, 4, 8, 40, 100)]
    assert waits == pytest.approx([1.5, 2, 3, 11, 24], rel=0.06)


def test_a_dormant_feed_is_asked_at_least_once_in_thirty_days_for_ever() -> None:
    assert failing(DORMANT) > timedelta(hours=28)
    assert timedelta(days=28) < failing(1_000_000) <= LONGEST * 1.05


def test_retry_after_and_probes_are_obeyed_up_to_a_week() -> None:
    assert timedelta(hours=5) <= failing(1, timedelta(hours=5)) <= timedelta(hours=5.25)
    assert timedelta(days=7) <= failing(4, timedelta(days=400)) <= timedelta(days=7.4)
    assert failing(1, timedelta(seconds=1)) > timedelta(hours=1)

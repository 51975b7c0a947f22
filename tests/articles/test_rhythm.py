"""How often a feed is asked: soon where there is much that is new, rarely where there is little, by simulation too."""

import bisect
import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.articles.rhythm import JITTER, Rhythm, begun, interval, jittered, learnt
from aggregator.setting_sections import PollSettings

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)
POLL = PollSettings()


def minutes(rhythm: Rhythm, now: datetime = NOW, poll: PollSettings = POLL) -> float:
    return interval(rhythm, now, poll).total_seconds() / 60


def test_the_interval_is_the_square_root_of_twice_the_price_over_the_rate() -> None:
    assert minutes(Rhythm(rate=24 / 1440, window=100)) == pytest.approx(math.sqrt(2 * 20 / (24 / 1440)))
    assert minutes(Rhythm(rate=24 / 1440, window=100), poll=PollSettings(poll_cost=5)) == pytest.approx(24.5, abs=0.1)


def test_a_feed_that_nothing_is_known_of_is_asked_again_in_half_an_hour() -> None:
    assert minutes(Rhythm()) == 30


def test_a_new_feeds_dates_tell_its_rate_before_it_is_asked_twice() -> None:
    dates = [NOW - timedelta(hours=n) for n in range(1, 25)]
    busy, sleepy = begun(dates, 24, NOW), begun([NOW - timedelta(days=30 * n) for n in range(1, 11)], 10, NOW)

    assert busy.rate == pytest.approx(1 / 60)
    assert (minutes(busy), minutes(sleepy)) == (pytest.approx(49, abs=1), 360)
    assert begun([NOW], 1, NOW).rate is None


def test_half_of_what_a_feed_lists_never_rolls_by_between_two_polls() -> None:
    assert minutes(Rhythm(rate=0.5, window=12)) == 10  # the least
    assert minutes(Rhythm(rate=0.1, window=4)) == 20
    assert minutes(Rhythm(rate=0.1, hours=(0.3,) * 24, window=5)) == pytest.approx(12.5)


def test_the_interval_keeps_to_its_bounds() -> None:
    assert minutes(Rhythm(rate=50.0, window=1000)) == 10
    assert minutes(Rhythm(rate=0.0, window=10)) == 360
    assert minutes(Rhythm(rate=0.0, window=10), poll=PollSettings(max_interval_hours=1)) == 60


def test_a_feed_with_quiet_nights_is_asked_less_often_at_night() -> None:
    rhythm, now = begun([], 50, NOW), NOW
    for half_hour in range(1, 48 * 10):
        now = NOW + timedelta(minutes=30 * half_hour)
        rhythm = learnt(rhythm, 3 if 8 <= now.hour < 20 else 0, 50, now)

    assert minutes(rhythm, now.replace(hour=3)) > 1.4 * minutes(rhythm, now.replace(hour=14))


def test_a_clock_that_goes_back_teaches_nothing_and_does_no_harm() -> None:
    rhythm = Rhythm(rate=0.1, window=10, at=NOW)
    assert learnt(rhythm, 5, None, NOW - timedelta(days=3)) == replace(rhythm, at=NOW - timedelta(days=3))
    assert learnt(rhythm, 5, 20, NOW) == replace(rhythm, window=20)


@given(
    st.lists(
        st.tuples(st.integers(-100_000, 1_000_000), st.integers(0, 10_000), st.none() | st.integers(0, 2000)),
        max_size=20,
    )
)
def test_whatever_happens_the_interval_keeps_to_its_bounds_and_the_rhythm_can_be_stored(
    answers: list[tuple[int, int, int | None]],
) -> None:
    rhythm, now = Rhythm(), NOW
    for wait, new, window in answers:
        now += timedelta(minutes=wait)
        rhythm = Rhythm.from_json(learnt(rhythm, new, window, now).as_json())
        assert 10 <= minutes(rhythm, now) <= 360


@given(st.text(max_size=20))
def test_jitter_is_small_and_the_same_for_the_same_seed(seed: str) -> None:
    wait = timedelta(hours=1)
    assert jittered(wait, seed) == jittered(wait, seed)
    assert wait * (1 - JITTER) <= jittered(wait, seed) <= wait * (1 + JITTER)
    assert wait <= jittered(wait, seed, only_later=True) <= wait * (1 + JITTER)


def _news(dice: random.Random, days: int) -> tuple[list[float], int]:
    """The minutes at which a made-up feed has something new (more by day, sometimes in bursts), and its window."""
    rate = min(max(math.exp(dice.gauss(math.log(12), 1.6)), 0.03), 400) / 1440
    news, at = [], 0.0
    while (at := at + dice.expovariate(1.75 * rate)) < days * 1440:
        if dice.random() < (0.25 + 1.5 * max(0.0, math.sin((at % 1440 / 60 - 5) / 12 * math.pi))) / 1.75:
            news += [at, *(at + 3 * dice.random() for _ in range(dice.randrange(1, 6) if dice.random() < 0.08 else 0))]
    return sorted(news), dice.choice([10, 20, 30, 50, 100])


def test_at_as_many_polls_news_comes_sooner_than_with_a_fixed_interval_and_less_is_missed() -> None:
    days, warm_up = 14, 5 * 1440
    feeds = [_news(random.Random(f"feed {n}"), days) for n in range(24)]

    def run(fixed: float | None) -> tuple[int, float, int]:
        """Polls, mean delay in minutes and entries missed, after a warm-up."""
        polls, delays, missed = 0, [0.0], 0
        for number, (news, window) in enumerate(feeds):
            at, seen, rhythm = float(number), 0, Rhythm()
            while at < days * 1440:
                so_far = bisect.bisect_right(news, at)
                new = news[seen:so_far]
                if at > warm_up:
                    polls += 1
                    delays += [at - one for one in new[-window:]]
                    missed += max(len(new) - window, 0)
                now = NOW + timedelta(minutes=at)
                past = [NOW + timedelta(minutes=one) for one in news[max(so_far - window, 0) : so_far]]
                first = rhythm.at is None
                rhythm = begun(past, len(past), now) if first else learnt(rhythm, len(new), len(past), now)
                seen, at = so_far, at + (fixed or minutes(rhythm, now))
        return polls, sum(delays) / len(delays), missed

    polls, delay, missed = run(None)
    as_many = len(feeds) * (days * 1440 - warm_up) / polls
    _, fixed_delay, fixed_missed = run(as_many)

    assert delay < 0.7 * fixed_delay
    assert missed < fixed_missed / 2

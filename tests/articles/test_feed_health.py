"""What answers and failures say of a feed. Numbers in comments and ids are rows of the list of faults."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.articles.feed_health import (
    HARD,
    NOBODY,
    SOFT,
    TEMPORARY,
    Move,
    body_hash,
    gone,
    judge,
    lied,
    moved,
    settled,
)
from aggregator.articles.urls import is_front_page
from aggregator.net import Failure, FetchReason
from aggregator.types import FeedState

NOW = datetime(2026, 10, 10, 12, tzinfo=UTC)
OLD, NEW = "http://lantern.example/rss", "https://feeds.lantern.example/all.xml"


@pytest.mark.parametrize(
    ("reason", "status", "state", "quarters"),
    [
        pytest.param(FetchReason.DNS, 0, FeedState.DNS, SOFT, id="1-dns"),
        pytest.param(FetchReason.DNS_TEMPORARY, 0, FeedState.DNS, TEMPORARY, id="2-dns-try-again"),
        pytest.param(FetchReason.OUTAGE, 0, FeedState.OUTAGE, NOBODY, id="2-outage"),
        pytest.param(FetchReason.UNREACHABLE, 0, FeedState.UNREACHABLE, SOFT, id="3-refused"),
        pytest.param(FetchReason.TIMEOUT, 0, FeedState.TIMEOUT, SOFT, id="5-timeout"),
        pytest.param(FetchReason.TLS, 0, FeedState.TLS, SOFT, id="7-tls"),
        pytest.param(FetchReason.ADDRESS, 0, FeedState.FORBIDDEN, HARD, id="14-address"),
        pytest.param(FetchReason.REDIRECT, 302, FeedState.REDIRECT, SOFT, id="23-loop"),
        pytest.param(FetchReason.CONSENT, 302, FeedState.CONSENT, SOFT, id="34-consent"),
        pytest.param(FetchReason.PROTOCOL, 304, FeedState.UNREACHABLE, SOFT, id="36-304-unasked"),
        pytest.param(FetchReason.HTTP_4XX, 400, FeedState.HTTP_4XX, HARD, id="44-bad-request"),
        pytest.param(FetchReason.LOGIN, 401, FeedState.LOGIN, HARD, id="45-login"),
        pytest.param(FetchReason.HTTP_4XX, 403, FeedState.HTTP_4XX, HARD, id="46-forbidden"),
        pytest.param(FetchReason.CHALLENGE, 403, FeedState.CHALLENGE, HARD, id="46-challenge"),
        pytest.param(FetchReason.HTTP_4XX, 404, FeedState.HTTP_4XX, SOFT, id="47-not-found"),
        pytest.param(FetchReason.GONE, 410, FeedState.GONE, HARD, id="49-gone"),
        pytest.param(FetchReason.RATE_LIMITED, 429, FeedState.HTTP_4XX, TEMPORARY, id="50-429"),
        pytest.param(FetchReason.HTTP_5XX, 502, FeedState.HTTP_5XX, SOFT, id="52-bad-gateway"),
        pytest.param(FetchReason.RATE_LIMITED, 503, FeedState.HTTP_5XX, TEMPORARY, id="52-503-retry-after"),
        pytest.param(FetchReason.HTTP_4XX, 451, FeedState.HTTP_4XX, HARD, id="54-legal"),
        pytest.param(FetchReason.TOO_LARGE, 200, FeedState.TOO_LARGE, SOFT, id="57-too-large"),
        pytest.param(FetchReason.NOT_TEXT, 200, FeedState.NOT_A_FEED, SOFT, id="67-an-image"),
        pytest.param(FetchReason.ROBOTS, 0, FeedState.ROBOTS, SOFT, id="132-robots"),
        pytest.param(FetchReason.BLOCKED, 0, FeedState.FORBIDDEN, SOFT, id="139-blocked"),
    ],
)
def test_a_failure_has_a_name_and_a_weight(reason: FetchReason, status: int, state: FeedState, quarters: int) -> None:
    verdict = judge(Failure("http://a.example/", reason, "detail", status))
    assert (verdict.state, verdict.quarters) == (state, quarters)


def test_every_reason_to_fail_means_that_the_outlet_did_not_answer() -> None:
    assert not any(judge(Failure("http://a.example/", reason)).state.answered for reason in FetchReason)


def test_who_does_not_let_us_in_is_asked_once_a_day_and_retry_after_is_kept_to() -> None:  # 45, 132
    day = timedelta(days=1)
    assert judge(Failure("", FetchReason.LOGIN, status=401)).at_least == day
    assert judge(Failure("", FetchReason.ROBOTS)).at_least == day
    unread = Failure("", FetchReason.ROBOTS, retry_after=timedelta(minutes=10))  # robots.txt could not be had
    assert judge(unread).at_least == timedelta(minutes=10)
    assert judge(Failure("", FetchReason.RATE_LIMITED, status=429, retry_after=day / 2)).at_least == day / 2


def test_gone_is_believed_when_it_is_said_twice_a_day_apart() -> None:  # 49
    first = gone(None, False, NOW)
    soon = gone(first.since, first.muted, NOW + timedelta(hours=23))
    later = gone(soon.since, soon.muted, NOW + timedelta(hours=25))

    assert [first.muted, soon.muted, later.muted] == [False, False, True]
    assert (first.at_least, later.at_least) == (timedelta(days=1), timedelta(days=7))
    assert not gone(NOW + timedelta(days=400), False, NOW).muted  # said by a clock that ran ahead


@pytest.mark.parametrize(
    ("found", "before", "days", "state"),
    [
        (FeedState.OK, FeedState.NEVER, None, FeedState.OK),
        (FeedState.UNCHANGED, FeedState.OK, 13, FeedState.UNCHANGED),
        (FeedState.UNCHANGED, FeedState.OK, 15, FeedState.STALE),
        (FeedState.OK, FeedState.STALE, 15, FeedState.STALE),
        (FeedState.OK, FeedState.STALE, 0, FeedState.OK),
        (FeedState.UNCHANGED, FeedState.EMPTY, 15, FeedState.EMPTY),
        (FeedState.UNCHANGED, FeedState.UNDATED, None, FeedState.UNDATED),
        (FeedState.UNCHANGED, FeedState.TIMEOUT, 1, FeedState.UNCHANGED),
    ],
)
def test_the_state_of_a_feed_that_answered(
    found: FeedState, before: FeedState, days: int | None, state: FeedState
) -> None:
    news_at = None if days is None else NOW - timedelta(days=days)
    assert settled(found, before, news_at, NOW, 14) is state


# --- moves: rows 26, 27, 28 ---


def sightings(asked: str, permanent: str, *days: float, stranger: str = "") -> Move:
    move = Move()
    for day in days:
        move = moved(move, asked, permanent, stranger=stranger, now=NOW + timedelta(days=day))
    return move


def test_a_move_is_believed_after_a_week_and_three_sightings() -> None:  # 26
    assert not sightings(OLD, NEW, 0, 1, 2, 3, 6.9).believed
    assert not sightings(OLD, NEW, 0, 8).believed
    assert sightings(OLD, NEW, 0, 4, 8).believed


def test_a_move_to_https_on_the_same_host_is_believed_at_once() -> None:  # 26
    assert sightings(OLD, "https://lantern.example/rss", 0).believed
    assert not sightings(OLD, "https://lantern.example/other", 0).believed
    assert not sightings(OLD, "https://www.lantern.example/rss", 0).believed
    assert not sightings("https://lantern.example/rss", OLD, 0).believed


def test_a_move_that_ends_or_changes_begins_anew() -> None:  # 26
    direct = moved(sightings(OLD, NEW, 0, 4), OLD, "", stranger="", now=NOW + timedelta(days=5))
    assert direct == Move()
    other = moved(sightings(OLD, NEW, 0, 4), OLD, NEW + "?2", stranger="", now=NOW + timedelta(days=8))
    assert (other.seen, other.believed) == (1, False)


@pytest.mark.parametrize(
    "target", ["http://lantern.example/", "https://www.lantern.example", "http://lantern.example/index.html"]
)
def test_a_feed_never_moves_to_a_front_page(target: str) -> None:  # 27
    move = sightings(OLD, target, 0, 4, 8)
    assert (move.believed, move.to) == (False, "")
    assert "front page" in move.astray


def test_a_feed_never_moves_to_what_is_another_feeds() -> None:  # 27
    move = sightings(OLD, NEW, 0, 4, 8, stranger="another feed of ours")
    assert (move.believed, move.astray) == (False, f"it is redirected for good to {NEW}, which is another feed of ours")


def test_an_address_with_a_query_may_be_a_feed() -> None:
    assert not is_front_page("https://lantern.example/?feed=rss2")


# --- what counts as changed: rows 37, 39 ---


def test_validators_lie_when_a_changed_body_comes_with_the_old_ones() -> None:  # 39
    assert lied(('"a"', ""), ('"a"', ""), changed=True)
    assert lied(("", "Sat, 01 Jan 2041 00:00:00 GMT"), ("", "Sat, 01 Jan 2041 00:00:00 GMT"), changed=True)
    assert not lied(('"b"', ""), ('"a"', ""), changed=True)
    assert not lied(('"a"', ""), ('"a"', ""), changed=False)
    assert not lied(("", ""), ("", ""), changed=True)


FEED = (
    "<rss><channel><title>F</title><lastBuildDate>{0}</lastBuildDate><pubDate>{0}</pubDate><generator>G {0}</generator>"
    "<item><title>T</title><pubDate>10:00</pubDate></item></channel></rss><!-- cached at {0} -->"
)


def test_a_feed_that_differs_only_in_when_it_was_built_is_unchanged() -> None:
    hashes = {body_hash(FEED.format(time).encode()) for time in ("10:01", "10:02")}
    atom = "<feed><updated>{}</updated><entry><updated>10:00</updated></entry></feed>"

    assert len(hashes) == 1
    assert body_hash(atom.format("10:01").encode()) == body_hash(atom.format("10:02").encode())


def test_a_feed_whose_items_differ_has_changed() -> None:
    feed = FEED.format("10:01")
    others = [feed.replace("<pubDate>10:00", "<pubDate>10:30"), feed.replace("T<", "U<"), feed.replace("F<", "G<")]
    assert len({body_hash(one.encode()) for one in [feed, *others]}) == 4
    assert body_hash(b'{"a": "<!-- 1 -->"}') != body_hash(b'{"a": "<!-- 2 -->"}')


@given(st.binary(max_size=300) | st.text("<!->pubDate/ item", max_size=300).map(str.encode))
def test_any_body_has_a_hash(body: bytes) -> None:
    assert len(body_hash(body)) == 64


def test_a_hostile_body_is_hashed_in_linear_time() -> None:
    for body in (b"<!--" * 500_000, b"<pubDate>" * 200_000, b"<updated " * 200_000):
        body_hash(b"<rss>" + body)

"""Robots and politeness."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.clock import Clock
from aggregator.net import Failure, HostState, Reply, Request, fetch_all
from aggregator.net.robots import Rules, product_token, robots_text
from aggregator.settings import NetSettings
from tests.net.conftest import NOW, Fetch
from tests.net.server import RawServer, ok, redirect, status

RULES = b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n\nUser-agent: aggregator\nDisallow: /private\nCrawl-delay: 0.3\n"


def test_robots_rules_bind_feeds_and_pages_and_are_asked_for_once(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/robots.txt": ok(RULES), "/": ok(), "/private/x": ok(), "/to": redirect("/x/../private/x")}
    feed = Request(server.base + "/private/feed", "feed")
    answers = fetch("/", "/private/x", "/to", "/x/../private/x", feed)
    assert answers[0].status == 200
    assert [got.reason for got in answers[1:]] == ["robots"] * 4
    assert len([head for head in server.heads if "/robots.txt" in head]) == 1
    assert sorted(server.paths()) == ["/", "/to"]


@pytest.mark.parametrize("script", [status(404), status(403), status(410), ok(b"<!doctype html><p>no"), ok(b""),
                                    redirect("/robots.txt"), redirect("/gone")])  # fmt: skip
def test_no_rules_allow_everything(server: RawServer, fetch: Fetch, script: bytes) -> None:
    server.scripts |= {"/robots.txt": script, "/": ok()}
    assert isinstance(fetch("/"), Reply)


@pytest.mark.parametrize(("script", "code"), [(status(500), 500), (status(429), 429), (b"", 0), (b"junk\r\n\r\n", 0)])
def test_robots_without_an_answer_forbid_everything_for_ten_minutes(
    server: RawServer, fetch: Fetch, script: bytes, code: int
) -> None:
    server.scripts |= {"/robots.txt": script, "/": ok()}
    got = fetch("/")
    assert (got.reason, server.paths()) == ("robots", [])
    (state,) = fetch.states
    assert (state.robots_status, state.robots_at) == (code, NOW)
    server.scripts["/robots.txt"] = status(404)
    assert fetch("/", hosts={state.host: state}, clock=Clock(NOW + timedelta(minutes=9))).reason == "robots"
    assert fetch("/", hosts={state.host: state}, clock=Clock(NOW + timedelta(minutes=10))).status == 200


def test_rules_are_remembered_for_a_day(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/robots.txt": ok(RULES), "/": ok()}
    fetch("/")
    (state,) = fetch.states
    assert "Disallow: /private" in state.robots
    known = {state.host: state}
    assert fetch("/private", hosts=known, clock=Clock(NOW + timedelta(hours=23))).reason == "robots"
    assert len(server.heads) == 2
    assert fetch("/", hosts=known, clock=Clock(NOW + timedelta(hours=24))).status == 200
    assert len(server.heads) == 4


def test_a_huge_robots_file_is_read_as_far_as_its_cap(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/robots.txt": ok(RULES + b"# padding\n" * 100_000), "/private": ok()}
    assert fetch("/private").reason == "robots"
    assert len(fetch.states[0].robots) <= 512_000


@pytest.mark.parametrize(
    ("agent", "token"), [("newsbot/2.1 (x)", "newsbot"), ("news-bot", "news-bot"), ("a b", "a"), ("", "*")]
)
def test_robots_know_us_by_our_product_token(agent: str, token: str) -> None:
    assert product_token(agent) == token


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_are_rules(body: bytes, path: str) -> None:
    rules = Rules(robots_text(b"User-agent: *\nDisallow: " + body), "aggregator")
    assert rules.allows("https://news.example/" + path) in (True, False)
    assert rules.delay >= 0


def _gaps(server: RawServer) -> list[float]:
    return [later - earlier for earlier, later in zip(server.starts, server.starts[1:], strict=False)]


def test_starts_on_one_host_keep_their_distance(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/1": ok(), "/2": ok(), "/3": ok()}
    fetch("/1", "/2", "/3", host_delay=0.2, total_timeout=0.3)
    assert len(server.starts) == 4
    assert min(_gaps(server)) > 0.15
    assert fetch.states[0].next_free_at is not None


def test_crawl_delay_widens_the_distance_up_to_its_limit(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/robots.txt": ok(RULES), "/1": ok(), "/2": ok()}
    fetch("/1", "/2", host_delay=0.01)
    assert _gaps(server)[-1] > 0.25
    server.starts.clear()
    fetch("/1", "/2", host_delay=0.01, max_crawl_delay=0.05)
    assert _gaps(server)[-1] < 0.25


def test_no_delay_means_no_waiting(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/robots.txt": ok(RULES)} | {f"/{n}": ok() for n in range(10)}
    started = time.monotonic()
    assert all(isinstance(got, Reply) for got in fetch(*(f"/{n}" for n in range(10))))
    assert time.monotonic() - started < 2


def test_at_most_so_many_requests_are_in_flight_on_a_host(server: RawServer, fetch: Fetch) -> None:
    flying: list[int] = [0]
    most: list[int] = [0]

    def slow(connection: object) -> None:
        flying[0] += 1
        most[0] = max(most[0], flying[0])
        time.sleep(0.05)
        flying[0] -= 1
        connection.sendall(ok())  # type: ignore[attr-defined]

    server.scripts |= {f"/{n}": slow for n in range(6)}
    fetch(*(f"/{n}" for n in range(6)), host_concurrency=2)
    assert most[0] == 2


def test_the_next_process_waits_for_the_last_ones_delay_but_not_for_the_news(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok()
    key = f"127.0.0.1:{server.port}"
    moment = Clock().now()
    known = HostState(key, "", 404, moment, moment + timedelta(seconds=0.4))
    started = time.monotonic()
    fetch("/", hosts={key: known}, clock=Clock(), host_delay=5)
    assert 0.2 < time.monotonic() - started < 3
    started = time.monotonic()
    fetch("/", hosts={key: replace(known, robots_at=NOW, next_free_at=NOW + timedelta(hours=1))}, host_delay=5)
    assert time.monotonic() - started < 1


def test_fetch_all_answers_in_the_order_of_the_requests(server: RawServer) -> None:
    server.scripts |= {f"/{n}": ok(str(n).encode()) for n in range(5)}
    settings = NetSettings(allow_private=(f"127.0.0.1:{server.port}",), host_delay=0)
    requests = [Request(f"{server.base}/{n}", "page") for n in range(6)]
    answers, states = fetch_all(requests, settings, Clock(NOW))
    assert [got.body for got in answers if isinstance(got, Reply)] == [b"0", b"1", b"2", b"3", b"4"]
    assert isinstance(answers[5], Failure)
    assert [state.host for state in states] == [f"127.0.0.1:{server.port}"]

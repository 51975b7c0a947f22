"""Robots and politeness."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.clock import Clock
from aggregator.net import HostState, Reply, Request
from aggregator.net.robots import Rules, product_token, robots_text
from tests.net.conftest import NOW, Fetch, feed
from tests.net.server import RawServer, ok, redirect, status

RULES = b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n\nUser-agent: aggregator\nDisallow: /private\nCrawl-delay: 0.3\n"


def test_robots_rules_bind_feeds_and_pages_and_are_asked_for_once(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/robots.txt": ok(RULES), "/": ok(), "/private/x": ok(), "/to": redirect("/x/../private/x")}
    answers = fetch("/", "/private/x", "/to", "/x/../private/x", feed("/private/feed", server))  # 132
    assert answers[0].status == 200
    assert [got.reason for got in answers[1:]] == ["robots"] * 4
    assert server.count("/robots.txt") == 1
    assert sorted(server.paths()) == ["/", "/to"]


@pytest.mark.parametrize("script", [status(404), status(403), status(410), ok(b"<!doctype html><p>no"), ok(b""),
                                    redirect("/robots.txt"), redirect("/gone"), redirect("/login"), status(204)],
                         ids=["133-404", "133-403", "133-410", "135-html", "empty", "134-loop", "134-nowhere",
                              "134-login", "204"])  # fmt: skip
def test_no_rules_allow_everything(server: RawServer, fetch: Fetch, script: bytes) -> None:
    server.scripts |= {"/robots.txt": script, "/": ok()}
    assert isinstance(fetch("/"), Reply)


@pytest.mark.parametrize(("script", "code"), [(status(500), 500), (b"", 0), (b"junk\r\n\r\n", 0)])  # 133
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


def test_robots_that_fail_for_thirty_days_no_longer_forbid(server: RawServer, fetch: Fetch) -> None:  # 133
    server.scripts |= {"/robots.txt": status(500), "/": ok()}
    fetch("/")
    (first,) = fetch.states
    assert first.robots_failing_since == NOW
    fetch("/", hosts={first.host: first}, clock=Clock(NOW + timedelta(days=29)))
    (later,) = fetch.states
    assert later.robots_failing_since == NOW
    assert server.paths() == []
    assert fetch("/", hosts={later.host: later}, clock=Clock(NOW + timedelta(days=30))).status == 200
    server.scripts["/robots.txt"] = status(404)
    fetch("/", hosts={later.host: later}, clock=Clock(NOW + timedelta(days=31)))
    assert fetch.states[0].robots_failing_since is None


def test_robots_may_be_up_to_five_redirects_away(server: RawServer, fetch: Fetch) -> None:  # 134
    server.scripts |= {f"/{n}": redirect(f"/{n + 1}") for n in range(1, 6)}
    server.scripts |= {"/robots.txt": redirect("/1"), "/5": ok(RULES), "/private": ok()}
    assert fetch("/private").reason == "robots"
    server.scripts |= {"/5": redirect("/6"), "/6": ok(RULES)}
    assert fetch("/private").status == 200


def test_a_recorded_basis_lifts_robots_for_that_very_url(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/robots.txt": ok(RULES), "/private/feed": redirect("/private/x"), "/private/x": ok()}
    asked = feed("/private/x", server, robots_basis="licence of 2026-01-02")
    assert fetch(asked).status == 200
    assert fetch(replace(asked, url=server.base + "/private/feed")).reason == "robots"
    assert server.paths() == ["/private/x", "/private/feed"]


def test_where_redirects_lead_is_remembered_with_its_rules(server: RawServer, fetch: Fetch) -> None:
    address = f"127.0.0.1:{server.port}"
    names = {"a.example": address, "b.example": address}
    server.scripts |= {"/1": redirect("https://b.example/2", 301), "/2": ok()}
    start = Request("https://a.example/1", "feed")
    assert fetch(start, net_hosts=names).status == 200
    a, b = fetch.states
    assert (a.host, a.leads_to, b.host, b.leads_to) == ("a.example", ("b.example",), "b.example", ())
    assert fetch(start, net_hosts=names, hosts={a.host: replace(a, beyond=(b,))}).status == 200
    assert server.count("/robots.txt") == 2


def test_rules_are_remembered_for_a_day(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/robots.txt": ok(RULES), "/": ok()}
    fetch("/")
    (state,) = fetch.states
    assert "Disallow: /private" in state.robots
    known = {state.host: state}
    assert fetch("/private", hosts=known, clock=Clock(NOW + timedelta(hours=23))).reason == "robots"
    assert server.count("/robots.txt") == 1
    assert fetch("/", hosts=known, clock=Clock(NOW + timedelta(hours=24))).status == 200
    assert server.count("/robots.txt") == 2


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
    fetch(*(feed(f"/{n}", server) for n in (1, 2, 3)), host_delay=0.5, total_timeout=1)
    assert len(server.starts) == 4
    assert min(_gaps(server)) > 0.3
    assert fetch.states[0].next_free_at is not None


def test_crawl_delay_widens_the_distance_up_to_its_limit(server: RawServer, fetch: Fetch) -> None:  # 136
    server.scripts |= {"/robots.txt": ok(b"User-agent: *\nCrawl-delay: 1\n"), "/1": ok(), "/2": ok()}
    fetch("/1", "/2", host_delay=0.01)
    assert _gaps(server)[-1] > 0.8
    server.starts.clear()
    fetch("/1", "/2", host_delay=0.01, max_crawl_delay=0.05)
    assert _gaps(server)[-1] < 0.8


@pytest.mark.parametrize(
    ("rules", "seconds"), [("Crawl-delay: 7.5", 7.5), ("Request-rate: 2/1m", 30), ("Crawl-delay: soon", 0), ("", 0)]
)
def test_both_ways_to_ask_for_distance_are_read(rules: str, seconds: float) -> None:  # 136
    assert Rules(f"User-agent: *\n{rules}\nDisallow: /x", "aggregator").delay == seconds


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
    fetch(feed("/", server), hosts={key: known}, clock=Clock(), host_delay=5)
    assert 0.2 < time.monotonic() - started < 3
    started = time.monotonic()
    later = replace(known, robots_at=NOW, next_free_at=NOW + timedelta(hours=1))
    fetch(feed("/", server), hosts={key: later}, host_delay=5)
    assert time.monotonic() - started < 4

"""Hosts that complain are left alone: for how long, in what scope, and what the next process knows of it."""

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic, sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.clock import Clock
from aggregator.net import HostState, Request
from aggregator.net.cooldown import LONGEST, doubling, eased, slower, spread
from aggregator.net.exchange import Chain
from aggregator.net.services import service_of
from tests.net.conftest import NOW, Fetch, feed
from tests.net.server import RawServer, ok, redirect, status

HOUR = timedelta(hours=1)


def test_a_refused_connection_marks_the_host_down(server: RawServer, fetch: Fetch) -> None:  # 3
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{unused.getsockname()[1]}"
        first, second, other = fetch(
            f"http://{closed}/1",
            f"http://{closed}/2",
            "/3",
            in_turn=True,
            allow_private=(closed, f"127.0.0.1:{server.port}"),
        )
    assert first.reason == second.reason == "unreachable"
    assert first.detail == "Connection refused"
    assert second.detail == "host is down until 2026-10-18T06:10:00Z"
    assert other.reason == "http-4xx"
    down = {state.host: (state.down_until, state.down_reason) for state in fetch.states}
    assert down[closed] == (NOW + timedelta(minutes=10), "unreachable")
    again = fetch(f"http://{closed}/4", hosts={state.host: state for state in fetch.states}, allow_private=(closed,))
    assert "down until" in again.detail


def test_a_connection_that_does_not_come_about_in_time_is_like_a_refused_one(fetch: Fetch) -> None:  # 4
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        name = f"127.0.0.1:{full.getsockname()[1]}"
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        first, second = fetch(
            f"http://{name}/1", f"http://{name}/2", allow_private=(name,), connect_timeout=0.3, in_turn=True
        )
        for filler in fillers:
            filler.close()
    assert first.reason == "timeout"
    assert "down until" in second.detail


@pytest.mark.parametrize("script", [status(429, "Retry-After: 60"), status(503, "Retry-After: 60")])
def test_retry_after_is_kept_for_all_urls_of_the_host(server: RawServer, fetch: Fetch, script: bytes) -> None:  # 50, 52
    server.scripts |= dict.fromkeys(("/1", "/2"), script)
    answers = fetch("/1", "/2", in_turn=True)
    assert [got.reason for got in answers] == ["rate-limited"] * 2
    assert server.paths() == ["/1"]
    (state,) = fetch.states
    assert state.down_until == NOW + answers[0].retry_after
    assert timedelta(seconds=60) <= answers[0].retry_after < timedelta(seconds=60) + HOUR
    later = fetch("/2", hosts={state.host: state})
    assert (later.reason, server.paths()) == ("rate-limited", ["/1"])


def test_429_without_retry_after_doubles_the_wait_with_each_strike(server: RawServer, fetch: Fetch) -> None:  # 51
    server.scripts["/"] = status(429)
    known: dict[str, HostState] = {}
    now, waits = NOW, []
    for _ in range(3):
        waits.append(fetch("/", hosts=known, clock=Clock(now)).retry_after)
        (state,) = fetch.states
        known, now = {state.host: state}, state.down_until or NOW
    for wait, minutes in zip(waits, (15, 30, 60), strict=True):
        assert timedelta(minutes=minutes) <= wait < timedelta(minutes=minutes) + HOUR
    assert known[state.host].strikes == 3


def test_a_robots_file_that_is_served_does_not_end_the_row(server: RawServer, fetch: Fetch) -> None:  # 51
    server.scripts["/"] = status(429)
    fetch("/")
    (state,) = fetch.states
    later = fetch("/", hosts={state.host: state}, clock=Clock(NOW + 25 * HOUR))
    assert server.count("/robots.txt") == 2
    assert later.retry_after >= timedelta(minutes=30)


def test_three_403_in_a_row_are_a_rate_limit(server: RawServer, fetch: Fetch) -> None:  # 51
    server.scripts |= {f"/{n}": status(403) for n in range(4)}
    answers = fetch(*(feed(f"/{n}", server) for n in range(4)), in_turn=True)
    assert [got.reason for got in answers] == ["http-4xx"] * 3 + ["rate-limited"]
    assert answers[2].retry_after >= timedelta(minutes=15)
    server.scripts["/1"] = ok()
    answers = fetch(*(feed(f"/{n}", server) for n in range(4)), in_turn=True)
    assert [got.status for got in answers] == [403, 200, 403, 403]


def test_the_fourth_5xx_in_a_row_gives_the_host_time_to_recover(server: RawServer, fetch: Fetch) -> None:  # 52
    server.scripts |= {f"/{n}": status(500) for n in range(6)}
    answers = fetch(*(feed(f"/{n}", server) for n in range(6)), in_turn=True)
    assert [got.reason for got in answers] == ["http-5xx"] * 6
    assert server.paths() == ["/0", "/1", "/2", "/3"]
    (state,) = fetch.states
    assert (state.down_until, state.down_reason, state.strikes) == (NOW + timedelta(minutes=10), "http-5xx", 4)
    server.scripts["/0"] = ok()
    fetch(feed("/0", server), hosts={state.host: state}, clock=Clock(NOW + HOUR))
    assert (fetch.states[0].strikes, fetch.states[0].down_until) == (0, None)


def test_a_rate_limit_holds_for_the_whole_service_and_the_next_process(server: RawServer, fetch: Fetch) -> None:  # 50
    address = f"127.0.0.1:{server.port}"
    names = dict.fromkeys(("a.substack.com", "b.substack.com", "substack.example"), address)
    server.scripts |= {"/a": status(429, "Retry-After: 7200"), "/b": ok()}
    wanted = [Request(f"https://{name}/b", "feed") for name in ("b.substack.com", "substack.example")]
    answers = fetch(Request("https://a.substack.com/a", "feed"), *wanted, net_hosts=names, in_turn=True)
    assert [got.status for got in answers] == [429, 0, 200]
    assert "substack.com is down until" in answers[1].detail
    service = next(state for state in fetch.states if state.host == "substack.com")
    known = {"b.substack.com": HostState("b.substack.com", beyond=(service,))}
    assert fetch(wanted[0], net_hosts=names, hosts=known).reason == "rate-limited"
    assert fetch(wanted[0], net_hosts=names, hosts=known, clock=Clock(NOW + 4 * HOUR)).status == 200


def test_a_rate_limit_halves_the_rate_and_good_answers_give_it_back(server: RawServer, fetch: Fetch) -> None:  # 50
    server.scripts |= {"/": status(429, "Retry-After: 0")}
    fetch(feed("/", server), host_delay=0.01)
    assert fetch.states[0].learnt_delay == pytest.approx(0.02)
    server.scripts["/"] = ok()
    fetch(feed("/", server), hosts={s.host: replace(s, down_until=None) for s in fetch.states}, host_delay=0.01)
    assert fetch.states[0].learnt_delay == pytest.approx(0.018)


def test_the_learnt_distance_is_bounded_and_forgotten_at_the_usual_one() -> None:
    assert slower(0, 5, 60) == 10
    assert slower(50, 5, 60) == 60
    assert slower(0, 90, 60) == 90
    assert eased(5.5, 5) == 0
    assert eased(60, 5) == 54


@given(st.integers(0, 10**6), st.timedeltas(timedelta(), LONGEST))
def test_waits_grow_and_stay_within_a_day(strikes: int, first: timedelta) -> None:
    assert first <= doubling(first, strikes) <= doubling(first, strikes + 1) <= LONGEST


@given(st.text(max_size=20), st.datetimes())
def test_the_spread_is_the_same_within_an_hour_and_less_than_one(host: str, now: datetime) -> None:
    assert timedelta() <= spread(host, now) < HOUR
    assert spread(host, now) == spread(host, now.replace(minute=0))


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("x.tumblr.com", "tumblr.com"),
        ("old.www.reddit.com", "reddit.com"),
        ("reddit.com", ""),
        ("notreddit.com", ""),
        ("rss.news.google.com", "news.google.com"),
        ("www.google.com", ""),
        ("localhost:8080", ""),
    ],
)
def test_hosts_of_a_service_are_told_by_their_suffix(host: str, service: str) -> None:
    assert service_of(host) == service


def foreign(server: RawServer, path: str, times: int, to: str) -> tuple[list[Request], dict[str, str]]:
    """Requests for pages of one host that all lead to `path` of another, and where the two are."""
    names = dict.fromkeys(("mean.example", "fine.example"), f"127.0.0.1:{server.port}")
    server.scripts |= {f"/{n}": redirect(f"http://fine.example{path}?{n}") for n in range(times)}
    return [Request(f"http://mean.example/{n}", to) for n in range(times)], names


def test_a_site_that_leads_to_what_another_refuses_does_not_make_us_leave_that_one_alone(
    server: RawServer, fetch: Fetch
) -> None:
    wanted, names = foreign(server, "/secret", 6, "page")
    server.scripts |= {f"/secret?{n}": status(403 if n % 2 else 500) for n in range(6)}
    fetch(*wanted, net_hosts=names, in_turn=True)
    states = {state.host: state for state in fetch.states}
    assert (states["fine.example"].strikes, states["fine.example"].down_until) == (0, None)


def test_a_site_that_uses_up_the_deadline_does_not_make_another_look_late(server: RawServer, fetch: Fetch) -> None:
    wanted, names = foreign(server, "/page", 6, "page")

    def late(n: int) -> Callable[[socket.socket], None]:
        def script(connection: socket.socket) -> None:
            sleep(0.7)
            connection.sendall(redirect(f"http://fine.example/page?{n}"))

        return script

    def slow(connection: socket.socket) -> None:
        sleep(0.4)
        connection.sendall(ok())

    server.scripts |= {f"/{n}": late(n) for n in range(6)} | {f"/page?{n}": slow for n in range(6)}
    answers = fetch(*wanted, net_hosts=names, total_timeout=1)
    assert {got.reason for got in answers} == {"timeout"}
    states = {state.host: state for state in fetch.states}
    assert states["fine.example"].down_until is None


def test_redirects_on_a_host_that_wants_much_time_do_not_keep_everybody_waiting(
    server: RawServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = Chain.of
    monkeypatch.setattr(Chain, "of", lambda request, left: replace(of(request, left), patience=2.0))
    server.scripts |= {"/robots.txt": ok(b"User-agent: *\nCrawl-delay: 1")}
    server.scripts |= {f"/{n}": redirect(f"/{n + 1}") for n in range(8)} | {"/8": ok()}
    begun = monotonic()
    got = fetch("/0", host_delay=0.01)
    assert (got.reason, monotonic() - begun < 6) == ("rate-limited", True)

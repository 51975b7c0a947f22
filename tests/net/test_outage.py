"""Our own line down: nobody is blamed, nothing is held against a host."""

import asyncio
import socket
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.clock import Clock
from aggregator.net import Failure, Fetcher, HostState, Reply, Request
from aggregator.net.guard import Resolver
from aggregator.net.outage import Contact, ours
from aggregator.setting_sections import NetSettings
from tests.net.conftest import NOW
from tests.net.server import RawServer, ok, status

A, R, N, L, S = Contact.ANSWERED, Contact.RESOLVER, Contact.NAME, Contact.LINE, Contact.SERVER
ALL = (R, N, L, S)


@pytest.mark.parametrize(
    ("contacts", "kinds"),
    [
        ([R] * 9, ()),
        ([R] * 10, ALL),
        ([R] * 3 + [A] * 7, ()),
        ([R] * 4 + [A] * 6, (R,)),
        ([R] * 4 + [L] + [A] * 5, (R,)),
        ([L] * 6 + [A] * 4, ()),
        ([L] * 7 + [A] * 3, ALL),
        ([S] * 9 + [A], ALL),
        ([R, R, L, L, S, S, S, A, A, A], ALL),
        ([N] * 6 + [A] * 4, ()),
        ([N] * 10, ALL),
        ([A] * 99, ()),
    ],
)
def test_many_hosts_that_fail_alike_are_our_own_failure(contacts: list[Contact], kinds: Sequence[Contact]) -> None:
    assert ours(contacts, 0.3) == frozenset(kinds)  # 2, 53


@given(st.lists(st.sampled_from(list(Contact))), st.floats(0.01, 1))
def test_what_answered_is_never_ours(contacts: list[Contact], share: float) -> None:
    assert Contact.ANSWERED not in ours(contacts, share)
    assert ours(contacts, 1) == frozenset()


def _ask(server: RawServer, names: int, resolve: Resolver, known: dict[str, HostState] | None = None) -> Fetcher:
    allowed = tuple(f"h{n}.example:{server.port}" for n in range(names))
    settings = NetSettings(allow_private=allowed, host_delay=0, total_timeout=5)

    async def go() -> Fetcher:
        async with Fetcher(settings, Clock(NOW), known, resolve=resolve) as fetcher:
            wanted = [Request(f"http://{name}/", "feed") for name in allowed]
            answers = await asyncio.gather(*(fetcher.fetch(request) for request in wanted))
            fetcher.answers = fetcher.excuse(answers)  # type: ignore[attr-defined]
            return fetcher

    return asyncio.run(go())


def test_a_resolver_that_fails_for_a_third_blames_nobody(server: RawServer) -> None:  # 2
    async def flaky(host: str, port: int) -> list[str]:
        if host < "h5":
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return ["127.0.0.1"]

    server.scripts["/"] = ok()
    done = _ask(server, 12, flaky)
    reasons = [got.reason if isinstance(got, Failure) else "" for got in done.answers]  # type: ignore[attr-defined]
    assert reasons == ["outage"] * 5 + [""] * 5 + ["outage"] * 2
    assert len(done.host_states()) == 5


def test_names_that_nobody_knows_all_at_once_are_our_resolver_without_a_line(server: RawServer) -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "name not known")

    answers = _ask(server, 10, unknown).answers  # type: ignore[attr-defined]
    assert {answer.reason for answer in answers} == {"outage"}
    [alone] = _ask(server, 1, unknown).answers  # type: ignore[attr-defined]
    assert alone.reason == "dns"


def test_a_gateway_of_ours_that_answers_503_for_all_blames_nobody(server: RawServer) -> None:  # 53
    async def loopback(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    server.scripts |= {"/": status(503), "/robots.txt": status(503)}
    first = HostState(f"h0.example:{server.port}", robots="", robots_status=404, robots_at=NOW, strikes=3)
    done = _ask(server, 12, loopback, {first.host: first})
    answers = done.answers  # type: ignore[attr-defined]
    assert {got.reason for got in answers} == {"outage"}
    assert "http-5xx" in answers[0].detail
    assert "robots" in answers[1].detail
    assert done.host_states() == ()
    server.scripts |= {"/": ok(), "/robots.txt": status(404)}
    assert all(isinstance(got, Reply) for got in _ask(server, 12, loopback).answers)  # type: ignore[attr-defined]

"""Loopback servers and one-line fetching for the tests of `net`."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest

from aggregator.clock import Clock
from aggregator.net import Failure, Fetcher, HostState, Reply, Request
from aggregator.net.guard import Resolver
from aggregator.setting_sections import NetSettings
from tests.net.server import RawServer

NOW = datetime(2026, 10, 18, 6, 0, tzinfo=UTC)


class Fetch(Protocol):
    """Fetches URLs (or requests) with one fetcher and gives the answers; `fetch.states` are the hosts it met."""

    states: tuple[HostState, ...]

    def __call__(self, *wanted: str | Request, **options: Any) -> Any: ...


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer() as running:
        yield running


@pytest.fixture
def fetch(server: RawServer) -> Fetch:
    """A fetcher that may ask the loopback server and waits for nobody; options are settings and Fetcher's own."""

    def run(
        *wanted: str | Request,
        hosts: Mapping[str, HostState] | None = None,
        clock: Clock | None = None,
        resolve: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        in_turn: bool = False,
        net_hosts: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> Any:
        base = {"allow_private": (f"127.0.0.1:{server.port}",), "host_delay": 0, "total_timeout": 5}
        requests = [item if isinstance(item, Request) else page(item, server) for item in wanted]

        async def go() -> Sequence[Reply | Failure]:
            net = NetSettings.model_validate(base | {"hosts": net_hosts or {}} | settings)
            async with Fetcher(net, clock or Clock(NOW), hosts, resolve=resolve, tls=tls) as fetcher:
                if in_turn:
                    answers = [await fetcher.fetch(request) for request in requests]
                else:
                    answers = list(await asyncio.gather(*(fetcher.fetch(request) for request in requests)))
                run.states = fetcher.host_states()  # type: ignore[attr-defined]
                return answers

        answers = asyncio.run(go())
        return answers[0] if len(answers) == 1 else answers

    return run  # type: ignore[return-value]


def page(url: str, server: RawServer) -> Request:
    """A request for a page; a path alone means the server's."""
    return Request(server.base + url if url.startswith("/") and not url.startswith("//") else url, "page")


def feed(path: str, server: RawServer, **more: Any) -> Request:
    """A request for a feed of the server."""
    return Request(server.base + path, "feed", **more)

"""The guarded fetch: robots, politeness, redirects and limits around one request at a time."""

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from aggregator.clock import Clock
from aggregator.net.body import read_body
from aggregator.net.guard import Resolver, Target, aim, checked_addresses
from aggregator.net.headers import PERMANENT, REDIRECTS, Cookies, next_hop, status_failure
from aggregator.net.hosts import ROBOTS_RETRY, Host, Hosts
from aggregator.net.robots import MAX_ROBOTS, is_unanswered, product_token, robots_text
from aggregator.net.values import ConnectFailed, Failure, FetchFailed, FetchReason, HostState, Reply, Request
from aggregator.settings import NetSettings

if TYPE_CHECKING:
    from aggregator.net.wire import Answer, Wire

#: an address that is not the last of its name gets no longer to answer (seconds)
STAGGER = 3.0
_ACCEPT = {
    "feed": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/html;q=0.5, "
    "*/*;q=0.3",
    "page": "text/html, application/xhtml+xml, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
}
_NO_HTTPS = frozenset({FetchReason.TLS, FetchReason.UNREACHABLE, FetchReason.TIMEOUT})
#: a robots.txt that cannot be had for one of these reasons says the same of every URL of the host
_HOST_REASONS = frozenset(
    {
        FetchReason.DNS,
        FetchReason.DNS_TEMPORARY,
        FetchReason.UNREACHABLE,
        FetchReason.TLS,
        FetchReason.ADDRESS,
        FetchReason.RATE_LIMITED,
    }
)


@dataclass(slots=True)
class _Chain:
    """A request on its way through redirects. `left`: seconds of its total deadline that are not used up."""

    url: str
    kind: str
    left: float
    validators: dict[str, str]
    hops: int = 0
    permanent: bool = True
    lifted: bool = False
    cookies: Cookies = field(default_factory=Cookies)
    seen: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Got:
    """An answer that was read: a redirect, a 304, or a body."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


class Fetcher:
    """Fetches what content points to: public addresses only, within limits, politely, as robots.txt allows.

    An async context manager, used within one event loop. `hosts` is what the database remembers. `resolve` replaces the
    system's name lookup and `tls` its trust store.
    """

    def __init__(
        self,
        settings: NetSettings,
        clock: Clock,
        hosts: Mapping[str, HostState] | None = None,
        *,
        resolve: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings, self._clock, self._tls = settings, clock, tls
        self._hosts = Hosts(settings, clock, hosts or {}, product_token(settings.user_agent))
        self._resolve = resolve or self._system_resolve
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._stack = AsyncExitStack()
        self._wire: Wire | None = None
        self._lookups: ThreadPoolExecutor | None = None

    async def __aenter__(self) -> Self:
        from aggregator.net.wire import Wire  # httpx takes a while to import and not every command fetches

        # a pool of our own: a resolver that hangs must not block the loop's small default pool
        self._lookups = ThreadPoolExecutor(min(32, self._settings.concurrency), "resolve")
        self._stack.callback(self._lookups.shutdown, wait=False, cancel_futures=True)
        self._wire = await self._stack.enter_async_context(Wire(self._tls))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
        self._wire = self._lookups = None

    async def fetch(self, request: Request) -> Reply | Failure:
        """Ask for one URL. Whatever the server does, the answer is a value."""
        validators = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
        chain = _Chain(
            request.url,
            request.kind,
            self._settings.total_timeout,
            {name: value for name, value in validators.items() if value.isprintable() and value.strip()},
        )
        try:
            got = await self._follow(chain)
        except FetchFailed as failed:
            return failed.as_failure(request.url)
        final = chain.url if chain.hops else request.url
        permanent = final if chain.hops and chain.permanent else ""
        return Reply(request.url, final, got.status, got.headers, got.body, permanent)

    def host_states(self) -> tuple[HostState, ...]:
        """The hosts this fetcher met, to be stored for the next one."""
        return self._hosts.states()

    async def _follow(self, chain: _Chain) -> _Got:
        """Walk the redirects; each hop is checked, asked of robots.txt and waits its turn like a first request."""
        while True:
            target = aim(chain.url, self._settings)
            visit = (target.parts.url, chain.cookies.header(target.parts))
            if visit in chain.seen:
                raise FetchFailed(FetchReason.REDIRECT, "the redirects go round in circles")
            chain.seen.add(visit)
            try:
                if chain.kind != "robots":
                    await self._obey_robots(target)
                got = await self._hop(target, chain)
                self._hosts.note_end(self._hosts.get(target.key), in_time=True)
            except FetchFailed as failed:
                if failed.why is FetchReason.TIMEOUT and failed.retry_after is None:
                    self._hosts.note_end(self._hosts.get(target.key), in_time=False)
                if chain.lifted and failed.why in _NO_HTTPS:
                    detail = f"a redirect from https down to http, and https fails: {failed.detail}"
                    raise FetchFailed(FetchReason.REDIRECT, detail) from None
                raise
            if got.status not in REDIRECTS:
                if got.status == 304 and not chain.validators:
                    raise FetchFailed(FetchReason.PROTOCOL, "HTTP 304, which was not asked for", status=304)
                return got
            self._redirect(target, chain, got)

    def _redirect(self, target: Target, chain: _Chain, got: _Got) -> None:
        if chain.hops >= self._settings.max_redirects:
            raise FetchFailed(
                FetchReason.REDIRECT, f"more than {self._settings.max_redirects} redirects", status=got.status
            )
        location, chain.lifted = next_hop(target.parts, got.headers.get("location", ""))
        to = aim(location, self._settings)
        chain.url = to.parts.url
        chain.hops += 1
        chain.permanent = chain.permanent and got.status in PERMANENT
        if to.parts.host != target.parts.host:
            chain.validators = {}  # they belong to the host that gave them

    async def _hop(self, target: Target, chain: _Chain) -> _Got:
        """One request and its answer, within what is left of the deadline. Waiting for a turn does not count."""
        host = self._hosts.get(target.key)
        async with self._hosts.turn(host), self._slots:
            started = monotonic()
            try:
                async with asyncio.timeout(max(chain.left, 0.001)):
                    return await self._ask(target, chain, host)
            except TimeoutError:
                detail = f"no whole answer within {self._settings.total_timeout:g} s"
                raise FetchFailed(FetchReason.TIMEOUT, detail) from None
            finally:
                chain.left -= monotonic() - started

    async def _ask(self, target: Target, chain: _Chain, host: Host) -> _Got:
        """Connect to one of the target's checked addresses; the others are tried only if no connection comes about."""
        try:
            async with asyncio.timeout(self._settings.connect_timeout):
                addresses = await checked_addresses(target, self._resolve)
        except TimeoutError:
            raise FetchFailed(FetchReason.DNS_TEMPORARY, f"{target.parts.host}: no answer from DNS in time") from None
        for address in addresses[:-1]:
            try:
                patience = min(STAGGER, self._settings.connect_timeout)
                return await self._exchange(target, chain, host, address, patience)
            except ConnectFailed:
                continue
        try:
            return await self._exchange(target, chain, host, addresses[-1], self._settings.connect_timeout)
        except ConnectFailed:
            self._hosts.mark_down(host)
            raise

    async def _exchange(self, target: Target, chain: _Chain, host: Host, address: str, patience: float) -> _Got:
        from aggregator.net.wire import Errand

        assert self._wire is not None, "a Fetcher works inside `async with`"
        parts = target.parts
        scheme, port = ("http", target.mapped[1]) if target.mapped is not None else (parts.scheme, parts.port)
        headers = tuple(self._headers(target, chain).items())
        errand = Errand(scheme, address, port, parts.target, headers, parts.host, patience)
        async with aclosing(await self._wire.get(errand)) as answer:
            chain.cookies.take(parts.host, answer.cookies)
            failure = self._judge(answer)
            self._hosts.note_answer(host, failure)
            if failure is not None:
                raise failure
            body = await self._body(answer, chain.kind) if answer.status in (200, 203) else b""
            return _Got(200 if answer.status == 203 else answer.status, answer.headers, body)

    def _headers(self, target: Target, chain: _Chain) -> dict[str, str]:
        settings = self._settings
        contact = f" (+{settings.contact})" if settings.contact else ""
        headers = {
            "Host": target.parts.netloc,
            "User-Agent": f"{settings.user_agent}{contact}",
            "Accept": _ACCEPT[chain.kind],
            "Accept-Encoding": "gzip, deflate",
            **chain.validators,
        }
        cookie = chain.cookies.header(target.parts)
        return headers | {"Cookie": cookie} if cookie else headers

    def _judge(self, answer: "Answer") -> FetchFailed | None:
        if answer.header_bytes > self._settings.max_header_bytes:
            return FetchFailed(FetchReason.TOO_LARGE, "the headers are too long", status=answer.status)
        if answer.status in (200, 203, 304) or answer.status in REDIRECTS:
            return None
        return status_failure(answer.status, answer.headers, self._clock.now())

    async def _body(self, answer: "Answer", kind: str) -> bytes:
        settings = self._settings
        caps = {"feed": settings.max_feed_bytes, "page": settings.max_page_bytes, "robots": MAX_ROBOTS}
        async with aclosing(answer.chunks()) as chunks:
            return await read_body(answer.headers, chunks, caps[kind], settings.max_inflate_ratio, cut=kind == "robots")

    async def _obey_robots(self, target: Target) -> None:
        """Raises FetchFailed(robots) for what robots.txt forbids, or while it cannot be read (RFC 9309, 2.3.1.4)."""
        host = self._hosts.get(target.key)
        self._hosts.raise_if_down(host)
        async with host.robots_lock:
            if not self._hosts.robots_fresh(host):
                await self._read_robots(target, host)
        name = target.parts.netloc
        if is_unanswered(host.robots_status):
            why = host.robots_why or f"HTTP {host.robots_status}"
            text = f"nothing is allowed while robots.txt of {name} fails: {why}"
            raise FetchFailed(FetchReason.ROBOTS, text, retry_after=ROBOTS_RETRY)
        if not self._hosts.rules(host).allows(target.parts.url):
            raise FetchFailed(FetchReason.ROBOTS, f"robots.txt of {name} forbids {target.parts.path}")

    async def _read_robots(self, target: Target, host: Host) -> None:
        url = f"{target.parts.scheme}://{target.parts.netloc}/robots.txt"
        chain = _Chain(url, "robots", self._settings.total_timeout, {})
        try:
            got = await self._follow(chain)
        except FetchFailed as failed:
            # what fails before HTTP is the host's failure, not a word on what it allows
            before_http = isinstance(failed, ConnectFailed) or (failed.why in _HOST_REASONS and failed.status == 0)
            if before_http and chain.hops == 0:
                raise
            # a redirect that leads nowhere counts as "unavailable", which allows everything (RFC 9309, 2.3.1.2)
            nowhere = failed.why is FetchReason.REDIRECT
            self._hosts.set_robots(host, "", 404 if nowhere else failed.status, str(failed))
            return
        self._hosts.set_robots(host, robots_text(got.body), 200)

    async def _system_resolve(self, host: str, port: int) -> Sequence[str]:
        try:
            return [str(ip_address(host))]
        except ValueError:
            pass
        found = await asyncio.get_running_loop().run_in_executor(
            self._lookups, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [str(info[4][0]) for info in found]


def fetch_all(
    requests: Sequence[Request],
    settings: NetSettings,
    clock: Clock,
    hosts: Mapping[str, HostState] | None = None,
) -> tuple[list[Reply | Failure], tuple[HostState, ...]]:
    """Fetch all requests in an event loop of their own: the answers in the order of the requests, and the hosts met."""

    async def run() -> tuple[list[Reply | Failure], tuple[HostState, ...]]:
        async with Fetcher(settings, clock, hosts) as fetcher:
            answers = await asyncio.gather(*(fetcher.fetch(request) for request in requests))
            return list(answers), fetcher.host_states()

    return asyncio.run(run())

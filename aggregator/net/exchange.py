"""One hop: a request to one checked address of a host, and its answer read within limits."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregator.clock import Clock
from aggregator.net.body import Limits, read_body
from aggregator.net.guard import Resolver, Target, checked_addresses
from aggregator.net.headers import REDIRECTS, Cookies, status_failure
from aggregator.net.hosts import Host, Hosts
from aggregator.net.reservations import MAX_TDM
from aggregator.net.robots import MAX_ROBOTS
from aggregator.net.values import ConnectFailed, FetchFailed, FetchReason, Request
from aggregator.net.walls import MAX_ERROR_PAGE, is_challenge
from aggregator.setting_sections import NetSettings

if TYPE_CHECKING:
    from aggregator.net.wire import Answer, Wire

#: seconds that a request waits in all for turns at the hosts that redirects lead it to
MOST_WAIT = 300.0
#: an address that is not the last of its name gets no longer to answer (seconds)
STAGGER = 3.0
_ACCEPT = {
    "feed": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/html;q=0.5, "
    "*/*;q=0.3",
    "page": "text/html, application/xhtml+xml, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
    "tdm": "application/json, */*;q=0.5",
}


@dataclass(slots=True)
class Chain:
    """A request on its way through redirects. `left`: seconds of its total deadline that are not used up.

    `kind` is that of the request, or `robots` or `tdm` for what we ask on our own account. `foreign`: another site's
    redirect led to where it is now; what fails there may be of that site's making.
    """

    url: str
    kind: str
    left: float
    validators: dict[str, str] = field(default_factory=dict)
    plain: bool = False
    robots_basis: str = ""
    hops: int = 0
    permanent: bool = True
    lifted: bool = False
    foreign: bool = False
    patience: float = MOST_WAIT
    cookies: Cookies = field(default_factory=Cookies)
    seen: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, request: Request, left: float) -> "Chain":
        """A request's chain. A validator that no header can hold is not sent."""
        given = {} if request.plain else {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
        validators = {name: value for name, value in given.items() if value.isprintable() and value.strip()}
        return cls(request.url, request.kind, left, validators, request.plain, request.robots_basis)

    @property
    def is_content(self) -> bool:
        """Whether somebody asked for this, and not we on our own account."""
        return self.kind in ("feed", "page")


@dataclass(frozen=True, slots=True)
class Got:
    """An answer that was read: a redirect, a 304, a 204 or a body."""

    status: int
    headers: dict[str, str]
    body: bytes = b""
    wire_bytes: int = 0
    robots_tags: tuple[str, ...] = ()


class Exchange:
    """Asks one hop at a time. Waiting for a turn and the total deadline are the caller's."""

    def __init__(self, settings: NetSettings, clock: Clock, hosts: Hosts, wire: "Wire", resolve: Resolver) -> None:
        from aggregator.net.wire import Errand

        self._settings, self._clock, self._hosts = settings, clock, hosts
        self._wire, self._resolve, self._errand = wire, resolve, Errand
        contact = f" (+{settings.contact})" if settings.contact else ""
        self._agent = f"{settings.user_agent}{contact}"
        self._legacy = frozenset(name.lower().removesuffix(".") for name in settings.legacy_tls)
        ratio, rate = settings.max_inflate_ratio, settings.min_rate
        self._limits = {
            "feed": Limits(settings.max_feed_bytes, ratio, rate, text_only=True),
            "page": Limits(settings.max_page_bytes, ratio, rate, text_only=True),
            "robots": Limits(MAX_ROBOTS, ratio, rate, cut=True),
            "tdm": Limits(MAX_TDM, ratio, rate, cut=True),
        }
        self._error_limits = Limits(MAX_ERROR_PAGE, ratio, cut=True)

    async def ask(self, target: Target, chain: Chain, host: Host, place: Callable[[], Awaitable[None]]) -> Got:
        """Connect to one of the target's checked addresses; the others are tried only if no connection comes about."""
        try:
            async with asyncio.timeout(self._settings.connect_timeout):
                addresses = await checked_addresses(target, self._resolve)
        except TimeoutError:
            raise FetchFailed(FetchReason.DNS_TEMPORARY, f"{target.parts.host}: no answer from DNS in time") from None
        for address in addresses[:-1]:
            try:
                patience = min(STAGGER, self._settings.connect_timeout)
                return await self._exchange(target, chain, host, address, patience, place)
            except ConnectFailed:
                continue
        try:
            return await self._exchange(target, chain, host, addresses[-1], self._settings.connect_timeout, place)
        except ConnectFailed:
            self._hosts.mark_down(host)
            raise

    async def _exchange(
        self,
        target: Target,
        chain: Chain,
        host: Host,
        address: str,
        patience: float,
        place: Callable[[], Awaitable[None]],
    ) -> Got:
        parts = target.parts
        scheme, port = ("http", target.mapped[1]) if target.mapped is not None else (parts.scheme, parts.port)
        headers, legacy = self._headers(target, chain), parts.host in self._legacy
        errand = self._errand(scheme, address, port, parts.target, headers, parts.host, patience, legacy)
        async with aclosing(await self._wire.get(errand)) as answer:
            chain.cookies.take(parts.host, answer.cookies)
            failure = self._judge(answer, chain)
            if failure is not None and failure.status in (403, 503) and chain.is_content:
                failure = await self._maybe_challenge(answer, failure)
            asked_to_wait = failure is not None and failure.why is FetchReason.RATE_LIMITED
            if failure is None or asked_to_wait or not chain.foreign:
                self._hosts.note_answer(host, failure, forgives=chain.is_content)
            if failure is not None:
                raise failure
            if answer.status not in (200, 203):
                status = 204 if answer.status == 205 else answer.status
                return Got(status, answer.headers, robots_tags=answer.robots_tags)
            async with aclosing(answer.chunks()) as chunks:
                body, wire_bytes = await read_body(answer.headers, chunks, self._limits[chain.kind], place)
            return Got(200, answer.headers, body, wire_bytes, answer.robots_tags)

    def _headers(self, target: Target, chain: Chain) -> tuple[tuple[str, str], ...]:
        """No Connection header: some CDNs hang on either value."""
        headers = {
            "Host": target.parts.netloc,
            "User-Agent": self._agent,
            "Accept": "*/*" if chain.plain else _ACCEPT[chain.kind],
            "Accept-Encoding": "gzip, deflate",
            **chain.validators,
        }
        cookie = chain.cookies.header(target.parts)
        if cookie:
            headers["Cookie"] = cookie
        return tuple(headers.items())

    def _judge(self, answer: "Answer", chain: Chain) -> FetchFailed | None:
        if answer.header_bytes > self._settings.max_header_bytes:
            return FetchFailed(FetchReason.TOO_LARGE, "the headers are too long", status=answer.status)
        if answer.status in (200, 203, 304) or answer.status in REDIRECTS:
            return None
        if answer.status in (204, 205) and chain.kind != "page":
            return None  # a feed that has nothing to say
        return status_failure(answer.status, answer.headers, self._clock.now())

    async def _maybe_challenge(self, answer: "Answer", failure: FetchFailed) -> FetchFailed:
        """The failure as a challenge for browsers, if the error page is one. We do not pose as a browser."""
        body = b""
        try:
            async with aclosing(answer.chunks()) as chunks:
                body, _ = await read_body(answer.headers, chunks, self._error_limits)
        except FetchFailed:
            pass  # an error page that cannot be read says nothing
        if not is_challenge(answer.headers, body):
            return failure
        detail = f"{failure.detail}, a challenge for browsers"
        return FetchFailed(FetchReason.CHALLENGE, detail, status=failure.status, retry_after=failure.retry_after)

"""The guarded fetch: robots, politeness, redirects, reservations and limits around one request at a time."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from time import monotonic
from types import TracebackType
from typing import Self

import structlog

from aggregator.clock import Clock
from aggregator.net import reservations
from aggregator.net.exchange import Chain, Exchange, Got
from aggregator.net.guard import Guard, Resolver, Target
from aggregator.net.headers import PERMANENT, REDIRECTS, next_hop
from aggregator.net.hosts import ROBOTS_RETRY, Host, Hosts
from aggregator.net.outage import Contact, contact_of, ours
from aggregator.net.resolver import SystemResolver
from aggregator.net.robots import product_token, robots_text
from aggregator.net.values import (
    ConnectFailed,
    Failure,
    FetchFailed,
    FetchReason,
    HostState,
    LeftAlone,
    Reply,
    Request,
)
from aggregator.net.walls import wall_before
from aggregator.setting_sections import NetSettings
from aggregator.types import Rights

log = structlog.get_logger()

#: redirects of robots.txt and tdmrep.json that are followed (RFC 9309 section 2.3.1.2)
OWN_REDIRECTS = 5
#: bodies of more than a megabyte that may grow at the same time
LARGE_AT_ONCE = 4
_NO_HTTPS = frozenset({FetchReason.TLS, FetchReason.UNREACHABLE, FetchReason.TIMEOUT})
#: a robots.txt that cannot be had for one of these reasons says the same of every URL of the host
_HOST_REASONS = frozenset(
    {
        FetchReason.DNS,
        FetchReason.DNS_TEMPORARY,
        FetchReason.UNREACHABLE,
        FetchReason.TLS,
        FetchReason.ADDRESS,
    }
)


class Deferred(Exception):
    """To be asked later: the bodies that wait to be taken fill the memory that they may. Never leaves this package."""


class Fetcher:
    """Fetches what content points to: public addresses only, within limits, politely, as robots.txt allows.

    An async context manager, used within one event loop. `hosts` is what the database remembers. `resolve` replaces the
    system's name lookup and `tls` its trust store. `held_bytes` is kept by whoever keeps the replies: above
    `[net] max_held_bytes` nothing new is asked (Deferred).
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
        self._token = product_token(settings.user_agent)
        self._guard = Guard(settings)
        self._hosts = Hosts(settings, clock, hosts or {}, self._token)
        self._resolve = resolve
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._redirects = {"feed": settings.max_redirects, "page": settings.max_page_redirects}
        self._stack = AsyncExitStack()
        self._exchange: Exchange | None = None
        self.held_bytes = 0

    async def __aenter__(self) -> Self:
        from aggregator.net.wire import Wire  # httpx takes a while to import and not every command fetches

        system = SystemResolver(min(32, self._settings.concurrency))
        self._stack.callback(system.close)
        wire = await self._stack.enter_async_context(Wire(self._tls))
        self._exchange = Exchange(self._settings, self._clock, self._hosts, wire, self._resolve or system)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
        self._exchange = None

    async def fetch(self, request: Request) -> Reply | Failure:
        """Ask for one URL. Whatever the server does, the answer is a value."""
        chain = Chain.of(request, self._settings.total_timeout)
        target: Target | None = None
        try:
            target, got = await self._follow(chain)
            rights, basis = await self._rights(target, got, request)
        except FetchFailed as failed:
            return failed.as_failure(request.url, self._key_of(chain))
        final = chain.url if chain.hops else request.url
        permanent = final if chain.hops and chain.permanent else ""
        seconds = max(0.0, self._settings.total_timeout - chain.left)
        return Reply(
            request.url, final, got.status, got.headers, got.body, permanent, rights, basis, got.wire_bytes, seconds
        )

    def _key_of(self, chain: Chain) -> str:
        try:
            return self._guard.aim(chain.url).key if chain.seen else ""
        except FetchFailed:
            return ""

    def host_states(self) -> tuple[HostState, ...]:
        """The hosts this fetcher met, to be stored for the next one."""
        return self._hosts.states()

    def excuse(self, answers: Sequence[Reply | Failure]) -> list[Reply | Failure]:
        """The answers with OUTAGE in place of every failure that is our own resolver's or line's (see outage.py).

        Nothing that was held against those hosts is remembered.
        """
        contacts = self._hosts.contacts()
        mine = ours(contacts.values(), self._settings.outage_share)
        hit = {key for key, contact in contacts.items() if contact in mine and contact is not Contact.ANSWERED}
        if not hit:
            return list(answers)
        log.warning("our-line-is-down", hosts=len(hit), asked=len(contacts), kinds=sorted(mine))
        self._hosts.forget(hit)
        return [
            Failure(
                a.url, FetchReason.OUTAGE, f"our own line or resolver: {a.reason}, {a.detail}", a.status, host=a.host
            )
            if isinstance(a, Failure) and a.host in hit
            else a
            for a in answers
        ]

    async def _follow(self, chain: Chain) -> tuple[Target, Got]:
        """Walk the redirects; each hop is checked, asked of robots.txt and waits its turn like a first request."""
        while True:
            target = self._guard.aim(chain.url)
            visit = (target.parts.url, chain.cookies.header(target.parts))
            if visit in chain.seen:
                raise FetchFailed(FetchReason.REDIRECT, "the redirects go round in circles")
            chain.seen.add(visit)
            host = self._hosts.get(target.key)
            try:
                if chain.is_content:
                    await self._obey_robots(target, host, chain)
                got = await self._hop(target, host, chain)
            except FetchFailed as failed:
                late = failed.why is FetchReason.TIMEOUT and not isinstance(failed, LeftAlone)
                if not (late and chain.foreign):  # what was left of the deadline may have been nothing
                    self._hosts.note_contact(host, contact_of(failed))
                if late and not chain.foreign:
                    self._hosts.note_end(host, in_time=False)
                if chain.lifted and failed.why in _NO_HTTPS:
                    detail = f"a redirect from https down to http, and https fails: {failed.detail}"
                    raise FetchFailed(FetchReason.REDIRECT, detail) from None
                raise
            self._hosts.note_contact(host, Contact.ANSWERED)
            self._hosts.note_end(host, in_time=True)
            if got.status not in REDIRECTS:
                if got.status == 304 and not chain.validators:
                    raise FetchFailed(FetchReason.PROTOCOL, "HTTP 304, which was not asked for", status=304)
                return target, got
            self._redirect(target, host, chain, got)

    def _redirect(self, target: Target, host: Host, chain: Chain, got: Got) -> None:
        most = self._redirects.get(chain.kind, OWN_REDIRECTS)
        if chain.hops >= most:
            raise FetchFailed(FetchReason.REDIRECT, f"more than {most} redirects", status=got.status)
        location, chain.lifted = next_hop(target.parts, got.headers.get("location", ""))
        to = self._guard.aim(location)
        wall = wall_before(target.parts, to.parts) if chain.is_content else None
        if wall is not None:
            raise FetchFailed(wall, f"a redirect to {to.parts.netloc}{to.parts.path}", status=got.status)
        chain.url = to.parts.url
        chain.hops += 1
        chain.permanent = chain.permanent and got.status in PERMANENT
        chain.foreign = chain.foreign or not _akin(target.parts.host, to.parts.host)
        if to.parts.host != target.parts.host:
            chain.validators = {}  # they belong to the host that gave them
            self._hosts.note_way(host, to.key)

    async def _hop(self, target: Target, host: Host, chain: Chain) -> Got:
        """One request and its answer, within what is left of the deadline. Waiting for a turn does not count."""
        assert self._exchange is not None, "a Fetcher works inside `async with`"
        async with AsyncExitStack() as turn, AsyncExitStack() as places:
            await self._wait_for_turn(turn, host, chain)
            if chain.is_content and not chain.hops:
                self._defer_if_full()
            started = monotonic()
            try:
                async with asyncio.timeout(max(chain.left, 0.001)) as deadline:

                    async def place() -> None:
                        """Large bodies grow few at a time; the wait for that is ours, not the server's."""
                        waiting = monotonic()
                        await places.enter_async_context(self._large)
                        self._defer_if_full()
                        when = deadline.when()
                        if when is not None:
                            deadline.reschedule(when + monotonic() - waiting)

                    return await self._exchange.ask(target, chain, host, place)
            except TimeoutError:
                detail = f"no whole answer within {self._settings.total_timeout:g} s"
                raise FetchFailed(FetchReason.TIMEOUT, detail) from None
            finally:
                chain.left -= monotonic() - started

    async def _wait_for_turn(self, turn: AsyncExitStack, host: Host, chain: Chain) -> None:
        """Redirects on a host that asks for a minute between requests must not keep everybody waiting for hours."""
        began = monotonic()
        try:
            async with asyncio.timeout(max(chain.patience, 0.001) if chain.hops else None):
                await turn.enter_async_context(self._hosts.turn(host))
        except TimeoutError:
            detail = "the hosts that it leads to want more time between requests than there is"
            raise LeftAlone(FetchReason.RATE_LIMITED, detail, retry_after=ROBOTS_RETRY) from None
        finally:
            chain.patience -= (monotonic() - began) if chain.hops else 0.0
        await turn.enter_async_context(self._slots)

    def _defer_if_full(self) -> None:
        if self.held_bytes > self._settings.max_held_bytes:
            raise Deferred

    async def _obey_robots(self, target: Target, host: Host, chain: Chain) -> None:
        """Raises FetchFailed(robots) for what robots.txt forbids, or while it cannot be read (RFC 9309, 2.3.1.4).

        A basis that the operator recorded holds for the very URL that was asked for, not for where it leads.
        """
        self._hosts.raise_if_down(host)
        async with host.lock:
            if not self._hosts.robots_fresh(host):
                await self._read_robots(target, host)
        name = target.parts.netloc
        failed: FetchFailed | None = None
        if self._hosts.robots_withheld(host):
            why = host.robots_why or f"HTTP {host.robots_status}"
            text = f"nothing is allowed while robots.txt of {name} fails: {why}"
            failed = LeftAlone(FetchReason.ROBOTS, text, retry_after=ROBOTS_RETRY)
        elif not self._hosts.rules(host).allows(target.parts.url):
            failed = FetchFailed(FetchReason.ROBOTS, f"robots.txt of {name} forbids {target.parts.path}")
        if failed is None:
            return
        if not chain.robots_basis or chain.hops:
            raise failed
        log.info("robots-overridden", url=target.parts.url, basis=chain.robots_basis, robots=failed.detail)

    async def _read_robots(self, target: Target, host: Host) -> None:
        url = f"{target.parts.scheme}://{target.parts.netloc}/robots.txt"
        chain = Chain(url, "robots", self._settings.total_timeout)
        try:
            _, got = await self._follow(chain)
        except FetchFailed as failed:
            # what fails before HTTP is the host's failure, not a word on what it allows
            unasked = isinstance(failed, ConnectFailed | LeftAlone)
            if chain.hops == 0 and (unasked or (failed.why in _HOST_REASONS and failed.status == 0)):
                raise
            # a redirect that leads nowhere counts as "unavailable", which allows everything (RFC 9309, 2.3.1.2)
            nowhere = failed.why is FetchReason.REDIRECT
            self._hosts.set_robots(host, "", 404 if nowhere else failed.status, str(failed))
            return
        self._hosts.set_robots(host, robots_text(got.body), 200)

    async def _rights(self, target: Target, got: Got, request: Request) -> tuple[Rights, str]:
        """What headers and the host's own statements leave us of a page. Feeds are meant to be read by programs, and
        many say `noindex` of themselves only; what they link to is asked for as a page. A page that has not changed may
        be reserved by now."""
        if got.status not in (200, 304) or request.kind != "page":
            return Rights.FULL, ""
        host = self._hosts.get(target.key)
        async with host.lock:
            if not self._hosts.tdm_fresh(host):
                await self._read_tdm(target, host)
        said = reservations.from_headers(got.headers, got.robots_tags, self._token)
        said += reservations.from_signals(self._hosts.rules(host).signals, "robots.txt")
        said += reservations.from_tdmrep(host.tdm, target.parts.target)
        return reservations.narrowest(said, request.tdm_basis)

    async def _read_tdm(self, target: Target, host: Host) -> None:
        """Like robots.txt it is asked for without asking robots.txt. No answer leaves what was said before."""
        url = f"{target.parts.scheme}://{target.parts.netloc}/.well-known/tdmrep.json"
        try:
            _, got = await self._follow(Chain(url, "tdm", self._settings.total_timeout))
            text: str | None = robots_text(got.body)
        except FetchFailed as failed:
            text = "" if 400 <= failed.status < 500 and failed.status != 429 else None
        self._hosts.set_tdm(host, text)


def _akin(one: str, other: str) -> bool:
    """Whether one host is the other or below it: a site that sends us to its `www.` sends us to itself."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")

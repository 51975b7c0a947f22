"""Politeness: what is known of each host while a fetcher lives.

Waiting is done in monotonic time; what is handed to the next fetcher is in the time of the news. A clock that stands
still says nothing about how long ago the last request was, so under one the remembered next start is not waited for.

Rate limits, and the distance that a host has taught us, hold for the whole service that it belongs to (services.py).
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from aggregator.clock import Clock, rfc3339
from aggregator.net import cooldown
from aggregator.net.outage import Contact
from aggregator.net.robots import Rules, is_unanswered
from aggregator.net.services import service_of
from aggregator.net.values import FetchFailed, FetchReason, HostState, LeftAlone
from aggregator.setting_sections import NetSettings

#: how long "no answer" is remembered of a robots.txt
ROBOTS_RETRY = timedelta(minutes=10)
#: a robots.txt that gives no answer for so long no longer forbids (RFC 9309 section 2.3.1.4)
ROBOTS_PATIENCE = timedelta(days=30)
#: after so many time-outs in a row a host is left alone for a while
LATE_IN_A_ROW = 5
#: so many hosts that redirects led to are remembered of one host
MOST_LED_TO = 8
#: these say that no connection comes about: an answer proves them wrong
_SILENT = (FetchReason.UNREACHABLE, FetchReason.TIMEOUT)
_REASONS = {reason.value: reason for reason in FetchReason}


@dataclass(slots=True)
class Host:
    """One host: its rules, when it may be asked next, and until when it is left alone."""

    key: str
    slots: asyncio.Semaphore
    service: "Host | None" = None
    next_start: float = 0.0
    robots: str = ""
    robots_status: int = 0
    robots_at: datetime | None = None
    robots_why: str = ""
    failing_since: datetime | None = None
    down_until: datetime | None = None
    down_reason: FetchReason = FetchReason.UNREACHABLE
    strikes: int = 0
    learnt_delay: float = 0.0
    late: int = 0
    tdm: str = ""
    tdm_at: datetime | None = None
    tdm_tried: bool = False
    leads_to: dict[str, None] = field(default_factory=dict)
    contact: Contact | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Rules | None = None

    @property
    def scope(self) -> "Host":
        """Whom rate limits are counted against."""
        return self.service or self


class Hosts:
    """All hosts that a fetcher met, begun from what the database remembers."""

    def __init__(self, settings: NetSettings, clock: Clock, known: Mapping[str, HostState], token: str) -> None:
        self._settings, self._clock, self._token = settings, clock, token
        self._known = {state.host: state for first in known.values() for state in first.beyond} | dict(known)
        self._hosts: dict[str, Host] = {}

    def get(self, key: str) -> Host:
        """The host of that key (name, with a port unless 80 or 443)."""
        host = self._hosts.get(key)
        if host is None:
            state = self._known.get(key) or HostState(key)
            host = self._hosts[key] = Host(key, asyncio.Semaphore(self._settings.host_concurrency))
            host.robots, host.robots_status, host.robots_at = state.robots, state.robots_status, state.robots_at
            host.failing_since, host.down_until = state.robots_failing_since, state.down_until
            host.down_reason = _REASONS.get(state.down_reason, FetchReason.UNREACHABLE)
            host.strikes, host.learnt_delay = state.strikes, state.learnt_delay
            host.tdm, host.tdm_at = state.tdm, state.tdm_at
            host.leads_to = dict.fromkeys(state.leads_to)
            host.next_start = self._remembered_start(state)
            service = service_of(key)
            host.service = self.get(service) if service else None
        return host

    def _remembered_start(self, state: HostState) -> float:
        if state.next_free_at is None or self._clock.is_fixed:
            return 0.0
        longest = max(self._settings.host_delay, self._settings.max_crawl_delay)
        return monotonic() + min((state.next_free_at - self._clock.now()).total_seconds(), longest)

    @asynccontextmanager
    async def turn(self, host: Host) -> AsyncIterator[None]:
        """Wait for one of the host's slots and for its next start. Raises LeftAlone while the host is down."""
        async with host.slots:
            self.raise_if_down(host)
            if self._settings.host_delay > 0:
                await self._next_start(host, self.delay(host))
                if host.service is not None and host.service.learnt_delay > 0:
                    await self._next_start(host.service, host.service.learnt_delay)
                self.raise_if_down(host)
            yield

    async def _next_start(self, host: Host, delay: float) -> None:
        start = max(host.next_start, monotonic())
        host.next_start = start + delay
        await asyncio.sleep(max(0.0, start - monotonic()))

    def delay(self, host: Host) -> float:
        """Seconds between two starts; `host_delay = 0` switches waiting off altogether."""
        if self._settings.host_delay == 0:
            return 0.0
        asked = min(self.rules(host).delay, self._settings.max_crawl_delay)
        return max(self._settings.host_delay, asked, host.learnt_delay)

    def raise_if_down(self, host: Host) -> None:
        """Raises LeftAlone when the host, or the service that it belongs to, is to be left alone."""
        for one in (host, host.scope):
            if one.down_until is not None and self._clock.now() < one.down_until:
                detail = f"{'host' if one is host else one.key} is down until {rfc3339(one.down_until)}"
                raise LeftAlone(one.down_reason, detail, retry_after=one.down_until - self._clock.now())

    def mark_down(self, host: Host) -> None:
        """No connection could be made: its other URLs need not be tried."""
        self._leave_alone(host, FetchReason.UNREACHABLE, timedelta(minutes=self._settings.host_down_minutes))

    def note_answer(self, host: Host, failure: FetchFailed | None, *, forgives: bool = True) -> None:
        """The host answered. 429, 403 and 5xx in a row are strikes; what it is left alone for goes into `failure`.

        Another answer ends the row if it `forgives`: a robots.txt that is served does not.
        """
        if host.down_reason in _SILENT:
            host.down_until = None
        scope, status = host.scope, failure.status if failure is not None else 200
        if failure is None or not (status in (403, 429) or 500 <= status < 600):
            if forgives:
                scope.strikes = 0
                scope.learnt_delay = cooldown.eased(scope.learnt_delay, self._settings.host_delay)
            return
        scope.strikes += 1
        wait: timedelta | None = None
        if failure.why is FetchReason.RATE_LIMITED:
            scope.learnt_delay = cooldown.slower(scope.learnt_delay, self.delay(host), self._settings.max_crawl_delay)
            asked = failure.retry_after
            wait = asked if asked is not None else cooldown.doubling(cooldown.FIRST_WAIT, scope.strikes)
            wait += cooldown.spread(scope.key, self._clock.now())
        elif status == 403 and scope.strikes >= cooldown.REFUSALS_IN_A_ROW:
            strikes = scope.strikes - cooldown.REFUSALS_IN_A_ROW + 1
            wait = cooldown.doubling(cooldown.FIRST_WAIT, strikes) + cooldown.spread(scope.key, self._clock.now())
        elif status != 403 and scope.strikes > cooldown.ERRORS_IN_A_ROW:
            first = timedelta(minutes=self._settings.host_down_minutes)
            wait = cooldown.doubling(first, scope.strikes - cooldown.ERRORS_IN_A_ROW)
        if wait is not None:
            failure.retry_after = wait
            reason = FetchReason.RATE_LIMITED if failure.why is FetchReason.HTTP_4XX else failure.why
            self._leave_alone(scope, reason, wait)

    def note_end(self, host: Host, *, in_time: bool) -> None:
        """A fetch ended; after a run of time-outs the host's other URLs need not be tried for a while."""
        host.late = 0 if in_time else host.late + 1
        if host.late >= LATE_IN_A_ROW:
            self._leave_alone(host, FetchReason.TIMEOUT, timedelta(minutes=self._settings.host_down_minutes))

    def _leave_alone(self, host: Host, reason: FetchReason, wait: timedelta) -> None:
        until = self._clock.now() + wait
        if wait > timedelta() and (host.down_until is None or until > host.down_until):
            host.down_until, host.down_reason = until, reason

    def note_contact(self, host: Host, contact: Contact | None) -> None:
        """How asking the host went; one answer outweighs all failures."""
        if contact is not None and host.contact is not Contact.ANSWERED:
            host.contact = contact

    def note_way(self, host: Host, to: str) -> None:
        """A redirect led from one host to another: what is known of that one will be wanted again."""
        if to != host.key:
            host.leads_to.pop(to, None)
            host.leads_to[to] = None

    def contacts(self) -> dict[str, Contact]:
        """How asking each host went, of those that were asked."""
        return {key: host.contact for key, host in self._hosts.items() if host.contact is not None}

    def forget(self, keys: Iterable[str]) -> None:
        """Unlearn what was held against these hosts: it was our own line that failed."""
        for key in keys:
            host = self._hosts.pop(key, None)
            if host is not None and host.service is not None:
                self._hosts.pop(host.service.key, None)

    def rules(self, host: Host) -> Rules:
        """The rules last read, parsed once."""
        if host.rules is None:
            host.rules = Rules(host.robots, self._token)
        return host.rules

    def robots_fresh(self, host: Host) -> bool:
        """Whether robots.txt need not be asked for again yet."""
        kept = ROBOTS_RETRY if is_unanswered(host.robots_status) else timedelta(hours=self._settings.robots_hours)
        return self._is_recent(host.robots_at, kept)

    def tdm_fresh(self, host: Host) -> bool:
        """Whether tdmrep.json need not be asked for again yet. Without an answer the next fetcher tries again."""
        return host.tdm_tried or self._is_recent(host.tdm_at, timedelta(hours=self._settings.robots_hours))

    def _is_recent(self, moment: datetime | None, kept: timedelta) -> bool:
        return moment is not None and timedelta() <= self._clock.now() - moment < kept

    def robots_withheld(self, host: Host) -> bool:
        """Whether robots.txt gives no answer and so forbids everything: for at most 30 days."""
        if not is_unanswered(host.robots_status):
            return False
        return host.failing_since is None or self._clock.now() - host.failing_since < ROBOTS_PATIENCE

    def set_robots(self, host: Host, text: str, status: int, why: str = "") -> None:
        """Remember what robots.txt answered (status 0: nothing); `why` it did not is for people."""
        host.robots_why = why
        host.robots, host.robots_status, host.robots_at = text, status, self._clock.now()
        host.failing_since = (host.failing_since or self._clock.now()) if is_unanswered(status) else None
        host.rules = None

    def set_tdm(self, host: Host, text: str | None) -> None:
        """Remember what tdmrep.json answered; None (no answer) leaves what it said before."""
        host.tdm_tried = True
        if text is not None:
            host.tdm, host.tdm_at = text, self._clock.now()

    def states(self) -> tuple[HostState, ...]:
        """What the next fetcher has to know, by host name."""
        return tuple(self._state(key, host) for key, host in sorted(self._hosts.items()))

    def _state(self, key: str, host: Host) -> HostState:
        now, left = self._clock.now(), host.next_start - monotonic()
        down = host.down_until is not None and host.down_until > now
        return HostState(
            key,
            host.robots,
            host.robots_status,
            host.robots_at,
            next_free_at=now + timedelta(seconds=left) if left > 0 else None,
            down_until=host.down_until if down else None,
            robots_failing_since=host.failing_since,
            tdm=host.tdm,
            tdm_at=host.tdm_at,
            strikes=host.strikes,
            learnt_delay=host.learnt_delay,
            down_reason=host.down_reason.value if down else "",
            leads_to=tuple(host.leads_to)[-MOST_LED_TO:],
            was_known=key in self._known,
        )

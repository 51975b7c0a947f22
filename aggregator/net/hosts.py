"""Politeness: what is known of each host while a fetcher lives.

Waiting is done in monotonic time; what is handed to the next fetcher is in the time of the news. A clock that stands
still says nothing about how long ago the last request was, so under one the remembered next start is not waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from aggregator.clock import Clock, rfc3339
from aggregator.net.robots import Rules, is_unanswered
from aggregator.net.values import FetchFailed, FetchReason, HostState
from aggregator.settings import NetSettings

#: how long "no answer" is remembered of a robots.txt
ROBOTS_RETRY = timedelta(minutes=10)
#: so many 429 in a row, and the host is left alone
LIMITED_IN_A_ROW = 3
#: after so many time-outs in a row a host is left alone for a while
LATE_IN_A_ROW = 5


@dataclass(slots=True)
class Host:
    """One host: its rules, when it may be asked next, and until when it is left alone."""

    slots: asyncio.Semaphore
    next_start: float = 0.0
    robots: str = ""
    robots_status: int = 0
    robots_at: datetime | None = None
    robots_why: str = ""
    down_until: datetime | None = None
    down_reason: FetchReason = FetchReason.UNREACHABLE
    limited: int = 0
    late: int = 0
    robots_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Rules | None = None


class Hosts:
    """All hosts that a fetcher met, begun from what the database remembers."""

    def __init__(self, settings: NetSettings, clock: Clock, known: Mapping[str, HostState], token: str) -> None:
        self._settings, self._clock, self._known, self._token = settings, clock, known, token
        self._hosts: dict[str, Host] = {}

    def get(self, key: str) -> Host:
        """The host of that key (name, with a port unless 80 or 443)."""
        host = self._hosts.get(key)
        if host is None:
            state = self._known.get(key) or HostState(key)
            host = self._hosts[key] = Host(asyncio.Semaphore(self._settings.host_concurrency))
            host.robots, host.robots_status, host.robots_at = state.robots, state.robots_status, state.robots_at
            host.down_until = state.down_until
            host.next_start = self._remembered_start(state)
        return host

    def _remembered_start(self, state: HostState) -> float:
        if state.next_free_at is None or self._clock.is_fixed:
            return 0.0
        longest = max(self._settings.host_delay, self._settings.max_crawl_delay)
        return monotonic() + min((state.next_free_at - self._clock.now()).total_seconds(), longest)

    @asynccontextmanager
    async def turn(self, host: Host) -> AsyncIterator[None]:
        """Wait for one of the host's slots and for its next start. Raises FetchFailed while the host is down."""
        async with host.slots:
            self.raise_if_down(host)
            if self._settings.host_delay > 0:
                start = max(host.next_start, monotonic())
                host.next_start = start + self.delay(host)
                await asyncio.sleep(max(0.0, start - monotonic()))
                self.raise_if_down(host)
            yield

    def delay(self, host: Host) -> float:
        """Seconds between two starts; `host_delay = 0` switches waiting off altogether."""
        if self._settings.host_delay == 0:
            return 0.0
        asked = min(self.rules(host).delay, self._settings.max_crawl_delay)
        return max(self._settings.host_delay, asked)

    def raise_if_down(self, host: Host) -> None:
        """Raises FetchFailed when the host is to be left alone, without asking it."""
        if host.down_until is not None and self._clock.now() < host.down_until:
            detail = f"host is down until {rfc3339(host.down_until)}"
            left = host.down_until - self._clock.now()
            raise FetchFailed(host.down_reason, detail, retry_after=left)

    def mark_down(self, host: Host) -> None:
        """No connection could be made: its other URLs need not be tried."""
        self._leave_alone(host, FetchReason.UNREACHABLE, timedelta(minutes=self._settings.host_down_minutes))

    def note_answer(self, host: Host, failure: FetchFailed | None) -> None:
        """The host answered; a run of 429 means that it wants to be left alone."""
        host.down_until = None
        host.limited = host.limited + 1 if failure is not None and failure.status == 429 else 0
        if failure is not None and host.limited >= LIMITED_IN_A_ROW:
            wait = failure.retry_after or timedelta(minutes=self._settings.host_down_minutes)
            self._leave_alone(host, FetchReason.RATE_LIMITED, wait)

    def note_end(self, host: Host, *, in_time: bool) -> None:
        """A fetch ended; after a run of time-outs the host's other URLs need not be tried for a while."""
        host.late = 0 if in_time else host.late + 1
        if host.late >= LATE_IN_A_ROW:
            self._leave_alone(host, FetchReason.TIMEOUT, timedelta(minutes=self._settings.host_down_minutes))

    def _leave_alone(self, host: Host, reason: FetchReason, wait: timedelta) -> None:
        if wait > timedelta():
            host.down_until, host.down_reason = self._clock.now() + wait, reason

    def rules(self, host: Host) -> Rules:
        """The rules last read, parsed once."""
        if host.rules is None:
            host.rules = Rules(host.robots, self._token)
        return host.rules

    def robots_fresh(self, host: Host) -> bool:
        """Whether robots.txt need not be asked for again yet."""
        if host.robots_at is None:
            return False
        kept = ROBOTS_RETRY if is_unanswered(host.robots_status) else timedelta(hours=self._settings.robots_hours)
        return timedelta() <= self._clock.now() - host.robots_at < kept

    def set_robots(self, host: Host, text: str, status: int, why: str = "") -> None:
        """Remember what robots.txt answered (status 0: nothing); `why` it did not is for people."""
        host.robots_why = why
        host.robots, host.robots_status, host.robots_at = text, status, self._clock.now()
        host.rules = None

    def states(self) -> tuple[HostState, ...]:
        """What the next fetcher has to know, by host name."""
        return tuple(self._state(key, host) for key, host in sorted(self._hosts.items()))

    def _state(self, key: str, host: Host) -> HostState:
        now, left = self._clock.now(), host.next_start - monotonic()
        return HostState(
            key,
            host.robots,
            host.robots_status,
            host.robots_at,
            now + timedelta(seconds=left) if left > 0 else None,
            host.down_until if host.down_until is not None and host.down_until > now else None,
        )

"""Many requests at once, in an event loop of their own, without keeping all their bodies at once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, overload

from aggregator.clock import Clock
from aggregator.net.fetcher import LARGE_AT_ONCE, Deferred, Fetcher
from aggregator.net.values import Failure, HostState, Reply, Request
from aggregator.setting_sections import NetSettings

T = TypeVar("T")


@overload
def fetch_all(
    requests: Sequence[Request],
    settings: NetSettings,
    clock: Clock,
    hosts: Mapping[str, HostState] | None = None,
) -> tuple[list[Reply | Failure], tuple[HostState, ...]]: ...


@overload
def fetch_all(
    requests: Sequence[Request],
    settings: NetSettings,
    clock: Clock,
    hosts: Mapping[str, HostState] | None = None,
    *,
    take: Callable[[int, Reply | Failure], T],
) -> tuple[list[T], tuple[HostState, ...]]: ...


def fetch_all(
    requests: Sequence[Request],
    settings: NetSettings,
    clock: Clock,
    hosts: Mapping[str, HostState] | None = None,
    *,
    take: Callable[[int, Reply | Failure], Any] | None = None,
) -> tuple[list[Any], tuple[HostState, ...]]:
    """Fetch all requests: the answers in the order of the requests, and the hosts met.

    With `take` each answer is handed over with the number of its request, and only what `take` returns is kept: once
    the bodies that wait for it exceed `[net] max_held_bytes` they are taken before more is asked for. It is called
    while nothing is under way, so it may be slow. Failures of our own line are OUTAGE (`Fetcher.excuse`).
    """
    return asyncio.run(_run(requests, settings, clock, hosts, take or _as_it_is))


def _as_it_is(number: int, answer: Reply | Failure) -> Reply | Failure:
    return answer


async def _run(
    requests: Sequence[Request],
    settings: NetSettings,
    clock: Clock,
    hosts: Mapping[str, HostState] | None,
    take: Callable[[int, Reply | Failure], Any],
) -> tuple[list[Any], tuple[HostState, ...]]:
    kept: dict[int, Any] = {}
    at_once = max(len(requests), 1)
    async with Fetcher(settings, clock, hosts) as fetcher:
        while left := [number for number in range(len(requests)) if number not in kept]:
            wave = await _wave(fetcher, requests, left, at_once)
            at_once = LARGE_AT_ONCE  # another wave means large bodies: so few of them that none is begun in vain
            answers = fetcher.excuse(list(wave.values()))
            for number, answer in zip(list(wave), answers, strict=True):
                wave[number] = answer  # the body that `take` has seen must not stay in two places
            answers.clear()
            for number in sorted(wave):
                kept[number] = take(number, wave.pop(number))
        return [kept[number] for number in range(len(requests))], fetcher.host_states()


async def _wave(
    fetcher: Fetcher, requests: Sequence[Request], numbers: Sequence[int], at_once: int
) -> dict[int, Reply | Failure]:
    """The answers to as many of these requests as there is room for: always to one at least."""
    fetcher.held_bytes = 0
    wave: dict[int, Reply | Failure] = {}
    gate = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with gate:
            try:
                answer = await fetcher.fetch(requests[number])
            except Deferred:
                return
        fetcher.held_bytes += len(answer.body) if isinstance(answer, Reply) else 0
        wave[number] = answer

    await asyncio.gather(*(one(number) for number in numbers))
    return wave

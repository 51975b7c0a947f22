"""Polling at scale, on loopback: `python -m benchmarks.polling [--feeds 2000 --hosts 400]` (Linux).

Three figures from one run, all safety on (robots.txt, the address guard, limits); only the wait between two requests to
one host is switched off. (a) CPU per request of fetching alone, beside a bare aiohttp loop over the same feeds with as
many requests under way, the two in turn, least of the rounds. (b) The peak memory of `aggregator poll` over all feeds.
(c) What a second poll costs while nothing has changed. CPU is user and system time of the process and of those that it
started; the server is a process of its own and is not counted. `--profile` prints where fetching spends its time.
"""

import argparse
import asyncio
import cProfile
import ctypes
import os
import pstats
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import psutil
from sqlalchemy import func, select, update

from aggregator.articles.poll import Poll
from aggregator.clock import Clock
from aggregator.net import Failure, HostState, Reply, Request, fetch_all
from aggregator.setting_sections import NetSettings
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Feed, FeedCheck
from benchmarks.feed_farm import FeedKind, RunningFarm, host_address, running

NOW = datetime(2026, 11, 2, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """CPU seconds, peak memory in MB, seconds by the clock on the wall."""

    cpu: float
    peak_mb: float
    wall: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--hosts", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=2, help="of fetching alone")
    parser.add_argument("--profile", action="store_true", help="print where fetching alone spends its time, no more")
    given = parser.parse_args()
    with running(given.feeds, given.hosts) as farm:
        if given.profile:
            profile(farm)
            return
        fetching(farm, given.rounds)
        polling(farm)


def net_settings(farm: RunningFarm) -> NetSettings:
    """The defaults, but that the farm's hosts may be asked although they are private, and no waiting."""
    hosts = tuple(f"{host_address(index)}:{farm.port}" for index in range(farm.hosts))
    return NetSettings(allow_private=hosts, host_delay=0, contact="bench@example.org")


def fetching(farm: RunningFarm, rounds: int) -> None:
    """Print (a)."""
    urls = [farm.url(number) for number in range(farm.feeds)]
    settings = net_settings(farm)
    ways: dict[str, Callable[[], int]] = {
        "aiohttp, bare": lambda: asyncio.run(_aiohttp(urls, settings.concurrency)),
        "fetch_all, all safety on": lambda: len(_ours(urls, settings)),
    }
    spent: dict[str, list[tuple[float, int]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            before, began = farm.counts(), time.process_time()
            way()
            cpu = time.process_time() - began
            spent[name].append((cpu, sum((farm.counts() - before).values())))
    print("| fetching alone | CPU s | requests | CPU ms a request | CPU ms a feed |\n|---|---|---|---|---|")
    least = {name: min(found) for name, found in spent.items()}
    for name, (cpu, requests) in least.items():
        print(f"| {name} | {cpu:.2f} | {requests} | {1000 * cpu / requests:.2f} | {1000 * cpu / farm.feeds:.2f} |")
    (bare, bare_requests), (ours, our_requests) = least.values()
    print(f"CPU a request, ours / bare: {ours / our_requests / (bare / bare_requests):.2f}", end="; ")
    print(f"a feed, with robots.txt counted in: {ours / bare:.2f}\n")


def _ours(urls: Sequence[str], settings: NetSettings) -> list[Reply | Failure]:
    """As `poll` does it: batch by batch, what was learnt of hosts handed on."""
    answers: list[Reply | Failure] = []
    hosts: dict[str, HostState] = {}
    for start in range(0, len(urls), Poll.batch_size):
        requests = [Request(url, "feed") for url in urls[start : start + Poll.batch_size]]
        got, states = fetch_all(requests, settings, Clock(NOW), hosts)
        hosts |= {state.host: state for state in states}
        answers += got
    return answers


async def _aiohttp(urls: Sequence[str], concurrency: int) -> int:
    """The whole body of each URL, inflated, whatever its status; how many bodies came."""
    turn = asyncio.Semaphore(concurrency)

    async def get(session: aiohttp.ClientSession, url: str) -> bool:
        async with turn:
            try:
                async with session.get(url, timeout=aiohttp.ClientTimeout(total=30)) as answer:
                    return bool(await answer.read())
            except aiohttp.ClientError:
                return False

    async with aiohttp.ClientSession() as session:
        return sum(await asyncio.gather(*(get(session, url) for url in urls)))


def profile(farm: RunningFarm) -> None:
    """Print where the CPU of fetching alone goes."""
    urls = [farm.url(number) for number in range(farm.feeds)]
    settings = net_settings(farm)
    profiler = cProfile.Profile(time.process_time)
    profiler.runcall(_ours, urls, settings)
    pstats.Stats(profiler, stream=sys.stdout).sort_stats("tottime").print_stats(45)
    pstats.Stats(profiler, stream=sys.stdout).sort_stats("cumtime").print_stats(60)


def polling(farm: RunningFarm) -> None:
    """Print (b) and (c)."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1)  # processes that outlive their parent are ours
    with tempfile.TemporaryDirectory() as folder:
        config, data = Path(folder) / "config", Path(folder) / "data"
        _write_config(farm, config)
        command = [sys.executable, "-m", "aggregator", "--quiet", "--config", str(config), "--data", str(data)]
        measured([*command, "db", "upgrade"], farm.pid)
        nothing = measured([*command, "outlets", "list"], farm.pid)
        first = measured([*command, "--now", NOW.isoformat(), "poll"], farm.pid)
        _make_due(data)
        before = farm.counts()
        second = measured([*command, "--now", (NOW + timedelta(hours=1)).isoformat(), "poll"], farm.pid)
        asked = farm.counts() - before
        states, articles, offered, unchanged = _found(data)
    print("| `poll` | CPU s | CPU ms a feed | wall s | peak MB |\n|---|---|---|---|---|")
    for name, cost in (("first", first), ("second", second), ("(the program alone)", nothing)):
        each = f"{1000 * cost.cpu / farm.feeds:.1f}"
        print(f"| {name} | {cost.cpu:.1f} | {each} | {cost.wall:.0f} | {cost.peak_mb:.0f} |")
    print(f"{articles} articles; states at the first poll: {', '.join(f'{s} {n}' for s, n in sorted(states.items()))}")
    print(f"second poll: {unchanged} of {offered} feeds that offered validators answered 304", end="")
    print(f" ({100 * unchanged / max(offered, 1):.2f} %), {asked['robots']} robots.txt were read again")
    print(f"CPU, second / first: {second.cpu / first.cpu:.2f}")


def _write_config(farm: RunningFarm, config: Path) -> None:
    config.mkdir()
    net = net_settings(farm)
    allowed = ", ".join(f'"{entry}"' for entry in net.allow_private)
    (config / "pipeline.toml").write_text(
        f'[instance]\nname = "bench"\n[net]\nhost_delay = 0\ncontact = "{net.contact}"\nallow_private = [{allowed}]\n'
    )
    by_host: dict[str, list[str]] = {}
    for number in range(farm.feeds):
        url = farm.url(number)
        by_host.setdefault(url.rpartition("/feed/")[0], []).append(f'{{ url = "{url}" }}')
    tables = (
        f'[host{n}]\nname = "Host {n}"\nhome = "{base}/"\nfeeds = [{", ".join(feeds)}]\n'
        for n, (base, feeds) in enumerate(by_host.items())
    )
    (config / "outlets.toml").write_text("\n".join(tables))


def measured(command: Sequence[str], spare: int) -> Cost:
    """Run a command. Its CPU includes that of processes which outlived it; `spare` is a child that is let be."""
    began = time.monotonic()
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pid, peak = os.posix_spawn(sys.executable, command, environment, file_actions=quiet), 0
    while (ended := os.wait4(pid, os.WNOHANG))[0] == 0:
        peak = max(peak, _peak_kb(pid))  # ru_maxrss counts what this process held before the command replaced it
        time.sleep(0.05)
    _, status, used = ended
    wall = time.monotonic() - began
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    cpu = used.ru_utime + used.ru_stime
    for orphan in psutil.Process().children():
        if orphan.pid != spare:
            left = os.wait4(orphan.pid, 0)[2]
            cpu += left.ru_utime + left.ru_stime
    return Cost(cpu, peak / 1024, wall)


def _peak_kb(pid: int) -> int:
    """The most memory that a process has held since its program began."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _make_due(data: Path) -> None:
    store = Store(f"sqlite:///{data / 'aggregator.sqlite'}")
    with store.write() as session:
        session.execute(update(Feed).values(next_at=None))
    store.close()


def _found(data: Path) -> tuple[Counter[str], int, int, int]:
    """States at the first poll, articles, feeds that offered validators then, and those that answered 304 later."""
    store = Store(f"sqlite:///{data / 'aggregator.sqlite'}")
    states: Counter[str] = Counter()
    offered = unchanged = 0
    with store.read() as session:
        urls = {feed.id: feed.url for feed in session.scalars(select(Feed))}
        for check in session.scalars(select(FeedCheck).order_by(FeedCheck.at)):
            kind = FeedKind(int(urls[check.feed_id].rpartition("/")[2]))
            if check.at == NOW:
                states[check.state] += 1
                offered += kind.validators and not kind.fault
            else:
                unchanged += check.status == 304
        articles = session.scalar(select(func.count()).select_from(Article)) or 0
    store.close()
    return states, articles, offered, unchanged


if __name__ == "__main__":
    main()

"""Feeds on loopback for `benchmarks/polling.py`: one process, raw asyncio, an address of 127/8 for each host.

`python -m benchmarks.feed_farm FEEDS HOSTS` prints its port and serves until its standard input closes. What each feed
is like follows from its number alone: one in ten is slow, one in twenty fails in one of five ways, nine in ten offer
validators. The texts are made up of a fixed list of words.
"""

import asyncio
import gzip
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.request import urlopen

NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
FAULTS = ("500", "503", "404", "reset", "truncated")
_VOCABULARY = """
    council harbour winter budget mayor bridge school strike river valley minister police farmers vote court hospital
    tram energy housing teachers storm rail island museum factory union report figures residents plan square station
    the a of and to in for on with said after before under new old second last northern small large early late would
    could has had were was is are that which when while more less many
"""
_WORDS = _VOCABULARY.split()
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_ROBOTS = b"User-agent: *\nDisallow: /admin/\nDisallow: /search\nAllow: /\n\nSitemap: /sitemap.xml\n"


@dataclass(frozen=True)
class FeedKind:
    """What the feed of a number is like."""

    number: int

    @property
    def slow(self) -> float:
        """Seconds before it answers: half a second to two, for every tenth."""
        return 0.5 + (self.number // 10 % 16) / 10 if self.number % 10 == 3 else 0.0

    @property
    def fault(self) -> str:
        """How it fails, for every twentieth; empty if it does not."""
        return FAULTS[self.number // 20 % len(FAULTS)] if self.number % 20 == 7 else ""

    @property
    def validators(self) -> bool:
        """Whether it offers ETag and Last-Modified."""
        return self.number % 10 != 9


def host_address(index: int) -> str:
    """The loopback address of a host by its index: 127.0.0.1, 127.0.0.2 …"""
    return f"127.{(index + 1) >> 16}.{(index + 1) >> 8 & 255}.{(index + 1) & 255}"


def host_of(number: int, feeds: int, hosts: int) -> int:
    """On which host a feed is: neighbours share one, so that no host has only slow or only failing feeds."""
    return number * hosts // feeds


def made_feed(number: int, base: str) -> bytes:
    """A feed of 20 to 60 entries and some 20 to 80 kB: RSS and Atom in turn."""
    dice = random.Random(number)
    rss = number % 2 == 0
    made = "".join(_entry(dice, f"{base}/{number}/{n}", n, rss) for n in range(dice.randint(20, 60)))
    if rss:
        head = f"<title>Feed {number}</title><link>{base}/</link><description>Made up</description>"
        return f'{_XML}<rss version="2.0"><channel>{head}{made}</channel></rss>'.encode()
    head = f"<title>Feed {number}</title><id>{base}/{number}</id><updated>{NEWEST.isoformat()}</updated>"
    return f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom">{head}{made}</feed>'.encode()


def _entry(dice: random.Random, url: str, n: int, rss: bool) -> str:
    at = NEWEST - timedelta(minutes=37 * n)
    title = " ".join(dice.choices(_WORDS, k=9)).capitalize()
    text = "".join(f"<p>{' '.join(dice.choices(_WORDS, k=45)).capitalize()}.</p>" for _ in range(4))
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    if rss:
        return (
            f'<item><title>{title}</title><link>{url}</link><guid isPermaLink="true">{url}</guid>'
            f"<pubDate>{format_datetime(at)}</pubDate><category>News</category><description>{text}</description></item>"
        )
    return (
        f'<entry><title>{title}</title><link href="{url}"/><id>{url}</id><updated>{at.isoformat()}</updated>'
        f'<author><name>Staff</name></author><content type="html">{text}</content></entry>'
    )


class Farm:
    """All feeds, packed once."""

    def __init__(self, feeds: int, hosts: int) -> None:
        self.feeds, self.hosts = feeds, hosts
        self.port = 0
        self.packed: dict[int, bytes] = {}
        self.counts: Counter[str] = Counter()

    def body(self, number: int) -> bytes:
        """A feed as it is sent, gzipped."""
        if number not in self.packed:
            base = f"http://{host_address(host_of(number, self.feeds, self.hosts))}:{self.port}"
            self.packed[number] = gzip.compress(made_feed(number, base), 6, mtime=0)
        return self.packed[number]

    async def serve(self) -> None:
        """Listen on all hosts' addresses, print the port, and end with standard input."""
        loop = asyncio.get_running_loop()
        first = await loop.create_server(lambda: Visit(self), host_address(0), 0, backlog=512)
        self.port = first.sockets[0].getsockname()[1]
        others = [host_address(index) for index in range(1, self.hosts)]
        servers = [first]
        if others:
            servers.append(await loop.create_server(lambda: Visit(self), others, self.port, backlog=64))
        for number in range(self.feeds):
            self.body(number)
        sys.stdout.write(f"{self.port}\n")
        sys.stdout.flush()
        await loop.run_in_executor(None, sys.stdin.read)
        for server in servers:
            server.close()


class Visit(asyncio.Protocol):
    """A connection, kept alive unless the client says otherwise."""

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.head += data
        if b"\r\n\r\n" not in self.head:
            return
        lines, self.head = self.head.decode("latin-1").split("\r\n"), b""
        path = lines[0].split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if path == "/counts":
            self.answer(200, json.dumps(self.farm.counts).encode())
        elif path.startswith("/feed/"):
            kind = FeedKind(int(path.removeprefix("/feed/")))
            asyncio.get_running_loop().call_later(kind.slow, self.feed, kind, headers)
        else:
            self.farm.counts["robots" if path == "/robots.txt" else "other"] += 1
            robots = path == "/robots.txt"
            self.answer(200 if robots else 404, _ROBOTS if robots else b"not here", "Content-Type: text/plain\r\n")

    def feed(self, kind: FeedKind, headers: dict[str, str]) -> None:
        """Answer for a feed."""
        etag, modified = f'"feed-{kind.number}"', format_datetime(NEWEST, usegmt=False)
        self.farm.counts["feeds"] += 1
        if kind.fault == "reset":
            self.transport.abort()
        elif kind.fault == "truncated":
            self.answer(200, self.farm.body(kind.number)[:900], "Content-Encoding: gzip\r\n", missing=1000)
        elif kind.fault:
            self.answer(int(kind.fault), b"no")
        elif kind.validators and headers.get("if-none-match") == etag:
            self.farm.counts["304"] += 1
            self.answer(304, b"", f"ETag: {etag}\r\n")
        else:
            offered = f"ETag: {etag}\r\nLast-Modified: {modified}\r\n" if kind.validators else ""
            described = "Content-Type: application/xml; charset=utf-8\r\nContent-Encoding: gzip\r\n"
            self.answer(200, self.farm.body(kind.number), described + offered)

    def answer(self, status: int, body: bytes, headers: str = "", missing: int = 0) -> None:
        """Send an answer; with `missing`, so many bytes fewer than announced."""
        if self.transport.is_closing():
            return
        length = f"Content-Length: {len(body) + missing}\r\n" if status != 304 else ""
        self.transport.write(f"HTTP/1.1 {status} x\r\nServer: farm\r\n{headers}{length}\r\n".encode() + body)
        if missing:
            self.transport.close()


@dataclass(frozen=True)
class RunningFarm:
    """A farm in a process of its own."""

    port: int
    feeds: int
    hosts: int
    pid: int

    def url(self, number: int) -> str:
        """The address of a feed."""
        return f"http://{host_address(host_of(number, self.feeds, self.hosts))}:{self.port}/feed/{number}"

    def counts(self) -> Counter[str]:
        """How many requests were answered so far, by kind."""
        with urlopen(f"http://{host_address(0)}:{self.port}/counts") as answer:
            return Counter(json.load(answer))


@contextmanager
def running(feeds: int, hosts: int) -> Iterator[RunningFarm]:
    """Start a farm; stop it at the end."""
    command = [sys.executable, "-m", "benchmarks.feed_farm", str(feeds), str(hosts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield RunningFarm(int(process.stdout.readline()), feeds, hosts, process.pid)
        finally:
            process.stdin.close()
            process.wait(10)


if __name__ == "__main__":
    asyncio.run(Farm(int(sys.argv[1]), int(sys.argv[2])).serve())

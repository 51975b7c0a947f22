"""Many requests at once, within bounded memory."""

import gzip
import subprocess
import sys

from aggregator.clock import Clock
from aggregator.net import Failure, Reply, Request, fetch_all
from aggregator.setting_sections import NetSettings
from tests.net.conftest import NOW, Fetch, feed
from tests.net.server import RawServer, ok


def _settings(server: RawServer, **more: int) -> NetSettings:
    return NetSettings.model_validate({"allow_private": (f"127.0.0.1:{server.port}",), "host_delay": 0} | more)


def test_answers_come_in_the_order_of_the_requests(server: RawServer) -> None:
    server.scripts |= {f"/{n}": ok(str(n).encode()) for n in range(5)}
    requests = [Request(f"{server.base}/{n}", "page") for n in range(6)]
    answers, states = fetch_all(requests, _settings(server), Clock(NOW))
    assert [got.body for got in answers if isinstance(got, Reply)] == [b"0", b"1", b"2", b"3", b"4"]
    assert isinstance(answers[5], Failure)
    assert [state.host for state in states] == [f"127.0.0.1:{server.port}"]


def test_bodies_are_taken_before_more_is_asked_once_they_fill_their_room(server: RawServer) -> None:
    server.scripts |= {f"/{n}": ok(b"x" * 1000) for n in range(12)}
    asked_when_taken: list[int] = []

    def take(number: int, answer: Reply | Failure) -> str:
        asked_when_taken.append(len(server.paths()))
        return f"{number} {len(answer.body) if isinstance(answer, Reply) else answer.reason}"

    requests = [feed(f"/{n}", server) for n in range(12)]
    settings = _settings(server, max_held_bytes=1500, concurrency=1)
    kept, _ = fetch_all(requests, settings, Clock(NOW), take=take)
    assert kept == [f"{n} 1000" for n in range(12)]
    assert asked_when_taken[0] == 2  # two bodies are more than the room, the third waits
    assert sorted(server.paths()) == sorted(f"/{n}" for n in range(12))  # nothing is asked twice


def test_more_requests_than_places_wait_without_failing(server: RawServer, fetch: Fetch) -> None:  # 12
    server.scripts |= {f"/{n}": ok() for n in range(80)}
    answers = fetch(*(f"/{n}" for n in range(80)), concurrency=8, host_concurrency=8)
    assert {got.status for got in answers} == {200}


_CHILD = """
import sys
from pathlib import Path
from aggregator.clock import Clock
from aggregator.net import Request, fetch_all
from aggregator.setting_sections import NetSettings
import aggregator.net.wire
host = sys.argv[1]
def peak():  # ru_maxrss would begin with that of the process that started this one
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
settings = NetSettings(allow_private=(host,), host_delay=0, host_concurrency=32, max_held_bytes=20_000_000)
requests = [Request(f"http://{host}/{n}", "feed") for n in range(24)]
before = peak()
sizes, _ = fetch_all(requests, settings, Clock(), take=lambda number, answer: len(answer.body))
print(sum(sizes), peak() - before)
"""


def test_a_batch_of_the_largest_feeds_needs_little_memory(server: RawServer) -> None:
    packed = gzip.compress(b"".join(b"%d " % (n * n) for n in range(1_000_000))[:9_000_000], 1)
    server.scripts |= {f"/{n}": ok(packed, "Content-Encoding: gzip") for n in range(24)}
    command = [sys.executable, "-c", _CHILD, f"127.0.0.1:{server.port}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    total, grown = map(int, done.stdout.split())
    assert total == 24 * 9_000_000
    assert grown < 130  # MB; all bodies together would be 216

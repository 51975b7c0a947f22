"""What servers do wrong, and what comes of it."""

import gzip
import socket
import time
import zlib
from datetime import timedelta

import pytest

from aggregator.clock import Clock
from aggregator.net import Failure, Reply, Request
from aggregator.net.headers import retry_after
from tests.net.conftest import NOW, Fetch
from tests.net.server import RawServer, Script, answer, ok, redirect, status

TEXT = b"a plain text, long enough to be worth compressing. " * 40


def _drip(head: bytes, seconds: float) -> Script:
    """Send `head`, then a byte every 0.1 s."""

    def play(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(int(seconds * 10)):
            time.sleep(0.1)
            connection.sendall(b"x")

    return play


def _endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("script", "body"),
    [
        (ok(TEXT), TEXT),
        (ok(b""), b""),
        (answer(203, body=TEXT), TEXT),
        (ok(gzip.compress(TEXT), "Content-Encoding: gzip"), TEXT),
        (ok(gzip.compress(TEXT), "Content-Encoding: x-gzip, identity"), TEXT),
        (ok(gzip.compress(TEXT) + gzip.compress(TEXT), "Content-Encoding: gzip"), TEXT + TEXT),
        (ok(gzip.compress(TEXT) + b"\0" * 9, "Content-Encoding: gzip"), TEXT),
        (ok(TEXT, "Content-Encoding: gzip"), TEXT),
        (ok(b"x", "Content-Encoding: gzip"), b"x"),
        (ok(b"", "Content-Encoding: gzip"), b""),
        (ok(zlib.compress(TEXT), "Content-Encoding: deflate"), TEXT),
        (ok(_raw_deflate(TEXT), "Content-Encoding: deflate"), TEXT),
        (b"HTTP/1.1 200 OK\r\n\r\n" + TEXT, TEXT),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            b"hello",
        ),
        (b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + ok(TEXT), TEXT),
        (ok(TEXT, "X-Name: caf\xe9"), TEXT),
        (ok(TEXT, "\n".join(f"X-{n}: y" for n in range(2000))), TEXT),
    ],
)
def test_an_odd_but_whole_answer_is_read(server: RawServer, fetch: Fetch, script: Script, body: bytes) -> None:
    server.scripts["/"] = script
    got = fetch("/")
    assert isinstance(got, Reply), got
    assert (got.status, got.body, got.final_url) == (200, body, server.base + "/")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (status(404), "http-4xx"),
        (status(403, "cf-mitigated: challenge"), "http-4xx"),
        (status(410), "gone"),
        (status(429), "rate-limited"),
        (status(500), "http-5xx"),
        (status(503), "http-5xx"),
        (status(503, "Retry-After: 9"), "rate-limited"),
        (status(204), "protocol"),
        (answer(206, body=b"part"), "protocol"),
        (status(304), "protocol"),
        (status(300), "protocol"),
        (status(999), "protocol"),
        (b"HTTP/1.1 0 x\r\n\r\n", "protocol"),
        (b"garbage\r\n\r\n", "protocol"),
        (b"<html>HTTP/0.9</html>", "protocol"),
        (b"", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "protocol"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "truncated"),
        (ok(gzip.compress(TEXT)[:-9], "Content-Encoding: gzip"), "truncated"),
        (ok(b"\x1f\x8b" + b"broken" * 9, "Content-Encoding: gzip"), "encoding"),
        (ok(b"text", "Content-Encoding: br"), "encoding"),
        (ok(gzip.compress(gzip.compress(TEXT)), "Content-Encoding: gzip, gzip"), "encoding"),
        (ok(b"", "X-Long: " + "y" * 200_000), "too-large"),
        (ok(b"", "\n".join(f"X-{n}: {'y' * 90}" for n in range(1100))), "too-large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n", "too-large"),
        (_endless, "too-large"),
        (ok(gzip.compress(b"\0" * 5_000_000), "Content-Encoding: gzip"), "too-large"),
    ],
)
def test_a_bad_answer_is_a_failure_with_its_reason(
    server: RawServer, fetch: Fetch, script: Script, reason: str
) -> None:
    server.scripts["/"] = script
    got = fetch("/")
    assert isinstance(got, Failure), got.body[:40]
    assert got.reason == reason


def test_inflating_stops_at_the_cap_even_within_the_ratio(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok(gzip.compress(b"\0" * 3_000_000), "Content-Encoding: gzip")
    assert fetch("/", max_page_bytes=1_000_000, max_inflate_ratio=5000).reason == "too-large"


def test_feeds_and_pages_have_caps_of_their_own(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok(b"x" * 3000)
    feed = Request(server.base + "/", "feed")
    small, large = fetch(feed, "/", max_feed_bytes=2000)
    assert (small.reason, large.status) == ("too-large", 200)


@pytest.mark.parametrize(
    "script", [_drip(b"HTTP/1.1 200", 4), _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", 4)]
)
def test_the_deadline_is_for_the_whole_answer(server: RawServer, fetch: Fetch, script: Script) -> None:
    server.scripts["/"] = script
    started = time.monotonic()
    assert fetch("/", total_timeout=0.5).reason == "timeout"
    assert time.monotonic() - started < 3


def test_a_refused_connection_marks_the_host_down(server: RawServer, fetch: Fetch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{unused.getsockname()[1]}"
        first, second, other = fetch(
            f"http://{closed}/1",
            f"http://{closed}/2",
            "/3",
            in_turn=True,
            allow_private=(closed, f"127.0.0.1:{server.port}"),
        )
    assert first.reason == second.reason == "unreachable"
    assert second.detail == "host is down until 2026-10-18T06:10:00Z"
    assert other.reason == "http-4xx"
    down = {state.host: state.down_until for state in fetch.states}
    assert down[closed] == NOW + timedelta(minutes=10)
    again = fetch(f"http://{closed}/4", hosts={state.host: state for state in fetch.states}, allow_private=(closed,))
    assert "down until" in again.detail


def test_three_times_429_and_the_host_is_left_alone(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {path: status(429, "Retry-After: 60") for path in ("/1", "/2", "/3", "/4")}
    answers = fetch("/1", "/2", "/3", "/4", in_turn=True)
    assert {got.reason for got in answers} == {"rate-limited"}
    assert server.paths() == ["/1", "/2", "/3"]
    assert answers[0].retry_after == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999999999999999", 86400),
        ("Sun, 18 Oct 2026 06:01:00 GMT", 60),
        ("Sun, 18 Oct 2026 05:00:00 GMT", 0),
        ("Fri, 18 Oct 2999 05:00:00 GMT", 86400),
        ("-5", None),
        ("soon", None),
        ("\u0661", None),
    ],
)
def test_retry_after_is_read_and_clamped(header: str, seconds: int | None) -> None:
    assert retry_after(header, NOW) == (None if seconds is None else timedelta(seconds=seconds))


def test_validators_go_out_byte_for_byte_and_304_is_a_reply(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = status(304, 'ETag: W/"n ew"')
    got = fetch(Request(server.base + "/", "feed", 'W/"o ld', "Sun, 18 Oct 2026 05:00:00 GMT"))
    assert (got.status, got.body, got.headers["etag"]) == (304, b"", 'W/"n ew"')
    assert 'If-None-Match: W/"o ld\r\n' in server.heads[-1]
    assert "If-Modified-Since: Sun, 18 Oct 2026 05:00:00 GMT\r\n" in server.heads[-1]


def test_a_validator_with_a_line_break_is_not_sent(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok()
    assert fetch(Request(server.base + "/", "feed", "x\r\nEvil: 1")).status == 200
    assert "Evil" not in server.heads[-1]


def test_we_say_who_we_are_and_ask_for_what_we_can_read(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok()
    fetch("/", user_agent="newsbot/2.1", contact="https://news.example/bot")
    head = server.heads[-1]
    assert "User-Agent: newsbot/2.1 (+https://news.example/bot)\r\n" in head
    assert "Accept-Encoding: gzip, deflate\r\n" in head
    assert "Connection:" not in head


def test_a_redirect_keeps_validators_on_the_host_and_cookies_in_the_chain(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/a": redirect("/b", headers="Set-Cookie: s=1; Path=/\nSet-Cookie: evil=1; Domain=example"),
                       "/b": ok(), "/c": ok()}  # fmt: skip
    fetch(Request(server.base + "/a", "page", etag='"e"'), "/c", in_turn=True)
    assert 'If-None-Match: "e"' in server.heads[-2]
    assert "Cookie: s=1\r\n" in server.heads[-2]
    assert "Cookie" not in server.heads[-1]


def test_a_fixed_clock_serves_as_well_as_the_machines(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok()
    assert fetch("/", clock=Clock()).status == 200

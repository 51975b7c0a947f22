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
from tests.net.conftest import NOW, Fetch, feed
from tests.net.server import RawServer, Script, answer, ok, redirect, status

REFRESH = b'<meta http-equiv="refresh" content="0; url=/elsewhere">'
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


def _close(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


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
        (b"HTTP/1.1 100 Continue\r\n\r\n" + ok(TEXT), TEXT),
        (ok(REFRESH), REFRESH),
    ],
    ids=[
        "plain", "empty", "203", "gzip", "60-x-gzip-and-identity", "gzip-members", "gzip-padding",
        "61-plain-labelled-gzip", "61-one-byte-labelled-gzip", "61-nothing-labelled-gzip", "63-zlib-deflate",
        "63-raw-deflate", "no-length", "65-length-and-chunks", "43-early-hints", "latin-1-header", "66-2000-headers",
        "43-continue", "33-meta-refresh",
    ],
)  # fmt: skip
def test_an_odd_but_whole_answer_is_read(server: RawServer, fetch: Fetch, script: Script, body: bytes) -> None:
    server.scripts["/"] = script
    got = fetch("/")
    assert isinstance(got, Reply), got
    assert (got.status, got.body, got.final_url) == (200, body, server.base + "/")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (status(404), "http-4xx"),
        (status(400), "http-4xx"),
        (status(401), "login"),
        (status(402), "login"),
        (status(403), "http-4xx"),
        (status(403, "cf-mitigated: challenge"), "challenge"),
        (answer(403, body=b"<title>Just a moment...</title>"), "challenge"),
        (answer(503, "Content-Encoding: gzip", gzip.compress(b"<title>Just a Moment...</title>")), "challenge"),
        (answer(503, body=b"<title>Service Unavailable</title>" + b"x" * 90_000 + b"just a moment"), "http-5xx"),
        (answer(403, "Content-Length: 99", b"cut", length=False), "http-4xx"),
        (status(405), "http-4xx"),
        (status(406), "http-4xx"),
        (status(407), "login"),
        (status(410), "gone"),
        (status(451), "http-4xx"),
        (status(429), "rate-limited"),
        (status(500), "http-5xx"),
        (status(502), "http-5xx"),
        (status(503), "http-5xx"),
        (status(504), "http-5xx"),
        (status(522), "http-5xx"),
        (status(503, "Retry-After: 9"), "rate-limited"),
        (status(204), "protocol"),
        (answer(101, length=False), "protocol"),
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
        (ok(zlib.compress(b"\0" * 5_000_000), "Content-Encoding: deflate"), "too-large"),
        (ok(b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd"), "encoding"),
        (_close, "protocol"),
        (_reset, "unreachable"),
    ],
    ids=[
        "47-404", "44-400", "45-401", "45-402", "46-403", "46-cf-mitigated", "46-just-a-moment", "46-gzipped-challenge",
        "46-challenge-beyond-64-kB", "46-403-cut-short", "44-405", "44-406", "45-407", "49-410", "54-451",
        "50-429", "52-500", "52-502", "52-503", "52-504", "52-522", "52-503-with-retry-after", "42-204-on-a-page",
        "43-101", "43-206", "36-304-unasked", "300", "55-999", "55-status-0", "55-garbage", "55-http-0.9",
        "10-closed-before-any-byte", "65-two-lengths", "64-broken-chunk", "64-cut-by-length", "64-cut-in-a-chunk",
        "64-cut-gzip", "broken-gzip", "59-brotli", "60-stacked", "66-200-kB-header", "66-1100-long-headers",
        "57-length-says-9-MB", "58-endless-chunks", "59-gzip-bomb", "59-deflate-bomb", "59-zstd", "10-close", "3-reset",
    ],
)  # fmt: skip
def test_a_bad_answer_is_a_failure_with_its_reason(
    server: RawServer, fetch: Fetch, script: Script, reason: str
) -> None:
    server.scripts["/"] = script
    got = fetch("/")
    assert isinstance(got, Failure), got.body[:40]
    assert got.reason == reason
    assert server.paths() == ["/"]  # connections are never reused, so there is none to ask again on (row 10)


def test_inflating_stops_at_the_cap_even_within_the_ratio(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok(gzip.compress(b"\0" * 3_000_000), "Content-Encoding: gzip")
    assert fetch("/", max_page_bytes=1_000_000, max_inflate_ratio=5000).reason == "too-large"


def test_feeds_and_pages_have_caps_of_their_own(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok(b"x" * 3000)
    small, large = fetch(feed("/", server), "/", max_feed_bytes=2000)  # 57
    assert (small.reason, large.status) == ("too-large", 200)


@pytest.mark.parametrize(
    "script",
    [_drip(b"HTTP/1.1 200", 4), _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", 4)],
    ids=["5-slow-header", "6-slow-body"],
)
def test_the_deadline_is_for_the_whole_answer(server: RawServer, fetch: Fetch, script: Script) -> None:
    server.scripts["/"] = script
    started = time.monotonic()
    assert fetch("/", total_timeout=0.5).reason == "timeout"
    assert time.monotonic() - started < 3


def test_a_body_that_comes_too_slowly_is_given_up_before_the_deadline(
    server: RawServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:  # 6
    monkeypatch.setattr("aggregator.net.body.RATE_GRACE", 0.3)
    server.scripts["/"] = _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", 0.6)
    got = fetch("/")
    assert (got.reason, got.detail) == ("timeout", "the body comes at less than 1000 bytes a second")
    assert fetch("/", min_rate=1).reason == "truncated"


@pytest.mark.parametrize("code", [204, 205])
def test_a_feed_may_have_nothing_to_say(server: RawServer, fetch: Fetch, code: int) -> None:  # 42
    server.scripts["/"] = answer(code, length=False)
    got = fetch(feed("/", server))
    assert isinstance(got, Reply)
    assert (got.status, got.body) == (204, b"")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b"%PDF-1.7 ..."),
        ("application/rss+xml", b"PK\x03\x04..."),
        ("", b"\x89PNG\r\n"),
        ("video/mp4", b"\0\0\0\x20ftypisom"),
        ("image/webp", b"RIFF\0\0\0\0WEBP"),
        ("application/zip", b"\0\1\2"),
        ("Application/PDF; x=y", b""),
    ],
)
def test_what_is_not_text_is_refused_by_its_first_bytes(
    server: RawServer, fetch: Fetch, content_type: str, body: bytes
) -> None:  # 67
    server.scripts["/"] = ok(body + b"\0" * 100_000, f"Content-Type: {content_type}")
    assert fetch("/").reason == "not-text"


@pytest.mark.parametrize(
    "content_type", ["video/mp4", "application/zip", "image/svg+xml", "application/octet-stream", ""]
)
@pytest.mark.parametrize("body", [b"<?xml version='1.0'?>" + TEXT, b"\xff\xfe<\0r\0s\0s\0", b'{"items": []}'])
def test_text_under_a_wrong_label_is_read(
    server: RawServer, fetch: Fetch, content_type: str, body: bytes
) -> None:  # 67
    server.scripts["/"] = ok(body, f"Content-Type: {content_type}")
    assert fetch("/").body == body


def test_a_gzip_file_without_a_header_is_handed_over_as_it_is(server: RawServer, fetch: Fetch) -> None:  # 62
    packed = gzip.compress(b"<urlset/>")
    server.scripts["/map.xml.gz"] = ok(packed, "Content-Type: application/x-gzip")
    assert fetch(feed("/map.xml.gz", server)).body == packed


def test_only_get_is_ever_asked(server: RawServer, fetch: Fetch) -> None:  # 68
    server.scripts |= {"/": redirect("/a"), "/a": ok()}
    fetch("/", feed("/", server))
    assert {head.split(" ")[0] for head in server.heads} == {"GET"}


def test_a_reply_tells_its_size_on_the_wire_and_its_time(server: RawServer, fetch: Fetch) -> None:
    packed = gzip.compress(TEXT)
    server.scripts["/"] = ok(packed, "Content-Encoding: gzip")
    got = fetch("/")
    assert (got.wire_bytes, len(got.body)) == (len(packed), len(TEXT))
    assert 0 < got.seconds < 5


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),  # 50
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


def test_a_plain_request_has_no_conditions_and_takes_anything(server: RawServer, fetch: Fetch) -> None:  # 44
    server.scripts["/"] = ok()
    assert fetch(feed("/", server, etag='"e"', last_modified="x", plain=True)).status == 200
    assert "Accept: */*\r\n" in server.head_of("/")
    assert "If-" not in server.head_of("/")


def test_a_validator_with_a_line_break_is_not_sent(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok()
    assert fetch(Request(server.base + "/", "feed", "x\r\nEvil: 1")).status == 200
    assert "Evil" not in server.head_of("/")


def test_we_say_who_we_are_and_ask_for_what_we_can_read(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok()
    fetch("/", user_agent="newsbot/2.1", contact="https://news.example/bot")
    head = server.head_of("/")
    assert "User-Agent: newsbot/2.1 (+https://news.example/bot)\r\n" in head
    assert "Accept-Encoding: gzip, deflate\r\n" in head
    assert "Connection:" not in head


def test_a_redirect_keeps_validators_on_the_host_and_cookies_in_the_chain(server: RawServer, fetch: Fetch) -> None:
    server.scripts |= {"/a": redirect("/b", headers="Set-Cookie: s=1; Path=/\nSet-Cookie: evil=1; Domain=example"),
                       "/b": ok(), "/c": ok()}  # fmt: skip
    fetch(Request(server.base + "/a", "page", etag='"e"'), "/c", in_turn=True)
    assert 'If-None-Match: "e"' in server.head_of("/b")
    assert "Cookie: s=1\r\n" in server.head_of("/b")
    assert "Cookie" not in server.head_of("/c")


def test_a_fixed_clock_serves_as_well_as_the_machines(server: RawServer, fetch: Fetch) -> None:
    server.scripts["/"] = ok()
    assert fetch("/", clock=Clock()).status == 200

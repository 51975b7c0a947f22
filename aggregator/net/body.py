"""Reading a body within its limits: bytes on the wire, bytes inflated, and the ratio between them.

Inflating is done here, in steps, because a client that decodes a whole chunk at once can be made to allocate half a
gigabyte by a few hundred bytes (CVE-2026-84382). Only one layer of gzip or deflate is understood, as was asked for.
"""

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic

from aggregator.net.sniff import SNIFF, refusal
from aggregator.net.values import FetchFailed, FetchReason

_STEP = 1 << 16
#: a body larger than this waits for one of few places before it may grow on
LARGE = 1_000_000
#: seconds before a body's rate is looked at
RATE_GRACE = 10.0
#: below this size a high ratio is harmless: small texts of blanks compress very well
_RATIO_FLOOR = 1 << 18
_GZIP, _ZLIB, _RAW = 31, 15, -15


class Inflater:
    """The decoded body so far. `cap` is in bytes, `ratio` is the most that one wire byte may become."""

    def __init__(self, encoding: str, cap: int, ratio: int, *, cut: bool = False) -> None:
        self.out = bytearray()
        self.full = False
        self._encoding, self._cap, self._ratio, self._cut = encoding, cap, ratio, cut
        self.wire = 0
        self._head = b""
        self._started = not encoding
        self._stream: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> None:
        """Take a chunk off the wire. Raises FetchFailed: too-large or encoding."""
        for _ in self.steps(chunk):
            pass

    def steps(self, chunk: bytes) -> Iterator[None]:
        """The same by steps of at most 64 kB of output, for a caller that watches how the body grows."""
        self.wire += len(chunk)
        if not self._started:
            self._head += chunk
            if len(self._head) < 2:
                return
            chunk = self._start()
        if self._stream is None:
            self._keep(chunk)
            yield
        else:
            yield from self._inflate(chunk)

    def finish(self) -> bytes:
        """The whole body. Raises FetchFailed(truncated) when a compressed stream has not ended."""
        if not self._started:
            self._keep(self._start())
        if self._stream is not None and not self._stream.eof and not self.full:
            raise FetchFailed(FetchReason.TRUNCATED, "the compressed body ends early")
        return bytes(self.out)

    def _start(self) -> bytes:
        """The first two bytes decide what the body is: servers announce gzip and send plain text, or mean zlib."""
        head, self._head, self._started = self._head, b"", True
        if head[:2] == b"\x1f\x8b":
            self._stream = zlib.decompressobj(_GZIP)
        elif self._encoding == "deflate" and len(head) >= 2:
            zlib_header = head[0] & 0x0F == 8 and int.from_bytes(head[:2]) % 31 == 0
            self._stream = zlib.decompressobj(_ZLIB if zlib_header else _RAW)
        return head

    def _inflate(self, chunk: bytes) -> Iterator[None]:
        while chunk and self._stream is not None and not self.full:
            if self._stream.eof:
                if chunk[:2] != b"\x1f\x8b":
                    return  # padding after the stream
                self._stream = zlib.decompressobj(_GZIP)  # members may follow each other (RFC 1952)
            try:
                self._keep(self._stream.decompress(chunk, _STEP))
            except zlib.error as error:
                raise FetchFailed(FetchReason.ENCODING, f"the compressed body is broken: {error}") from None
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            yield

    def _keep(self, piece: bytes) -> None:
        self.out += piece
        size = len(self.out)
        if size > max(_RATIO_FLOOR, self._ratio * self.wire):
            raise FetchFailed(FetchReason.TOO_LARGE, f"the body inflates more than {self._ratio} times")
        if max(size, self.wire) > self._cap:
            if not self._cut:
                raise FetchFailed(FetchReason.TOO_LARGE, f"the body is larger than {self._cap} bytes")
            del self.out[self._cap :]
            self.full = True


def encoding_of(headers: Mapping[str, str]) -> str:
    """The one content-encoding of an answer: `gzip`, `deflate` or nothing. Raises FetchFailed(encoding)."""
    names = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > 1 or not set(names) <= {"gzip", "x-gzip", "deflate"}:
        raise FetchFailed(FetchReason.ENCODING, f"content-encoding {', '.join(names)}"[:80])
    return names[0].removeprefix("x-") if names else ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a body may be: bytes at most (on the wire, and decoded), times that it may grow, bytes a second at least.

    With `cut`, what is beyond `cap` is left unread; else it is a failure. `text_only` refuses what is not text.
    """

    cap: int
    ratio: int
    min_rate: int = 0
    cut: bool = False
    text_only: bool = False


async def read_body(
    headers: Mapping[str, str],
    chunks: AsyncIterator[bytes],
    limits: Limits,
    place: Callable[[], Awaitable[None]] | None = None,
) -> tuple[bytes, int]:
    """The decoded body and its size on the wire. `place` is awaited once, before a body grows large.

    Raises FetchFailed: too-large, encoding, truncated, not-text, timeout (too slow).
    """
    cap, cut, length = limits.cap, limits.cut, headers.get("content-length", "")
    if not cut and length.isdecimal() and int(length[:20]) > cap:
        raise FetchFailed(FetchReason.TOO_LARGE, f"the body is larger than {cap} bytes")
    inflater = Inflater(encoding_of(headers), cap, limits.ratio, cut=cut)
    content_type, sniffed, started = headers.get("content-type", ""), not limits.text_only, monotonic()
    async for chunk in chunks:
        for _ in inflater.steps(chunk):
            if not sniffed and len(inflater.out) >= SNIFF:
                _refuse_media(content_type, inflater.out)
                sniffed = True
            if place is not None and len(inflater.out) > LARGE:
                await place()
                place = None
        if inflater.full:
            break
        seconds = monotonic() - started
        if seconds > RATE_GRACE and inflater.wire < limits.min_rate * seconds:
            raise FetchFailed(FetchReason.TIMEOUT, f"the body comes at less than {limits.min_rate} bytes a second")
    body = inflater.finish()
    if not sniffed:
        _refuse_media(content_type, body)
    return body, inflater.wire


def _refuse_media(content_type: str, body: bytes | bytearray) -> None:
    why = refusal(content_type, bytes(body[:SNIFF]))
    if why:
        raise FetchFailed(FetchReason.NOT_TEXT, why)

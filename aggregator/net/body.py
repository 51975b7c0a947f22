"""Reading a body within its limits: bytes on the wire, bytes inflated, and the ratio between them.

Inflating is done here, in steps, because a client that decodes a whole chunk at once can be made to allocate half a
gigabyte by a few hundred bytes (CVE-2026-84382). Only one layer of gzip or deflate is understood, as was asked for.
"""

import zlib
from collections.abc import AsyncIterator, Mapping

from aggregator.net.values import FetchFailed, FetchReason

_STEP = 1 << 16
#: below this size a high ratio is harmless: small texts of blanks compress very well
_RATIO_FLOOR = 1 << 18
_GZIP, _ZLIB, _RAW = 31, 15, -15


class Inflater:
    """The decoded body so far. `cap` is in bytes, `ratio` is the most that one wire byte may become."""

    def __init__(self, encoding: str, cap: int, ratio: int, *, cut: bool = False) -> None:
        self.out = bytearray()
        self.full = False
        self._encoding, self._cap, self._ratio, self._cut = encoding, cap, ratio, cut
        self._wire = 0
        self._head = b""
        self._started = not encoding
        self._stream: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> None:
        """Take a chunk off the wire. Raises FetchFailed: too-large or encoding."""
        self._wire += len(chunk)
        if not self._started:
            self._head += chunk
            if len(self._head) < 2:
                return
            chunk = self._start()
        if self._stream is None:
            self._keep(chunk)
        else:
            self._inflate(chunk)

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

    def _inflate(self, chunk: bytes) -> None:
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

    def _keep(self, piece: bytes) -> None:
        self.out += piece
        size = len(self.out)
        if size > max(_RATIO_FLOOR, self._ratio * self._wire):
            raise FetchFailed(FetchReason.TOO_LARGE, f"the body inflates more than {self._ratio} times")
        if max(size, self._wire) > self._cap:
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


async def read_body(
    headers: Mapping[str, str], chunks: AsyncIterator[bytes], cap: int, ratio: int, *, cut: bool = False
) -> bytes:
    """The decoded body, at most `cap` bytes on the wire and decoded; with `cut` the rest is left unread instead.

    Raises FetchFailed: too-large, encoding, truncated.
    """
    length = headers.get("content-length", "")
    if not cut and length.isdecimal() and int(length[:20]) > cap:
        raise FetchFailed(FetchReason.TOO_LARGE, f"the body is larger than {cap} bytes")
    inflater = Inflater(encoding_of(headers), cap, ratio, cut=cut)
    async for chunk in chunks:
        inflater.feed(chunk)
        if inflater.full:
            break
    return inflater.finish()

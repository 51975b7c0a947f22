"""WARC files (ISO 28500): the pages in them, one record at a time, in constant memory whatever the file holds.

Read by FastWARC, which bounds headers and never holds a record whole; content and transfer codings are undone here,
under a cap. After damage reading goes on at the next place that looks like the beginning of a record.
"""

import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, HeaderMap, WarcRecord, WarcRecordType

from aggregator.articles.urls import canonical
from aggregator.clock import parse_time
from aggregator.errors import ConfigError, ItemError, Rejected
from aggregator.net.body import Inflater, encoding_of
from aggregator.net.reservations import from_headers, narrowest
from aggregator.text import one_line
from aggregator.types import Rights

MAX_HEADER = 64_000
#: after so many damages without a record between them, nothing more is looked for
MAX_DAMAGES = 2_000
#: how many times its size a body may grow by inflating
_RATIO = 200
_STEP = 1 << 20
_BEGINS = re.compile(rb"(?:\A|(?<=\n))WARC/\d\.\d\r?\n|\x1f\x8b\x08")
_CHUNK = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")


@dataclass(frozen=True)
class WarcPage:
    """A page as it was crawled, and what the headers of its answer leave us of it."""

    url: str
    fetched_at: datetime
    content_type: str
    html: bytes
    rights: Rights = Rights.FULL
    rights_basis: str = ""


def is_warc(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a WARC file, plain or gzipped."""
    if head[:2] == b"\x1f\x8b":
        try:
            head = zlib.decompressobj(31).decompress(head, 5)
        except zlib.error:
            return False
    return head[:5] == b"WARC/"


def read_warc(stream: BinaryIO, cap: int) -> Iterator[tuple[int, WarcPage | Rejected | None]]:
    """Each record with its number from 1: a page; the reason why it is damaged or too large (more than `cap` bytes,
    coded or not); or None for what is no page: requests, revisits, pictures, answers other than 200.

    A stream that cannot be sought in ends at the first damage.
    """
    for number, record in enumerate(_records(stream, cap), 1):
        try:
            yield number, record if isinstance(record, Rejected) else _page(*record, cap)
        except ItemError as error:
            yield number, Rejected(error.reason, error.detail)


def _records(stream: BinaryIO, cap: int) -> Iterator[tuple[Mapping[str, str], bytes] | Rejected]:
    """WARC headers and block of each record; the block of one that is no response is not read."""
    start: int | None = stream.tell() if stream.seekable() else 0
    base = start or 0
    pending: Rejected | None = None
    damages = 0
    while start is not None and damages < MAX_DAMAGES:
        damages += 1
        last, in_body, any_read = start, False, False
        try:
            for record in ArchiveIterator(stream, parse_http=False, auto_decode="none", max_header_len=MAX_HEADER):
                if pending is not None:
                    yield pending
                    pending = None
                damages = 0
                last, in_body, any_read = start + record.stream_pos, True, True
                found = _block(record, cap)
                in_body = False
                yield found
            break
        except OSError as error:
            damage = Rejected("damaged", f"{one_line(str(error), 200)} (near byte {last - base})")
        if in_body or not any_read:
            yield damage
            pending = None
        else:
            pending = damage  # it lies behind the last good record: the next try finds where
        start = _next(stream, last + 1) if stream.seekable() else None
    if pending is not None:
        yield pending


def _block(record: WarcRecord, cap: int) -> tuple[Mapping[str, str], bytes] | Rejected:
    headers = {name.lower(): value for name, value in record.headers.items()}
    if record.record_type != WarcRecordType.response or "http" not in headers.get("content-type", "http"):
        return {}, b""
    if record.content_length > cap + MAX_HEADER:
        return Rejected("too-large", f"a record of {record.content_length} bytes")
    block = record.reader.read(cap + MAX_HEADER)
    if len(block) < record.content_length:
        return Rejected("truncated", f"{len(block)} of {record.content_length} bytes are there")
    return headers, block


def _next(stream: BinaryIO, start: int) -> int | None:
    """Where the next record seems to begin, from `start` on."""
    at = start
    while True:
        stream.seek(max(at - 1, 0))
        piece = stream.read(_STEP)
        for match in _BEGINS.finditer(piece):
            found = max(at - 1, 0) + match.start()
            if found < start or (match.start() == 0 and found > 0 and match[0][:1] == b"W"):
                continue
            stream.seek(found)
            if is_warc(stream.read(1024)):
                stream.seek(found)
                return found
        if len(piece) < _STEP:
            return None
        at += _STEP - 16


def _page(warc: Mapping[str, str], block: bytes, cap: int) -> WarcPage | None:
    if not warc:
        return None
    http = HeaderMap()
    try:
        size = http.parse(io.BytesIO(block), True)
    except (OSError, ValueError) as error:
        raise Rejected("damaged", f"HTTP headers: {one_line(str(error), 200)}") from None
    if http.status_code is None:
        raise Rejected("damaged", "no HTTP answer in the record")
    headers = {name.lower(): value for name, value in http.items()}
    content_type = one_line(headers.get("content-type", ""), 200)
    is_html = not content_type or content_type.lower().startswith(("text/html", "application/xhtml"))
    if http.status_code != 200 or not is_html:
        return None
    url = canonical(warc.get("warc-target-uri", "").strip("<> "))
    try:
        fetched_at = parse_time(warc.get("warc-date", ""))
    except (ConfigError, OverflowError):
        raise Rejected("bad-date", f"WARC-Date {warc.get('warc-date', '')[:40]!r}") from None
    body = block[size:]
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _unchunked(body)
    inflater = Inflater(encoding_of(headers), cap, _RATIO)
    inflater.feed(body)
    html = inflater.finish()
    if not html.strip():
        raise Rejected("empty-page", "the record has no body")
    tags = [value for name, value in http.items() if name.lower() == "x-robots-tag"]
    return WarcPage(url, fetched_at, content_type, html, *narrowest(from_headers(headers, tags, token="")))


def _unchunked(body: bytes) -> bytes:
    """The body without its chunks' heads (RFC 9112, 7.1); as it is where a crawler has put it together already.

    Raises Rejected("truncated") if chunks are missing.
    """
    parts: list[bytes] = []
    at = 0
    while head := _CHUNK.match(body, at):
        size = int(head[1], 16)
        if not size:
            return b"".join(parts)
        if len(body) < head.end() + size:
            raise Rejected("truncated", "the last chunk is cut")
        parts.append(body[head.end() : head.end() + size])
        at = head.end() + size
        at += 2 if body[at : at + 2] == b"\r\n" else body[at : at + 1] == b"\n"
    if parts:
        raise Rejected("truncated", "a chunk is missing")
    return body

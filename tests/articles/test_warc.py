"""WARC files, honest and hostile: pages come out, damage costs what is damaged, memory stays bounded."""

import gzip
import io
import resource
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from typer.testing import CliRunner

from aggregator.articles.archive import ImportReport, OutletNames, read_line, save_articles
from aggregator.articles.archived_pages import save_pages
from aggregator.articles.extract import Extract
from aggregator.articles.fetch import Fetch
from aggregator.articles.urls import article_id
from aggregator.articles.warc import WarcPage, is_warc, read_warc
from aggregator.cli.main import app
from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.settings import Settings
from aggregator.stage import drain
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Document, Outlet, Response
from aggregator.types import Rights
from tests.articles.site import TEXT, page_html
from tests.conftest import NOW

CAP = 500_000
URL = "https://lantern.example/bridge"
DATED = '<meta property="article:published_time" content="2026-09-01T08:00:00Z">'


def record(
    body: bytes | str = "<p>one",
    url: str = URL,
    *,
    kind: str = "response",
    date: str = "2026-10-01T10:00:00Z",
    status: str = "200 OK",
    length: int | None = None,
    **headers: str,
) -> bytes:
    body = body.encode() if isinstance(body, str) else body
    given = {"Content-Type": "text/html; charset=utf-8", **{k.replace("_", "-"): v for k, v in headers.items()}}
    http = f"HTTP/1.1 {status}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in given.items()) + "\r\n"
    block = http.encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\n"
        f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read(data: bytes) -> list[WarcPage | Rejected | None]:
    return [found for _, found in read_warc(io.BufferedReader(io.BytesIO(data)), CAP)]  # type: ignore[arg-type]


def told(data: bytes) -> list[str | None]:
    """What each record came to: the page's text, the reason, or None."""
    return [one.html.decode() if isinstance(one, WarcPage) else one and one.reason for one in read(data)]


ONE, TWO, THREE = (record(f"<p>{word}", f"{URL}/{word}") for word in ("one", "two", "three"))


@pytest.mark.parametrize(
    "data",
    [
        ONE + TWO + THREE,
        gzip.compress(ONE) + gzip.compress(TWO) + gzip.compress(THREE),
        gzip.compress(ONE + TWO + THREE),
        (ONE + TWO + THREE).replace(b"WARC/1.1", b"WARC/1.0"),
    ],
    ids=["plain", "a member a record", "one member", "1.0"],
)
def test_pages_come_out_of_every_usual_form(data: bytes) -> None:
    assert is_warc(data[:1024])
    assert told(data) == ["<p>one", "<p>two", "<p>three"]
    first = read(data)[0]
    assert isinstance(first, WarcPage)
    assert (first.url, first.fetched_at) == (f"{URL}/one", datetime(2026, 10, 1, 10, tzinfo=UTC))
    assert first.content_type == "text/html; charset=utf-8"


def test_what_the_recorded_headers_reserve_comes_along() -> None:  # 137, 138
    data = record() + record(X_Robots_Tag="noai") + record(tdm_reservation="1")
    pages = [page for page in read(data) if isinstance(page, WarcPage)]
    assert [page.rights for page in pages] == [Rights.FULL, Rights.METADATA, Rights.METADATA]
    assert [page.rights_basis for page in pages][1:] == ["X-Robots-Tag: noai", "tdm-reservation: 1 (header)"]


def test_what_is_no_page_is_passed_over() -> None:
    others = [
        record(kind="request"),
        record(kind="revisit"),
        record(status="404 Not Found"),
        record(status="301 Moved", Location="/"),
        record(b"\x89PNG", Content_Type="image/png"),
    ]
    assert told(b"".join(others) + ONE) == [None] * 5 + ["<p>one"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"6\r\n<p>one\r\n0\r\n\r\n", {"Transfer_Encoding": "chunked"}),
        (b"2;x=y\r\n<p\r\n4\r\n>one\r\n0\r\n\r\n", {"Transfer_Encoding": "chunked"}),
        (b"<p>one", {"Transfer_Encoding": "chunked"}),
        (gzip.compress(b"<p>one", mtime=0), {"Content_Encoding": "gzip"}),
        (b"<p>one", {"Content_Encoding": "gzip"}),
        (zlib.compress(b"<p>one"), {"Content_Encoding": "deflate"}),
        (b"%x\r\n%b\r\n0\r\n\r\n" % (len(gzip.compress(b"<p>one", mtime=0)), gzip.compress(b"<p>one", mtime=0)),
         {"Content_Encoding": "gzip", "Transfer_Encoding": "chunked"}),
    ],
)  # fmt: skip
def test_codings_are_undone_where_they_are_really_there(body: bytes, headers: dict[str, str]) -> None:
    assert told(record(body, **headers) + TWO) == ["<p>one", "<p>two"]


MANGLED = bytearray(gzip.compress(ONE))
MANGLED[30:40] = b"\xff" * 10


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"garbage of all sorts\r\n\r\n", "damaged"),
        (record(length=-5), "damaged"),
        (ONE.replace(b"HTTP/1.1 200 OK", b"X" * 70_000), "damaged"),
        (ONE.replace(b"WARC-Date", b"X" * 70_000), "damaged"),
        (record(url="ftp://lantern.example/"), "bad-url"),
        (record(url="https://user@lantern.example/"), "bad-url"),
        (record(date="yesterday"), "bad-date"),
        (record(b""), "empty-page"),
        (record(b"x" * (CAP + 100_000)), "too-large"),
        (record(gzip.compress(b"x" * 5_000_000), Content_Encoding="gzip"), "too-large"),
        (record(gzip.compress(b"<p>one")[:-9], Content_Encoding="gzip"), "truncated"),
        (record(b"\x1f\x8b" + b"\xff" * 40, Content_Encoding="gzip"), "encoding"),
        (record(b"x", Content_Encoding="br"), "encoding"),
        (record(b"ff\r\n<p>\r\n", Transfer_Encoding="chunked"), "truncated"),
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
def test_a_damaged_or_hostile_record_costs_itself(bad: bytes, reason: str, packed: bool) -> None:
    pack = gzip.compress if packed else bytes
    found = told(pack(ONE) + pack(bad) + pack(TWO) + pack(THREE))
    assert [one for one in found if one != reason] == ["<p>one", "<p>two", "<p>three"]
    assert 1 <= found.count(reason) <= 2


def test_a_mangled_member_and_a_cut_end_are_told_and_the_rest_is_read() -> None:
    assert told(bytes(MANGLED) + gzip.compress(TWO)) == ["damaged", "<p>two"]
    assert told(gzip.compress(ONE) + gzip.compress(TWO)[:-30])[0] == "<p>one"
    assert told(ONE + TWO[:-10]) == ["<p>one", "truncated"]


def test_bombs_cost_time_in_proportion_and_no_memory() -> None:
    zeros = zlib.compressobj(9, zlib.DEFLATED, 31)
    size = 64 << 20
    head = record(b"", length=size)[:-4]
    bomb = zeros.compress(head) + b"".join(zeros.compress(bytes(1 << 20)) for _ in range(size >> 20)) + zeros.flush()
    memory, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    assert "<p>two" in told(bomb + gzip.compress(TWO))
    assert time.process_time() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 30_000  # kB


@settings(max_examples=60)
@given(st.integers(0, len(ONE + TWO)), st.binary(max_size=40), st.integers(0, 40), st.booleans())
def test_any_damage_ends_in_pages_and_reasons(at: int, put: bytes, cut: int, packed: bool) -> None:
    data = ONE + TWO
    data = gzip.compress(ONE, mtime=0) + gzip.compress(TWO, mtime=0) if packed else data
    for found in read(data[:at] + put + data[at + cut :]):
        assert found is None or found.html if isinstance(found, WarcPage | None) else found.reason


# into the database


def store_pages(store: Store, data: bytes, now: datetime = NOW, **how: Any) -> tuple[int, int, int]:
    report = ImportReport()
    with store.write() as session:
        pages = [one for one in read(data) if isinstance(one, WarcPage)]
        save_pages(session, pages, OutletNames(session), now, report, most=CAP, **how)
    return report.new, report.changed, report.unchanged


def extracted(store: Store, clock: Clock) -> list[Document]:
    drain(Extract(Settings().extract, clock), store, clock)
    with store.read() as session:
        return list(session.scalars(select(Document).order_by(Document.article_id, Document.revision)))


def test_a_crawled_page_is_an_article_that_extraction_reads(store: Store, clock: Clock) -> None:
    with store.write() as session:
        session.add(Outlet(key="lantern", name="The Lantern", domains=["lantern.example"]))
    data = record(page_html(more=DATED), "https://news.lantern.example/1") + record(page_html(), "https://x.example/1")
    assert store_pages(store, data) == (2, 0, 0)
    documents = extracted(store, clock)
    assert [row.title for row in documents] == ["Bridge closed"] * 2
    with store.read() as session:
        one = session.get_one(Article, article_id("https://news.lantern.example/1"))
        other = session.get_one(Article, article_id("https://x.example/1"))
        assert (one.outlet_key, one.published_at) == ("lantern", datetime(2026, 9, 1, 8, tzinfo=UTC))
        assert (other.published_at, other.order_at) == (None, datetime(2026, 10, 1, 10, tzinfo=UTC))
        assert not session.get_one(Outlet, other.outlet_key).listed
        assert Fetch(Settings(), clock).pending(session, 9) == []


def test_of_one_url_the_newest_page_counts_and_importing_twice_changes_nothing(store: Store, clock: Clock) -> None:
    old = record(page_html(), date="2026-10-01T10:00:00Z")
    new = record(page_html(*TEXT[:2], "The repair is to cost 3 million dollars."), date="2026-10-02T10:00:00Z")
    assert store_pages(store, new + old) == (1, 0, 1)
    assert store_pages(store, old + new) == (0, 0, 2)
    (only,) = extracted(store, clock)
    assert "3 million" in only.text
    newest = record(page_html(*TEXT, "It opens on May 1."), date="2026-10-03T10:00:00Z")
    assert store_pages(store, newest) == (0, 1, 0)
    assert [row.current for row in extracted(store, clock)] == [False, True]


def test_dates_can_be_withheld(sqlite: Store, clock: Clock) -> None:
    store_pages(sqlite, record(page_html(more=DATED)), with_dates=False)
    (document,) = extracted(sqlite, clock)
    with sqlite.read() as session:
        article = session.get_one(Article, article_id(URL))
    assert (document.published_at, article.published_at, article.order_at) == (None, None, NOW)


def test_a_withheld_article_and_one_that_has_a_text_are_left_as_they_are(sqlite: Store, clock: Clock) -> None:
    store_pages(sqlite, ONE)
    with sqlite.write() as session:
        session.get_one(Article, article_id(f"{URL}/one")).withheld = "purged: asked for"
        line = b'{"url": "https://lantern.example/bridge/two", "text": "A text of an archive, long enough to keep."}'
        save_articles(session, [read_line(line, "a", NOW)], OutletNames(session), NOW, ImportReport())
    later = [record(page_html(), f"{URL}/{word}", date="2026-10-09T10:00:00Z") for word in ("one", "two")]
    assert store_pages(sqlite, b"".join(later)) == (0, 0, 2)
    with sqlite.read() as session:
        assert session.get(Response, article_id(f"{URL}/two")) is None


def test_the_command_takes_a_file_tells_what_it_rejected_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    file = tmp_path / "crawl.bin"  # told by its bytes, not by its name
    file.write_bytes(
        gzip.compress(record(page_html())) + gzip.compress(record(b"")) + gzip.compress(record(kind="request"))
    )
    command = ["--config", str(tmp_path / "config"), "--data", str(tmp_path / "data"), "import", str(file)]
    done = CliRunner().invoke(app, command)
    assert (done.exit_code, done.stdout) == (
        0, "import: 3 records, 1 new, 0 changed, 0 known already, 1 rejected, 1 skipped\n",
    )  # fmt: skip
    assert "record 2: empty-page" in done.stderr
    strict = CliRunner().invoke(app, [*command, "--strict"])
    assert (strict.exit_code, "1 known already" in strict.stdout) == (1, True)


def test_a_crawl_of_the_future_counts_as_of_now(sqlite: Store) -> None:
    store_pages(sqlite, record(page_html(), date="2031-01-01T00:00:00Z"))
    with sqlite.read() as session:
        assert session.get_one(Response, article_id(URL)).fetched_at == NOW

"""Poll, fetch and extract are killed at fifty moments: no article is lost or doubled, and no feed says "unchanged" of a
body whose entries were never stored."""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from aggregator.clock import rfc3339
from aggregator.store.sessions import Store
from aggregator.store.tables import Alias, Appearance, Article, Attempt, Document, Feed
from aggregator.text import sha256
from tests.long.killed_batches import STAGES, Order, Outcome

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent.parent
FEEDS, OF_A_FEED = 10, 30
START = datetime(2026, 10, 1, tzinfo=UTC)
#: between two runs: longer than any feed may be left alone
STEP = timedelta(hours=26)


def paragraphs(number: int) -> list[str]:
    """The text of an article: no paragraph stands in another one."""
    return [
        f"The council of district {number} met on its {part} evening and heard that the bridge over canal {number} "
        f"will be closed for {number + part} days, because the repairs of the northern pier take longer than planned."
        for part in range(1, 5)
    ]


class Site(ThreadingHTTPServer):
    """Ten feeds with validators, and their articles. `out` says how many articles of each feed are published."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server_address[1]}"
        self.out = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that are killed are part of the game."""

    def listed(self, feed: int, out: int) -> list[int]:
        """The numbers of a feed's articles, when so many are out."""
        return [feed * OF_A_FEED + n for n in range(out)]

    def url(self, number: int) -> str:
        return f"{self.base}/article/{number}"

    def feed(self, feed: int, out: int) -> bytes:
        items = "".join(
            f"<item><title>Canal {n} stays closed</title><link>{self.url(n)}</link><guid>{self.url(n)}</guid>"
            f"<pubDate>{format_datetime(START - timedelta(minutes=n))}</pubDate></item>"
            for n in self.listed(feed, out)
        )
        return f'<rss version="2.0"><channel><title>F{feed}</title>{items}</channel></rss>'.encode()


class Handler(BaseHTTPRequestHandler):
    """Answers slowly enough for a kill to come in between."""

    server: Site

    def do_GET(self) -> None:
        kind, _, number = self.path.removeprefix("/").partition("/")
        time.sleep(0.01 + (hash(number) % 5) / 100)
        if kind == "feed":
            out = self.server.out
            self.answer(self.server.feed(int(number), out), "application/rss+xml", f'"{number}-{out}"')
        elif kind == "article":
            text = "".join(f"<p>{line}</p>" for line in paragraphs(int(number)))
            title = f"Canal {number} stays closed"
            page = f"<html lang=en><title>{title}</title><body><article><h1>{title}</h1>{text}</article></body></html>"
            self.answer(page.encode(), "text/html", f'"{number}"')
        else:
            self.send_error(404)

    def answer(self, body: bytes, kind: str, etag: str) -> None:
        unchanged = self.headers.get("If-None-Match") == etag
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", kind)
        self.end_headers()
        if not unchanged:
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def write_config(site: Site, config: Path) -> None:
    config.mkdir()
    private = site.base.removeprefix("http://")
    net = f'[net]\nhost_delay = 0\nhost_concurrency = 8\nallow_private = ["{private}"]\n'
    (config / "pipeline.toml").write_text(f'{net}[executors]\nextract = "processes:1"\n')
    feeds = ", ".join(f'{{ url = "{site.base}/feed/{n}" }}' for n in range(FEEDS))
    (config / "outlets.toml").write_text(f'[canal]\nname = "Canal"\nhome = "{site.base}/"\nfeeds = [{feeds}]\n')


class Batches:
    """The process that runs and kills. Each run is a step later than the one before."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process, self._now = process, START

    def run(self, stage: str = "", seconds: float = 0.0) -> Outcome:
        self._now += STEP
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(Order(rfc3339(self._now), stage, seconds))) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))


@contextmanager
def batches(config: Path, data: Path, url: str) -> Iterator[Batches]:
    command = [sys.executable, "-m", "tests.long.killed_batches", str(config), str(data), url]
    with (
        (data.parent / "log").open("w") as log,
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        yield Batches(process)


def assert_no_feed_claims_what_is_not_stored(store: Store, site: Site, outs: list[int]) -> None:
    """A validator or a body's hash that is kept stands for entries that are kept too."""
    with store.read() as session:
        for feed in session.scalars(select(Feed)):
            number = int(feed.url.rpartition("/")[2])
            shas = {sha256(site.feed(number, out)): out for out in outs}
            claimed = [int(feed.etag.strip('"').rpartition("-")[2])] if feed.etag else []
            claimed += [shas[feed.body_sha]] if feed.body_sha else []
            rows = session.scalars(
                select(Article.url)
                .join(Appearance, Appearance.article_id == Article.id)
                .where(Appearance.feed_id == feed.id)
            )
            stored = set(rows)
            assert stored >= {site.url(n) for out in claimed for n in site.listed(number, out)}


def assert_every_article_is_there_once(store: Store, site: Site) -> None:
    everything = [n for feed in range(FEEDS) for n in site.listed(feed, OF_A_FEED)]
    with store.read() as session:
        urls = Counter(session.scalars(select(Article.url)))
        assert urls == Counter(site.url(n) for n in everything)
        assert session.scalars(select(Attempt).where(Attempt.buried)).all() == []
        assert not set(session.scalars(select(Alias.url_key))) & set(urls)
        found = select(Article.url, Document).join(Document, Document.article_id == Article.id)
        documents: dict[str, Document] = dict(session.execute(found).all())
        rows = session.scalars(select(Document.article_id)).all()
    assert len(rows) == len(documents) == len(everything), "each has one revision"
    for n in everything:
        document = documents[site.url(n)]
        assert document.current
        assert (document.title, document.revision) == (f"Canal {n} stays closed", 1)
        assert [line for line in paragraphs(n) if line not in document.text] == []


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 50), ("postgresql", 20)])
def test_kills_lose_no_article_and_double_none(
    kind: str, kills: int, site: Site, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    config, data = tmp_path / "config", tmp_path / "data"
    write_config(site, config)
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else ""
    dice, outs, killed = random.Random(20261126), [0], Counter[str]()
    with batches(config, data, url) as running:
        usual = running.run().took  # nothing is out yet: how long the stages take at least
        store = Store(url or f"sqlite:///{data / 'aggregator.sqlite'}")
        while killed.total() < kills:
            site.out = min(OF_A_FEED, 1 + killed.total() * OF_A_FEED // kills)
            outs.append(site.out)
            stage = STAGES[killed.total() % len(STAGES)]
            outcome = running.run(stage, dice.uniform(0, usual.get(stage, 0) + 1.2))
            usual = {**usual, **{name: seconds for name, seconds in outcome.took.items() if name != outcome.stage}}
            assert outcome.code in (0, -9), (tmp_path / "log").read_text()[-3000:]
            killed[outcome.stage] += outcome.code == -9
            assert_no_feed_claims_what_is_not_stored(store, site, outs)
        site.out = OF_A_FEED
        outs.append(site.out)
        assert running.run().code == 0, (tmp_path / "log").read_text()[-3000:]
        assert_no_feed_claims_what_is_not_stored(store, site, outs)
        assert_every_article_is_there_once(store, site)
        store.close()
    assert min(killed[stage] for stage in STAGES) >= kills // 10, killed

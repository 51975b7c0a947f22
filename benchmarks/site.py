"""Real news pages through nginx: `python -m benchmarks.site DATA [--pages 60]`.

DATA holds pages.jsonl.gz and the pages unpacked from html.tar. nginx serves the stored pages of several domains under
their true names and paths, with its own ETag and gzip, and a feed that is made for each domain. They are polled three
times, fetched and extracted; printed is how many became documents, and why the others did not. The names are led to
nginx by `[net.hosts]`, as in the sample newsroom, so nothing is asked of the domains themselves.
"""

import argparse
import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from statistics import mean
from urllib.parse import urlsplit

from sqlalchemy import select

from aggregator.articles.urls import canonical
from aggregator.clock import Clock
from aggregator.setting_sections import InstanceSettings, NetSettings
from aggregator.settings import Settings
from aggregator.sources.outlets import OutletSpec
from aggregator.store.instance import open_store
from aggregator.store.tables import Article, Attempt, Document
from benchmarks.extract import FULL, token_f1
from pipelines.batch import Instance, run_batch
from tests.long.nginx import free_port, nginx, statuses

NOW = datetime(2026, 11, 1, tzinfo=UTC)
STAGES = ("poll", "fetch", "extract")


@dataclass(frozen=True)
class StoredPage:
    """A page as the evaluation data has it. `gold` is its text, where that is known in full."""

    url: str
    html: Path
    gold: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


def served_at(url: str) -> str:
    """Host, path and query, as nginx knows a page by."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def main() -> None:
    """Serve, poll, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pages", type=int, default=60)
    given = parser.parse_args()
    pages = chosen(given.data, given.pages)
    with tempfile.TemporaryDirectory() as name, served(pages, Path(name)) as (instance, log):
        for hours in (0, 25, 50):
            instance.clock.move(NOW + timedelta(hours=hours))
            report = run_batch(instance, names=STAGES)
            asked = statuses(log)
            states = ", ".join(f"{state} {n}" for state, n in report.feeds.items())
            print(f"after {hours:2} h: feeds {states}; nginx answered {dict(sorted(asked.items()))}")
        tell(instance, pages)


def chosen(data: Path, count: int) -> list[StoredPage]:
    """Pages of news with a whole address, of the domains that have most of them first."""
    with gzip.open(data / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["is_news"] and _plain(row["url"] or "")]
    domains = Counter(urlsplit(row["url"]).hostname for row in rows)
    rows.sort(key=lambda row: (-domains[urlsplit(row["url"]).hostname], row["url"]))
    return [
        StoredPage(row["url"], data / row["html_file"], row["gold_body"] if row["gold_kind"] in FULL else "")
        for row in {row["url"]: row for row in rows}.values()
    ][:count]


def _plain(url: str) -> bool:
    """Whether nginx's map can hold the address, and it says where on its host the page is."""
    return url.startswith(("http://", "https://")) and url.isascii() and not set(url) & set("\"\\$;{} #'<>")


@contextmanager
def served(pages: Sequence[StoredPage], folder: Path) -> Iterator[tuple[Instance, Path]]:
    """nginx with the pages and feeds, and an instance that knows their outlets; and nginx's log."""
    root, port = folder / "root", free_port()
    root.mkdir()
    files: dict[str, str] = {}
    outlets = []
    for number, page in enumerate(pages):
        (root / f"{number}.html").write_bytes(gzip.decompress(page.html.read_bytes()))
        for address in {page.url, canonical(page.url)}:  # without its tracking parameters too
            files[served_at(address)] = f"/{number}.html"
    for number, host in enumerate(dict.fromkeys(page.host for page in pages)):
        mine = [page for page in pages if page.host == host]
        (root / f"{number}.rss").write_text(made_feed(host, mine))
        files[f"{host}/made-feed.rss"] = f"/{number}.rss"
        feed = {"url": f"http://{host}/made-feed.rss"}
        outlets.append(OutletSpec(key=f"o{number}", name=host, home=f"http://{host}/", feeds=(feed,)))
    hosts: Mapping[str, str] = {page.host: f"127.0.0.1:{port}" for page in pages}
    settings = Settings(instance=InstanceSettings(sample=True), net=NetSettings(hosts=dict(hosts), host_delay=0))
    clock = Clock(NOW)
    with nginx(root, folder / "nginx", port, files) as log:
        store = open_store(settings, folder / "data", clock, create=True)
        yield Instance(settings, store, clock, folder / "data", tuple(outlets)), log
        store.close()


def made_feed(host: str, pages: Sequence[StoredPage]) -> str:
    """A feed that names the pages and says no more of them."""
    items = "".join(f"<item><link>{escape(page.url)}</link></item>" for page in pages)
    return f'<rss version="2.0"><channel><title>{escape(host)}</title>{items}</channel></rss>'


def tell(instance: Instance, pages: Sequence[StoredPage]) -> None:
    """Print what became of the pages."""
    with instance.store.read() as session:
        articles = {article.id: article for article in session.scalars(select(Article))}
        documents = {row.article_id: row for row in session.scalars(select(Document).where(Document.current))}
        revisions = len(session.scalars(select(Document.article_id)).all())
        attempts = session.execute(select(Attempt.key, Attempt.stage, Attempt.reason).where(Attempt.reason != "")).all()
    print(f"{len(pages)} pages of {len({page.host for page in pages})} domains: {len(articles)} articles, ", end="")
    print(f"{len(documents)} documents in {revisions} revisions")
    gold = {canonical(page.url): page.gold for page in pages if page.gold}
    scores = [
        (token_f1(documents[key].text, gold[article.url]), article.url)
        for key, article in articles.items()
        if key in documents and documents[key].text and article.url in gold
    ]
    if scores:
        f1 = mean(score for score, _ in scores)
        print(f"token F1 of the {len(scores)} documents with text whose true text is known: {f1:.3f}; the worst:")
        print("".join(f"  {score:.2f} {url}\n" for score, url in sorted(scores)[:5]), end="")
    for kind, n in Counter(f"{row.kind}, {row.extent}, {row.rights}" for row in documents.values()).most_common():
        print(f"  {n:3} {kind}")
    for key, stage, reason in sorted(attempts, key=lambda row: (row[1], row[2])):
        print(f"  no document: {stage} {reason}: {articles[key].url if key in articles else key}")
    for key, article in articles.items():
        if article.withheld:
            print(f"  withheld: {article.withheld}: {article.url}")
        elif key not in documents and key not in {row[0] for row in attempts}:
            print(f"  no document and no reason: {article.url}")


if __name__ == "__main__":
    main()

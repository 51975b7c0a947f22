"""Fetch: articles' pages are read off the web, politely."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from aggregator.articles.hosts import host_name, load_hosts, save_hosts
from aggregator.clock import Clock
from aggregator.errors import ItemError, Rejected, Retryable
from aggregator.net import Failure, FetchReason, HostState, Reply, Request, fetch_all
from aggregator.settings import Settings
from aggregator.sources.domains import Domains
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.tables import Article, Response
from aggregator.store.upsert import upsert
from aggregator.text import one_line, sha256

RECIPE = "fetch/1"
#: how long the pages of one host may keep a batch busy
BATCH_SECONDS = 120
MOST_OF_A_HOST = 24

#: what another try cannot mend: the page is gone or forbidden, or its host plays tricks
_FINAL = {
    FetchReason.ADDRESS,
    FetchReason.REDIRECT,
    FetchReason.TOO_LARGE,
    FetchReason.ENCODING,
    FetchReason.GONE,
    FetchReason.HTTP_4XX,
}


@dataclass(frozen=True)
class Wanted:
    """An article whose page has not been read since its feed last changed what it says."""

    key: str
    input_sha: str
    url: str
    host: HostState | None


@dataclass(frozen=True)
class FetchedPage:
    """A page as it came off the wire."""

    article_id: str
    input_sha: str
    final_url: str
    content_type: str
    html: bytes


class Fetch(Stage[Wanted, FetchedPage]):
    """Articles become responses. Asking is not pure: what was learnt of hosts is kept until `save`."""

    name = "fetch"
    batch_size = 64
    lease = timedelta(minutes=30)

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.due_at = clock.now()
        self._learnt: tuple[HostState, ...] = ()

    def pending(self, session: Session, limit: int) -> Sequence[Wanted]:
        """Articles without a response to their present entry, the newest of each outlet in turn; of one host only so
        many at once that it does not hold up the batch."""
        answered = exists().where(
            Response.article_id == Article.id, Response.input_sha == Article.entry_sha, Response.recipe == RECIPE
        )
        turn = func.row_number().over(partition_by=Article.outlet_key, order_by=(Article.order_at.desc(), Article.id))
        query = (
            select(Article.id, Article.entry_sha, Article.url)
            .where(Article.withheld == "", Article.origin == "feed", ~answered)
            .where(leases.available(self.name, Article.id, Article.entry_sha, self.due_at))
            .order_by(turn, Article.order_at.desc(), Article.id)
            .limit(4 * limit)
        )
        rows = _spread(session.execute(query).all(), self.settings.net.host_delay)[:limit]
        hosts = load_hosts(session, [url for _, _, url in rows])
        return [Wanted(key, entry_sha, url, hosts.get(host_name(url))) for key, entry_sha, url in rows]

    def process(self, batch: Sequence[Wanted]) -> Sequence[FetchedPage | ItemError]:
        """Read all pages of the batch; a page that gave nothing is an error with the reason."""
        known = {item.host.host: item.host for item in batch if item.host}
        requests = [Request(item.url, "page") for item in batch]
        replies, self._learnt = fetch_all(requests, self.settings.net, self.clock, known)
        return [_result(item, reply) for item, reply in zip(batch, replies, strict=True)]

    def save(self, session: Session, results: Sequence[FetchedPage]) -> None:
        """Store the pages; an edited article's page replaces the older one, its documents stay."""
        now = self.clock.now()
        save_hosts(session, self._learnt)
        domains = Domains(session)
        mine = []
        for result in results:
            article = session.get_one(Article, result.article_id)
            owner = domains.owner(result.final_url)
            if owner not in (None, article.outlet_key):
                article.withheld = f"its address leads to a page of {owner}"
            else:
                mine.append(result)
        most = self.settings.extract.max_html_bytes
        upsert(session, Response, [_row(result, now, most) for result in mine])


def _spread(rows: Sequence[Any], delay: float) -> list[Any]:
    """Rows (…, url), without those that would keep one host busy for longer than a batch may take."""
    most = min(MOST_OF_A_HOST, int(BATCH_SECONDS / delay) or 1) if delay else MOST_OF_A_HOST
    taken: Counter[str] = Counter()
    kept = []
    for row in rows:
        host = host_name(row[2])
        taken[host] += 1
        if taken[host] <= most:
            kept.append(row)
    return kept


def _result(item: Wanted, reply: Reply | Failure) -> FetchedPage | ItemError:
    if isinstance(reply, Reply):
        content_type = one_line(reply.headers.get("content-type", ""), 200)
        return FetchedPage(item.key, item.input_sha, reply.final_url, content_type, reply.body)
    reason = f"http-{reply.status}" if reply.status >= 400 else reply.reason.value
    rejected = reply.reason in _FINAL or (reply.reason is FetchReason.ROBOTS and reply.retry_after is None)
    if rejected:
        return Rejected(reason, reply.detail)
    return Retryable(reason, reply.detail, reply.retry_after)


def _row(page: FetchedPage, now: datetime, most: int) -> dict[str, object]:
    return {
        "article_id": page.article_id,
        "input_sha": page.input_sha,
        "recipe": RECIPE,
        "final_url": page.final_url,
        "content_type": page.content_type,
        "html": page.html[:most],
        "html_sha": sha256(page.html),
        "fetched_at": now,
    }

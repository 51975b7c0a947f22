"""Fetch: articles' pages are read off the web, politely, and asked for again while their story is live."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Text, case, cast, exists, func, select
from sqlalchemy.orm import Session

from aggregator.articles.hosts import host_name, load_hosts, save_hosts
from aggregator.articles.landing import land
from aggregator.articles.listing import listed_by_its_own
from aggregator.articles.rechecks import is_wanted, recheck_wait
from aggregator.articles.replies import FetchedPage, Rechecked, Wanted, read_reply
from aggregator.articles.reserved import reserve
from aggregator.clock import Clock
from aggregator.errors import ItemError, Retryable
from aggregator.net import Failure, HostState, Reply, Request, fetch_all
from aggregator.net.robots import Rules, product_token
from aggregator.settings import Settings
from aggregator.sources.domains import Domains
from aggregator.stage import Stage
from aggregator.store import leases
from aggregator.store.tables import Article, Outlet, Response
from aggregator.store.upsert import upsert
from aggregator.types import Rights

log = structlog.get_logger()

RECIPE = "fetch/1"
#: how long the pages of one host may keep a batch busy
BATCH_SECONDS = 120
MOST_OF_A_HOST = 24
#: the share of a claim that rechecks may take
RECHECK_SHARE = 4


class Fetch(Stage[Wanted, FetchedPage | Rechecked]):
    """Articles become responses. Asking is not pure: what was learnt of hosts is kept until `save`."""

    name = "fetch"
    batch_size = 64
    lease = timedelta(minutes=30)

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.due_at = clock.now()
        self._learnt: tuple[HostState, ...] = ()

    def pending(self, session: Session, limit: int) -> Sequence[Wanted]:
        """Articles without a response to their present entry, the newest of each outlet in turn, then rechecks that are
        due; of one host only so many at once that it does not hold up the batch."""
        rows = [*self._unread(session, 4 * limit), *self._due(session, max(1, limit // RECHECK_SHARE))]
        rows = _spread(rows, self.settings.net.host_delay)[:limit]
        hosts = load_hosts(session, [row.url for row in rows])
        rows = _spread(rows, self.settings.net.host_delay, {name: self._delay(state) for name, state in hosts.items()})
        full = self._full_outlets(session) if rows else set()
        return [self._wanted(row, hosts.get(host_name(row.url)), _purse(row) in full) for row in rows]

    def _delay(self, host: HostState) -> float:
        """The seconds between two requests that a host has asked for, or taught us, as far as we obey."""
        asked = Rules(host.robots, product_token(self.settings.net.user_agent)).delay
        return max(min(asked, self.settings.net.max_crawl_delay), host.learnt_delay)

    def _wanted(self, row: Any, host: HostState | None, over_budget: bool) -> Wanted:
        known = row.rights is not None and row.rights != Rights.METADATA.value
        return Wanted(
            key=row.id,
            input_sha=row.input_sha,
            entry_sha=row.entry_sha,
            url=row.url,
            host=host,
            outlet=row.outlet_key,
            recheck=row.rights is not None,
            html_sha=row.html_sha if known else "",
            etag=row.etag if known else "",
            last_modified=row.last_modified if known else "",
            tdm_basis=row.tdm_basis,
            over_budget=over_budget,
        )

    def _unread(self, session: Session, limit: int) -> Sequence[Any]:
        own = listed_by_its_own().label("own")
        # outlets that nobody lists take one turn together, for a feed can name as many of them as it likes
        lane = case((Outlet.listed, Article.outlet_key), else_="")
        order = (own.element.desc(), Article.order_at.desc(), Article.id)
        turn = func.row_number().over(partition_by=lane, order_by=order)
        nothing = [func.nullif("", "").label(name) for name in ("rights", "html_sha", "etag", "last_modified")]
        query = (
            select(Article.id, Article.entry_sha, Article.entry_sha.label("input_sha"), Article.url)
            .add_columns(Article.outlet_key, Outlet.tdm_basis, Outlet.listed, own, *nothing)
            .select_from(Article)
            .join(Outlet, Outlet.key == Article.outlet_key)
            .where(Article.withheld == "", Article.origin == "feed", ~_answered())
            .where(leases.available(self.name, Article.id, Article.entry_sha, self.due_at))
            .order_by(turn, Article.order_at.desc(), Article.id)
            .limit(limit)
        )
        return session.execute(query).all()

    def _due(self, session: Session, limit: int) -> Sequence[Any]:
        """Articles whose recheck has come, the longest due first. Each recheck is an input of its own."""
        number = (Article.entry_sha + ":" + cast(Article.rechecks, Text)).label("input_sha")
        window = timedelta(days=self.settings.cluster.window_days)
        query = (
            select(Article.id, Article.entry_sha, number, Article.url, Article.outlet_key, Outlet.tdm_basis)
            .add_columns(Response.rights, Response.html_sha, Response.etag, Response.last_modified)
            .add_columns(Outlet.listed, listed_by_its_own().label("own"))
            .join(Outlet, Outlet.key == Article.outlet_key)
            .join(Response, Response.article_id == Article.id)
            .where(Article.recheck_at <= self.due_at, Article.withheld == "", Article.origin == "feed", _answered())
            .where(is_wanted(self.due_at, window))
            .where(leases.available(self.name, Article.id, number, self.due_at))
            .order_by(Article.recheck_at, Article.id)
            .limit(limit)
        )
        return session.execute(query).all() if self.settings.fetch.recheck_hours else []

    def _full_outlets(self, session: Session) -> set[tuple[str, bool]]:
        """The outlets that have stored as much since midnight (UTC) as one may a day; what only other outlets' feeds
        list is counted apart, so that they cannot use up an outlet's share."""
        purse = case((Outlet.listed, Article.outlet_key), else_="").label("outlet_key")
        pages = (
            select(purse, listed_by_its_own().label("own"), Outlet.listed, func.length(Response.html).label("size"))
            .select_from(Article)
            .join(Response, Response.article_id == Article.id)
            .join(Outlet, Outlet.key == Article.outlet_key)
            .where(Response.fetched_at >= _midnight(self.due_at))
            .subquery()
        )
        query = (
            select(pages.c.outlet_key, pages.c.own, pages.c.listed)
            .group_by(pages.c.outlet_key, pages.c.own, pages.c.listed)
            .having(func.sum(pages.c.size) >= int(self.settings.fetch.outlet_mb_per_day * 1_000_000))
        )
        return {_purse(row) for row in session.execute(query)}

    def process(self, batch: Sequence[Wanted]) -> Sequence[FetchedPage | Rechecked | ItemError]:
        """Read all pages of the batch; a page that gave nothing is an error with the reason."""
        known = {item.host.host: item.host for item in batch if item.host}
        asked = [item for item in batch if not item.over_budget]
        requests = [Request(i.url, "page", i.etag, i.last_modified, tdm_basis=i.tdm_basis) for i in asked]
        most = self.settings.extract.max_html_bytes

        def read(number: int, reply: Reply | Failure) -> FetchedPage | Rechecked | ItemError:
            return read_reply(asked[number], reply, most)

        answers, self._learnt = fetch_all(requests, self.settings.net, self.clock, known, take=read)
        found = {item.key: answer for item, answer in zip(asked, answers, strict=True)}
        return [found[item.key] if item.key in found else self._put_off(item) for item in batch]

    def _put_off(self, item: Wanted) -> Rechecked | ItemError:
        until = _midnight(self.due_at) + timedelta(days=1) - self.due_at
        if item.recheck:
            return Rechecked(item.key, after=until, counted=False)
        most = f"{self.settings.fetch.outlet_mb_per_day:g} MB"
        return Retryable("disk-budget", f"{item.outlet} has stored {most} of pages today", until, counted=False)

    def save(self, session: Session, results: Sequence[FetchedPage | Rechecked]) -> None:
        """Store the pages; an edited article's page replaces the older one, its documents stay."""
        now = self.clock.now()
        save_hosts(session, self._learnt)
        domains = Domains(session)
        mine = []
        for result in results:
            article = session.get_one(Article, result.article_id)
            if isinstance(result, FetchedPage) and result.recheck:
                strange = domains.owner(result.final_url) not in (None, article.outlet_key)
                result = Rechecked(article.id, gone=True) if strange else result
            if isinstance(result, Rechecked):
                self._checked(article, result, now)
            elif result.recheck or land(session, domains, article, result.final_url):
                mine.append(result)
                article.gone_at = None
                self._plan(article, now, again=result.recheck)
        upsert(session, Response, [self._row(session, result, now) for result in mine])

    def _row(self, session: Session, page: FetchedPage, now: datetime) -> dict[str, object]:
        """A page's response; of an article whose text may not be kept, without the page."""
        article = session.get_one(Article, page.article_id)
        rights = (page.rights.value, article.rights, session.get_one(Outlet, article.outlet_key).rights)
        reserved = Rights.METADATA.value in rights
        if reserved:
            reserve(session, article, page.rights, page.rights_basis, input_sha=page.html_sha, now=now)
        return {
            "article_id": page.article_id,
            "input_sha": page.input_sha,
            "recipe": RECIPE,
            "final_url": page.final_url,
            "content_type": page.content_type,
            "html": None if reserved else page.html,
            "html_sha": page.html_sha,
            "fetched_at": now,
            "etag": page.etag,
            "last_modified": page.last_modified,
            "rights": page.rights.value,
            "rights_basis": page.rights_basis,
        }

    def _checked(self, article: Article, result: Rechecked, now: datetime) -> None:
        if not result.counted and result.after:
            article.recheck_at = now + result.after
            return
        self._plan(article, now, again=True, after=result.after)
        if result.gone:
            log.info("page-gone", article=article.id, url=article.url)
            article.gone_at = article.gone_at or now
        elif result.after is None:
            article.gone_at = None

    def _plan(self, article: Article, now: datetime, *, again: bool, after: timedelta | None = None) -> None:
        """When the page is asked for next, not before `after` where nobody answered."""
        article.rechecks += again
        wait = recheck_wait(self.settings.fetch.recheck_hours, article.rechecks)
        article.recheck_at = now + max(wait, after or wait) if wait else None


def _answered() -> ColumnElement[bool]:
    mine = (Response.article_id == Article.id, Response.input_sha == Article.entry_sha, Response.recipe == RECIPE)
    return exists().where(*mine).correlate(Article)


def _purse(row: Any) -> tuple[str, bool]:
    """Whose share of the day a row's page is taken from; outlets that nobody lists share one."""
    return (row.outlet_key, bool(row.own)) if row.listed else ("", False)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def _spread(rows: Sequence[Any], usual: float, delays: Mapping[str, float] = MappingProxyType({})) -> list[Any]:
    """Rows with a `url`, without those that would keep one host busy for longer than a batch may take."""
    taken: Counter[str] = Counter()
    kept = []
    for row in rows:
        host = host_name(row.url)
        taken[host] += 1
        delay = max(usual, delays.get(host, 0.0)) if usual else 0.0
        most = min(MOST_OF_A_HOST, int(BATCH_SECONDS / delay) or 1) if delay else MOST_OF_A_HOST
        if taken[host] <= most:
            kept.append(row)
    return kept

"""What a server's answer means for the article that was asked for: a page, nothing new, or the reason for none."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from aggregator.articles.landing import leads_to_front_page
from aggregator.errors import ItemError, Rejected, Retryable
from aggregator.net import Failure, FetchReason, HostState, Reply
from aggregator.text import one_line, sha256
from aggregator.types import Rights

log = structlog.get_logger()

#: what another try cannot mend: the page is gone or forbidden, or its host plays tricks
_FINAL = {
    FetchReason.ADDRESS,
    FetchReason.REDIRECT,
    FetchReason.TOO_LARGE,
    FetchReason.ENCODING,
    FetchReason.GONE,
    FetchReason.HTTP_4XX,
    FetchReason.NOT_TEXT,
    FetchReason.BLOCKED,
}
#: walls that may be down tomorrow; knocking every few minutes opens none
_WALLS = {FetchReason.LOGIN, FetchReason.CHALLENGE, FetchReason.CONSENT}
_WALL_WAIT = timedelta(hours=6)
_OUTAGE_WAIT = timedelta(minutes=10)


@dataclass(frozen=True)
class Wanted:
    """An article whose page has not been read since its feed last changed what it says, or is due for a recheck.

    Of a recheck `input_sha` names its number too; `html_sha` is the hash of the page as it was read last, and the
    validators are what came with it: both empty where the text was reserved, since it may be free now. `over_budget`:
    its outlet has stored its share of today.
    """

    key: str
    input_sha: str
    entry_sha: str
    url: str
    host: HostState | None
    outlet: str = ""
    recheck: bool = False
    html_sha: str = ""
    etag: str = ""
    last_modified: str = ""
    tdm_basis: str = ""
    over_budget: bool = False


@dataclass(frozen=True)
class FetchedPage:
    """A page as it came off the wire, its body cut to what is read of it; without one where rights forbid it."""

    article_id: str
    input_sha: str
    final_url: str
    content_type: str
    html: bytes | None
    html_sha: str
    etag: str = ""
    last_modified: str = ""
    rights: Rights = Rights.FULL
    rights_basis: str = ""
    recheck: bool = False


@dataclass(frozen=True)
class Rechecked:
    """A recheck that brought no other page: it is as it was, it is gone, or nobody answered.

    One for which nobody was asked (`counted` is false) is made up for after `after`.
    """

    article_id: str
    gone: bool = False
    after: timedelta | None = None
    counted: bool = True


def read_reply(item: Wanted, reply: Reply | Failure, most: int) -> FetchedPage | Rechecked | ItemError:
    """What came of asking for `item`: its page (of at most `most` bytes), nothing new, or the reason why there is none.

    A recheck is never an error: what was read before stays, whatever the server says now.
    """
    found = _page(item, reply, most) if isinstance(reply, Reply) else _error(reply)
    if item.recheck and isinstance(found, ItemError):
        gone = found.reason in ("http-404", "http-410", FetchReason.GONE.value, "front-page")
        log.info("recheck-failed", article=item.key, reason=found.reason, detail=one_line(found.detail, 200))
        after = (found.after if isinstance(found, Retryable) else None) or timedelta()
        counted = not isinstance(found, Retryable) or found.counted or not after
        return Rechecked(item.key, gone, None if gone else after, counted)
    return found


def _page(item: Wanted, reply: Reply, most: int) -> FetchedPage | Rechecked | ItemError:
    bare = reply.status in (204, 304) or not reply.body
    sha = item.html_sha if bare else sha256(reply.body)
    reserved = reply.rights is Rights.METADATA
    if item.recheck and (bare or sha == item.html_sha) and not reserved:
        return Rechecked(item.key)
    if bare and not item.recheck:
        return Retryable("empty-reply", f"status {reply.status} without a body")
    if leads_to_front_page(item.url, reply.final_url):
        return Rejected("front-page", f"its address leads to {one_line(reply.final_url, 200)}")
    return FetchedPage(
        article_id=item.key,
        input_sha=item.entry_sha,
        final_url=reply.final_url,
        content_type=one_line(reply.headers.get("content-type", ""), 200),
        html=None if reserved else reply.body[:most],
        html_sha=sha,
        etag=reply.headers.get("etag", "")[:1000],
        last_modified=reply.headers.get("last-modified", "")[:200],
        rights=reply.rights,
        rights_basis=one_line(reply.rights_basis, 300),
        recheck=item.recheck,
    )


def _error(reply: Failure) -> ItemError:
    reason = f"http-{reply.status}" if reply.status >= 400 else reply.reason.value
    if reply.reason is FetchReason.OUTAGE:
        return Retryable(reason, reply.detail, reply.retry_after or _OUTAGE_WAIT, counted=False)
    if reply.reason in _WALLS:
        wait = max(reply.retry_after or _WALL_WAIT, _WALL_WAIT)
        return Retryable(reply.reason.value, reply.detail, wait, counted=reply.asked)
    if reply.reason in _FINAL or (reply.reason is FetchReason.ROBOTS and reply.retry_after is None):
        return Rejected(reason, reply.detail)
    return Retryable(reason, reply.detail, reply.retry_after, counted=reply.asked)

"""What an answer or a failure says of a feed: its state, how much a failure counts, and where the feed has moved.

Pure rules on plain values; `poll` keeps the books.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.articles.next_check import DAY, GONE_PROBE
from aggregator.articles.urls import is_front_page
from aggregator.net import Failure, FetchReason
from aggregator.sources.markup import decode
from aggregator.text import one_line, sha256
from aggregator.types import FeedState

#: what a failure counts, in quarters of one that the server means
HARD, SOFT, TEMPORARY, NOBODY = 4, 2, 1, 0
#: statuses at which the next try goes with as few headers as possible
PLAIN_NEXT = frozenset({400, 405, 406})
#: statuses that say "nothing to tell", and how often in a row that is believed
BLANK, BLANKS_BELIEVED = frozenset({204, 205}), 2
#: a feed's whole body is asked for so often, whatever its validators say
WHOLE_EVERY = timedelta(days=7)
#: so many times caught out, a feed's validators are no longer sent
DISTRUSTED = 3
#: a move is believed after so long and so many sightings; a death (410) after as long as the second
MOVE_AFTER, MOVE_SEEN = timedelta(days=7), 3
GONE_AFTER = timedelta(hours=24)

_STATES = {
    FetchReason.DNS: FeedState.DNS,
    FetchReason.DNS_TEMPORARY: FeedState.DNS,
    FetchReason.UNREACHABLE: FeedState.UNREACHABLE,
    FetchReason.TIMEOUT: FeedState.TIMEOUT,
    FetchReason.TLS: FeedState.TLS,
    FetchReason.ADDRESS: FeedState.FORBIDDEN,
    FetchReason.BLOCKED: FeedState.FORBIDDEN,
    FetchReason.REDIRECT: FeedState.REDIRECT,
    FetchReason.TOO_LARGE: FeedState.TOO_LARGE,
    FetchReason.ROBOTS: FeedState.ROBOTS,
    FetchReason.HTTP_4XX: FeedState.HTTP_4XX,
    FetchReason.HTTP_5XX: FeedState.HTTP_5XX,
    FetchReason.GONE: FeedState.GONE,
    FetchReason.LOGIN: FeedState.LOGIN,
    FetchReason.CHALLENGE: FeedState.CHALLENGE,
    FetchReason.CONSENT: FeedState.CONSENT,
    FetchReason.NOT_TEXT: FeedState.NOT_A_FEED,
    FetchReason.OUTAGE: FeedState.OUTAGE,
}
_HARD_REASONS = frozenset({FetchReason.GONE, FetchReason.LOGIN, FetchReason.CHALLENGE, FetchReason.ADDRESS})
_TEMPORARY_REASONS = frozenset({FetchReason.DNS_TEMPORARY, FetchReason.RATE_LIMITED})
#: of the 4xx, these come back by themselves (404) or are about time
_SOFT_4XX = frozenset({404, 408, 425})
#: what changes in a feed's head although nothing else does, and comments, where caches note the time
_BUILT = re.compile(
    r"<(lastBuildDate|pubDate|generator|ttl|(?:atom:|a10:)?updated|dc:date)(?=[\s>])[^<>]{0,200}>[^<>]{0,200}</\1\s*>",
    re.IGNORECASE,
)
_ITEM = re.compile(r"<(?:[\w-]{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure means: the feed's state, how much it counts (in quarters), and how long to stay away at least."""

    state: FeedState
    quarters: int
    at_least: timedelta = timedelta()


def judge(failure: Failure) -> Verdict:
    """The verdict on a request that gave nothing to use; 410 and its muting are `gone`'s."""
    state = _STATES.get(failure.reason) or _state_of_status(failure.status)
    wait = failure.retry_after or timedelta()
    if failure.reason is FetchReason.OUTAGE:
        return Verdict(state, NOBODY)
    if failure.reason in _TEMPORARY_REASONS:
        return Verdict(state, TEMPORARY, wait)
    refused = failure.reason is FetchReason.ROBOTS and failure.retry_after is None
    if refused or failure.reason in (FetchReason.LOGIN, FetchReason.BLOCKED):
        return Verdict(state, HARD if failure.reason is FetchReason.LOGIN else SOFT, DAY)
    hard = failure.reason in _HARD_REASONS or (
        failure.reason is FetchReason.HTTP_4XX and failure.status not in _SOFT_4XX
    )
    return Verdict(state, HARD if hard else SOFT, wait)


def _state_of_status(status: int) -> FeedState:
    """A failure without a state of its own: 429 and 503 with Retry-After, broken bodies, broken protocol."""
    if status >= 400:
        return FeedState.HTTP_5XX if status >= 500 else FeedState.HTTP_4XX
    return FeedState.UNREACHABLE


@dataclass(frozen=True, slots=True)
class Gone:
    """Since when a feed says that it is gone, whether that is believed, and for how long it is left alone."""

    since: datetime
    muted: bool
    at_least: timedelta


def gone(since: datetime | None, muted: bool, now: datetime) -> Gone:
    """After another 410 at `now`: believed when the first was a day ago, and then asked once a week."""
    first = min(since or now, now)
    believed = muted or now - first >= GONE_AFTER
    return Gone(first, believed, GONE_PROBE if believed else DAY)


def settled(
    found: FeedState, before: FeedState, news_at: datetime | None, now: datetime, stale_days: float
) -> FeedState:
    """The state of a feed that answered: unchanged, it stays empty or undated; long without news, it is stale."""
    state = before if found is FeedState.UNCHANGED and before in (FeedState.EMPTY, FeedState.UNDATED) else found
    quiet = news_at is not None and now - news_at > timedelta(days=stale_days)
    return FeedState.STALE if quiet and state in (FeedState.OK, FeedState.UNCHANGED) else state


def body_hash(body: bytes, content_type: str = "") -> str:
    """The hash of what a feed's body says, without the time at which it was built."""
    text = decode(body, content_type)
    if text.lstrip()[:1] in ("{", "["):
        return sha256(body)
    first = _ITEM.search(text)
    head = text[: first.start()] if first else text
    return sha256(_BUILT.sub("", _without_comments(head)) + _without_comments(text[len(head) :]))


def _without_comments(text: str) -> str:
    pieces, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces.append(text[at:start])
        at = end + 3
    return "".join(pieces) + text[at:]


def lied(validators: tuple[str, str], before: tuple[str, str], changed: bool) -> bool:
    """Whether a changed body came with the very validators (ETag, Last-Modified) of the body before."""
    return changed and any(validators) and validators == before


@dataclass(frozen=True, slots=True)
class Move:
    """Where permanent redirects lead, since when and how often seen; `astray` says why they are not believed."""

    to: str = ""
    since: datetime | None = None
    seen: int = 0
    believed: bool = False
    astray: str = ""


def moved(before: Move, asked: str, permanent: str, *, stranger: str, now: datetime) -> Move:
    """The move of a feed after a valid answer. `permanent` is where only permanent redirects (301, 308) led to, if so.

    A temporary redirect or none ends what was noted. `stranger` says whose address it is, if it is another feed's or
    another outlet's. From http to https on the same host is believed at once, all else after a week and three times.
    """
    if not permanent or permanent == asked:
        return Move()
    to = urlsplit(permanent)
    if is_front_page(permanent):
        return Move(astray=f"it is redirected for good to a front page, {one_line(permanent, 200)}")
    if stranger:
        return Move(astray=f"it is redirected for good to {one_line(permanent, 200)}, which is {stranger}")
    known = before.to == permanent
    since, seen = (before.since or now, before.seen + 1) if known else (now, 1)
    old = urlsplit(asked)
    secured = (old.scheme, to.scheme) == ("http", "https") and old.hostname == to.hostname
    secured = secured and (old.path, old.query) == (to.path, to.query)
    return Move(permanent, since, seen, secured or (now - since >= MOVE_AFTER and seen >= MOVE_SEEN))

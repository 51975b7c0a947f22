"""What goes into a fetch and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from aggregator.errors import ItemError
from aggregator.text import one_line
from aggregator.types import Rights

Kind = Literal["feed", "page"]


class FetchReason(StrEnum):
    """Why a fetch failed: the short words that are stored and counted."""

    DNS = "dns"
    DNS_TEMPORARY = "dns-temporary"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    ADDRESS = "address"
    REDIRECT = "redirect"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    ENCODING = "encoding"
    PROTOCOL = "protocol"
    ROBOTS = "robots"
    HTTP_4XX = "http-4xx"
    HTTP_5XX = "http-5xx"
    GONE = "gone"
    RATE_LIMITED = "rate-limited"
    LOGIN = "login"
    CHALLENGE = "challenge"
    CONSENT = "consent"
    NOT_TEXT = "not-text"
    BLOCKED = "blocked"
    #: our own resolver or line is down: nobody's failure
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Request:
    """A URL to be asked for, with the validators of its last answer, sent back byte for byte.

    `plain` asks with as few headers as possible. `robots_basis` is what the operator recorded as permission to ask
    although robots.txt forbids this very URL; `tdm_basis` the same for reservations of text and data mining.
    """

    url: str
    kind: Kind
    etag: str = ""
    last_modified: str = ""
    plain: bool = False
    robots_basis: str = ""
    tdm_basis: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that can be used: status 200 with a body, 304 without, or (feeds only) 204: nothing at present.

    `headers` have lower-case names; `body` is free of content-encoding; `permanent_url` is set only if the request was
    redirected and every hop was permanent (301 or 308). `rights` is what headers and the host's own statements leave
    us of the body, `rights_basis` the statement that says so; `wire_bytes` counts the body before inflating, `seconds`
    the time without waiting for a turn.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    #: not in the repr: asyncio forms that of a task's result, four characters a byte
    body: bytes = field(default=b"", repr=False)
    permanent_url: str = ""
    rights: Rights = Rights.FULL
    rights_basis: str = ""
    wire_bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that gave nothing to use. `detail` is for people and holds no credentials.

    `host` is the one that it failed at (behind redirects another than that of the URL), empty if none was asked. It was
    not `asked` for what was wanted if it is to be left alone for now.
    """

    url: str
    reason: FetchReason
    detail: str = ""
    status: int = 0
    retry_after: timedelta | None = None
    host: str = ""
    asked: bool = True


@dataclass(frozen=True, slots=True)
class HostState:
    """What is remembered of a host between fetchers. `host` has its port unless that is 80 or 443.

    `robots_status` is the HTTP status of robots.txt, 0 where it gave no answer; times are in UTC.
    """

    host: str
    robots: str = field(default="", repr=False)
    robots_status: int = 0
    robots_at: datetime | None = None
    next_free_at: datetime | None = None
    down_until: datetime | None = None
    #: since when robots.txt gives no answer
    robots_failing_since: datetime | None = None
    #: /.well-known/tdmrep.json as answered, and when
    tdm: str = field(default="", repr=False)
    tdm_at: datetime | None = None
    #: failures in a row that speak of the host itself: refusals, 429, 5xx
    strikes: int = 0
    #: seconds between two starts that this host has taught us
    learnt_delay: float = 0.0
    #: why it is left alone until `down_until`
    down_reason: str = ""
    #: hosts that redirects from this one led to, the latest last
    leads_to: tuple[str, ...] = ()
    #: whether the fetcher that hands it back was given what was known of the host: else it adds to that, and replaces
    #: nothing (a redirect led there)
    was_known: bool = True
    #: what is known of those hosts and of the service that this one belongs to: given to a fetcher, never handed back
    beyond: tuple["HostState", ...] = field(default=(), repr=False, compare=False)


class FetchFailed(ItemError):
    """Inside this package only: a fetch ends here and becomes a `Failure`."""

    def __init__(
        self, reason: FetchReason, detail: str = "", *, status: int = 0, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(reason, one_line(detail, 200))
        self.why, self.status, self.retry_after = reason, status, retry_after

    def as_failure(self, url: str, host: str) -> Failure:
        """The value that the caller of `fetch` gets."""
        asked = not isinstance(self, LeftAlone)
        return Failure(url, self.why, self.detail, self.status, self.retry_after, host, asked)


class ConnectFailed(FetchFailed):
    """No TCP connection could be made: the next address is tried, then the host counts as down."""


class LeftAlone(FetchFailed):
    """The host was not asked: it is down, wants to be left alone, or does not say what it allows."""

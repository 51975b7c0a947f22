"""What goes into a fetch and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from aggregator.errors import ItemError
from aggregator.text import one_line

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


@dataclass(frozen=True, slots=True)
class Request:
    """A URL to be asked for, with the validators of its last answer, sent back byte for byte."""

    url: str
    kind: Kind
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that can be used: status 200 with a body, or 304 without.

    `headers` have lower-case names; `body` is free of content-encoding; `permanent_url` is set only if the request was
    redirected and every hop was permanent (301 or 308).
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    permanent_url: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that gave nothing to use. `detail` is for people and holds no credentials."""

    url: str
    reason: FetchReason
    detail: str = ""
    status: int = 0
    retry_after: timedelta | None = None


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


class FetchFailed(ItemError):
    """Inside this package only: a fetch ends here and becomes a `Failure`."""

    def __init__(
        self, reason: FetchReason, detail: str = "", *, status: int = 0, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(reason, one_line(detail, 200))
        self.why, self.status, self.retry_after = reason, status, retry_after

    def as_failure(self, url: str) -> Failure:
        """The value that the caller of `fetch` gets."""
        return Failure(url, self.why, self.detail, self.status, self.retry_after)


class ConnectFailed(FetchFailed):
    """No TCP connection could be made: the next address is tried, then the host counts as down."""

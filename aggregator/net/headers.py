"""Headers that need reading: Retry-After, cookies within one chain of redirects, and what a status means."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from aggregator.net.urls import Parts
from aggregator.net.values import FetchFailed, FetchReason

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
_HTTP_80 = re.compile(r"^http://([^/?]*?)(?::80)?(?=[/?]|$)", re.IGNORECASE)
_DAY = timedelta(hours=24)
_MAX_COOKIES, _MAX_COOKIE = 50, 4096


def retry_after(value: str, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for, in seconds or as a date, within 0 to 24 h; None if unreadable."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return min(timedelta(seconds=int(value[:9])), _DAY)
    try:
        moment = parsedate_to_datetime(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return min(max(moment - now, timedelta()), _DAY)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def status_failure(status: int, headers: Mapping[str, str], now: datetime) -> FetchFailed:
    """What any status but 200, 304 and the redirects comes to. Whether an error is a challenge is not told here."""
    wait = retry_after(headers["retry-after"], now) if "retry-after" in headers else None
    detail = f"HTTP {status}"
    if status == 410:
        return FetchFailed(FetchReason.GONE, detail, status=status)
    if status == 429 or (status == 503 and wait is not None):
        return FetchFailed(FetchReason.RATE_LIMITED, detail, status=status, retry_after=wait)
    if status in (401, 402, 407):
        return FetchFailed(FetchReason.LOGIN, f"{detail}, only for those who sign in or pay", status=status)
    if status == 451:
        return FetchFailed(FetchReason.HTTP_4XX, f"{detail}, withheld for legal reasons", status=status)
    if 400 <= status < 500:
        return FetchFailed(FetchReason.HTTP_4XX, detail, status=status, retry_after=wait)
    if 500 <= status < 600:
        return FetchFailed(FetchReason.HTTP_5XX, detail, status=status, retry_after=wait)
    return FetchFailed(FetchReason.PROTOCOL, f"{detail} is no answer to a plain request", status=status)


def next_hop(current: Parts, location: str) -> tuple[str, bool]:
    """Where a redirect leads, and whether its step from https down to http was lifted back to https.

    Raises FetchFailed(redirect) when Location is missing or no URL.
    """
    location = location.strip()
    if not location:
        raise FetchFailed(FetchReason.REDIRECT, "a redirect without Location")
    try:
        url = urljoin(current.url, location).partition("#")[0]
    except ValueError:
        raise FetchFailed(FetchReason.REDIRECT, "a redirect to something that is not a URL") from None
    if current.scheme == "https" and url[:5].lower() == "http:":
        return _HTTP_80.sub(r"https://\1", url), True
    return url, False


class Cookies:
    """Cookies set and sent within one chain of redirects; paywalls bounce readers until they come back with one.

    A reduced RFC 6265: path and expiry are ignored, for a chain is over in seconds.
    """

    def __init__(self) -> None:
        self._jar: dict[tuple[str, bool, str], tuple[str, bool]] = {}

    def take(self, host: str, headers: Iterable[str]) -> None:
        """Remember the Set-Cookie headers that `host` sent."""
        for header in headers:
            pair, *attributes = header.split(";")
            name, equals, value = (part.strip() for part in pair.partition("="))
            if not equals or not name or len(pair) > _MAX_COOKIE or not pair.isascii() or not pair.isprintable():
                continue
            given = {key.strip().lower(): val.strip().lower() for key, _, val in (a.partition("=") for a in attributes)}
            domain = given.get("domain", "").removeprefix(".")
            if domain and ("." not in domain or not f".{host}".endswith(f".{domain}")):
                continue
            if len(self._jar) < _MAX_COOKIES:
                self._jar[domain or host, bool(domain), name] = value, "secure" in given

    def header(self, parts: Parts) -> str:
        """The Cookie header for a request, or nothing."""
        return "; ".join(
            f"{name}={value}"
            for (domain, wide, name), (value, secure) in self._jar.items()
            if (parts.host == domain or (wide and parts.host.endswith(f".{domain}")))
            and (parts.scheme == "https" or not secure)
        )

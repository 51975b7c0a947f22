"""What all feed formats share: an entry's limits, its link, and which entries of a long feed are kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from aggregator.sources.markup import plain
from aggregator.sources.updates import NOTHING_SAID, Updates
from aggregator.text import clean, one_line
from aggregator.types import Entry

MAX_TITLE, MAX_SUMMARY, MAX_CONTENT, MAX_GUID, MAX_URL = 512, 4_000, 500_000, 1_024, 2_048
MAX_AUTHORS, MAX_CATEGORIES = 20, 30
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An item as its feed says it: texts may be HTML, `links` are the places its address may stand, best first.

    `enclosures` are files that belong to it, such as a recording: its address if nothing else is.
    """

    links: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    title: str = ""
    guid: str = ""
    summary: str = ""
    content_html: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str = ""
    categories: tuple[str, ...] = ()
    published_raw: str = ""


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A feed as it says it; `base` is what its relative links are relative to, `site` the address of its site, if any.

    `left_out` counts entries beyond the newest that are kept; `partial` says that the document breaks off.
    """

    format: str
    base: str
    title: str = ""
    site: str = ""
    language: str = ""
    entries: tuple[RawEntry, ...] = ()
    ttl_minutes: int | None = None
    left_out: int = 0
    updates: Updates = NOTHING_SAID
    partial: bool = False


def finished(raw: RawEntry, base: str) -> Entry:
    """The entry within all limits, in plain text, with an absolute http(s) URL; `url` is empty if it has none."""
    summary = one_line(plain(raw.summary, MAX_SUMMARY), MAX_SUMMARY)
    return Entry(
        url=entry_url((*raw.links, raw.guid if "://" in raw.guid else "", *raw.enclosures), base),
        # an entry without a title goes by how it begins
        title=one_line(plain(raw.title, MAX_TITLE), MAX_TITLE) or one_line(summary, 80),
        guid=one_line(raw.guid, MAX_GUID),
        summary=summary,
        content_html=clean(raw.content_html[:MAX_CONTENT]),
        authors=_distinct(raw.authors, MAX_AUTHORS),
        published_at=raw.published_at,
        updated_at=raw.updated_at,
        language=one_line(raw.language, 35),
        categories=_distinct(raw.categories, MAX_CATEGORIES),
        published_raw=one_line(raw.published_raw, 100),
        summary_html=clean(raw.summary[:MAX_CONTENT]) if "<" in raw.summary else "",
    )


def _distinct(names: Iterable[str], limit: int) -> tuple[str, ...]:
    found = (one_line(plain(name, 200), 200) for name in names)
    return tuple(dict.fromkeys(name for name in found if name))[:limit]


def entry_url(links: Iterable[str], base: str) -> str:
    """The first link that is, relative to `base`, an http(s) URL of usable length; empty if none is.

    A mere `#fragment` is no address of its own, and one with a user name or password is nobody's to keep.
    """
    for link in links:
        link = clean(link[: 2 * MAX_URL]).replace("\n", "").strip().replace(" ", "%20")
        try:
            url = urljoin(base, link) if link and not link.startswith("#") else ""
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and host and "@" not in parts.netloc and len(url) <= MAX_URL:
            return url
    return ""


def newest(entries: Sequence[RawEntry], limit: int) -> tuple[RawEntry, ...]:
    """The newest `limit` entries in the order given; undated ones count as oldest, the first as newer than the last."""
    if len(entries) <= limit:
        return tuple(entries)
    dates = [entry.published_at or entry.updated_at for entry in entries]
    return tuple(entries[n] for n in newest_places(dates, limit))


def newest_places(dates: Sequence[datetime | None], limit: int) -> list[int]:
    """The places of the newest `limit` of `dates`, in ascending order."""
    by_age = sorted(range(len(dates)), key=lambda n: dates[n] or _LONG_AGO, reverse=True)
    return sorted(by_age[:limit])

"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read leniently: a value of the wrong type counts as missing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aggregator.errors import Rejected
from aggregator.sources.dates import parse_date
from aggregator.sources.entries import RawEntry, RawFeed, entry_url, newest


def parse_json_feed(text: str, url: str, max_entries: int) -> RawFeed:
    """`text` as a feed. Raises Rejected("not-a-feed")."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        raise Rejected("not-a-feed", "JSON that cannot be read") from None
    version = _text(feed, "version") if isinstance(feed, dict) else ""
    if "jsonfeed.org/version/" not in version:
        raise Rejected("not-a-feed", "JSON, but no JSON Feed")
    entries = [_entry(item, feed) for item in _dicts(feed.get("items"))]
    return RawFeed(
        format="json11" if version.rstrip("/").endswith("1.1") else "json10",
        base=url,
        title=_text(feed, "title"),
        site=entry_url([_text(feed, "home_page_url")], url),
        language=_text(feed, "language"),
        entries=newest(entries, max_entries),
        left_out=max(0, len(entries) - max_entries),
    )


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any]) -> RawEntry:
    guid, tags = item.get("id"), item.get("tags")
    content = _text(item, "content_html")
    people = _dicts(item.get("authors")) or _dicts([item.get("author")]) or _dicts(feed.get("authors"))
    given, changed = _text(item, "date_published"), _text(item, "date_modified")
    published, updated = parse_date(given), parse_date(changed)
    return RawEntry(
        links=(_text(item, "url"), _text(item, "external_url")),
        title=_text(item, "title"),
        guid=str(guid) if isinstance(guid, str | int | float) else "",
        summary=_text(item, "summary") or _text(item, "content_text") or content,
        content_html=content,
        authors=tuple(_text(person, "name") for person in people),
        published_at=published or updated,
        updated_at=updated,
        language=_text(item, "language") or _text(feed, "language"),
        categories=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        published_raw=changed if updated and not published else given or changed,
    )


def _text(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _dicts(value: object) -> Sequence[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

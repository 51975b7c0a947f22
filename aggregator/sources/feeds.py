"""Reading feeds: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed, news sitemaps. Raises nothing but Rejected("not-a-feed").

feedparser does the reading, behind three precautions: it sees decoded, mended text without DOCTYPE (most feeds then
take its strict parser), never more items than will be kept, and no element that would cost it quadratic time.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from xml.sax import SAXException

from aggregator.errors import Rejected
from aggregator.net.body import Inflater
from aggregator.net.values import FetchFailed
from aggregator.sources.dates import parse_date
from aggregator.sources.entries import RawEntry, RawFeed, entry_url, finished, newest, newest_places
from aggregator.sources.jsonfeed import parse_json_feed
from aggregator.sources.markup import decode, mended, plain, without_prolog
from aggregator.sources.sitemaps import news_children, parse_sitemap
from aggregator.sources.updates import stated_updates
from aggregator.text import one_line
from aggregator.types import FeedDocument

#: how far into a document its root may begin, after warnings of a broken script and the like
_JUNK = 64_000
_START = re.compile(
    r"<\?xml\b|<(?:[\w-]{1,20}:)?(?:rss|feed|rdf|channel|urlset|sitemapindex)\b|<!doctype\s+(?!html)", re.IGNORECASE
)
_HTML = re.compile(r"<!doctype\s+html|<html\b", re.IGNORECASE)
_ROOT = re.compile(r"<((?:[\w-]{1,20}:)?(?:rss|feed|rdf|channel|urlset|sitemapindex))(?=[\s/>])", re.IGNORECASE)
_ITEM = re.compile(r"<(/?)((?:[\w-]{1,20}:)?(?:item|entry))(?=[\s/>])[^<>]*>", re.IGNORECASE)
_DATE = re.compile(
    r"<(?:[\w-]{1,20}:)?(?:pubdate|published|issued|date|created|updated|modified)\b[^<>]*>([^<>]{4,60})<",
    re.IGNORECASE,
)
#: what feedparser has been seen to raise on hostile input
_PARSER_ERRORS = (
    SAXException, ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RuntimeError,
)  # fmt: skip
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
#: a gzipped file is unpacked to at most so many bytes, and so many for each of its own
_MAX_UNPACKED, _MAX_RATIO = 20_000_000, 200


def read_feed(body: bytes, url: str, content_type: str = "", *, max_entries: int = 2000) -> FeedDocument:
    """The feed in `body` as answered by `url`: entries with an absolute http(s) link, the newest `max_entries`.

    Entries without a usable link are left out and counted in `dropped`. A feed without entries is fine; anything else
    that is no feed (a page of HTML, nothing at all) raises Rejected("not-a-feed").
    """
    raw = parse_feed(body, url, content_type, max_entries=max_entries)
    entries = [finished(entry, raw.base) for entry in raw.entries]
    kept = tuple(entry for entry in entries if entry.url)
    if not kept and raw.partial:
        raise Rejected("not-a-feed", "it breaks off before its first entry")  # not an outlet that has nothing to say
    return FeedDocument(
        format=raw.format,
        title=one_line(plain(raw.title, 512)),
        site=raw.site,
        language=one_line(raw.language, 35),
        entries=kept,
        dropped=len(entries) - len(kept) + raw.left_out,
        partial=raw.partial,
        ttl_minutes=raw.ttl_minutes,
        update_minutes=raw.updates.minutes,
        skip_hours=raw.updates.skip_hours,
        skip_days=raw.updates.skip_days,
    )


def parse_feed(body: bytes, url: str, content_type: str = "", *, max_entries: int = 2000) -> RawFeed:
    """The feed as it says it, before texts are made plain and links absolute. Raises Rejected like `read_feed`."""
    text = decode(_unpacked(body), content_type).lstrip()
    if text[:1] in ("{", "["):
        return parse_json_feed(text, url, max_entries)
    updates = stated_updates(text)
    text, root, entities = _from_root(text)
    partial = not _is_whole(text, root)
    if root.split(":")[-1].lower() in ("urlset", "sitemapindex"):
        return parse_sitemap(mended(text, entities), url, max_entries, partial=partial)
    text, left_out = _cut(mended(_first_document(text, root), entities), root, max_entries)
    read = _read(_parsed(text, url), url, max_entries)
    return replace(read, left_out=left_out, partial=partial, updates=updates)


def read_children(body: bytes) -> tuple[str, ...]:
    """The sitemaps that an index of sitemaps names, those of news first; none if `body` is no such index."""
    try:
        text, root, entities = _from_root(decode(_unpacked(body)).lstrip())
        return news_children(mended(text, entities)) if root.lower().endswith("sitemapindex") else ()
    except Rejected:
        return ()


def _unpacked(body: bytes) -> bytes:
    """A body that is a gzip file, as `.xml.gz` is where no header says so: its magic number tells."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    inflater = Inflater("gzip", _MAX_UNPACKED, _MAX_RATIO)
    try:
        inflater.feed(body)
        return inflater.finish()
    except FetchFailed as failed:
        raise Rejected("not-a-feed", f"a gzip file: {failed.detail}") from None


def _from_root(text: str) -> tuple[str, str, dict[str, str]]:
    """The document from its root on, the root's name, and the entities it declares. Raises Rejected."""
    start = _START.search(text, 0, _JUNK)
    page = _HTML.search(text, 0, _JUNK)
    if start is None or (page is not None and page.start() < start.start()):
        raise Rejected("not-a-feed", "a page of HTML" if page else "no feed begins here" if text else "nothing at all")
    text, entities = without_prolog(text[start.start() :])
    root = _ROOT.match(text)
    if root is None:
        raise Rejected("not-a-feed", f"its root is {one_line(text, 20)}")
    return text, root.group(1), entities


def _is_whole(text: str, root: str) -> bool:
    """Whether the document goes on to its end: that of its root, or in RSS of the channel."""
    names = f"{re.escape(root)}|channel" if root.lower().endswith("rss") else re.escape(root)
    return bool(re.search(rf"</(?:{names})\s*>", text, re.IGNORECASE) or re.match(r"<[^<>]*/>", text))


def _first_document(text: str, root: str) -> str:
    """`text` without whatever follows the root: some feeds are two documents, or carry a counter's script."""
    end = re.compile(rf"</{re.escape(root)}\s*>(?=\s*<[?!\w])").search(text)
    return text[: end.end()] if end else text


def _cut(text: str, root: str, max_entries: int) -> tuple[str, int]:
    """`text` without an item that breaks off at its end, with the newest items only, and how many others there were."""
    spans: list[tuple[int, int]] = []
    begun: int | None = None
    for tag in _ITEM.finditer(text):
        if tag.group(1):
            if begun is not None:
                spans.append((begun, tag.end()))
            begun = None
        elif begun is None and not tag.group(0).endswith("/>"):
            begun = tag.start()
    if begun is not None and f"</{root}" not in text[begun:]:
        channel = "</channel>" if root.lower() == "rss" else ""
        text = f"{text[:begun]}{channel}</{root}>"
    if len(spans) <= max_entries:
        return text, 0
    dates = [match and parse_date(match.group(1)) for match in (_DATE.search(text, *span) for span in spans)]
    kept = set(newest_places(dates, max_entries))
    pieces, at = [], 0
    for place, (begin, end) in enumerate(spans):
        pieces.append(text[at:begin] if place not in kept else text[at:end])
        at = end
    return "".join(pieces) + text[at:], len(spans) - max_entries


def _parsed(text: str, url: str) -> Mapping[str, Any]:
    import feedparser

    # without a base of its own feedparser does not leave an item's xml:base when the item ends
    headers = _HEADERS | ({"content-location": url} if "xml:base" in text else {})
    try:
        result: Mapping[str, Any] = feedparser.parse(
            text.encode("utf-8", "replace"), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _PARSER_ERRORS as error:
        raise Rejected("not-a-feed", f"it cannot be parsed ({type(error).__name__})") from None
    if not result["version"] and not result["entries"]:
        raise Rejected("not-a-feed", "XML, but no feed")
    return result


def _read(result: Mapping[str, Any], url: str, max_entries: int) -> RawFeed:
    feed, version = result["feed"], str(result["version"] or "rss")
    # RSS means links to be relative to the site, Atom to the document (RFC 4287, 2); xml:base is already applied
    site = entry_url([_get(feed, "link")], url)
    language, ttl = _get(feed, "language"), _get(feed, "ttl").strip()
    return RawFeed(
        format=version,
        base=(site if version.startswith("rss") else "") or url,
        title=_get(feed, "title"),
        site=site,
        language=language,
        entries=newest([_entry(item, language) for item in result["entries"]], max_entries),
        ttl_minutes=int(ttl) if ttl.isascii() and ttl.isdecimal() and len(ttl) < 7 else None,
    )


def _entry(item: dict[str, Any], language: str) -> RawEntry:
    contents = [_get(part, "value") for part in _dicts(item, "content") if _is_text(_get(part, "type"))]
    content = max(contents, key=len, default="")
    published = [_get(item, name) for name in ("published", "created", "updated")]
    alternates = (_get(link, "href") for link in _dicts(item, "links") if _get(link, "rel") in ("", "alternate"))
    return RawEntry(
        links=(_get(item, "link"), *alternates),
        enclosures=tuple(_enclosures(item)),
        title=_get(item, "title"),
        guid=_get(item, "id"),
        summary=_get(item, "summary") or content,
        content_html=content,
        authors=_authors(item),
        published_at=next((date for date in map(parse_date, published) if date is not None), None),
        updated_at=parse_date(_get(item, "updated")),
        language=_get(item, "language") or _get(dict.get(item, "title_detail"), "language") or language,
        categories=tuple(_get(tag, "term") or _get(tag, "label") for tag in _dicts(item, "tags")),
        published_raw=next((date for date in published if parse_date(date)), next(filter(None, published), "")),
    )


def _enclosures(item: dict[str, Any]) -> Iterator[str]:
    """Files that come with an item, but for pictures: those are never what it is about."""
    for link in _dicts(item, "links"):
        if _get(link, "rel") == "enclosure" and not _get(link, "type").startswith("image/"):
            yield _get(link, "href")


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    names = (_get(person, "name") for person in _dicts(item, "authors"))
    return tuple(name for name in names if name) or (_get(item, "author"),)


def _is_text(kind: str) -> bool:
    return not kind or kind.startswith("text/") or "html" in kind or "xml" in kind


# feedparser's dictionaries answer for keys they do not hold (and warn), so plain `dict.get` is used on them
def _get(holder: Any, key: str) -> str:
    value = dict.get(holder, key) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def _dicts(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = dict.get(holder, key)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []

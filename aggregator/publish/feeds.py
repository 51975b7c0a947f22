"""Feeds: JSON Feed 1.1 and Atom 1.0 (RFC 4287) of all stories and of each topic, and an index of them.

    feeds/index.json                  every feed with its files, counts and hashes
    feeds/all.json, all.atom.xml      the newest stories; older ones by `next_url`: all/3.json, all/2.json, all/1.json
    feeds/topic/<slug>.json, …        the same of a topic
    feeds/outlets.json, outlet/…      the ledger of outlets (see `outlet_json`)
    feeds/schema/story-1.json         the JSON Schema of `_story`

Items are ordered by their last change. A feed is cut into files from its oldest item on, so that what changes goes to
the front and the files behind stay as they are. Nothing here depends on the time of publishing.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from aggregator.clock import rfc3339
from aggregator.publish import outlet_json
from aggregator.publish.files import File, SiteInfo
from aggregator.publish.items import Item, items_of, plain
from aggregator.publish.outlet_ledger import Ledgers
from aggregator.publish.outlet_model import SCHEMA_VERSION as OUTLET_VERSION
from aggregator.publish.render import printable
from aggregator.publish.threads import Threads, thread_of
from aggregator.summarise.page import SCHEMA_VERSION, StoryPage, Tombstone, Topic
from aggregator.summarise.schema import schema_text
from aggregator.text import clean, sha256

VERSION = "https://jsonfeed.org/version/1.1"
INDEX = "feeds/index.json"
SCHEMA = f"feeds/schema/story-{SCHEMA_VERSION}.json"
#: the form of the index; it grows by new fields and gets a new number only when one goes
INDEX_FORMAT = 1
#: a file that is full; the first file of a feed holds one full file and what came since, so up to twice this
_MOST_ITEMS, _MOST_BYTES = 50, 1_000_000
_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = "1970-01-01T00:00:00Z"


@dataclass(frozen=True)
class _Feed:
    """A feed before it is cut into files; `items` are last changed last. `path` has no extension."""

    path: str
    title: str
    home: str
    topic: Topic | None
    items: Sequence[Item]

    @property
    def name(self) -> str:
        return self.path.removeprefix("feeds/")

    @property
    def state(self) -> str:
        return "ok" if self.items else "empty"

    @property
    def updated(self) -> str | None:
        return rfc3339(self.items[-1].modified) if self.items else None


@dataclass(frozen=True)
class _Sheet:
    """One file of a feed: its items as they are written, newest first, their last change, and the next file's path."""

    path: str
    rows: Sequence[str] = ()
    updated: str = _NEVER
    next_path: str | None = None


def render_feeds(
    pages: Sequence[StoryPage | Tombstone],
    site: SiteInfo,
    topics: Sequence[Topic],
    *,
    stood_in: Mapping[str, Collection[str]] | None = None,
    earlier: Iterable[str] = (),
    threads: Threads | None = None,
    ledgers: Ledgers | None = None,
) -> Iterator[File]:
    """All files under `feeds/`, in an order in which nothing names a file that was not written yet.

    `pages` is the newest version of each; drafts and held ones are left out. `stood_in` says in which topics (slugs) a
    page has ever stood: it stays in those feeds, so that a move or a withdrawal reaches whoever had it from there.
    `earlier` are the paths under `feeds/` that exist: one that no feed needs any more becomes an empty feed, for what
    it holds may have been withdrawn. `threads` are those of the pages, `ledgers` those of the outlets.
    """
    items = items_of(pages, site)
    shown = {item.page_id: item for item in items}
    json_rows = {item.id: _json_item(item, site, thread_of(item, threads or Threads(), shown, site)) for item in items}
    atom_rows = {item.id: _atom_entry(item, site) for item in items}
    written: set[str] = set()
    entries = []
    for feed in _feeds(items, site, topics, stood_in or {}):
        files = [_json_file(feed, sheet, site) for sheet in _sheets(feed, json_rows, ".json")]
        entries.append(_index_entry(feed, files, site))
        files += [_atom_file(feed, sheet, site) for sheet in _sheets(feed, atom_rows, ".atom.xml")]
        written |= {file.path for file in files}
        yield from files
    yield from _retired(set(earlier) - written, site)
    yield File(SCHEMA, schema_text().encode())
    of_outlets = list(outlet_json.render_outlet_json(ledgers or Ledgers(), site))
    yield from of_outlets
    yield File(INDEX, _index(items, entries, outlet_json.index_entry(of_outlets, site), site))


def _feeds(
    items: Sequence[Item], site: SiteInfo, topics: Sequence[Topic], stood_in: Mapping[str, Collection[str]]
) -> Iterator[_Feed]:
    """The feed of all stories, those of `topics` in their order, and those of topics that only pages know."""
    yield _Feed("feeds/all", plain(site.title), _url(site), None, items)
    known = {topic.slug: topic for topic in topics}
    shelves: dict[str, list[Item]] = {slug: [] for slug in known}
    for item in items:
        slugs = set(stood_in.get(item.page_id, ()))
        slugs |= {known.setdefault(topic.slug, topic).slug for topic in item.topics}
        for slug in slugs:
            shelves.setdefault(slug, []).append(item)
    listed = [topic.slug for topic in topics]
    for slug in [*listed, *sorted(shelves.keys() - set(listed))]:
        topic = known.get(slug) or Topic(slug=slug, name=slug.replace("-", " ").capitalize())
        title = f"{plain(site.title)}: {plain(topic.name)}"
        yield _Feed(f"feeds/topic/{slug}", title, _url(site, f"topic/{slug}/"), topic, shelves[slug])


def _sheets(feed: _Feed, rows: Mapping[str, str], extension: str) -> Iterator[_Sheet]:
    """The feed cut into files, oldest first. Full files are filled from the oldest item on and numbered from 1."""
    texts = [rows[item.id] for item in feed.items]
    *full, first = _cuts([len(text.encode()) for text in texts])
    paths = [*(f"{feed.path}/{number}{extension}" for number in range(1, len(full) + 1)), f"{feed.path}{extension}"]
    below = None
    for path, cut in zip(paths, [*full, first], strict=True):
        updated = rfc3339(feed.items[cut][-1].modified) if texts else _NEVER
        yield _Sheet(path, texts[cut][::-1], updated, below)
        below = path


def _cuts(sizes: Sequence[int]) -> list[slice]:
    """Where to cut. The last full file goes with what came after it, so that a feed never begins nearly empty."""
    starts, held = [0], 0
    for place, size in enumerate(sizes):
        if place > starts[-1] and (place - starts[-1] >= _MOST_ITEMS or held + size > _MOST_BYTES):
            starts.append(place)
            held = 0
        held += size
    if len(starts) > 1:
        starts.pop()
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], len(sizes)], strict=True)]


def _json_item(item: Item, site: SiteInfo, thread: Mapping[str, Any]) -> str:
    values: dict[str, Any] = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "content_html": item.html,
        "date_published": rfc3339(item.published),
        "date_modified": rfc3339(item.modified),
        "authors": [_author(site)],
        "tags": [plain(topic.name) for topic in item.topics],
        "language": item.language,
        "_story": {"about": _url(site, SCHEMA), **_ordered(item.story)},
        "_thread": thread,
    }
    return _json({name: value for name, value in values.items() if value})


def _json_file(feed: _Feed, sheet: _Sheet, site: SiteInfo) -> File:
    head = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": _url(site, f"{feed.path}.json"),
        "description": _described(feed, site),
        **({"next_url": _url(site, sheet.next_path)} if sheet.next_path else {}),
        "language": site.language,
        "authors": [_author(site)],
        "_feed": {"about": _url(site, INDEX), "state": feed.state},
    }
    rows = ",\n".join(sheet.rows)
    return File(sheet.path, f'{_json(head)[:-1]},"items":[\n{rows}\n]}}\n'.encode())


def _atom_entry(item: Item, site: SiteInfo) -> str:
    entry = ET.Element("entry", {"xml:lang": item.language} if item.language else {})
    _add(entry, "id", item.id)
    _add(entry, "title", item.title)
    _add(entry, "published", rfc3339(item.published))
    _add(entry, "updated", rfc3339(item.modified))
    _add(entry, "link", rel="alternate", type="text/html", href=item.url)
    for name, address in item.via:
        _add(entry, "link", rel="via", href=address, title=name)
    _add(_add(entry, "author"), "name", plain(site.title))
    for topic in item.topics:
        _add(entry, "category", term=topic.slug, label=plain(topic.name))
    if item.licence:
        _add(entry, "rights", item.licence)
    _add(entry, "summary", item.summary)
    _add(entry, "content", item.html, type="html")
    return ET.tostring(entry, encoding="unicode")


def _atom_file(feed: _Feed, sheet: _Sheet, site: SiteInfo) -> File:
    head = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": site.language})
    _add(head, "id", _url(site, f"{feed.path}.atom.xml"))
    _add(head, "title", feed.title)
    _add(head, "subtitle", _described(feed, site))
    _add(head, "updated", sheet.updated)
    _add(_add(head, "author"), "name", plain(site.title))
    _add(head, "link", rel="self", type="application/atom+xml", href=_url(site, sheet.path))
    _add(head, "link", rel="alternate", type="text/html", href=feed.home)
    if sheet.next_path:  # a paged feed (RFC 5005, section 3)
        _add(head, "link", rel="next", type="application/atom+xml", href=_url(site, sheet.next_path))
    text = ET.tostring(head, encoding="unicode").removesuffix("</feed>")
    rows = "".join(f"{row}\n" for row in sheet.rows)
    return File(sheet.path, f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n{rows}</feed>\n'.encode())


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, {key: str(printable(value)) for key, value in attributes.items()})
    child.text = clean(text) or None
    return child


def _index_entry(feed: _Feed, files: Sequence[File], site: SiteInfo) -> dict[str, Any]:
    """A feed as the index has it; its JSON files newest first, which is the order of `next_url`."""
    statuses = Counter(item.status for item in feed.items)
    gone = {status: statuses.pop(status, 0) for status in ("withdrawn", "merged")}
    return {
        "name": feed.name,
        "topic": {"slug": feed.topic.slug, "name": feed.topic.name} if feed.topic else None,
        "title": feed.title,
        "state": feed.state,
        "language": site.language,
        "languages": sorted({item.language for item in feed.items if item.language}),
        "updated_at": feed.updated,
        "items": len(feed.items),
        "stories": statuses.total(),
        **gone,
        "url": _url(site, files[-1].path),
        "atom_url": _url(site, f"{feed.path}.atom.xml"),
        "sha256": sha256(files[-1].content),
        "files": [
            {
                "path": file.path.removeprefix("feeds/"),
                "url": _url(site, file.path),
                "bytes": len(file.content),
                "sha256": sha256(file.content),
            }
            for file in reversed(files)
        ],
    }


def _index(
    items: Sequence[Item], entries: Sequence[Mapping[str, Any]], outlets: Mapping[str, Any], site: SiteInfo
) -> bytes:
    index = {
        "format": INDEX_FORMAT,
        "title": plain(site.title),
        "home_page_url": _url(site),
        "language": site.language,
        "notice": plain(site.notice),
        "state": "ok" if items else "empty",
        "updated_at": rfc3339(items[-1].modified) if items else None,
        "schemas": [
            {"form": "story", "version": SCHEMA_VERSION, "url": _url(site, SCHEMA)},
            {"form": "outlet", "version": OUTLET_VERSION, "url": _url(site, outlet_json.SCHEMA)},
        ],
        "feeds": entries,
        "outlets": outlets,
    }
    return (json.dumps(index, ensure_ascii=False, indent=1) + "\n").encode()


def _retired(paths: Collection[str], site: SiteInfo) -> Iterator[File]:
    """Empty feeds in place of files that are in no feed any more."""
    for path in sorted(paths):
        for extension, make in ((".json", _json_file), (".atom.xml", _atom_file)):
            numbered = re.fullmatch(rf"(feeds/(?:all|topic/[^/]+))(?:/\d+)?{re.escape(extension)}", path)
            if numbered:
                feed = _Feed(numbered.group(1), plain(site.title), _url(site), None, ())
                yield make(feed, _Sheet(path), site)


def _described(feed: _Feed, site: SiteInfo) -> str:
    what = f"Stories on {plain(feed.topic.name)}" if feed.topic else "All stories"
    told = f"{what}, with a source for every sentence and the lean of every outlet."
    return " ".join(part for part in (told, plain(site.notice), "" if feed.items else "Nothing is here yet.") if part)


def _author(site: SiteInfo) -> dict[str, str]:
    return {"name": plain(site.title), "url": _url(site)}


def _url(site: SiteInfo, path: str = "") -> str:
    return f"{site.base_url.rstrip('/')}/{quote(path)}"


def _ordered(value: Any) -> Any:
    """Objects with their keys in order: some databases keep no order of their own."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(each) for each in value] if isinstance(value, list | tuple) else value


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

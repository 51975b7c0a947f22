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
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

from aggregator.clock import rfc3339
from aggregator.publish import outlet_json
from aggregator.publish.entries import ATOM, SCHEMA, Entries, Entry, add, author, json_text, url, write_entries
from aggregator.publish.files import AsLeft, File, SiteInfo
from aggregator.publish.items import Item, items_of, plain
from aggregator.publish.kept import Kept
from aggregator.publish.outlet_ledger import Ledgers
from aggregator.publish.outlet_model import SCHEMA_VERSION as OUTLET_VERSION
from aggregator.publish.pages import Pages
from aggregator.publish.threads import Threads
from aggregator.summarise.page import SCHEMA_VERSION, Topic
from aggregator.summarise.schema import schema_text

VERSION = "https://jsonfeed.org/version/1.1"
INDEX = "feeds/index.json"
#: the form of the index; it grows by new fields and gets a new number only when one goes
INDEX_FORMAT = 1
#: a file that is full; the first file of a feed holds one full file and what came since, so up to twice this
_MOST_ITEMS, _MOST_BYTES = 50, 1_000_000
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
    """One file of a feed: the entries in it, newest first, their last change, and the next file's path."""

    path: str
    rows: Sequence[Entry] = ()
    updated: str = _NEVER
    next_path: str | None = None


def render_feeds(
    pages: Pages,
    site: SiteInfo,
    topics: Sequence[Topic],
    entries: Kept,
    *,
    stood_in: Mapping[str, Collection[str]] | None = None,
    earlier: Iterable[str] = (),
    threads: Threads | None = None,
    ledgers: Ledgers | None = None,
    kept: Kept | None = None,
) -> Iterator[File | AsLeft]:
    """All files under `feeds/`, in an order in which nothing names a file that was not written yet.

    `pages` is the newest version of each; drafts and held ones are left out. Their entries are written under the root
    of `entries`, as far as they do not lie there; a file of a feed that `kept` has is not put together. `stood_in` says
    in which topics (slugs) a page has ever stood: it stays in those feeds, so that a move or a withdrawal reaches
    whoever had it from there. `earlier` are the paths under `feeds/` that exist: one that no feed needs any more
    becomes an empty feed, for what it holds may have been withdrawn. `threads` are those of the pages, `ledgers` those
    of the outlets.
    """
    kept = kept or Kept()
    items = items_of(pages.heads, site)
    rows = write_entries(pages, items, threads or Threads(), site, entries)
    written: set[str] = set()
    listed = []
    for feed in _feeds(items, site, topics, stood_in or {}):
        files: dict[str, list[AsLeft]] = {extension: [] for extension in _FORMS}
        for extension, make in _FORMS.items():
            for sheet in _sheets(feed, rows, extension):
                for file in kept.files([sheet.path], _made_from(feed, sheet), partial(make, feed, sheet, site)):
                    yield file
                    files[extension].append(AsLeft(file.path, file.size, file.sha256))
        listed.append(_index_entry(feed, files[".json"], site))
        written |= {file.path for some in files.values() for file in some}
    yield from _retired(set(earlier) - written, site)
    yield File(SCHEMA, schema_text().encode())
    of_outlets = list(outlet_json.render_outlet_json(ledgers or Ledgers(), site, kept))
    yield from of_outlets
    yield File(INDEX, _index(items, listed, outlet_json.index_entry(of_outlets, site), site))


def _feeds(
    items: Sequence[Item], site: SiteInfo, topics: Sequence[Topic], stood_in: Mapping[str, Collection[str]]
) -> Iterator[_Feed]:
    """The feed of all stories, those of `topics` in their order, and those of topics that only pages know."""
    yield _Feed("feeds/all", plain(site.title), url(site), None, items)
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
        yield _Feed(f"feeds/topic/{slug}", title, url(site, f"topic/{slug}/"), topic, shelves[slug])


def _sheets(feed: _Feed, entries: Entries, extension: str) -> Iterator[_Sheet]:
    """The feed cut into files, oldest first. Full files are filled from the oldest item on and numbered from 1."""
    rows = [entries[item.page_id, extension] for item in feed.items]
    *full, first = _cuts([row.size for row in rows])
    paths = [*(f"{feed.path}/{number}{extension}" for number in range(1, len(full) + 1)), f"{feed.path}{extension}"]
    below = None
    for path, cut in zip(paths, [*full, first], strict=True):
        updated = rfc3339(feed.items[cut][-1].modified) if rows else _NEVER
        yield _Sheet(path, rows[cut][::-1], updated, below)
        below = path


def _made_from(feed: _Feed, sheet: _Sheet) -> tuple[object, ...]:
    """All that a file of a feed depends on."""
    around = (feed.title, feed.home, feed.topic, feed.state, sheet.updated, sheet.next_path)
    return *around, [row.sha256 for row in sheet.rows]


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


def _json_file(feed: _Feed, sheet: _Sheet, site: SiteInfo) -> Iterator[File]:
    head = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": url(site, f"{feed.path}.json"),
        "description": _described(feed, site),
        **({"next_url": url(site, sheet.next_path)} if sheet.next_path else {}),
        "language": site.language,
        "authors": [author(site)],
        "_feed": {"about": url(site, INDEX), "state": feed.state},
    }
    rows = ",\n".join(row.text() for row in sheet.rows)
    yield File(sheet.path, f'{json_text(head)[:-1]},"items":[\n{rows}\n]}}\n'.encode())


def _atom_file(feed: _Feed, sheet: _Sheet, site: SiteInfo) -> Iterator[File]:
    head = ET.Element("feed", {"xmlns": ATOM, "xml:lang": site.language})
    add(head, "id", url(site, f"{feed.path}.atom.xml"))
    add(head, "title", feed.title)
    add(head, "subtitle", _described(feed, site))
    add(head, "updated", sheet.updated)
    add(add(head, "author"), "name", plain(site.title))
    add(head, "link", rel="self", type="application/atom+xml", href=url(site, sheet.path))
    add(head, "link", rel="alternate", type="text/html", href=feed.home)
    if sheet.next_path:  # a paged feed (RFC 5005, section 3)
        add(head, "link", rel="next", type="application/atom+xml", href=url(site, sheet.next_path))
    text = ET.tostring(head, encoding="unicode").removesuffix("</feed>")
    rows = "".join(f"{row.text()}\n" for row in sheet.rows)
    yield File(sheet.path, f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n{rows}</feed>\n'.encode())


_FORMS = {".json": _json_file, ".atom.xml": _atom_file}


def _index_entry(feed: _Feed, files: Sequence[AsLeft], site: SiteInfo) -> dict[str, Any]:
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
        "url": url(site, files[-1].path),
        "atom_url": url(site, f"{feed.path}.atom.xml"),
        "sha256": files[-1].sha256,
        "files": [
            {
                "path": file.path.removeprefix("feeds/"),
                "url": url(site, file.path),
                "bytes": file.size,
                "sha256": file.sha256,
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
        "home_page_url": url(site),
        "language": site.language,
        "notice": plain(site.notice),
        "state": "ok" if items else "empty",
        "updated_at": rfc3339(items[-1].modified) if items else None,
        "schemas": [
            {"form": "story", "version": SCHEMA_VERSION, "url": url(site, SCHEMA)},
            {"form": "outlet", "version": OUTLET_VERSION, "url": url(site, outlet_json.SCHEMA)},
        ],
        "feeds": entries,
        "outlets": outlets,
    }
    return (json.dumps(index, ensure_ascii=False, indent=1) + "\n").encode()


def _retired(paths: Collection[str], site: SiteInfo) -> Iterator[File]:
    """Empty feeds in place of files that are in no feed any more."""
    for path in sorted(paths):
        for extension, make in _FORMS.items():
            numbered = re.fullmatch(rf"(feeds/(?:all|topic/[^/]+))(?:/\d+)?{re.escape(extension)}", path)
            if numbered:
                feed = _Feed(numbered.group(1), plain(site.title), url(site), None, ())
                yield from make(feed, _Sheet(path), site)


def _described(feed: _Feed, site: SiteInfo) -> str:
    what = f"Stories on {plain(feed.topic.name)}" if feed.topic else "All stories"
    told = f"{what}, with a source for every sentence and the lean of every outlet."
    return " ".join(part for part in (told, plain(site.notice), "" if feed.items else "Nothing is here yet.") if part)

"""The entries of feeds: each story as an item of JSON Feed 1.1 and as an entry of Atom 1.0 (RFC 4287).

Each is a file of its own beside the site: a feed with one new story is put together from the entries that are there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from aggregator.clock import rfc3339
from aggregator.errors import StageFailed
from aggregator.publish.files import AsLeft, File, SiteInfo, write_files
from aggregator.publish.items import Content, Item, content_of, epitaph_of, plain
from aggregator.publish.kept import Kept
from aggregator.publish.pages import Head, Pages
from aggregator.publish.render import printable
from aggregator.publish.threads import Threads, thread_of
from aggregator.summarise.page import SCHEMA_VERSION
from aggregator.text import clean, sha256

SCHEMA = f"feeds/schema/story-{SCHEMA_VERSION}.json"
ATOM = "http://www.w3.org/2005/Atom"
EXTENSIONS = (".json", ".atom.xml")


@dataclass(frozen=True, slots=True)
class Entry:
    """A story in one form, in a file."""

    file: Path
    size: int
    sha256: str

    def text(self) -> str:
        """The entry as it stands in the files of feeds.

        Raises StageFailed if it is another than was written, and removes it, so that the next publish makes it.
        """
        found = self.file.read_bytes()
        if sha256(found) != self.sha256:  # else a file of a feed would be kept as made from what it does not hold
            self.file.unlink()
            raise StageFailed("publish", f"{self.file} had been changed and is removed; publish again")
        return found.decode()


#: by the page's id and the extension of the feeds that they are for
Entries = Mapping[tuple[str, str], Entry]


def write_entries(pages: Pages, items: Sequence[Item], threads: Threads, site: SiteInfo, entries: Kept) -> Entries:
    """Write the entries of `items` under the root of `entries`, unless they lie there, made from the same.

    Raises StageFailed on a full disk.
    """
    heads, by_page = {head.id: head for head in pages.heads}, {item.page_id: item for item in items}

    def files() -> Iterator[File | AsLeft]:
        for item in items:
            thread = thread_of(item, threads, by_page, site)
            made_from = (pages.made_from[item.page_id], thread)
            make = partial(_both, item, heads[item.page_id], pages, site, thread)
            yield from entries.files([item.page_id + extension for extension in EXTENSIONS], made_from, make)

    write_files(files(), entries.root)
    return {
        (key, extension): Entry(entries.root / path, entries.size(path), entries.sha256(path))
        for key in by_page
        for extension in EXTENSIONS
        for path in [key + extension]
    }


def _both(item: Item, head: Head, pages: Pages, site: SiteInfo, thread: Mapping[str, Any]) -> Iterator[File]:
    told = epitaph_of(head.buried(), site) if head.ended else content_of(pages.whole(head.id), site)
    forms = (_json_item(item, told, site, thread), _atom_entry(item, told, site))
    yield from (
        File(item.page_id + extension, text.encode()) for extension, text in zip(EXTENSIONS, forms, strict=True)
    )


def _json_item(item: Item, told: Content, site: SiteInfo, thread: Mapping[str, Any]) -> str:
    values: dict[str, Any] = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "summary": told.summary,
        "content_html": told.html,
        "date_published": rfc3339(item.published),
        "date_modified": rfc3339(item.modified),
        "authors": [author(site)],
        "tags": [plain(topic.name) for topic in item.topics],
        "language": item.language,
        "_story": {"about": url(site, SCHEMA), **_ordered(told.story)},
        "_thread": thread,
    }
    return json_text({name: value for name, value in values.items() if value})


def _atom_entry(item: Item, told: Content, site: SiteInfo) -> str:
    entry = ET.Element("entry", {"xml:lang": item.language} if item.language else {})
    add(entry, "id", item.id)
    add(entry, "title", item.title)
    add(entry, "published", rfc3339(item.published))
    add(entry, "updated", rfc3339(item.modified))
    add(entry, "link", rel="alternate", type="text/html", href=item.url)
    for name, address in told.via:
        add(entry, "link", rel="via", href=address, title=name)
    add(add(entry, "author"), "name", plain(site.title))
    for topic in item.topics:
        add(entry, "category", term=topic.slug, label=plain(topic.name))
    if told.licence:
        add(entry, "rights", told.licence)
    add(entry, "summary", told.summary)
    add(entry, "content", told.html, type="html")
    return ET.tostring(entry, encoding="unicode")


def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    """A new element with its text; no character that XML forbids."""
    child = ET.SubElement(parent, name, {key: str(printable(value)) for key, value in attributes.items()})
    child.text = clean(text) or None
    return child


def author(site: SiteInfo) -> dict[str, str]:
    """Who publishes, as JSON Feed has authors."""
    return {"name": plain(site.title), "url": url(site)}


def url(site: SiteInfo, path: str = "") -> str:
    """The absolute address of a file of the site."""
    return f"{site.base_url.rstrip('/')}/{quote(path)}"


def _ordered(value: Any) -> Any:
    """Objects with their keys in order: some databases keep no order of their own."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(each) for each in value] if isinstance(value, list | tuple) else value


def json_text(value: Mapping[str, Any]) -> str:
    """On one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

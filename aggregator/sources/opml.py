"""OPML 2.0: lists of feeds as feed readers write them, and as they can read ours.

A folder is a section. Feeds are put together to outlets by the host of their site, since OPML knows feeds only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from pydantic import ValidationError

from aggregator.errors import Rejected
from aggregator.sources.discovery import is_shared
from aggregator.sources.domains import domain_of
from aggregator.sources.entries import entry_url
from aggregator.sources.homepage import country_of, host_label
from aggregator.sources.outlets import FeedSpec, OutletSpec
from aggregator.sources.xmltree import local_name, read_tree
from aggregator.text import one_line

#: a list longer than this is no reader's
MAX_FEEDS = 20_000
#: bytes of a file that is read
MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """One feed of a list."""

    url: str
    title: str = ""
    site: str = ""
    section: str = ""


def read_opml(body: bytes) -> tuple[OpmlFeed, ...]:
    """The feeds of a list, in its order, each address once. Raises Rejected("not-opml")."""
    root = read_tree(body[:MAX_BYTES], "not-opml")
    if local_name(root) != "opml":
        raise Rejected("not-opml", f"its root is {one_line(local_name(root), 20)}")
    found: dict[str, OpmlFeed] = {}
    for feed in _feeds(root, ""):
        found.setdefault(feed.url, feed)
        if len(found) > MAX_FEEDS:
            raise Rejected("not-opml", f"it lists more than {MAX_FEEDS} feeds")
    return tuple(found.values())


def _feeds(element: Any, section: str) -> Iterator[OpmlFeed]:
    """Depth first; elements are at most as deep as `mended` leaves them."""
    for child in element:
        if local_name(child) != "outline":
            yield from _feeds(child, section)
            continue
        attributes = {str(name).lower(): str(value) for name, value in child.attrib.items()}
        title = one_line(attributes.get("title") or attributes.get("text") or "", 120)
        given = attributes.get("xmlurl", "")
        url = entry_url([given], "") or re.sub(r"//[^/@]*@", "//***@", one_line(given, 200))
        if url:
            yield OpmlFeed(url, title, entry_url([attributes.get("htmlurl", "")], ""), section)
        yield from _feeds(child, section if url else title or section)


def outlets_of(
    feeds: Sequence[OpmlFeed], known: Sequence[OutletSpec]
) -> tuple[tuple[OutletSpec, ...], tuple[tuple[OpmlFeed, str], ...]]:
    """The outlets that the feeds make, unrated, and the feeds that are not taken, each with the reason."""
    owners = {thing: spec.key for spec in known for thing in (*(f.url for f in spec.feeds), *spec.all_domains)}
    keys = {spec.key for spec in known}
    groups: dict[str, list[OpmlFeed]] = {}
    left: list[tuple[OpmlFeed, str]] = []
    for feed in feeds:
        host = domain_of(feed.site or feed.url)
        owner = owners.get(feed.url) or owners.get(host)
        if feed.url != entry_url([feed.url], ""):
            left.append((feed, "is not an address that can be asked, http or https and without a user name"))
        elif feed.url in owners:
            left.append((feed, f"is a feed of [{owner}] already"))
        elif owner:
            left.append((feed, f"{host} is [{owner}]'s: add the feed to its table"))
        elif is_shared(host):
            left.append((feed, f"whose it is cannot be told from {host}: `outlets add` with its home page"))
        else:
            groups.setdefault(host, []).append(feed)
    specs: list[OutletSpec] = []
    for host, members in groups.items():
        try:
            specs.append(_outlet(host, members, keys))
        except ValidationError as error:
            left += [(feed, one_line(error.errors()[0]["msg"], 120)) for feed in members]
    return tuple(specs), tuple(left)


def _outlet(host: str, feeds: Sequence[OpmlFeed], keys: set[str]) -> OutletSpec:
    first = feeds[0]
    parts = urlsplit(next((feed.site for feed in feeds if feed.site), first.url))
    names = [feed.title for feed in feeds if feed.title]
    spec = OutletSpec(
        key=free_key(host, names[0] if names else "", keys),
        name=min(names, key=len) if names else host,
        home=f"{parts.scheme}://{parts.netloc}/",
        country=country_of(host),
        feeds=tuple(FeedSpec(url=feed.url, section=feed.section) for feed in feeds),
    )
    keys.add(spec.key)
    return spec


def free_key(host: str, name: str, taken: set[str]) -> str:
    """A key that no outlet has: from the host's name, else from the outlet's."""
    base = re.sub(r"[^a-z0-9]+", "-", (host_label(host) or name or host).lower()).strip("-")[:50] or "outlet"
    return next(key for key in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if key not in taken)


def write_opml(specs: Sequence[OutletSpec], title: str) -> str:
    """The feeds of all outlets that are asked, by section."""
    sections: dict[str, list[str]] = {}
    for spec in specs:
        for feed in spec.feeds if spec.asked else ():
            line = (
                f'<outline type="rss" text={quoteattr(spec.name)} title={quoteattr(spec.name)} '
                f"xmlUrl={quoteattr(feed.url)} htmlUrl={quoteattr(spec.home)}/>"
            )
            sections.setdefault(feed.section, []).append(line)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{_text(title)}</title></head>", "  <body>"]
    lines += [f"    {line}" for line in sections.pop("", [])]
    for section, outlines in sections.items():
        lines.append(f"    <outline text={quoteattr(section)}>")
        lines += [f"      {line}" for line in outlines]
        lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

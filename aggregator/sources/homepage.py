"""A site's home page: whose it is, and which feeds it names.

Named are `<link rel="alternate">` of a feed's type (the convention of feed autodiscovery), and links whose address or
words look like a feed's, because many sites link a page of feeds instead.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from aggregator.sources.entries import entry_url
from aggregator.sources.markup import decode
from aggregator.text import one_line

#: characters of a page that are looked at
_MAX_PAGE = 2_000_000
_MAX_LINKS = 60
_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
_ADDRESS = re.compile(
    r"(?:^|/)(?:feeds?|rss|atom)(?:/[\w./-]{0,60})?/?$|(?:^|[/_.-])(?:rss|atom|feed)s?(?:\.(?:xml|rdf|json|php|aspx?))$"
    r"|\.(?:rss|atom|rdf)$|/feed/?$",
    re.IGNORECASE,
)
_QUERY = re.compile(r"(?:^|&)(?:feed=|format=(?:rss|feed|atom)|(?:rss|alt)=(?:rss|1))", re.IGNORECASE)
_WORDS = re.compile(r"\b(?:rss|atom feed|news ?feeds?)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|kommentar|replies|\bforum", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[|–—·•»:-]+\s+|\s*[|»]\s*|:\s+")
#: what stands between a name and a country's ending
_SECOND_LEVEL = {"co", "com", "org", "net", "gov", "gob", "ac", "edu", "or", "ne", "go"}
#: endings of host names that look like a country's and are sold to everybody
_NO_COUNTRY = {"ac", "ai", "cc", "co", "eu", "fm", "gg", "io", "la", "ly", "me", "sh", "su", "to", "tv", "ws"}


@dataclass(frozen=True, slots=True)
class HomePage:
    """What a home page says: `declared` are feeds by `<link>`, `linked` addresses that look like a feed or a list."""

    name: str = ""
    title: str = ""
    language: str = ""
    declared: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()


def read_home_page(body: bytes, url: str, content_type: str = "") -> HomePage:
    """The page in `body` as answered by `url`; an empty one for what is no page."""
    if "charset" not in content_type.lower() and (meta := _META_CHARSET.search(body, 0, 4000)):
        content_type = f"{content_type}; charset={meta.group(1).decode('ascii', 'replace')}"
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", decode(body[:_MAX_PAGE], content_type))
    if not text.strip():
        return HomePage()
    parser = etree.HTMLParser(no_network=True, recover=True, huge_tree=False, remove_comments=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return HomePage()
    if root is None:
        return HomePage()
    base = entry_url([*(_attribute(one, "href") for one in root.iter("base")), url], url)
    metas = {
        (_attribute(one, "property") or _attribute(one, "name")).lower(): _attribute(one, "content")
        for one in root.iter("meta")
    }
    titles = ("".join(one.itertext()) for one in root.iter("title"))
    language = re.match(r"[a-zA-Z]{2,3}(?![a-zA-Z])", _attribute(root, "lang").strip())
    return HomePage(
        name=one_line(metas.get("og:site_name") or metas.get("application-name") or "", 120),
        title=one_line(next(titles, ""), 300),
        language=language.group().lower() if language else "",
        declared=_distinct(_declared(root), base),
        linked=_distinct(_linked(root), base),
    )


def _declared(root: Any) -> list[str]:
    found = []
    for link in root.iter("link"):
        kind = _attribute(link, "type").split(";")[0].strip().lower()
        if "alternate" in _attribute(link, "rel").lower().split() and kind in _TYPES:
            words = f"{_attribute(link, 'title')} {_attribute(link, 'href')}"
            if not _COMMENTS.search(words):
                found.append(_attribute(link, "href"))
    return found


def _linked(root: Any) -> list[str]:
    found = []
    for link in root.iter("a"):
        href = _attribute(link, "href")[:2048]
        words = one_line("".join(link.itertext()), 100)
        if (looks_like_feed(href) or _WORDS.search(words)) and not _COMMENTS.search(f"{words} {href}"):
            found.append(href)
    return found


def looks_like_feed(address: str) -> bool:
    """Whether an address is of the kind that feeds have."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(_ADDRESS.search(parts.path[-200:]) or _QUERY.search(parts.query[:500]))


def _distinct(links: list[str], base: str) -> tuple[str, ...]:
    urls = (entry_url([link], base).split("#")[0] for link in links)
    return tuple(dict.fromkeys(url for url in urls if url))[:_MAX_LINKS]


def _attribute(element: Any, name: str) -> str:
    value = element.get(name)
    return value if isinstance(value, str) else ""


def outlet_name(page: HomePage, feed_title: str, host: str) -> str:
    """What the outlet calls itself: the page's own word for it, else the part of a title that its host is named for."""
    if page.name:
        return page.name
    label = re.sub(r"[^a-z0-9]", "", host_label(host))
    for title in (feed_title, page.title):
        parts = [part.strip() for part in _SEPARATOR.split(title) if part.strip()]
        slugs = [re.sub(r"[^a-z0-9]", "", part.lower()) for part in parts]
        named = (
            part for part, slug in zip(parts, slugs, strict=True) if label and slug and (label in slug or slug in label)
        )
        if parts:
            return one_line(next(named, parts[0]), 120)
    return host


def host_label(host: str) -> str:
    """The part of a host's name that is the outlet's own: `times` of `www.times.co.uk`; empty for a number."""
    labels = host.lower().removeprefix("www.").split(".")
    if labels[-1].isdigit() or ":" in host:
        return ""
    labels = labels[:-1] or labels
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels = labels[:-1]
    return labels[-1]


def country_of(host: str) -> str:
    """The country that a host's ending stands for (ISO 3166, two letters); empty where it stands for none."""
    ending = host.lower().rsplit(".", 1)[-1]
    if len(ending) != 2 or not ending.isalpha() or ending in _NO_COUNTRY:
        return ""
    return {"uk": "GB"}.get(ending, ending.upper())

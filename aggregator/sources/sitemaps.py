"""Sitemaps (sitemaps.org, protocol 0.9) as feeds: those with the `news:` tags of Google News, and indexes of such.

A sitemap without news tags lists every page of a site, with neither titles nor dates of publication, and is no feed. An
index is no feed either: `news_children` names the sitemaps in it that may be one.
"""

from collections.abc import Iterator
from typing import Any

from aggregator.errors import Rejected
from aggregator.sources.dates import parse_date
from aggregator.sources.entries import RawEntry, RawFeed, newest
from aggregator.sources.xmltree import local_name, tree_of
from aggregator.text import one_line

_NEWS = "sitemap-news"


def parse_sitemap(text: str, url: str, max_entries: int, *, partial: bool = False) -> RawFeed:
    """A news sitemap as a feed, from text that went through `mended`. Raises Rejected("not-a-feed") for any other.

    Of one that breaks off (`partial`) the last page is left out: it may be half a page.
    """
    root = tree_of(text, "not-a-feed")
    if local_name(root) == "sitemapindex":
        children = one_line(", ".join(_locations(root, newest_first=True)[:3]), 300)
        raise Rejected("not-a-feed", f"an index of sitemaps; list one of news that it names: {children}")
    entries = [entry for element in _below(root, "url") if (entry := _entry(element)) is not None]
    entries = entries[:-1] if partial else entries
    if not entries and not any(_NEWS in str(space) for space in root.nsmap.values()):
        raise Rejected("not-a-feed", "a sitemap, but not one of news")
    names = (_text(one, "publication", "name") for element in _below(root, "url") for one in _below(element, "news"))
    return RawFeed(
        format="news-sitemap",
        base=url,
        title=next((name for name in names if name), ""),
        language=next((entry.language for entry in entries if entry.language), ""),
        entries=newest(entries, max_entries),
        left_out=max(0, len(entries) - max_entries),
        partial=partial,
    )


def news_children(text: str) -> tuple[str, ...]:
    """The sitemaps of an index (text that went through `mended`), those of news first, then the newest; () if none."""
    root = tree_of(text, "not-a-feed")
    if local_name(root) != "sitemapindex":
        return ()
    found = _locations(root, newest_first=True)
    return tuple(sorted(found, key=lambda url: "news" not in url.lower()))


def _locations(index: Any, *, newest_first: bool) -> list[str]:
    dated = [(parse_date(_text(one, "lastmod")), _text(one, "loc")) for one in _below(index, "sitemap")]
    order = sorted(range(len(dated)), key=lambda n: str(dated[n][0] or ""), reverse=newest_first)
    return [dated[n][1] for n in order if dated[n][1]]


def _entry(element: Any) -> RawEntry | None:
    """One `<url>` with news tags; None for a page that is no news."""
    news = next(_below(element, "news"), None)
    link = _text(element, "loc")
    if news is None or not link:
        return None
    return RawEntry(
        links=(link,),
        title=_text(news, "title"),
        guid=link,
        published_at=parse_date(_text(news, "publication_date")),
        updated_at=parse_date(_text(element, "lastmod")),
        language=_text(news, "publication", "language"),
        categories=tuple(word.strip() for word in _text(news, "keywords").split(",")),
    )


def _below(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element if local_name(child) == name)


def _text(element: Any, *path: str) -> str:
    """The text of the first element along `path`; empty if there is none."""
    for name in path:
        element = next(_below(element, name), None)
        if element is None:
            return ""
    return "".join(element.itertext()).strip()

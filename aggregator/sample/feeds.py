"""The sample outlets' feeds: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1. They have summaries only."""

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from aggregator.clock import rfc3339
from aggregator.sample.looks import look_of
from aggregator.sample.newsroom import Newsroom, SampleArticle, SampleFeed, SampleOutlet
from aggregator.types import Kind

NEWEST = 30
TRACKING = "utm_source=rss&utm_medium=feed"


def in_feed(outlet: SampleOutlet, feed: SampleFeed, articles: Sequence[SampleArticle]) -> list[SampleArticle]:
    """The newest articles that belong to `feed`: an opinion feed takes the opinion pieces away from the others."""
    if any(other.section == "opinion" for other in outlet.feeds):
        wanted = feed.section == "opinion"
        articles = [article for article in articles if (article.kind is Kind.OPINION) == wanted]
    return list(articles[:NEWEST])


def write_feed(newsroom: Newsroom, outlet: SampleOutlet, feed: SampleFeed, articles: Sequence[SampleArticle]) -> bytes:
    """The document at the feed's address; `articles` are those that it lists, newest first."""
    title = f"{outlet.name} — Opinion" if feed.section == "opinion" else outlet.name
    title += " — a fictional outlet of the aggregator sample newsroom"
    links = [_link(newsroom, article) for article in articles]
    write = {"rss": _rss, "atom": _atom, "json": _json}[feed.format]
    return write(outlet, feed, title, list(zip(articles, links, strict=True))).encode()


_Items = list[tuple[SampleArticle, str]]


def _link(newsroom: Newsroom, article: SampleArticle) -> str:
    url = newsroom.url(article)
    if not look_of(article.outlet).tracked:
        return url
    return f"{url}{'&' if '?' in url else '?'}{TRACKING}"


def _tag(outlet: SampleOutlet, article: SampleArticle) -> str:
    """A `tag:` URI (RFC 4151), which stays when the article's title or address changes."""
    return f"tag:{outlet.host},{article.published:%Y-%m-%d}:{article.slug}"


def _category(article: SampleArticle) -> str:
    return article.section if article.kind is Kind.NEWS else article.kind.value


def _element(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text)}</{name}>"


def _rss(outlet: SampleOutlet, feed: SampleFeed, title: str, items: _Items) -> str:
    tracked = look_of(outlet.key).tracked
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">',
        "<channel>",
        _element("title", title),
        _element("link", outlet.home),
        _element("description", f"Everything here is invented: {title}."),
        _element("language", outlet.language),
        f'<atom:link href={quoteattr(feed.url)} rel="self" type="application/rss+xml"/>',
    ]
    for article, link in items:
        lines += ["<item>", _element("title", article.headline), _element("link", link)]
        if tracked:
            lines.append(_element("guid", link.removesuffix(TRACKING).rstrip("?&"), ' isPermaLink="true"'))
        else:
            lines.append(_element("guid", _tag(outlet, article), ' isPermaLink="false"'))
        lines.append(_element("pubDate", format_datetime(article.published)))
        lines.append(_element("description", article.summary))
        lines += [_element("dc:creator", name) for name in article.byline]
        lines += [_element("category", _category(article)), "</item>"]
    return "\n".join([*lines, "</channel>", "</rss>", ""])


def _atom(outlet: SampleOutlet, feed: SampleFeed, title: str, items: _Items) -> str:
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(outlet.language)}>',
        _element("title", title),
        _element("subtitle", "People, places and events in this feed are fictional."),
        _element("id", feed.url),
        f'<link rel="self" type="application/atom+xml" href={quoteattr(feed.url)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(outlet.home)}/>',
        _element("updated", _atom_time(max((article.changed for article, _ in items), default=None))),
    ]
    for article, link in items:
        lines += ["<entry>", _element("title", article.headline), _element("id", _tag(outlet, article))]
        lines.append(f'<link rel="alternate" type="text/html" href={quoteattr(link)}/>')
        lines.append(_element("published", article.published.isoformat()))
        lines.append(_element("updated", article.changed.isoformat()))
        names = article.byline or (outlet.name,)
        lines += [f"<author>{_element('name', name)}</author>" for name in names]
        lines += [f"<category term={quoteattr(_category(article))}/>", _element("summary", article.summary), "</entry>"]
    return "\n".join([*lines, "</feed>", ""])


def _atom_time(moment: datetime | None) -> str:
    """The feed's own time, which Atom demands even when there is nothing in it yet."""
    return rfc3339(moment) if moment else "2026-10-01T00:00:00Z"


def _json(outlet: SampleOutlet, feed: SampleFeed, title: str, items: _Items) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "description": "A fictional outlet of the aggregator sample newsroom.",
        "home_page_url": outlet.home,
        "feed_url": feed.url,
        "language": outlet.language,
        "items": [_json_item(outlet, article, link) for article, link in items],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _json_item(outlet: SampleOutlet, article: SampleArticle, link: str) -> dict[str, object]:
    item: dict[str, object] = {
        "id": _tag(outlet, article),
        "url": link,
        "title": article.headline,
        "content_text": article.summary,
        "date_published": article.published.isoformat(),
        "authors": [{"name": name} for name in article.byline],
        "tags": [_category(article)],
    }
    if article.updated:
        item["date_modified"] = article.updated.isoformat()
    return item

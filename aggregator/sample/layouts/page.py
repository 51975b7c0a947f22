"""What a layout is, and how an article becomes a page in it.

Every text is escaped here, once; a layout's templates hold markup only.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from string import Template
from typing import Any, Literal

from aggregator.sample.blocks import Block, BlockKind
from aggregator.sample.newsroom import SampleArticle, SampleOutlet
from aggregator.types import Kind

#: what a reader without a subscription sees, and after how many blocks the interlude comes
SHOWN_PARAGRAPHS = 3
BLOCKS_BEFORE_INTERLUDE = 4
RELATED = 5

_SCHEMA_TYPES = {Kind.NEWS: "NewsArticle", Kind.OPINION: "OpinionNewsArticle", Kind.SATIRE: "SatiricalArticle"}


@dataclass(frozen=True, slots=True)
class Layout:
    """One design of an article page; its strings are `string.Template`s.

    `page`: the whole document (the names are the keys in `render`). `blocks`: the markup of a kind of block, with
    `$text`, or `$items` for a list, and a post's `$author`, `$handle`, `$date`; a kind without an entry is a paragraph.
    `note`: the editor's note. `updated`: the later time, `$iso` and `$time`. Put in as they are: `interlude`, which
    interrupts a long text, and `paywall`, which ends a teaser. `json_ld`: none, one object, or an `@graph` of several.
    """

    page: str
    blocks: Mapping[BlockKind, str]
    date: Callable[[datetime], str] = datetime.isoformat
    note: str = '<p class="editors-note"><em>$text</em></p>'
    updated: str = ""
    interlude: str = ""
    paywall: str = '<div class="paywall"><p>Subscribe to continue reading…</p></div>'
    json_ld: Literal["", "object", "graph"] = ""


def render(
    layout: Layout,
    outlet: SampleOutlet,
    article: SampleArticle,
    others: Sequence[SampleArticle] = (),
    *,
    canonical: bool = True,
    charset: str = "utf-8",
) -> str:
    """The article's page in `layout`; `others` are the outlet's articles from which the related links are taken."""
    url = outlet.home.rstrip("/") + article.path
    links = [f'<link rel="canonical" href="{escape(url)}">'] if canonical else []
    links += alternates(outlet)
    if layout.json_ld:
        links.append(_json_ld(layout, outlet, article, url))
    updated = article.updated
    related = [other for other in others if other.slug != article.slug][:RELATED]
    texts = {
        "lang": article.language,
        "charset": charset,
        "outlet": outlet.name,
        "home": outlet.home,
        "url": url,
        "headline": article.headline,
        "summary": article.summary,
        "section": article.kind.title() if article.kind is not Kind.NEWS else article.section.title(),
        "byline": _and(article.byline or (outlet.name,)),
        "published": layout.date(article.published),
        "published_iso": article.published.isoformat(),
    }
    markup = {
        "links": "\n".join(links),
        "updated": _fill(layout.updated, iso=updated.isoformat(), time=layout.date(updated)) if updated else "",
        "note": _fill(layout.note, text=article.editor_note) if article.editor_note else "",
        "body": _body(layout, article),
        "related": "\n".join(
            f'<li><a href="{escape(other.path)}">{escape(other.headline)}</a></li>' for other in related
        ),
    }
    return Template(layout.page).substitute({name: escape(text) for name, text in texts.items()} | markup)


def alternates(outlet: SampleOutlet) -> list[str]:
    """The link elements by which a page says where the outlet's feeds are."""
    return [
        f'<link rel="alternate" type="{feed.media_type}" title="{escape(outlet.name)}" href="{escape(feed.url)}">'
        for feed in outlet.feeds
    ]


def _body(layout: Layout, article: SampleArticle) -> str:
    shown = _teaser(article.blocks) if article.paywall else article.blocks
    parts = [_block(layout, block) for block in shown]
    if article.paywall:
        parts.append(layout.paywall)
    elif layout.interlude and len(parts) > BLOCKS_BEFORE_INTERLUDE:
        parts.insert(BLOCKS_BEFORE_INTERLUDE, layout.interlude)
    return "\n".join(parts)


def _teaser(blocks: Sequence[Block]) -> Sequence[Block]:
    ends = [n for n, block in enumerate(blocks, 1) if block.kind is BlockKind.PARAGRAPH]
    return blocks[: ends[:SHOWN_PARAGRAPHS][-1]] if ends else ()


def _block(layout: Layout, block: Block) -> str:
    template = layout.blocks.get(block.kind, "<p>$text</p>")
    if block.kind is BlockKind.LIST:
        return Template(template).substitute(items="".join(f"<li>{escape(line)}</li>" for line in block.lines))
    if block.kind is BlockKind.QUOTE:
        inside = "</p><p>".join(escape(line, quote=False) for line in block.lines)
        return Template(template).substitute(text=inside)
    return _fill(template, text=block.text, author=block.author, handle=block.handle, date=block.date)


def _fill(template: str, **texts: str) -> str:
    return Template(template).substitute({name: escape(text, quote=False) for name, text in texts.items()})


def _and(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _json_ld(layout: Layout, outlet: SampleOutlet, article: SampleArticle, url: str) -> str:
    """A script element with the article in the words of schema.org, as news sites publish it for search engines."""
    publisher = {"@type": "NewsMediaOrganization", "name": outlet.name, "url": outlet.home}
    author = "Organization" if article.wire else "Person"
    thing: dict[str, Any] = {
        "@type": _SCHEMA_TYPES[article.kind],
        "mainEntityOfPage": url,
        "headline": article.headline,
        "description": article.summary,
        "datePublished": article.published.isoformat(),
        "dateModified": article.changed.isoformat(),
        "articleSection": "Opinion" if article.kind is Kind.OPINION else article.section.title(),
        "author": [{"@type": author, "name": name} for name in article.byline],
        "publisher": publisher,
        "isAccessibleForFree": not article.paywall,
    }
    if article.paywall:
        thing["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"}
    page = {"@type": "WebPage", "@id": url, "name": article.headline}
    data = {"@graph": [publisher, page, thing]} if layout.json_ld == "graph" else thing
    # "</script>" inside a string would end the element
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False, indent=1).replace("<", "\\u003c")
    return f'<script type="application/ld+json">\n{text}\n</script>'

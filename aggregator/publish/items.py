"""Stories as items of feeds: plain title and summary, inert HTML, and the whole page beside them.

Every text goes through `printable` and is escaped, so that nothing of a source is markup. The HTML needs no style:
feed readers drop classes and keep headings, lists and links.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, get_args
from urllib.parse import quote

from aggregator.clock import parse_time, rfc3339
from aggregator.publish import charts, prose
from aggregator.publish.files import SiteInfo
from aggregator.publish.pages import Head
from aggregator.publish.render import plural, printable, title, web_address
from aggregator.summarise.page import (
    SEEN,
    Correction,
    Gap,
    Label,
    Sentence,
    Source,
    StoryPage,
    Tombstone,
    Topic,
    Viewpoint,
)

_LEANS: tuple[str, ...] = get_args(Label)
_MOST_SUMMARY = 1000


@dataclass(frozen=True)
class Item:
    """A story in a feed, as far as others name it. `id` is its address for ever.

    `published` and `modified` are moments in UTC.
    """

    id: str
    page_id: str
    url: str
    title: str
    published: datetime
    modified: datetime
    status: str
    language: str = ""
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True)
class Content:
    """What an item tells. `story` is the page or tombstone as plain values; `html` is escaped.

    `via` are names and addresses of the sources.
    """

    summary: str
    html: str
    story: Mapping[str, Any]
    licence: str = ""
    via: tuple[tuple[str, str], ...] = ()


def items_of(heads: Iterable[Head], site: SiteInfo) -> list[Item]:
    """An item for each page that readers may see, last modified last. Drafts and held pages are left out."""
    items = [_item(head, site) for head in heads if head.status in SEEN]
    return sorted(items, key=lambda item: (item.modified, item.page_id))


def content_of(page: StoryPage, site: SiteInfo) -> Content:
    """What is told of a page that readers can read."""
    return Content(
        summary=plain(" ".join(sentence.text for sentence in page.dek), _MOST_SUMMARY),
        html=_html(page, site),
        story=page.as_json(),
        licence=page.licence,
        via=tuple((plain(source.outlet), source.url) for source in page.sources if web_address(source.url)),
    )


def epitaph_of(tomb: Tombstone, site: SiteInfo) -> Content:
    """What is told in place of a page that is gone."""
    note, html = _epitaph(tomb, site)
    return Content(summary=note, html=html, story=tomb.as_json())


def plain(value: str, limit: int = 300) -> str:
    """`value` on one line, without control or bidi characters, cut at a word beyond `limit` code points."""
    return title(str(printable(value)), limit)


def permanent(site: SiteInfo, page_id: str) -> str:
    """The address of a story that no new headline changes."""
    return f"{site.base_url.rstrip('/')}/story/{quote(page_id, safe='')}/"


def _item(head: Head, site: SiteInfo) -> Item:
    return Item(
        id=permanent(site, head.id),
        page_id=head.id,
        url=web_address(head.url) or permanent(site, head.id),
        title=(f"{head.status.capitalize()}: " if head.ended else "") + plain(head.headline),
        published=parse_time(head.published_at),
        modified=parse_time(head.updated_at),
        status=head.status,
        language="" if head.ended else head.language,
        topics=tuple(head.shelves),
    )


def _epitaph(page: Tombstone, site: SiteInfo) -> tuple[str, str]:
    """What a reader is told in place of a page that is gone: plain, and as HTML."""
    day = rfc3339(parse_time(page.updated_at))[:10]
    if page.status == "merged" and page.merged_into:
        note = f"This story was merged into another on {day}."
        target = escape(permanent(site, page.merged_into))
        said = f'This story was merged into <a href="{target}">another</a> on {day}.'
    else:
        note = said = f"This page was {page.status} on {day}. Its text is no longer published."
    return note, "\n".join([f"<p>{said}</p>", *_corrections(page.corrections)])


def _html(page: StoryPage, site: SiteInfo) -> str:
    sources = {source.n: source for source in page.sources}
    blocks = [
        *_corrections(page.corrections),
        f"<p><strong>{' '.join(_line(each, sources, marked=False) for each in page.dek)}</strong></p>",
        *_credit(page, sources),
        *_listed(
            "Perspectives",
            (f"<strong>{_text(each.label)}:</strong> {_line(each.sentence, sources)}" for each in page.perspectives),
        ),
        *_listed("What’s not represented", (_text(each.text) for each in page.not_represented)),
        *(["<h2>Why this matters</h2>", _paragraph(page.why_it_matters, sources)] if page.why_it_matters else []),
        "<h2>The story</h2>",
        *(_paragraph(sentences, sources) for sentences in page.body),
        *(["<h2>Viewpoints in depth</h2>"] if page.viewpoints else []),
        *(block for each in page.viewpoints for block in _viewpoint(each, sources)),
        *_listed("Sources", (_card(source) for source in page.sources)),
        _coverage(page),
        _colophon(page, site),
    ]
    return "\n".join(blocks)


def _viewpoint(view: Viewpoint, sources: Mapping[int, Source]) -> tuple[str, str, str]:
    return (
        f"<h3>{_text(view.name)}</h3>",
        f"<p><em>{_line(view.stance, sources)}</em></p>",
        _paragraph(view.sentences, sources),
    )


def _paragraph(sentences: Sequence[Sentence], sources: Mapping[int, Source]) -> str:
    """Markers before each full stop and their list at the end; a single source has one marker, at the end."""
    cited = sorted({n for sentence in sentences for n in sentence.citations})
    last = max((i for i, sentence in enumerate(sentences) if sentence.citations), default=-1)
    said = [
        _line(sentence, sources, marked=len(cited) != 1 or place == last) for place, sentence in enumerate(sentences)
    ]
    return f"<p>{' '.join(said)}{_markers(cited, sources) if len(cited) > 1 else ''}</p>"


def _line(sentence: Sentence, sources: Mapping[int, Source], *, marked: bool = True) -> str:
    line = prose.line(sentence, sources, marked=marked)
    markers = _markers(line.markers, sources)
    text = "".join(_piece(piece) for piece in line.pieces)
    return f"{text}{'&#160;' if markers else ''}{markers}{_text(line.end)}"


def _piece(piece: prose.Piece) -> str:
    if piece.kind == "own":
        return _text(piece.text)
    words = f' title="Words of {_text(piece.outlet)}"' if piece.outlet else ""
    return f'<span class="{piece.kind}"{words}>{_text(piece.text)}</span>'


def _markers(numbers: Iterable[int], sources: Mapping[int, Source]) -> str:
    """`[1][2]`, each a link: text of a source that looks like a marker is none."""
    return "".join(_link(sources[n].url if n in sources else "", f"[{n}]") for n in numbers)


def _card(source: Source) -> str:
    day = f", {_text(source.published_at[:10])}" if source.published_at else ""
    kind = f", {_text(source.kind)}" if source.kind != "news" else ""
    scale = f", {_text(source.lean.scale_of)} scale" if source.lean.scale_of else ""
    name = f"[{source.n}] {_text(source.outlet)} ({source.lean.label}{scale})"
    origin = f", text of {_text(plain(source.origin.name))}" if source.origin else ""
    owned = ", state-owned" if source.owner_kind == "state" else ""
    copy = ", a text that several carry" if source.syndication_id and not origin else origin
    return f"{name}: {_link(source.url, _text(plain(source.title)))}{kind}{day}{owned}{copy}"


def _credit(page: StoryPage, sources: Mapping[int, Source]) -> list[str]:
    """Whose headline this is, where it is that of a source."""
    credit = page.headline_evidence[0] if page.headline_evidence else None
    if credit is None or credit.field != "title" or credit.n not in sources:
        return []
    outlet = _text(plain(sources[credit.n].outlet))
    return [f"<p>The headline is that of {outlet}&#160;{_markers([credit.n], sources)}.</p>"]


def _coverage(page: StoryPage) -> str:
    counts = page.coverage
    sides = [f"{label} {counts.by_lean[label].sources}" for label in sorted(counts.by_lean, key=_LEANS.index)]
    others = (("Unrated", counts.unrated), ("Mixed", counts.mixed), ("Disputed", counts.disputed))
    sides += [f"{label} {count}" for label, count in others if count]
    told = f"{plural(counts.sources, 'source')}, {counts.independent} independent{charts.owned(counts)}"
    reuses = "".join(f" {_text(charts.reuse(one))}" for one in counts.partial_reuse)
    return f"<p>{told}. Outlets by lean: {_text(', '.join(sides) or 'none')}.{reuses}{_gap(counts.gap)}</p>"


def _gap(gap: Gap) -> str:
    """A coverage gap in words; that there is none, or no test, is in the page's data."""
    return f" <b>Coverage gap.</b> {_text(gap.text)}" if gap.state == "gap" and gap.text else ""


def _colophon(page: StoryPage, site: SiteInfo) -> str:
    made = page.provenance
    review = f"reviewed by {made.reviewed_by_role or 'an editor'}" if made.reviewed else "not yet reviewed"
    lines = [
        f"Written by software, {review}. Version {page.version}.",
        "Words in quotation marks are verbatim; other sentences may use the words of the source that they name.",
        f"Licence: {page.licence}.",
        site.notice,
    ]
    return f"<p><small>{_text(' '.join(line for line in lines if line))}</small></p>"


def _corrections(corrections: Sequence[Correction]) -> list[str]:
    """What was put right, newest last, above everything else."""
    return [
        f"<p><strong>{_text(each.kind.capitalize())}, {_text(each.at[:10])}:</strong> {_text(each.note)}</p>"
        for each in corrections
    ]


def _listed(heading: str, entries: Iterable[str]) -> list[str]:
    rows = [f"<li>{entry}</li>" for entry in entries]
    return [f"<h2>{heading}</h2>\n<ul>", *rows, "</ul>"] if rows else []


def _link(url: str, html: str) -> str:
    return f'<a href="{escape(url)}">{html}</a>' if web_address(url) else html


def _text(value: str) -> str:
    return escape(str(printable(value)))

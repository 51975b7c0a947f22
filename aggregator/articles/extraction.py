"""From a page's HTML, or from a plain text, to a document. Pure: the same bytes give the same document everywhere.

The order of work: characters, one tree, what the page declares, what its elements are, the body, the document. No
network, no clock, no state; arguments, results and errors can be pickled, so that a pool of processes may run it (never
of threads: trafilatura is not safe there).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from lxml import etree

from aggregator.articles import body, kinds, phrases
from aggregator.articles.authors import MAX_AUTHORS
from aggregator.articles.body import Paragraph
from aggregator.articles.charset import decode
from aggregator.articles.language import find_language
from aggregator.articles.markup import lines, parse, strip_unread
from aggregator.articles.metadata import Metadata, read_metadata
from aggregator.articles.regions import find_regions, read_marks
from aggregator.errors import Rejected
from aggregator.settings import ExtractSettings
from aggregator.text import one_line
from aggregator.types import DateTrust, Extent, Extracted, Kind, Page, Rights

_MIN_TEASER = 120
_MIN_VISIBLE = 200
_ERROR_CHARS = 1200
_BINARY_TYPES = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip", "application/json")
_APP_ROOTS = (
    '//*[@id="root" or @id="app" or @id="__next" or @id="__nuxt" or @id="___gatsby" or @data-reactroot or @ng-app'
    " or @ng-version]|//app-root"
)


def extract_page(page: Page, settings: ExtractSettings) -> Extracted:
    """The article on `page` as a document.

    Raises Rejected with the reason `not-html`, `empty-page`, `needs-js`, `error-page`, `consent-page` or `too-short`. A
    language that is not among `settings.languages` is no reason: whether to go on is for the caller to say.
    """
    tree = _parse(page, settings)
    meta = read_metadata(tree, page.url)
    strip_unread(tree)
    visible = lines(tree)
    walled = body.prune(tree)
    marks = read_marks(tree)
    title = meta.title or one_line(page.title)
    found = _paragraphs(tree, page.url, title, meta, settings.min_chars)
    paragraphs, prompted = kinds.cut_prompt(found)
    text = "\n".join(paragraph.text for paragraph in paragraphs)
    extent = kinds.find_extent(text, prompted=prompted, walled=walled, free=meta.free)
    if len(page.html) > settings.max_html_bytes:
        # the rest was not read, so that nothing may be said about what the article leaves out
        extent = Extent.TEASER
    _check(tree, text, visible, (title, *meta.titles), _MIN_TEASER if extent is Extent.TEASER else settings.min_chars)
    return Extracted(
        title=title or one_line(paragraphs[0].text, 80),
        text=text,
        language=find_language(text, page.language or tree.get("lang") or ""),
        kind=_kind(page, meta, title),
        extent=extent,
        regions=find_regions(paragraphs, marks),
        authors=meta.authors,
        published_at=page.published_at or meta.published_at,
        date_trust=DateTrust.FEED if page.published_at else meta.date_trust,
        canonical_url=meta.canonical_url,
        section=one_line(page.section or meta.section, 80),
        wire=kinds.find_wire(paragraphs, meta.authors, page.url),
        rights=meta.rights,
    )


def document_from_text(
    text: str,
    *,
    title: str,
    url: str = "",
    section: str = "",
    language: str = "",
    authors: Sequence[str] = (),
    published_at: datetime | None = None,
    rights: Rights = Rights.FULL,
    satire: bool = False,
) -> Extracted:
    """A document from a text that somebody else extracted: nothing is dropped from it; the rest is found in it.

    `language` is a hint for texts too short to tell by; `published_at` is aware.

    Raises Rejected("empty-page") when the text has no words.
    """
    paragraphs = [each for each in body.split_text(text) if any(map(str.isalnum, each.text))]
    if not paragraphs:
        raise Rejected("empty-page", "the text has no words")
    joined = "\n".join(paragraph.text for paragraph in paragraphs)
    names = tuple(filter(None, (one_line(name, 100) for name in authors)))[:MAX_AUTHORS]
    title = one_line(title) or one_line(paragraphs[0].text, 80)
    return Extracted(
        title=title,
        text=joined,
        language=find_language(joined, language),
        kind=kinds.find_kind(titles=(title,), url=url, sections=(section,) if section else (), satire=satire),
        extent=kinds.find_extent(joined, prompted=kinds.cut_prompt(paragraphs)[1], walled=False, free=None),
        regions=find_regions(paragraphs),
        authors=names,
        published_at=published_at,
        date_trust=DateTrust.FEED if published_at else DateTrust.NONE,
        section=one_line(section, 80),
        wire=kinds.find_wire(paragraphs, names, url),
        rights=rights,
    )


def _parse(page: Page, settings: ExtractSettings) -> etree._Element:
    if page.content_type.strip().lower().startswith(_BINARY_TYPES):
        raise Rejected("not-html", page.content_type[:100])
    if not page.html.strip():
        raise Rejected("empty-page", "no bytes")
    source = decode(page.html[: settings.max_html_bytes], page.content_type)
    if "<" not in source:
        raise Rejected("not-html", "no markup")
    return parse(source)


def _kind(page: Page, meta: Metadata, title: str) -> Kind:
    sections = tuple(filter(None, (page.section, *meta.sections)))
    titles = (title, *meta.titles, page.title)
    return kinds.find_kind(titles=titles, url=page.url, sections=sections, types=meta.types, satire=page.satire)


def _paragraphs(tree: etree._Element, url: str, title: str, meta: Metadata, least: int) -> list[Paragraph]:
    """The body as shown; where that is too little, as declared, unless what is declared is for those who pay."""
    shown = body.tidy(body.extract_paragraphs(tree, url), title)
    if _chars(shown) >= least or meta.free is False:
        return shown
    return max(shown, body.tidy(body.declared_paragraphs(meta.body), title), key=_chars)


def _chars(paragraphs: Iterable[Paragraph]) -> int:
    return sum(len(paragraph.text) + 1 for paragraph in paragraphs)


def _check(tree: etree._Element, text: str, visible: Sequence[str], titles: Iterable[str], least: int) -> None:
    """Raise Rejected when the page is no article, with the reason that fits best."""
    shown = " ".join(visible)
    if len(text) < _ERROR_CHARS and (wrong := next(filter(phrases.ERROR_TITLE.search, titles), "")):
        raise Rejected("error-page", wrong)
    if _is_consent(text.split("\n")) or (len(text) < least and _is_consent(visible)):
        raise Rejected("consent-page", shown[:200])
    if len(text) >= least:
        return
    if len(shown) < _MIN_VISIBLE:
        unread = " ".join(" ".join(element.itertext()) for element in tree.iter("noscript"))
        if tree.xpath(_APP_ROOTS) or phrases.NEEDS_JS.search(shown + " " + unread):
            raise Rejected("needs-js", shown)
        if not shown:
            raise Rejected("empty-page", "no text")
    raise Rejected("too-short", f"{len(text)} characters")


def _is_consent(texts: Sequence[str]) -> bool:
    """Whether a text is mostly a request for consent: two of its buttons, and its phrases over half of the text."""
    hits = [text for text in texts if phrases.CONSENT.search(text)]
    asked = {match[0].lower() for text in texts for match in phrases.CONSENT_ACTION.finditer(text)}
    return len(asked) >= 2 and sum(map(len, hits)) >= 0.5 * sum(map(len, texts))

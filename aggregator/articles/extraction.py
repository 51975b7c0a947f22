"""From a page's HTML, or from a plain text, to a document. Pure: the same bytes give the same document everywhere.

The order of work: characters, one tree, what the page declares, what its elements are, the body, the document. No
network, no clock, no state; arguments, results and errors can be pickled, so that a pool of processes may run it (never
of threads: trafilatura is not safe there).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from lxml import etree

from aggregator.articles import body, candidates, kinds, phrases
from aggregator.articles.authors import MAX_AUTHORS
from aggregator.articles.body import Paragraph
from aggregator.articles.charset import decode
from aggregator.articles.dates import guessed_date
from aggregator.articles.language import find_language
from aggregator.articles.markup import build, harmless, is_deep, lines, parse, strip_unread
from aggregator.articles.metadata import Metadata, read_metadata
from aggregator.articles.regions import Mark, find_regions, read_marks
from aggregator.errors import Rejected
from aggregator.setting_sections import ExtractSettings
from aggregator.text import one_line
from aggregator.types import DateTrust, Extent, Extracted, Kind, Page, Rights, strictest

_MIN_TEASER = 120
_MIN_VISIBLE = 200
_ERROR_CHARS = 1200
#: a page of which the article may be there although it was not shown to us; an error page may mean that it is gone
_SHOWN_NOTHING = ("not-html", "empty-page", "needs-js", "consent-page", "too-short")
_BINARY_TYPES = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip", "application/json")
_APP_ROOTS = (
    '//*[@id="root" or @id="app" or @id="__next" or @id="__nuxt" or @id="___gatsby" or @data-reactroot or @ng-app'
    " or @ng-version]|//app-root"
)


def extract_page(page: Page, settings: ExtractSettings) -> Extracted:
    """The article on `page` as a document.

    Raises Rejected with the reason `not-html`, `empty-page`, `needs-js`, `error-page`, `consent-page` or `too-short`. A
    language that is not among `settings.languages` is no reason: whether to go on is for the caller to say. A page that
    shows nothing, or only asks for consent, is replaced by the text that the feed carried, if that is long enough.
    """
    meta = Metadata()
    try:
        source = _source(page, settings)
        tree = build(source)
        held = list(tree.iter())  # lxml makes an element anew for each pass over the tree unless somebody holds it
        meta = read_metadata(tree, page.url, robot=page.robot, tdm_basis=page.tdm_basis)
        found = _from_page(page, source, tree, meta, settings)
        held.clear()
        return found
    except Rejected as rejected:
        carried = candidates.carried_paragraphs(page.feed_html, page.title) if page.feed_html else []
        if rejected.reason not in _SHOWN_NOTHING or candidates.chars(carried) < settings.min_chars:
            raise
        return _from_feed(page, carried, meta)


def _from_page(page: Page, source: str, tree: etree._Element, meta: Metadata, settings: ExtractSettings) -> Extracted:
    # resiliparse needs time in more than the square of the depth
    second = "" if is_deep(tree) else candidates.second_text(source)
    strip_unread(tree)
    walled = body.prune(tree)
    marks = read_marks(tree)
    title = meta.title or one_line(page.title)
    carried = candidates.carried_paragraphs(page.feed_html, title) if page.feed_html else []
    # what is declared for those who pay is not for us
    offers = candidates.offered("" if meta.free is False else meta.body, title, carried)
    choice = candidates.choose(tree, second, page.url, title, offers, settings.min_chars)
    paragraphs, prompted = kinds.cut_prompt(choice.paragraphs)
    text = "\n".join(paragraph.text for paragraph in paragraphs)
    extent = kinds.find_extent(text, prompted=prompted, walled=walled, free=meta.free)
    unread = len(page.html) > settings.max_html_bytes
    if unread or choice.doubtful or (choice.paragraphs is carried and not candidates.is_whole(carried)):
        # there may be more than was read, so that nothing may be said about what the article leaves out
        extent = Extent.TEASER
    least = _MIN_TEASER if extent is Extent.TEASER and not choice.doubtful else settings.min_chars
    _check(source, text, (title, *meta.titles), least)
    found = _document(page, meta, title, paragraphs, tree.get("lang") or "")
    if found.published_at is None and page.fetched_at and (day := guessed_date(source, page.url, page.fetched_at)):
        found = replace(found, published_at=day, date_trust=DateTrust.GUESSED)
    return replace(found, extent=extent, regions=find_regions(paragraphs, marks), agreement=choice.agreement)


def _from_feed(page: Page, carried: Sequence[Paragraph], meta: Metadata) -> Extracted:
    """What the feed carried as the article; the page's own statements about itself hold."""
    found = _document(page, meta, one_line(page.title) or meta.title, carried, "")
    extent = Extent.FULL if candidates.is_whole(carried) else Extent.TEASER
    return replace(found, extent=extent, regions=find_regions(carried, _marks(page.feed_html)))


def _marks(html: str) -> list[Mark]:
    tree = parse(html)
    strip_unread(tree)
    return read_marks(tree)


def _document(page: Page, meta: Metadata, title: str, paragraphs: Sequence[Paragraph], lang: str) -> Extracted:
    """Everything but how much of the article was seen and whose words it holds."""
    text = "\n".join(paragraph.text for paragraph in paragraphs)
    rights = strictest(page.rights, meta.rights)
    return Extracted(
        title=title or one_line(paragraphs[0].text, 80),
        text=text,
        language=find_language(text, page.language or lang),
        kind=kinds.find_kind(
            titles=tuple(filter(None, (title, *meta.titles, page.title))),
            url=page.url,
            sections=tuple(filter(None, (Kind.OPINION.value if page.opinion else "", page.section, *meta.sections))),
            types=meta.types,
            satire=page.satire,
            paragraphs=paragraphs,
        ),
        extent=Extent.FULL,
        authors=meta.authors,
        published_at=page.published_at or meta.published_at,
        date_trust=DateTrust.FEED if page.published_at else meta.date_trust,
        canonical_url=meta.canonical_url,
        section=one_line(page.section or meta.section, 80),
        wire=kinds.find_wire(paragraphs, meta.authors, page.url),
        rights=rights,
        rights_basis=meta.rights_basis if rights is not page.rights else page.rights_basis,
        image=meta.image,
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


def _source(page: Page, settings: ExtractSettings) -> str:
    if page.content_type.strip().lower().startswith(_BINARY_TYPES):
        raise Rejected("not-html", page.content_type[:100])
    if not page.html.strip():
        raise Rejected("empty-page", "no bytes")
    source = decode(page.html[: settings.max_html_bytes], page.content_type)
    if "<" not in source:
        raise Rejected("not-html", "no markup")
    return harmless(source)


def _check(source: str, text: str, titles: Iterable[str], least: int) -> None:
    """Raise Rejected when the page is no article, with the reason that fits best."""
    if len(text) < _ERROR_CHARS and (wrong := next(filter(phrases.ERROR_TITLE.search, titles), "")):
        raise Rejected("error-page", wrong)
    if _is_consent(text):
        raise Rejected("consent-page", one_line(text, 200))
    if len(text) >= least:
        return
    # the tree was emptied of boxes that may be all that the page shows
    tree = build(source)
    unread = " ".join(" ".join(element.itertext()) for element in tree.iter("noscript"))
    strip_unread(tree)
    visible = lines(tree)
    shown = " ".join(visible)
    if _is_consent("\n".join(visible)):
        raise Rejected("consent-page", shown[:200])
    if len(shown) < _MIN_VISIBLE:
        if tree.xpath(_APP_ROOTS) or phrases.NEEDS_JS.search(shown + " " + unread):
            raise Rejected("needs-js", shown)
        if not shown:
            raise Rejected("empty-page", "no text")
    raise Rejected("too-short", f"{len(text)} characters")


def _is_consent(text: str) -> bool:
    """Whether a text is mostly a request for consent: two of its buttons, and its phrases over half of the text."""
    if len({match[0].lower() for match in phrases.CONSENT_ACTION.finditer(text)}) < 2:
        return False
    texts = text.split("\n")
    hits = [line for line in texts if phrases.CONSENT.search(line)]
    return sum(map(len, hits)) >= 0.5 * sum(map(len, texts))

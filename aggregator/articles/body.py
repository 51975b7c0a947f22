"""The body of an article as paragraphs: boilerplate pruned from the tree, trafilatura for the rest.

trafilatura (Barbaresi 2021, ACL demo) is called for the body alone: its metadata pass costs four parses and is worse on
news than reading what the page declares.
"""

import html
import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from aggregator.articles import phrases
from aggregator.articles.markup import key, lines, names, parse, squeeze
from aggregator.errors import Rejected
from aggregator.text import clean

_PRUNED = re.compile(
    r"newsletter|sign-?up|related[-_]?(?:stor|article|content|post|link|news|item|topic|coverage)|most-?(?:read"
    r"|popular|viewed)"
    r"|recommend(?:ed|ation)|also-?(?:read|like)|read-?(?:more|next|also)|more-?(?:from|stories|on)|trending|up-?next"
    r"|cookie|consent|gdpr|onetrust|didomi|(?:social|share)[-_]?(?:bar|tools|buttons?|links|icons)|breadcrumb"
    r"|taboola|outbrain"
    r"|advert|ad-?(?:slot|unit|container|wrapper)|skip-?link|comments?-?(?:section|area|list)|author-?bio",
    re.IGNORECASE,
)
_PAYWALL_BOX = re.compile(
    r"pay-?wall|reg-?wall|piano-|subscri|meter(?:ed)?-?wall|premium|gate(?:way)?[-_]|offer", re.IGNORECASE
)
_KEPT_TAGS = frozenset(("html", "body", "main", "article"))
_PRUNED_SHARE = 0.25
_PRUNED_CHARS = 1500
_SPACES = re.compile(r"\s+")
_BLOCK_TAGS = frozenset((
    "body", "p", "head", "quote", "list", "item", "table", "row", "cell", "code", "div", "lb",
))  # fmt: skip
_KINDS = {"item": "item", "quote": "quote", "head": "head", "row": "row"}
_MIN_DECLARED = 600
_MAX_ROW = 400


class Paragraph(NamedTuple):
    """A paragraph of one line, and the element that it was: "p", "head", "item", "quote" or "row"."""

    text: str
    tag: str = "p"


def prune(tree: etree._Element) -> bool:
    """Remove from `tree` the boxes that their class or id calls boilerplate, unless they hold much of the page.

    True when one of them asked for a subscription to read on. Some outlets name the paid paragraphs themselves
    "paywall", so that a box counts as one only by what it says.
    """
    total = len(_SPACES.sub(" ", "".join(tree.itertext())))
    asked = False
    for element in list(
        tree.iter("div", "section", "aside", "ul", "ol", "p", "nav", "form", "dialog", "header", "figure")
    ):
        gate, box = _named(names(element))
        if not (gate or box) or element.tag in _KEPT_TAGS or element.getparent() is None:
            continue
        size = len(_SPACES.sub(" ", "".join(element.itertext())))
        small = size <= _PRUNED_CHARS and size <= max(_PRUNED_SHARE * total, 300 if gate else 0)
        walled = bool(gate and small and phrases.PAYWALL.search(" ".join(lines(element))))
        asked = asked or walled
        if small and (box or walled):
            _drop(element)
    _drop_next_articles(tree)
    _print_quotation_marks(tree)
    return asked


def _drop_next_articles(tree: etree._Element) -> None:
    """Drop what endless pages append: further `article` elements, each under an `h1` of its own, after a whole one."""
    titled = [each for each in tree.iter("article") if each.find(".//h1") is not None]
    if len(titled) < 2 or len("".join(titled[0].itertext())) < _PRUNED_CHARS // 3:
        return
    for each in titled[1:]:
        if not any(parent in titled for parent in each.iterancestors("article")):
            _drop(each)


@lru_cache(maxsize=4096)
def _named(name: str) -> tuple[bool, bool]:
    """Whether a class or id speaks of a subscription, and whether of boilerplate; the same come again."""
    return bool(_PAYWALL_BOX.search(name)), bool(_PRUNED.search(name))


def _print_quotation_marks(tree: etree._Element) -> None:
    """A browser prints quotation marks around `q`; without them the words would be the outlet's."""
    for quoted in list(tree.iter("q")):
        quoted.text = "“" + (quoted.text or "")
        if len(quoted):
            quoted[-1].tail = (quoted[-1].tail or "") + "”"
        else:
            quoted.text += "”"
        quoted.drop_tag()


def _drop(element: etree._Element) -> None:
    """Remove an element; the text after it stays."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail:
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def extract_paragraphs(tree: etree._Element, url: str, *, fast: bool = False) -> list[Paragraph]:
    """The paragraphs of the article in `tree`, in reading order; none when there is no article.

    `tree` is not changed. Comments of readers are left out. `fast` leaves out the comparison with other methods.
    """
    from trafilatura import bare_extraction

    # trafilatura logs every page without a body as an error; here that is an answer
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        document = bare_extraction(tree, url=url or None, include_comments=False, with_metadata=False, fast=fast)
    except (RecursionError, etree.LxmlError, AttributeError, LookupError, AssertionError, ValueError):
        document = None
    if document is None:
        return []
    body = document["body"] if isinstance(document, dict) else document.body
    return _walk(body)


def declared_paragraphs(body: str) -> list[Paragraph]:
    """The paragraphs of a JSON-LD `articleBody`, if it is long enough and not cut off."""
    if len(body) < _MIN_DECLARED or body.rstrip().endswith(("...", "…", "[…]", "[...]")):
        return []
    if "<p" in body or "<br" in body:
        try:
            return [Paragraph(clean(line)) for line in lines(parse(body))]
        except Rejected:
            return []
    return split_text(html.unescape(body))


def split_text(text: str) -> list[Paragraph]:
    """The non-empty lines of a plain text."""
    return [Paragraph(line) for line in map(squeeze, clean(text).split("\n")) if line]


def tidy(paragraphs: Iterable[Paragraph], title: str) -> list[Paragraph]:
    """Without boilerplate lines, the repeated headline, the byline above the text, and lines said twice in a row."""
    kept: list[Paragraph] = []
    skipping_list = False
    wanted = key(title)
    for paragraph in paragraphs:
        text = paragraph.text
        if skipping_list and paragraph.tag == "item":
            continue
        skipping_list = bool(phrases.TEASER_HEADING.match(text))
        if skipping_list or (phrases.BOILERPLATE.match(text) and not phrases.PAYWALL.search(text)):
            continue
        if len(kept) < 3 and (phrases.BYLINE.match(text) or (wanted and key(text) == wanted)):
            continue
        if _is_label(paragraph) and not any(each.tag != "head" for each in kept):
            continue
        if not kept or kept[-1].text != text:
            kept.append(paragraph)
    while kept and kept[-1].tag == "head":
        kept.pop()
    return kept


def _is_label(paragraph: Paragraph) -> bool:
    """Whether a line above the text is a section, a date or a button: a few words that are no sentence."""
    text = paragraph.text
    short = len(text) <= 60 and len(text.split()) <= 7 and paragraph.tag != "head"
    return short and not text.endswith((".", "!", "?", "…", "。", "”", '"', ":"))


def _walk(body: etree._Element) -> list[Paragraph]:
    """The blocks of trafilatura's tree, one paragraph each; a row of a table is one paragraph."""
    found: list[Paragraph] = []
    pieces: list[str] = []
    open_tags: list[str] = []

    def flush() -> None:
        text = squeeze(clean("".join(pieces)))
        pieces.clear()
        if any(char.isalnum() for char in text):
            tag = next((_KINDS[name] for name in reversed(open_tags) if name in _KINDS), "p")
            found.append(Paragraph(text.removesuffix(" |"), tag))

    for event, node in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            if node.tag in _BLOCK_TAGS and "row" not in open_tags:
                flush()
            # a row with running text in it is layout, not a table
            layout = node.tag == "row" and len("".join(node.itertext())) > _MAX_ROW
            open_tags.append("layout" if layout else str(node.tag))
            pieces.append(node.text or "")
            continue
        in_row = "row" in open_tags[:-1]
        if in_row and node.tag == "cell" and node.getnext() is not None:
            pieces.append(" | ")
        elif node.tag in _BLOCK_TAGS and not in_row:
            flush()
        elif in_row and node.tag in _BLOCK_TAGS:
            pieces.append(" ")
        open_tags.pop()
        if node is not body:
            pieces.append(node.tail or "")
    flush()
    return found

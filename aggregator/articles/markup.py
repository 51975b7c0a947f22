"""The tree of a page, and the little that every reader of it needs."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml import etree, html

from aggregator.errors import Rejected

#: elements that start a new line of text
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "td", "th", "tr", "ul",
))  # fmt: skip
#: elements whose text nobody reads
UNREAD = frozenset((
    "script", "style", "noscript", "template", "svg", "iframe", "object", "head", "select", "option", "button",
    "textarea",
))  # fmt: skip

_HUGE_TAG = re.compile(r"""<([a-zA-Z][\w:-]{0,30})\s(?=[^<]{32768})(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>""")
#: control characters and surrogates, and references to them
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CONTROL_REFERENCE = re.compile(
    "&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])"
    "|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[fF]{3}[efEF]));?(?![0-9a-fA-F])"
)
_DEEP = etree.XPath(f"boolean({'/*' * 200})")
_OF_HEAD = frozenset(("title", "meta", "link", "style", "script", "base", "noscript", "template"))
_NOT_ALNUM = re.compile(r"[\W_]+")
_SPACE = re.compile(r"\s+")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(\[[^\]]*\])?[^>]*>", re.IGNORECASE)


def parse(source: str) -> etree._Element:
    """The tree of an HTML document as it was decoded. Raises Rejected("empty-page") when there is nothing to parse."""
    return build(harmless(source))


def harmless(source: str) -> str:
    """The same document without what ends, bends or holds up a parser."""
    # NUL ends a document for libxml2, lxml takes no control character back, a document type may declare entities
    source = _DOCTYPE.sub("", _CONTROL_REFERENCE.sub(" ", _CONTROL.sub(" ", source)), count=1)
    # parsers need time in the square of the attributes of one element
    return _HUGE_TAG.sub(r"<\1>", source)


def build(source: str) -> etree._Element:
    """The tree of a harmless document; comments and processing instructions are left out.

    Raises Rejected("empty-page") when there is nothing to parse.
    """
    parser = html.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
        no_network=True,
        # an unclosed tag nests the rest of the page in it: without this everything deeper than 256 levels is lost
        huge_tree=True,
    )
    try:
        tree = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise Rejected("empty-page", str(error)[:200]) from error
    _close_head(tree)
    return tree


def _close_head(tree: etree._Element) -> None:
    """Move into the body what stands in the head only because the page leaves out `</head>` and `<body>`, as it may.

    libxml2 does not know that an `article`, `main` or `header` ends the head.
    """
    head = tree.find("head")
    first = next((one for one in head if one.tag not in _OF_HEAD), None) if head is not None else None
    if head is None or first is None:
        return
    strays = [first, *first.itersiblings()]
    body = tree.find("body")
    if body is None:
        body = etree.SubElement(tree, "body")
    body[:0] = strays


def is_deep(tree: etree._Element) -> bool:
    """Whether elements are nested deeper than anybody writes them."""
    return bool(_DEEP(tree))


def squeeze(value: str) -> str:
    """`value` with every run of white space made one space."""
    return _SPACE.sub(" ", value).strip()


def host_and_path(url: str) -> tuple[str, str]:
    """The host and the unquoted path of an address, empty where it has none or is no address."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", unquote(parts.path)
    except ValueError:
        return "", ""


def key(value: str) -> str:
    """The letters and digits of `value`, case-folded: what two renderings of one text have in common."""
    return _NOT_ALNUM.sub("", value.casefold())


def names(element: etree._Element) -> str:
    """The class, id and test id of an element, for matching against patterns; a long id is a slug of some headline."""
    identity = element.get("id") or ""
    return " ".join(
        (element.get("class") or "", identity if len(identity) <= 40 else "", element.get("data-testid") or "")
    )[:500]


def strip_unread(tree: etree._Element) -> None:
    """Remove the elements whose text nobody reads, so that every later pass is cheaper."""
    etree.strip_elements(tree, *sorted(UNREAD), with_tail=False)


def lines(element: etree._Element) -> list[str]:
    """The visible text under `element`, one string per block, without empty ones."""
    return [line for line in map(squeeze, "".join(_pieces(element)).split("\0")) if line]


def _pieces(element: etree._Element) -> Iterator[str]:
    """The text nodes under `element`, with a NUL wherever a block begins or ends."""
    if not len(element):
        yield element.text or ""
        return
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            if node.tag in UNREAD and node is not element:
                walk.skip_subtree()
                continue
            if node.tag in BLOCKS:
                yield "\0"
            if node.text:
                yield node.text
        elif node is not element:
            if node.tag in BLOCKS:
                yield "\0"
            if node.tail:
                yield node.tail

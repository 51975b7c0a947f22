"""XML that is not a feed (sitemaps, OPML) as a tree: no DTD, no entity, no network, and a limit on depth."""

from typing import Any

from lxml import etree

from aggregator.errors import Rejected
from aggregator.sources.markup import decode, mended, without_prolog


def tree_of(text: str, reason: str) -> Any:
    """The root element of `text`, which has gone through `mended`. Raises Rejected(reason)."""
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Rejected(reason, f"it cannot be parsed ({type(error).__name__})") from None
    if root is None:
        raise Rejected(reason, "it cannot be parsed")
    return root


def read_tree(body: bytes, reason: str) -> Any:
    """The root element of a document as it came: decoded, without its DOCTYPE, mended. Raises Rejected(reason)."""
    text, entities = without_prolog(decode(body).lstrip())
    return tree_of(mended(text, entities), reason)


def local_name(element: Any) -> str:
    """The element's name in lower case without namespace or prefix: many documents declare the wrong one, or none."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower() if isinstance(tag, str) else ""

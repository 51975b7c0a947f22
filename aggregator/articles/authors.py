"""Who a page says wrote it, and names made fit to print."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from aggregator.articles.jsonld import schema_types
from aggregator.articles.markup import key, lines, names, squeeze
from aggregator.text import one_line

MAX_AUTHORS = 8
_AUTHOR_METAS = (
    "author", "parsely-author", "dc.creator", "byl", "sailthru.author", "dcterms.creator", "cxenseparse:author",
    "article:author",
)  # fmt: skip
_STOP_AUTHORS = frozenset((
    "admin", "administrator", "editor", "editors", "editorial", "team", "staff", "newsroom", "webmaster",
    "redaktion", "redaction", "author", "authors", "guest", "user", "none", "null", "unknown", "anonymous",
    "undefined", "posted", "by", "news", "desk", "web", "online", "editorialteam", "newsdesk", "staffwriter",
    "staffwriters", "staffreporter", "newsstaff", "webdesk", "onlinedesk", "digitaldesk", "thenewsroom", "byline",
    "contributor", "contributors", "reporter", "reporters", "correspondent", "correspondents", "ourreporter",
    "ourcorrespondent", "ourreporters", "specialcorrespondent", "bureau", "ournewsdesk", "editorialstaff",
    "editorialboard",
    "theeditorialboard", "theeditors", "editorinchief", "administrador", "redazione", "redaccion", "redacción",
    "rédaction", "larédaction", "redactie", "redaksjonen", "redaktionen", "toimitus", "root", "test", "default",
    "siteadmin", "siteeditor", "websiteadmin", "wpadmin", "superuser", "newseditor", "webeditor", "webteam",
    "digitalteam", "editorteam", "theteam", "postedby", "pressrelease", "wirereports", "wireservices", "agencies",
    "newsagencies", "staffandagencies", "na",
))  # fmt: skip
_SPLIT_AUTHORS = re.compile(r"\s*(?:;|\||\n|,?\s+(?:and|und|et|y|og|och)\s+(?=[A-Z\u00c0-\u024f])|\s&\s)\s*")
_COMMA_AUTHORS = re.compile(r",\s+(?=[A-Z\u00c0-\u024f][^,]*\s)")
_ADDRESS = re.compile(r"://|^www\.|/|\.(?:com|org|net|co|uk|de|fr|info|io|news)$", re.IGNORECASE)
#: a date or an address that was run together with a name
_NOT_A_NAME = re.compile(
    r"\s+(?:(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\.? \d|\d{1,4}[./:-]\d|\S+@\S+)", re.IGNORECASE
)


def read_authors(
    tree: etree._Element, article: Mapping[str, Any], metas: Mapping[str, str], items: list[dict[str, Any]], site: str
) -> tuple[str, ...]:
    """The authors that JSON-LD names, else `meta`, else marked elements, else a line that opens with "By"."""
    by_id = {item["@id"]: item for item in items if isinstance(item.get("@id"), str)}
    declared = article.get("author") or article.get("creator")
    found = clean_authors(_names(declared, by_id), site)
    if not found and isinstance(declared, dict) and schema_types(declared) & {"organization", "newsmediaorganization"}:
        # an outlet that signs as itself on purpose; as a name in `meta` it is a default of the publishing system
        found = clean_authors(_names(declared, by_id))
    if not found:
        found = clean_authors((metas[name] for name in _AUTHOR_METAS if name in metas), site)
    if not found:
        marked = tree.xpath(
            '(//*[@rel="author"]|//*[@itemprop="author"]//*[@itemprop="name"]|//*[@itemprop="author"])[position()<9]'
        )
        shown = (" ".join(lines(element)) for element in marked)
        found = clean_authors((name for name in shown if len(name) <= 60 and len(name.split()) <= 8), site)
    return found or clean_authors(_bylines(tree), site)


def _bylines(tree: etree._Element) -> Iterator[str]:
    """What stands after "By" in an element that is called a byline, or at the end of the title of the page."""
    titled = re.search(r"\s[-–—|]\s+by\s+(.{3,80})$", squeeze(tree.findtext(".//title") or ""))
    if titled:
        yield titled[1]
        return
    for element in tree.iter("address", "div", "p", "span", "a", "h3", "h4"):
        if re.search(r"byline|author", names(element), re.IGNORECASE):
            text = " ".join(lines(element)[:4])
            if len(text) <= 120 and re.match(r"(?:By|Von|Par|Por)\s+[^\W\d_]", text, re.IGNORECASE):
                yield re.split(r"\s*(?:[•|·\d(]|\bUpdated\b|\bPublished\b)", text)[0]
                return


def _names(value: Any, by_id: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    for person in value if isinstance(value, list) else [value]:
        if isinstance(person, dict):
            name = person.get("name") or by_id.get(str(person.get("@id")), {}).get("name")
            yield from (part for part in (name if isinstance(name, list) else [name]) if isinstance(part, str))
        elif isinstance(person, str):
            yield person


def clean_authors(values: Iterable[str], site: str = "") -> tuple[str, ...]:
    """Names one by one, in order, without addresses, the outlet's own name and other stand-ins; eight at most."""
    found: dict[str, str] = {}
    for value in values:
        text = one_line(html.unescape(value), 400)
        text = re.sub(r"^(?:written |words |posted |story |von |par |por |by\b)+[:\s]*", "", text, flags=re.IGNORECASE)
        parts = _SPLIT_AUTHORS.split(text)
        for name in (piece for part in parts for piece in _COMMA_AUTHORS.split(part)):
            name = _NOT_A_NAME.split(name)[0].strip(" ,.;:-–—|/\"'")
            plain = key(name)
            if (
                not 2 <= len(plain) <= 60
                or "@" in name
                or _ADDRESS.search(name)
                or plain in _STOP_AUTHORS
                or plain == key(site)
                or plain.isdigit()
            ):
                continue
            found.setdefault(plain, name)
    return tuple(found.values())[:MAX_AUTHORS]

"""Linked data in a page: the JSON-LD blocks with which it describes itself in the words of schema.org."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

_MAX_ITEMS = 2000
_ARTICLE = re.compile(r"(article|blogposting|posting|report|review)$")
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_CONTROL = re.compile("[\x00-\x1f]")


def read_items(tree: etree._Element) -> Iterator[dict[str, Any]]:
    """Every JSON-LD object of the page, outermost first; broken blocks are mended once and then skipped."""
    count = 0
    for script in tree.iterfind('.//script[@type="application/ld+json"]'):
        stack: list[Any] = [_load(script.text or "")]
        while stack and count < _MAX_ITEMS:
            value = stack.pop()
            if isinstance(value, list):
                stack.extend(reversed(value))
            elif isinstance(value, dict):
                count += 1
                stack.extend(value[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in value)
                yield value


def _load(source: str) -> Any:
    source = (
        source.strip()
        .removeprefix("<!--")
        .removesuffix("-->")
        .strip()
        .removeprefix("//<![CDATA[")
        .removesuffix("//]]>")
    )
    source = source.strip().rstrip(";")
    for candidate in (source, _TRAILING_COMMA.sub(r"\1", _CONTROL.sub(" ", source))):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def schema_types(item: Mapping[str, Any]) -> set[str]:
    value = item.get("@type") or ()
    return {str(name).rsplit("/", 1)[-1].lower() for name in (value if isinstance(value, list) else [value])}


def find_article(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The first object that is an article with a headline, else the first article, else nothing."""
    found: dict[str, Any] = {}
    for item in items:
        if any(_ARTICLE.search(name) for name in schema_types(item)) and not found.get("headline"):
            found = item if item.get("headline") or not found else found
    return found


def is_free(items: Iterable[dict[str, Any]]) -> bool | None:
    """schema.org `isAccessibleForFree`, which pages write as a boolean or as a word; one false decides."""
    said = [str(item["isAccessibleForFree"]).lower() for item in items if "isAccessibleForFree" in item]
    return None if not said else not any(word in ("false", "no", "0") or word.endswith("/false") for word in said)

"""The picture that a page declares for its article, with who made it; nothing is fetched from there, or shown."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from aggregator.articles.jsonld import schema_types
from aggregator.text import one_line
from aggregator.types import Picture

_METAS = ("og:image:secure_url", "og:image:url", "og:image", "twitter:image", "twitter:image:src", "parsely-image-url")
_ALT_METAS = ("og:image:alt", "twitter:image:alt")
_MAX_URL = 2048


def read_picture(
    items: Iterable[Mapping[str, Any]], article: Mapping[str, Any], metas: Mapping[str, str], url: str
) -> Picture | None:
    """The article's `image` in JSON-LD, else OpenGraph's; with a credit only where that very picture has one."""
    by_id = {item["@id"]: item for item in items if isinstance(item.get("@id"), str)}
    for image in _images(article.get("image"), by_id):
        if address := _address(image.get("url") or image.get("contentUrl"), url):
            return Picture(address, _credit(image, by_id), _alt(image) or _first(metas, _ALT_METAS))
    for name in _METAS:
        if address := _address(metas.get(name), url):
            return Picture(address, "", _first(metas, _ALT_METAS))
    return None


def _images(value: Any, by_id: Mapping[str, Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for image in value[:8] if isinstance(value, list) else [value]:
        if isinstance(image, str):
            yield {"url": image}
        elif isinstance(image, dict):
            yield {**by_id.get(str(image.get("@id")), {}), **image}


def _address(value: Any, base: str) -> str:
    """An absolute http(s) address without user name; "" for anything else."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        address = urljoin(base, value.strip())
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return address if sound and len(address) <= _MAX_URL and address.isprintable() and " " not in address else ""


def _credit(image: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> str:
    for name in ("creditText", "creator", "author", "copyrightHolder", "copyrightNotice"):
        for one in image[name] if isinstance(image.get(name), list) else [image.get(name)]:
            if isinstance(one, dict) and not schema_types(one) & {"imageobject"}:
                one = one.get("name") or by_id.get(str(one.get("@id")), {}).get("name")
            if isinstance(one, str) and (text := one_line(one, 200)):
                return text
    return ""


def _alt(image: Mapping[str, Any]) -> str:
    texts = (image.get(name) for name in ("caption", "description", "alternateName"))
    return next((one_line(text, 500) for text in texts if isinstance(text, str) and text.strip()), "")


def _first(metas: Mapping[str, str], names: Iterable[str]) -> str:
    return next((one_line(metas[name], 500) for name in names if name in metas), "")

"""HTML by templates. Every value is hostile until it went through here: escaped, without control or bidi characters.

Nothing depends on the time of rendering: the same pages give the same bytes.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from aggregator.errors import ConfigError
from aggregator.publish.charts import owned
from aggregator.publish.files import File, SiteInfo
from aggregator.publish.places import country
from aggregator.text import clean, sha256

STATIC = Path(__file__).parent / "static"
_TEMPLATES = Path(__file__).parent / "templates"
#: characters that turn the direction of what follows
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
#: stands for the way to the top until it is known; `printable` lets no other text hold it
_ROOT = Markup("\0root\0")
_MOST_CHARS, _MOST_TITLE, _MOST_URL = 5000, 300, 2000


class Renderer:
    """The templates with what they all need."""

    def __init__(self, site: SiteInfo, shared: Mapping[str, Any]) -> None:
        self._environment = environment()
        self._shared = {"site": site, "when": moments(site.timezone), "style": _style_version(), **shared}

    def pages(self, template: str, *paths: str, root: str | None = None, **values: Any) -> Iterator[File]:
        """The files `paths` of one template and one content, which differ in their way to the top of the site.

        With `root` that way is the same for all.
        """
        html = self._environment.get_template(template).render(**self._shared, path=paths[0], root=_ROOT, **values)
        for path in paths:
            way = "../" * path.count("/") if root is None else str(escape(root))
            yield File(path, (html.strip().replace(_ROOT, way) + "\n").encode())


@cache
def environment() -> Environment:
    """The templates' environment: escapes everything, and an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "short": title, "web": web_address, "host": host, "plural": plural, "slug": slug_of, "words": in_words,
        "titled": titled, "json_ld": json_ld, "owned": owned,
        "country": country,
    }  # fmt: skip
    return made


def printable(value: object) -> object:
    """What an expression prints: no control or bidi characters, and not without end."""
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    if len(value) > _MOST_CHARS:
        value = value[: _MOST_CHARS - 1] + "…"
    return value if value.isascii() and value.isprintable() else BIDI.sub("", clean(value))


def title(value: str, limit: int = _MOST_TITLE) -> str:
    """A title on one line, cut at a word if it is longer than `limit`."""
    text = " ".join(value[: 4 * limit].split())
    if len(text) <= limit and len(value) <= 4 * limit:
        return text
    cut = text[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut) + "…"


def web_address(value: str) -> str:
    """`value` if it is an http(s) address that can be linked, else nothing: never `javascript:` or `data:`."""
    if len(value) > _MOST_URL or " " in value or not value.isprintable():
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    return value if parts.scheme in ("http", "https") and parts.hostname else ""


def host(value: str) -> str:
    """The host of an address, without `www.`; nothing for what is not a web address."""
    return (urlsplit(value).hostname or "").removeprefix("www.") if web_address(value) else ""


def plural(count: int, one: str, many: str = "") -> str:
    """`1 source`, `2 sources`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def in_full(day: date) -> str:
    """`1 March 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def titled(role: str) -> bool:
    """Whether a role is a form of address that stands before a name: `Sen.`, `Democratic Rep.`"""
    return bool(re.fullmatch(r"(?:[A-Z][\w’'-]* ){0,2}[A-Z][a-z]+\.", role))


def slug_of(value: str) -> str:
    """A label as a class name."""
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")


_ELEMENTS = {
    "perspectives": "Perspectives",
    "not_represented": "What’s not represented",
    "why_it_matters": "Why this matters",
    "viewpoints": "Viewpoints in depth",
    "claims": "Claims, side by side",
    "quotes": "Who is quoted",
    "timeline": "Timeline",
    "related": "More in this topic",
}


def in_words(value: str) -> str:
    """A field's name or a reason such as `too-little-evidence: no holder` as a reader would say it."""
    if value in _ELEMENTS:
        return _ELEMENTS[value]
    code, colon, rest = value.partition(":")
    if re.fullmatch(r"[a-z0-9_-]+", code.strip()):
        code = code.strip().replace("-", " ").replace("_", " ")
    return f"{code}: {rest.strip()}" if colon and rest.strip() else code


def json_ld(value: Mapping[str, Any]) -> Markup:
    """JSON that cannot end its script element."""
    text = json.dumps(_cleaned(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


def moments(timezone: str) -> Callable[..., Markup]:
    """A function that prints RFC 3339 times in `timezone`. Raises ConfigError if there is no such zone."""
    try:
        zone = ZoneInfo(timezone)
    except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ConfigError(f"{timezone!r} is not a time zone", key="site.timezone", fix="like Europe/Rome") from error

    def when(value: str | None, *, time: bool = True, short: bool = False) -> Markup:
        if not value:
            return Markup("undated")
        try:
            at: date = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return escape(printable(value[:40]))
        if isinstance(at, datetime):
            at = at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)
        month = _MONTHS[at.month - 1][: 3 if short else None]
        text = f"{at.day} {month} {at.year}"
        if time and isinstance(at, datetime):
            text += f", {at:%H:%M} {at:%Z}"
        return Markup('<time datetime="{}">{}</time>').format(value, text)

    return when


def address(base: str, path: str = "") -> str:
    """The absolute address of a file of the site; folders end with a slash."""
    return base.rstrip("/") + "/" + quote(path.removesuffix("index.html"))


def _cleaned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return printable(value) if isinstance(value, str) else value


@cache
def _style_version() -> str:
    return sha256((STATIC / "style.css").read_bytes())[:8]

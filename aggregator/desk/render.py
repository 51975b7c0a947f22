"""The desk's pages as HTML: the site's templates and style, with the desk's own beside them.

Every value is escaped and without bidirectional controls, as on the site; what somebody typed comes back whole.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import FileSystemLoader
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from aggregator.clock import rfc3339
from aggregator.desk.asked import Asked, Note
from aggregator.publish.render import STATIC, environment, moments
from aggregator.settings import Settings
from aggregator.text import sha256

_HERE = Path(__file__).parent
_SITE = STATIC.parent / "templates"
#: the desk's static files by name
ASSETS: Mapping[str, Path] = {
    "style.css": STATIC / "style.css",
    "desk.css": _HERE / "static" / "desk.css",
    "htmx.min.js": _HERE / "static" / "htmx.min.js",
    "icon.svg": _HERE / "static" / "icon.svg",
}


class Pages:
    """The templates with what they all need. `prefix` is the path of `[site] base_url`, without a slash at its end."""

    def __init__(self, settings: Settings) -> None:
        self.prefix = urlsplit(settings.site.base_url).path.rstrip("/")
        self._environment = environment().overlay(loader=FileSystemLoader([_HERE / "templates", _SITE]))
        self._environment.filters |= {"whole": whole, "age": age}
        versions = {name: sha256(file.read_bytes())[:8] for name, file in ASSETS.items()}
        when = lru_cache(maxsize=20_000)(moments(settings.site.timezone))
        self._shared = {
            "site": settings.site,
            "prefix": self.prefix,
            "style": versions["style.css"],
            "asset": lambda name: f"{self.prefix}/desk/static/{name}?v={versions[name]}",
            "when": lambda at, **how: when(rfc3339(at) if isinstance(at, datetime) else at, **how),
        }

    def answer(
        self, asked: Asked, template: str, *, status: int = 200, note: Note | None = None, **values: Any
    ) -> Response:
        """A page. With a note its status is the note's, and forms hold what was typed."""
        shared = {**self._shared, "visitor": asked.visitor, "may": asked.may, "note": note, "typed": _again(note)}
        html = self._environment.get_template(template).render(**shared, **values)
        return HTMLResponse(html.strip() + "\n", note.status if note else status)


def whole(value: object) -> Markup:
    """Text that somebody typed, escaped but not cut or cleaned: it goes back into its field."""
    return escape(str(value).replace("\0", ""))


def age(at: datetime, now: datetime) -> str:
    """How long ago, in the largest unit: 5 min, 3 h, 2 days."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // 1440} days"


def _again(note: Note | None) -> Any:
    """A function that gives what was typed into a field of a form, or its usual content."""

    def typed(form: str, name: str, usual: str = "") -> str:
        return note.typed.get(name, usual) if note and note.form == form else usual

    return typed

"""Who may do what: every request goes through `answer`, by its row in the table of routes.

A form that comes from somebody who is not signed in (any more), or with a token that is not theirs, does nothing: what
was typed comes back in the same form, after signing in where that is needed.
"""

import hmac
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from sqlalchemy.exc import IntegrityError
from starlette.responses import RedirectResponse, Response

from aggregator.desk.asked import Act, Asked, Note, Route
from aggregator.desk.signing import visitor
from aggregator.errors import Rejected

COOKIE = "aggregator_desk"
TOKEN = "csrf"
SIGN_IN = "/desk/sign-in"


def is_foreign(headers: Mapping[str, str]) -> bool:
    """Whether a form was sent from another site, by what the browser says of itself (`Sec-Fetch-Site`, else Origin)."""
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc != headers.get("host")
    except ValueError:  # no address at all
        return True


def answer(route: Route, asked: Asked) -> Response:
    """What a request is answered, once it is known who asks."""
    work = asked.work
    asked = replace(asked, visitor=visitor(work.store, work.settings.desk, asked.cookie, work.wall()))
    if route.least != "public":
        if asked.visitor is None:
            return _sign_in_first(asked)
        if not asked.may(route.least):
            return asked.pages.answer(asked, "refused.html", status=403, least=route.least)
    try:
        if route.act is None:
            return route.view(asked, None)
        return _decide(route, asked)
    except Rejected as error:  # of a view: there is no such story or page
        return asked.pages.answer(asked, "nothing.html", status=404, what=error.detail)


def _decide(route: Route, asked: Asked) -> Response:
    form = form_name(asked.path)
    if route.act is None:
        raise TypeError(f"{route.path} changes nothing")
    if route.least != "public" and not _has_token(asked):
        text = (
            "You signed in again since this form was opened. Nothing was sent yet: look it over and send it once more."
        )
        return route.view(asked, Note(form, asked.typed, 403, text))
    try:
        target = _done(route.act, asked)
    except Rejected as error:
        return route.view(asked, Note.of(error, form, asked.typed))
    return RedirectResponse(asked.pages.prefix + target, 303) if isinstance(target, str) else target


def _done(act: Act, asked: Asked) -> str | Response:
    """Carried out, and once more where another made the same version of a page at the same moment (on PostgreSQL):
    that one is seen then, and the form is refused as one that came too late."""
    try:
        return act(asked)
    except IntegrityError:
        return act(asked)


def form_name(path: str) -> str:
    """The name of the form that is sent to `path`: its last part."""
    return path.rstrip("/").rpartition("/")[2]


def _has_token(asked: Asked) -> bool:
    sent, right = asked.typed.get(TOKEN), asked.visitor.csrf if asked.visitor else ""
    return bool(right) and hmac.compare_digest(sent.encode(), right.encode())


def _sign_in_first(asked: Asked) -> Response:
    path = asked.path if not asked.query.pairs else f"{asked.path}?{_encoded(asked)}"
    if asked.in_page and not asked.typed.pairs:
        return Response(headers={"HX-Refresh": "true"})  # load the whole page again: that one leads to the door
    if not asked.typed.pairs:
        return RedirectResponse(f"{asked.pages.prefix}{SIGN_IN}?then={quote(path, safe='')}", 303)
    carried = [(name, value) for name, value in asked.typed if name != TOKEN]
    return asked.pages.answer(asked, "sign-in.html", status=401, then=asked.path, carried=carried, name="")


def _encoded(asked: Asked) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in asked.query)

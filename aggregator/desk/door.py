"""Signing in and out, and what answers without that: static files and the health check."""

from dataclasses import replace

from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from aggregator.desk import signing
from aggregator.desk.asked import Asked, Note, Route, Typed
from aggregator.desk.gate import COOKIE, SIGN_IN, form_name
from aggregator.desk.render import ASSETS
from aggregator.errors import Rejected

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
#: fields of the form that was sent too late, as the sign-in page carries them along
_CARRIED = "carried."
_AGAIN = "You are signed in again. Nothing was sent yet: look over what you typed and send it once more."


def health(asked: Asked, _note: Note | None) -> Response:
    """200 while the database can be read."""
    with asked.work.store.read() as session:
        session.connection().exec_driver_sql("select 1")
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def asset(asked: Asked, _note: Note | None) -> Response:
    """A static file of the desk. Its address changes with its content, so it may be kept."""
    file = ASSETS.get(asked.params["name"])
    if file is None:
        return PlainTextResponse("Not found.\n", 404)
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(file, headers=kept, media_type=_TYPES[file.suffix])


def show(asked: Asked, note: Note | None) -> Response:
    """The sign-in page; whoever is signed in goes on."""
    then = local(asked.query.get("then"))
    if asked.visitor is not None and note is None:
        return RedirectResponse(asked.pages.prefix + then, 303)
    return asked.pages.answer(asked, "sign-in.html", then=then, carried=(), name="")


def enter(asked: Asked, routes: tuple[Route, ...]) -> Response:
    """Sign in, and go on to where one wanted to: also into a form that was sent too late, with all that was typed."""
    typed, work = asked.typed, asked.work
    then = local(typed.get("then"))
    carried = Typed(tuple((name.removeprefix(_CARRIED), value) for name, value in typed if name.startswith(_CARRIED)))
    try:
        token, visitor = signing.sign_in(
            work.store, work.settings.desk, typed.get("name"), typed.get("password"), asked.address, work.wall(),
            old=asked.cookie,
        )  # fmt: skip
    except Rejected as error:
        status = 429 if error.reason == "too-many" else 401
        note = Note("sign-in", typed, status, error.detail[:1].upper() + error.detail[1:] + ".")
        response = asked.pages.answer(
            asked, "sign-in.html", note=note, then=then, carried=carried.pairs, name=typed.get("name")
        )
        if status == 429:
            response.headers["Retry-After"] = str(int(60 * work.settings.desk.tries_minutes))
        return response
    response = _onward(replace(asked, visitor=visitor), then, carried, routes)
    response.set_cookie(
        COOKIE, token, path=f"{asked.pages.prefix}/desk", httponly=True, samesite="lax",
        secure=work.settings.site.base_url.startswith("https:"),
    )  # fmt: skip
    return response


def leave(asked: Asked) -> Response:
    """Sign out."""
    signing.sign_out(asked.work.store, asked.cookie)
    response = RedirectResponse(asked.pages.prefix + SIGN_IN, 303)
    response.delete_cookie(COOKIE, path=f"{asked.pages.prefix}/desk")
    return response


def local(address: str) -> str:
    """`address` if it is a path of the desk, else the queue: a link cannot send anybody elsewhere after signing in."""
    inside = address == "/desk" or address.startswith(("/desk/", "/desk?"))
    if not inside or not address.isprintable() or "\\" in address or address.startswith(SIGN_IN):
        return "/desk"
    return address


def _onward(asked: Asked, then: str, carried: Typed, routes: tuple[Route, ...]) -> Response:
    for route in routes if carried.pairs else ():
        params = route.params(then) if route.act is not None else None
        if params is not None and asked.may(route.least):
            note = Note(form_name(then), carried, 200, _AGAIN)
            try:
                return route.view(replace(asked, path=then, params=params, query=Typed(), typed=carried), note)
            except Rejected:  # what the form was about is gone
                break
    return RedirectResponse(asked.pages.prefix + (then if not carried.pairs else "/desk"), 303)

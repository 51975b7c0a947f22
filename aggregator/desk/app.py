"""The web application: the desk under /desk, the public site and its feeds as files everywhere else."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

import structlog
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from aggregator.desk.asked import Asked, Route, Typed, Workplace
from aggregator.desk.gate import COOKIE, answer, is_foreign
from aggregator.desk.headers import Outermost
from aggregator.desk.public import PublicSite
from aggregator.desk.render import Pages
from aggregator.desk.routes import ROUTES
from aggregator.errors import AggregatorError
from aggregator.publish.publish import SITE

log = structlog.get_logger()

_MOST_BYTES, _MOST_FIELDS = 1_000_000, 5_000
#: in which a form has to be here whole: half-sent ones hold a connection each, and a program has only so many
_MOST_SECONDS = 60.0


class _App(FastAPI):
    """With the headers around everything, answers to errors included."""

    prefix = ""

    def build_middleware_stack(self) -> ASGIApp:
        return Outermost(super().build_middleware_stack(), self.prefix)


def create_app(work: Workplace) -> FastAPI:
    """The application over an opened instance."""
    pages = Pages(work.settings)
    app = _App(openapi_url=None, docs_url=None, redoc_url=None)
    app.prefix = pages.prefix
    for route in ROUTES:
        methods = ["GET", "HEAD"] if route.method == "GET" else [route.method]
        app.add_api_route(route.path, _endpoint(work, pages, route), methods=methods, response_model=None)
    app.add_exception_handler(AggregatorError, _unavailable)
    app.add_exception_handler(Exception, _broken)
    app.mount("/", PublicSite(work.data / SITE))
    return app


def _endpoint(work: Workplace, pages: Pages, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if route.method == "POST" and is_foreign(request.headers):
            return PlainTextResponse("A form of another site is not taken.\n", 403)
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                typed = await _form(request) if route.method == "POST" else Typed()
            query = _fields(request.url.query)
        except ValueError as error:
            return PlainTextResponse(f"{error}\n", 413)
        except TimeoutError:
            return PlainTextResponse("The form took too long to arrive.\n", 408, {"Connection": "close"})
        asked = Asked(
            work,
            pages,
            request.url.path,
            params={name: str(value).replace("\0", "") for name, value in request.path_params.items()},
            query=query,
            typed=typed,
            cookie=request.cookies.get(COOKIE, ""),
            address=request.client.host if request.client else "",
            in_page="hx-request" in request.headers,
        )
        return await run_in_threadpool(answer, route, asked)

    return endpoint


async def _form(request: Request) -> Typed:
    body = bytearray()  # bytes would be copied whole for each of many small pieces
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise ValueError(f"a form of more than {_MOST_BYTES:,} bytes is not taken")
    except ClientDisconnect:
        raise ValueError("the form broke off") from None
    return _fields(body.decode("utf-8", "replace"))


def _fields(encoded: str) -> Typed:
    """Fields as browsers encode them. Raises ValueError for more than anybody types."""
    pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="replace")
    return Typed(tuple((name, value.replace("\0", "").replace("\r\n", "\n")) for name, value in pairs))


async def _unavailable(_request: Request, error: Exception) -> Response:
    log.error("desk-unavailable", error=str(error))
    return PlainTextResponse("The database cannot be used at the moment. Nothing was changed; try again.\n", 503)


async def _broken(_request: Request, error: Exception) -> Response:
    log.error("desk-broken", error=repr(error))
    return PlainTextResponse("Something went wrong here. Nothing was changed.\n", 500)

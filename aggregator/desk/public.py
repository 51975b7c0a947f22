"""The public site and its feeds, served as the files that `publish` wrote."""

import os
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

#: every file that `publish` writes has one of these endings; nothing else is served
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_FEEDS = {".json": "application/feed+json", ".xml": "application/atom+xml"}
_NOT_FEEDS = ("feeds/index.json", "feeds/schema/", "feeds/outlets.json", "feeds/outlet/")


class PublicSite(StaticFiles):
    """Files below a folder: with ETag and `304 Not Modified`, no listing of folders, and the site's own page for 404.

    The folder need not be there yet: then every address is 404.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(directory=root, check_dir=False)

    async def check_config(self) -> None:
        """Nothing: nothing may have been published yet."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at `path`; a folder's address leads to the one with a slash, where its index is."""
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("There is nothing to be sent to here.\n", 405, {"Allow": "GET, HEAD"})
        return await run_in_threadpool(self._answer, path, scope)

    def _answer(self, path: str, scope: Scope) -> Response:
        found = self._file(path) if os.path.splitext(path)[1] in _TYPES else None
        if found is None and (found := self._file(os.path.join(path, "index.html"))) is not None:
            last = scope["path"].rsplit("/", 1)[-1]
            if last:  # relative, so that no Host header decides where it leads
                return RedirectResponse(f"./{quote(last)}/", 308)
        if found is None:
            missing = self._file("404.html")
            return FileResponse(missing[0], 404) if missing else PlainTextResponse("Not found.\n", 404)
        response = self.file_response(*found, scope)
        if response.status_code == 200:
            response.headers["Content-Type"] = _type(path, found[0])
        response.headers["Cache-Control"] = "no-cache"  # may be kept, but is asked for each time: mostly a 304
        return response

    def _file(self, path: str) -> tuple[str, os.stat_result] | None:
        try:
            full, stat = self.lookup_path(path)
        except (OSError, ValueError):  # a name that is too long, or holds a NUL
            return None
        return (full, stat) if stat is not None and os.path.isfile(full) else None


def _type(path: str, full: str) -> str:
    ending = os.path.splitext(full)[1]
    is_feed = path.startswith("feeds/") and not path.startswith(_NOT_FEEDS)
    return (_FEEDS.get(ending) if is_feed else None) or _TYPES[ending]

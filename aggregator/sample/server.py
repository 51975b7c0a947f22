"""The sample newsroom on loopback: one port that plays every outlet, told apart by the Host header.

What is visible depends on the clock at the moment of the request, so that a replay only has to move its clock.
"""

import gzip
import logging
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aggregator.clock import Clock
from aggregator.errors import ConfigError
from aggregator.sample.newsroom import Newsroom
from aggregator.sample.site import Answer, answer

logger = logging.getLogger(__name__)


class SampleServer:
    """A running sample newsroom; a context manager that closes its socket and its thread.

    `config` is the configuration directory of a sample instance, or a newsroom that is loaded already. Port 0 takes
    a free one. Raises ConfigError if a file is malformed or the port is taken.
    """

    def __init__(self, config: Path | Newsroom, clock: Clock, port: int = 0) -> None:
        self.newsroom = config if isinstance(config, Newsroom) else Newsroom.load(config)
        try:
            self._http = _HttpServer(port, self.newsroom, clock)
        except (OSError, OverflowError) as error:
            raise ConfigError(f"cannot listen on port {port}: {error}", key="port", fix="choose another port") from None
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="sample", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`."""
        return f"127.0.0.1:{self._http.server_address[1]}"

    def hosts(self) -> dict[str, str]:
        """Every host name of the outlets' pages and feeds, mapped to the address: what `[net.hosts]` takes."""
        names = {name for outlet in self.newsroom.outlets.values() for name in outlet.hosts}
        return dict.fromkeys(sorted(names), self.address)

    def wait(self, seconds: float) -> None:
        """Let the server work for `seconds`; returns early only if it was closed meanwhile."""
        self._thread.join(seconds)

    def close(self) -> None:
        """Stop answering and free the port; a second call does nothing."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve_forever(config: Path, clock: Clock, port: int = 0, stop: Callable[[], object] = lambda: False) -> None:
    """Serve the sample newsroom until Ctrl-C, or until `stop`, which is asked several times a second, says yes."""
    with SampleServer(config, clock, port) as server, suppress(KeyboardInterrupt):
        while not stop():
            server.wait(0.2)


class _HttpServer(ThreadingHTTPServer):
    request_queue_size = 64

    def __init__(self, port: int, newsroom: Newsroom, clock: Clock) -> None:
        self.newsroom, self.clock = newsroom, clock
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Bind without the look-up of the machine's own name, which may wait for a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's fault; anything else goes to the log, not to the terminal."""
        logger.debug("request from %s failed", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SampleNewsroom"
    sys_version = ""
    timeout = 10
    server: _HttpServer

    def do_GET(self) -> None:
        """Answer with the resource, or 304 if the client has it already."""
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        """Answer as to a GET, without the body."""
        self._send(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are logged at debug level instead of printed."""
        logger.debug(format, *args)

    def _send(self, *, with_body: bool) -> None:
        host, _, port = (self.headers.get("Host") or "").lower().partition(":")
        now = self.server.clock.now()
        found = answer(self.server.newsroom, host, self.path, now, f":{port}" if port else "")
        body, headers = found.body, dict(found.headers)
        if found.status == 200:
            headers["ETag"] = found.etag
            if found.changed is not None:
                headers["Last-Modified"] = format_datetime(found.changed.astimezone(UTC), usegmt=True)
        if found.status == 200 and self._has_it_already(found):
            self._finish(304, headers, b"")
            return
        headers |= {"Content-Type": found.content_type, "Vary": "Accept-Encoding"}
        if _accepts_gzip(self.headers.get("Accept-Encoding") or ""):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        self._finish(found.status, headers, body if with_body else b"")

    def _finish(self, status: int, headers: dict[str, str], body: bytes) -> None:
        # one request a connection: nothing stays open when the server closes
        self.close_connection = True
        self.send_response(status)
        for name, value in (headers | {"Connection": "close"}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _has_it_already(self, found: Answer) -> bool:
        """Whether the request's conditions say that the client's copy is fresh (RFC 9110, section 13)."""
        known = self.headers.get("If-None-Match")
        if known is not None:
            tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
            return "*" in tags or found.etag.removeprefix("W/") in tags
        since = self.headers.get("If-Modified-Since")
        if since is None or found.changed is None:
            return False
        try:
            moment = parsedate_to_datetime(since)
        except ValueError:
            return False
        return found.changed.replace(microsecond=0) <= _aware(moment)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _accepts_gzip(header: str) -> bool:
    offers = [part.replace(" ", "").lower() for part in header.split(",")]
    return any(offer.split(";")[0] in ("gzip", "*") and not offer.endswith((";q=0", ";q=0.0")) for offer in offers)

"""A raw TCP server on loopback whose every answer is written by the test, byte by byte."""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Self

Script = bytes | Callable[[socket.socket], None]


class Handler(socketserver.BaseRequestHandler):
    """Reads one request head and plays the script of its path."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, RawServer)
        with contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                piece = self.request.recv(65536)
                if not piece:
                    return
                head += piece
                if head[:1] == b"\x16":  # a TLS handshake, which this server does not speak
                    return
            text = head.decode("latin-1")
            server.starts.append(monotonic())
            server.heads.append(text)
            script = server.scripts.get(text.split(" ")[1], status(404))
            if callable(script):
                script(self.request)
            else:
                self.request.sendall(script)


class RawServer(socketserver.ThreadingTCPServer):
    """`scripts` maps paths to answers; `heads` and `starts` record what came and when."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.scripts: dict[str, Script] = {}
        self.heads: list[str] = []
        self.starts: list[float] = []
        self.port = int(self.server_address[1])
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._tls = tls
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        if self._tls is None:
            return connection, address
        connection.settimeout(5)
        try:
            return self._tls.wrap_socket(connection, server_side=True), address
        except OSError:
            connection.close()
            raise

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the game."""

    def paths(self) -> list[str]:
        """The paths asked for, in order, without robots.txt and tdmrep.json."""
        asked = [head.split(" ")[1] for head in self.heads]
        return [path for path in asked if path not in ("/robots.txt", "/.well-known/tdmrep.json")]

    def head_of(self, path: str) -> str:
        """The last request for a path, as it came."""
        return next(head for head in reversed(self.heads) if head.split(" ")[1] == path)

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(head.split(" ")[1] == path for head in self.heads)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


def answer(code: int, headers: str = "", body: bytes = b"", *, length: bool = True) -> bytes:
    """An HTTP/1.1 answer; `headers` are lines without the last line end."""
    lines = f"HTTP/1.1 {code} x\r\n" + "".join(f"{line}\r\n" for line in headers.splitlines())
    return (lines + (f"Content-Length: {len(body)}\r\n" if length else "") + "\r\n").encode("latin-1") + body


def ok(body: bytes = b"hello", headers: str = "") -> bytes:
    """200 with a body."""
    return answer(200, headers, body)


def status(code: int, headers: str = "") -> bytes:
    """An answer without body."""
    return answer(code, headers)


def redirect(to: str, code: int = 302, headers: str = "") -> bytes:
    """A redirect."""
    return answer(code, f"Location: {to}\n{headers}")

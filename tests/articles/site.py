"""Sites on loopback for tests of fetching: each address answers what the test says, conditional requests honestly."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aggregator.setting_sections import NetSettings
from aggregator.settings import Settings

HOSTS = ("lantern.example", "beacon.example", "hop.example")
SENTENCE = "The council of Harbor Falls voted on Monday to close the old bridge over the river until spring. "
TEXT = [
    SENTENCE + "Engineers had found cracks in two of its piers.",
    "Drivers will have to take the road by the mill, which adds nine miles to the way, said the clerk, Ann Ash.",
    "The repair is to cost 2 million dollars and will be paid for by the county, which owns the bridge since 1931.",
]


def page_html(*paragraphs: str, title: str = "Bridge closed", more: str = "") -> str:
    """An article's page."""
    shown = "".join(f"<p>{one}</p>" for one in paragraphs or TEXT)
    return (
        f"<html lang=en><head><title>{title}</title>{more}</head>"
        f"<body><article><h1>{title}</h1>{shown}</article></body></html>"
    )


@dataclass
class Sites:
    """`answers`: status, headers and body by host and path; `asked`: what was asked for, with its headers."""

    address: str = ""
    answers: dict[str, tuple[int, dict[str, str], str]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def page(self, where: str, body: str, **headers: str) -> None:
        """From now on `where` ("host/path") answers 200 with `body`."""
        self.answers[where] = (200, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    def status(self, where: str, status: int, **headers: str) -> None:
        """From now on `where` answers with this status and nothing else."""
        self.answers[where] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, "")

    @property
    def paths(self) -> list[str]:
        """Where was asked, in order; robots.txt and other well-known files left out."""
        return [where for where, _ in self.asked if "robots.txt" not in where and "/.well-known/" not in where]

    def settings(self, **sections: Any) -> Settings:
        """Settings whose names lead here, and which wait for nobody."""
        settings = Settings().model_copy(update=sections)
        net = NetSettings(hosts=dict.fromkeys(HOSTS, self.address), host_delay=0)
        executors = settings.executors.model_copy(update={"extract": "serial"})
        return settings.model_copy(update={"net": net, "executors": executors})


@contextmanager
def served() -> Iterator[Sites]:
    """The sites while they listen."""
    sites = Sites()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = f"{self.headers['Host']}{self.path}"
            sites.asked.append((where, {name.lower(): value for name, value in self.headers.items()}))
            status, headers, body = sites.answers.get(where, (404, {}, ""))
            etag = headers.get("ETag")
            if etag and self.headers["If-None-Match"] == etag:
                status, body = 304, ""
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    sites.address = f"127.0.0.1:{server.server_address[1]}"
    yield sites
    server.shutdown()
    thread.join()
    server.server_close()

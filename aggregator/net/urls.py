"""The parts of an http(s) URL in the form that goes on the wire (RFC 3986; host names by UTS 46)."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import idna

#: longer addresses are refused: no article needs one, and redirect traps grow them
MAX_URL = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_IPV6 = re.compile(r"[0-9a-f:.]+\Z")
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_BARE_PERCENT = re.compile("%(?![0-9a-fA-F]{2})")


class BadUrl(ValueError):
    """Not an address that may be asked for. The message never repeats the URL: it may hold a password."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A URL taken apart: lower-case scheme and ASCII host, path and query percent-encoded, no fragment."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def netloc(self) -> str:
        """Host, and port unless it is the scheme's own; IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if DEFAULT_PORTS[self.scheme] == self.port else f"{host}:{self.port}"

    @property
    def key(self) -> str:
        """What a host is remembered by: its name, with its port unless that is 80 or 443."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.host if self.port in (80, 443) else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """What the request line asks for: path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.netloc}{self.target}"


def split(url: str) -> Parts:
    """The parts of `url`. Raises BadUrl for any scheme but http(s), user names, bad hosts and ports, and excess."""
    if len(url) > MAX_URL:
        raise BadUrl(f"the URL is longer than {MAX_URL} characters")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise BadUrl("not a URL") from None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise BadUrl(f"scheme {scheme[:20] or '(none)'} is not http or https")
    if "@" in parts.netloc:
        raise BadUrl("the URL holds a user name or password")
    if not parts.hostname:
        raise BadUrl("the URL has no host")
    host = ascii_host(parts.hostname)
    path = remove_dot_segments(quoted(parts.path) or "/")
    return Parts(scheme, host, port if port is not None else DEFAULT_PORTS[scheme], path, quoted(parts.query))


def ascii_host(host: str) -> str:
    """`host` in lower-case ASCII (IDNA 2008 with the mapping of UTS 46), without a trailing dot; raises BadUrl."""
    host = host.lower()
    if ":" in host:
        if not _IPV6.match(host):
            raise BadUrl("the URL's IPv6 address is not one")
        return host
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except UnicodeError:
            raise BadUrl("the URL's host is not a name") from None
    host = host.removesuffix(".")
    if len(host) > 253 or not all(_LABEL.match(label) for label in host.split(".")):
        raise BadUrl("the URL's host is not a name")
    return host


def quoted(value: str) -> str:
    """`value` with everything percent-encoded (UTF-8) that may not stand in a path or query; escapes stay."""
    return quote(_BARE_PERCENT.sub("%25", value), safe=_SAFE, errors="replace")


def remove_dot_segments(path: str) -> str:
    """An absolute path without `.` and `..` (RFC 3986 section 5.2.4)."""
    if "/." not in path:
        return path if path.startswith("/") else "/" + path
    kept: list[str] = []
    segments = path.removeprefix("/").split("/")
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)

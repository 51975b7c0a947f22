"""Which outlet a URL belongs to: an article, and its lean, are those of the outlet whose domain it is on."""

from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.net.urls import ascii_host
from aggregator.store.tables import Outlet
from aggregator.text import short_hash

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def domain_of(url: str) -> str:
    """The host of a URL without `www.`: what tells outlets apart; empty for what is no URL.

    Among numbers and `localhost` the port tells them apart, too.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
        host = (host if host.isascii() else ascii_host(host)).removeprefix("www.")
    except ValueError:  # BadUrl is one
        return ""
    numbered = host == "localhost" or ":" in host or host.rsplit(".", 1)[-1].isdigit()
    return f"{host}:{port}" if numbered and port not in (None, 80, 443) else host


#: hosts that give each writer a name of his own and are not on the Public Suffix List
_MANY_WRITERS = frozenset(("substack.com", "medium.com", "tumblr.com", "ghost.io", "beehiiv.com", "livejournal.com"))


class Domains:
    """The domains of listed outlets, read once."""

    def __init__(self, session: Session) -> None:
        self._owners: dict[str, str] = {}
        self._sites: dict[str, set[str]] = {}
        for outlet in session.scalars(select(Outlet).where(Outlet.listed).order_by(Outlet.key)):
            for domain in outlet.domains:
                self._owners.setdefault(domain, outlet.key)
                self._sites.setdefault(outlet.key, set()).add(site(f"//{domain}"))

    def sites(self, outlet: str) -> set[str]:
        """The registrable domains of a listed outlet."""
        return self._sites.get(outlet, set())

    def owner(self, url: str) -> str | None:
        """The key of the listed outlet that has the URL's host or a domain above it; None if none has."""
        labels = domain_of(url).split(".")
        above = (".".join(labels[n:]) for n in range(len(labels)))
        return next((self._owners[name] for name in above if name in self._owners), None)


def site(url: str) -> str:
    """The registrable domain of a URL's host by the Public Suffix List, such as `bbc.co.uk`; else the host itself.

    `alice.github.io` and `bob.github.io` are two sites, as are the writers of services that are not on the list.
    """
    return _site((urlsplit(url).hostname or "").removesuffix("."))


@lru_cache(maxsize=4096)
def _site(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    found = _suffixes().privatesuffix(host) or host
    if found in _MANY_WRITERS:
        writer = host.removesuffix(found).rstrip(".").split(".")[-1]
        return f"{writer}.{found}" if writer not in ("", "www", "m", "amp") else found
    return found


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # reading the list takes a while, and not every command needs it

    return PublicSuffixList()


def stranger(session: Session, url: str) -> str:
    """The key of the outlet that publishes on a URL's host although nobody lists it: made, unrated, where it is new."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    slug = "".join(char if char.isascii() and char.isalnum() else "-" for char in host).strip("-")[:50]
    key = f"{slug}-{short_hash(host, 6)}".lstrip("-")  # the one that an import gives to this name
    if session.get(Outlet, key) is None:
        session.add(Outlet(key=key, name=host, domains=[host], listed=False))
        session.flush()
    return key

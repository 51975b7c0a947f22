"""Which outlet a URL belongs to: an article, and its lean, are those of the outlet whose domain it is on."""

from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.store.tables import Outlet


def domain_of(url: str) -> str:
    """The host of a URL without `www.`: what tells outlets apart; empty for what is no URL.

    Among numbers and `localhost` the port tells them apart, too.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return ""
    numbered = host == "localhost" or ":" in host or host.rsplit(".", 1)[-1].isdigit()
    return f"{host}:{port}" if numbered and port not in (None, 80, 443) else host


class Domains:
    """The domains of listed outlets, read once."""

    def __init__(self, session: Session) -> None:
        self._owners: dict[str, str] = {}
        for outlet in session.scalars(select(Outlet).where(Outlet.listed).order_by(Outlet.key)):
            for domain in outlet.domains:
                self._owners.setdefault(domain, outlet.key)

    def owner(self, url: str) -> str | None:
        """The key of the listed outlet that has the URL's host or a domain above it; None if none has."""
        labels = domain_of(url).split(".")
        above = (".".join(labels[n:]) for n in range(len(labels)))
        return next((self._owners[name] for name in above if name in self._owners), None)

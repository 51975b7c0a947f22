"""Which hosts belong to one publisher: the registrable domain (Public Suffix List, with its private part).

`alice.github.io` and `bob.github.io` are two sites, `m.example.co.uk` and `www.example.co.uk` one.
"""

import re
from functools import lru_cache
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList

#: hosts that give each writer a name of his own and are not on the list
_MANY_WRITERS = frozenset(("substack.com", "medium.com", "tumblr.com", "ghost.io", "beehiiv.com", "livejournal.com"))
#: the same page for another device
_DEVICE = re.compile(r"^(?:(?:www|m|mobile|amp|touch|wap|mob|text|lite)\d?\.)+(?=[^.]+\.)")


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def site_of(host: str) -> str:
    """The registrable domain of a host in lower case; the host itself where it has none (an address, `localhost`)."""
    host = host.rstrip(".").lower()
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    site = _suffixes().privatesuffix(host) or host
    if site in _MANY_WRITERS:
        below = host.removesuffix(site).rstrip(".").split(".")[-1]
        return f"{below}.{site}" if below not in ("", "www", "m", "amp") else site
    return site


def without_device(host: str) -> str:
    """A host without the labels that only name a device or a form: `www.`, `m.`, `amp.`, `mobile.`."""
    return _DEVICE.sub("", host.rstrip(".").lower())

"""Which addresses may be asked: the guard against requests into private networks (SSRF).

A name is looked up once, every address of the answer is checked, and the connection goes to a checked address, so a
second answer (DNS rebinding) cannot matter. `ipaddress.is_global` alone is not enough: some Python releases call
192.0.0.8 and 64:ff9b:1::1 global, so the special-purpose registries (RFC 6890) are written out here too.
"""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from aggregator.net.urls import BadUrl, Parts, split
from aggregator.net.values import FetchFailed, FetchReason
from aggregator.setting_sections import NetSettings

#: looks a host name up: the addresses as text, in order of preference; raises socket.gaierror
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
#: more addresses of one name are not tried
MAX_ADDRESSES = 4

# fmt: off
_DENIED_4 = [ipaddress.IPv4Network(net) for net in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
)]
# fmt: on
_DENIED_6 = [ipaddress.IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "3fff::/20")]
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """An address that passed the checks which need no lookup.

    `mapped` is the (address, port) that the settings give for the host, in plain http; `trusted` says that the operator
    allowed this very host and port to be private.
    """

    parts: Parts
    trusted: bool = False
    mapped: tuple[str, int] | None = None

    @property
    def key(self) -> str:
        """What politeness, robots and down times go by."""
        return self.parts.key


class Guard:
    """What the settings say of hosts, made ready to be asked for each request."""

    def __init__(self, settings: NetSettings) -> None:
        self._ports = frozenset(settings.ports)
        self._private = frozenset(_plain(entry) for entry in settings.allow_private)
        self._mapped = {name.lower(): where for name, where in settings.hosts.items()}
        self._blocked = frozenset(_plain(name).removesuffix(".") for name in settings.blocked)

    def aim(self, url: str) -> Target:
        """`url` as a target. Raises FetchFailed: address for schemes, user names, hosts and ports that are not allowed,
        blocked for hosts that the operator blocked, with all below them."""
        try:
            parts = split(url)
        except BadUrl as bad:
            raise FetchFailed(FetchReason.ADDRESS, str(bad)) from None
        if self._blocked and self._is_blocked(parts.host):
            raise FetchFailed(FetchReason.BLOCKED, f"{parts.host} is blocked in [net] blocked")
        mapped = self._address_of(parts.host) if self._mapped else None
        trusted = f"{parts.host}:{parts.port}" in self._private
        if not trusted and mapped is None and parts.port not in self._ports:
            raise FetchFailed(FetchReason.ADDRESS, f"port {parts.port} is in neither [net] ports nor allow_private")
        return Target(parts, trusted, mapped)

    def _is_blocked(self, host: str) -> bool:
        labels = host.split(".")
        return any(".".join(labels[start:]) in self._blocked for start in range(len(labels)))

    def _address_of(self, host: str) -> tuple[str, int] | None:
        where = self._mapped.get(host)
        if where is None:
            return None
        address, _, port = where.rpartition(":")
        if not address or not port.isdecimal():
            raise FetchFailed(FetchReason.ADDRESS, f"[net.hosts] {host} is not given as address:port")
        return address.strip("[]"), int(port)


def _plain(entry: str) -> str:
    return entry.lower().replace("[", "").replace("]", "")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; mapped, NAT64 and 6to4 ones count as what they hold."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not any(ip in net for net in _DENIED_4)
    if ip.ipv4_mapped is not None:
        return is_public(str(ip.ipv4_mapped))
    if ip in _NAT64:
        return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    if ip.sixtofour is not None:
        return is_public(str(ip.sixtofour))
    return ip.is_global and ip in _GLOBAL_6 and not any(ip in net for net in _DENIED_6)


async def checked_addresses(target: Target, resolve: Resolver) -> list[str]:
    """Up to four addresses of the target's host, all checked, families taking turns.

    One private address among public ones condemns the name. Raises FetchFailed: dns, dns-temporary or address.
    """
    if target.mapped is not None:
        return [target.mapped[0]]
    host = target.parts.host
    try:
        found = list(dict.fromkeys(await resolve(host, target.parts.port)))
    except socket.gaierror as error:
        gone = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        reason = FetchReason.DNS if gone else FetchReason.DNS_TEMPORARY
        raise FetchFailed(reason, f"{host}: {error.strerror}") from None
    except UnicodeError:
        raise FetchFailed(FetchReason.ADDRESS, "the URL's host is not a name") from None
    if not found:
        raise FetchFailed(FetchReason.DNS, f"{host} has no address")
    private = None if target.trusted else next((address for address in found if not is_public(address)), None)
    if private is not None:
        why = f"{host} has the address {private}, which is not public; if it is meant, [net] allow_private can allow it"
        raise FetchFailed(FetchReason.ADDRESS, why)
    # a name with many IPv6 addresses behind a black hole must still reach its IPv4 ones
    v6, v4 = [a for a in found if ":" in a], [a for a in found if ":" not in a]
    first, second = (v6, v4) if ":" in found[0] else (v4, v6)
    return [a for a in chain.from_iterable(zip_longest(first, second)) if a][:MAX_ADDRESSES]

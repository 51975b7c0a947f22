"""Is it them or us? When many hosts fail alike at the same time, our own resolver or line is down.

Then nobody's failure is counted: a feed that backs off because we had no network would be asked too rarely for days.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from aggregator.net.values import ConnectFailed, FetchFailed, FetchReason, LeftAlone

#: fewer hosts say nothing about our line
LEAST_HOSTS = 10


class Contact(StrEnum):
    """How asking a host went, as far as it says something about our own line."""

    ANSWERED = "answered"
    RESOLVER = "resolver"
    NAME = "name"
    LINE = "line"
    SERVER = "server"


def contact_of(failed: FetchFailed) -> Contact | None:
    """What a failure says: None if the host was not asked at all, ANSWERED for any failure that is the host's own."""
    if isinstance(failed, LeftAlone) or failed.why in (FetchReason.ROBOTS, FetchReason.ADDRESS, FetchReason.BLOCKED):
        return None
    if failed.why is FetchReason.DNS_TEMPORARY:
        return Contact.RESOLVER
    if failed.why is FetchReason.DNS:  # some resolvers say so of every name while there is no line
        return Contact.NAME
    # a captive portal shows as broken certificates everywhere
    if isinstance(failed, ConnectFailed) or failed.why in (
        FetchReason.UNREACHABLE,
        FetchReason.TIMEOUT,
        FetchReason.TLS,
    ):
        return Contact.LINE
    if 500 <= failed.status < 600:
        return Contact.SERVER
    return Contact.ANSWERED


def ours(contacts: Iterable[Contact], share: float) -> frozenset[Contact]:
    """The kinds of failure that are our own, of one contact per host asked.

    A failing resolver shows in a part of the names only (others are cached), so more than `share` of at least ten hosts
    is enough. A cut line, or a gateway of ours that answers 5xx for everybody, shows nearly everywhere: more than half
    way from `share` to all is asked for, so that a list with many dead feeds is not taken for an outage.
    """
    counts = Counter(contacts)
    total = counts.total()
    if total < LEAST_HOSTS:
        return frozenset()
    failing = total - counts[Contact.ANSWERED]
    if failing > (1 + share) / 2 * total:
        return frozenset({Contact.RESOLVER, Contact.NAME, Contact.LINE, Contact.SERVER})
    return frozenset({Contact.RESOLVER}) if counts[Contact.RESOLVER] > share * total else frozenset()

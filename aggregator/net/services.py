"""Services that many publications share: what one of their hosts is told about haste is meant for all of them.

A rate limit at `somebody.substack.com` counts readers of the whole service, so asking `other.substack.com` next would
only be refused again (FreshRSS issue 8925 tells this of tumblr).
"""

_SERVICES = frozenset(
    {
        "blogspot.com",
        "feedburner.com",
        "ghost.io",
        "livejournal.com",
        "medium.com",
        "news.google.com",
        "reddit.com",
        "substack.com",
        "tumblr.com",
        "typepad.com",
        "wordpress.com",
    }
)


def service_of(key: str) -> str:
    """The service that a host belongs to, or nothing. A service's own name is not below itself."""
    labels = key.split(".")
    for start in range(1, len(labels) - 1):
        name = ".".join(labels[start:])
        if name in _SERVICES:
            return name
    return ""

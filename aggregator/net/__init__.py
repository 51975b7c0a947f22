"""The only package that opens a socket outward: guarded, polite fetching of addresses that came from content.

Nothing here trusts a server, a name or a URL. `Fetcher.fetch` answers every request with a `Reply` or a `Failure`; it
never raises for what a server does. Results are plain, frozen and picklable.
"""

from aggregator.net.batch import fetch_all
from aggregator.net.fetcher import Fetcher
from aggregator.net.values import Failure, FetchReason, HostState, Reply, Request

__all__ = ["Failure", "FetchReason", "Fetcher", "HostState", "Reply", "Request", "fetch_all"]

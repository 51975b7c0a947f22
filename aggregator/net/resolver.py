"""The system's name lookup, in threads of its own: one that hangs must not block the loop's small default pool."""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address


class SystemResolver:
    """Looks names up as the machine does. Literal addresses cost no thread. To be closed."""

    def __init__(self, threads: int) -> None:
        self._lookups = ThreadPoolExecutor(threads, "resolve")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """The addresses of `host` as text, in order of preference. Raises socket.gaierror."""
        try:
            return [str(ip_address(host))]
        except ValueError:
            pass
        found = await asyncio.get_running_loop().run_in_executor(
            self._lookups, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [str(info[4][0]) for info in found]

    def close(self) -> None:
        """Let go of the threads, without waiting for lookups under way."""
        self._lookups.shutdown(wait=False, cancel_futures=True)

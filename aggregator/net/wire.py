"""One HTTP/1.1 request to one checked address. The only module that imports httpx (httpx2 has the same interface).

The transport is used directly, without httpx's client: no cookies are kept, no redirect is followed, no environment
variable is read, and nothing is decoded. The request goes to the address; the name goes into `Host` and SNI.
"""

import functools
import ssl
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from aggregator.net.values import ConnectFailed, FetchFailed, FetchReason


@dataclass(frozen=True, slots=True)
class Errand:
    """Where to connect and what to ask: `name` is the certificate's name, `connect_timeout` is in seconds."""

    scheme: str
    address: str
    port: int
    target: str
    headers: tuple[tuple[str, str], ...]
    name: str
    connect_timeout: float


class Answer:
    """Status and headers of an answer whose body is still to be read. To be closed."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.header_bytes = sum(len(name) + len(value) + 4 for name, value in response.headers.raw)
        pairs = response.headers.multi_items()
        self.headers: dict[str, str] = {}
        for name, value in pairs:
            # two Locations are one too many; lists of other headers may be joined (RFC 9110 section 5.3)
            kept = self.headers.get(name)
            self.headers[name] = value if kept is None else kept if name == "location" else f"{kept}, {value}"
        self.cookies = [value for name, value in pairs if name == "set-cookie"]

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes, still encoded. Raises FetchFailed(truncated) when it ends early."""
        with _translated(in_body=True):
            async for chunk in self._response.aiter_raw():
                yield chunk

    async def aclose(self) -> None:
        """Give the connection up."""
        await self._response.aclose()


class Wire:
    """The transport: HTTP/1.1 without keep-alive, so that two names on one address never share a TLS connection."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        verify = tls or _trusted()
        self._transport = httpx.AsyncHTTPTransport(verify=verify, trust_env=False, http2=False, limits=limits)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def get(self, errand: Errand) -> Answer:
        """Send the request and read the head of the answer. Raises ConnectFailed and FetchFailed."""
        with _translated():
            host = f"[{errand.address}]" if ":" in errand.address else errand.address
            url = httpx.URL(f"{errand.scheme}://{host}:{errand.port}").copy_with(raw_path=errand.target.encode())
            extensions = {"timeout": {"connect": errand.connect_timeout}, "sni_hostname": errand.name}
            request = httpx.Request("GET", url, headers=list(errand.headers), extensions=extensions)
            return Answer(await self._transport.handle_async_request(request))


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted, read once: that takes as long as a dozen requests."""
    return httpx.create_ssl_context(trust_env=False)


@contextmanager
def _translated(in_body: bool = False) -> Iterator[None]:
    """httpx's errors as ours."""
    try:
        yield
    except httpx.ConnectTimeout:
        raise ConnectFailed(FetchReason.TIMEOUT, "no connection in time") from None
    except httpx.ConnectError as error:
        raise _connect_failure(error) from None
    except httpx.TimeoutException:
        raise FetchFailed(FetchReason.TIMEOUT, "no answer in time") from None
    except httpx.NetworkError as error:
        if in_body:
            raise FetchFailed(FetchReason.TRUNCATED, "the connection broke within the body") from None
        raise FetchFailed(FetchReason.UNREACHABLE, f"the connection broke: {error or type(error).__name__}") from None
    except httpx.RemoteProtocolError as error:
        raise _protocol_failure(str(error), in_body) from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise FetchFailed(FetchReason.PROTOCOL, str(error) or type(error).__name__) from None


def _connect_failure(error: httpx.ConnectError) -> FetchFailed:
    """TCP or TLS? The transport reports both alike; the cause tells them apart."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchFailed(FetchReason.TLS, cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return FetchFailed(FetchReason.TLS, cause.reason or str(cause))
        if isinstance(cause, OSError):
            return ConnectFailed(FetchReason.UNREACHABLE, cause.strerror or str(cause))
        cause = cause.__cause__ or cause.__context__
    return FetchFailed(FetchReason.TLS, "the connection was closed during the TLS handshake")


def _protocol_failure(message: str, in_body: bool) -> FetchFailed:
    if "buffer too long" in message:  # h11's own limit on a head that has not ended
        return FetchFailed(FetchReason.TOO_LARGE, "the headers are too long")
    if in_body and ("incomplete" in message or "without sending complete" in message):
        return FetchFailed(FetchReason.TRUNCATED, message)
    return FetchFailed(FetchReason.PROTOCOL, message)

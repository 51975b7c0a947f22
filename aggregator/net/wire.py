"""One HTTP/1.1 request to one checked address. The only module that imports httpx (httpx2 has the same interface).

The transport is used directly, without httpx's client: no cookies are kept, no redirect is followed, no environment
variable is read, and nothing is decoded. The request goes to the address; the name goes into `Host` and SNI.
"""

import functools
import os
import ssl
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from aggregator.net.values import ConnectFailed, FetchFailed, FetchReason

#: OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT; the `ssl` module names it from Python 3.12 on
_LEGACY_SERVER_CONNECT = 0x4
#: what OpenSSL says to servers that are too old for its defaults
_LEGACY = (
    "UNSAFE_LEGACY_RENEGOTIATION",
    "HANDSHAKE_FAILURE",
    "UNSUPPORTED_PROTOCOL",
    "DH_KEY_TOO_SMALL",
    "WRONG_SSL_VERSION",
)
#: what OpenSSL says where something else than TLS answers, plain HTTP mostly
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL")


@dataclass(frozen=True, slots=True)
class Errand:
    """Where to connect and what to ask: `name` is the certificate's name, `connect_timeout` is in seconds.

    `legacy` allows renegotiation and ciphers that are out of date; certificates are checked all the same.
    """

    scheme: str
    address: str
    port: int
    target: str
    headers: tuple[tuple[str, str], ...]
    name: str
    connect_timeout: float
    legacy: bool = False


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
        self.robots_tags = tuple(value for name, value in pairs if name == "x-robots-tag")

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes, still encoded. Raises FetchFailed(truncated) when it ends early."""
        with _translated(in_body=True):
            async for chunk in self._response.aiter_raw():
                yield chunk

    async def aclose(self) -> None:
        """Give the connection up."""
        await self._response.aclose()


@functools.cache
def _trust() -> ssl.SSLContext:
    """The trust store of this process. Reading it takes 20 ms of CPU, so all fetchers share one that nobody changes."""
    return httpx.create_ssl_context(trust_env=False)


def _legacy(trust: ssl.SSLContext) -> ssl.SSLContext:
    """A context that trusts the same authorities and speaks to servers of long ago."""
    context = ssl.create_default_context(cadata=b"".join(trust.get_ca_certs(binary_form=True)))
    context.options |= _LEGACY_SERVER_CONNECT
    context.set_ciphers("DEFAULT:@SECLEVEL=1")
    return context


class Wire:
    """The transport: HTTP/1.1 without keep-alive, so that two names on one address never share a TLS connection.

    So no connection is ever one that the server may have closed meanwhile, and nothing needs to be asked twice.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls or _trust()
        self._transport = self._made(self._tls)
        self._old: httpx.AsyncHTTPTransport | None = None
        self._stack = AsyncExitStack()

    @staticmethod
    def _made(tls: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        return httpx.AsyncHTTPTransport(verify=tls, trust_env=False, http2=False, limits=limits)

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._transport)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _legacy_transport(self) -> httpx.AsyncHTTPTransport:
        if self._old is None:
            self._old = self._made(_legacy(self._tls))
            await self._stack.enter_async_context(self._old)
        return self._old

    async def get(self, errand: Errand) -> Answer:
        """Send the request and read the head of the answer. Raises ConnectFailed and FetchFailed."""
        with _translated():
            path = errand.target.encode()
            url = httpx.URL(scheme=errand.scheme, host=errand.address, port=errand.port, raw_path=path)
            extensions = {"timeout": {"connect": errand.connect_timeout}, "sni_hostname": errand.name}
            request = httpx.Request("GET", url, headers=list(errand.headers), extensions=extensions)
            transport = await self._legacy_transport() if errand.legacy else self._transport
            return Answer(await transport.handle_async_request(request))


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
            what = cause.reason or str(cause)
            if any(mark in what for mark in _NO_TLS):
                return FetchFailed(
                    FetchReason.TLS, "no TLS is spoken at this port: is the address meant to be http://?"
                )
            old = any(mark in what for mark in _LEGACY)
            hint = "; if the server's TLS is out of date, [net] legacy_tls can allow it" if old else ""
            return FetchFailed(FetchReason.TLS, what + hint)
        if isinstance(cause, OSError) and cause.errno:
            return ConnectFailed(FetchReason.UNREACHABLE, os.strerror(cause.errno))
        where, cause = cause, cause.__cause__ or cause.__context__
        if cause is None and isinstance(where, OSError):
            return ConnectFailed(FetchReason.UNREACHABLE, str(where))
    return FetchFailed(FetchReason.TLS, "the connection was closed during the TLS handshake")


def _protocol_failure(message: str, in_body: bool) -> FetchFailed:
    if "buffer too long" in message:  # h11's own limit on a head that has not ended
        return FetchFailed(FetchReason.TOO_LARGE, "the headers are too long")
    if in_body and ("incomplete" in message or "without sending complete" in message):
        return FetchFailed(FetchReason.TRUNCATED, message)
    return FetchFailed(FetchReason.PROTOCOL, message)

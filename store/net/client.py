"""One polite, bounded, safe fetch: what every request of newstui goes through.

Sources: RFC 9110 (HTTP), RFC 6585 (429).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from store.model.errors import FetchFailed, UrlRejected
from store.net.addresses import Resolver, resolve_with_system
from store.net.decompress import ACCEPT_ENCODING, decompress_body, parse_content_type
from store.net.proxies import ProxyLookup, no_proxy, parse_proxy
from store.net.reasons import describe_failure, describe_status
from store.text.urls import validate_url

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    import httpcore

    from store.net.transport import Deadline

MEGABYTE = 1_000_000
DEFAULT_PORT_NUMBERS = {"http": 80, "https": 443}
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
PERMANENT_REDIRECT_STATUSES = frozenset({301, 308})
MAX_RETRY_AFTER_SECONDS = 24 * 3600
"""Seconds a server may tell us to stay away."""
ACCEPT_HEADER = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much one fetch may take."""

    timeout: float = 20.0
    """For everything together, by the wall clock."""
    max_bytes: int = 15 * MEGABYTE
    """Bytes of the body, unpacked."""
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What is to be fetched."""

    url: str
    etag: str = ""
    last_modified: str = ""
    allowed_private_hosts: Collection[str] = ()
    """Hosts that the user allowed to be on a private network."""


@dataclass(frozen=True, slots=True)
class FetchResponse:
    """What a server answered."""

    url: str
    """Where it came from in the end."""
    status: int
    headers: Headers
    """Names in small letters."""
    body: bytes = b""
    permanent_url: str = ""
    """The URL it has moved to for good, if it has."""
    warning: str = ""
    """What the user should know, though it worked."""

    @property
    def content_type(self) -> tuple[str, str]:
        """Media type and charset."""
        return parse_content_type(self.headers.get("content-type", ""))

    @property
    def error(self) -> str:
        """What the status says if it is no success; empty if it is one."""
        return "" if self.status in (200, 203, 304) else describe_status(self.status)

    def retry_after(self, now: datetime) -> float:
        """Seconds for which the server wants to be left alone."""
        return min(
            max(0.0, _parse_retry_after(self.headers.get("retry-after", ""), now)),
            MAX_RETRY_AFTER_SECONDS,
        )


@dataclass(slots=True)
class HttpClient:
    """Fetches; holds no connection between two fetches, and may be used from many threads."""

    user_agent: str
    """How we call ourselves."""
    limits: FetchLimits = field(default_factory=FetchLimits)
    resolve: Resolver = resolve_with_system
    proxy_for: ProxyLookup = no_proxy
    ssl_context: ssl.SSLContext | None = None
    """Who is trusted; the system's certificates and Mozilla's where it is None."""
    clock: Callable[[], float] = time.monotonic

    def fetch(
        self, request: FetchRequest, stop: Callable[[], bool] = lambda: False
    ) -> FetchResponse:
        """Fetch, following redirects, each of which is looked at as if it were the first URL.

        Raises:
            FetchFailed: It could not be; says why. `PrivateHost` and `Stopped` are such.
        """
        from store.net.transport import Deadline  # here: httpcore is not light

        seconds = self.limits.timeout
        patience = Deadline(self.clock() + seconds, seconds, stop, self.clock)
        url, moved, note, lasting = _validate_url(request.url), "", "", True
        seen = [url]
        while True:
            reply = self._fetch_once(url, request, patience, home=_same_origin(url, seen[0]))
            if reply.status not in REDIRECT_STATUSES or "location" not in reply.headers:
                return FetchResponse(
                    reply.url, reply.status, reply.headers, reply.body, moved, note
                )
            there = _validate_url(urljoin(url, reply.headers["location"]))
            if there in seen:
                raise FetchFailed("it redirects in a circle")
            if len(seen) > self.limits.max_redirects:
                raise FetchFailed(f"more than {self.limits.max_redirects} redirects")
            if url.startswith("https:") and not there.startswith("https:"):
                lasting, note = False, "redirected from https to plain http"
            lasting = lasting and reply.status in PERMANENT_REDIRECT_STATUSES
            moved = there if lasting else moved
            url = there
            seen.append(there)

    def _fetch_once(
        self, url: str, request: FetchRequest, patience: Deadline, *, home: bool
    ) -> FetchResponse:
        import httpcore

        headers = self._request_headers(url, request, home=home)
        target = _strip_credentials(url)
        failures = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
        try:
            with (
                self._open_pool(target, request.allowed_private_hosts, patience) as pool,
                pool.stream("GET", target, headers=headers) as response,
            ):
                got = _decode_headers(response.headers)
                empty = response.status in REDIRECT_STATUSES or response.status >= 300
                body = b"" if empty else self._read_body(response.iter_stream(), got)
        except httpcore.ProxyError as error:
            raise FetchFailed(f"the proxy says: {describe_failure(error)}") from error
        except (*failures, OSError) as error:
            patience.remaining()  # the time being up is the better reason
            raise FetchFailed(describe_failure(error)) from error
        return FetchResponse(target, response.status, got, body)

    def _open_pool(
        self, url: str, private: Collection[str], patience: Deadline
    ) -> httpcore.ConnectionPool:
        """What connects to the host of a URL, by itself or through a proxy."""
        import httpcore

        from store.net.transport import Transport

        context = self._get_ssl_context(url)
        proxy = parse_proxy(self.proxy_for(url))
        if proxy is None:
            wire = Transport(patience, private, self.resolve)
            return httpcore.ConnectionPool(context, network_backend=wire)
        wire = Transport(patience, [*private, proxy.host], self.resolve)
        parts = urlsplit(url)
        Transport(patience, private, self.resolve).check_proxied_host(
            parts.hostname or "", parts.port or DEFAULT_PORT_NUMBERS[parts.scheme]
        )
        return httpcore.HTTPProxy(
            proxy.url, proxy.credentials, ssl_context=context, network_backend=wire
        )

    def _read_body(self, chunks: Iterator[bytes], headers: Headers) -> bytes:
        length = headers.get("content-length", "")
        if length.isdecimal() and len(length) < 20 and int(length) > self.limits.max_bytes:
            raise FetchFailed(f"too large (over {self.limits.max_bytes / MEGABYTE:g} MB)")
        return decompress_body(chunks, headers.get("content-encoding", ""), self.limits.max_bytes)

    def _get_ssl_context(self, url: str) -> ssl.SSLContext | None:
        if self.ssl_context is None and url.startswith("https:"):
            import httpcore

            self.ssl_context = httpcore.default_ssl_context()
        return self.ssl_context

    def _request_headers(
        self, url: str, request: FetchRequest, *, home: bool
    ) -> list[tuple[str, str]]:
        headers = [
            ("Host", urlsplit(url).netloc.rpartition("@")[2]),
            ("User-Agent", self.user_agent),
            ("Accept", ACCEPT_HEADER),
            ("Accept-Encoding", ACCEPT_ENCODING),
            ("Connection", "close"),
        ]
        if home:  # what the first server told or was told is nothing for another one
            headers += [("If-None-Match", request.etag)] if request.etag else []
            headers += (
                [("If-Modified-Since", request.last_modified)] if request.last_modified else []
            )
        user = urlsplit(url).netloc.rpartition("@")[0] or (
            urlsplit(request.url).netloc.rpartition("@")[0] if home else ""
        )
        if user:
            secret = base64.b64encode(unquote(user).encode()).decode()
            headers.append(("Authorization", f"Basic {secret}"))
        return headers


def _validate_url(url: str) -> str:
    try:
        return validate_url(url).partition("#")[0]
    except UrlRejected as error:
        raise FetchFailed(f"not fetched: {error}") from None


def _strip_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _same_origin(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname, first.port) == (
        second.scheme,
        second.hostname,
        second.port,
    )


def _decode_headers(headers: list[tuple[bytes, bytes]]) -> Headers:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _parse_retry_after(text: str, now: datetime) -> float:
    if text.strip().isdecimal():
        return float(text.strip()[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - now).total_seconds()

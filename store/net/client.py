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

from store.model.errors import FetchFailed, UrlRefused
from store.net.addresses import Resolve, system_resolve
from store.net.decompress import ACCEPTED, media_type, unpacked
from store.net.proxies import ProxyFor, no_proxy, proxy_of
from store.net.reasons import status_words, why
from store.text.urls import checked_url

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    import httpcore

    from store.net.transport import Patience

MB = 1_000_000
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FOREVER = frozenset({301, 308})
LONGEST_WAIT = 24 * 3600
"""Seconds a server may tell us to stay away."""
WANTED = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may take."""

    seconds: float = 20.0
    """For everything together, by the wall clock."""
    size: int = 15 * MB
    """Bytes of the body, unpacked."""
    hops: int = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be fetched."""

    url: str
    etag: str = ""
    modified: str = ""
    private: Collection[str] = ()
    """Hosts that the user allowed to be on a private network."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    url: str
    """Where it came from in the end."""
    status: int
    headers: Headers
    """Names in small letters."""
    body: bytes = b""
    moved: str = ""
    """The URL it has moved to for good, if it has."""
    note: str = ""
    """What the user should know, though it worked."""

    @property
    def kind(self) -> tuple[str, str]:
        """Media type and charset."""
        return media_type(self.headers.get("content-type", ""))

    @property
    def problem(self) -> str:
        """What the status says if it is no success; empty if it is one."""
        return "" if self.status in (200, 203, 304) else status_words(self.status)

    def retry_after(self, now: datetime) -> float:
        """Seconds for which the server wants to be left alone."""
        return min(max(0.0, _seconds(self.headers.get("retry-after", ""), now)), LONGEST_WAIT)


@dataclass(slots=True)
class Client:
    """Fetches; holds no connection between two fetches, and may be used from many threads."""

    agent: str
    """How we call ourselves."""
    limits: Limits = field(default_factory=Limits)
    resolve: Resolve = system_resolve
    proxy_for: ProxyFor = no_proxy
    trusted: ssl.SSLContext | None = None
    """Who is trusted; the system's certificates and Mozilla's where it is None."""
    clock: Callable[[], float] = time.monotonic

    def fetch(self, request: Request, stop: Callable[[], bool] = lambda: False) -> Reply:
        """Fetch, following redirects, each of which is looked at as if it were the first URL.

        Raises:
            FetchFailed: It could not be; says why. `PrivateHost` and `Stopped` are such.
        """
        from store.net.transport import Patience  # here: httpcore is not light

        seconds = self.limits.seconds
        patience = Patience(self.clock() + seconds, seconds, stop, self.clock)
        url, moved, note, lasting = _checked(request.url), "", "", True
        seen = [url]
        while True:
            reply = self._once(url, request, patience, home=_same_origin(url, seen[0]))
            if reply.status not in REDIRECTS or "location" not in reply.headers:
                return Reply(reply.url, reply.status, reply.headers, reply.body, moved, note)
            there = _checked(urljoin(url, reply.headers["location"]))
            if there in seen:
                raise FetchFailed("it redirects in a circle")
            if len(seen) > self.limits.hops:
                raise FetchFailed(f"more than {self.limits.hops} redirects")
            if url.startswith("https:") and not there.startswith("https:"):
                lasting, note = False, "redirected from https to plain http"
            lasting = lasting and reply.status in FOREVER
            moved = there if lasting else moved
            url = there
            seen.append(there)

    def _once(self, url: str, request: Request, patience: Patience, *, home: bool) -> Reply:
        import httpcore

        headers = self._headers(url, request, home=home)
        target = _without_user(url)
        failures = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
        try:
            with (
                self._pool(target, request.private, patience) as pool,
                pool.stream("GET", target, headers=headers) as response,
            ):
                got = _folded(response.headers)
                empty = response.status in REDIRECTS or response.status >= 300
                body = b"" if empty else self._body(response.iter_stream(), got)
        except httpcore.ProxyError as error:
            raise FetchFailed(f"the proxy says: {why(error)}") from error
        except (*failures, OSError) as error:
            patience.left()  # the time being up is the better reason
            raise FetchFailed(why(error)) from error
        return Reply(target, response.status, got, body)

    def _pool(
        self, url: str, private: Collection[str], patience: Patience
    ) -> httpcore.ConnectionPool:
        """What connects to the host of a URL, by itself or through a proxy."""
        import httpcore

        from store.net.transport import Wire

        context = self._context(url)
        proxy = proxy_of(self.proxy_for(url))
        if proxy is None:
            wire = Wire(patience, private, self.resolve)
            return httpcore.ConnectionPool(context, network_backend=wire)
        wire = Wire(patience, [*private, proxy.host], self.resolve)
        parts = urlsplit(url)
        Wire(patience, private, self.resolve).check(
            parts.hostname or "", parts.port or PORTS[parts.scheme]
        )
        return httpcore.HTTPProxy(proxy.url, proxy.user, ssl_context=context, network_backend=wire)

    def _body(self, chunks: Iterator[bytes], headers: Headers) -> bytes:
        length = headers.get("content-length", "")
        if length.isdecimal() and len(length) < 20 and int(length) > self.limits.size:
            raise FetchFailed(f"too large (over {self.limits.size / MB:g} MB)")
        return unpacked(chunks, headers.get("content-encoding", ""), self.limits.size)

    def _context(self, url: str) -> ssl.SSLContext | None:
        if self.trusted is None and url.startswith("https:"):
            import httpcore

            self.trusted = httpcore.default_ssl_context()
        return self.trusted

    def _headers(self, url: str, request: Request, *, home: bool) -> list[tuple[str, str]]:
        headers = [
            ("Host", urlsplit(url).netloc.rpartition("@")[2]),
            ("User-Agent", self.agent),
            ("Accept", WANTED),
            ("Accept-Encoding", ACCEPTED),
            ("Connection", "close"),
        ]
        if home:  # what the first server told or was told is nothing for another one
            headers += [("If-None-Match", request.etag)] if request.etag else []
            headers += [("If-Modified-Since", request.modified)] if request.modified else []
        user = urlsplit(url).netloc.rpartition("@")[0] or (
            urlsplit(request.url).netloc.rpartition("@")[0] if home else ""
        )
        if user:
            secret = base64.b64encode(unquote(user).encode()).decode()
            headers.append(("Authorization", f"Basic {secret}"))
        return headers


def _checked(url: str) -> str:
    try:
        return checked_url(url).partition("#")[0]
    except UrlRefused as error:
        raise FetchFailed(str(error).replace("Not opened: ", "not fetched: ")) from None


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _same_origin(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname, first.port) == (
        second.scheme,
        second.hostname,
        second.port,
    )


def _folded(headers: list[tuple[bytes, bytes]]) -> Headers:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _seconds(text: str, now: datetime) -> float:
    if text.strip().isdecimal():
        return float(text.strip()[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - now).total_seconds()

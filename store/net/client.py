"""The HTTP client that every request of newstui goes through: polite, bounded and safe.

Sources: RFC 9110 (HTTP), RFC 6585 (429).
"""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from store.model.errors import FetchFailed, UrlRejected
from store.text.clean import clean_line
from store.text.urls import strip_url_credentials, validate_url

if TYPE_CHECKING:
    import httpcore

    from store.net.transport import Deadline, Resolver

MEGABYTE = 1_000_000
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
PERMANENT_REDIRECT_STATUSES = frozenset({301, 308})
MAX_RETRY_AFTER_SECONDS = 24 * 3600
"""The longest `Retry-After` that is respected."""
ACCEPT_HEADER = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
ACCEPT_ENCODING = "gzip, deflate"
GZIP_NAMES, GZIP_START = ("gzip", "x-gzip"), b"\x1f\x8b"
NO_ENCODING = ("", "identity", "none")
"""Content encodings that are none; the last is what many programs write to switch compression off."""
VALIDATOR = re.compile(
    r"[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]{0,998}[\x21-\x7e\x80-\xff])?"
)
"""An `ETag` or `Last-Modified` that may be sent back: a field value as RFC 9110 (5.5) allows it."""

Headers = Mapping[str, str]
ProxyLookup = Callable[[str], str]
"""Returns the URL of the proxy for a URL to fetch; empty for a direct connection."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The bounds of one fetch."""

    timeout: float = 20.0
    """Seconds for the whole fetch, redirects included."""
    max_bytes: int = 15 * MEGABYTE
    """Size of the body after decompression."""
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """A URL to fetch, with the validators of the copy we have."""

    url: str
    etag: str = ""
    last_modified: str = ""
    allowed_private_hosts: Collection[str] = ()
    """Hosts that may be on a private network, because the user said so; in ASCII, as `extract_host` returns them."""


@dataclass(frozen=True, slots=True)
class FetchResponse:
    """The answer of a server."""

    url: str
    """The URL after all redirects."""
    status: int
    headers: Headers
    """By name, in lower case."""
    body: bytes = b""
    permanent_url: str = ""
    """The URL it has moved to for good, if it has."""
    warning: str = ""
    """Something the user should know although the fetch succeeded."""

    @property
    def content_type(self) -> tuple[str, str]:
        """Media type and charset, in lower case."""
        header = self.headers.get("content-type", "")
        message = Message()
        message["content-type"] = header.replace("\n", " ").replace("\r", " ")
        charset = message.get_param("charset", "")
        return message.get_content_type(), charset.lower() if isinstance(charset, str) else ""

    @property
    def error(self) -> str:
        """The status in words, as `404 Not Found`; empty for a success."""
        if self.status in (200, 203, 304):
            return ""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"status {self.status}"

    def retry_after(self, now: datetime) -> float:
        """Return the seconds the server asks us to wait before the next request."""
        seconds = _parse_retry_after(self.headers.get("retry-after", ""), now)
        return min(max(0.0, seconds), MAX_RETRY_AFTER_SECONDS)


@dataclass(slots=True)
class HttpClient:
    """Fetches URLs; keeps no connection between two fetches, and is safe to share between threads."""

    user_agent: str
    limits: FetchLimits = field(default_factory=FetchLimits)
    resolve: Resolver | None = None
    """Looks up the addresses of a host; the system's resolver if None."""
    proxy_for: ProxyLookup = lambda _: ""
    ssl_context: ssl.SSLContext | None = None
    """Trusted certificates; the system's and Mozilla's if None."""
    clock: Callable[[], float] = time.monotonic

    def fetch(
        self, request: FetchRequest, stop: Callable[[], bool] = lambda: False
    ) -> FetchResponse:
        """Fetch a URL and follow its redirects, each checked as the first URL is.

        Raises:
            FetchFailed: With the reason; also as `PrivateHost` and `FetchCancelled`.
        """
        from store.net.transport import Deadline  # imported here: httpcore is not light

        seconds = self.limits.timeout
        deadline = Deadline(self.clock() + seconds, seconds, stop, self.clock)
        url, permanent_url, warning, is_permanent = _validate_url(request.url), "", "", True
        visited = [url]
        while True:
            is_same_origin = _origin(url) == _origin(visited[0])
            reply = self._fetch_once(url, request, deadline, is_same_origin=is_same_origin)
            if reply.status not in REDIRECT_STATUSES or "location" not in reply.headers:
                return replace(reply, permanent_url=permanent_url, warning=warning)
            target = _resolve_location(url, reply.headers["location"])
            if target in visited:
                raise FetchFailed("redirects in a circle")
            if len(visited) > self.limits.max_redirects:
                raise FetchFailed(f"more than {self.limits.max_redirects} redirects")
            if url.startswith("https:") and not target.startswith("https:"):
                is_permanent, warning = False, "redirected from https to plain http"
            is_permanent = is_permanent and reply.status in PERMANENT_REDIRECT_STATUSES
            permanent_url = target if is_permanent else permanent_url
            url = target
            visited.append(target)

    def _fetch_once(
        self, url: str, request: FetchRequest, deadline: Deadline, *, is_same_origin: bool
    ) -> FetchResponse:
        import httpcore

        sent = self._request_headers(url, request, is_same_origin=is_same_origin)
        target = strip_url_credentials(url)
        failures = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
        try:
            with (
                self._open_pool(target, request.allowed_private_hosts, deadline) as pool,
                pool.stream("GET", target, headers=sent) as response,
            ):
                received = _decode_headers(response.headers)
                body = b""
                if response.status < 300:
                    body = _read_body(response.iter_stream(), received, self.limits.max_bytes)
        except httpcore.ProxyError as error:
            raise FetchFailed(f"the proxy says: {describe_failure(error)}") from error
        except (*failures, OSError, ValueError) as error:  # ValueError: a host no codec encodes
            deadline.remaining()  # running out of time is the better reason
            raise FetchFailed(describe_failure(error)) from error
        if response.status == HTTPStatus.NOT_MODIFIED and not _is_conditional(sent):
            raise FetchFailed("304 Not Modified")  # of what we do not have
        return FetchResponse(target, response.status, received, body)

    def _open_pool(
        self, url: str, private_hosts: Collection[str], deadline: Deadline
    ) -> httpcore.ConnectionPool:
        """Return a pool that connects to the host of a URL, directly or through a proxy."""
        import httpcore

        from store.net.transport import Transport

        context = self._get_ssl_context(url)
        proxy = parse_proxy(self.proxy_for(url))
        direct = Transport(deadline, private_hosts, self.resolve)
        if proxy is None:
            return httpcore.ConnectionPool(context, network_backend=direct)
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        direct.check_proxied_host(parts.hostname or "", port)
        backend = Transport(deadline, [*private_hosts, proxy.host], self.resolve)
        return httpcore.HTTPProxy(
            proxy.url, proxy.credentials, None, context, network_backend=backend
        )

    def _get_ssl_context(self, url: str) -> ssl.SSLContext | None:
        if self.ssl_context is None and url.startswith("https:"):
            import httpcore

            self.ssl_context = httpcore.default_ssl_context()
        return self.ssl_context

    def _request_headers(
        self, url: str, request: FetchRequest, *, is_same_origin: bool
    ) -> list[tuple[bytes, bytes]]:
        credentials, _, host = urlsplit(url).netloc.rpartition("@")
        headers = [
            ("Host", host),
            ("User-Agent", self.user_agent),
            ("Accept", ACCEPT_HEADER),
            ("Accept-Encoding", ACCEPT_ENCODING),
            ("Connection", "close"),
        ]
        if is_same_origin:  # validators and credentials are for the first server only
            credentials = credentials or urlsplit(request.url).netloc.rpartition("@")[0]
            validators = (
                ("If-None-Match", request.etag),
                ("If-Modified-Since", request.last_modified),
            )
            headers += [each for each in validators if VALIDATOR.fullmatch(each[1])]
        if credentials:
            encoded = base64.b64encode(unquote(credentials).encode()).decode()
            headers.append(("Authorization", f"Basic {encoded}"))
        # A header is bytes: validators go back as they came, whatever they are (RFC 9110, 5.5).
        return [(name.encode(), value.encode("latin-1")) for name, value in headers]


def _is_conditional(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.startswith(b"If-") for name, _ in headers)


def _resolve_location(url: str, location: str) -> str:
    """Return the URL that a redirect leads to; browsers read its bytes as UTF-8 where they are."""
    with contextlib.suppress(UnicodeDecodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        target = urljoin(url, location)
    except ValueError:
        raise FetchFailed("redirected to an invalid URL") from None
    return _validate_url(target)


def _validate_url(url: str) -> str:
    try:
        return validate_url(url).partition("#")[0]
    except UrlRejected as error:
        raise FetchFailed(f"not fetched: {error}") from None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _decode_headers(headers: list[tuple[bytes, bytes]]) -> Headers:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _parse_retry_after(text: str, now: datetime) -> float:
    if text.strip().isdecimal():
        return float(text.strip()[:9])
    try:
        moment = parsedate_to_datetime(text)
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    except (TypeError, ValueError, OverflowError, LookupError):
        return 0.0


def _read_body(chunks: Iterable[bytes], headers: Headers, limit: int) -> bytes:
    """Return a body without its content encoding, if it has at most `limit` bytes with it and without."""
    length = headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > limit:
        raise _too_large(limit)
    names = map(str.strip, headers.get("content-encoding", "").lower().split(","))
    encoding = ", ".join(name for name in names if name not in NO_ENCODING)
    received = _limit_size(chunks, limit)
    if not encoding:
        body = b"".join(received)
        if not body.startswith(GZIP_START):
            return body
        received, encoding = iter([body]), GZIP_NAMES[0]  # a file, or a server that says nothing
    if encoding not in (*GZIP_NAMES, "deflate"):
        raise FetchFailed(f"unsupported Content-Encoding: {clean_line(encoding, limit=20)}")
    try:
        return b"".join(_limit_size(_decompress(received, encoding, limit), limit))
    except zlib.error:
        raise FetchFailed(f"the server sent damaged {encoding} data") from None


def _limit_size(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        yield chunk


def _too_large(limit: int) -> FetchFailed:
    return FetchFailed(f"too large (over {limit / MEGABYTE:g} MB)")


def _decompress(chunks: Iterable[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    """Yield the decompressed data, one byte more than the limit at most, so that a bomb does no harm.

    Data in gzip may have several parts, as pigz and bgzip write it (RFC 1952, 2.2). What else stands behind
    the end is dropped. Where the end of gzip is missing, something is; many servers never end deflate.
    """
    stream, size, is_gzip = None, 0, encoding in GZIP_NAMES
    for chunk in chunks:
        data = chunk
        while data and size <= limit:
            is_part = is_gzip and GZIP_START.startswith(data[:2])
            if stream is None or (stream.eof and is_part):
                stream = zlib.decompressobj(_window_bits(data, is_gzip=is_gzip))
            elif stream.eof:
                break
            found = stream.decompress(data, limit + 1 - size)
            size += len(found)
            yield found
            data = stream.unused_data
    if is_gzip and stream is not None and not stream.eof:
        raise FetchFailed(f"the server sent incomplete {encoding} data")


def _window_bits(start: bytes, *, is_gzip: bool) -> int:
    """Return zlib's number for the format of data that starts like this."""
    if is_gzip:
        return 16 + zlib.MAX_WBITS
    has_zlib_header = start[0] & 0x0F == 8  # many servers send deflate without it
    return zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS


def describe_failure(error: BaseException) -> str:
    """Return the reason a connection failed, in words."""
    import httpcore

    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"invalid server certificate ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return "TLS failed; if the server only speaks http, use an http:// URL"
        if isinstance(cause, socket.gaierror):
            return "host not found"
        if isinstance(cause, TimeoutError):
            return "the server does not respond"
        if isinstance(cause, httpcore.RemoteProtocolError):  # its text quotes what the server sent
            is_closed = re.search("closed connection|disconnected", str(cause))
            return "the server closed the connection" if is_closed else "invalid HTTP response"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    return clean_line(str(error)).lower() or "the connection failed"


# -- proxies -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proxy:
    """An http proxy."""

    url: str
    """Without credentials."""
    host: str
    credentials: tuple[str, str] | None = None


def find_environment_proxy(url: str) -> str:
    """Return the proxy that the environment names for a URL, read as most programs read it.

    `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in lower or upper case; this machine itself is
    never reached through one.
    """
    from urllib.request import getproxies_environment, proxy_bypass

    parts = urlsplit(url)
    proxies = getproxies_environment()
    proxy = proxies.get(parts.scheme) or proxies.get("all", "")
    host = parts.netloc.rpartition("@")[2]
    if not proxy or _is_loopback(parts.hostname or "") or proxy_bypass(host):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def parse_proxy(url: str) -> Proxy | None:
    """Return the proxy with this URL; None if the URL is empty.

    Raises:
        FetchFailed: The URL is invalid, or the proxy is not an http proxy.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchFailed("the environment names an invalid proxy URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        scheme = parts.scheme
        raise FetchFailed(f"only http proxies are supported (the environment names {scheme}:)")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    address = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    user = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Proxy(address, parts.hostname, user)

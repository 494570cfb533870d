"""A web server on the loopback, well-behaved or hostile, and feeds to serve."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson

from store.feeds.fetch import FetchContext
from store.feeds.parser_process import REQUEST_PARSERS, ParserProcess
from store.feeds.subscriptions import Subscription
from store.model.errors import FetchFailed, InvalidInput
from store.net.client import FetchLimits, HttpClient

TLS = Path(__file__).parents[1] / "store/net/tls"

Route = Callable[["RequestHandler"], None]


class RequestHandler(BaseHTTPRequestHandler):
    """Handles one request."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        """Run the route the test set for the path."""
        path = self.path.partition("?")[0]
        self.close_connection = True
        with self.site.lock:
            self.site.requests.append((self.path, dict(self.headers)))
        with suppress(BrokenPipeError, ConnectionResetError):  # the client has had enough
            self.site.routes.get(path, not_found)(self)

    def respond(
        self, body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a complete response."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Suppress the access log."""


def not_found(asked: RequestHandler) -> None:
    """Respond 404."""
    asked.respond(b"no such page", 404)


def page(body: bytes | str, content_type: str = "text/html", **headers: str) -> Route:
    """Return a route that serves a page."""
    data = body.encode() if isinstance(body, str) else body
    return lambda asked: asked.respond(data, 200, {"Content-Type": content_type, **headers})


def status(code: int, **headers: str) -> Route:
    """Return a route that responds with a status and no body."""
    return lambda asked: asked.respond(b"", code, headers)


def redirect(to: str, code: int = 302) -> Route:
    """Return a route that redirects."""
    return status(code, Location=to)


@dataclass
class Site:
    """A running server."""

    port: int
    scheme: str = "http"
    host: str = "127.0.0.1"
    routes: dict[str, Route] = field(default_factory=dict)
    requests: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """Path and headers of every request."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    test_ended: threading.Event = field(default_factory=threading.Event)
    """Set when the test ends, to release routes that wait for it."""

    def url(self, path: str = "/") -> str:
        """Return the URL of a path."""
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    @property
    def requested_paths(self) -> list[str]:
        """The requested paths, in order."""
        return [path for path, _ in self.requests]


class LoopbackServer(ThreadingHTTPServer):
    """A server that keeps nobody waiting, not even at its end, and prints nothing."""

    daemon_threads = True
    request_queue_size = 128
    """More connections than a test opens: the kernel would drop others until they are tried again."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a request fail: the client may have had enough."""


@contextmanager
def run_server(certificate: str = "", address: str = "127.0.0.1") -> Iterator[Site]:
    """Run a server.

    Args:
        certificate: The name of a file in `tests/store/net/tls`; empty for plain http.
        address: The address to listen on.
    """
    handler = type("Handler", (RequestHandler,), {})
    server = LoopbackServer((address, 0), handler)
    site = Site(server.server_port)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        site.scheme, site.host = "https", "localhost"
    handler.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.test_ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class InProcessParser(ParserProcess):
    """Parses in this process: a child process takes half a second to start."""

    def parse(self, kind: str, about: Mapping[str, Any], data: bytes) -> dict[str, Any]:
        """Parse data of one kind."""
        if b"HANG" in data:
            raise FetchFailed("parsing took longer than 10 seconds")
        try:
            found: dict[str, Any] = orjson.loads(orjson.dumps(REQUEST_PARSERS[kind](about, data)))
        except InvalidInput as error:
            raise InvalidInput(str(error)) from error
        return found


def make_fetch_context(seconds: float = 60.0) -> FetchContext:
    """Return a fetch context whose clock stands still."""
    client = HttpClient("newstui/test", FetchLimits(timeout=seconds))
    return FetchContext(client, lambda: NOW, (InProcessParser(),), host_delay=0.0)


def rss(*items: str, title: str = "Harbour", site: str = "https://harbour.example/") -> str:
    """Return an RSS feed of these items."""
    return f'<rss version="2.0"><channel><title>{title}</title><link>{site}</link>{"".join(items)}</channel></rss>'


def item(number: int, text: str = "The tide is late.", **more: str) -> str:
    """Return an RSS item; the greater the number, the newer."""
    rest = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return (
        f"<item><title>Story {number}</title><link>https://harbour.example/{number}</link>"
        f"<pubDate>{number:02d} Nov 2026 08:00:00 GMT</pubDate>"
        f"<description>{text}</description>{rest}</item>"
    )


def feed_page(*numbers: int, **headers: str) -> Route:
    """Return a route that serves a feed of these items."""
    return page(rss(*map(item, numbers)), "application/rss+xml", **headers)


def subscription(site: Site, path: str = "/feed", **more: Any) -> Subscription:
    """Return a subscription to a feed on the test server, allowed as a private host."""
    return Subscription(site.url(path), **{"is_private_allowed": True, **more})

"""A web server on the loopback, as friendly or as hostile as a test wants it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TLS = Path(__file__).parents[1] / "store/net/tls"

Route = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """One request, and the means to answer it."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        """Answer as the test said."""
        path = self.path.partition("?")[0]
        self.close_connection = True
        with self.site.counting:
            self.site.asked.append((self.path, dict(self.headers)))
            self.site.now += 1
            self.site.most = max(self.site.most, self.site.now)
        try:
            self.site.routes.get(path, missing)(self)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has had enough
        finally:
            with self.site.counting:
                self.site.now -= 1

    def answer(
        self, body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer whole."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def missing(asked: Asked) -> None:
    """There is no such page."""
    asked.answer(b"no such page", 404)


def page(body: bytes | str, content_type: str = "text/html", **headers: str) -> Route:
    """A page that is there."""
    data = body.encode() if isinstance(body, str) else body
    return lambda asked: asked.answer(data, 200, {"Content-Type": content_type, **headers})


def status(code: int, **headers: str) -> Route:
    """A status and nothing else."""
    return lambda asked: asked.answer(b"", code, headers)


def moved(to: str, code: int = 302) -> Route:
    """A redirect."""
    return status(code, Location=to)


@dataclass
class Site:
    """A server that runs."""

    port: int
    scheme: str = "http"
    host: str = "127.0.0.1"
    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """Path and headers of every request."""
    now: int = 0
    most: int = 0
    """How many requests were being answered at once, at most."""
    counting: threading.Lock = field(default_factory=threading.Lock)
    gate: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over: what waits for it is let go."""

    def url(self, path: str = "/") -> str:
        """The URL of a path."""
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [path for path, _ in self.asked]


@contextmanager
def serving(certificate: str = "", address: str = "127.0.0.1") -> Iterator[Site]:
    """Run a server.

    Args:
        address: Where it listens.
        certificate: The name of one in `tests/net/tls`; plain http where it is empty.
    """
    handler = type("Handler", (Asked,), {})
    server = ThreadingHTTPServer((address, 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
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
        site.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()

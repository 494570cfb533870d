"""The access rules of the server, request by request, without any network.

Anyone on this machine can connect to the loopback interface, and every page in the browser can make it
connect. So the link that is printed has a token, which is exchanged for a cookie; a page elsewhere knows neither,
nor the folder of the page, to which alone the cookie is sent: other ports of this host share its cookies.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
HOST_NAMES = (HOST, "localhost")
"""The names of this machine in a browser; another one is a page that had its name resolved to us."""
COOKIE_NAME = "newstui"
SOCKET_NAME = "terminal"
PAGE_NAME = "index.html"

PLAIN_TEXT = "text/plain; charset=utf-8"
FORBIDDEN_TEXT = "Open the link that newstui serve has printed.\n"

Headers = Mapping[str, Sequence[str]]
"""The values of each header, by its name in lower case."""


class Reply(NamedTuple):
    """The answer to a request."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes = b""


class StaticFile(NamedTuple):
    """A file of the page."""

    media_type: str
    content: bytes


def _random_text() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Access:
    """The secrets of one server, and what it answers."""

    port: int
    files: Mapping[str, StaticFile]
    """The files of the page, by name."""
    token: str = field(default_factory=_random_text)
    cookie: str = field(default_factory=_random_text)
    folder: str = field(default_factory=_random_text)

    @property
    def link(self) -> str:
        """The URL that opens the page."""
        return f"http://{HOST}:{self.port}/?token={self.token}"

    def answer(self, target: str, headers: Headers, method: str = "GET") -> Reply | None:
        """Return the answer to a request; None if it may become a terminal."""
        if method != "GET":
            return self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "GET only\n")
        host = self._find_host(headers)
        if host is None:
            return self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "unknown host\n")
        try:
            url = urlsplit(target)
        except ValueError:  # such as //[
            return self._refuse(HTTPStatus.NOT_FOUND, "not found\n")
        if url.path == "/":
            return self._exchange_token(parse_qs(url.query).get("token", []))
        folder, _, name = url.path.removeprefix("/").partition("/")
        if not _is_equal(folder, self.folder):
            return self._refuse(HTTPStatus.NOT_FOUND, "not found\n")
        if not self._has_cookie(headers):
            return self._refuse(HTTPStatus.FORBIDDEN, FORBIDDEN_TEXT)
        if name == SOCKET_NAME:
            is_own = list(headers.get("origin", ())) == [f"http://{host}"]
            return None if is_own else self._refuse(HTTPStatus.FORBIDDEN, "unknown origin\n")
        if (found := self.files.get(name or PAGE_NAME)) is None:
            return self._refuse(HTTPStatus.NOT_FOUND, "not found\n")
        return self._reply(HTTPStatus.OK, found.media_type, found.content, host)

    def _find_host(self, headers: Headers) -> str | None:
        """Return the host that was asked for; None if it is not this one."""
        known = [f"{name}:{self.port}" for name in HOST_NAMES]
        given = headers.get("host", ())
        return given[0] if len(given) == 1 and given[0] in known else None

    def _exchange_token(self, tokens: Sequence[str]) -> Reply:
        if len(tokens) != 1 or not _is_equal(tokens[0], self.token):
            return self._refuse(HTTPStatus.FORBIDDEN, FORBIDDEN_TEXT)
        path = f"/{self.folder}/"
        cookie = f"{COOKIE_NAME}={self.cookie}; Path={path}; HttpOnly; SameSite=Strict"
        reply = self._reply(HTTPStatus.SEE_OTHER, PLAIN_TEXT, b"")
        return reply._replace(headers={**reply.headers, "Location": path, "Set-Cookie": cookie})

    def _has_cookie(self, headers: Headers) -> bool:
        try:
            found = SimpleCookie("; ".join(headers.get("cookie", ()))).get(COOKIE_NAME)
        except CookieError:
            return False
        return found is not None and _is_equal(found.value, self.cookie)

    def _refuse(self, status: HTTPStatus, text: str) -> Reply:
        return self._reply(status, PLAIN_TEXT, text.encode())

    def _reply(self, status: HTTPStatus, media_type: str, content: bytes, host: str = "") -> Reply:
        """Return a reply that may use nothing but this server, and be used by no other page."""
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:;"
            f" connect-src ws://{host or HOST}; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'"
        )  # xterm.js makes style sheets as it runs
        headers = {
            "Content-Type": media_type,
            "Content-Length": str(len(content)),
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
        return Reply(status, headers, content)


def _is_equal(given: str, expected: str) -> bool:
    """Compare a secret in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())

"""The HTTP client, against servers that behave and servers that do not."""

from __future__ import annotations

import gzip
import ssl
import threading
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from store.model.errors import FetchCancelled, FetchFailed, PrivateHost
from store.net.client import FetchLimits, FetchRequest, FetchResponse, HttpClient, describe_failure
from store.text.urls import redact_url
from tests.support.network import TLS, RequestHandler, Site, page, redirect, run_server, status

HERE = ("127.0.0.1",)
CLIENT = HttpClient("newstui/test", FetchLimits(timeout=5.0, max_bytes=100_000))
HASTY = replace(CLIENT, limits=FetchLimits(timeout=0.3))


def get(site: Site, path: str = "/", client: HttpClient = CLIENT, **more: str) -> FetchResponse:
    return client.fetch(FetchRequest(site.url(path), allowed_private_hosts=HERE, **more))


def refused(site: Site, path: str = "/", client: HttpClient = CLIENT) -> str:
    with pytest.raises(FetchFailed) as failed:
        get(site, path, client)
    return str(failed.value)


def test_response_has_url_status_and_content_type(site: Site) -> None:
    site.routes["/"] = page("hé", "text/html; charset=UTF-8", ETag='"1"')
    reply = get(site)
    assert (reply.status, reply.body.decode(), reply.content_type) == (
        200,
        "hé",
        ("text/html", "utf-8"),
    )
    assert (reply.headers["etag"], reply.error, reply.permanent_url) == ('"1"', "", "")
    assert site.requests[0][1]["User-Agent"] == "newstui/test"


def test_not_modified(site: Site) -> None:
    """Case 88: a 304 costs nothing."""

    def answer(asked: RequestHandler) -> None:
        same = asked.headers["If-None-Match"] == '"1"' and asked.headers["If-Modified-Since"] == "x"
        asked.respond(b"" if same else b"all of it", 304 if same else 200)

    site.routes["/"] = answer
    reply = get(site, etag='"1"', last_modified="x")
    assert (reply.status, reply.body, reply.error) == (304, b"", "")
    assert get(site).body == b"all of it"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("999999999", 24 * 3600),
        ("Wed, 01 Jan 2031 00:02:00 GMT", 120),
        ("Tue, 01 Jan 2030 00:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_retry_after(header: str, seconds: int, site: Site) -> None:
    """Case 88: as the server asks, at most a day."""
    site.routes["/"] = status(429, Retry_After=header)
    reply = get(site)
    assert reply.error == "429 Too Many Requests"
    assert reply.retry_after(datetime(2031, 1, 1, tzinfo=UTC)) == seconds


# -- too much ------------------------------------------------------------------------------


def test_endless_body(site: Site) -> None:
    """Case 80: reading stops at the limit."""

    def endless(asked: RequestHandler) -> None:
        asked.send_response(200)
        asked.end_headers()
        while not site.test_ended.is_set():
            asked.wfile.write(b"x" * 10_000)

    site.routes["/"] = endless
    assert refused(site) == "too large (over 0.1 MB)"


def test_too_large_content_length(site: Site) -> None:
    """Case 80: the body is not read at all."""
    site.routes["/"] = lambda asked: asked.respond(b"x", 200, {"Content-Length": "10000000000"})
    assert refused(site) == "too large (over 0.1 MB)"


def test_wrong_content_length(site: Site) -> None:
    """Case 80: an incomplete body is an error."""
    site.routes["/"] = lambda asked: asked.respond(b"x", 200, {"Content-Length": "1000"})
    assert "closed" in refused(site)


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw"])
def test_decompression_bomb(packing: str, site: Site) -> None:
    """Case 81: decompression stops at the limit."""
    wbits = {"gzip": 31, "deflate": 15, "raw": -15}[packing]
    packer = zlib.compressobj(1, zlib.DEFLATED, wbits)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(20)) + packer.flush()
    site.routes["/"] = page(bomb, Content_Encoding="gzip" if packing == "gzip" else "deflate")
    assert refused(site) == "too large (over 0.1 MB)"


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw", "identity"])
def test_content_encodings(packing: str, site: Site) -> None:
    packers = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "raw": lambda data: zlib.compress(data)[2:-4],
    }
    packed = packers.get(packing, bytes)(b"words " * 100)
    site.routes["/"] = page(packed, Content_Encoding=packing.replace("raw", "deflate"))
    assert get(site).body == b"words " * 100


def test_unsupported_content_encoding(site: Site) -> None:
    """Case 81: brotli, for example."""
    site.routes["/"] = page(b"\x1b\x03", Content_Encoding="br")
    assert refused(site) == "unsupported Content-Encoding: br"
    site.routes["/"] = page(b"not gzip", Content_Encoding="gzip")
    assert refused(site) == "the server sent damaged gzip data"


# -- too slow ------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["nothing", "headers", "body"])
def test_slow_server_meets_the_deadline(part: str, site: Site) -> None:
    """Case 82: a byte now and then does not reset the clock."""

    def dribble(asked: RequestHandler) -> None:
        if part == "body":
            asked.send_response(200)
            asked.end_headers()
        while not site.test_ended.wait(0.02):
            asked.wfile.write({"nothing": b"", "headers": b"H", "body": b"x"}[part])

    site.routes["/"] = dribble
    assert refused(site, client=HASTY) == "timed out after 0.3 seconds"


def test_silent_server_times_out_sooner(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 82: a dead server costs less than the whole timeout."""
    monkeypatch.setattr("store.net.transport.FIRST_BYTE_TIMEOUT", 0.1)

    def hang(asked: RequestHandler) -> None:
        site.test_ended.wait(10)

    site.routes["/"] = hang
    assert refused(site) == "the server does not respond"


def test_cancelling_takes_effect_at_once(site: Site) -> None:
    """Case 82: a key cancels it."""
    stop = threading.Event()

    def hang(asked: RequestHandler) -> None:
        stop.set()
        site.test_ended.wait(10)

    site.routes["/"] = hang
    with pytest.raises(FetchCancelled):
        CLIENT.fetch(FetchRequest(site.url(), allowed_private_hosts=HERE), stop.is_set)


def test_dns_lookup_times_out(site: Site) -> None:
    """Case 82: resolvers know no deadline."""

    def resolve(host: str, port: int) -> Sequence[str]:
        site.test_ended.wait(10)
        return []

    with pytest.raises(FetchFailed, match=r"DNS lookup of slow\.example timed out"):
        replace(HASTY, resolve=resolve).fetch(FetchRequest("http://slow.example/"))


# -- where it must not go ------------------------------------------------------------------

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.5.5",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_rejected(address: str) -> None:
    """Case 83: the address counts, not the name."""
    client = replace(CLIENT, resolve=lambda host, port: [address])
    with pytest.raises(PrivateHost) as failed:
        client.fetch(FetchRequest("http://feeds.example/"))
    assert str(failed.value) == f"feeds.example is on a private network ({address})"


def test_the_checked_address_is_connected_to(site: Site) -> None:
    """Case 83: there is no second lookup, so DNS rebinding gains nothing."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    site.routes["/"] = page("here")
    client = replace(CLIENT, resolve=resolve)
    url = f"http://feeds.example:{site.port}/"
    assert client.fetch(FetchRequest(url, allowed_private_hosts=["feeds.example"])).body == b"here"
    assert asked == ["feeds.example"]
    assert site.requests[0][1]["Host"] == f"feeds.example:{site.port}"


def test_allowing_a_private_host_allows_no_other(site: Site) -> None:
    """Case 83: a redirect to another name is checked too."""
    site.routes["/"] = redirect(f"http://localhost:{site.port}/secret")
    site.routes["/secret"] = page("secret")
    with pytest.raises(PrivateHost, match="localhost is on a private network"):
        get(site)
    assert site.requested_paths == ["/"]


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://e.example/", "gopher://e.example/"])
def test_redirects_to_other_schemes_are_rejected(to: str, site: Site) -> None:
    """Case 84: file and ftp, with the reason."""
    site.routes["/"] = redirect(to)
    assert refused(site).startswith("not fetched: only http and https links")


def test_redirect_loops(site: Site) -> None:
    """Case 84: a circle, and too long a chain."""
    site.routes |= {"/a": redirect("/b"), "/b": redirect("/a")}
    assert refused(site, "/a") == "redirects in a circle"
    site.routes |= {f"/{n}": redirect(f"/{n + 1}") for n in range(9)}
    assert refused(site, "/0") == "more than 5 redirects"
    assert site.requested_paths[-1] == "/5"


def test_permanent_redirects(site: Site) -> None:
    """Case 88: only while every redirect is permanent."""
    site.routes |= {"/a": redirect("/b", 301), "/b": redirect("/c", 308), "/c": redirect("/d", 302)}
    site.routes["/d"] = page("here")
    reply = get(site, "/a")
    assert (reply.url, reply.permanent_url) == (site.url("/d"), site.url("/c"))
    site.routes["/a"] = redirect("/b", 302)
    assert get(site, "/a").permanent_url == ""


def test_credentials_are_sent_to_their_server_only(site: Site) -> None:
    """Case 86: no other host gets them, and they are never shown."""
    site.routes["/"] = page("here")
    with run_server() as other:
        other.routes["/"] = redirect(site.url())
        url = other.url().replace("://", "://ada:s%40crate@")
        reply = CLIENT.fetch(FetchRequest(url, etag='"1"', allowed_private_hosts=HERE))
    assert other.requests[0][1]["Authorization"] == "Basic YWRhOnNAY3JhdGU="
    assert {"Authorization", "If-None-Match"} & site.requests[0][1].keys() == set()
    assert "ada" not in reply.url
    assert redact_url(url) == other.url().replace("://", "://…@")


@pytest.mark.parametrize(
    "url", ["http://e.example/\r\nX: y", "http://e.ex\nample/", "http://", "x"]
)
def test_urls_with_header_injection_are_rejected(url: str) -> None:
    """Case 87: before anything is connected."""
    with pytest.raises(FetchFailed, match="not fetched"):
        CLIENT.fetch(FetchRequest(url))


# -- whom it does not trust ----------------------------------------------------------------


def trusting(certificate: str) -> HttpClient:
    context = ssl.create_default_context(cafile=str(TLS / certificate))
    return replace(CLIENT, ssl_context=context)


def fetched(site: Site, client: HttpClient) -> bytes:
    return client.fetch(
        FetchRequest(site.url(), allowed_private_hosts=["localhost", "127.0.0.1"])
    ).body


def test_certificates_are_verified() -> None:
    """Case 85: unknown, wrong host, expired: rejected with the reason."""
    with run_server("localhost.pem") as site:
        site.routes["/"] = page("secret")
        assert fetched(site, trusting("localhost.pem")) == b"secret"
        with pytest.raises(
            FetchFailed, match=r"invalid server certificate \(self.signed certificate"
        ):
            fetched(site, CLIENT)
        site.host = "127.0.0.1"
        with pytest.raises(FetchFailed, match=r"invalid server certificate \(IP address mismatch"):
            fetched(site, trusting("localhost.pem"))
    expired = pytest.raises(
        FetchFailed, match=r"invalid server certificate \(certificate has expired"
    )
    with run_server("expired.pem") as site, expired:
        fetched(site, trusting("expired.pem"))


def test_redirect_from_https_to_http_warns(site: Site) -> None:
    """Case 84: and is never taken as permanent."""
    site.routes["/"] = page("plain")
    with run_server("localhost.pem") as secure:
        secure.routes["/"] = redirect(site.url(), 301)
        request = FetchRequest(secure.url(), allowed_private_hosts=["localhost", *HERE])
        reply = trusting("localhost.pem").fetch(request)
    assert (reply.body, reply.warning) == (b"plain", "redirected from https to plain http")
    assert reply.permanent_url == ""


def test_reasons_of_failures(site: Site) -> None:
    dead = FetchRequest("http://127.0.0.1:1/", allowed_private_hosts=HERE)
    with pytest.raises(FetchFailed, match="connection refused"):
        CLIENT.fetch(dead)
    with pytest.raises(FetchFailed, match=r"host nowhere\.invalid not found"):
        replace(CLIENT, resolve=_nobody).fetch(FetchRequest("http://nowhere.invalid/"))
    assert describe_failure(TimeoutError()) == "the server does not respond"


def _nobody(host: str, port: int) -> Sequence[str]:
    raise OSError("no such host")

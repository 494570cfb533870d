"""The HTTP client, against servers that behave and servers that do not."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import httpcore
import pytest

from store.model.errors import FetchCancelled, FetchFailed, PrivateHost
from store.net.client import FetchLimits, FetchRequest, FetchResponse, HttpClient, describe_failure
from store.net.transport import FIRST_BYTE_TIMEOUT, Deadline, DeadlineStream, is_public
from store.text.urls import redact_url
from tests.support.network import (
    TLS,
    RequestHandler,
    Route,
    Site,
    page,
    redirect,
    run_server,
    status,
)

HERE = ("127.0.0.1",)
CLIENT = HttpClient("newstui/test", FetchLimits(timeout=60.0, max_bytes=100_000))
HASTY = replace(CLIENT, limits=FetchLimits(timeout=0.3))


def pack(data: bytes) -> bytes:
    """Return data as gzip, without the time: names of tests that have it differ by process."""
    return gzip.compress(data, mtime=0)


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


MAX_BOMB_MEMORY = 5_000_000
"""Bytes that a bomb of 20 MB may take: the server's copy, its packed bytes and what is below the limit."""


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw"])
def test_decompression_bomb(packing: str, site: Site) -> None:
    """Case 81: decompression stops at the limit, and takes no more memory than that."""
    wbits = {"gzip": 31, "deflate": 15, "raw": -15}[packing]
    packer = zlib.compressobj(1, zlib.DEFLATED, wbits)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(20)) + packer.flush()
    site.routes["/"] = page(bomb, Content_Encoding="gzip" if packing == "gzip" else "deflate")
    tracemalloc.start()
    try:
        assert refused(site) == "too large (over 0.1 MB)"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MAX_BOMB_MEMORY


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


WORDS = b"words " * 100
PACKED = pack(WORDS)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("none", WORDS),
        ("", PACKED),
        ("identity, gzip", PACKED),
        ("X-GZIP", PACKED),
        ("gzip", pack(WORDS[:50]) + pack(b"") + pack(WORDS[50:])),
        ("gzip", PACKED + bytes(99)),
        ("gzip", PACKED + b"<!-- cached -->"),
        ("deflate", zlib.compress(WORDS) + b"\x1f\x8b"),
        ("deflate", zlib.compress(WORDS)[:-4]),
    ],
)
@pytest.mark.parametrize("piece", [1, 65536])
def test_unusual_content_encodings(encoding: str, body: bytes, piece: int, site: Site) -> None:
    """Case 81: gzip in parts, data behind the end, no checksum; wherever the pieces are cut."""

    def answer(asked: RequestHandler) -> None:
        asked.respond(b"", 200, {"Content-Encoding": encoding, "Content-Length": str(len(body))})
        for start in range(0, len(body), piece):
            asked.wfile.write(body[start : start + piece])
            asked.wfile.flush()

    site.routes["/"] = answer
    assert get(site).body == WORDS


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("br", b"\x1b\x03", "unsupported Content-Encoding: br"),
        ("gzip, gzip", pack(PACKED), "unsupported Content-Encoding: gzip, gzip"),
        ("b\x1b[31mr\x9b", b"", "unsupported Content-Encoding: br"),
        ("gzip", b"not gzip", "the server sent damaged gzip data"),
        ("gzip", PACKED[:-12], "the server sent incomplete gzip data"),
        ("gzip", PACKED[:5], "the server sent incomplete gzip data"),
        ("gzip", PACKED[:-8] + bytes(8), "the server sent damaged gzip data"),
        ("gzip", PACKED + PACKED[:-9], "the server sent incomplete gzip data"),
        ("gzip", PACKED + bytes(100_000), "too large (over 0.1 MB)"),
        ("gzip", pack(b"") * 5_001, "too large (over 0.1 MB)"),
        ("gzip", pack(bytes(60_000)) * 2, "too large (over 0.1 MB)"),
        ("deflate", PACKED, "the server sent damaged deflate data"),
    ],
)
def test_unusable_content_encodings(encoding: str, body: bytes, reason: str, site: Site) -> None:
    """Cases 80 and 81: what is cut off is an error, and what is not text counts as well."""
    site.routes["/"] = page(body, Content_Encoding=encoding)
    assert refused(site) == reason


def test_nothing_modified_that_was_not_asked_for(site: Site) -> None:
    """Case 88: a 304 is no success if there is nothing that has not changed."""
    site.routes |= {"/": status(304), "/moved": redirect("/")}
    assert refused(site) == "304 Not Modified"
    assert refused(site, "/moved") == "304 Not Modified"
    assert get(site, "/moved", etag='"1"').status == 304


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"", "the server closed the connection"),
        (b"HTTP/1.1 200 OK\r\nContent-", "the server closed the connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx", "the server closed the connection"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "the server closed the connection",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x1b[2J\r\n",
            "invalid HTTP response",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "invalid HTTP response"),
        (b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", "invalid HTTP response"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", "invalid HTTP response"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "invalid HTTP response"),
        (b"ICY 200 OK\r\n\r\n", "invalid HTTP response"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "invalid HTTP response"),
    ],
)
def test_responses_that_are_not_http(response: bytes, reason: str, site: Site) -> None:
    """Case 45: the reason quotes nothing of them."""

    def answer(asked: RequestHandler) -> None:
        asked.wfile.write(response)

    site.routes["/"] = answer
    assert refused(site) == reason


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
    client = replace(
        CLIENT, limits=FetchLimits(timeout=1.5)
    )  # also the lookup before it takes time
    assert refused(site, client=client) == "timed out after 1.5 seconds"


def test_silent_server_times_out_sooner(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 82: a dead server costs less than the whole timeout."""
    monkeypatch.setattr("store.net.transport.FIRST_BYTE_TIMEOUT", 0.1)

    def hang(asked: RequestHandler) -> None:
        site.test_ended.wait()

    site.routes["/"] = hang
    assert refused(site) == "the server does not respond"


def test_an_answer_that_has_come_is_read_however_late() -> None:
    """Case 82: a machine that was busy or asleep does not take the server for a dead one."""
    moments = iter([0.0])
    deadline = Deadline(60.0, 60.0, lambda: False, lambda: next(moments, FIRST_BYTE_TIMEOUT + 1))
    assert DeadlineStream(httpcore.MockStream([b"here"]), deadline).read(100) == b"here"


def test_cancelling_takes_effect_at_once(site: Site) -> None:
    """Case 82: a key cancels it."""
    stop = threading.Event()

    def hang(asked: RequestHandler) -> None:
        stop.set()
        site.test_ended.wait()

    site.routes["/"] = hang
    with pytest.raises(FetchCancelled):
        CLIENT.fetch(FetchRequest(site.url(), allowed_private_hosts=HERE), stop.is_set)


def test_dns_lookup_times_out(site: Site) -> None:
    """Case 82: resolvers know no deadline."""

    def resolve(host: str, port: int) -> Sequence[str]:
        site.test_ended.wait()
        return []

    with pytest.raises(FetchFailed, match=r"DNS lookup of slow\.example timed out"):
        replace(HASTY, resolve=resolve).fetch(FetchRequest("http://slow.example/"))


# -- where it must not go ------------------------------------------------------------------

PRIVATE = str.split(
    """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.1 169.254.169.254
    172.16.5.5 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1
    198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8
    64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::192.88.99.1 64:ff9b:1::1 64:ff9b:1::8.8.8.8
    100::1 100:0:0:1::1 2001::1 2001:0:808:808::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
    2002:7f00:1:: 2002:c0a8:101::1 2002:c058:6301:: 2002:e000:1:: 3fff::1 3fff:fff::1 5f00::1
    4000::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 feff::1 ff02::1 ff0e::1 nonsense
    """
)
PUBLIC = str.split(
    """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.0.0.1 128.0.0.1
    169.253.0.1 172.15.0.1 172.32.0.1 192.0.1.1 192.88.98.1 192.167.0.1 198.17.0.1 198.20.0.1
    203.0.112.1 223.255.255.254 2001:200::1 2001:4860:4860::8888 2002:808:808::1 2400:cb00::1
    2606:4700::1111 2a00:1450::1 64:ff9b::8.8.8.8 64:ff9b::808:808
    """
)


@pytest.mark.parametrize(
    ("address", "public"), [(each, False) for each in PRIVATE] + [(each, True) for each in PUBLIC]
)
def test_special_addresses_are_not_public(address: str, public: bool) -> None:
    """Case 83: IANA's registries of special-purpose addresses, with IPv4 in IPv6."""
    assert is_public(address) is public


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:10.0.0.1", "64:ff9b:1::1", "fec0::1"])
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


def raw(*lines: bytes, code: bytes = b"200 OK", body: bytes = b"here") -> Route:
    """Answer with these header lines, byte by byte as they are."""

    def answer(asked: RequestHandler) -> None:
        head = [b"HTTP/1.1 " + code, b"Content-Length: %d" % len(body), *lines]
        asked.wfile.write(b"\r\n".join(head) + b"\r\n\r\n" + body)

    return answer


BAD_LOCATIONS = [
    b"http://[bad/",
    b"http://[::1",
    b"//[",
    b"http://[v1.x]/",
    b"http://[::1%25eth0]/",
    b"http://]/",
    b"http://e.example:99999/",
    b"http://e.example:port/",
    b"http://e.example:-1/",
    b"http://" + b"a" * 70 + b".example/",
    b"http://" + b"a." * 200 + b"example/",
    b"http://xn--\xff.example/",
    b"http://a..example/",
    b"http://.example/",
    b"http://%00.example/",
    b"http://%ff.example/",
    b"http://\xff\xfe/",
    b"http://\xe2\x84\x80\xef\xbc\x8f.example/",
    b"http://e.example\\@127.0.0.1/",
    b"http://",
    b"https:",
    b"",
    b"javascript:alert(1)",
    b"data:,x",
    b"//127.0.0.1@[::]/",
]


@pytest.mark.parametrize("location", BAD_LOCATIONS)
def test_bad_locations_fail_with_a_reason(location: bytes, site: Site) -> None:
    """Case 84: whatever a redirect names, it is a failure and no traceback."""
    site.routes["/"] = raw(b"Location: " + location, code=b"302 Found")
    assert refused(site, client=replace(CLIENT, resolve=_encode_and_find))


def test_a_location_in_utf8_is_followed(site: Site) -> None:
    site.routes["/"] = raw("Location: /caf\u00e9".encode(), code=b"302 Found")
    site.routes["/caf%C3%A9"] = page("here")
    assert get(site).body == b"here"
    site.routes["/"] = raw(b"Location: /caf\xe9", code=b"302 Found")
    assert get(site).body == b"here"


@pytest.mark.parametrize(
    ("value", "is_sent"),
    [
        (b'"caf\xc3\xa9"', True),
        (b'"\x80\xff"', True),
        (b'W/"a b"', True),
        (b'"' + b"x" * 2000 + b'"', False),
    ],
)
@pytest.mark.parametrize("name", [b"ETag", b"Last-Modified"])
def test_validators_are_sent_back_byte_by_byte(
    name: bytes, value: bytes, is_sent: bool, site: Site
) -> None:
    """Case 88: the bytes of a server are its own business."""
    site.routes["/"] = raw(name + b": " + value)
    headers = get(site).headers
    validators = headers.get("etag", ""), headers.get("last-modified", "")
    get(site, etag=validators[0], last_modified=validators[1])
    sent = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[name.decode()]
    assert site.requests[1][1].get(sent) == (value.decode("latin-1") if is_sent else None)


@pytest.mark.parametrize(
    "value", ["a\r\nX-Evil: 1", "\x00", "\u20ac", "\ud800", "\x7f", " ", "a\n"]
)
def test_validators_that_are_no_field_values_are_not_sent(value: str, site: Site) -> None:
    """Case 87: they may come from a cache that somebody edited."""
    site.routes["/"] = page("here")
    assert get(site, etag=value, last_modified=value).body == b"here"
    assert {"If-None-Match", "If-Modified-Since", "X-Evil"} & site.requests[0][1].keys() == set()


@pytest.mark.parametrize(
    "value",
    [
        b"\xb2",
        b"Mon, 01 Jan 0001 00:00:00 +2359",
        b"Fri, 31 Dec 9999 23:59:59 -2359",
        b"Mon, 99 Jan 2031 99:99:99 GMT",
        b"Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        b"1e999",
        b"," * 500,
        b"1 Jan",
        b"\xff\xfe",
    ],
)
def test_nonsense_in_retry_after(value: bytes, site: Site) -> None:
    """Case 88: no wait, or at most a day."""
    site.routes["/"] = raw(b"Retry-After: " + value, code=b"429 Slow")
    seconds = get(site).retry_after(datetime(2031, 1, 1, tzinfo=UTC))
    assert seconds in (0, 24 * 3600)


@pytest.mark.parametrize(
    ("value", "charset"),
    [
        (b"text/xml; charset=UTF-8", "utf-8"),
        (b'text/xml; charset="utf-8"', "utf-8"),
        (b"text/xml; charset*=utf-8''x", ""),
        (b"text/xml; charset=\xff\x80", "\xff\x80"),
        (b"\xff\xff", ""),
        (b';;;=;"', ""),
        (b"text/xml; charset*0=a; charset*9=b", None),
        (b"", ""),
    ],
)
def test_content_types_of_any_shape(value: bytes, charset: str | None, site: Site) -> None:
    site.routes["/"] = raw(b"Content-Type: " + value)
    found = get(site).content_type[1]
    assert charset is None or found == charset


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
    with socket.socket() as deaf:  # it has the port, and does not listen
        deaf.bind(("127.0.0.1", 0))
        dead = FetchRequest(
            f"http://127.0.0.1:{deaf.getsockname()[1]}/", allowed_private_hosts=HERE
        )
        with pytest.raises(FetchFailed, match="connection refused"):
            CLIENT.fetch(dead)
    with pytest.raises(FetchFailed, match=r"host nowhere\.invalid not found"):
        replace(CLIENT, resolve=_nobody).fetch(FetchRequest("http://nowhere.invalid/"))
    assert describe_failure(TimeoutError()) == "the server does not respond"


def _encode_and_find(host: str, port: int) -> Sequence[str]:
    host.encode("idna")  # as the system's resolver does
    return ["127.0.0.1"] if host == "127.0.0.1" else []


def _nobody(host: str, port: int) -> Sequence[str]:
    raise OSError("no such host")

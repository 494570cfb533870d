"""Proxies from the environment are used, but not for private hosts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from store.model.errors import FetchFailed, PrivateHost
from store.net.client import (
    FetchLimits,
    FetchRequest,
    HttpClient,
    Proxy,
    find_environment_proxy,
    parse_proxy,
)
from tests.support.network import Site, page

NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
FAR = "http://harbour.example/feed"


def resolve(host: str, port: int) -> Sequence[str]:
    """A network that knows the proxy and a few hosts."""
    if ":" in host or host[0].isdecimal():
        return [host]
    known = {"inside.example": "10.0.0.7", "harbour.example": "8.8.8.8"}
    if host not in known:
        raise OSError("no such host")
    return [known[host]]


def through(site: Site, user: str = "") -> HttpClient:
    """A client whose proxy is the test's server."""
    url = f"http://{user}127.0.0.1:{site.port}"
    return HttpClient("newstui/test", FetchLimits(60.0), resolve, proxy_for=lambda _: url)


@pytest.mark.parametrize("host", ["harbour.example", "unknown-here.example"])
def test_fetching_through_the_proxy(host: str, site: Site) -> None:
    """A name that only the proxy can resolve is left to it."""
    site.routes[f"http://{host}/feed"] = page("the tide")
    reply = through(site, "ada:s%40ip@").fetch(FetchRequest(f"http://{host}/feed"))
    assert (reply.body, reply.url) == (b"the tide", f"http://{host}/feed")
    assert site.requests[0][1]["Proxy-Authorization"] == "Basic YWRhOnNAaXA="
    assert site.requests[0][1]["Host"] == host


@pytest.mark.parametrize(
    "url",
    [
        "http://inside.example/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://router/",
        "http://nas.local/",
        "http://vault.internal/",
    ],
)
def test_private_hosts_are_not_requested(url: str, site: Site) -> None:
    """Case 83: a proxy in the same network could reach it."""
    with pytest.raises(PrivateHost):
        through(site).fetch(FetchRequest(url))
    assert site.requests == []


def test_allowed_private_hosts_are_requested(site: Site) -> None:
    site.routes["http://router/"] = page("in")
    assert (
        through(site).fetch(FetchRequest("http://router/", allowed_private_hosts=["router"])).body
        == b"in"
    )


def test_proxy_errors_are_reported(site: Site) -> None:
    """For https a proxy must support CONNECT, which this one does not."""
    with pytest.raises(FetchFailed, match="the proxy says: 501"):
        through(site).fetch(FetchRequest("https://harbour.example/"))


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, FAR, ""),
        ({"http_proxy": "http://p.example:3128"}, FAR, "http://p.example:3128"),
        ({"http_proxy": "p.example:3128"}, FAR, "http://p.example:3128"),
        ({"https_proxy": "http://p.example"}, FAR, ""),
        ({"all_proxy": "http://p.example"}, FAR, "http://p.example"),
        ({"http_proxy": "http://p.example", "no_proxy": "harbour.example"}, FAR, ""),
        ({"http_proxy": "http://p.example", "no_proxy": "*"}, FAR, ""),
        ({"http_proxy": "http://p.example"}, "http://127.0.0.1:8080/", ""),
        ({"http_proxy": "http://p.example"}, "http://localhost/", ""),
    ],
)
def test_proxy_from_the_environment(
    environment: dict[str, str], url: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert find_environment_proxy(url) == proxy


def test_unsupported_proxies() -> None:
    """Case 86: the message never contains the password."""
    assert parse_proxy("") is None
    assert parse_proxy("http://u:p@[::2]:1/") == Proxy("http://[::2]:1", "::2", ("u", "p"))
    for url in ("socks5://u:secret@p.example", "http://u:secret@:99999"):
        with pytest.raises(FetchFailed) as failed:
            parse_proxy(url)
        assert "secret" not in str(failed.value)

"""HTTP proxies from the environment, read the way most programs read it.

`http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in lower or upper case; this machine itself is
never reached through one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from store.model.errors import FetchFailed

ProxyLookup = Callable[[str], str]
"""Returns the URL of the proxy for a URL to fetch; empty for a direct connection."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """An http proxy."""

    url: str
    """Without credentials."""
    host: str
    credentials: tuple[str, str] | None = None


def no_proxy(_: str) -> str:
    """Connect directly, whatever the URL."""
    return ""


def find_environment_proxy(url: str) -> str:
    """Return the proxy that the environment names for a URL."""
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
        raise FetchFailed(
            f"only http proxies are supported (the environment names {parts.scheme}:)"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    address = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    user = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Proxy(address, parts.hostname, user)

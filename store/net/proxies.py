"""Which proxy stands between us and the web: as the environment says, the way most programs read it.

`http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in small letters or capitals; this machine
itself is never asked through one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from store.model.errors import FetchFailed

ProxyLookup = Callable[[str], str]
"""Gives the URL of the proxy for the URL that is to be fetched; nothing where there is none."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that can be used."""

    url: str
    """Without user and password."""
    host: str
    credentials: tuple[str, str] | None = None


def no_proxy(_: str) -> str:
    """There is none."""
    return ""


def find_environment_proxy(url: str) -> str:
    """The proxy that the environment names for this URL."""
    from urllib.request import getproxies_environment, proxy_bypass

    parts = urlsplit(url)
    proxies = getproxies_environment()
    found = proxies.get(parts.scheme) or proxies.get("all", "")
    host = parts.netloc.rpartition("@")[2]
    if not found or _is_loopback(parts.hostname or "") or proxy_bypass(host):
        return ""
    return found if "://" in found else f"http://{found}"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def parse_proxy(url: str) -> Proxy | None:
    """The proxy that has this URL; None where it is empty.

    Raises:
        FetchFailed: It is of a kind that newstui does not speak, or cannot be read.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchFailed("the proxy that the environment names cannot be read") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchFailed(f"only http proxies are used (the environment names {parts.scheme}:)")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    plain = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    user = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Proxy(plain, parts.hostname, user)

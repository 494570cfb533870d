"""DNS resolution, and the addresses that may be connected to.

A feed, a page or a redirect may name any host; it must not make this machine contact what only this
machine can reach. So we resolve names ourselves, check the addresses, and connect to the very address we
checked: a name that resolves differently a moment later (DNS rebinding) gains nothing.

Sources: RFC 6890 (special-purpose addresses), RFC 6052 (IPv4 in IPv6).
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from store.model.errors import FetchFailed

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host name and port.

Raises OSError if there are none."""

NAT64_PREFIX = IPv6Network("64:ff9b::/96")


def is_public_address(address: str) -> bool:
    """Return True if the address can be reached from anywhere on the internet."""
    addresses = _embedded_addresses(ip_address(address))
    return all(each.is_global and not each.is_multicast for each in addresses)


def _embedded_addresses(address: Address) -> list[Address]:
    """Return the address and the IPv4 addresses embedded in it."""
    if isinstance(address, IPv4Address):
        return [address]
    candidates = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64_PREFIX:
        candidates.append(IPv4Address(int(address) & 0xFFFFFFFF))
    embedded = [each for each in candidates if each is not None]
    return list(embedded) if address.ipv4_mapped else [address, *embedded]


def resolve_with_system(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, from the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))


def resolve_host(host: str, port: int, resolve: Resolver, timeout: float) -> Sequence[str]:
    """Return the addresses of a host, or fail after `timeout` seconds: resolvers know no deadline.

    Raises:
        FetchFailed: The host has no address, or the lookup timed out.
    """
    answer: list[Sequence[str] | OSError | UnicodeError] = []

    def look_up() -> None:
        try:
            answer.append(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    thread = threading.Thread(target=look_up, name="resolver", daemon=True)
    thread.start()
    thread.join(max(0.0, timeout))
    if not answer:
        raise FetchFailed(f"DNS lookup of {host} timed out")
    if isinstance(answer[0], OSError | UnicodeError) or not answer[0]:
        raise FetchFailed(f"host {host} not found")
    return answer[0]

"""Which addresses may be connected to, and what a host's name stands for.

A feed, a page or a redirect may name any host; it must not make this machine talk to what only
this machine can reach. So names are resolved here, what they stand for is looked at, and the very
address that was looked at is connected to: a name that stands for another one a moment later
(DNS rebinding) gains nothing.

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
"""Gives the addresses of a host, for its name and the port.

Raises OSError where there is none."""

NAT64_PREFIX = IPv6Network("64:ff9b::/96")


def is_public_address(address: str) -> bool:
    """Whether everybody on the internet could connect to this address."""
    return all(
        each.is_global and not each.is_multicast
        for each in _embedded_addresses(ip_address(address))
    )


def _embedded_addresses(address: Address) -> list[Address]:
    """The address, and those of IPv4 that are hidden in it."""
    if isinstance(address, IPv4Address):
        return [address]
    hidden = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64_PREFIX:
        hidden.append(IPv4Address(int(address) & 0xFFFFFFFF))
    inside = [each for each in hidden if each is not None]
    return list(inside) if address.ipv4_mapped else [address, *inside]


def resolve_with_system(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))


def resolve_host(host: str, port: int, resolve: Resolver, wait: float) -> Sequence[str]:
    """The addresses of a host, or an error after `wait` seconds: resolvers know no deadline.

    Raises:
        FetchFailed: The host has none, or nobody said so in time.
    """
    answer: list[Sequence[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answer.append(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    asking = threading.Thread(target=ask, name="resolver", daemon=True)
    asking.start()
    asking.join(max(0.0, wait))
    if not answer:
        raise FetchFailed(f"nobody says in time where {host} is")
    if isinstance(answer[0], OSError | UnicodeError) or not answer[0]:
        raise FetchFailed(f"there is no host {host}")
    return answer[0]

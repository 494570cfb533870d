"""The transport of one fetch: connects to checked addresses only, and keeps one deadline for everything.

A socket timeout covers a single operation; a server that sends a byte a second never exceeds it. Here each
operation gets the time that is left, in slices, so that cancelling takes effect soon.

A feed, a page or a redirect may name any host; it must not make this machine contact what only this
machine can reach. So we resolve names ourselves, check the addresses, and connect to the very address we
checked: a name that resolves differently a moment later (DNS rebinding) gains nothing.

Sources: RFC 6890 and IANA's registries (special-purpose addresses), RFC 6052 (IPv4 in IPv6).
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore

from store.model.errors import FetchCancelled, FetchFailed, PrivateHost

POLL_SECONDS = 0.2
"""Seconds between two checks whether the fetch was cancelled."""
CONNECT_TIMEOUT = 6.0
"""Seconds to connect to one address."""
FIRST_BYTE_TIMEOUT = 7.0
"""Seconds until a server must begin to answer, so that a few dead servers hold nobody up for long."""
LOCAL_HOST_SUFFIXES = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home.arpa")
"""Suffixes of names that only resolve on a local network (RFC 6761, 6762, 8375, and custom)."""

Resolver = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host name and port; raises OSError if there are none."""
NAT64_PREFIX = IPv6Network("64:ff9b::/96")
"""Public IPv4 addresses as networks without IPv4 write them (RFC 6052)."""
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All public IPv6 addresses; what is outside of it is reserved, local or multicast (RFC 4291)."""
SPECIAL_NETWORKS = tuple(
    map(
        ip_network,
        str.split(
            "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
            " 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16"
            " 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
            " 2001::/23 2001:db8::/32 2620:4f:8000::/48 3fff::/20"
        ),
    )
)
"""The special-purpose networks of IANA's registries that no web site is in. The `is_global` of Python
knows those of its day, and differs between releases."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The time a whole fetch may take, and whether it was cancelled."""

    expires_at: float
    timeout: float
    is_cancelled: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic

    def remaining(self) -> float:
        """Return the seconds that are left.

        Raises:
            FetchCancelled: The user cancelled the fetch.
            FetchFailed: No time is left.
        """
        if self.is_cancelled():
            raise FetchCancelled("cancelled")
        if (left := self.expires_at - self.clock()) <= 0:
            raise FetchFailed(f"timed out after {self.timeout:g} seconds")
        return left


class Transport(httpcore.NetworkBackend):
    """Opens the connections of one fetch."""

    def __init__(
        self, deadline: Deadline, private_hosts: Collection[str], resolve: Resolver | None
    ) -> None:
        """Prepare a transport; `private_hosts` may have private addresses, because the user said so."""
        self._deadline = deadline
        self._allowed_private_hosts = {each.strip("[]") for each in private_hosts}
        self._resolver = resolve or _resolve_with_system
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the allowed addresses of a host."""
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._resolve_allowed(host, port):
            wait = min(CONNECT_TIMEOUT, self._deadline.remaining())
            try:
                stream = self._backend.connect_tcp(address, port, wait)
                return DeadlineStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        self._deadline.remaining()
        raise failure or FetchFailed(f"host {host} not found")

    def check_proxied_host(self, host: str, port: int) -> None:
        """Check that a proxy may be asked for a host.

        The proxy resolves the name itself, so we cannot know the address it will find; but hosts that
        are private as far as this machine can tell are rejected. A name unknown here may be known there.

        Raises:
            PrivateHost: The host is private, and the user has not allowed it.
        """
        name = host.strip("[]")
        is_local = "." not in name.strip(".") or name.lower().endswith(LOCAL_HOST_SUFFIXES)
        if name not in self._allowed_private_hosts and ":" not in name and is_local:
            raise PrivateHost(name, "a local name")
        try:
            self._resolve_allowed(host, port)
        except PrivateHost:
            raise
        except FetchFailed:
            self._deadline.remaining()

    def _resolve_allowed(self, host: str, port: int) -> Sequence[str]:
        name = host.strip("[]")
        addresses = _resolve_host(name, port, self._resolver, self._deadline.remaining())
        if name in self._allowed_private_hosts:
            return addresses
        if public := list(filter(is_public, addresses)):
            return public
        raise PrivateHost(name, addresses[0])


class DeadlineStream(httpcore.NetworkStream):
    """A connection whose operations share the deadline of the fetch."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._first_byte_deadline = deadline.clock() + FIRST_BYTE_TIMEOUT

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has arrived, waiting for it if there is time."""
        while True:
            wait = min(POLL_SECONDS, self._deadline.remaining())
            try:
                data = self._stream.read(max_bytes, wait)
            except httpcore.ReadTimeout:  # only now: what has come may have waited for us
                if self._deadline.clock() > self._first_byte_deadline:
                    raise FetchFailed("the server does not respond") from None
                continue
            self._first_byte_deadline = math.inf
            return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send data."""
        self._stream.write(buffer, self._deadline.remaining())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Upgrade the connection to TLS."""
        left = min(CONNECT_TIMEOUT, self._deadline.remaining())
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return a fact about the connection, by httpcore's name for it."""
        return self._stream.get_extra_info(info)


# -- addresses -----------------------------------------------------------------------------


def is_public(text: str) -> bool:
    """Return True if an address is that of a host on the internet."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address in NAT64_PREFIX:
            return is_public(str(IPv4Address(int(address) & 0xFFFFFFFF)))
        if address.scope_id or address not in GLOBAL_UNICAST:
            return False
        if address.sixtofour:  # a relay would send it to the IPv4 address in it (RFC 3056)
            return is_public(str(address.sixtofour))
    return not any(address in network for network in SPECIAL_NETWORKS)


def _resolve_with_system(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))


def _resolve_host(host: str, port: int, resolve: Resolver, timeout: float) -> Sequence[str]:
    """Return the addresses of a host, or fail after `timeout` seconds: resolvers know no deadline."""
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

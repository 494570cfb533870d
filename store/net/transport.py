"""The wire: connects to checked addresses only, and knows one deadline for all that is done on it.

A timeout of a socket is for one operation; a server that sends a byte a second never meets it.
Here each operation gets what is left of the whole, in slices, so that a stop is heeded soon.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

from store.model.errors import FetchCancelled, FetchFailed, PrivateHost
from store.net.addresses import Resolver, is_public_address, resolve_host

POLL_SECONDS = 0.2
"""Seconds after which a stop is looked for."""
CONNECT_TIMEOUT = 6.0
"""Seconds one address has to take the connection."""
FIRST_BYTE_TIMEOUT = 7.0
"""Seconds the server has to begin its answer: of twenty dead ones none holds up the others for long."""
LOCAL_HOST_SUFFIXES = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home.arpa")
"""Ends of names that mean nothing beyond a local network (RFC 6761, 6762, 8375, and custom)."""

MonotonicClock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long the whole may take, by the wall clock, and whether it is still wanted."""

    expires_at: float
    timeout: float
    is_cancelled: Callable[[], bool]
    clock: MonotonicClock = time.monotonic

    def remaining(self) -> float:
        """Seconds that are left.

        Raises:
            Stopped: It is wanted no more.
            FetchFailed: None are left.
        """
        if self.is_cancelled():
            raise FetchCancelled("stopped")
        if (left := self.expires_at - self.clock()) <= 0:
            raise FetchFailed(f"it took longer than {self.timeout:g} seconds")
        return left


class Transport(httpcore.NetworkBackend):
    """Connects for one fetch."""

    def __init__(self, patience: Deadline, private: Collection[str], resolve: Resolver) -> None:
        """Make the wire; nothing is connected yet.

        Args:
            patience: For everything that is done on it.
            private: Hosts that may have private addresses, because the user said so.
            resolve: Gives the addresses of a host.
        """
        self._deadline = patience
        self._allowed_private_hosts = private
        self._resolver = resolve
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the host's addresses that may be connected to."""
        failed: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._resolve_allowed(host, port):
            wait = min(CONNECT_TIMEOUT, self._deadline.remaining())
            try:
                return DeadlineStream(
                    self._backend.connect_tcp(address, port, wait), self._deadline
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        self._deadline.remaining()
        raise failed or FetchFailed(f"there is no host {host}")

    def check_proxied_host(self, host: str, port: int) -> None:
        """See whether a proxy may be asked for a host.

        It finds the address by itself, so nobody can know here which; but what is private as far as
        this machine can tell is not asked for. A name that is unknown here may be known there.

        Raises:
            PrivateHost: The host is private, and the user has not allowed it.
        """
        name = host.strip("[]")
        is_local = "." not in name.strip(".") or name.lower().endswith(LOCAL_HOST_SUFFIXES)
        if name not in self._allowed_private_hosts and ":" not in name and is_local:
            raise PrivateHost(name, "a name of the local network")
        try:
            self._resolve_allowed(host, port)
        except PrivateHost:
            raise
        except FetchFailed:
            self._deadline.remaining()

    def _resolve_allowed(self, host: str, port: int) -> list[str]:
        name = host.strip("[]")
        found = list(resolve_host(name, port, self._resolver, self._deadline.remaining()))
        if name in self._allowed_private_hosts:
            return found
        public = [address for address in found if is_public_address(address)]
        if not public:
            raise PrivateHost(name, found[0])
        return public


class DeadlineStream(httpcore.NetworkStream):
    """A connection on which every operation has what is left of the whole time."""

    def __init__(self, stream: httpcore.NetworkStream, patience: Deadline) -> None:
        self._stream = stream
        self._deadline = patience
        self._first_byte_deadline: float | None = patience.clock() + FIRST_BYTE_TIMEOUT
        """When the answer has to have begun; None once it has."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, waiting as long as there is time."""
        while True:
            wait = min(POLL_SECONDS, self._deadline.remaining())
            if (
                self._first_byte_deadline is not None
                and self._deadline.clock() > self._first_byte_deadline
            ):
                raise FetchFailed("the server does not answer")
            try:
                read = self._stream.read(max_bytes, wait)
            except httpcore.ReadTimeout:
                continue
            self._first_byte_deadline = None
            return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._stream.write(buffer, self._deadline.remaining())

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on in secret."""
        left = min(CONNECT_TIMEOUT, self._deadline.remaining())
        return DeadlineStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection."""
        return self._stream.get_extra_info(info)

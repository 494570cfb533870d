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

from store.model.errors import FetchFailed, PrivateHost, Stopped
from store.net.addresses import Resolve, is_public, resolved

SLICE = 0.2
"""Seconds after which a stop is looked for."""
DIAL = 6.0
"""Seconds one address has to take the connection."""
FIRST = 7.0
"""Seconds the server has to begin its answer: of twenty dead ones none holds up the others for long."""
LOCAL = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home.arpa")
"""Ends of names that mean nothing beyond a local network (RFC 6761, 6762, 8375, and custom)."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the whole may take, by the wall clock, and whether it is still wanted."""

    deadline: float
    seconds: float
    stop: Callable[[], bool]
    clock: Clock = time.monotonic

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            Stopped: It is wanted no more.
            FetchFailed: None are left.
        """
        if self.stop():
            raise Stopped("stopped")
        if (left := self.deadline - self.clock()) <= 0:
            raise FetchFailed(f"it took longer than {self.seconds:g} seconds")
        return left


class Wire(httpcore.NetworkBackend):
    """Connects for one fetch."""

    def __init__(self, patience: Patience, private: Collection[str], resolve: Resolve) -> None:
        """Make the wire; nothing is connected yet.

        Args:
            patience: For everything that is done on it.
            private: Hosts that may have private addresses, because the user said so.
            resolve: Gives the addresses of a host.
        """
        self._patience = patience
        self._private = private
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

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
        for address in self._addresses(host, port):
            wait = min(DIAL, self._patience.left())
            try:
                return Stream(self._sockets.connect_tcp(address, port, wait), self._patience)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        self._patience.left()
        raise failed or FetchFailed(f"there is no host {host}")

    def check(self, host: str, port: int) -> None:
        """See whether a proxy may be asked for a host.

        It finds the address by itself, so nobody can know here which; but what is private as far as
        this machine can tell is not asked for. A name that is unknown here may be known there.

        Raises:
            PrivateHost: The host is private, and the user has not allowed it.
        """
        name = host.strip("[]")
        is_local = "." not in name.strip(".") or name.lower().endswith(LOCAL)
        if name not in self._private and ":" not in name and is_local:
            raise PrivateHost(name, "a name of the local network")
        try:
            self._addresses(host, port)
        except PrivateHost:
            raise
        except FetchFailed:
            self._patience.left()

    def _addresses(self, host: str, port: int) -> list[str]:
        name = host.strip("[]")
        found = list(resolved(name, port, self._resolve, self._patience.left()))
        if name in self._private:
            return found
        public = [address for address in found if is_public(address)]
        if not public:
            raise PrivateHost(name, found[0])
        return public


class Stream(httpcore.NetworkStream):
    """A connection on which every operation has what is left of the whole time."""

    def __init__(self, stream: httpcore.NetworkStream, patience: Patience) -> None:
        self._stream = stream
        self._patience = patience
        self._begin_by: float | None = patience.clock() + FIRST
        """When the answer has to have begun; None once it has."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, waiting as long as there is time."""
        while True:
            wait = min(SLICE, self._patience.left())
            if self._begin_by is not None and self._patience.clock() > self._begin_by:
                raise FetchFailed("the server does not answer")
            try:
                read = self._stream.read(max_bytes, wait)
            except httpcore.ReadTimeout:
                continue
            self._begin_by = None
            return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._stream.write(buffer, self._patience.left())

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
        left = min(DIAL, self._patience.left())
        return Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._patience)

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection."""
        return self._stream.get_extra_info(info)

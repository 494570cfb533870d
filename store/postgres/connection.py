"""The connection of a library to its database: statements in, rows and errors of the store out.

TLS is verified unless the URL says otherwise, and is not asked of a UNIX socket.
"""

from __future__ import annotations

import logging
import os
import re
import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from weakref import finalize

import orjson
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import PGconn, Ping, TransactionStatus
from psycopg.types.json import set_json_loads

from store.model.errors import (
    InvalidInput,
    LibraryBusy,
    LibraryReadOnly,
    LibraryUnavailable,
    SaveFailed,
    ServerUnreachable,
)
from store.postgres.values import send_storable_text
from store.system.paths import redact_database_url
from store.text.clean import clean_line

# What psycopg logs about a lost connection is raised, too; without a handler it is written to the screen.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

Parameters = Mapping[str, Any] | Sequence[Any] | None
Cursor = psycopg.Cursor[tuple[Any, ...]]
T = TypeVar("T")

SCHEMA = "newstui"
CONNECT_SECONDS = 10
"""Seconds to wait for a server, unless the URL says otherwise."""
WORK_MEMORY = "64MB"
"""Memory of the server for one step of a query: a list of all articles is sorted in it."""
LOCK_TIMEOUT = "10s"
"""How long a change waits for those that others are making."""
CERTIFICATE_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/cert.pem",  # Alpine, macOS
)
"""Where systems keep the certificates that they trust; Python's `ssl` knows, too, but takes 5 MB."""
IDLE_TIMEOUT = "60s"
"""How long a change may wait for us, unless the server has a limit: a laptop that sleeps keeps nobody waiting."""
SET_UP = """
    select set_config('newstui.session', %s, false), set_config('search_path', %s || ', pg_catalog', false),
        set_config('lock_timeout', %s, false), set_config('work_mem', %s, false), (
            select set_config(name, %s, false) from pg_settings
            where name = 'idle_in_transaction_session_timeout' and setting = '0'
        )
"""
KEEPALIVE = {
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
"""A connection counts as lost after 15 seconds without an answer of its host, as when a laptop wakes up."""
MAX_ATTEMPTS = 10
"""Times a change is made again that others' changes prevented."""
RETRIED = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
INTERRUPT_SECONDS = 0.5
"""Seconds to wait for a server that is told to end what it is doing."""
PING_SECONDS = 2
"""Seconds to wait for a server that is asked whether it is there."""
CONNECTION_PREFIXES = re.compile(
    r"\A(?:connection (?:failed|is bad): )?"
    r"(?:connection to server (?:at|on socket) \"[^\"]*\"(?: \([^)]*\))?(?:, port \d+)? failed: )?"
    r"(?:FATAL: +|fe_sendauth: )?"
)
"""What psycopg and libpq say before the reason: that it failed, and where, which the URL names."""
NO_RIGHTS = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)


def connection_parameters(
    url: str, environ: Mapping[str, str], password: Callable[[], str] | None = None
) -> dict[str, Any]:
    """Return what libpq is given for a URL.

    Args:
        url: The URL of the database.
        environ: The environment, in which libpq has variables of its own.
        password: Returns the password; not asked if the URL has one.

    Raises:
        InvalidInput: The URL cannot be understood.
        ProgramFailed: By `password`.
    """
    try:
        parameters: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        shown = redact_database_url(url)
        reason, _, quoted = clean_line(str(error).strip().splitlines()[0]).partition(': "')
        if quoted and f"{quoted.rstrip(chr(34))}=" in url:  # else it may be the password
            reason += f': "{quoted}'
        raise InvalidInput(reason, item=shown) from error
    parameters.setdefault("connect_timeout", CONNECT_SECONDS)
    parameters.setdefault("application_name", SCHEMA)
    parameters["client_encoding"] = (
        "utf8"  # whatever PGCLIENTENCODING says: articles have any character
    )
    for name, value in KEEPALIVE.items():
        parameters.setdefault(name, value)
    if "sslmode" not in parameters and "PGSSLMODE" not in environ:
        parameters["sslmode"] = "verify-full"
    is_verified = str(parameters.get("sslmode", "")).startswith("verify-")
    has_root = "sslrootcert" in parameters or "PGSSLROOTCERT" in environ
    if is_verified and not has_root and (root := _system_certificates(environ)) is not None:
        parameters["sslrootcert"] = root
    if password is not None and "password" not in parameters:
        parameters["password"] = password()
    return parameters


def _system_certificates(environ: Mapping[str, str]) -> str | None:
    """Return the certificates that the system trusts, unless the user has a file of their own."""
    if (Path.home() / ".postgresql" / "root.crt").exists():
        return None  # the default of libpq
    candidates = (environ.get("SSL_CERT_FILE", ""), *CERTIFICATE_FILES)
    return next((each for each in candidates if each and Path(each).exists()), "system")


class Connection:
    """One connection; used on one thread, and opened again after it was lost.

    Raises:
        LibraryUnavailable: By any call: the server cannot be reached, or refuses.
    """

    def __init__(
        self,
        url: str,
        session: str,
        environ: Mapping[str, str] = os.environ,
        password: Callable[[], str] | None = None,
    ) -> None:
        """Connect.

        Args:
            url: The URL of the database.
            session: A name for this session, which its changes are marked with.
            environ: The environment, in which libpq has variables of its own.
            password: Returns the password; not asked if the URL has one.

        Raises:
            InvalidInput, ProgramFailed: As by `connection_parameters`.
        """
        self.shown_url = redact_database_url(url)
        self.session = session
        self._parameters = partial(connection_parameters, url, environ, password)
        self._arguments = (url, session, environ, password)
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self.lost_reason = ""
        """Why the server cannot be reached, as one line, while it is not asked; empty if it is."""
        self._is_doubtful = False
        """True if the connection may be lost, which it says only when it is used."""
        self.backend = 0
        """The process of the server that answers; its messages are about changes made here."""
        self.connect()

    def connect(self) -> None:
        """Connect, unless the connection is open.

        Raises:
            LibraryUnavailable: The server cannot be reached, or the connection is paused.
        """
        if self.lost_reason:
            raise LibraryUnavailable(self.lost_reason)
        if (self._is_doubtful or self._has_ended()) and not self._is_in_transaction:
            self._is_doubtful = False
            self.close()
        if self.is_open:
            return
        with self._translated():
            self._connection = self._open()
            finalize(self, self._connection.close)
            self._connection.execute(
                SET_UP, [self.session, SCHEMA, LOCK_TIMEOUT, WORK_MEMORY, IDLE_TIMEOUT]
            )
            set_json_loads(orjson.loads, self._connection)
            send_storable_text(self._connection)
            self.backend = self._connection.info.backend_pid

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        parameters = self._parameters()
        try:
            return psycopg.Connection.connect(make_conninfo(**parameters), autocommit=True)
        except psycopg.OperationalError as error:
            if self.backend or not _is_unreachable(error, parameters):
                raise
            raise ServerUnreachable(_describe(error), self.shown_url) from error

    def open_another(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return another connection to the same database; may be called on any thread."""
        with self._translated():
            conninfo = make_conninfo(**self._parameters())
            return psycopg.Connection.connect(conninfo, autocommit=True)

    def _has_ended(self) -> bool:
        """Return True if the server has said something unasked: that it ends an idle connection."""
        if not self.is_open or self._connection is None:
            return False
        poller = select.poll()
        poller.register(self._connection.fileno(), select.POLLIN)
        return bool(poller.poll(0))

    def doubt(self) -> None:
        """Connect anew before the next call; may be called on any thread."""
        self._is_doubtful = True

    def pause(self, reason: Exception) -> bool:
        """Answer no more calls until `resume`; may be called on any thread.

        Returns:
            False if it is paused already.
        """
        is_new = not self.lost_reason
        self.doubt()
        self.lost_reason = (
            f"no connection: {self._shorten(reason)}; trying again ({self.shown_url})"
        )
        return is_new

    def _shorten(self, reason: Exception) -> str:
        text = _describe(reason) if isinstance(reason, psycopg.Error) else str(reason)
        return clean_line(text).removeprefix(f"{self.shown_url}: ")

    def resume(self) -> bool:
        """Answer calls again; returns False if it did."""
        was_lost, self.lost_reason = self.lost_reason, ""
        return bool(was_lost)

    def another(self, session: str = "") -> Connection:
        """Return another connection to the same database.

        Args:
            session: The name of its session; this one if empty.
        """
        url, own, environ, password = self._arguments
        return Connection(url, session or own, environ, password)

    @property
    def _is_in_transaction(self) -> bool:
        return (
            self._connection is not None
            and self._connection.info.transaction_status != TransactionStatus.IDLE
        )

    @property
    def is_open(self) -> bool:
        """True until the connection is closed or found to be lost."""
        return self._connection is not None and not self._connection.closed

    @property
    def raw(self) -> psycopg.Connection[tuple[Any, ...]]:
        """The connection of psycopg; it commits each statement unless told otherwise."""
        self.connect()
        assert self._connection is not None  # noqa: S101 - `connect` raises otherwise
        return self._connection

    def rows(self, statement: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._fetch(statement, parameters, Cursor.fetchall)

    def row(self, statement: str, parameters: Parameters = None) -> tuple[Any, ...] | None:
        """Return the first row of a query; None if it has none."""
        return self._fetch(statement, parameters, Cursor.fetchone)

    def _fetch(self, statement: str, parameters: Parameters, fetch: Callable[[Cursor], T]) -> T:
        """Return the result of a query, which is asked again if a standby cancelled it."""
        with self._translated():
            for _ in range(0 if self._is_in_transaction else MAX_ATTEMPTS - 1):
                with suppress(*RETRIED):
                    return fetch(self._execute(statement, parameters))
            return fetch(self._execute(statement, parameters))

    def _execute(self, statement: str, parameters: Parameters) -> Cursor:
        return self.raw.cursor(binary=True).execute(statement.encode(), parameters)

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """Provide a cursor for several queries."""
        with self._translated():
            yield self.raw.cursor()

    def change(self, work: Callable[[Cursor], T], *, is_pipelined: bool = False) -> T:
        """Do work in a transaction, and return what it returns once that is committed.

        It is done again if others' changes prevented it, so it must not have other effects.

        Args:
            work: Called with a cursor of the transaction.
            is_pipelined: Whether statements are sent without waiting for the results of those
                before them, unless these are fetched; errors may come at the end.

        Raises:
            LibraryBusy: Others are making changes for too long.
            LibraryReadOnly: This account may not make the change.
            SaveFailed: It was not made.
        """
        for _ in range(MAX_ATTEMPTS):
            with self._translated(is_change=True), suppress(*RETRIED):
                raw = self.raw  # once: it may be opened again until the transaction begins
                with raw.pipeline() if is_pipelined else nullcontext(), raw.transaction():
                    return work(raw.cursor())
        raise SaveFailed("others are changing the same all the time")

    @contextmanager
    def changing(self) -> Iterator[Cursor]:
        """Make a change in steps, in a transaction that is committed at the end.

        Raises:
            LibraryBusy, LibraryReadOnly, SaveFailed: It was not made.
        """
        with self._translated(is_change=True):
            raw = self.raw
            with raw.transaction():
                yield raw.cursor()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Have all queries see the library as it is at the first of them."""
        with self._translated():
            raw = self.raw
            with raw.transaction():
                raw.execute("set transaction isolation level repeatable read read only")
                yield

    def interrupt(self) -> None:
        """Have the server end what it is doing for another thread, which gets an error."""
        connection = self._connection
        if connection is not None:
            with suppress(psycopg.Error):  # it is closed or lost, and nobody waits for it any more
                connection.cancel_safe(timeout=INTERRUPT_SECONDS)

    def close(self) -> None:
        """Close the connection; the next call opens it again."""
        if self._connection is not None:
            self._connection.close()

    @contextmanager
    def _translated(self, *, is_change: bool = False) -> Iterator[None]:
        """Turn errors of psycopg into those of the store."""
        try:
            yield
        except NO_RIGHTS as error:
            reason = f"{self.shown_url}: {_describe(error)}"
            raise (LibraryReadOnly if is_change else LibraryUnavailable)(reason) from error
        except psycopg.errors.LockNotAvailable as error:
            raise LibraryBusy(None) from error
        except psycopg.Error as error:
            reason = f"{self.shown_url}: {_describe(error)}"
            raise (SaveFailed if is_change else LibraryUnavailable)(reason) from error


def _describe(error: psycopg.Error) -> str:
    """Return the first line of an error, without what libpq says before the reason."""
    if isinstance(error, psycopg.errors.DiskFull):
        return "the disk of the server is full"  # the server names one of its files
    primary = error.diag.message_primary
    lines = [line for line in (primary or str(error)).splitlines() if line.strip()]
    line = lines[0].strip() if lines else type(error).__name__
    return clean_line(line if primary else CONNECTION_PREFIXES.sub("", line))


def _is_unreachable(error: psycopg.OperationalError, parameters: Mapping[str, Any]) -> bool:
    """Return True if a server does not answer, or is starting; False if it refuses us.

    libpq tells these apart only when it is asked. It asks without password and certificates: whether
    we would trust the server, or it us, does not matter here.
    """
    if isinstance(error, psycopg.errors.ConnectionTimeout):
        return True
    asked = {
        name: value
        for name, value in parameters.items()
        if name in ("host", "hostaddr", "port", "service")
    }
    asked |= {"sslmode": "prefer", "gssencmode": "disable", "connect_timeout": PING_SECONDS}
    asked |= {"password": "", "passfile": os.path.join(os.devnull, "none")}  # noqa: PTH118
    return Ping(PGconn.ping(make_conninfo(**asked).encode())) in (Ping.NO_RESPONSE, Ping.REJECT)

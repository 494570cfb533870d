"""The server: one HTTP port for the page, and a WebSocket a terminal."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tui.web.access import HOST, Access, StaticFile
from tui.web.pseudo_terminal import PseudoTerminal, TerminalSize

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
}
MAX_TERMINALS = 16
MAX_MESSAGE_BYTES = 4_000_000
"""The longest paste, in bytes."""
MAX_COLUMNS, MAX_ROWS = 1000, 500
SIZE_TIMEOUT = 10.0
"""Seconds a page has to say the size of its terminal."""
ENDED, REFUSED, FULL = 1000, 1008, 1013
"""Codes for closing a WebSocket (RFC 6455)."""
DROPPED_VARIABLES = ("TMUX", "TMUX_PANE", "STY", "COLUMNS", "LINES", "TERM_PROGRAM")
"""Variables about the terminal in which the server was started."""


class InvalidMessage(Exception):
    """A page has sent something that is not in the protocol."""


def load_static_files() -> dict[str, StaticFile]:
    """Return the files of the page, by name."""
    found = {}
    for each in files("tui.web").joinpath("static").iterdir():
        suffix = each.name[each.name.rfind(".") :]
        if suffix in MEDIA_TYPES:
            found[each.name] = StaticFile(MEDIA_TYPES[suffix], each.read_bytes())
    return found


def listen(port: int) -> socket.socket:
    """Return a socket that listens on the loopback interface, on any free port if it is 0.

    Raises:
        OSError: The port is in use, or may not be used.
    """
    return socket.create_server((HOST, port))


def make_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a program in the terminal of a page."""
    kept = {name: value for name, value in environ.items() if name not in DROPPED_VARIABLES}
    return kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


@dataclass(frozen=True, slots=True)
class TerminalServer:
    """Runs a program for each page that is opened, and ends it with the page."""

    command: Sequence[str]
    environ: Mapping[str, str]
    access: Access

    async def run(self, listener: socket.socket, started: Callable[[], None]) -> None:
        """Serve until a signal asks to stop; then end the programs in order."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        signals = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
            signals.append(signal.SIGHUP)
        for number in signals:
            loop.add_signal_handler(number, stop.set)
        limit = asyncio.Semaphore(MAX_TERMINALS)
        try:
            async with serve(
                lambda connection: self._serve_page(connection, limit),
                sock=listener,
                process_request=self._answer,
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                server_header=None,
                logger=_silent_logger(),
            ):
                started()
                await stop.wait()
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    def _answer(self, _: ServerConnection, request: Request) -> Response | None:
        headers: dict[str, list[str]] = {}
        for name, value in request.headers.raw_items():
            headers.setdefault(name.lower(), []).append(value)
        # Older versions of websockets take GET alone, and do not say what it was.
        method = getattr(request, "method", "GET")
        reply = self.access.answer(request.path, headers, method)
        if reply is None:
            return None
        return Response(reply.status, reply.status.phrase, Headers(reply.headers), reply.body)

    async def _serve_page(self, connection: ServerConnection, limit: asyncio.Semaphore) -> None:
        if limit.locked():
            await connection.close(FULL, "too many pages are open")
            return
        async with limit:
            try:
                first = await asyncio.wait_for(connection.recv(), SIZE_TIMEOUT)
                await self._run_program(connection, parse_size(first))
                await connection.close(ENDED)
            except (InvalidMessage, TimeoutError):
                await connection.close(REFUSED)
            except ConnectionClosed:
                pass

    async def _run_program(self, connection: ServerConnection, size: TerminalSize) -> None:
        terminal = await PseudoTerminal.start(self.command, self.environ, size)
        tasks = {
            asyncio.create_task(_send_screen(terminal, connection)),
            asyncio.create_task(_pass_keys(connection, terminal)),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await terminal.stop()


async def _send_screen(terminal: PseudoTerminal, connection: ServerConnection) -> None:
    while output := await terminal.read():
        await connection.send(output)


async def _pass_keys(connection: ServerConnection, terminal: PseudoTerminal) -> None:
    async for message in connection:
        if isinstance(message, bytes):
            await terminal.write(message)
        else:
            terminal.resize(parse_size(message))


def parse_size(message: str | bytes) -> TerminalSize:
    """Return the size in a message.

    Raises:
        InvalidMessage: There is none in it.
    """
    try:
        found = json.loads(message) if isinstance(message, str) else None
    except (ValueError, RecursionError):
        found = None
    sizes = found if isinstance(found, dict) else {}
    columns, rows = sizes.get("columns"), sizes.get("rows")
    if type(columns) is not int or type(rows) is not int:
        raise InvalidMessage
    if not (0 < columns <= MAX_COLUMNS and 0 < rows <= MAX_ROWS):
        raise InvalidMessage
    return TerminalSize(columns, rows)


def _silent_logger() -> logging.Logger:
    """Return a logger that drops everything: what browsers do wrong is no news for the user."""
    logger = logging.Logger("tui.web")
    logger.addHandler(logging.NullHandler())
    return logger

"""A program on a pseudo-terminal, whose keys and screen go through this process."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Self

READ_BYTES = 65_536
STOP_TIMEOUT = 5.0
"""Seconds that the program has to end after its terminal has hung up."""
TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Makes the terminal that of a new session, which has to be done in the new process."""


class TerminalSize(NamedTuple):
    """Columns and rows."""

    columns: int
    rows: int


class PseudoTerminal:
    """A running program and its terminal."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        output: asyncio.StreamReader,
        transport: asyncio.BaseTransport,
        descriptor: int,
    ) -> None:
        self._process = process
        self._output = output
        self._transport = transport
        self._descriptor = descriptor
        """Where keys are written; the transport has another one, to read from."""

    @classmethod
    async def start(
        cls, command: Sequence[str], environ: Mapping[str, str], size: TerminalSize
    ) -> Self:
        """Start a program.

        Raises:
            OSError: It cannot be started.
        """
        descriptor, terminal = pty.openpty()
        try:
            termios.tcsetwinsize(descriptor, (size.rows, size.columns))
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-IS", "-c", TAKE_TERMINAL, *command),
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
                env=environ,
                start_new_session=True,
            )
        except BaseException:
            os.close(descriptor)
            raise
        finally:
            os.close(terminal)
        output = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(output), os.fdopen(os.dup(descriptor), "rb", 0)
        )
        return cls(process, output, transport, descriptor)

    async def read(self) -> bytes:
        """Return what the program has written; empty after it has ended."""
        with suppress(OSError):  # Linux says so at the end
            return await self._output.read(READ_BYTES)
        return b""

    async def write(self, keys: bytes) -> None:
        """Pass on keys; wait until the program takes them."""
        rest = memoryview(keys)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                await self._wait_until_writable()
            except OSError:  # it has just ended
                return

    async def _wait_until_writable(self) -> None:
        loop = asyncio.get_running_loop()
        writable = loop.create_future()
        loop.add_writer(self._descriptor, writable.set_result, None)
        try:
            await writable
        finally:
            loop.remove_writer(self._descriptor)

    def resize(self, size: TerminalSize) -> None:
        """Tell the program the size of its terminal."""
        with suppress(OSError, termios.error):  # it has just ended
            termios.tcsetwinsize(self._descriptor, (size.rows, size.columns))

    async def stop(self) -> None:
        """Hang up, so that the program ends in order, and wait for it."""
        self._transport.close()
        os.close(self._descriptor)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

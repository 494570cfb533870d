"""A program in a pseudo-terminal, timed as the user experiences it.

Every chunk of output gets a timestamp when it is read. pyte computes the screen only while the program
is quiet: it is slow, and must not affect the times.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil
import pyte

COLUMNS, ROWS = 100, 30
KEY_SILENCE = 0.06
"""Seconds without output after which a key counts as handled."""
READY_SILENCE, READY_CHECKS = 0.3, 20
"""Seconds without output and work after which a program is ready, and the checks in that time."""
READ_SIZE = 1 << 16

# Sequences pyte would print: strings, private modes with <, = or >, intermediate bytes.
UNKNOWN_TO_PYTE = re.compile(
    rb"\x1bP.*?\x1b\\|\x1b\[[<=>][0-?]*[ -/]*[@-~]|\x1b\[[0-?]*[ -/]+[@-~]|\x1b[=>]", re.DOTALL
)
UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[P\]][^\x07\x1b]*\x1b?)?\Z")
TERMINAL_REPLIES = {
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[c": b"\x1b[?64;1;2;6;22c",
    b"\x1b[?2026$p": b"\x1b[?2026;0$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
}
"""Queries to a terminal, and the replies of a common one."""
now = time.perf_counter


class ProgramError(Exception):
    """The program ended, or did not show the expected text."""


class KeyCost(NamedTuple):
    """The cost of a key."""

    seconds: float
    """Time until the last byte."""
    size: int
    """Bytes."""


class _Stream(pyte.ByteStream):
    """Parses sequences of curses that pyte does not know: repeat, scroll, column."""

    csi = {  # noqa: RUF012 - as pyte declares it
        **pyte.ByteStream.csi,
        "b": "repeat",
        "S": "scroll_up",
        "T": "scroll_down",
        "`": "column",
    }
    events = pyte.ByteStream.events | {"repeat", "scroll_up", "scroll_down", "column"}


class _Screen(pyte.Screen):
    """Executes these sequences."""

    _last = " "

    def draw(self, data: str) -> None:
        super().draw(data)
        self._last = data[-1:] or self._last

    def repeat(self, count: int = 1) -> None:
        super().draw(self._last * (count or 1))

    def column(self, count: int = 1) -> None:
        self.cursor_to_column(count)

    def scroll_up(self, count: int = 1) -> None:
        self._scroll(count or 1, self.index, bottom=True)

    def scroll_down(self, count: int = 1) -> None:
        self._scroll(count or 1, self.reverse_index, bottom=False)

    def _scroll(self, count: int, step: object, *, bottom: bool) -> None:
        top, last = self.margins or (0, self.lines - 1)
        before, self.cursor.y = self.cursor.y, last if bottom else top
        for _ in range(min(count, self.lines)):
            step()  # type: ignore[operator]
        self.cursor.y = before


class Program:
    """A program in a pseudo-terminal of its own."""

    def __init__(self, command: Sequence[str | Path], env: Mapping[str, str]) -> None:
        """Start the command with exactly this environment."""
        self._screen = _Screen(COLUMNS, ROWS)
        self._stream = _Stream(self._screen)
        self.chunks: list[tuple[float, bytes]] = []
        self._fed_chunks, self._pending = 0, b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.start_time = now()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(env),
            start_new_session=True,
        )
        os.close(slave)
        self._stats = psutil.Process(self._process.pid)

    # -- output ----------------------------------------------------------------------------

    def read(self, timeout: float) -> bytes:
        """Return the output within that time, or nothing.

        Raises:
            ProgramError: The program has closed its terminal.
        """
        if not select.select([self._master], [], [], max(0.0, timeout))[0]:
            return b""
        try:
            data = os.read(self._master, READ_SIZE)
        except OSError as error:
            raise ProgramError(f"the program ended:\n{self.screen_text()}") from error
        self.chunks.append((now(), data))
        for question, answer in TERMINAL_REPLIES.items():
            if question in data:
                os.write(self._master, answer)
        return data

    def read_until_silent(self, silence: float = KEY_SILENCE) -> float:
        """Read until there is no output for `silence` seconds; return the time of the last byte."""
        while self.read(silence):
            pass
        return self.chunks[-1][0]

    def settle(self, limit: float = 120.0) -> float:
        """Read until the program is idle; return the time of the last byte."""
        end, idle = now() + limit, 0
        while now() < end and idle < READY_CHECKS:
            quiet = not self.read(READY_SILENCE / READY_CHECKS)
            idle = idle + 1 if quiet and not self._is_working() else 0
        return self.chunks[-1][0]

    def _is_working(self) -> bool:
        """Return True if one of its threads runs or waits for a CPU."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/stat")
        return any(_read_task_state(task) in ("R", "D") for task in tasks)

    def screen_text(self) -> str:
        """Return the text on the screen."""
        while self._fed_chunks < len(self.chunks):
            self._feed(self.chunks[self._fed_chunks][1])
            self._fed_chunks += 1
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, expected: str, limit: float = 60.0) -> float:
        """Wait for a pattern on the screen and return when it appeared.

        Raises:
            ProgramError: It did not appear in time.
        """
        pattern, end = re.compile(expected, re.DOTALL), now() + limit
        while True:
            quiet = not self.read(KEY_SILENCE)
            while quiet and self._fed_chunks < len(self.chunks):
                when, data = self.chunks[self._fed_chunks]
                self._feed(data)
                self._fed_chunks += 1
                if pattern.search("\n".join(self._screen.display)):
                    return when
            if now() > end:
                raise ProgramError(f"{expected!r} did not appear:\n{self.screen_text()}")

    def _feed(self, data: bytes) -> None:
        data = self._pending + data
        rest = UNFINISHED.search(data)
        self._pending = data[rest.start() :] if rest else b""
        self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", data[: rest.start()] if rest else data))

    def bytes_since(self, since: int) -> int:
        """Return the number of bytes since chunk `since`."""
        return sum(len(data) for _, data in self.chunks[since:])

    # -- keys ------------------------------------------------------------------------------

    def type(self, keys: str) -> float:
        """Type keys; return the time."""
        when = now()
        os.write(self._master, keys.encode())
        return when

    def press(self, key: str, wait: float = 1.0) -> KeyCost:
        """Press a key, and read until it is handled."""
        count, when = len(self.chunks), self.type(key)
        if not self.read(wait):
            return KeyCost(0.0, 0)
        return KeyCost(self.read_until_silent() - when, self.bytes_since(count))

    def type_and_wait(self, keys: str, expected: str) -> float:
        """Type keys and return the seconds until a pattern appears on the screen."""
        self.read_until_silent()
        self.screen_text()
        when = self.type(keys)
        return self.wait_for(expected) - when

    # -- the process -----------------------------------------------------------------------

    def cpu(self) -> float:
        """Return the CPU seconds of all threads so far, to the nanosecond."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> float:
        """Return the resident memory in MB."""
        return float(self._stats.memory_info().rss) / 1e6

    def peak_memory(self) -> float:
        """Return the highest resident memory so far in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6

    def wait_ended(self, limit: float = 30.0) -> float:
        """Wait for the end of the process and return the time.

        Raises:
            ProgramError: It is still running.
        """
        end = now() + limit
        while self._process.poll() is None:
            try:
                self.read(0.002)
            except ProgramError:
                self._process.wait(limit)
            if now() > end:
                raise ProgramError(f"still running:\n{self.screen_text()}")
        return now()

    def close(self) -> None:
        """Kill the program if it still runs and release the terminal."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._master)


def _read_task_state(stat: Path) -> str:
    """Return the letter for what a thread does; empty if it has ended meanwhile."""
    try:
        return stat.read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""

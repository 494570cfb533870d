"""A program in a pseudo-terminal, watched the way the person at the terminal feels it.

Every chunk of output is stamped when it is read. What stands on the screen is worked out by pyte only
while the program is quiet: pyte is slow, and must not take part in the times.
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
DONE = 0.06
"""Seconds without output after which a key is done with."""
STILL, LOOKS = 0.3, 20
"""Seconds without output and without work after which a program is ready, and how often that is looked at."""
PIECE = 1 << 16

# What pyte would show: strings, private modes with <, = or >, sequences with something in between.
UNKNOWN_TO_PYTE = re.compile(
    rb"\x1bP.*?\x1b\\|\x1b\[[<=>][0-?]*[ -/]*[@-~]|\x1b\[[0-?]*[ -/]+[@-~]|\x1b[=>]", re.DOTALL
)
UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[P\]][^\x07\x1b]*\x1b?)?\Z")
ANSWERS = {
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[c": b"\x1b[?64;1;2;6;22c",
    b"\x1b[?2026$p": b"\x1b[?2026;0$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
}
"""What is asked of a terminal, and what one of many years says."""
now = time.perf_counter


class Ended(Exception):
    """The program ended, or showed something else than what was waited for."""


class Pressed(NamedTuple):
    """What a key caused."""

    seconds: float
    """Until the last byte."""
    size: int
    """Bytes."""


class _Stream(pyte.ByteStream):
    """With the sequences that curses uses and pyte does not know: repeat, scroll, column."""

    csi = {  # noqa: RUF012 - pyte's way
        **pyte.ByteStream.csi,
        "b": "repeat",
        "S": "scroll_up",
        "T": "scroll_down",
        "`": "column",
    }
    events = pyte.ByteStream.events | {"repeat", "scroll_up", "scroll_down", "column"}


class _Screen(pyte.Screen):
    """Understands these."""

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
        """Start it with this environment, and no other."""
        self._screen = _Screen(COLUMNS, ROWS)
        self._stream = _Stream(self._screen)
        self.chunks: list[tuple[float, bytes]] = []
        self._fed, self._held = 0, b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.began = now()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(env),
            start_new_session=True,
        )
        os.close(slave)
        self._watched = psutil.Process(self._process.pid)

    # -- output ----------------------------------------------------------------------------

    def read(self, timeout: float) -> bytes:
        """What comes within that time; nothing if nothing does.

        Raises:
            Ended: The program has closed its terminal.
        """
        if not select.select([self._master], [], [], max(0.0, timeout))[0]:
            return b""
        try:
            data = os.read(self._master, PIECE)
        except OSError as error:
            raise Ended(f"it ended:\n{self.shown()}") from error
        self.chunks.append((now(), data))
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(self._master, answer)
        return data

    def rest(self, silence: float = DONE) -> float:
        """Read until nothing comes for so long; when the last byte came."""
        while self.read(silence):
            pass
        return self.chunks[-1][0]

    def settle(self, limit: float = 120.0) -> float:
        """Read until the program is still and has nothing to do; when the last byte came."""
        end, idle = now() + limit, 0
        while now() < end and idle < LOOKS:
            quiet = not self.read(STILL / LOOKS)
            idle = idle + 1 if quiet and not self._works() else 0
        return self.chunks[-1][0]

    def _works(self) -> bool:
        """Whether one of its threads runs, or would if there were a processor for it."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/stat")
        return any(task.read_text().rpartition(")")[2].split()[0] in "RD" for task in tasks)

    def shown(self) -> str:
        """What stands on the screen."""
        while self._fed < len(self.chunks):
            self._feed(self.chunks[self._fed][1])
            self._fed += 1
        return "\n".join(line.rstrip() for line in self._screen.display)

    def until(self, wanted: str, limit: float = 60.0) -> float:
        """When this came onto the screen; looks only while the program is quiet.

        Raises:
            Ended: It did not.
        """
        pattern, end = re.compile(wanted, re.DOTALL), now() + limit
        while True:
            quiet = not self.read(DONE)
            while quiet and self._fed < len(self.chunks):
                when, data = self.chunks[self._fed]
                self._feed(data)
                self._fed += 1
                if pattern.search("\n".join(self._screen.display)):
                    return when
            if now() > end:
                raise Ended(f"{wanted!r} did not come:\n{self.shown()}")

    def _feed(self, data: bytes) -> None:
        data = self._held + data
        rest = UNFINISHED.search(data)
        self._held = data[rest.start() :] if rest else b""
        self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", data[: rest.start()] if rest else data))

    def sent(self, since: int) -> int:
        """Bytes since there were so many chunks."""
        return sum(len(data) for _, data in self.chunks[since:])

    # -- keys ------------------------------------------------------------------------------

    def type(self, keys: str) -> float:
        """Type something; when that was."""
        when = now()
        os.write(self._master, keys.encode())
        return when

    def press(self, key: str, wait: float = 1.0) -> Pressed:
        """Press a key, and read until it is done with."""
        count, when = len(self.chunks), self.type(key)
        if not self.read(wait):
            return Pressed(0.0, 0)
        return Pressed(self.rest() - when, self.sent(count))

    def see(self, keys: str, wanted: str) -> float:
        """Seconds from the last of these keys until this came onto the screen."""
        self.rest()
        self.shown()
        when = self.type(keys)
        return self.until(wanted) - when

    # -- the process -----------------------------------------------------------------------

    def cpu(self) -> float:
        """Seconds of processor time used so far, all threads, to the nanosecond."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> float:
        """Resident memory in MB."""
        return float(self._watched.memory_info().rss) / 1e6

    def ended(self, limit: float = 30.0) -> float:
        """When the process was gone.

        Raises:
            Ended: It is there yet.
        """
        end = now() + limit
        while self._process.poll() is None:
            try:
                self.read(0.002)
            except Ended:
                self._process.wait(limit)
            if now() > end:
                raise Ended(f"it goes on:\n{self.shown()}")
        return now()

    def close(self) -> None:
        """End it, whatever it does."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._master)

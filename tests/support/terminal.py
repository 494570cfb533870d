"""A terminal for tests: runs a program on a pseudo-terminal and looks at what it shows."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pyte

from tests.support.house import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType


TAKE_TERMINAL = 'exec 0<>"$0" 1>&0 2>&0; exec "$@"'
"""For a shell that leads a new session: opening the terminal makes it the controlling one."""

UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[[<=>][0-?]*[ -/]*[@-~]"  # private modes of xterm and kitty
    rb"|\x1b\[[0-?]*[ -/]+[@-~]"  # queries such as DECRQM
    rb"|\x1bP[^\x1b]*\x1b\\"  # device control strings
)
PRIVATE_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
OF_NO_SIZE = 80, 24
"""What programs take a terminal for that says it has no size."""
FOUND_ON = {7, 25}
"""Private modes that a terminal has on before anybody asks: line wrap and the cursor."""
PATIENCE = 60.0
"""Seconds after which what has not happened counts as never happening, however slow the machine."""
UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|P[^\x1b]*\x1b?)?\Z")


class Terminal:
    """A program on a pseudo-terminal of its own, with a home folder of its own.

    Nothing is read from the program but while one of the methods waits or looks, so a test that
    does neither is a terminal that has stalled.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        home: Path,
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start `command`.

        Args:
            command: Program and arguments; wrapped in `sh -c` where redirections are wanted.
            home: Folder that HOME and the XDG folders are put in; a test's `tmp_path`.
            size: Columns and rows.
            env: Added to the environment; an empty value takes a variable out.
        """
        self.raw = b""
        self._held = b""
        self._screen = pyte.Screen(*(size if all(size) else OF_NO_SIZE))
        self._stream = pyte.ByteStream(self._screen)
        self._master: int | None
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)  # or a long paste would wait for ever
        self.resize(*size)
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", TAKE_TERMINAL, os.ttyname(slave), *map(str, command)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(home, env or {}),
            cwd=ROOT,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process that was started; it leads its session."""
        return self._process.pid

    def write(self, keys: str | bytes) -> None:
        """Type `keys`; what is sent meanwhile is read where the program would not go on else."""
        assert self._master is not None, "the terminal was hung up"
        data = keys.encode() if isinstance(keys, str) else keys
        while data:
            if select.select([], [self._master], [], 0.02)[1]:
                data = data[os.write(self._master, data) :]
            else:
                self._read(0)

    def screen(self) -> list[str]:
        """The rows as they are shown now."""
        while self._read(0):
            pass
        return list(self._screen.display)

    def cursor(self) -> tuple[int, int]:
        """Column and row of the cursor, from 0."""
        return self._screen.cursor.x, self._screen.cursor.y

    def shows(self, what: str | re.Pattern[str]) -> bool:
        """Whether the screen shows a text, or something that fits a pattern, now."""
        shown = "\n".join(row.rstrip() for row in self.screen())
        return what in shown if isinstance(what, str) else bool(what.search(shown))

    def wait_for(self, what: str | re.Pattern[str], timeout: float = PATIENCE) -> None:
        """Read until the screen shows `what`.

        Raises:
            AssertionError: It did not within `timeout` seconds; the text is the screen.
        """
        end = time.monotonic() + timeout
        while not self.shows(what):
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                shown = "\n".join(self._screen.display)
                raise AssertionError(
                    f"{what!r} is not on the screen:\n{shown}\n{self.raw[-500:]!r}"
                )

    def wait_gone(self, what: str | re.Pattern[str], timeout: float = PATIENCE) -> None:
        """Read until the screen does not show `what` any more."""
        self.wait_until(lambda: not self.shows(what), timeout)

    def wait_until(self, condition: Callable[[], object], timeout: float = PATIENCE) -> None:
        """Read until something has come true outside of the terminal.

        Raises:
            AssertionError: It did not within `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise AssertionError("it did not happen:\n" + "\n".join(self._screen.display))
            if not self._read(0.02):
                time.sleep(0.01)  # a terminal that is closed does not wait

    def wait_quiet(self, quiet: float = 0.25, timeout: float = PATIENCE) -> None:
        """Read until nothing has been sent for `quiet` seconds."""
        end = time.monotonic() + timeout
        while self._read(quiet):
            assert time.monotonic() < end, "the program goes on sending"

    def wait_unread(self, seconds: float = 0.02) -> None:
        """Let the program draw on while nobody reads, as over a link that stalls."""
        time.sleep(seconds)

    def modes_on(self) -> set[int]:
        """The private modes that the program has turned on, or those of a terminal off."""
        on = set(FOUND_ON)
        for numbers, letter in PRIVATE_MODE.findall(self.raw):
            for number in map(int, numbers.split(b";")):
                (on.add if letter == b"h" else on.discard)(number)
        return on ^ FOUND_ON

    def wait_raw(self, data: bytes, timeout: float = PATIENCE) -> None:
        """Read until the program has sent `data`."""
        end = time.monotonic() + timeout
        while data not in self.raw:
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{data!r} was not sent: {self.raw[-500:]!r}")

    def read_for(self, seconds: float) -> bytes:
        """What the program sends in the next `seconds`."""
        before = len(self.raw)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._read(left):
            pass
        return self.raw[before:]

    def wait_exit(self, timeout: float = PATIENCE, *, reading: bool = True) -> int:
        """The exit code, negative for a signal; what is sent meanwhile is read if `reading`.

        Raises:
            AssertionError: The program still ran after `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while (code := self._process.poll()) is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running after {timeout} s:\n{self._screen.display}")
            if not (reading and self._read(0.02)):
                time.sleep(0.01)
        while self._read(0):
            pass
        return code

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        self._process.send_signal(number)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size; the program gets SIGWINCH."""
        assert self._master is not None, "the terminal was hung up"
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        columns, rows = (columns, rows) if columns and rows else OF_NO_SIZE
        self._screen.resize(rows, columns)

    def hangup(self) -> None:
        """Take the terminal away, as a dropped link does."""
        if self._master is not None:
            os.close(self._master)
            self._master = None

    def close(self) -> None:
        """End what still runs and give everything back."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        self.hangup()

    def _read(self, timeout: float) -> bool:
        """Read what is there within `timeout`; False if nothing came."""
        if self._master is None or not select.select([self._master], [], [], timeout)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            return False
        self.raw += data
        self._feed(data)
        return bool(data)

    def _feed(self, data: bytes) -> None:
        data = self._held + data
        rest = UNFINISHED.search(data)
        self._held = data[rest.start() :] if rest else b""
        whole = data[: rest.start()] if rest else data
        self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", whole))


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it is more than its entry in the table."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def environment(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """The same environment on every machine: no SSH, no tmux, no display, folders below `home`."""
    plain = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    return {name: value for name, value in (plain | dict(extra)).items() if value}

"""A terminal for tests: runs a program on a pseudo-terminal and reads its screen."""

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

from tests.support.codebase import ROOT
from tests.support.environment import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType


TAKE_TERMINAL = 'exec 0<>"$0" 1>&0 2>&0; exec "$@"'
"""For the shell that leads a new session: opening the terminal makes it the controlling one."""

UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[[<=>][0-?]*[ -/]*[@-~]"  # private modes of xterm and kitty
    rb"|\x1b\[[0-?]*[ -/]+[@-~]"  # queries such as DECRQM
    rb"|\x1bP[^\x1b]*\x1b\\"  # device control strings
)
PRIVATE_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
DEFAULT_SIZE = 80, 24
"""The size that programs assume where a terminal reports none."""
INITIAL_MODES = {7, 25}
"""Private modes that are on initially: line wrap and cursor."""
TIMEOUT = 60.0
"""Seconds to wait for anything, however slow the machine."""
UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|P[^\x1b]*\x1b?)?\Z")


def _restore_hangup() -> None:
    """Let a hang-up end the program, also where the runner of the tests ignores it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class _Screen(pyte.Screen):
    """A screen that is asked for its theme, as tmux does from 3.6 on, which pyte takes for an error."""

    def report_device_status(self, mode: int, *, private: bool = False) -> None:
        """Answer nothing to private questions."""
        if not private:
            super().report_device_status(mode)


class Terminal:
    """A program on a pseudo-terminal of its own, with a home folder of its own.

    The program's output is only read while a method waits or looks, so a test that does neither
    acts as a stalled terminal.
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
            env: Added to the environment; an empty value removes a variable.
        """
        self.raw = b""
        self._pending = b""
        self._screen = _Screen(*(size if all(size) else DEFAULT_SIZE))
        self._stream = pyte.ByteStream(self._screen)
        self._master: int | None
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)  # a long paste would block for ever
        self.resize(*size)
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", TAKE_TERMINAL, os.ttyname(slave), *map(str, command)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(home, env or {}),
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=_restore_hangup,
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
        """The id of the started process, which leads its session."""
        return self._process.pid

    def write(self, keys: str | bytes) -> None:
        """Type `keys`, reading output where the program would block otherwise."""
        assert self._master is not None, "the terminal was hung up"
        data = keys.encode() if isinstance(keys, str) else keys
        while data:
            if select.select([], [self._master], [], 0.02)[1]:
                data = data[os.write(self._master, data) :]
            else:
                self._read(0)

    def screen(self) -> list[str]:
        """Return the rows shown now."""
        while self._read(0):
            pass
        return list(self._screen.display)

    def cursor(self) -> tuple[int, int]:
        """Return the column and row of the cursor, from 0."""
        return self._screen.cursor.x, self._screen.cursor.y

    def shows(self, what: str | re.Pattern[str]) -> bool:
        """Return True if the screen shows a text or a match of a pattern now."""
        shown = "\n".join(row.rstrip() for row in self.screen())
        return what in shown if isinstance(what, str) else bool(what.search(shown))

    def wait_for(self, what: str | re.Pattern[str], timeout: float = TIMEOUT) -> None:
        """Read until the screen shows `what`.

        Raises:
            AssertionError: It did not within `timeout` seconds; the message is the screen.
        """
        end = time.monotonic() + timeout
        while not self.shows(what):
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                shown = "\n".join(self._screen.display)
                raise AssertionError(
                    f"{what!r} is not on the screen:\n{shown}\n{self.raw[-500:]!r}"
                )

    def wait_gone(self, what: str | re.Pattern[str], timeout: float = TIMEOUT) -> None:
        """Read until the screen no longer shows `what`."""
        self.wait_until(lambda: not self.shows(what), timeout)

    def wait_until(self, condition: Callable[[], object], timeout: float = TIMEOUT) -> None:
        """Read until a condition outside of the terminal holds.

        Raises:
            AssertionError: It did not within `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(
                    "the condition never held:\n" + "\n".join(self._screen.display)
                )
            if not self._read(0.02):
                time.sleep(0.01)  # reading a closed terminal returns at once

    def wait_quiet(self, quiet: float = 0.25, timeout: float = TIMEOUT) -> None:
        """Read until the program has sent nothing for `quiet` seconds."""
        end = time.monotonic() + timeout
        while self._read(quiet):
            assert time.monotonic() < end, "the program keeps sending"

    def wait_idle(self, seconds: float, cpu_seconds: float, timeout: float = TIMEOUT) -> None:
        """Wait until the program has been idle: nothing sent, hardly any processor time used.

        Args:
            seconds: How long it has to be idle.
            cpu_seconds: The processor time that it may use meanwhile.
            timeout: Seconds after which it never will be.
        """
        process = psutil.Process(self.pid)
        end = time.monotonic() + timeout
        sent, used = b"not read yet", 0.0
        while sent or used >= cpu_seconds:
            assert time.monotonic() < end, f"it sends {sent!r} and works {used} s of {seconds}"
            before = sum(process.cpu_times()[:2])
            sent = self.read_for(seconds)
            used = sum(process.cpu_times()[:2]) - before

    def stall(self, seconds: float = 0.02) -> None:
        """Stop reading for a while, as over a stalled connection."""
        time.sleep(seconds)

    def changed_modes(self) -> set[int]:
        """Return the private modes that are not as they were initially."""
        on = set(INITIAL_MODES)
        for numbers, letter in PRIVATE_MODE.findall(self.raw):
            for number in map(int, numbers.split(b";")):
                (on.add if letter == b"h" else on.discard)(number)
        return on ^ INITIAL_MODES

    def wait_raw(self, data: bytes, timeout: float = TIMEOUT) -> None:
        """Read until the program has sent `data`."""
        end = time.monotonic() + timeout
        while data not in self.raw:
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{data!r} was not sent: {self.raw[-500:]!r}")

    def read_for(self, seconds: float) -> bytes:
        """Return what the program sends in the next `seconds`."""
        before = len(self.raw)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._read(left):
            pass
        return self.raw[before:]

    def wait_exit(self, timeout: float = TIMEOUT, *, reading: bool = True) -> int:
        """Wait for the exit code, negative for a signal; output is read meanwhile if `reading`.

        Raises:
            AssertionError: The program was still running after `timeout` seconds.
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

    def press_until_exit(self, key: str, timeout: float = TIMEOUT) -> None:
        """Press a key again and again until the program ends."""
        end = time.monotonic() + timeout
        while self._process.poll() is None:
            assert time.monotonic() < end, self.screen()
            self.write(key)
            self.wait_quiet()

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        self._process.send_signal(number)

    def resize(self, columns: int, rows: int) -> None:
        """Resize the window; the program gets SIGWINCH."""
        assert self._master is not None, "the terminal was hung up"
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        columns, rows = (columns, rows) if columns and rows else DEFAULT_SIZE
        self._screen.resize(rows, columns)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped connection does."""
        if self._master is not None:
            os.close(self._master)
            self._master = None

    def close(self) -> None:
        """Kill the program if it still runs and release everything."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        self.hang_up()

    def _read(self, timeout: float) -> bool:
        """Read what arrives within `timeout`; return False if nothing did."""
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
        data = self._pending + data
        rest = UNFINISHED.search(data)
        self._pending = data[rest.start() :] if rest else b""
        whole = data[: rest.start()] if rest else data
        self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", whole))


def has_ended(pid: int, timeout: float = TIMEOUT) -> bool:
    """Return True once a process has ended; False if it does not."""
    end = time.monotonic() + timeout
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.005)
    return not is_running(pid)


def is_running(pid: int) -> bool:
    """Return True if the process exists and is not a zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

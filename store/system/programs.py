"""Running a program of the user's with a text: pipes, hooks. Never through a shell."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from threading import Lock
from typing import IO

from store.model.errors import ProgramFailed

MAX_OUTPUT_CHARS = 1024 * 1024
"""Characters of its output that are kept."""


def run_program(arguments: Sequence[str], text: str, wait: float) -> str:
    """Give a program a text on its standard input, and return what it writes; see `Program.run`."""
    return ProgramRun(arguments).run(text, wait)


class ProgramRun:
    """One run of a program, which another thread may end."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Know the program and its arguments; nothing is started yet."""
        self._arguments = arguments
        self._start_lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._is_killed = False

    def run(self, text: str, wait: float) -> str:
        """Give it a text on its standard input, and return what it writes.

        Args:
            text: What it reads.
            wait: Seconds after which it is ended, with all that it started.

        Raises:
            ProgramFailed: It could not be started, did not end in time, or ended with a failure.
        """
        name = self._arguments[0]
        process = self._start(text)
        with process:
            try:
                out, errors = process.communicate(timeout=wait)
            except subprocess.TimeoutExpired:
                self.kill()
                raise ProgramFailed(f"{name} did not end within {wait:g} seconds") from None
        if process.returncode:
            last = errors.strip().rpartition("\n")[2]
            raise ProgramFailed(
                f"{name} failed with exit code {process.returncode}" + (f": {last}" if last else "")
            )
        return out[:MAX_OUTPUT_CHARS]

    def kill(self) -> None:
        """End it, with all that it started; if it has not been started, it never will be."""
        with self._start_lock:
            self._is_killed = True
            if self._process is not None and self._process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def _start(self, text: str) -> subprocess.Popen[str]:
        # A file and no pipe: a program that ends before it has read all must not end us by SIGPIPE.
        with tempfile.TemporaryFile() as given, self._start_lock:
            given.write(text.encode("utf-8", "replace"))
            given.seek(0)
            if self._is_killed:
                raise ProgramFailed(f"{self._arguments[0]} is no longer wanted")
            self._process = _start_process(self._arguments, given)
        return self._process


def _start_process(arguments: Sequence[str], given: IO[bytes]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(  # noqa: S603 (what the user has set or typed)
            arguments,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # so that all that it starts can be ended, and asks no terminal
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ProgramFailed(f"{arguments[0]} cannot be started: {reason}") from error

"""Running programs of the user on a text, for pipes and hooks; never through a shell."""

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
"""Longer output is cut."""


def run_program(arguments: Sequence[str], text: str, timeout: float) -> str:
    """Run a program with a text on its standard input and return its output; see `ProgramRun.run`."""
    return ProgramRun(arguments).run(text, timeout)


class ProgramRun:
    """One run of a program, which another thread can kill."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Prepare a run; nothing is started yet."""
        self._arguments = arguments
        self._start_lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._is_killed = False

    def run(self, text: str, timeout: float) -> str:
        """Run the program with a text on its standard input, and return its output.

        Args:
            text: Its input.
            timeout: Seconds after which it is killed, with all its children.

        Raises:
            ProgramFailed: It could not be started, timed out, failed, or was killed.
        """
        name = self._arguments[0]
        process = self._start(text)
        with process:
            try:
                out, errors = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise ProgramFailed(f"{name} timed out after {timeout:g} seconds") from None
        if process.returncode:
            last_line = errors.strip().rpartition("\n")[2]
            raise ProgramFailed(
                f"{name} failed with exit code {process.returncode}"
                + (f": {last_line}" if last_line else "")
            )
        return out[:MAX_OUTPUT_CHARS]

    def kill(self) -> None:
        """Kill the program and all its children; a run not yet started never will be."""
        with self._start_lock:
            self._is_killed = True
            if self._process is not None and self._process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def _start(self, text: str) -> subprocess.Popen[str]:
        # A file and no pipe: a program that exits before it has read everything must not kill us by SIGPIPE.
        with tempfile.TemporaryFile() as stdin, self._start_lock:
            stdin.write(text.encode("utf-8", "replace"))
            stdin.seek(0)
            if self._is_killed:
                raise ProgramFailed(f"{self._arguments[0]} was cancelled")
            self._process = _start_process(self._arguments, stdin)
        return self._process


def _start_process(arguments: Sequence[str], stdin: IO[bytes]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(  # noqa: S603 (the user chose the command)
            arguments,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # to kill its children too, and to keep it off our terminal
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ProgramFailed(f"{arguments[0]} cannot be started: {reason}") from error

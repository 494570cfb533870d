"""Running a program of the user's with a text: pipes, hooks. Never through a shell."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from typing import IO

from store.errors import ProgramFailed

MAX_OUTPUT = 1024 * 1024
"""Characters of its output that are kept."""


def run_program(arguments: Sequence[str], text: str, wait: float) -> str:
    """Give a program a text on its standard input, and return what it writes.

    Args:
        arguments: The program and its arguments.
        text: What it reads.
        wait: Seconds after which it is ended, with all that it started.

    Raises:
        ProgramFailed: It could not be started, did not end in time, or ended with a failure.
    """
    name = arguments[0]
    # A file and no pipe: a program that ends before it has read all must not end us by SIGPIPE.
    with tempfile.TemporaryFile() as given:
        given.write(text.encode("utf-8", "replace"))
        given.seek(0)
        process = _started(arguments, given)
    with process:
        try:
            out, errors = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise ProgramFailed(f"{name} did not end within {wait:g} seconds") from None
    if process.returncode:
        last = errors.strip().rpartition("\n")[2]
        raise ProgramFailed(
            f"{name} failed with exit code {process.returncode}" + (f": {last}" if last else "")
        )
    return out[:MAX_OUTPUT]


def _started(arguments: Sequence[str], given: IO[bytes]) -> subprocess.Popen[str]:
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

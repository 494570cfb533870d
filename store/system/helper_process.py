"""Helper processes: a Python of ours that answers messages over its pipes.

`multiprocessing` and `concurrent.futures` do not fit. Under "spawn" they import the caller's main
module again and start a resource tracker, which takes longer than the work of most commands; "fork"
is unsafe beside the reader's threads. A process pool unpickles what its workers answer, which a
parser of hostile input must not be trusted with, and one worker that exceeds its limits breaks the
whole pool.

Messages are bytes with their length before them. A helper ends with its input, so that none
outlives the process that started it, however that ends.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import IO, cast

LENGTH_PREFIX_BYTES = 8
BOOTSTRAP = "import sys; sys.path[:] = sys.argv[1:]; "


def python_command(script: str) -> list[str]:
    """Return the command that runs Python code in a process of its own.

    It imports the same modules as this process, and none from the working directory.
    """
    root = str(Path(__file__).resolve().parents[2])
    here = ""
    with contextlib.suppress(FileNotFoundError):  # somebody removed it
        here = str(Path.cwd())
    path = [entry for entry in sys.path if entry not in ("", here)]
    return [sys.executable, "-P", "-c", BOOTSTRAP + script, root, *path]


class HelperProcess:
    """A child process that answers messages; one that has ended is started again when needed.

    `close` may be called from another thread; everything else is for one thread at a time.
    """

    def __init__(self, script: str) -> None:
        """Take the Python code that the process runs; nothing is started yet."""
        self._script = script
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process unless it is running; `send` does so, but then waits until it is up."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(  # noqa: S603 (our own code)
                python_command(self._script),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # ctrl+c is for the parent, which then ends its helpers
            )
        return self._process

    def send(self, message: bytes | memoryview) -> None:
        """Send a message; if the process cannot take it, `receive` returns None."""
        with contextlib.suppress(OSError):
            write_message(cast("IO[bytes]", self.start().stdin), message)

    def receive(self) -> bytes | None:
        """Wait for the next answer; None if the process has ended."""
        process = self._process
        return None if process is None else read_message(cast("IO[bytes]", process.stdout))

    def close(self) -> int | None:
        """Kill the process, whatever it is doing; return its exit code, None if it has none."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # unsent data cannot be flushed
                cast("IO[bytes]", stream).close()
        return process.wait()


def write_message(stream: IO[bytes], message: bytes | memoryview) -> None:
    """Write a message and flush it.

    Raises:
        OSError: The other side has ended.
    """
    stream.write(len(message).to_bytes(LENGTH_PREFIX_BYTES, "big"))
    stream.write(message)
    stream.flush()


def read_message(stream: IO[bytes]) -> bytes | None:
    """Read the next message; None if the other side ended before it was complete."""
    prefix = stream.read(LENGTH_PREFIX_BYTES)
    if len(prefix) < LENGTH_PREFIX_BYTES:
        return None
    size = int.from_bytes(prefix, "big")
    message = stream.read(size)
    return message if len(message) == size else None

"""Running programs of the user on a text, for pipes and hooks; never through a shell.

Hooks are programs that newstui runs on an event, `on_new` and `on_read`.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any, Literal, cast

import orjson

from store.model.errors import ProgramFailed
from store.text.clean import clean_json, clean_line

HookName = Literal["on_new", "on_read"]
ArticleFacts = Mapping[str, Any]

MAX_OUTPUT_BYTES = 1024 * 1024
"""A program that prints more is ended, and its output is cut."""
MAX_ERROR_BYTES = 4096
"""The end of what a program prints on standard error, kept for its last line."""
READ_SIZE = 64 * 1024
HOOK_TIMEOUT_SECONDS = 60.0


def run_program(arguments: Sequence[str], text: str, timeout: float) -> str:
    """Run a program with a text on its standard input and return its output; see `ProgramRun.run`."""
    return ProgramRun(arguments).run(text, timeout)


def kill_with_children(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that has a session of its own, unless it was waited for.

    One that has ended may have left children that hold its output open.
    """
    # Until somebody has waited for it, no other process group can have its number.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


class ProgramRun:
    """One run of a program, which another thread can kill."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = arguments
        self._start_lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_killed = False

    def run(self, text: str, timeout: float) -> str:
        """Run the program with a text on its standard input, and return its output.

        After `timeout` seconds it is killed, with all its children, and so it is when it has printed
        as much as is kept, and when ctrl+c or a hang-up ends the wait for it.

        Raises:
            ProgramFailed: It could not be started, timed out, failed, or was killed.
        """
        name = self._arguments[0]
        process = self._start(text)
        with process:
            try:
                out, errors = _read_output(process, timeout)
                is_cut = len(out) > MAX_OUTPUT_BYTES
                if is_cut:
                    self.kill()
                process.wait(timeout)  # it may go on with both streams closed
            except subprocess.TimeoutExpired:
                raise ProgramFailed(f"{name} timed out after {timeout:g} seconds") from None
            finally:
                self.kill()
        if process.returncode and not is_cut:
            last_line = errors.strip().rpartition("\n")[2]
            reason = f": {last_line}" if last_line else ""
            raise ProgramFailed(f"{name} failed with exit code {process.returncode}{reason}")
        return out[:MAX_OUTPUT_BYTES].decode("utf-8", "ignore" if is_cut else "replace")

    def kill(self) -> None:
        """Kill the program and all its children; a run not yet started never will be."""
        with self._start_lock:
            self._is_killed = True
            if self._process is not None:
                kill_with_children(self._process)

    def _start(self, text: str) -> subprocess.Popen[bytes]:
        # A file and no pipe: a program that exits before it has read everything must not kill us by SIGPIPE.
        with tempfile.TemporaryFile() as stdin, self._start_lock:
            stdin.write(text.encode("utf-8", "replace"))
            stdin.seek(0)
            if self._is_killed:
                raise ProgramFailed(f"{self._arguments[0]} was cancelled")
            try:
                self._process = subprocess.Popen(  # noqa: S603 (the user chose the command)
                    self._arguments,
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,  # to kill its children and keep it off our terminal
                )
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) else str(error)
                raise ProgramFailed(f"{self._arguments[0]} cannot be started: {reason}") from error
        return self._process


def _read_output(process: subprocess.Popen[bytes], timeout: float) -> tuple[bytes, str]:
    """Read what a program prints until it closes both streams or has printed more than is kept.

    Returns:
        Its output, with at least a byte too many if it was too long, and the end of its errors.

    Raises:
        TimeoutExpired: It went on for longer than `timeout` seconds.
    """
    out, errors = bytearray(), bytearray()
    deadline = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        selector.register(cast("IO[bytes]", process.stdout), selectors.EVENT_READ, out)
        selector.register(cast("IO[bytes]", process.stderr), selectors.EVENT_READ, errors)
        while selector.get_map() and len(out) <= MAX_OUTPUT_BYTES:
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise subprocess.TimeoutExpired(process.args, timeout)
            for key, _ in ready:
                if data := os.read(key.fd, READ_SIZE):
                    key.data.extend(data)
                else:
                    selector.unregister(key.fileobj)
            del errors[:-MAX_ERROR_BYTES]
    return bytes(out), errors.decode("utf-8", "replace")


def run_hook(name: HookName, arguments: Sequence[str], facts: Iterable[ArticleFacts]) -> str:
    """Run a hook with the facts of articles as JSON Lines, and return the problem if there is one."""
    lines = b"".join(orjson.dumps(clean_json(each)) + b"\n" for each in facts)
    try:
        run_program(arguments, lines.decode(), HOOK_TIMEOUT_SECONDS)
    except ProgramFailed as error:
        return clean_line(f"{name}: {error}")
    return ""


class HookRunner:
    """Runs hooks on daemon threads, so that nothing waits for them, not even exiting."""

    def __init__(
        self, programs: Mapping[str, Sequence[str]], report_problem: Callable[[str], object]
    ) -> None:
        """Take the programs by hook; failures are reported in a line, on any thread."""
        self._programs = programs
        self._report_problem = report_problem
        self._threads: list[threading.Thread] = []

    def is_configured(self, name: HookName) -> bool:
        """Return True if the hook has a program."""
        return bool(self._programs.get(name))

    def start(self, name: HookName, facts: Sequence[ArticleFacts]) -> None:
        """Run a hook on a thread of its own."""

        def run() -> None:
            if problem := run_hook(name, self._programs[name], facts):
                self._report_problem(problem)

        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def wait(self) -> None:
        """Wait for the running hooks."""
        for thread in self._threads:
            thread.join()

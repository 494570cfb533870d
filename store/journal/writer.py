"""The writer of a journal file: the machine its events come from."""

from __future__ import annotations

import contextlib
import os
import re
import weakref
from collections import deque
from pathlib import Path

from store.journal.events import decode_line
from store.system.line_files import read_complete_lines

MACHINE_NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]*\Z")


MAX_FIRST_LINE_BYTES = 4096


MAX_REMEMBERED_LINES = 10_000
"""Lines of our own kept in memory, for the case that a journal is written over in place."""


def find_writer(journal: Path) -> tuple[str, bool]:
    """Which machine's events are in a journal file, and whether that can change no more.

    It is the machine that the first line names if the file's name begins with it; so it does not
    matter what else a sync put into the name. Without such a line it is the file's name.

    Returns:
        The machine, empty if this is no journal, and whether the first line is complete.
    """
    try:
        with journal.open("rb") as file:
            line = file.readline(MAX_FIRST_LINE_BYTES)
    except OSError:
        line = b""
    machine = _machine_in_header(line)
    if not (machine and journal.stem.startswith(machine)):
        machine = journal.stem if MACHINE_NAME_PATTERN.match(journal.stem) else ""
    return machine, line.endswith(b"\n")


def _machine_in_header(line: bytes) -> str:
    try:
        machine = decode_line(line)["machine"]
    except (KeyError, TypeError, ValueError):
        return ""
    return machine if isinstance(machine, str) and MACHINE_NAME_PATTERN.match(machine) else ""


class OwnJournalFile:
    """Our own journal, kept open: when somebody puts another file in its place, it is there yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._remembered: deque[bytes] = deque(maxlen=MAX_REMEMBERED_LINES)

    def open(self) -> None:
        """Hold the file that has the name now, unless one is held already."""
        if self._descriptor is None:
            with contextlib.suppress(OSError):
                self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
                weakref.finalize(self, os.close, self._descriptor)

    @property
    def size(self) -> int:
        """How many bytes the file has that is held."""
        return 0 if self._descriptor is None else os.fstat(self._descriptor).st_size

    def remember(self, lines: bytes) -> None:
        """Keep lines that were just appended."""
        self._remembered.extend(lines.splitlines(keepends=True))

    def known_lines(self) -> list[bytes]:
        """Every line that is known to have been in the file."""
        held: list[bytes] = []
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                held = read_complete_lines(self._descriptor)
        return [*held, *self._remembered]

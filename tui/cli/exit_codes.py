"""Exit codes of the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

from store.model.errors import InvalidQuery, LibraryBusy, NewstuiError, UnknownLibrary


class ExitCode(IntEnum):
    """The exit codes of newstui."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BUSY = 75  # EX_TEMPFAIL of sysexits.h
    INTERRUPTED = 130  # as a shell reports SIGINT


EXIT_CODES = {
    ExitCode.OK: "success",
    ExitCode.FAILED: "some items failed; the rest is done",
    ExitCode.USAGE: "usage error, or no terminal for the reader",
    ExitCode.BUSY: "the library is in use by another process",
    ExitCode.INTERRUPTED: "interrupted",
}
EXIT_CODE_HELP = "\n".join(f"  {code.value:<4} {text}" for code, text in EXIT_CODES.items())

CommandRunner = Callable[[Sequence[str], str | None], int]
"""Runs the commands a reader asks for, on the library named to it (None: none was)."""


class UsageError(NewstuiError):
    """The arguments of a command do not fit together."""


def error_exit_code(error: NewstuiError) -> ExitCode:
    """Return the exit code of a command that ended with an error."""
    if isinstance(error, (InvalidQuery, UnknownLibrary, UsageError)):
        return ExitCode.USAGE
    return ExitCode.BUSY if isinstance(error, LibraryBusy) else ExitCode.FAILED

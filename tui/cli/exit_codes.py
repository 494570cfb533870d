"""Exit codes of the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

from store.model.errors import InvalidQuery, LibraryBusy, NewstuiError


class ExitCode(IntEnum):
    """The exit codes of newstui."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BUSY = 75  # EX_TEMPFAIL of sysexits.h
    INTERRUPTED = 130  # as a shell reports SIGINT


EXIT_CODE_HELP = """\
  0    success
  1    some items failed; the rest is done
  2    usage error, or no terminal for the reader
  75   the library is in use by another process
  130  interrupted"""

CommandRunner = Callable[[Sequence[str], str | None], int]
"""Runs the commands a reader asks for, on the library named to it (None: none was)."""


class UsageError(NewstuiError):
    """The arguments of a command do not fit together."""


def error_exit_code(error: NewstuiError) -> ExitCode:
    """Return the exit code of a command that ended with an error."""
    if isinstance(error, (InvalidQuery, UsageError)):
        return ExitCode.USAGE
    return ExitCode.BUSY if isinstance(error, LibraryBusy) else ExitCode.FAILED

"""The command line of newstui.

Every command has a module of its name with a function `run_NAME`, which returns True if some items
failed; only the module that is needed is imported, which keeps commands fast. Textual is imported by
`start_reader` alone.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from store.model.errors import NewstuiError, describe_system_error
from tui.cli.exit_codes import ExitCode, UsageError, error_exit_code
from tui.terminal.environment import needs_utf8_mode, restart_in_utf8_mode

if TYPE_CHECKING:
    import argparse

COMPLETION_VARIABLE = "_ARGCOMPLETE"
"""Set by a shell that wants the candidates for a command line, not the command."""

STANDARD_STREAMS = (
    ("stdin", 0, os.O_RDONLY),
    ("stdout", 1, os.O_RDONLY),
    ("stderr", 2, os.O_WRONLY),
)
"""The names of the standard streams, their numbers, and how they are opened if they are closed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run newstui on a command line, by default that of this process, and return its exit code."""
    _open_missing_streams()
    if arguments is None and needs_utf8_mode(os.environ, sys.stderr.encoding):
        restart_in_utf8_mode(os.environ, sys.orig_argv)
    if arguments is None and COMPLETION_VARIABLE in os.environ:
        from tui.cli.completion import complete_command_line

        complete_command_line()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(given) if given else _start_reader(None)
    except NewstuiError as error:
        from tui.cli.console import print_message
        from tui.rendering.wording import describe_command_error

        print_message(describe_command_error(error))
        return error_exit_code(error)
    except (OSError, MemoryError) as error:  # a disk that fails, or too little memory
        from tui.cli.console import print_message

        file = getattr(error, "filename", None)
        print_message(
            f"{file}: {describe_system_error(error)}" if file else describe_system_error(error)
        )
        return ExitCode.FAILED
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _open_missing_streams() -> None:
    """Replace standard streams that were closed by the caller, so that no file gets their numbers.

    Writing to standard output then fails, as it should; messages are dropped.
    """
    for name, number, flags in STANDARD_STREAMS:
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, flags), number)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def run_command_line(arguments: Sequence[str], library: str | None) -> int:
    """Run a command from within a reader, on the library named to it, and return the exit code."""
    try:
        return main([*([] if library is None else ["--library", library]), *arguments])
    except SystemExit as end:  # argparse: a usage error
        return end.code if isinstance(end.code, int) else ExitCode.FAILED


def load_command(name: str) -> Callable[[argparse.Namespace], bool | None]:
    """Import a command and return its function."""
    name = name.replace("-", "_")
    module = import_module(f"tui.cli.{'import_' if name == 'import' else name}")
    command: Callable[[argparse.Namespace], bool | None] = getattr(module, f"run_{name}")
    return command


def _run(arguments: Sequence[str]) -> int:
    from tui.cli.console import checked_output, run_quietly
    from tui.cli.parser import parse_arguments

    # `newstui list | head` ends quietly, like any filter.
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with checked_output():
        options = parse_arguments(arguments)
    if options.command is None and not options.plain:
        signal.signal(signal.SIGPIPE, before)
        return _start_reader(options.library, slow=options.slow)
    with checked_output():
        run = partial(_run_command, options)
        # What is repeated until it is stopped is quiet round by round.
        is_held = options.quiet and options.command and not getattr(options, "every", None)
        failed = run_quietly(run) if is_held else run()
    return ExitCode.FAILED if failed else ExitCode.OK


def _run_command(options: argparse.Namespace) -> bool | None:
    if options.command:
        from tui.cli.context import choose_pager, require_library
        from tui.cli.pager import paged_output

        require_library(options)
        try:
            with paged_output(options.command, lambda: choose_pager(options)):
                return load_command(options.command)(options)
        except UsageError as error:
            options.parser.error(str(error))
    from tui.cli.plain import start_plain_reader

    start_plain_reader(options, run_command_line)
    return None


def _start_reader(library: str | None, *, slow: bool = False) -> int:
    from tui.cli.start import start_reader

    return start_reader(library, run_command_line, slow=slow)

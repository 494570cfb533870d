"""The command line. Nothing here imports Textual unless the reader itself is started."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from store.model.errors import InvalidQuery, LibraryBusy, NewstuiError

if TYPE_CHECKING:
    import argparse

    CommandFunction = Callable[[argparse.Namespace], int]

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_BUSY, EXIT_INTERRUPTED = 0, 1, 2, 75, 130
EXIT_CODES_BY_ERROR = {InvalidQuery: EXIT_USAGE, LibraryBusy: EXIT_BUSY}

COMMAND_FUNCTIONS = {
    "import": ("import_", "run_import"),
    "add": ("add", "run_add"),
    "fetch": ("fetch", "run_fetch"),
    "feeds": ("feeds", "run_feeds"),
    "edit": ("edit", "run_edit"),
    "mark": ("mark", "run_mark"),
    "list": ("list", "run_list"),
    "search": ("search", "run_search"),
    "show": ("show", "run_show"),
    "read": ("read", "run_read"),
    "similar": ("show", "run_similar"),
    "keys": ("keys", "run_keys"),
    "export": ("export", "run_export"),
    "stats": ("stats", "run_stats"),
    "settings": ("settings", "run_settings"),
    "themes": ("themes", "run_themes"),
    "doctor": ("doctor", "run_doctor"),
    "backup": ("backup", "run_backup"),
    "restore": ("restore", "run_restore"),
    "compact": ("compact", "run_compact"),
}
"""In which module of this package a command is carried out, and by what: only that is imported."""
PLAIN_FUNCTION = ("plain", "run_plain")
"""The same for `newstui --plain`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run newstui.

    Returns:
        The exit code: 0 fine, 1 something failed, 2 wrong use, 75 the library is busy.
    """
    from tui.terminal.environment import needs_utf8_mode, restart_in_utf8_mode

    if arguments is None and needs_utf8_mode(os.environ, sys.stderr.encoding):
        restart_in_utf8_mode(os.environ, sys.orig_argv)
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return _run_command(given) if given else _start_reader(None)
    except NewstuiError as error:
        from tui.cli.console import print_message
        from tui.rendering.wording import describe_command_error

        print_message(describe_command_error(error))
        return next(
            (code for kind, code in EXIT_CODES_BY_ERROR.items() if isinstance(error, kind)),
            EXIT_FAILED,
        )
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _start_reader(library: Path | None, *, slow: bool = False) -> int:
    from tui.cli.start import start_reader

    return start_reader(library, slow=slow)


def _run_command(arguments: Sequence[str]) -> int:
    from tui.cli.parser import build_parser, find_missing_argument

    top = build_parser()
    options = top.parse_args(arguments)
    if options.command is None and not options.plain:
        return _start_reader(options.library, slow=options.slow)
    if missing := find_missing_argument(options):
        top.error(f"{options.command}: say {missing}")
    # `newstui list | head` ends quietly, as any filter does.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    from tui.cli.console import flush_output

    module, function = COMMAND_FUNCTIONS[options.command] if options.command else PLAIN_FUNCTION
    command: CommandFunction = getattr(import_module(f"tui.cli.{module}"), function)
    code = command(options)
    flush_output()
    return code

"""The command line. Nothing here imports Textual unless the reader itself is started."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from store.model.errors import BadQuery, LibraryBusy, NewsError

if TYPE_CHECKING:
    import argparse

    Command = Callable[[argparse.Namespace], int]

FINE, FAILED, WRONG_USE, BUSY, INTERRUPTED = 0, 1, 2, 75, 130
EXIT_CODES = {BadQuery: WRONG_USE, LibraryBusy: BUSY}

COMMANDS = {
    "import": ("import_", "import_files"),
    "add": ("add", "add"),
    "fetch": ("fetch", "fetch"),
    "feeds": ("feeds", "feeds"),
    "edit": ("edit", "edit"),
    "mark": ("mark", "mark"),
    "list": ("list", "list_articles"),
    "search": ("search", "search"),
    "show": ("show", "show"),
    "read": ("read", "read"),
    "similar": ("show", "similar"),
    "keys": ("keys", "keys"),
    "export": ("export", "export"),
    "stats": ("stats", "stats"),
    "settings": ("settings", "print_settings"),
    "themes": ("themes", "print_themes"),
    "doctor": ("doctor", "doctor"),
    "backup": ("backup", "backup"),
    "restore": ("restore", "bring_back"),
    "compact": ("compact", "compact"),
}
"""In which module of this package a command is carried out, and by what: only that is imported."""
LINEAR = ("plain", "read_linearly")
"""The same for `newstui --plain`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run newstui.

    Returns:
        The exit code: 0 fine, 1 something failed, 2 wrong use, 75 the library is busy.
    """
    from tui.terminal.session import needs_utf8_mode, start_again_in_utf8

    if arguments is None and needs_utf8_mode(os.environ, sys.stderr.encoding):
        start_again_in_utf8(os.environ, sys.orig_argv)
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return _command(given) if given else _start(None)
    except NewsError as error:
        from tui.cli.console import tell

        tell(str(error))
        return next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED


def _start(library: Path | None, *, slow: bool = False) -> int:
    from tui.cli.start import start

    return start(library, slow=slow)


def _command(arguments: Sequence[str]) -> int:
    from tui.cli.parser import nothing_asked, parser

    top = parser()
    options = top.parse_args(arguments)
    if options.command is None and not options.plain:
        return _start(options.library, slow=options.slow)
    if missing := nothing_asked(options):
        top.error(f"{options.command}: say {missing}")
    # `newstui list | head` ends quietly, as any filter does.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    from tui.cli.console import flush

    module, function = COMMANDS[options.command] if options.command else LINEAR
    command: Command = getattr(import_module(f"tui.cli.{module}"), function)
    code = command(options)
    flush()
    return code

"""The command line. Nothing here imports Textual unless the reader itself is started."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence

from store.errors import LibraryBusy, NewsError

FINE, FAILED, WRONG_USE, BUSY, INTERRUPTED = 0, 1, 2, 75, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run newstui.

    Returns:
        The exit code: 0 fine, 1 something failed, 2 wrong use, 75 the library is busy.
    """
    from tui.cli.parser import parser
    from tui.terminal import needs_utf8_mode, start_again_in_utf8

    if arguments is None and needs_utf8_mode(os.environ, sys.stderr.encoding):
        start_again_in_utf8(os.environ, sys.orig_argv)
    top = parser()
    options = top.parse_args(arguments)
    if options.command == "mark" and not (options.read or options.star):
        top.error("mark: say --read, --unread, --star or --unstar")
    if options.command is not None:
        # `newstui list | head` ends quietly, as any filter does.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        return _command(options.command)(options)
    except NewsError as error:
        from tui.cli.output import tell

        tell(str(error))
        return BUSY if isinstance(error, LibraryBusy) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _command(name: str | None) -> Callable[[argparse.Namespace], int]:
    if name is None:
        from tui.cli.start import start

        return start
    from tui.cli import changing, printing
    from tui.cli.doctor import doctor

    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "import": changing.import_files,
        "edit": changing.edit,
        "mark": changing.mark,
        "list": printing.list_articles,
        "show": printing.show,
        "similar": printing.similar,
        "keys": printing.keys,
        "doctor": doctor,
    }
    return commands[name]

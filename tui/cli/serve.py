"""`newstui serve`: the reader in a browser on this machine."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from store.model.errors import NewstuiError
from tui.cli.console import flush_output, print_data, print_message


def run_serve(options: argparse.Namespace) -> None:
    """Serve the reader until a signal asks to stop."""
    try:
        from tui.web.access import Access
        from tui.web.server import TerminalServer, listen, load_static_files, make_environment
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "websockets":
            raise
        hint = "newstui serve needs websockets: pip install 'newstui[serve]'"
        raise NewstuiError(hint) from error
    try:
        listener = listen(options.port)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise NewstuiError(f"cannot listen on port {options.port}: {reason}") from error
    access = Access(listener.getsockname()[1], load_static_files())
    environ = make_environment(os.environ)
    server = TerminalServer(make_reader_command(options.library), environ, access)

    def announce() -> None:
        print_data(access.link)
        flush_output()
        print_message("open this link in a browser on this machine; ctrl+c stops serving")

    asyncio.run(server.run(listener, announce))


def make_reader_command(library: str | None) -> list[str]:
    """Return the command that starts a reader in a terminal."""
    chosen = [] if library is None else ["--library", library]
    return [sys.executable, "-P", "-m", "tui", *chosen]

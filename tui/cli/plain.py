"""Reading without a screen: `newstui read ID`, and the linear reader of `newstui --plain`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from store.library.protocol import Library
from store.model.errors import BadInput
from store.model.times import system_clock
from tui.cli.console import flush, put, tell
from tui.cli.context import indexed, load, paths_of, settings_of
from tui.cli.read import page_size
from tui.plain import LinearReader, World
from tui.services import unloaded
from tui.terminal.browser import open_route, open_url
from tui.terminal.clipboard import copy_line, copy_route
from tui.terminal.environment import Surroundings


def read_linearly(options: argparse.Namespace) -> int:
    """Run the linear reader until it is left or there is no more input."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)  # in order, so that the place in the text is kept
    if sys.stdin is not None and hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    again = True
    while again:
        library: Library = unloaded(paths_of(options))
        if library.empty:
            from tui.services import HINT, sample_library

            put(HINT)
            with sample_library(system_clock) as samples:
                again = _run(options, samples, sample=True)
        else:
            again = _run(options, library)
    return 0


def _run(options: argparse.Namespace, library: Library, *, sample: bool = False) -> bool:
    from tui.config.keymaps import make_keymap

    settings = settings_of(options)
    load(library)
    for problem in filter(None, [library.read_only, *library.problems]):
        tell(problem)
    surroundings = Surroundings(os.environ, sys.platform, shutil.which)
    opening = open_route(surroundings, settings.open_command)
    copying = copy_route(surroundings, settings.copy_command)
    world = World(
        ask=_ask,
        say=_say,
        size=page_size,
        open_url=lambda url: open_url(url, opening, os.environ).message,
        copy=lambda text: copy_line(text, copying, _send),
        prepare=indexed,
        run=lambda arguments: _carry_out(options, arguments),
        tell_read=lambda articles: _tell_read(options, library, articles),
        now=system_clock,
        settings=settings,
        filled=lambda: sample and not unloaded(paths_of(options)).empty,
    )
    reader = LinearReader(library, make_keymap(settings.preset, settings.keys), world)
    try:
        reader.run()
    finally:
        library.close()
    return reader.again


def _carry_out(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Carry out a command on the user's own library; its exit code."""
    from tui.cli import main

    where = [] if options.library is None else ["--library", str(options.library)]
    try:
        return main([*where, *arguments])
    except SystemExit as end:  # what was typed is no use of that command
        return end.code if isinstance(end.code, int) else 1


def _tell_read(options: argparse.Namespace, library: Library, articles: Sequence[str]) -> None:
    from tui.cli.context import tell_hook

    tell_hook(options, library, "on_read", articles)


def _end(number: int, frame: object) -> NoReturn:
    del frame
    sys.exit(128 + number)


def _say(text: str) -> None:
    put(text)
    flush()


def _ask(prompt: str) -> str | None:
    """The next line of the input; the prompt only where somebody types it."""
    if sys.stdin.isatty():
        sys.stdout.write(prompt)
        flush()
    try:
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        _end_line()
        raise
    if not line:
        _end_line()
    return line.rstrip("\n") if line else None


def _end_line() -> None:
    """What comes next begins a line of its own, and not behind the prompt."""
    if sys.stdin.isatty():
        _say("")


def _send(data: bytes) -> None:
    """To the terminal.

    Raises:
        BadInput: It can do nothing but print.
    """
    if not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        raise BadInput("not copied: this terminal has no clipboard")
    sys.stdout.write(data.decode("ascii"))
    flush()

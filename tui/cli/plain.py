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
from store.model.errors import InvalidInput
from store.model.times import system_clock
from tui.cli.console import flush_output, print_data, print_message
from tui.cli.context import (
    load_with_progress,
    resolve_paths,
    resolve_settings,
    update_index_with_progress,
)
from tui.cli.read import page_size
from tui.plain import Environment, LinearReader
from tui.services import open_library
from tui.terminal.browser import choose_open_method, open_url
from tui.terminal.clipboard import choose_copy_method, copy_line_to_clipboard
from tui.terminal.environment import HostEnvironment


def run_plain(options: argparse.Namespace) -> int:
    """Run the linear reader until it is left or there is no more input."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(
                number, _exit_on_signal
            )  # in order, so that the place in the text is kept
    if sys.stdin is not None and hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    again = True
    while again:
        library: Library = open_library(resolve_paths(options))
        if library.is_empty:
            from tui.services import SAMPLE_HINT, open_sample_library

            print_data(SAMPLE_HINT)
            with open_sample_library(system_clock) as samples:
                again = _run_reader(options, samples, sample=True)
        else:
            again = _run_reader(options, library)
    return 0


def _run_reader(options: argparse.Namespace, library: Library, *, sample: bool = False) -> bool:
    from tui.config.keymaps import make_keymap

    settings = resolve_settings(options)
    load_with_progress(library)
    for problem in filter(None, [library.read_only_reason, *library.problems]):
        print_message(problem)
    surroundings = HostEnvironment(os.environ, sys.platform, shutil.which)
    opening = choose_open_method(surroundings, settings.open_command)
    copying = choose_copy_method(surroundings, settings.copy_command)
    world = Environment(
        ask=_read_line,
        say=_print_text,
        size=page_size,
        open_url=lambda url: open_url(url, opening, os.environ).message,
        copy=lambda text: copy_line_to_clipboard(text, copying, _write_to_terminal),
        prepare=update_index_with_progress,
        run=lambda arguments: _run_command(options, arguments),
        tell_read=lambda articles: _run_read_hook(options, library, articles),
        now=system_clock,
        settings=settings,
        filled=lambda: sample and not open_library(resolve_paths(options)).is_empty,
    )
    reader = LinearReader(library, make_keymap(settings.preset, settings.keys), world)
    try:
        reader.run()
    finally:
        library.close()
    return reader.again


def _run_command(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Carry out a command on the user's own library; its exit code."""
    from tui.cli import main

    where = [] if options.library is None else ["--library", str(options.library)]
    try:
        return main([*where, *arguments])
    except SystemExit as end:  # what was typed is no use of that command
        return end.code if isinstance(end.code, int) else 1


def _run_read_hook(options: argparse.Namespace, library: Library, articles: Sequence[str]) -> None:
    from tui.cli.context import run_article_hook

    run_article_hook(options, library, "on_read", articles)


def _exit_on_signal(number: int, frame: object) -> NoReturn:
    del frame
    sys.exit(128 + number)


def _print_text(text: str) -> None:
    print_data(text)
    flush_output()


def _read_line(prompt: str) -> str | None:
    """The next line of the input; the prompt only where somebody types it."""
    if sys.stdin.isatty():
        sys.stdout.write(prompt)
        flush_output()
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
        _print_text("")


def _write_to_terminal(data: bytes) -> None:
    """To the terminal.

    Raises:
        BadInput: It can do nothing but print.
    """
    if not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        raise InvalidInput("not copied: this terminal has no clipboard")
    sys.stdout.write(data.decode("ascii"))
    flush_output()

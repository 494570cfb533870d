"""`newstui --plain`: start the reader in line mode."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys

from store.library.protocol import Library
from store.model.times import system_clock
from tui.cli.console import (
    flush_output,
    page_size,
    print_data,
    print_messages,
    read_line,
    write_to_terminal,
)
from tui.cli.context import (
    load_with_progress,
    open_similar_with_progress,
    resolve_paths,
    resolve_settings,
    run_article_hook,
)
from tui.cli.exit_codes import CommandRunner
from tui.config.keymaps import make_keymap
from tui.plain.plain_session import Environment
from tui.plain.reader import PlainReader
from tui.services import (
    describe_samples,
    is_filled,
    make_fetch_context,
    open_library,
    open_sample_library,
)
from tui.terminal.browser import choose_open_method, open_url
from tui.terminal.clipboard import choose_copy_method, copy_to_clipboard
from tui.terminal.environment import HostEnvironment


def start_plain_reader(options: argparse.Namespace, run: CommandRunner) -> None:
    """Run the line-mode reader until the user quits or the input ends."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            # An exit, unlike a kill, saves the position in the text.
            signal.signal(number, lambda number, _: sys.exit(128 + number))
    if sys.stdin is not None and hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    again = True
    while again:
        library: Library = open_library(resolve_paths(options))
        if not is_filled(library):
            with open_sample_library(system_clock) as samples:
                again = _run_reader(options, samples, run, sample=True)
        else:
            again = _run_reader(options, library, run)


def _run_reader(
    options: argparse.Namespace, library: Library, run: CommandRunner, *, sample: bool = False
) -> bool:
    """Run the reader on a library; return whether to start again because it was filled."""
    settings = resolve_settings(options)
    keymap = make_keymap(settings.preset, settings.keys)
    if sample:
        print_data(describe_samples(keymap.first_key("app.welcome")))
    load_with_progress(library)
    print_messages(filter(None, [library.read_only_reason, *library.problems]))
    host = HostEnvironment(os.environ, sys.platform, shutil.which)
    open_method = choose_open_method(host, settings.open_command)
    copy_method = choose_copy_method(host, settings.copy_command)
    environment = Environment(
        ask=_read_line,
        say=_print_text,
        size=page_size,
        open_url=lambda url: open_url(url, open_method, os.environ).message,
        copy=lambda text: copy_to_clipboard(text, copy_method, write_to_terminal, one_line=True),
        prepare=open_similar_with_progress,
        run=lambda arguments: run(arguments, options.library),
        run_read_hook=lambda articles: run_article_hook(options, library, "on_read", articles),
        now=system_clock,
        settings=settings,
        make_fetch_context=None if sample else make_fetch_context,
        is_library_filled=lambda: sample and is_filled(open_library(resolve_paths(options))),
    )
    try:
        return PlainReader(library, keymap, environment).run()
    finally:
        library.close()


def _print_text(text: str) -> None:
    print_data(text)
    flush_output()


def _read_line(prompt: str) -> str | None:
    """Read a line of input; show the prompt only to a terminal."""
    if sys.stdin.isatty():
        sys.stdout.write(prompt)
        flush_output()
    try:
        line = read_line()
    except KeyboardInterrupt:
        _end_prompt_line()
        raise
    if not line:
        _end_prompt_line()
    return line.rstrip("\n") if line else None


def _end_prompt_line() -> None:
    if sys.stdin.isatty():
        _print_text("")

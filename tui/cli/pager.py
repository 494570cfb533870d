"""The user's pager: what is longer than a page of the terminal goes through it."""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TextIO, cast

from tui.cli.console import page_size
from tui.rendering.cells import cell_width

PAGED_COMMANDS = frozenset(
    {
        *("brief", "categories", "doctor", "feeds", "help", "keys", "links", "list", "passages"),
        *("read", "search", "searches", "settings", "show", "similar", "stats", "story", "tags"),
        *("themes", "undo"),
    }
)
"""The commands that only print, and maybe much."""
PAGER_DEFAULTS = {"LESS": "FRX", "LV": "-c"}
"""What the usual pagers need for colours; less keeps its last page on the screen."""
COLORS = re.compile(r"\x1b\[[0-9;]*m")
"""What colours a text, and takes no place on the screen."""
NO_PAGERS = ((), ("cat",))
"""Programs that mean that there is no pager."""


@contextmanager
def paged_output(command: str, choose_pager: Callable[[], Sequence[str]]) -> Iterator[None]:
    """Send what a command prints on a terminal through the pager if it is longer than a page."""
    terminal = sys.stdout
    if command not in PAGED_COMMANDS or not terminal.isatty():
        yield
        return
    output = PagedOutput(terminal, choose_pager, page_size())
    sys.stdout = cast("TextIO", output)
    try:
        yield
    finally:
        sys.stdout = terminal
        output.finish()


def find_pager(setting: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the pager of the settings, or of `PAGER`, or less; empty for none."""
    with suppress(ValueError):  # an unclosed quote
        program = tuple(setting) or tuple(shlex.split(environ.get("PAGER", "less")))
        return () if program in NO_PAGERS else program
    return ()


def count_rows(text: str, columns: int) -> int:
    """Return the rows that a text takes on a terminal; its last line only what is wrapped of it."""
    lines = COLORS.sub("", text).split("\n")
    return len(lines) - 1 + sum(max(0, cell_width(line) - 1) // columns for line in lines)


class PagedOutput(io.TextIOBase):
    """Standard output of a command on a terminal: keeps the first page, and starts the pager after it."""

    def __init__(
        self, terminal: TextIO, choose_pager: Callable[[], Sequence[str]], size: tuple[int, int]
    ) -> None:
        self._terminal = terminal
        self._choose_pager = choose_pager
        self._columns, self._rows_left = size[0], size[1] - 1
        self._page: list[str] | None = []
        """What was written so far; None once there is more than a page."""
        self._pager: subprocess.Popen[str] | None = None
        self._on_closed_pipe = signal.getsignal(signal.SIGPIPE)

    def isatty(self) -> bool:
        """Return True: the pager shows on the terminal what it gets."""
        return True

    def fileno(self) -> int:
        """Return the descriptor of the terminal."""
        return self._terminal.fileno()

    def write(self, text: str) -> int:
        """Write a text; once the pager was quit, the rest is dropped."""
        if self._page is not None:
            self._page.append(text)
            self._rows_left -= count_rows(text, self._columns)
            if self._rows_left < 0:
                self._start_pager()
        else:
            self._pass_on(text)
        return len(text)

    def finish(self) -> None:
        """Write a page that needs no pager, or wait until the pager is quit."""
        if self._page is not None:
            self._terminal.write("".join(self._page))
        if self._pager is None or self._pager.stdin is None:
            return
        with suppress(BrokenPipeError):
            self._pager.stdin.close()
        while self._pager.poll() is None:
            with suppress(KeyboardInterrupt):  # which the pager gets too, and goes on
                self._pager.wait()
        signal.signal(signal.SIGPIPE, self._on_closed_pipe)

    def _start_pager(self) -> None:
        page, self._page = "".join(self._page or ()), None
        if program := self._choose_pager():
            with suppress(OSError):  # there is no such program
                self._pager = subprocess.Popen(  # noqa: S603 - the user's own program
                    program,
                    stdin=subprocess.PIPE,
                    stdout=self._terminal,
                    env=PAGER_DEFAULTS | dict(os.environ),
                    encoding=self._terminal.encoding,
                    errors="replace",
                )
                # Otherwise quitting the pager would kill newstui, with the library open.
                signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        self._pass_on(page)

    def _pass_on(self, text: str) -> None:
        if self._pager is None or self._pager.stdin is None:
            self._terminal.write(text)
            return
        with suppress(BrokenPipeError):
            self._pager.stdin.write(text)

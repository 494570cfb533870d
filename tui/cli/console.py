"""How commands speak: data on standard output, messages on standard error, both cleaned."""

from __future__ import annotations

import math
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from store.model.errors import NewstuiError
from store.text.clean import clean_json, clean_line, clean_text

PROGRESS_DELAY = 1.0
"""Seconds in which nothing is said of how far something is."""
UNSAFE_JSON_CHARS = re.compile(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""What JSON allows as it is and a terminal may act on; as `\\u` and four digits it means the same."""


def print_message(message: str) -> None:
    """A message for the user: one line, whatever is in it."""
    print(f"newstui: {clean_line(message, limit=2000)}", file=sys.stderr, flush=True)  # noqa: T201


def print_data(text: str) -> None:
    """Lines of data; no control character reaches the terminal."""
    write_output(clean_text(text) + "\n")


def print_json(value: Any, *, pretty: bool = False) -> None:
    """One JSON value: on a line of its own, or indented for reading."""
    option = orjson.OPT_INDENT_2 if pretty else 0
    try:
        text = orjson.dumps(value, option=option).decode()
    except orjson.JSONEncodeError:  # a path that is not UTF-8
        text = orjson.dumps(clean_json(value), option=option).decode()
    write_output(UNSAFE_JSON_CHARS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def write_output(text: str) -> None:
    """Data as it is.

    Raises:
        NotSaved: Standard output takes no more.
    """
    with _output_errors():
        sys.stdout.write(text)


def flush_output() -> None:
    """Let everything go that was written so far.

    Raises:
        NotSaved: Standard output takes no more.
    """
    with _output_errors():
        sys.stdout.flush()


@contextmanager
def _output_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # What is left in the buffer would fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise NewstuiError(f"cannot write the output: {error.strerror}") from error


class ProgressLine:
    """A count on the last line of the terminal, once something has taken a second."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None
        self._show_after = math.inf

    @contextmanager
    def display(self) -> Iterator[ProgressLine]:
        """Show the count while the block runs; nothing where standard error is no terminal."""
        if sys.stderr.isatty():
            self._show_after = time.monotonic() + PROGRESS_DELAY
        try:
            yield self
        finally:
            if self._bar is not None:
                self._bar.stop()

    def update(self, text: str) -> None:
        """Say how far it is."""
        if self._bar is None and time.monotonic() >= self._show_after:
            self._show_after = math.inf
            if os.environ.get("TERM", "dumb") == "dumb":  # it writes no line twice
                print_message(f"{self._label} …")
            else:
                self._start_bar()
        if self._bar is not None:
            for task in self._bar.task_ids:
                self._bar.update(task, description=f"{self._label}: {text}")

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bar.add_task(self._label, total=None)
        self._bar.start()

"""Output of commands: data on standard output, messages on standard error, both sanitized."""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Self, TypeVar

from store.model.errors import ArticleNotFound, InvalidInput, NewstuiError
from store.text.clean import clean_json, clean_line, clean_text
from store.text.urls import redact_credentials

Step = TypeVar("Step")
Result = TypeVar("Result")

PROGRESS_DELAY = 1.0
"""Seconds before progress is shown."""
MAX_MESSAGE_CHARS = 2000
MAX_PROGRESS_CELLS = 200
MAX_LINE_CHARS = 100_000
"""Characters that are kept of a line of standard input."""
DEFAULT_COLUMNS, DEFAULT_ROWS = 80, 24
"""The size of a page where standard output is not a terminal."""
MIN_COLUMNS, MIN_ROWS = 20, 5
UNSAFE_JSON_CHARS = re.compile(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Characters that are valid in JSON but act on a terminal; they are written as `\\u` escapes."""


_held_messages: list[str] | None = None
"""The messages of a command with `--quiet`, until it is known whether it fails."""


def print_message(message: str) -> None:
    """Print a message for the user, always as one line; with `--quiet` only if something fails."""
    if _held_messages is None:
        print_message_now(message)
    else:
        _held_messages.append(message)


def print_message_now(message: str) -> None:
    """Print a message for the user, with `--quiet` too: a question, for example."""
    text = clean_line(redact_credentials(message), limit=MAX_MESSAGE_CHARS)
    print(f"newstui: {text}", file=sys.stderr, flush=True)  # noqa: T201


def ask(question: str) -> bool:
    """Ask the user; without a terminal the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print_message_now(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def read_line() -> str:
    """Return the next line of standard input as far as it is kept; empty at the end."""
    line = part = sys.stdin.readline(MAX_LINE_CHARS)
    while len(part) == MAX_LINE_CHARS and not part.endswith("\n"):
        part = sys.stdin.readline(MAX_LINE_CHARS)
    return line


def run_quietly(run: Callable[[], bool | None]) -> bool | None:
    """Run a command, and print its messages only if it fails."""
    global _held_messages
    held: list[str] = []
    _held_messages = held
    failed: bool | None = True
    try:
        failed = run()
    finally:
        _held_messages = None
        if failed:
            for each in held:
                print_message_now(each)
    return failed


def print_messages(messages: Iterable[str]) -> None:
    """Print messages for the user, each on a line."""
    for message in messages:
        print_message(message)


def find_each(names: Iterable[str], find: Callable[[str], Result]) -> tuple[list[Result], bool]:
    """Return what is found by these names, and whether any was not found and reported."""
    found, failed = [], False
    for name in names:
        try:
            found.append(find(name))
        except (ArticleNotFound, InvalidInput) as error:
            print_message(str(error))
            failed = True
    return found, failed


def print_data(text: str) -> None:
    """Print lines of data, without control characters."""
    write_output(clean_text(text) + "\n")


def print_json(value: Any, *, pretty: bool = False) -> None:
    """Print a JSON value, on a line of its own or indented."""
    write_output(format_json(value, pretty=pretty) + "\n")


def format_json(value: Any, *, pretty: bool = False) -> str:
    """Return a JSON value that is safe to show, on one line or indented."""
    import orjson  # imported here: most commands print none

    option = orjson.OPT_INDENT_2 if pretty else 0
    try:
        text = orjson.dumps(value, option=option).decode()
    except orjson.JSONEncodeError:  # a path that is not UTF-8
        text = orjson.dumps(clean_json(value), option=option).decode()
    return UNSAFE_JSON_CHARS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def flush_output() -> None:
    """Flush standard output.

    Raises:
        NewstuiError: Standard output cannot be written.
    """
    with _output_errors():
        sys.stdout.flush()


def write_to_terminal(data: bytes) -> None:
    """Send a sequence to the terminal.

    Raises:
        InvalidInput: Standard output is no terminal.
    """
    if not sys.stdout.isatty():
        raise InvalidInput("Not copied: there is no terminal to send to")
    write_output(data.decode("ascii"))
    flush_output()


def page_size() -> tuple[int, int]:
    """Return the columns and rows of standard output."""
    if not sys.stdout.isatty():
        return DEFAULT_COLUMNS, DEFAULT_ROWS
    size = shutil.get_terminal_size((DEFAULT_COLUMNS, DEFAULT_ROWS))
    return max(MIN_COLUMNS, size.columns), max(MIN_ROWS, size.lines)


def write_output(text: str) -> None:
    """Write a text to standard output as it is."""
    with _output_errors():
        sys.stdout.write(text)


class BinaryOutput(io.BufferedIOBase):
    """Standard output for bytes; it has no places to go back to."""

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any, /) -> int:
        """Write bytes.

        Raises:
            NewstuiError: Standard output cannot be written.
        """
        with _output_errors():
            return sys.stdout.buffer.write(data)


@contextmanager
def checked_output() -> Iterator[None]:
    """Flush standard output at the end of a block, however that ends.

    Raises:
        NewstuiError: Standard output cannot be written.
    """
    try:
        yield
    finally:
        flush_output()


@contextmanager
def _output_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # The rest of the buffer would fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise NewstuiError(f"cannot write the output: {error.strerror}") from error


class ProgressLine:
    """A progress line at the bottom of the terminal, shown once the block takes a second.

    A timer shows it, for what has nothing to report for a long time.
    """

    def __init__(self, label: str) -> None:
        self._label = self._description = label
        self._bar: Any = None
        is_shown = sys.stderr.isatty() and _held_messages is None
        self._show_after = time.monotonic() + PROGRESS_DELAY if is_shown else math.inf
        self._lock = threading.Lock()
        self._timer = threading.Timer(PROGRESS_DELAY, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if self._show_after < math.inf:
            self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._show_after = math.inf
            if self._bar is not None:
                self._bar.stop()

    def update(self, text: str) -> None:
        """Show the progress."""
        progress = clean_line(redact_credentials(text), limit=MAX_PROGRESS_CELLS)
        self._description = f"{self._label}: {progress}"
        self._show()

    def _show(self) -> None:
        with self._lock:
            if self._bar is None and time.monotonic() >= self._show_after:
                self._show_after = math.inf
                if os.environ.get("TERM", "dumb") == "dumb":  # it cannot overwrite a line
                    print_message(f"{self._label} …")
                else:
                    self._start_bar()
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], description=self._description)

    def _start_bar(self) -> None:
        from rich.console import Console  # imported here: it takes longer than most commands
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        # What is shown may name a feed or an article: it is never markup.
        description = TextColumn("{task.description}", markup=False)
        console = Console(stderr=True, markup=False, emoji=False, highlight=False)
        columns = (SpinnerColumn(), description, TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True)
        self._bar.add_task(self._label, total=None)
        self._bar.start()


def run_with_progress(
    label: str, steps: Generator[Step, None, Result], describe: Callable[[Step], str]
) -> Result:
    """Run an operation in steps, show its progress as described, and return its result."""
    with ProgressLine(label) as line, closing(steps):
        while True:
            try:
                line.update(describe(next(steps)))
            except StopIteration as end:
                result: Result = end.value
                return result

"""How commands speak: data on standard output, messages on standard error, both cleaned."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from store.clean import clean_line, clean_text


def tell(message: str) -> None:
    """A message for the user: one line, whatever is in it."""
    print(f"newstui: {clean_line(message, limit=2000)}", file=sys.stderr, flush=True)  # noqa: T201


def put(text: str) -> None:
    """Lines of data; no control character reaches the terminal."""
    sys.stdout.write(clean_text(text) + "\n")


def put_json(value: Any, *, pretty: bool = False) -> None:
    """One JSON value: on a line of its own, or indented for reading."""
    option = orjson.OPT_INDENT_2 if pretty else 0
    sys.stdout.write(orjson.dumps(value, option=option).decode() + "\n")


class Counter:
    """A count on the last line of the terminal, while something takes its time."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None

    @contextmanager
    def running(self) -> Iterator[Counter]:
        """Show the count while the block runs; nothing where standard error is no terminal."""
        if not sys.stderr.isatty():
            yield self
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            bar.add_task(self._label, total=None)
            self._bar = bar
            yield self

    def tell(self, text: str) -> None:
        """Say how far it is."""
        if self._bar is not None:
            for task in self._bar.task_ids:
                self._bar.update(task, description=f"{self._label}: {text}")

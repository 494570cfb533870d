"""Commands that keep the library safe: backup, restore."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

from store.backup.archive import Progress
from store.backup.backup import Made, auto_backup, back_up
from store.model.times import system_clock
from tui import __version__
from tui.cli.console import Counter, put_json, tell
from tui.cli.context import paths_of
from tui.rendering.wording import count

T = TypeVar("T")


def backup(options: argparse.Namespace) -> int:
    """Write the library into one file; or, with `--auto`, keep one of the last days."""
    if options.auto:
        return _automatic(options)
    library = paths_of(options).library
    made = run_with_progress(
        "backup", back_up(library, options.file, system_clock, __version__, force=options.force)
    )
    for problem in made.problems:
        tell(f"taken as it is: {problem}")
    if options.json:
        put_json(_fields(made))
    else:
        tell(
            f"backup of {count(made.articles, 'article')} and {count(made.events, 'event')}"
            f" in {made.path} ({_kilobytes(made.size)})"
        )
    return 1 if made.problems else 0


def _fields(made: Made) -> dict[str, object]:
    return {
        "file": str(made.path),
        "bytes": made.size,
        "articles": made.articles,
        "events": made.events,
        "problems": made.problems,
    }


def _kilobytes(size: int) -> str:
    return f"{max(1, round(size / 1000)):,} KB"


def _automatic(options: argparse.Namespace) -> int:
    """Says nothing unless something is wrong, as a scheduled job should."""
    problems: list[str] = []
    path = run_with_progress(
        "backup", auto_backup(paths_of(options), system_clock, __version__), problems
    )
    for problem in problems:
        tell(problem)
    if options.json:
        put_json({"file": str(path) if path else None, "problems": problems})
    return 1 if problems else 0


def run_with_progress(
    label: str, steps: Generator[Progress, None, T], problems: list[str] | None = None
) -> T:
    """Run the steps of a backup or a restore with a progress bar."""
    with Counter(label).running() as counter, closing(steps):
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            counter.tell(f"{progress.done / 1e6:,.1f} of {progress.total / 1e6:,.1f} MB")
            if problems is not None:
                problems += progress.problems

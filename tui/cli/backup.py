"""Commands that keep the library safe: backup, restore."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

from store.backup.archive import BackupProgress
from store.backup.backup import BackupResult, make_auto_backup, make_backup
from store.model.times import system_clock
from tui import __version__
from tui.cli.console import ProgressLine, print_json, print_message
from tui.cli.context import resolve_paths
from tui.rendering.wording import format_count

T = TypeVar("T")


def run_backup(options: argparse.Namespace) -> int:
    """Write the library into one file; or, with `--auto`, keep one of the last days."""
    if options.auto:
        return _run_auto_backup(options)
    library = resolve_paths(options).library
    made = run_with_progress(
        "backup", make_backup(library, options.file, system_clock, __version__, force=options.force)
    )
    for problem in made.problems:
        print_message(f"taken as it is: {problem}")
    if options.json:
        print_json(_result_json(made))
    else:
        print_message(
            f"backup of {format_count(made.articles, 'article')} and {format_count(made.events, 'event')}"
            f" in {made.path} ({_format_kilobytes(made.size)})"
        )
    return 1 if made.problems else 0


def _result_json(made: BackupResult) -> dict[str, object]:
    return {
        "file": str(made.path),
        "bytes": made.size,
        "articles": made.articles,
        "events": made.events,
        "problems": made.problems,
    }


def _format_kilobytes(size: int) -> str:
    return f"{max(1, round(size / 1000)):,} KB"


def _run_auto_backup(options: argparse.Namespace) -> int:
    """Says nothing unless something is wrong, as a scheduled job should."""
    problems: list[str] = []
    path = run_with_progress(
        "backup", make_auto_backup(resolve_paths(options), system_clock, __version__), problems
    )
    for problem in problems:
        print_message(problem)
    if options.json:
        print_json({"file": str(path) if path else None, "problems": problems})
    return 1 if problems else 0


def run_with_progress(
    label: str, steps: Generator[BackupProgress, None, T], problems: list[str] | None = None
) -> T:
    """Run the steps of a backup or a restore with a progress bar."""
    with ProgressLine(label).display() as counter, closing(steps):
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            counter.update(f"{progress.done / 1e6:,.1f} of {progress.total / 1e6:,.1f} MB")
            if problems is not None:
                problems += progress.problems

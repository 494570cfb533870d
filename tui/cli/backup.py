"""`newstui backup`: back up the library to a file."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

from store.backup.archive import BackupProgress
from store.backup.backup import make_auto_backup, make_backup
from store.model.times import system_clock
from tui import __version__
from tui.cli.console import ProgressLine, print_json, print_message, print_messages
from tui.cli.context import resolve_paths
from tui.cli.exit_codes import exit_code
from tui.rendering.wording import format_count

T = TypeVar("T")


def run_backup(options: argparse.Namespace) -> int:
    """Back up the library to a file, or make the backup of the day with `--auto`."""
    if options.auto:
        return _run_auto_backup(options)
    library = resolve_paths(options).library
    made = run_with_progress(
        "backup", make_backup(library, options.file, system_clock, __version__, force=options.force)
    )
    print_messages(f"backed up a damaged file: {problem}" for problem in made.problems)
    if options.json:
        print_json(
            {
                "file": str(made.path),
                "bytes": made.size,
                "articles": made.articles,
                "events": made.events,
                "problems": made.problems,
            }
        )
    else:
        counts = (
            f"{format_count(made.articles, 'article')} and {format_count(made.events, 'event')}"
        )
        size = f"{max(1, round(made.size / 1000)):,} KB"
        print_message(f"backed up {counts} to {made.path} ({size})")
    return exit_code(failed=made.problems)


def _run_auto_backup(options: argparse.Namespace) -> int:
    """Print nothing unless something is wrong, as a scheduled job should."""
    problems: list[str] = []
    path = run_with_progress(
        "backup", make_auto_backup(resolve_paths(options), system_clock, __version__), problems
    )
    print_messages(problems)
    if options.json:
        print_json({"file": str(path) if path else None, "problems": problems})
    return exit_code(failed=problems)


def run_with_progress(
    label: str, steps: Generator[BackupProgress, None, T], problems: list[str] | None = None
) -> T:
    """Run a backup or a restore, show its progress, and return its result.

    Args:
        label: What is running.
        steps: The backup or restore.
        problems: Receives the problems that were met.
    """
    with ProgressLine(label).display() as line, closing(steps):
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            line.update(f"{progress.done / 1e6:,.1f} of {progress.total / 1e6:,.1f} MB")
            if problems is not None:
                problems += progress.problems

"""`newstui backup`: back up the library to a file."""

from __future__ import annotations

import argparse

from store.backup.archive import BackupProgress
from store.backup.backup import make_auto_backup, make_backup
from store.model.times import system_clock
from tui import __version__
from tui.cli.console import print_json, print_message, print_messages, run_with_progress
from tui.cli.context import resolve_paths
from tui.rendering.wording import format_count


def run_backup(options: argparse.Namespace) -> bool:
    """Back up the library to a file, or make the backup of the day with `--auto`."""
    if options.auto:
        return _run_auto_backup(options)
    library = resolve_paths(options).library
    steps = make_backup(library, options.file, system_clock, __version__, force=options.force)
    made = run_with_progress("backup", steps, describe_progress)
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
        articles, events = (
            format_count(made.articles, "article"),
            format_count(made.events, "event"),
        )
        size = f"{max(1, round(made.size / 1000)):,} KB"
        print_message(f"backed up {articles} and {events} to {made.path} ({size})")
    return bool(made.problems)


def _run_auto_backup(options: argparse.Namespace) -> bool:
    """Print nothing unless something is wrong, as a scheduled job should."""
    problems: list[str] = []

    def describe(step: BackupProgress) -> str:
        problems.extend(step.problems)
        return describe_progress(step)

    steps = make_auto_backup(resolve_paths(options), system_clock, __version__)
    path = run_with_progress("backup", steps, describe)
    print_messages(problems)
    if options.json:
        print_json({"file": str(path) if path else None, "problems": problems})
    return bool(problems)


def describe_progress(step: BackupProgress) -> str:
    """Return the progress of a backup or a restore in words."""
    return f"{step.done / 1e6:,.1f} of {step.total / 1e6:,.1f} MB"

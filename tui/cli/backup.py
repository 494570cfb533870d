"""Commands that keep the library safe: backup, restore."""

from __future__ import annotations

import argparse
import os
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from store.backup.archive import Progress
from store.backup.backup import Made, auto_backup, back_up
from store.backup.restore import restore
from store.model.times import system_clock
from store.system.machine import machine_name
from tui import __version__
from tui.cli.opening import paths_of
from tui.cli.output import Counter, put_json, tell
from tui.rendering.wording import count

T = TypeVar("T")


def backup(options: argparse.Namespace) -> int:
    """Write the library into one file; or, with `--auto`, keep one of the last days."""
    if options.auto:
        return _automatic(options)
    library = paths_of(options).library
    made = _run(
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
    path = _run("backup", auto_backup(paths_of(options), system_clock, __version__), problems)
    for problem in problems:
        tell(problem)
    if options.json:
        put_json({"file": str(path) if path else None, "problems": problems})
    return 1 if problems else 0


def bring_back(options: argparse.Namespace) -> int:
    """Restore a backup; a file that is another one in the library costs a line."""
    paths = paths_of(options)
    library: Path = options.into or paths.library
    machine = machine_name(paths.state, os.environ)
    steps = restore(options.file, library, machine, system_clock, merge=options.merge)
    restored = _run("restore", steps)
    for line in restored.refused:
        tell(line)
    if options.json:
        put_json(
            {
                "library": str(library),
                "articles": restored.articles,
                "events": restored.events,
                "added": restored.files,
                "there": restored.there,
                "refused": len(restored.refused),
            }
        )
    else:
        there = f", {restored.there:,} there already" if restored.there else ""
        refused = f", {len(restored.refused):,} refused" if restored.refused else ""
        tell(
            f"restored {count(restored.articles, 'article')} and {count(restored.events, 'event')}"
            f" into {library} ({count(restored.files, 'file')} added{there}{refused})"
        )
    return 1 if restored.refused else 0


def _run(label: str, steps: Generator[Progress, None, T], problems: list[str] | None = None) -> T:
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

"""`newstui restore`: restore a backup."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from store.backup.restore import restore_backup
from store.model.times import system_clock
from store.system.machine import machine_name
from tui.cli.backup import run_with_progress
from tui.cli.console import print_json, print_message
from tui.cli.context import resolve_paths
from tui.rendering.wording import format_count


def run_restore(options: argparse.Namespace) -> int:
    """Restore a backup; a file that is another one in the library costs a line."""
    paths = resolve_paths(options)
    library: Path = options.into or paths.library
    machine = machine_name(paths.state, os.environ)
    steps = restore_backup(options.file, library, machine, system_clock, merge=options.merge)
    restored = run_with_progress("restore", steps)
    for line in restored.skipped:
        print_message(line)
    if options.json:
        print_json(
            {
                "library": str(library),
                "articles": restored.articles,
                "events": restored.events,
                "added": restored.files,
                "there": restored.unchanged,
                "refused": len(restored.skipped),
            }
        )
    else:
        there = f", {restored.unchanged:,} there already" if restored.unchanged else ""
        refused = f", {len(restored.skipped):,} refused" if restored.skipped else ""
        print_message(
            f"restored {format_count(restored.articles, 'article')} and {format_count(restored.events, 'event')}"
            f" into {library} ({format_count(restored.files, 'file')} added{there}{refused})"
        )
    return 1 if restored.skipped else 0

"""`newstui restore`: restore a backup."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from store.backup.restore import restore_backup
from store.model.times import system_clock
from store.system.machine import machine_name
from tui.cli.backup import run_with_progress
from tui.cli.console import print_json, print_message, print_messages
from tui.cli.context import resolve_paths
from tui.cli.exit_codes import exit_code
from tui.rendering.wording import format_count, join_nonempty


def run_restore(options: argparse.Namespace) -> int:
    """Restore a backup; files that differ from those of the library are skipped."""
    paths = resolve_paths(options)
    library: Path = options.into or paths.library
    machine = machine_name(paths.state, os.environ)
    steps = restore_backup(options.file, library, machine, system_clock, merge=options.merge)
    restored = run_with_progress("restore", steps)
    print_messages(restored.skipped)
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
        articles = format_count(restored.articles, "article")
        events = format_count(restored.events, "event")
        files = (
            f"{format_count(restored.files, 'file')} added",
            f"{restored.unchanged:,} already there" if restored.unchanged else "",
            f"{len(restored.skipped):,} skipped" if restored.skipped else "",
        )
        print_message(
            f"restored {articles} and {events} to {library} ({join_nonempty(files, ', ')})"
        )
    return exit_code(failed=restored.skipped)

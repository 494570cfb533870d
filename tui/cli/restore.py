"""`newstui restore`: restore a backup."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from store.backup.restore import restore_backup
from store.model.times import system_clock
from store.system.machine import machine_name
from tui.cli.backup import describe_progress
from tui.cli.console import print_json, print_message, print_messages, run_with_progress
from tui.cli.context import resolve_paths
from tui.rendering.wording import describe_added, format_count


def run_restore(options: argparse.Namespace) -> bool:
    """Restore a backup; files that differ from those of the library are skipped."""
    paths = resolve_paths(options)
    library: Path = options.into or paths.library
    machine = machine_name(paths.state, os.environ)
    steps = restore_backup(options.file, library, machine, system_clock, merge=options.merge)
    restored = run_with_progress("restore", steps, describe_progress)
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
        files = describe_added(restored.files, "file", restored.unchanged, len(restored.skipped))
        print_message(f"restored {articles} and {events} to {library} ({files})")
    return bool(restored.skipped)

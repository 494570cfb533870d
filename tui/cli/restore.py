"""`newstui restore`: restore a backup."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from store.backup.restore import restore
from store.model.times import system_clock
from store.system.machine import machine_name
from tui.cli.backup import run_with_progress
from tui.cli.console import put_json, tell
from tui.cli.context import paths_of
from tui.rendering.wording import count


def bring_back(options: argparse.Namespace) -> int:
    """Restore a backup; a file that is another one in the library costs a line."""
    paths = paths_of(options)
    library: Path = options.into or paths.library
    machine = machine_name(paths.state, os.environ)
    steps = restore(options.file, library, machine, system_clock, merge=options.merge)
    restored = run_with_progress("restore", steps)
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

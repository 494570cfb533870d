"""`newstui compact`: purge the texts of deleted articles and obsolete events."""

from __future__ import annotations

import argparse
import os
from contextlib import closing

from store.maintenance.compact import CompactResult, compact_library
from store.model.times import system_clock
from store.system.machine import machine_name
from tui.cli.console import print_json, print_message, print_messages, run_with_progress
from tui.cli.context import load_with_progress, resolve_paths
from tui.rendering.wording import describe_loading, format_count
from tui.services import open_library


def run_compact(options: argparse.Namespace) -> bool:
    """Compact the files of this machine and print what was freed."""
    paths = resolve_paths(options)
    machine = machine_name(paths.state, os.environ)
    steps = compact_library(paths.library, machine, system_clock, dry_run=options.dry_run)
    result = run_with_progress(
        "compact", steps, lambda step: describe_loading(step.done, step.total, history=True)
    )
    if result.bytes_before and not options.dry_run:
        with closing(open_library(paths)) as library:
            load_with_progress(library)  # saves a snapshot of the compacted history
    print_messages(result.problems)
    if result.damaged_lines_path:
        print_message(f"damaged lines moved to {result.damaged_lines_path}")
    if options.json:
        print_json(
            {
                "texts": result.texts,
                "events": result.events,
                "damaged": result.damaged,
                "before": result.bytes_before,
                "after": result.bytes_after,
                "problems": result.problems,
            }
        )
    else:
        print_message(_describe_result(result, dry_run=options.dry_run))
    return bool(result.problems)


def _describe_result(result: CompactResult, *, dry_run: bool) -> str:
    counts = ((result.texts, "text"), (result.events, "event"), (result.damaged, "damaged line"))
    removed = ", ".join(format_count(number, noun) for number, noun in counts if number)
    if not removed:
        return "nothing to compact"
    freed = f"{max(0, result.bytes_before - result.bytes_after) / 1000:,.1f} KB"
    verbs = ("would remove", "freeing") if dry_run else ("removed", "freed")
    return f"{verbs[0]} {removed}, {verbs[1]} {freed}"

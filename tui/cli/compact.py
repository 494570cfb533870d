"""`newstui compact`: free the space of what was deleted long ago."""

from __future__ import annotations

import argparse
import os

from store.maintenance.compact import CompactProgress, CompactResult
from store.maintenance.compact import compact_library as compacting
from store.model.times import system_clock
from store.system.machine import machine_name
from tui.cli.console import ProgressLine, print_json, print_message
from tui.cli.context import load_with_progress, resolve_paths
from tui.rendering.wording import describe_loading, format_count
from tui.services import open_library


def run_compact(options: argparse.Namespace) -> int:
    """Compact what this machine has written, and say what was freed."""
    paths = resolve_paths(options)
    machine = machine_name(paths.state, os.environ)
    steps = compacting(paths.library, machine, system_clock, dry_run=options.dry_run)
    with ProgressLine("compact").display() as counter:
        while True:
            try:
                step: CompactProgress = next(steps)
            except StopIteration as end:
                done: CompactResult = end.value
                break
            counter.update(describe_loading(step.done, step.total, history=True))
    if done.bytes_before and not options.dry_run:
        load_with_progress(open_library(paths))  # makes a snapshot of the history as it is now
    for problem in done.problems:
        print_message(problem)
    if done.damaged_lines_path:
        print_message(f"the damaged lines are kept in {done.damaged_lines_path}")
    if options.json:
        print_json(_result_json(done))
    else:
        print_message(_describe_result(done, dry_run=options.dry_run))
    return 1 if done.problems else 0


def _result_json(done: CompactResult) -> dict[str, object]:
    return {
        "texts": done.texts,
        "events": done.events,
        "damaged": done.damaged,
        "before": done.bytes_before,
        "after": done.bytes_after,
        "problems": done.problems,
    }


def _describe_result(done: CompactResult, *, dry_run: bool) -> str:
    parts = [
        format_count(number, noun)
        for number, noun in (
            (done.texts, "text"),
            (done.events, "event"),
            (done.damaged, "damaged line"),
        )
        if number
    ]
    if not parts:
        return "nothing to compact"
    freed = f"{max(0, done.bytes_before - done.bytes_after) / 1000:,.1f} KB"
    if dry_run:
        return f"{', '.join(parts)} would be removed, {freed} to be freed"
    return f"{', '.join(parts)} removed, {freed} freed"

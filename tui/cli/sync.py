"""`newstui sync`: exchange what is new with another library."""

from __future__ import annotations

import argparse

from store.library.sync import (
    SyncMarks,
    SyncResult,
    marks_path,
    read_marks,
    sync_libraries,
    write_marks,
)
from tui.cli.console import print_json, print_message, print_messages, run_with_progress
from tui.cli.context import open_loaded_library, resolve_paths
from tui.cli.copy import (
    check_libraries,
    describe_parts,
    describe_progress,
    identify_library,
    open_named_library,
    result_to_dict,
)


def run_sync(options: argparse.Namespace) -> bool:
    """Exchange what is new; what cannot be read is skipped."""
    paths = resolve_paths(options)
    check_libraries(paths.database or str(paths.library), options.other)
    file = marks_path(paths.cache, str(identify_library(options.other)))
    with (
        open_loaded_library(options) as library,
        open_named_library(options.other) as other,
    ):
        marks = SyncMarks() if options.all else read_marks(file)
        steps = sync_libraries(library, other, marks)
        done = run_with_progress("sync", steps, _describe)
    write_marks(file, done.marks)
    rejected = (*done.sent.rejected, *done.received.rejected)
    print_messages(f"{each.location}: {each.reason}" for each in rejected)
    if options.json:
        print_json({"sent": result_to_dict(done.sent), "received": result_to_dict(done.received)})
    else:
        sent, received = describe_parts(done.sent), describe_parts(done.received)
        print_message(f"sent {sent}; received {received}")
    return bool(rejected)


def _describe(done: SyncResult) -> str:
    return f"sent {describe_progress(done.sent)}; received {describe_progress(done.received)}"

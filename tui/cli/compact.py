"""`newstui compact`: free the space of what was deleted long ago."""

from __future__ import annotations

import argparse
import os

from store.maintenance.compact import Compacted, Compacting
from store.maintenance.compact import compact as compacting
from store.model.times import system_clock
from store.system.machine import machine_name
from tui.cli.console import Counter, put_json, tell
from tui.cli.context import load, paths_of
from tui.rendering.wording import count, progress
from tui.services import unloaded


def compact(options: argparse.Namespace) -> int:
    """Compact what this machine has written, and say what was freed."""
    paths = paths_of(options)
    machine = machine_name(paths.state, os.environ)
    steps = compacting(paths.library, machine, system_clock, dry_run=options.dry_run)
    with Counter("compact").running() as counter:
        while True:
            try:
                step: Compacting = next(steps)
            except StopIteration as end:
                done: Compacted = end.value
                break
            counter.tell(progress(step.done, step.total, history=True))
    if done.before and not options.dry_run:
        load(unloaded(paths))  # makes a snapshot of the history as it is now
    for problem in done.problems:
        tell(problem)
    if done.aside:
        tell(f"the damaged lines are kept in {done.aside}")
    if options.json:
        put_json(_fields(done))
    else:
        tell(_summary(done, dry_run=options.dry_run))
    return 1 if done.problems else 0


def _fields(done: Compacted) -> dict[str, object]:
    return {
        "texts": done.texts,
        "events": done.events,
        "damaged": done.damaged,
        "before": done.before,
        "after": done.after,
        "problems": done.problems,
    }


def _summary(done: Compacted, *, dry_run: bool) -> str:
    parts = [
        count(number, noun)
        for number, noun in (
            (done.texts, "text"),
            (done.events, "event"),
            (done.damaged, "damaged line"),
        )
        if number
    ]
    if not parts:
        return "nothing to compact"
    freed = f"{max(0, done.before - done.after) / 1000:,.1f} KB"
    if dry_run:
        return f"{', '.join(parts)} would be removed, {freed} to be freed"
    return f"{', '.join(parts)} removed, {freed} freed"

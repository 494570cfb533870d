"""What happened to articles, as the journals of all machines tell it: for statistics.

The reading state answers everything else. A journal may have a million lines, so most are passed
over by a look at their bytes, and it is read in steps.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

from store.journal.events import Event, decode_event
from store.journal.writer import find_writer
from store.model.results import UndoableChange
from store.model.times import format_timestamp, from_microseconds
from store.system.line_files import read_lines_backwards

HISTORY_BATCH_SIZE = 10_000
"""Lines looked at between two steps."""


def read_history(
    journals: Sequence[Path], kinds: Collection[str], last: int | None = None
) -> Iterator[list[Event]]:
    """Events of some kinds, machine by machine in the order they were written, in steps.

    What was undone is left out; so is what cannot be read, of which one is told elsewhere.

    Args:
        journals: The files.
        kinds: Which events.
        last: How many lines of each journal are looked at, from its end; all if it is None.
    """
    writers = {path: find_writer(path)[0] for path in journals}
    undone = set()
    for path, machine in writers.items():
        for lines in _read_batches(path, {"undone"}, last):
            undone |= {(each.data["of"], each.articles) for each in _decode_lines(lines, machine)}
            yield []
    copied = {machine for machine, files in Counter(writers.values()).items() if files > 1}
    seen: set[int] = set()
    for path, machine in writers.items():
        for lines in _read_batches(path, kinds, last):
            if machine in copied:
                lines = [line for line in lines if hash(line) not in seen]
                seen.update(map(hash, lines))
            yield [
                event
                for event in _decode_lines(lines, machine)
                if event.kind in kinds and (event.stamp, event.articles) not in undone
            ]


def _read_batches(path: Path, kinds: Collection[str], last: int | None) -> Iterator[list[bytes]]:
    """The lines that may be of these kinds; a list for every so many lines of the file."""
    wanted = re.compile('"event":"(?:{})"'.format("|".join(kinds)).encode()).search
    with contextlib.suppress(OSError), path.open("rb") as file:
        lines: Iterator[bytes] = file
        if last is not None:
            lines = reversed(list(islice(read_lines_backwards(path), last)))
        while some := list(islice(lines, HISTORY_BATCH_SIZE)):
            yield list(filter(wanted, some))


def _decode_lines(lines: Sequence[bytes], machine: str) -> Iterator[Event]:
    for line in lines:
        with contextlib.suppress(ValueError):  # torn or damaged
            event = decode_event(line, machine)
            if event is not None:
                yield event


def undo_entry(event: Event) -> UndoableChange:
    """A change as it is listed among those that can be taken back."""
    return UndoableChange(
        event.kind, event.articles, format_timestamp(from_microseconds(event.at)), event.data
    )

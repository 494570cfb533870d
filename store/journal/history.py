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

from store.journal.events import Event, decode
from store.journal.writer import writer_of
from store.model.results import Undone
from store.model.times import from_micros, iso
from store.system.line_files import lines_backwards

STEP = 10_000
"""Lines looked at between two steps."""


def events_of(
    journals: Sequence[Path], kinds: Collection[str], last: int | None = None
) -> Iterator[list[Event]]:
    """Events of some kinds, machine by machine in the order they were written, in steps.

    What was undone is left out; so is what cannot be read, of which one is told elsewhere.

    Args:
        journals: The files.
        kinds: Which events.
        last: How many lines of each journal are looked at, from its end; all if it is None.
    """
    writers = {path: writer_of(path)[0] for path in journals}
    undone = set()
    for path, machine in writers.items():
        for lines in _read(path, {"undone"}, last):
            undone |= {(each.data["of"], each.articles) for each in _decoded(lines, machine)}
            yield []
    copied = {machine for machine, files in Counter(writers.values()).items() if files > 1}
    seen: set[int] = set()
    for path, machine in writers.items():
        for lines in _read(path, kinds, last):
            if machine in copied:
                lines = [line for line in lines if hash(line) not in seen]
                seen.update(map(hash, lines))
            yield [
                event
                for event in _decoded(lines, machine)
                if event.kind in kinds and (event.stamp, event.articles) not in undone
            ]


def _read(path: Path, kinds: Collection[str], last: int | None) -> Iterator[list[bytes]]:
    """The lines that may be of these kinds; a list for every so many lines of the file."""
    wanted = re.compile('"event":"(?:{})"'.format("|".join(kinds)).encode()).search
    with contextlib.suppress(OSError), path.open("rb") as file:
        lines: Iterator[bytes] = file
        if last is not None:
            lines = reversed(list(islice(lines_backwards(path), last)))
        while some := list(islice(lines, STEP)):
            yield list(filter(wanted, some))


def _decoded(lines: Sequence[bytes], machine: str) -> Iterator[Event]:
    for line in lines:
        with contextlib.suppress(ValueError):  # torn or damaged
            event = decode(line, machine)
            if event is not None:
                yield event


def undone(event: Event) -> Undone:
    """A change as it is listed among those that can be taken back."""
    return Undone(event.kind, event.articles, iso(from_micros(event.at)), event.data)

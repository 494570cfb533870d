"""What happened to articles, as the journals of all machines tell it: for statistics.

The reading state answers everything else. A journal may have a million lines, so most are passed
over by a look at their bytes, and it is read in steps.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

from store.conflicts import writer_of
from store.events import Event, decode

STEP = 10_000
"""Lines looked at between two steps."""
BEGIN, END = len(b'{"at":"'), len(b'{"at":"2031-05-06T07:08:09')
"""Where the time stands in a line that was written by us."""


def events_of(
    journals: Sequence[Path], kinds: Collection[str], since: str = ""
) -> Iterator[list[Event]]:
    """Events of some kinds, machine by machine in the order they were written, in steps.

    What was undone is left out; so is what cannot be read, of which one is told elsewhere.

    Args:
        journals: The files.
        kinds: Which events.
        since: From which time on, in our form.
    """
    writers = {path: writer_of(path)[0] for path in journals}
    undone = set()
    for path, machine in writers.items():
        for lines in _read(path, {"undone"}):
            undone |= {(each.data["of"], each.articles) for each in _decoded(lines, machine)}
            yield []
    copied = {machine for machine, files in Counter(writers.values()).items() if files > 1}
    seen: set[int] = set()
    for path, machine in writers.items():
        for lines in _read(path, kinds, since):
            if machine in copied:
                lines = [line for line in lines if hash(line) not in seen]
                seen.update(map(hash, lines))
            yield [
                event
                for event in _decoded(lines, machine)
                if event.kind in kinds and (event.stamp, event.articles) not in undone
            ]


def _read(path: Path, kinds: Collection[str], since: str = "") -> Iterator[list[bytes]]:
    """The lines that may be of these kinds; a list for every so many lines of the file."""
    marks = [f'"{kind}"'.encode() for kind in kinds]
    first = since[: END - BEGIN].encode()
    with contextlib.suppress(OSError), path.open("rb") as file:
        while lines := list(islice(file, STEP)):
            if first:
                lines = [line for line in lines if line[BEGIN:END] >= first]
            yield [line for line in lines if any(mark in line for mark in marks)]


def _decoded(lines: Sequence[bytes], machine: str) -> Iterator[Event]:
    for line in lines:
        with contextlib.suppress(ValueError):  # torn or damaged
            event = decode(line, machine)
            if event is not None:
                yield event

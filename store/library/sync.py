"""Exchange between two libraries: each gets what it lacks from the other; afterwards both are the same.

Both may have been changed in the meantime, for weeks: an event has one machine that wrote it and its
place in the order, so there is nothing to merge. Marks of the last exchange, in the cache, save
comparing everything; without them everything is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from store.library.transfer import (
    TransferMarks,
    TransferResult,
    copy_library,
)
from store.system.files import make_folder, read_regular, write_atomically

if TYPE_CHECKING:
    from store.library.protocol import Library


@dataclass(frozen=True, slots=True)
class SyncMarks:
    """Up to where two libraries were exchanged."""

    sent: TransferMarks = field(default_factory=TransferMarks)
    received: TransferMarks = field(default_factory=TransferMarks)


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The numbers of what was exchanged so far, all of it stored."""

    sent: TransferResult = field(default_factory=TransferResult)
    received: TransferResult = field(default_factory=TransferResult)

    @property
    def marks(self) -> SyncMarks:
        """Up to where the libraries are exchanged."""
        return SyncMarks(self.sent.marks, self.received.marks)


def sync_libraries(
    library: Library, other: Library, since: SyncMarks
) -> Generator[SyncResult, None, SyncResult]:
    """Copy what each of two libraries lacks, in steps; both are loaded.

    Raises:
        LibraryReadOnly, LibraryBusy, SaveFailed: Up to the last step, everything is stored.
    """
    is_known = library.transfer.has_reached(since.sent) and other.transfer.has_reached(
        since.received
    )
    marks = since if is_known else SyncMarks()
    sent = copy_library(library, other, marks.sent)
    result = yield from _run(sent, lambda step: SyncResult(sent=step))
    received = copy_library(other, library, _add_agreed(marks.received, result.sent.marks))
    result = yield from _run(received, partial(SyncResult, result.sent))
    agreed = result.received.marks
    sent_marks = replace(result.sent.marks, feeds=agreed.feeds, searches=agreed.searches)
    return replace(result, sent=replace(result.sent, marks=sent_marks))


def _run(
    steps: Generator[TransferResult, None, TransferResult],
    wrap: Callable[[TransferResult], SyncResult],
) -> Generator[SyncResult, None, SyncResult]:
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return wrap(end.value)
        yield wrap(step)


def _add_agreed(marks: TransferMarks, sent: TransferMarks) -> TransferMarks:
    """Return marks with what both have had alike since: what is missing later was removed."""
    return replace(
        marks,
        feeds={**marks.feeds, **sent.feeds},
        searches={**marks.searches, **sent.searches},
    )


def marks_path(cache: Path, other: str) -> Path:
    """Return the file with the marks of a library in its cache, by the name of the other one."""
    digest = sha256(other.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return cache / f"sync-{digest}.json"


def read_marks(path: Path) -> SyncMarks:
    """Return the marks in a file; empty ones if they are lost."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        found = orjson.loads(read_regular(path))
        return SyncMarks(_parse_marks(found["sent"]), _parse_marks(found["received"]))
    return SyncMarks()


def _parse_marks(found: Mapping[str, Any]) -> TransferMarks:
    marks = TransferMarks(**found)
    if not all(isinstance(each, dict) for each in found.values()):
        raise ValueError("not marks")
    return marks


def write_marks(path: Path, marks: SyncMarks) -> None:
    """Write the marks.

    Raises:
        LibraryUnavailable, SaveFailed: They were not written; the next exchange takes longer.
    """
    make_folder(path.parent)
    write_atomically(path, orjson.dumps(asdict(marks)))

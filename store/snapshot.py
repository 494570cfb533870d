"""The reading state of the whole library in one derived file, so that a start reads no history.

The snapshot may be deleted, damaged or from another version at any time: then the journals are
read from their beginning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.errors import LibraryDamaged
from store.reading import Marks, ReadingState
from store.segments import JsonStorage

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The reading state and how much of which journal it covers."""

    state: ReadingState
    covered: Mapping[str, Sequence[Any]]
    """Journal file name -> offset in bytes and the last bytes before it (hex)."""
    newest: int
    """The order of the latest event covered."""


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot.

    Raises:
        NotSaved: The disk refused.
    """
    meta = {
        "format": FORMAT,
        "journals": snapshot.covered,
        "newest": snapshot.newest,
        "undone": sorted(snapshot.state.undone),
    }
    documents = {
        str(number): {"article": article, **marks.to_json()}
        for number, (article, marks) in enumerate(snapshot.state.marks.items(), 1)
    }
    JsonStorage(path).write({"_meta": {"1": meta}, "reading": documents})


def read_snapshot(path: Path) -> Snapshot | None:
    """The snapshot, or None where there is none that can be used."""
    try:
        tables = JsonStorage(path).read() or {}
        meta = tables["_meta"]["1"]
        if meta["format"] != FORMAT:
            return None
        marks = {
            document.pop("article"): Marks.from_json(document)
            for document in tables["reading"].values()
        }
        state = ReadingState(marks, set(meta["undone"]))
        return Snapshot(state, dict(meta["journals"]), int(meta["newest"]))
    except (LibraryDamaged, KeyError, TypeError, ValueError, AttributeError):
        return None

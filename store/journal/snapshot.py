"""The reading state of the whole library in one derived file, so that a start reads no history.

The snapshot may be deleted, damaged or from another version at any time: then the journals are
read from their beginning. It is a TinyDB file whose last value is a checksum of all before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from store.journal.reading_state import Marks, ReadingState
from store.model.errors import NotSaved
from store.system.files import make_folder, write_atomic

FORMAT = 2

_CRC = b',"crc":"'
_END = b'%08x"}}}\n'


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The reading state and how much of which journal it covers."""

    state: ReadingState
    covered: Mapping[str, tuple[int, bytes, bytes]]
    """Journal file name -> offset in bytes, the last bytes before it, the first of the file."""
    newest: int
    """The order of the latest event covered."""


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot, creating its folder if need be.

    Raises:
        LibraryUnavailable: The folder cannot be created.
        NotSaved: The disk refused.
    """
    meta = {
        "format": FORMAT,
        "journals": {
            name: (at, proof.hex(), head.hex())
            for name, (at, proof, head) in snapshot.covered.items()
        },
        "newest": snapshot.newest,
        "undone": sorted(snapshot.state.undone),
    }
    documents = {
        str(number): {"article": article, **marks.to_json()}
        for number, (article, marks) in enumerate(snapshot.state.marks.items(), 1)
    }
    try:
        data = orjson.dumps({"reading": documents, "_meta": {"1": meta}}).removesuffix(b"}}}")
    except orjson.JSONEncodeError as error:
        raise NotSaved(f"Not saved: {error} ({path})") from error
    make_folder(path.parent)
    write_atomic(path, data + _CRC + _END % crc32(data))


def read_snapshot(path: Path) -> Snapshot | None:
    """The snapshot, or None where there is none that can be used."""
    try:
        data = path.read_bytes()
        body, _, end = data.rpartition(_CRC)
        if end != _END % crc32(body):
            return None
        tables = orjson.loads(data)
        meta: Mapping[str, Any] = tables["_meta"]["1"]
        if meta["format"] != FORMAT:
            return None
        marks = {
            document.pop("article"): Marks.from_json(document)
            for document in tables["reading"].values()
        }
        covered = {
            name: (int(at), bytes.fromhex(proof), bytes.fromhex(head))
            for name, (at, proof, head) in meta["journals"].items()
        }
        return Snapshot(
            ReadingState(
                marks, [(int(stamp), int(articles)) for stamp, articles in meta["undone"]]
            ),
            covered,
            int(meta["newest"]),
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return None

"""The reading state in one derived file, so that a start need not read the journals.

The snapshot may be deleted, damaged or from another version at any time; the journals are then read
from their beginning. It is a TinyDB file whose last value is a checksum of everything before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from store.journal.reading_state import ArticleState, ReadingState
from store.model.errors import SaveFailed
from store.system.files import make_folder, write_atomically

SNAPSHOT_FORMAT = 2

_CRC_KEY = b',"crc":"'
_CRC_END = b'%08x"}}}\n'


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A reading state, and how much of each journal it covers."""

    state: ReadingState
    cursors: Mapping[str, tuple[int, bytes, bytes]]
    """By journal file name: offset in bytes, the bytes before it, the first bytes of the file."""
    latest_order: int
    """The order of the latest event covered."""


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot, creating its folder if need be.

    Raises:
        LibraryUnavailable: The folder cannot be created.
        SaveFailed: The snapshot could not be written.
    """
    meta = {
        "format": SNAPSHOT_FORMAT,
        "journals": {
            name: (offset, tail.hex(), head.hex())
            for name, (offset, tail, head) in snapshot.cursors.items()
        },
        "newest": snapshot.latest_order,
        "undone": sorted(snapshot.state.undone_ids),
    }
    documents = {
        str(number): {"article": article, **state.to_json()}
        for number, (article, state) in enumerate(snapshot.state.article_states.items(), 1)
    }
    try:
        data = orjson.dumps({"reading": documents, "_meta": {"1": meta}}).removesuffix(b"}}}")
    except orjson.JSONEncodeError as error:
        raise SaveFailed(str(error), path) from error
    make_folder(path.parent)
    write_atomically(path, data + _CRC_KEY + _CRC_END % crc32(data))


def read_snapshot(path: Path) -> Snapshot | None:
    """Return the snapshot, or None if it is missing or unusable."""
    try:
        data = path.read_bytes()
        body, _, end = data.rpartition(_CRC_KEY)
        if end != _CRC_END % crc32(body):
            return None
        tables = orjson.loads(data)
        meta: Mapping[str, Any] = tables["_meta"]["1"]
        if meta["format"] != SNAPSHOT_FORMAT:
            return None
        states = {
            document.pop("article"): ArticleState.from_json(document)
            for document in tables["reading"].values()
        }
        cursors = {
            name: (int(offset), bytes.fromhex(tail), bytes.fromhex(head))
            for name, (offset, tail, head) in meta["journals"].items()
        }
        return Snapshot(
            ReadingState(
                states, [(int(stamp), int(articles)) for stamp, articles in meta["undone"]]
            ),
            cursors,
            int(meta["newest"]),
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return None

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

from store.journal.reading_state import ArticleState, ReadingState
from store.model.errors import SaveFailed
from store.system.files import make_folder, write_atomically

SNAPSHOT_FORMAT = 2

_CRC_KEY = b',"crc":"'
_CRC_END = b'%08x"}}}\n'


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The reading state and how much of which journal it covers."""

    state: ReadingState
    cursors: Mapping[str, tuple[int, bytes, bytes]]
    """Journal file name -> offset in bytes, the last bytes before it, the first of the file."""
    latest_order: int
    """The order of the latest event covered."""


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot, creating its folder if need be.

    Raises:
        LibraryUnavailable: The folder cannot be created.
        NotSaved: The disk refused.
    """
    meta = {
        "format": SNAPSHOT_FORMAT,
        "journals": {
            name: (at, proof.hex(), head.hex())
            for name, (at, proof, head) in snapshot.cursors.items()
        },
        "newest": snapshot.latest_order,
        "undone": sorted(snapshot.state.undone_ids),
    }
    documents = {
        str(number): {"article": article, **marks.to_json()}
        for number, (article, marks) in enumerate(snapshot.state.article_states.items(), 1)
    }
    try:
        data = orjson.dumps({"reading": documents, "_meta": {"1": meta}}).removesuffix(b"}}}")
    except orjson.JSONEncodeError as error:
        raise SaveFailed(str(error), path) from error
    make_folder(path.parent)
    write_atomically(path, data + _CRC_KEY + _CRC_END % crc32(data))


def read_snapshot(path: Path) -> Snapshot | None:
    """The snapshot, or None where there is none that can be used."""
    try:
        data = path.read_bytes()
        body, _, end = data.rpartition(_CRC_KEY)
        if end != _CRC_END % crc32(body):
            return None
        tables = orjson.loads(data)
        meta: Mapping[str, Any] = tables["_meta"]["1"]
        if meta["format"] != SNAPSHOT_FORMAT:
            return None
        marks = {
            document.pop("article"): ArticleState.from_json(document)
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

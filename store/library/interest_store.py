"""The interests learnt last, kept in the cache alone: derived, and learnt again if deleted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from store.library.interest import InterestModel
from store.library.statistics import AVERAGE_PACE, Pace
from store.model.errors import LibraryUnavailable, SaveFailed
from store.system.files import make_folder, read_regular, write_atomically

INTERESTS_FILE = "interests.json"
INTERESTS_FORMAT = 1


@dataclass(frozen=True, slots=True)
class LearntInterests:
    """A model, the reading speed, and until when the journal had been read for them."""

    learnt_at: int = 0
    """In seconds since 1970."""
    model: InterestModel = field(default_factory=InterestModel)
    pace: Pace = AVERAGE_PACE


class InterestStore:
    """The file of one library's reader."""

    def __init__(self, folder: Path) -> None:
        """Use this folder."""
        self._path = folder / INTERESTS_FILE

    def read(self) -> LearntInterests:
        """Return what was learnt last; nothing if there is no usable file."""
        try:
            values = orjson.loads(read_regular(self._path))
            if values["format"] != INTERESTS_FORMAT:
                return LearntInterests()
            pace = Pace(*map(int, values["pace"]))
            model = InterestModel.from_json(values["model"])
            return LearntInterests(int(values["learnt_at"]), model, pace)
        except (OSError, ValueError, KeyError, TypeError):
            return LearntInterests()

    def save(self, learnt: LearntInterests) -> None:
        """Keep what was learnt; where that fails, it is learnt again next time."""
        values = {
            "format": INTERESTS_FORMAT,
            "learnt_at": learnt.learnt_at,
            "pace": list(learnt.pace),
            "model": learnt.model.to_json(),
        }
        with suppress(LibraryUnavailable, SaveFailed):
            make_folder(self._path.parent)
            write_atomically(self._path, orjson.dumps(values))

    def clear(self) -> None:
        """Forget what was learnt."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

"""The state of the reader that lasts from one session to the next: a file in the state folder.

Each value belongs to one part of the reader, which checks it: the file may be damaged, or from another version.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from store.model.errors import NewstuiError
from store.system.files import make_folder, read_regular, write_atomically

SESSION_FILE = "session.json"


class LastSession:
    """Values by name."""

    def __init__(self, state: Path | None = None) -> None:
        """Read the values from the state folder; without one, nothing is kept."""
        self._folder = state
        self._values = _read_values(state)
        self._saved = dict(self._values)

    def get(self, name: str) -> Any:
        """Return a value; None if there is none."""
        return self._values.get(name)

    def get_names(self, name: str) -> set[str]:
        """Return a value that is a set of names; empty if it is none."""
        found = self.get(name)
        return (
            {each for each in found if isinstance(each, str)} if isinstance(found, list) else set()
        )

    def set(self, name: str, value: Any) -> None:
        """Change a value, for `save`."""
        self._values[name] = value

    def set_names(self, name: str, names: Iterable[str]) -> None:
        """Change a value that is a set of names."""
        self.set(name, sorted(names))

    def save(self) -> None:
        """Write the values, if they changed; where that fails, the next session starts as this one did."""
        if self._folder is None or self._values == self._saved:
            return
        with contextlib.suppress(NewstuiError):
            make_folder(self._folder)
            write_atomically(self._folder / SESSION_FILE, orjson.dumps(self._values))
            self._saved = dict(self._values)


def _read_values(state: Path | None) -> dict[str, Any]:
    if state is None:
        return {}
    try:
        data = orjson.loads(read_regular(state / SESSION_FILE))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}

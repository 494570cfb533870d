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
LIBRARIES = "libraries"
"""The name of the values that belong to one library, by its folder."""
MAX_LIBRARIES = 50
"""Libraries whose values are kept."""


class LastSession:
    """Values by name."""

    def __init__(self, state: Path | None = None, library: Path | None = None) -> None:
        """Read the values from the state folder; without one, nothing is kept.

        Args:
            state: The state folder.
            library: The library, for the values that belong to one; None if it is not kept itself.
        """
        self._folder = state
        self._library = str(library) if library is not None else ""
        self.faults: tuple[str, ...] = ()
        """A line about a damaged file."""
        self._values = self._read_values()
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

    def get_of_library(self, name: str) -> Any:
        """Return a value of this library; None if there is none."""
        return self._library_values().get(name)

    def set_of_library(self, name: str, value: Any) -> None:
        """Change a value of this library, for `save`."""
        if self._library:
            values = self._library_values() | {name: value}
            others = {key: each for key, each in self._libraries().items() if key != self._library}
            latest = list(others.items())[1 - MAX_LIBRARIES :]
            self.set(LIBRARIES, {**dict(latest), self._library: values})

    def _libraries(self) -> dict[str, Any]:
        found = self.get(LIBRARIES)
        return found if isinstance(found, dict) else {}

    def _library_values(self) -> dict[str, Any]:
        found = self._libraries().get(self._library)
        return found if isinstance(found, dict) else {}

    def save(self) -> None:
        """Write the values, if they changed; where that fails, the next session starts as this one did."""
        if self._folder is None or self._values == self._saved:
            return
        with contextlib.suppress(NewstuiError):
            make_folder(self._folder)
            write_atomically(self._folder / SESSION_FILE, orjson.dumps(self._values))
            self._saved = dict(self._values)

    def _read_values(self) -> dict[str, Any]:
        if self._folder is None:
            return {}
        try:
            data = orjson.loads(read_regular(self._folder / SESSION_FILE))
        except OSError:  # there was no session before, or it cannot be read
            return {}
        except ValueError:
            data = None
        if isinstance(data, dict):
            return data
        self.faults = (f"{SESSION_FILE}: damaged, so this session starts anew",)
        return {}

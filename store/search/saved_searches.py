"""Saved searches: `searches.toml` in the library, so that machines share them.

The file may be edited by hand. It is changed entry by entry, so that comments and order stay.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.model.errors import LibraryDamaged, describe_system_error
from store.system.files import (
    FileSignature,
    file_lock,
    file_signature,
    make_folder,
    read_regular,
    write_atomically,
)
from store.system.paths import SEARCHES_FILE
from store.text.clean import clean_line
from store.text.names import clean_name, name_key
from store.text.toml import parse_toml

COPY_NAME_PATTERN = re.compile(r"searches(?:[ ._(~\[].*|-[A-Z].*|-conflict.*)\.toml\Z")
"""Names that programs for syncing give to a copy; see `store.segments.segments`."""
SEARCHES_TABLE = "searches"
MAX_SEARCHES_BYTES = 1_000_000
MAX_SEARCHES = 500
"""Searches that are read."""
MAX_NAME_LENGTH, MAX_QUERY_LENGTH = 100, 1000


class SearchStore(ABC):
    """The saved searches of a library: queries by name. May be used on any thread."""

    @property
    @abstractmethod
    def signature(self) -> object:
        """A value that changes with the searches; cheap to compare."""

    @abstractmethod
    def read(self) -> dict[str, str]:
        """Return the queries by name, in the order in which they were added.

        Raises:
            LibraryDamaged: They cannot be read.
        """

    @abstractmethod
    def put(self, searches: Mapping[str, str]) -> None:
        """Add searches, or change the queries of those whose names are in use.

        Raises:
            LibraryDamaged, LibraryReadOnly, SaveFailed: Nothing has changed.
        """

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove a search.

        Raises:
            LibraryDamaged, LibraryReadOnly, SaveFailed: Nothing has changed.
        """

    def add_new(self, searches: Mapping[str, str], taken: Iterable[str] = ()) -> int:
        """Add the searches whose names are not in use, here or among others, and return their number."""
        known = set(map(name_key, (*self.read(), *taken)))
        new = {name: text for name, text in searches.items() if name_key(name) not in known}
        if new:
            self.put(new)
        return len(new)


@dataclass(frozen=True)
class FolderSearchStore(SearchStore):
    """The saved searches in the file of a library's folder."""

    folder: Path
    cache: Path

    @property
    def signature(self) -> FileSignature | None:
        """A value that changes with the file."""
        return file_signature(self._path)

    def read(self) -> dict[str, str]:
        """Return the queries of the file; what is no search is left out.

        A file that cannot be read is left as it is until the user repairs it.
        """
        return _clean_searches(_parse(self._path))

    def put(self, searches: Mapping[str, str]) -> None:
        """Add searches to the file, or change some."""
        self._edit(put=searches)

    def remove(self, name: str) -> None:
        """Remove a search from the file."""
        self._edit(remove=name)

    @property
    def _path(self) -> Path:
        return self.folder / SEARCHES_FILE

    def _edit(self, put: Mapping[str, str] | None = None, remove: str = "") -> None:
        import tomlkit  # imported here: reading does without
        from tomlkit.exceptions import TOMLKitError

        make_folder(self.folder)
        with self._lock():
            _parse(self._path)  # a file that cannot be read is not written either
            before = read_regular(self._path).decode("utf-8-sig") if self._path.exists() else ""
            try:
                document = tomlkit.parse(before)
                table = document.setdefault(SEARCHES_TABLE, tomlkit.table())
                for name, text in (put or {}).items():
                    table[clean_search_name(name)] = clean_search_text(text)
                if remove in table:
                    del table[remove]
                after = tomlkit.dumps(document)
            except (TOMLKitError, AttributeError, TypeError) as error:
                raise LibraryDamaged(f"cannot be changed: {error}", file=self._path) from error
            if after != before:
                write_atomically(self._path, after.encode())

    def _lock(self) -> AbstractContextManager[int]:
        make_folder(self.cache)
        return file_lock(self.cache / "searches.lock")


@dataclass(frozen=True, slots=True)
class SearchesCopy:
    """A copy that a file sync left beside `searches.toml`, and what only the copy has."""

    path: Path
    missing: Mapping[str, str] = field(default_factory=dict)
    """Its searches that `searches.toml` lacks, or has with another query."""
    problem: str = ""
    """Why it cannot be read; empty if it can."""


def find_search_copies(library: Path) -> Iterator[SearchesCopy]:
    """Yield the sync-conflict copies of `searches.toml`, by name; they are not merged.

    Raises:
        LibraryDamaged: `searches.toml` cannot be read.
    """
    known = _clean_searches(_parse(library / SEARCHES_FILE))
    for path in sorted(
        each for each in library.glob("*.toml") if COPY_NAME_PATTERN.match(each.name)
    ):
        try:
            found = _clean_searches(_parse(path))
        except LibraryDamaged as error:
            yield SearchesCopy(path, problem=error.reason)
        else:
            lacks = {name: text for name, text in found.items() if known.get(name) != text}
            yield SearchesCopy(path, lacks)


def _parse(path: Path) -> dict[str, Any]:
    try:
        data = read_regular(path)
        if len(data) > MAX_SEARCHES_BYTES:
            raise LibraryDamaged("too large for saved searches", file=path)
        return parse_toml(data.decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LibraryDamaged(
            f"cannot be read: {describe_system_error(error)}", file=path
        ) from error
    except UnicodeDecodeError as error:
        raise LibraryDamaged(f"not UTF-8 at byte {error.start + 1:,}", file=path) from error
    except ValueError as error:
        raise LibraryDamaged(clean_line(f"not TOML: {error}", 200), file=path) from error


def _clean_searches(data: Mapping[str, Any]) -> dict[str, str]:
    table = data.get(SEARCHES_TABLE)
    if not isinstance(table, dict):
        return {}
    cleaned = {
        clean_search_name(name): clean_search_text(text)
        for name, text in list(table.items())[:MAX_SEARCHES]
        if isinstance(text, str)
    }
    return {name: text for name, text in cleaned.items() if name and text}


def clean_search_name(name: str) -> str:
    """Return the name of a search as it is stored and shown."""
    return clean_name(name)[:MAX_NAME_LENGTH]


def clean_search_text(text: str) -> str:
    """Return the query of a search as it is stored and shown."""
    return clean_line(text)[:MAX_QUERY_LENGTH]

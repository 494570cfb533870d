"""The folders of an open library: noticed when they are gone, created again where that is safe."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from store.model.errors import LibraryUnavailable, describe_system_error
from store.system.files import WarningHandler, make_folder
from store.system.placeholders import find_awaited_files

MAX_NAMED_FILES = 3
"""Files named in a line about many."""


class FolderWatch:
    """Looks after the folders of a library while it is open.

    Folders that another program removed are created again, so that what is held of their files can
    be put back. A disk that was unmounted leaves an empty folder of another disk behind: nothing
    is written there.
    """

    def __init__(self, library: Path, folders: Sequence[Path], warn: WarningHandler) -> None:
        self._library = library
        self._folders = [folder for folder in folders if folder.is_dir()]
        self._warn = warn
        self._device = _device_of(library)

    def find_problem(self) -> str:
        """Return why the library's files cannot be reached, as one line; empty if they can."""
        try:
            missing = [folder for folder in self._folders if not _is_folder(folder)]
            if missing and self._device != _device_of(self._library):
                return f"{self._library} is gone: its disk is no longer mounted"
        except OSError as error:
            return f"{error.filename} cannot be read: {describe_system_error(error)}"
        return self._create(missing) if missing else ""

    def warn_awaited(self) -> None:
        """Report the files that a cloud folder has not downloaded yet."""
        awaited = find_awaited_files((self._library, *self._folders))
        if names := [f"{path.relative_to(self._library)}" for path in awaited]:
            others = f" and {len(names) - MAX_NAMED_FILES:,} more" * (len(names) > MAX_NAMED_FILES)
            self._warn(
                f"{self._library}: not here yet, only placeholders of the cloud folder:"
                f" {', '.join(names[:MAX_NAMED_FILES])}{others}"
            )

    def _create(self, missing: Sequence[Path]) -> str:
        try:
            for folder in missing:
                make_folder(folder)
        except LibraryUnavailable as error:
            return f"{missing[0]} is gone: {error}"
        for folder in missing:
            name = f"{folder.parent.name}/{folder.name}"
            self._warn(f"{name} was removed by another program, and has been created again")
        return ""


def _is_folder(path: Path) -> bool:
    """Return False if there is no folder; raise if it cannot be read."""
    try:
        with os.scandir(path):
            return True
    except FileNotFoundError:
        return False


def _device_of(folder: Path) -> int | None:
    """Return the device of a folder, or of the first one above it that exists."""
    for each in (folder, *folder.parents):
        try:
            return each.stat().st_dev
        except (FileNotFoundError, NotADirectoryError):
            continue
    return None

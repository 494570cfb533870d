"""Choose the library to open: the command line, the environment, the settings, the default.

The reader needs this before its first screen, so the settings are read only if their file names a library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from store.system.paths import Paths, is_database_url, platform_paths, redact_database_url
from tui.config.settings_file import (
    MAX_SETTINGS_BYTES,
    SETTINGS_FILE,
    expand_home,
    read_settings_file,
)

LIBRARY_OPTION = "--library"
LIBRARY_VARIABLE = "NEWSTUI_LIBRARY"
LIBRARY_SETTING = "library"
LIBRARY_LINE = re.compile(rb"^[ \t]*[\"']?library[\"']?[ \t]*=", re.MULTILINE)
"""A line that may be the setting; it may also be in a table of the file."""


SCHEME_START = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""The beginning of a URL, or of one with a slip in it."""


class LibraryChoice(NamedTuple):
    """The folders to work with, and who chose the library."""

    paths: Paths
    source: str = ""
    """The option, the variable or the file that names the library; empty for the default."""

    @property
    def name(self) -> str:
        """The folder of the library, or its URL without a password."""
        database = self.paths.database
        return redact_database_url(database) if database else str(self.paths.library)


def library_paths(environ: Mapping[str, str], name: str) -> Paths:
    """Return the folders to work with for a library that is named by its folder or its URL.

    Raises:
        LibraryUnavailable: There is no home folder.
        UnknownLibrary: It is the URL of something else.
    """
    if is_database_url(name):
        return platform_paths(environ, database=name)
    if SCHEME_START.match(name) and not Path(name).exists():
        from store.model.errors import UnknownLibrary  # imported here: most names are right

        raise UnknownLibrary(name)
    return platform_paths(environ, Path(name))


def choose_library(environ: Mapping[str, str], option: str | None) -> LibraryChoice:
    """Return the library of the option, `NEWSTUI_LIBRARY` or the settings, in this order, or the default.

    Raises:
        InvalidInput: The settings name a library and cannot be read; no other may be opened instead.
        UnknownLibrary: It is named by what is neither a folder nor the URL of a database.
        LibraryUnavailable: There is no home folder.
    """
    if option is not None:
        return LibraryChoice(library_paths(environ, option), LIBRARY_OPTION)
    if named := environ.get(LIBRARY_VARIABLE, "").strip():
        return LibraryChoice(library_paths(environ, expand_home(named)), LIBRARY_VARIABLE)
    default = platform_paths(environ)
    if library := _read_library_setting(default.config):
        return LibraryChoice(library_paths(environ, library), SETTINGS_FILE)
    return LibraryChoice(default)


def _read_library_setting(config: Path) -> str:
    """Return the library that the settings name; empty for the default."""
    if not _may_name_library(config / SETTINGS_FILE):
        return ""
    from store.model.errors import InvalidInput  # imported here: few settings name a library
    from tui.config.settings import LIBRARY_TYPE, validate_value

    faults: list[str] = []
    given = read_settings_file(config, faults).get(LIBRARY_SETTING, "")
    library = validate_value(LIBRARY_TYPE, LIBRARY_SETTING, given, faults)
    if faults:
        raise InvalidInput(f"{faults[0]} (no library is opened)", item=SETTINGS_FILE)
    return str(library)


def _may_name_library(file: Path) -> bool:
    with suppress(OSError):
        if file.is_file() and file.stat().st_size <= MAX_SETTINGS_BYTES:
            return LIBRARY_LINE.search(file.read_bytes()) is not None
    return False

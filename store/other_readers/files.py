"""Find the files of other readers: in their usual folders, or where the user says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from store.model.errors import InvalidInput, describe_system_error
from store.system.files import read_regular
from store.text.decoding import decode_text

MAX_NAMED_FOLDERS = 4


class BaseFolders(NamedTuple):
    """The folders below which programs keep their files (XDG base directories)."""

    home: Path
    config: Path
    data: Path
    state: Path


def list_base_folders(environ: Mapping[str, str]) -> BaseFolders:
    """Return the folders that the environment names, or their defaults.

    They are those of Linux on macOS too: terminal programs keep to them there.
    """
    home = Path(environ.get("HOME") or Path.home())

    def folder(name: str, default: str) -> Path:
        given = Path(environ.get(name) or home / default)
        return given if given.is_absolute() else home / default

    return BaseFolders(
        home,
        folder("XDG_CONFIG_HOME", ".config"),
        folder("XDG_DATA_HOME", ".local/share"),
        folder("XDG_STATE_HOME", ".local/state"),
    )


def find_files(
    names: Sequence[str],
    places: Sequence[Path],
    given: Sequence[Path],
    name_of: Callable[[Path], str],
) -> dict[str, Path]:
    """Return the files of a program by their usual names.

    Args:
        names: The names that the program gives its files.
        places: Where it keeps them; the first file of a name counts.
        given: Files and folders that the user names instead.
        name_of: Returns the usual name of a file that the user has renamed.

    Raises:
        InvalidInput: There are none.
    """
    found: dict[str, Path] = {}
    for path in given:
        if path.is_dir():
            found |= (inside := _files_in(path, names))
            if not inside:
                *others, last = names
                raise InvalidInput(f"no {', '.join(others)} or {last} in it", file=path)
        elif not path.exists():
            raise InvalidInput("No such file or directory", file=path)
        else:
            found[path.name if path.name in names else name_of(path)] = path
    if not given:
        found = {path.name: path for path in reversed(places) if path.is_file()}
    if not found:
        folders = dict.fromkeys(str(path.parent) for path in places)
        shown = ", ".join(list(folders)[:MAX_NAMED_FOLDERS])
        more = f" and {len(folders) - MAX_NAMED_FOLDERS} other places"
        more = more if len(folders) > MAX_NAMED_FOLDERS else ""
        raise InvalidInput(f"nothing found in {shown}{more}; name its files or folder")
    return found


def _files_in(folder: Path, names: Sequence[str]) -> dict[str, Path]:
    return {name: folder / name for name in names if (folder / name).is_file()}


def read_text(path: Path) -> str:
    """Return the text of a file, also where a part of it is damaged.

    Raises:
        InvalidInput: It cannot be read.
    """
    try:
        data = read_regular(path)
    except OSError as error:
        raise InvalidInput(describe_system_error(error), file=path) from error
    try:
        return decode_text(data)
    except InvalidInput:  # not the text that it was
        return data.decode("utf-8", "replace")

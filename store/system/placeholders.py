"""Files that a cloud folder only names: their content has not been downloaded to this machine.

iCloud Drive shows `.NAME.icloud` for `NAME`, the virtual files of Nextcloud and ownCloud, odrive and
Resilio Sync end in a suffix of their own, and a file that Syncthing is still fetching has a temporary
name. (OneDrive, Dropbox and Google Drive keep the name, and fetch the content when it is read.)
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

SUFFIXES = (".nextcloud", ".owncloud", ".cloud", ".rsls", ".rslsync")
PATTERN = re.compile(
    r"\.(?P<icloud>.+)\.icloud|(?P<suffixed>.+)(?:{})|[.~]syncthing[.~](?P<syncthing>.+)\.tmp".format(
        "|".join(map(re.escape, SUFFIXES))
    ),
    re.DOTALL,
)


def awaited_name(name: str) -> str:
    """Return the name of the file that a placeholder stands for; empty if it is none."""
    found = PATTERN.fullmatch(name)
    return next(filter(None, found.groups())) if found else ""


def is_awaited(path: Path) -> bool:
    """Return True if a file is not here, and a placeholder stands for it."""
    if os.path.lexists(path):
        return False
    names = [f".{path.name}.icloud", f".syncthing.{path.name}.tmp", f"~syncthing~{path.name}.tmp"]
    names += [path.name + suffix for suffix in SUFFIXES]
    return any(os.path.lexists(path.with_name(name)) for name in names)


def find_awaited_files(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the files of some folders that are not here yet, in order."""
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - `iterdir` is read later
        except OSError:
            continue
        awaited = dict.fromkeys(filter(None, map(awaited_name, names)))
        yield from (folder / name for name in awaited if name not in names)

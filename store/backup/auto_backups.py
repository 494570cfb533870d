"""The automatic backups of a library: where they are, without what makes them."""

from __future__ import annotations

import contextlib
import os
import re
from hashlib import sha256
from pathlib import Path

from store.model.times import Clock
from store.system.paths import Paths

AUTO_BACKUP_NAME_PATTERN = re.compile(
    r"newstui-(?P<day>\d{4}-\d\d-\d\d)(?P<kind>|-incomplete)\.zip\Z"
)


def auto_backup_folder(paths: Paths) -> Path:
    """Return the folder of a library's automatic backups: on this machine, and not synced."""
    digest = sha256(os.fsencode(os.path.realpath(paths.library))).hexdigest()[:12]
    return paths.state / "backups" / digest


def list_auto_backups(paths: Paths) -> list[Path]:
    """Return the automatic backups of a library, latest day first.

    Raises:
        OSError: The folder exists and cannot be read.
    """
    folder = auto_backup_folder(paths)
    try:
        names = [name for name in os.listdir(folder) if AUTO_BACKUP_NAME_PATTERN.match(name)]  # noqa: PTH208
    except FileNotFoundError:
        return []
    return [folder / name for name in sorted(names, reverse=True)]


def find_newest_backup(paths: Paths) -> Path | None:
    """Return the newest automatic backup of a library; None if there is none."""
    with contextlib.suppress(OSError):
        return next(iter(list_auto_backups(paths)), None)
    return None


def has_backup_of_the_day(paths: Paths, clock: Clock) -> bool:
    """Return True if the backup of today was made.

    Raises:
        OSError: The folder exists and cannot be read.
    """
    start = f"newstui-{clock().date().isoformat()}"
    return any(path.name.startswith(start) for path in list_auto_backups(paths))

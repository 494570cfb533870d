"""Copies that a file sync made of a conflict: which file is one, and of what.

Syncthing names them `desk.sync-conflict-20261122-130500-ABCDEFG.jsonl`, Dropbox and Nextcloud
`desk (Ada's conflicted copy 2026-11-22).jsonl`, ownCloud `desk_conflict-20261122-130500.jsonl`,
OneDrive `desk-HOST.jsonl`. They are read like the files they are copies of, and never written to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

SEGMENT_NAME_PATTERN = re.compile(r"(?P<machine>[a-z0-9][a-z0-9-]*)-(?P<number>\d{4,})\Z")
COPY_NAME_PATTERN = re.compile(r"(?P<of>[a-z0-9][a-z0-9-]*-\d{4,})(?:[ ._(~].*|-[A-Z].*)\Z")
"""A segment's name, and after it what no name of ours has."""


def segment_name(name: str) -> str:
    """The segment that this name (without its suffix) is, or is a copy of; empty if it is none."""
    if SEGMENT_NAME_PATTERN.match(name):
        return name
    copy = COPY_NAME_PATTERN.match(name)
    return copy["of"] if copy else ""


class SyncCopies:
    """The copies from conflicts in one folder of segments; looked for when the folder changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mtime: int | None = None
        self._names: dict[str, list[str]] = {}

    def other_files(self, name: str) -> Sequence[str]:
        """The other files that are the same segment, or copies of it; none if there is one file."""
        try:
            stamp = self._folder.stat().st_mtime_ns
        except OSError:
            return ()
        if stamp != self._mtime:
            self._names, self._mtime = self._scan(), stamp
        return [other for other in self._names.get(segment_name(name), ()) if other != name]

    def _scan(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self._folder.glob("*.json")):
            if segment := segment_name(path.stem):
                found.setdefault(segment, []).append(path.stem)
        return found


# -- what the user is told -----------------------------------------------------------------

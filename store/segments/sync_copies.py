"""Copies that a file sync made of a conflict: which file is one, and of what.

Syncthing names them `desk.sync-conflict-20261122-130500-ABCDEFG.jsonl`, Dropbox and Nextcloud
`desk (Ada's conflicted copy 2026-11-22).jsonl`, ownCloud `desk_conflict-20261122-130500.jsonl`,
OneDrive `desk-HOST.jsonl`. They are read like the files they are copies of, and never written to.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from store.journal.writer import writer_of
from store.segments.strict_json import BadContent, parse_tables

SEGMENT = re.compile(r"(?P<machine>[a-z0-9][a-z0-9-]*)-(?P<number>\d{4,})\Z")
COPY = re.compile(r"(?P<of>[a-z0-9][a-z0-9-]*-\d{4,})(?:[ ._(~].*|-[A-Z].*)\Z")
"""A segment's name, and after it what no name of ours has."""


def segment_of(name: str) -> str:
    """The segment that this name (without its suffix) is, or is a copy of; empty if it is none."""
    if SEGMENT.match(name):
        return name
    copy = COPY.match(name)
    return copy["of"] if copy else ""


class Copies:
    """The copies from conflicts in one folder of segments; looked for when the folder changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: int | None = None
        self._names: dict[str, list[str]] = {}

    def beside(self, name: str) -> Sequence[str]:
        """The other files that are the same segment, or copies of it; none if there is one file."""
        try:
            stamp = self._folder.stat().st_mtime_ns
        except OSError:
            return ()
        if stamp != self._stamp:
            self._names, self._stamp = self._look(), stamp
        return [other for other in self._names.get(segment_of(name), ()) if other != name]

    def _look(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self._folder.glob("*.json")):
            if segment := segment_of(path.stem):
                found.setdefault(segment, []).append(path.stem)
        return found


# -- what the user is told -----------------------------------------------------------------


def review(library: Path) -> Iterator[str]:
    """A line for each copy in the library: whether it may be removed, or what only it has."""
    journals = sorted((library / "journal").glob("*.jsonl"))
    machines = {path: writer_of(path)[0] for path in journals}
    yield from _compared("events", machines, _events)
    articles = sorted((library / "articles").glob("*.json"))
    any_segment = {path: "*" for path in articles if segment_of(path.stem)}
    yield from _compared("articles", any_segment, lambda path: _values(path, "articles", "id"))
    texts = sorted((library / "texts").glob("*.json"))
    segments = {path: segment_of(path.stem) for path in texts}
    yield from _compared("texts", segments, lambda path: _values(path, "texts", "text"))


def _compared(
    things: str, groups: Mapping[Path, str], content: Callable[[Path], set[int]]
) -> Iterator[str]:
    """Compare each copy with the files of its group, and with the copies that are to be kept."""
    for group in sorted({group for path, group in groups.items() if group and _is_copy(path)}):
        paths = [path for path in groups if groups[path] == group]
        there = set[int]().union(*(content(path) for path in paths if not _is_copy(path)))
        for path in filter(_is_copy, paths):
            only = content(path) - there
            there |= only
            name = f"{path.parent.name}/{path.name}"
            if only:
                yield f"{name} is read along; {len(only)} of its {things} are nowhere else: keep it"
            else:
                yield f"{name} has nothing that is not elsewhere; it may be removed"


def _is_copy(path: Path) -> bool:
    if path.suffix == ".jsonl":
        return path.stem != writer_of(path)[0]
    return not SEGMENT.match(path.stem)


def _events(path: Path) -> set[int]:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return {hash(line) for line in file if b'"event":' in line and line.endswith(b"\n")}
    return set()


def _values(path: Path, kind: str, name: str) -> set[int]:
    try:
        documents = parse_tables(path.read_bytes()).get(kind, {})
    except (OSError, BadContent):
        return set()
    return {hash(each.get(name)) for each in documents.values() if isinstance(each.get(name), str)}

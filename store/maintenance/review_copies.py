"""Review sync-conflict copies: which are redundant, and which have something of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from store.journal.journal_file import find_writer
from store.segments.segments import SEGMENT_NAME_PATTERN, segment_name
from store.segments.storage import BadContent, parse_tables


def review_copies(library: Path) -> Iterator[str]:
    """Yield a line for each copy in the library: that it is redundant, or what only it has."""
    journals = sorted((library / "journal").glob("*.jsonl"))
    machines = {path: find_writer(path)[0] for path in journals}
    yield from _compare_copies("events", machines, _event_hashes)
    articles = sorted((library / "articles").glob("*.json"))
    any_segment = {path: "*" for path in articles if segment_name(path.stem)}
    yield from _compare_copies(
        "articles", any_segment, lambda path: _value_hashes(path, "articles", "id")
    )
    texts = sorted((library / "texts").glob("*.json"))
    segments = {path: segment_name(path.stem) for path in texts}
    yield from _compare_copies("texts", segments, lambda path: _value_hashes(path, "texts", "text"))


def _compare_copies(
    items: str, groups: Mapping[Path, str], content: Callable[[Path], set[int]]
) -> Iterator[str]:
    """Compare each copy with the files of its group, and with copies that have to be kept."""
    for group in sorted({group for path, group in groups.items() if group and _is_copy(path)}):
        paths = [path for path in groups if groups[path] == group]
        known = set[int]().union(*(content(path) for path in paths if not _is_copy(path)))
        for path in filter(_is_copy, paths):
            only = content(path) - known
            known |= only
            name = f"{path.parent.name}/{path.name}"
            if only:
                yield f"{name} is in use: {len(only)} of its {items} are in no other file; keep it"
            else:
                yield f"{name} is a redundant conflict copy and can be deleted"


def _is_copy(path: Path) -> bool:
    if path.suffix == ".jsonl":
        return path.stem != find_writer(path)[0]
    return not SEGMENT_NAME_PATTERN.match(path.stem)


def _event_hashes(path: Path) -> set[int]:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return {hash(line) for line in file if b'"event":' in line and line.endswith(b"\n")}
    return set()


def _value_hashes(path: Path, table: str, name: str) -> set[int]:
    try:
        documents = parse_tables(path.read_bytes()).get(table, {})
    except (OSError, BadContent):
        return set()
    return {hash(each.get(name)) for each in documents.values() if isinstance(each.get(name), str)}

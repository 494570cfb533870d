"""Damaged segments, salvaged and repaired if they are our own; and a review of conflict copies.

A file of another machine is never written: what is intact in it is used, and its own machine
repairs it. The same holds for a file of ours while it cannot be written; it is tried again next
time.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import Any

from store.journal.events import newer_format_message, normalize_line
from store.journal.journal_file import find_writer
from store.journal.reading_state import SNAPSHOT_FILE
from store.model.errors import LibraryBusy, LibraryDamaged, SaveFailed
from store.model.times import Clock
from store.segments.documents import DOCUMENT_ERRORS, article_from_document, body_from_document
from store.segments.salvage import SalvageResult, describe_salvage, salvage
from store.segments.segments import SEGMENT_NAME_PATTERN, read_tables, segment_machine, segment_name
from store.segments.storage import (
    SEGMENT_FORMAT,
    BadContent,
    JsonStorage,
    Tables,
    parse_tables,
    read_contents,
)
from store.system.files import (
    FileSignature,
    WarningHandler,
    file_lock,
    file_signature,
    open_regular,
    preserve_damaged_file,
    read_regular,
    remove_temporary_files,
)

LATE_SUFFIX = re.compile(
    r"(?P<stem>[^.]{1,200})(?P<suffix>\.(?:jsonl?|opml|toml))(?P<copy>[ ._(~-].{1,100})"
)
"""Names that end in what somebody has appended: files of no kind that is read."""
RCLONE_COPIES = ("..path1", "..path2")
REPAIR_LOCK_TIMEOUT = 1.0
"""Seconds that a repair waits for another writer: less than `LOCK_TIMEOUT`, because the reader is
blocked."""

DOCUMENT_PARSERS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "articles": article_from_document,
    "texts": body_from_document,
}
"""The tables, and the functions that parse their documents."""
PAIRED_TABLES = {"articles": "texts", "texts": "articles"}


class Repairer:
    """Salvages damaged segments of a library; holds the lock under which this machine writes."""

    def __init__(
        self,
        library: Path,
        machine: str,
        clock: Clock,
        warn: WarningHandler,
        read_only_reason: Callable[[], str],
        *,
        repair: bool = True,
        name_backup: Callable[[], str] = str,
    ) -> None:
        """Start without having seen any file.

        `read_only_reason` returns why no file can be written at the moment, or an empty string.
        Without `repair`, damaged files of this machine are only salvaged. `name_backup` returns
        the end of a line about a loss.
        """
        self._folders = {table: library / table for table in DOCUMENT_PARSERS}
        self._machine = machine
        self._journal = library / "journal" / f"{machine}.jsonl"
        self._lock = library / "articles" / f".{machine}.lock"
        self._clock = clock
        self._warn = warn
        self._read_only_reason = read_only_reason
        self._may_repair = repair
        self._name_backup = name_backup
        self._is_locked = False
        self._repairs_empty = False
        self.repaired: dict[Path, str] = {}
        """A line for each file that was repaired."""
        self._unrepaired: dict[Path, tuple[FileSignature | None, str]] = {}

    @property
    def problems(self) -> Sequence[str]:
        """A line for each file that was damaged, whether it was repaired or left as it is."""
        unrepaired = (line for path, (_, line) in self._unrepaired.items() if self.is_damaged(path))
        return [*self.repaired.values(), *unrepaired]

    @property
    def repairable(self) -> Collection[str]:
        """The lines of `problems` about files that repairing would put right."""
        return [
            line
            for path, (_, line) in self._unrepaired.items()
            if not self._may_repair and segment_machine(path.stem) == self._machine
        ]

    def is_damaged(self, path: Path) -> bool:
        """Return True if the file is still the damaged one that was read."""
        return path in self._unrepaired and self._unrepaired[path][0] == file_signature(path)

    @contextlib.contextmanager
    def lock_segments(self, wait: float | None = None) -> Iterator[None]:
        """Hold the lock under which the segments of this machine are written.

        Raises:
            LibraryBusy: Another process held it for too long.
            SaveFailed: The lock file cannot be opened.
        """
        with file_lock(self._lock, wait, self._warn):
            self._is_locked = True
            try:
                yield
            finally:
                self._is_locked = False

    def sweep_temporary_files(self, cache: Path) -> int:
        """Remove temporary files left by a crash, and return their number; needs the lock."""
        now = self._clock()
        folders = (*self._folders.values(), self._journal.parent, cache)
        return sum(remove_temporary_files(folder, now) for folder in folders)

    def tidy(self, cache: Path) -> int:
        """Remove the snapshot, which is derived, and temporary files that a crash left.

        Damaged lines of this machine's journal are moved to a file of their own. From now on empty
        files are repaired as well, which may be placeholders of a cloud folder.

        Returns:
            The number of temporary files removed.

        Raises:
            LibraryBusy: Another process is writing.
            SaveFailed: The folder cannot be written.
        """
        from store.maintenance.compact import repair_journal  # only damaged libraries need it

        self._repairs_empty = True
        with self.lock_segments(REPAIR_LOCK_TIMEOUT):
            with contextlib.suppress(OSError):
                (cache / SNAPSHOT_FILE).unlink(missing_ok=True)
            removed = self.sweep_temporary_files(cache)
            if line := repair_journal(self._journal, self._machine, self._clock):
                self.repaired[self._journal] = line
            return removed

    def recover(self, path: Path, table: str, held: Mapping[str, Any]) -> Tables:
        """Return what is intact in a damaged file, and repair it if it is our own.

        Documents that are `held` in memory since the file was intact take the place of damaged ones.

        Raises:
            LibraryDamaged: It can no longer be read.
        """
        machine = segment_machine(path.stem)  # empty for a conflict copy, which nobody writes
        if machine and machine != self._machine:
            return self._recover_unrepaired(path, table, "to the machine that writes it")
        if not machine or not self._may_repair:
            return self._recover_unrepaired(path, table, "as it is")
        if reason := self._read_only_reason():
            return self._recover_unrepaired(path, table, f"as it is: {reason}")
        if not held and not self._repairs_empty and _is_empty(path):
            how = "as it is, because its content may not be here yet"
            return self._recover_unrepaired(path, table, how, self._name_backup())
        try:
            with (
                contextlib.nullcontext()
                if self._is_locked
                else self.lock_segments(REPAIR_LOCK_TIMEOUT)
            ):
                return self._repair(path, table, held)
        except (LibraryBusy, SaveFailed) as error:
            return self._recover_unrepaired(path, table, f"as it is: {error}")

    def _repair(self, path: Path, table: str, held: Mapping[str, Any]) -> Tables:
        data = read_contents(path)  # under the lock: another process may have repaired it
        if data is None:
            return {}
        found, hint = _salvage_with_pair(path, data, table, held)
        if (found.format or SEGMENT_FORMAT) > SEGMENT_FORMAT:
            return self._recover_unrepaired(
                path, table, f"as it is: {newer_format_message(found.format or SEGMENT_FORMAT)}"
            )
        if found.reason:
            kept = preserve_damaged_file(path, data, self._clock())
            JsonStorage(path).write(_to_tables(found, table))
            lost = hint or found.lost != 0
            hint += self._name_backup() if lost else ""
            self.repaired[path] = describe_salvage(path, table, found, kept) + hint
        return _to_tables(found, table)

    def _recover_unrepaired(self, path: Path, table: str, how: str, backup: str = "") -> Tables:
        signature, data = file_signature(path), read_contents(path)
        if data is None:
            return {}
        found, hint = _salvage_with_pair(path, data, table, {})
        if found.reason:
            line = describe_salvage(path, table, found, None, how) + hint + backup
            self._unrepaired[path] = signature, line
        return _to_tables(found, table)

    def warn_missing(self, path: Path, articles: int) -> None:
        """Report that articles read from this file before are no longer in any file."""
        name, many = f"{path.parent.name}/{path.name}", _count_articles(articles)
        if articles and not path.exists():
            self._warn(f"{name} was removed by another program, with {many}{self._name_backup()}")
        elif articles and path not in self.repaired:
            self._warn(f"{name} was replaced by another program; {many} lost{self._name_backup()}")

    def warn_readded(self, path: Path, articles: int) -> None:
        """Report that articles another program had removed from this file were added again."""
        if articles:
            name, many = f"{path.parent.name}/{path.name}", _count_articles(articles)
            self._warn(f"{name} was removed or replaced by another program; added {many} again")

    def check_files(self) -> int:
        """Check every file thoroughly, and salvage those that are damaged.

        Returns:
            The number of articles without a text.
        """
        found: dict[str, set[tuple[str, str]]] = {table: set() for table in DOCUMENT_PARSERS}
        for table, folder in self._folders.items():
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208 - `glob` hides errors
            except OSError as error:
                self._warn(f"{folder}: cannot be read: {error.strerror}")
                continue
            for path in (folder / name for name in names if name.endswith(".json")):
                if segment := segment_name(path.stem):
                    found[table] |= {(segment, id_) for id_ in self._check_file(path, table)}
        return len(found["articles"] - found["texts"])

    def _check_file(self, path: Path, table: str) -> set[str]:
        try:
            documents = self._read_documents(path, table)
        except LibraryDamaged as error:
            self._warn(str(error))
            return set()
        for number, document in documents.items():
            try:
                DOCUMENT_PARSERS[table](document)
            except DOCUMENT_ERRORS as error:
                item = table.removesuffix("s")
                self._warn(f"{path}: {item} {number}: cannot be read ({error})")
        return set(documents)

    def _read_documents(self, path: Path, table: str) -> dict[str, Any]:
        try:
            return read_tables(path, table, thorough=True).get(table, {})
        except BadContent:
            return self.recover(path, table, {})[table]


def _count_articles(number: int) -> str:
    return "1 article" if number == 1 else f"{number:,} articles"


def _is_empty(path: Path) -> bool:
    """Return True if a file has no byte, as the placeholders of some cloud folders."""
    signature = file_signature(path)
    return signature is not None and signature[1] == 0


def _salvage_with_pair(
    path: Path, data: bytes, table: str, held: Mapping[str, Any]
) -> tuple[SalvageResult, str]:
    """Return what is intact, and a hint at what the other file of the pair says about the rest."""
    found = salvage(data, table)
    if found.reason and held:
        found = replace(found, documents={**held, **found.documents}, lost=0)
    other = path.parent.parent / PAIRED_TABLES[table] / path.name
    pair = _read_ids(other, PAIRED_TABLES[table])
    if not found.reason or pair is None:
        return found, ""
    here = set(found.documents)
    # A file that was repaired has lost documents itself.
    was_repaired = any(other.parent.glob(f"{escape(other.name)}.damaged-*"))
    if found.lost is None and here <= pair and not was_repaired:
        found = replace(found, lost=len(pair - here))
    without_text = len(pair - here if table == "texts" else here - pair)
    if not without_text:
        return found, ""
    return found, f"; {without_text:,} article{' has' if without_text == 1 else 's have'} no text"


def _read_ids(path: Path, table: str) -> set[str] | None:
    try:
        return set(parse_tables(read_regular(path)).get(table, {}))
    except (OSError, BadContent):
        return None


def _to_tables(found: SalvageResult, table: str) -> Tables:
    return {"_meta": {"1": {"format": found.format or SEGMENT_FORMAT}}, table: found.documents}


# -- sync-conflict copies ------------------------------------------------------------------


def review_copies(library: Path) -> Iterator[str]:
    """Yield a line for each copy in the library: that it is redundant, what only it has, or how it is read."""
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
    for folder in (library, *(library / name for name in ("articles", "texts", "journal"))):
        for path in sorted(folder.glob("[!.]*")):
            found = LATE_SUFFIX.fullmatch(path.name)
            if found and _is_appended_by_sync(found["copy"]):
                name = found["stem"] + found["copy"] + found["suffix"]
                yield f"{path.relative_to(library)} is not read; rename it to {name}"


def _is_appended_by_sync(end: str) -> bool:
    return end in RCLONE_COPIES or "conflict" in end.lower()


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
    with contextlib.suppress(OSError), open_regular(path) as file:
        events = (line for line in file if b'"event":' in line and line.endswith(b"\n"))
        return {hash(normalize_line(line)) for line in events}
    return set()


def _value_hashes(path: Path, table: str, name: str) -> set[int]:
    try:
        documents = parse_tables(read_regular(path)).get(table, {})
    except (OSError, BadContent):
        return set()
    return {hash(each.get(name)) for each in documents.values() if isinstance(each.get(name), str)}

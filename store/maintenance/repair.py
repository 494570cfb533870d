"""What is done about damaged segments: salvaged, kept aside, and mended where they are our own.

A file of another machine is never written: what is whole in it is used, and its own machine mends
it. So is one of ours where it cannot be written at the moment; it is tried again the next time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import Any

from store.journal.events import newer_format_message
from store.maintenance.compact import repair_journal
from store.model.errors import LibraryBusy, LibraryDamaged, SaveFailed
from store.model.times import Clock
from store.segments.documents import DOCUMENT_ERRORS, article_from_document, body_from_document
from store.segments.salvage import SalvageResult, describe_salvage, salvage
from store.segments.segments import (
    FileSignature,
    file_signature,
    read_tables,
    segment_machine,
    segment_name,
)
from store.segments.storage import (
    SEGMENT_FORMAT,
    BadContent,
    JsonStorage,
    Tables,
    parse_tables,
    read_contents,
)
from store.system.files import (
    WarningHandler,
    file_lock,
    preserve_damaged_file,
    remove_temporary_files,
)

REPAIR_LOCK_TIMEOUT = 1.0
"""Seconds that a repair waits for another writer: shorter than `LOCK_TIMEOUT`, because the reader stands still."""
SNAPSHOT_NAME = "reading.json"
"""The reading state in the cache."""

DOCUMENT_PARSERS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "articles": article_from_document,
    "texts": body_from_document,
}
"""The tables, and what understands their documents."""
PAIRED_TABLES = {"articles": "texts", "texts": "articles"}


class Repairer:
    """Salvages the damaged segments of a library; holds the lock under which this machine writes."""

    def __init__(
        self,
        library: Path,
        machine: str,
        clock: Clock,
        warn: WarningHandler,
        read_only_reason: Callable[[], str],
        *,
        repair: bool = True,
    ) -> None:
        """Begin without having seen any file.

        Args:
            library: The folder.
            machine: Whose segments are our own.
            clock: Now, in UTC.
            warn: Told what else is wrong.
            read_only_reason: Returns why no file can be written at the moment, or an empty string.
            repair: Whether files of this machine may be repaired; if not, they are only salvaged.
        """
        self._folders = {table: library / table for table in DOCUMENT_PARSERS}
        self._machine = machine
        self._journal = library / "journal" / f"{machine}.jsonl"
        self._lock = library / "articles" / f".{machine}.lock"
        self._clock = clock
        self._warn = warn
        self._read_only_reason = read_only_reason
        self._may_repair = repair
        self._is_locked = False
        self.repaired: dict[Path, str] = {}
        """A line for each file that was mended."""
        self._unrepaired: dict[Path, tuple[FileSignature | None, str]] = {}

    @property
    def problems(self) -> Sequence[str]:
        """A line for each file that was damaged, and mended or left as it is."""
        left = (line for path, (_, line) in self._unrepaired.items() if self.is_damaged(path))
        return [*self.repaired.values(), *left]

    @property
    def repairable(self) -> Collection[str]:
        """The lines among `problems` about files that were left as they are only by request."""
        return [
            line
            for path, (_, line) in self._unrepaired.items()
            if not self._may_repair and segment_machine(path.stem) == self._machine
        ]

    def is_damaged(self, path: Path) -> bool:
        """Whether the file is the damaged one still that it was when it was read."""
        return path in self._unrepaired and self._unrepaired[path][0] == file_signature(path)

    @contextlib.contextmanager
    def lock_segments(self, wait: float | None = None) -> Iterator[None]:
        """Hold the lock under which the segments of this machine are written.

        Raises:
            LibraryBusy: Another process held it for so many seconds.
            NotSaved: The lock file cannot be opened.
        """
        with file_lock(self._lock, wait, self._warn):
            self._is_locked = True
            try:
                yield
            finally:
                self._is_locked = False

    def sweep_temporary_files(self, cache: Path) -> int:
        """Remove old temporary files that a crash left, with the lock held; how many."""
        now = self._clock()
        folders = (*self._folders.values(), self._journal.parent, cache)
        return sum(remove_temporary_files(folder, now) for folder in folders)

    def tidy(self, cache: Path) -> int:
        """Remove the snapshot, which is then made anew, and what a crash left: so many files.

        Damaged lines of this machine's journal are moved aside.

        Raises:
            LibraryBusy: Somebody is writing.
            NotSaved: The folder cannot be written.
        """
        with self.lock_segments(REPAIR_LOCK_TIMEOUT):
            with contextlib.suppress(OSError):
                (cache / SNAPSHOT_NAME).unlink(missing_ok=True)
            swept = self.sweep_temporary_files(cache)
            if line := repair_journal(self._journal, self._machine, self._clock):
                self.repaired[self._journal] = line
            return swept

    def recover(self, path: Path, table: str) -> Tables:
        """The tables of a damaged file with what is whole in it; one of our own is mended.

        Raises:
            LibraryDamaged: It cannot be read any more.
        """
        if segment_machine(path.stem) != self._machine:
            copy = not segment_machine(path.stem)  # of a conflict: nobody writes it
            return self._recover_unrepaired(
                path, table, "as it is" if copy else "to the machine that writes it"
            )
        if not self._may_repair:
            return self._recover_unrepaired(path, table, "as it is")
        if reason := self._read_only_reason():
            return self._recover_unrepaired(path, table, f"as it is: {reason}")
        try:
            with (
                contextlib.nullcontext()
                if self._is_locked
                else self.lock_segments(REPAIR_LOCK_TIMEOUT)
            ):
                return self._repair(path, table)
        except (LibraryBusy, SaveFailed) as error:
            return self._recover_unrepaired(path, table, f"as it is: {error}")

    def _repair(self, path: Path, table: str) -> Tables:
        data = read_contents(
            path
        )  # now that nobody else writes it: it may have been mended already
        if data is None:
            return {}
        found, hint = _salvage_with_pair(path, data, table)
        if (found.format or SEGMENT_FORMAT) > SEGMENT_FORMAT:
            return self._recover_unrepaired(
                path, table, f"as it is: {newer_format_message(found.format or SEGMENT_FORMAT)}"
            )
        if found.reason:
            kept = preserve_damaged_file(path, data, self._clock())
            JsonStorage(path).write(_to_tables(found, table))
            self.repaired[path] = describe_salvage(path, table, found, kept) + hint
        return _to_tables(found, table)

    def _recover_unrepaired(self, path: Path, table: str, how: str) -> Tables:
        stamp, data = file_signature(path), read_contents(path)
        if data is None:
            return {}
        found, hint = _salvage_with_pair(path, data, table)
        if found.reason:
            self._unrepaired[path] = (stamp, describe_salvage(path, table, found, None, how) + hint)
        return _to_tables(found, table)

    def warn_missing(self, path: Path, articles: int) -> None:
        """Tell that articles which were read from this file before are in no file any more."""
        name = f"{path.parent.name}/{path.name}"
        many = "1 article" if articles == 1 else f"{articles:,} articles"
        if articles and not path.exists():
            self._warn(f"{name} was removed by somebody else, and {many} with it")
        elif articles and path not in self.repaired:
            self._warn(f"{name} was replaced by somebody else: {many} are no longer in it")

    def warn_readded(self, path: Path, articles: int) -> None:
        """Tell that articles which somebody else took out of this file were added again."""
        if articles:
            name = f"{path.parent.name}/{path.name}"
            many = "1 article" if articles == 1 else f"{articles:,} articles"
            self._warn(f"{name} was removed or replaced by somebody else; {many} came back")

    def check_files(self) -> int:
        """Look at every file thoroughly, and rescue those that are damaged.

        Returns:
            How many articles have no text.
        """
        found: dict[str, set[tuple[str, str]]] = {table: set() for table in DOCUMENT_PARSERS}
        for table, folder in self._folders.items():
            for path in sorted(folder.glob("*.json")):
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
                thing = table.removesuffix("s")
                self._warn(f"{path}: {thing} {number}: cannot be read ({error})")
        return set(documents)

    def _read_documents(self, path: Path, table: str) -> dict[str, Any]:
        try:
            return read_tables(path, table, thorough=True).get(table, {})
        except BadContent:
            return self.recover(path, table)[table]


def _salvage_with_pair(path: Path, data: bytes, table: str) -> tuple[SalvageResult, str]:
    """What is whole, and what the other file of the pair tells about the rest."""
    found = salvage(data, table)
    other = path.parent.parent / PAIRED_TABLES[table] / path.name
    pair = _read_ids(other, PAIRED_TABLES[table])
    if not found.reason or pair is None:
        return found, ""
    here = set(found.documents)
    mended = any(other.parent.glob(f"{escape(other.name)}.damaged-*"))  # it has lost some itself
    if found.lost is None and here <= pair and not mended:
        found = replace(found, lost=len(pair - here))
    bare = len(pair - here if table == "texts" else here - pair)
    if not bare:
        return found, ""
    return found, f"; {bare:,} article{' has' if bare == 1 else 's have'} no text"


def _read_ids(path: Path, table: str) -> set[str] | None:
    try:
        return set(parse_tables(path.read_bytes()).get(table, {}))
    except (OSError, BadContent):
        return None


def _to_tables(found: SalvageResult, table: str) -> Tables:
    return {"_meta": {"1": {"format": found.format or SEGMENT_FORMAT}}, table: found.documents}

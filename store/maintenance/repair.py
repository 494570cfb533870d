"""What is done about damaged segments: salvaged, kept aside, and mended where they are our own.

A file of another machine is never written: what is whole in it is used, and its own machine mends
it. So is one of ours where it cannot be written at the moment; it is tried again the next time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import Any

from store.journal.events import newer
from store.model.errors import LibraryBusy, LibraryDamaged, NotSaved
from store.model.times import Clock
from store.segments.documents import UNFIT, article_of, body_of
from store.segments.salvage import Salvaged, report, salvage
from store.segments.segments import Stamp, machine_of, read_tables, stamp_of
from store.segments.storage import FORMAT, JsonStorage, contents
from store.segments.strict_json import BadContent, Tables, parse_tables
from store.segments.sync_copies import segment_of
from store.system.damaged_files import aside
from store.system.files import Warn, locked, sweep

WAIT = 1.0
"""Seconds a damaged file waits for who is writing; meanwhile the reader would stand still."""
SWEEP_AGE = 3600
SNAPSHOT = "reading.json"
"""The reading state in the cache."""

READERS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "articles": article_of,
    "texts": body_of,
}
"""The tables, and what understands their documents."""
PAIR = {"articles": "texts", "texts": "articles"}


class Mender:
    """Salvages the damaged segments of a library; holds the lock under which this machine writes."""

    def __init__(
        self, library: Path, machine: str, clock: Clock, warn: Warn, why_not: Callable[[], str]
    ) -> None:
        """Begin without having seen any file.

        Args:
            library: The folder.
            machine: Whose segments are our own.
            clock: Now, in UTC.
            warn: Told what else is wrong.
            why_not: Says why no file may be written at the moment; empty if it may.
        """
        self._folders = {table: library / table for table in READERS}
        self._machine = machine
        self._journal = library / "journal" / f"{machine}.jsonl"
        self._lock = library / "articles" / f".{machine}.lock"
        self._clock = clock
        self._warn = warn
        self._why_not = why_not
        self._holding = False
        self.mended: dict[Path, str] = {}
        """A line for each file that was mended."""
        self._left: dict[Path, tuple[Stamp | None, str]] = {}

    @property
    def problems(self) -> Sequence[str]:
        """A line for each file that was damaged, and mended or left as it is."""
        left = (line for path, (_, line) in self._left.items() if self.is_damaged(path))
        return [*self.mended.values(), *left]

    def is_damaged(self, path: Path) -> bool:
        """Whether the file is the damaged one still that it was when it was read."""
        return path in self._left and self._left[path][0] == stamp_of(path)

    @contextlib.contextmanager
    def locked(self, wait: float = WAIT) -> Iterator[None]:
        """Hold the lock under which the segments of this machine are written.

        Raises:
            LibraryBusy: Another process held it for so many seconds.
            NotSaved: The lock file cannot be opened.
        """
        with locked(self._lock, wait, self._warn):
            self._holding = True
            try:
                yield
            finally:
                self._holding = False

    def sweep(self, cache: Path) -> int:
        """Remove old temporary files that a crash left, with the lock held; how many."""
        before = self._clock().timestamp() - SWEEP_AGE
        folders = (*self._folders.values(), self._journal.parent, cache)
        return sum(sweep(folder, before) for folder in folders)

    def tidy(self, cache: Path) -> int:
        """Remove the snapshot, which is then made anew, and what a crash left: so many files.

        Damaged lines of this machine's journal are moved aside.

        Raises:
            LibraryBusy: Somebody is writing.
            NotSaved: The folder cannot be written.
        """
        from store.maintenance.compact import mend_journal  # only here: no start needs it

        with self.locked():
            with contextlib.suppress(OSError):
                (cache / SNAPSHOT).unlink(missing_ok=True)
            swept = self.sweep(cache)
            if line := mend_journal(self._journal, self._machine, self._clock):
                self.mended[self._journal] = line
            return swept

    def rescue(self, path: Path, table: str) -> Tables:
        """The tables of a damaged file with what is whole in it; one of our own is mended.

        Raises:
            LibraryDamaged: It cannot be read any more.
        """
        if machine_of(path.stem) != self._machine:
            copy = not machine_of(path.stem)  # of a conflict: nobody writes it
            return self._leave(path, table, "as it is" if copy else "to the machine that writes it")
        if reason := self._why_not():
            return self._leave(path, table, f"as it is: {reason}")
        try:
            with contextlib.nullcontext() if self._holding else self.locked():
                return self._mend(path, table)
        except (LibraryBusy, NotSaved) as error:
            return self._leave(path, table, f"as it is: {error}")

    def _mend(self, path: Path, table: str) -> Tables:
        data = contents(path)  # now that nobody else writes it: it may have been mended already
        if data is None:
            return {}
        found, hint = _salvaged(path, data, table)
        if (found.format or FORMAT) > FORMAT:
            return self._leave(path, table, f"as it is: {newer(found.format or FORMAT)}")
        if found.reason:
            kept = aside(path, data, self._clock())
            JsonStorage(path).write(_tables(found, table))
            self.mended[path] = report(path, table, found, kept) + hint
        return _tables(found, table)

    def _leave(self, path: Path, table: str, how: str) -> Tables:
        stamp, data = stamp_of(path), contents(path)
        if data is None:
            return {}
        found, hint = _salvaged(path, data, table)
        if found.reason:
            self._left[path] = (stamp, report(path, table, found, None, how) + hint)
        return _tables(found, table)

    def tell_missing(self, path: Path, articles: int) -> None:
        """Tell that articles which were read from this file before are in no file any more."""
        name = f"{path.parent.name}/{path.name}"
        many = "1 article" if articles == 1 else f"{articles:,} articles"
        if articles and not path.exists():
            self._warn(f"{name} was removed by somebody else, and {many} with it")
        elif articles and path not in self.mended:
            self._warn(f"{name} was replaced by somebody else: {many} are no longer in it")

    def tell_brought_back(self, path: Path, articles: int) -> None:
        """Tell that articles which somebody else took out of this file were added again."""
        if articles:
            name = f"{path.parent.name}/{path.name}"
            many = "1 article" if articles == 1 else f"{articles:,} articles"
            self._warn(f"{name} was removed or replaced by somebody else; {many} came back")

    def examine(self) -> int:
        """Look at every file thoroughly, and rescue those that are damaged.

        Returns:
            How many articles have no text.
        """
        found: dict[str, set[tuple[str, str]]] = {table: set() for table in READERS}
        for table, folder in self._folders.items():
            for path in sorted(folder.glob("*.json")):
                if segment := segment_of(path.stem):
                    found[table] |= {(segment, id_) for id_ in self._examined(path, table)}
        return len(found["articles"] - found["texts"])

    def _examined(self, path: Path, table: str) -> set[str]:
        try:
            documents = self._documents(path, table)
        except LibraryDamaged as error:
            self._warn(str(error))
            return set()
        for number, document in documents.items():
            try:
                READERS[table](document)
            except UNFIT as error:
                thing = table.removesuffix("s")
                self._warn(f"{path}: {thing} {number}: cannot be understood ({error})")
        return set(documents)

    def _documents(self, path: Path, table: str) -> dict[str, Any]:
        try:
            return read_tables(path, table, thorough=True).get(table, {})
        except BadContent:
            return self.rescue(path, table)[table]


def _salvaged(path: Path, data: bytes, table: str) -> tuple[Salvaged, str]:
    """What is whole, and what the other file of the pair tells about the rest."""
    found = salvage(data, table)
    other = path.parent.parent / PAIR[table] / path.name
    pair = _ids_in(other, PAIR[table])
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


def _ids_in(path: Path, table: str) -> set[str] | None:
    try:
        return set(parse_tables(path.read_bytes()).get(table, {}))
    except (OSError, BadContent):
        return None


def _tables(found: Salvaged, table: str) -> Tables:
    return {"_meta": {"1": {"format": found.format or FORMAT}}, table: found.documents}

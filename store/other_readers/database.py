"""A copy of another program's SQLite database, read as far as it can be read.

The program may be running and hold its lock, and its file may be damaged. So the file is copied first,
with what SQLite keeps beside it, and is never opened for writing itself.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from store.model.article import Rejection
from store.model.errors import InvalidInput, describe_system_error
from store.system.files import open_regular

SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What sqlite3 raises for a damaged file; the message of an error may be damaged, too."""
SQLITE_MAGIC = b"SQLite format 3\0"
COMPANIONS = ("", "-wal", "-journal")
"""The suffixes of the files that belong together: changes may be in another one than the first."""
LOCK_TIMEOUT = 2.0
"""Seconds to wait for a program that is writing; afterwards the file is copied as it is."""
HEADER_BYTES = 100
MAX_RESTORED_BYTES = 10_000_000_000
"""The largest database that is filled up; the rest of it takes no space."""
MAX_PROBED_ROWS = 100_000
"""Rows that are looked for one by one after a damaged page."""


class Row:
    """Columns of one row; values of another type than expected are empty."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """Return a column as text."""
        value = self._values[name]
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Return a column as an integer."""
        value = self._values[name]
        return value if isinstance(value, int) else 0


class Database:
    """A copy of a database."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Read through this connection; `path` is the original, for messages."""
        self._path = path
        self._connection = connection
        self._lost_count = 0
        """The number of rows that could not be read, as far as that is known."""
        self._is_loss_known = True
        self._columns: dict[str, Sequence[str]] = {}

    def require_table(self, table: str, program: str) -> None:
        """Check that the database is that of a program.

        Raises:
            InvalidInput: It is not, or it is too damaged to tell.
        """
        if not self._column_names(table):
            raise InvalidInput(f"not a database of {program}", file=self._path)

    def rows(self, table: str, *names: str) -> Iterator[Row]:
        """Yield these columns of all rows; those that this version of the program lacks are empty."""
        for number, _ in self.row_numbers(table):
            if row := self.row(table, number, *names):
                yield row

    def row_numbers(self, table: str, key: str = "") -> Iterator[tuple[int, Any]]:
        """Yield the number of each row of a table, and the value of one column."""
        if not (columns := self._column_names(table)):
            return
        last, value = 0, _quote(key) if key in columns else "NULL"
        query = f"SELECT rowid, {value} FROM {_quote(table)}"  # noqa: S608 - names of our own
        try:
            for last, value in self._connection.execute(f"{query} ORDER BY rowid"):
                yield last, value
        except SQLITE_ERRORS:
            for number in range(last + 1, self._max_row_number(table, last) + 1):
                try:
                    yield from self._connection.execute(
                        f"{query} WHERE rowid = {number}"
                    ).fetchall()
                except SQLITE_ERRORS:
                    self._lost_count += 1

    def group_rows(self, table: str, key: str) -> dict[str, list[int]]:
        """Return the numbers of the rows by the text in one column."""
        groups: dict[str, list[int]] = {}
        for number, value in self.row_numbers(table, key):
            groups.setdefault(value if isinstance(value, str) else "", []).append(number)
        return groups

    def row(self, table: str, number: int, *names: str) -> Row | None:
        """Return these columns of one row; None if it is gone or damaged."""
        columns = self._column_names(table)
        chosen = ", ".join(_quote(name) if name in columns else "NULL" for name in names)
        query = f"SELECT {chosen} FROM {_quote(table)} WHERE rowid = ?"  # noqa: S608 - names of our own
        try:
            found = self._connection.execute(query, (number,)).fetchone()
        except SQLITE_ERRORS:
            self._lost_count += 1
            return None
        return None if found is None else Row(dict(zip(names, found, strict=True)))

    def list_problems(self) -> Iterator[Rejection]:
        """Yield what turned out to be damaged so far."""
        if self._lost_count:
            lost = f"{self._lost_count:,} at most" if self._is_loss_known else "unknown number"
            reason = f"damaged (articles lost: {lost})"
            yield Rejection(str(self._path), reason)

    def _column_names(self, table: str) -> Sequence[str]:
        if table not in self._columns:
            query = "SELECT name FROM pragma_table_info(?)"
            try:
                found = self._connection.execute(query, (table,)).fetchall()
            except SQLITE_ERRORS as error:
                raise InvalidInput(f"damaged: {error}", file=self._path) from error
            self._columns[table] = [name for (name,) in found]
        return self._columns[table]

    def _max_row_number(self, table: str, last: int) -> int:
        query = f"SELECT max(rowid) FROM {_quote(table)}"  # noqa: S608 - names of our own
        try:
            (found,) = self._connection.execute(query).fetchone()
        except SQLITE_ERRORS:
            self._is_loss_known = False
            return last + MAX_PROBED_ROWS
        return min(int(found or 0), last + MAX_PROBED_ROWS)


def _quote(name: str) -> str:
    return f'"{name}"'


@contextmanager
def open_database_copy(path: Path) -> Iterator[Database]:
    """Copy a database to a temporary folder, and open the copy.

    Raises:
        InvalidInput: It cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="newstui-") as folder:
        copy = Path(folder) / "copy.db"
        try:
            with _lock_for_reading(path):
                _copy_files(path, copy)
        except OSError as error:
            raise InvalidInput(describe_system_error(error), file=path) from error
        _restore_size(copy)
        with closing(sqlite3.connect(copy)) as connection:
            connection.text_factory = _decode
            yield Database(path, connection)


@contextmanager
def _lock_for_reading(path: Path) -> Iterator[None]:
    """Keep other programs from writing while the files are copied, as far as that is possible."""
    with ExitStack() as stack:
        with suppress(*SQLITE_ERRORS):
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro",
                timeout=LOCK_TIMEOUT,
                isolation_level=None,
                uri=True,
            )
            stack.enter_context(closing(connection))
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        yield


def _copy_files(path: Path, copy: Path) -> None:
    for suffix in COMPANIONS:
        try:
            source = open_regular(Path(f"{path}{suffix}"))
        except FileNotFoundError:
            if not suffix:
                raise
            continue
        with source, Path(f"{copy}{suffix}").open("wb") as target:
            shutil.copyfileobj(source, target)


def _restore_size(copy: Path) -> None:
    """Fill up a truncated file with empty pages, without which SQLite reads nothing of it.

    Source: "The Database Header" in https://www.sqlite.org/fileformat2.html.
    """
    with copy.open("rb+") as stream:
        header = stream.read(HEADER_BYTES)
        page_size = int.from_bytes(header[16:18]) or 1
        size = (65_536 if page_size == 1 else page_size) * int.from_bytes(header[28:32])
        if stream.seek(0, os.SEEK_END) < size < MAX_RESTORED_BYTES:
            stream.truncate(size)


def _decode(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def is_database(path: Path) -> bool:
    """Return True if a file begins as those of SQLite do."""
    try:
        with open_regular(path) as stream:
            return stream.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError:
        return False

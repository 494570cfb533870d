"""The command that takes articles out: export."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from store.exporters import Book, writer
from store.exporters.files import TargetExists, new_file, write_markdown
from store.library.protocol import Library
from store.model.article import Entry, Refused
from store.model.errors import BadInput, LibraryDamaged
from store.model.times import iso, system_clock
from tui.cli.console import Counter, tell
from tui.cli.context import loaded, paths_of
from tui.cli.list import asked_rows
from tui.rendering.wording import count

FINE, FAILED, WRONG_USE = 0, 1, 2
FORCE = "; --force replaces it"


def export(options: argparse.Namespace) -> int:
    """Write articles into a file, a folder or a pipe; one that cannot be read costs a line."""
    out: Path | None = options.out
    if reason := _wrong_place(options.to, out):
        tell(reason)
        return WRONG_USE
    if options.to == "opml":
        return _feeds(options)
    library = loaded(options)
    rows = asked_rows(library, options)
    entries = Entries(library, [row.id for row in rows])
    book = Book(options.title, iso(system_clock()), [row.title for row in rows], entries)
    refused = 0
    with Counter("exporting").running() as counter:
        if out is None:
            _write(options.to, book, sys.stdout.buffer, counter)
        elif options.to == "markdown":
            refused = _write_folder(book, out, counter, replace=options.force)
        else:
            with _new(out, replace=options.force) as file:
                _write(options.to, book, file, counter)
    if out is not None:
        tell(f"{count(entries.taken - refused, 'article')} exported to {out}")
    return FAILED if refused or entries.damaged else FINE


def _feeds(options: argparse.Namespace) -> int:
    """Write the subscriptions as they stand in the library."""
    from store.feeds.subscriptions import read_subscriptions

    data = read_subscriptions(paths_of(options).library).to_bytes()
    if options.out is None:
        sys.stdout.buffer.write(data)
    else:
        with _new(options.out, replace=options.force) as file:
            file.write(data)
        tell(f"feeds exported to {options.out}")
    return FINE


@contextmanager
def _new(out: Path, *, replace: bool) -> Iterator[BinaryIO]:
    try:
        with new_file(out, replace=replace) as file:
            yield file
    except TargetExists as error:
        raise BadInput(f"{error}{FORCE}") from error


def _wrong_place(form: str, out: Path | None) -> str:
    """Why this form cannot be written there, in words; empty if it can."""
    if form == "markdown":
        if out is None:
            return "Markdown is a file an article: name a folder with -o"
        return "" if out.is_dir() else f"{out}: no such folder"
    if out is None and sys.stdout.isatty():
        return f"{form} is not for reading in a terminal: name a file with -o, or pipe it"
    return ""


def _write_folder(book: Book, folder: Path, counter: Counter, *, replace: bool) -> int:
    """Write a file for each article; how many were there already."""
    refused = 0
    for number, done in enumerate(write_markdown(book.entries, folder, replace=replace), start=1):
        if isinstance(done, Refused):
            refused += 1
            tell(f"{done.where} {done.reason}{FORCE}")
        counter.tell(f"{number:,} of {len(book.titles):,}")
    return refused


def _write(form: str, book: Book, out: BinaryIO, counter: Counter) -> None:
    for number in writer(form)(book, out):
        counter.tell(f"{number:,} of {len(book.titles):,}")


class Entries(Iterable[Entry]):
    """The articles of an export one by one; one whose file is damaged is told and left out."""

    def __init__(self, library: Library, ids: list[str]) -> None:
        self._library = library
        self._ids = ids
        self.taken = 0
        self.damaged = 0

    def __iter__(self) -> Iterator[Entry]:
        for article in self._ids:
            try:
                entry = self._library.entry(article)
            except LibraryDamaged as error:
                self.damaged += 1
                tell(str(error))
            else:
                self.taken += 1
                yield entry

"""The command that takes articles out: export."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from store.exporters.files import create_file, get_export_writer, write_markdown_files
from store.exporters.formats import ArticleCollection
from store.library.protocol import Library
from store.model.article import FullArticle, Rejection
from store.model.errors import LibraryDamaged, TargetExists
from store.model.times import format_timestamp, system_clock
from tui.cli.console import ProgressLine, print_message
from tui.cli.context import open_loaded_library, resolve_paths
from tui.cli.list import query_rows
from tui.rendering.wording import describe_command_error, format_count

FINE, FAILED, WRONG_USE = 0, 1, 2


def run_export(options: argparse.Namespace) -> int:
    """Write articles into a file, a folder or a pipe; one that cannot be read costs a line."""
    out: Path | None = options.out
    if reason := _find_target_problem(options.to, out):
        print_message(reason)
        return WRONG_USE
    if options.to == "opml":
        return _export_feeds(options)
    library = open_loaded_library(options)
    rows = query_rows(library, options)
    entries = ExportEntries(library, [row.id for row in rows])
    book = ArticleCollection(
        options.title, format_timestamp(system_clock()), [row.title for row in rows], entries
    )
    refused = 0
    with ProgressLine("exporting").display() as counter:
        if out is None:
            _write_collection(options.to, book, sys.stdout.buffer, counter)
        elif options.to == "markdown":
            refused = _write_folder(book, out, counter, replace=options.force)
        else:
            with create_file(out, replace=options.force) as file:
                _write_collection(options.to, book, file, counter)
    if out is not None:
        print_message(
            f"{format_count(entries.loaded_count - refused, 'article')} exported to {out}"
        )
    return FAILED if refused or entries.damaged_count else FINE


def _export_feeds(options: argparse.Namespace) -> int:
    """Write the subscriptions as they stand in the library."""
    from store.feeds.subscriptions import read_subscriptions

    data = read_subscriptions(resolve_paths(options).library).to_bytes()
    if options.out is None:
        sys.stdout.buffer.write(data)
    else:
        with create_file(options.out, replace=options.force) as file:
            file.write(data)
        print_message(f"feeds exported to {options.out}")
    return FINE


def _find_target_problem(form: str, out: Path | None) -> str:
    """Why this form cannot be written there, in words; empty if it can."""
    if form == "markdown":
        if out is None:
            return "Markdown is a file an article: name a folder with -o"
        return "" if out.is_dir() else f"{out}: no such folder"
    if out is None and sys.stdout.isatty():
        return f"{form} is not for reading in a terminal: name a file with -o, or pipe it"
    return ""


def _write_folder(
    book: ArticleCollection, folder: Path, counter: ProgressLine, *, replace: bool
) -> int:
    """Write a file for each article; how many were there already."""
    refused = 0
    for number, done in enumerate(
        write_markdown_files(book.entries, folder, replace=replace), start=1
    ):
        if isinstance(done, Rejection):
            refused += 1
            print_message(describe_command_error(TargetExists(Path(done.location))))
        counter.update(f"{number:,} of {len(book.titles):,}")
    return refused


def _write_collection(
    form: str, book: ArticleCollection, out: BinaryIO, counter: ProgressLine
) -> None:
    for number in get_export_writer(form)(book, out):
        counter.update(f"{number:,} of {len(book.titles):,}")


class ExportEntries(Iterable[FullArticle]):
    """The articles of an export one by one; one whose file is damaged is told and left out."""

    def __init__(self, library: Library, ids: list[str]) -> None:
        self._library = library
        self._ids = ids
        self.loaded_count = 0
        self.damaged_count = 0

    def __iter__(self) -> Iterator[FullArticle]:
        for article in self._ids:
            try:
                entry = self._library.get_article(article)
            except LibraryDamaged as error:
                self.damaged_count += 1
                print_message(str(error))
            else:
                self.loaded_count += 1
                yield entry

"""`newstui export`: export articles, or the list of feeds, to files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from store.exporters.export_files import create_file, get_export_writer, write_markdown_files
from store.exporters.formats import DEFAULT_FORMAT, FORMAT_BY_SUFFIX, ArticleCollection
from store.feeds.subscriptions import read_subscriptions
from store.library.protocol import Library
from store.model.article import FullArticle, Rejection
from store.model.errors import LibraryDamaged, TargetExists
from store.model.times import format_timestamp, system_clock
from tui.cli.console import BinaryOutput, ProgressLine, print_message
from tui.cli.context import open_loaded_library, resolve_paths
from tui.cli.exit_codes import UsageError
from tui.cli.list import describe_no_match, query_rows
from tui.rendering.wording import describe_command_error, format_count

FORMATS_OF_TARGETS = {**FORMAT_BY_SUFFIX, ".md": "md", ".opml": "opml"}


def run_export(options: argparse.Namespace) -> bool:
    """Export to a file, a folder or standard output; articles that cannot be read are reported."""
    out: Path | None = options.out
    form = options.to or _choose_format(out)
    _check_target(form, out)
    if form == "opml":
        _export_feeds(options)
        return False
    with open_loaded_library(options) as library:
        rows = query_rows(library, options)
        if not rows and options.category is not None:
            print_message(describe_no_match(library, options.category))
        entries = ExportEntries(library, [row.id for row in rows])
        collection = ArticleCollection(
            options.title, format_timestamp(system_clock()), [row.title for row in rows], entries
        )
        skipped = 0
        output = cast("BinaryIO", BinaryOutput())
        with ProgressLine("exporting") as line:
            if out is None:
                _write_collection(form, collection, output, line)
            elif form == "md":
                skipped = _write_folder(collection, out, line, replace=options.force)
            else:
                with create_file(out, replace=options.force) as file:
                    _write_collection(form, collection, file, line)
    if out is not None:
        exported = format_count(entries.loaded_count - skipped, "article")
        print_message(f"exported {exported} to {out}")
    return bool(skipped or entries.damaged_count)


def _export_feeds(options: argparse.Namespace) -> None:
    """Export the feeds; user names and passwords only to a file, which its owner alone can read."""
    subscriptions = read_subscriptions(resolve_paths(options).library)
    has_credentials = subscriptions.has_credentials
    if options.out is None:
        BinaryOutput().write(subscriptions.to_bytes(with_credentials=False))
        if has_credentials:
            print_message("left out the passwords of feeds; a file written with -o has them")
    else:
        with create_file(options.out, replace=options.force) as file:
            file.write(subscriptions.to_bytes())
        private = ", with their passwords: keep it private" if has_credentials else ""
        print_message(f"exported the feeds to {options.out}{private}")


def _choose_format(out: Path | None) -> str:
    """Return the format that the name of the target says; without a target or suffix, JSON."""
    if out is None or not (out.suffix or out.is_dir()):
        return DEFAULT_FORMAT
    form = "md" if out.is_dir() else FORMATS_OF_TARGETS.get(out.suffix.lower())
    if form is None:
        raise UsageError(f"{out}: no format has this suffix; name one with --to")
    return form


def _check_target(form: str, out: Path | None) -> None:
    if form == "md":
        if out is None:
            raise UsageError("Markdown needs a folder: give one with -o")
        if not out.is_dir():
            raise UsageError(f"{out}: no such folder")
    elif out is None and sys.stdout.isatty():
        raise UsageError(f"{form} is not written to a terminal: give a file with -o, or use a pipe")


def _write_folder(
    collection: ArticleCollection, folder: Path, line: ProgressLine, *, replace: bool
) -> int:
    """Write a file for each article and return how many were skipped because the file exists."""
    skipped = 0
    files = write_markdown_files(collection.entries, folder, replace=replace)
    for number, done in enumerate(files, start=1):
        if isinstance(done, Rejection):
            skipped += 1
            print_message(describe_command_error(TargetExists(Path(done.location))))
        line.update(f"{number:,} of {len(collection.titles):,}")
    return skipped


def _write_collection(
    form: str, collection: ArticleCollection, out: BinaryIO, line: ProgressLine
) -> None:
    for number in get_export_writer(form)(collection, out):
        line.update(f"{number:,} of {len(collection.titles):,}")


class ExportEntries(Iterable[FullArticle]):
    """The articles of an export, read one by one; damaged ones are reported and left out."""

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

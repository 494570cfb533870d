"""`newstui import`: import articles from files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from store.importers.read_files import find_sources, read_articles, read_source
from store.model.article import ParsedArticle, Rejection
from store.model.results import AddProgress
from store.model.times import current_timestamp, system_clock
from tui.cli.console import ProgressLine, print_json, print_message
from tui.cli.context import open_loaded_library, run_article_hook
from tui.rendering.wording import describe_added


def run_import(options: argparse.Namespace) -> bool:
    """Import articles from files; items that cannot be imported are reported and skipped."""
    reader = ImportReader(options.paths, options.format)
    progress = AddProgress()
    new: list[str] = []
    with open_loaded_library(options) as library:
        with ProgressLine("importing") as line:
            for progress in library.add(reader):
                new += progress.new_ids
                line.update(f"{progress.added + progress.existing:,} articles")
        run_article_hook(options, library, "on_new", new)
    skipped = reader.skipped_count
    if options.json:
        print_json({"added": progress.added, "known": progress.existing, "refused": skipped})
    else:
        print_message(describe_added(progress.added, "article", progress.existing, skipped))
    return bool(skipped)


class ImportReader:
    """The articles of files, folders and standard input; rejected items are reported and skipped."""

    def __init__(self, names: Sequence[str], kind: str | None = None) -> None:
        self._names = names
        self._kind = kind
        self._now = current_timestamp(system_clock)
        self.skipped_count = 0

    def __iter__(self) -> Iterator[ParsedArticle]:
        for item in self._read_items():
            if isinstance(item, Rejection):
                self.skipped_count += 1
                print_message(f"{item.location}: {item.reason}")
            else:
                yield item

    def _read_items(self) -> Iterator[ParsedArticle | Rejection]:
        for name in self._names:
            if name == "-":
                stdin = sys.stdin.buffer
                yield from read_articles("standard input", stdin, now=self._now, kind=self._kind)
                continue
            for source in find_sources([Path(name)]):
                if isinstance(source, Rejection):
                    yield source
                else:
                    yield from read_source(source, now=self._now, kind=self._kind)

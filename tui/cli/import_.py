"""Commands that change the library: import, edit, mark."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from store.importers.read import read_articles
from store.importers.sources import find_sources, read_source
from store.model.article import ParsedArticle, Rejection
from store.model.results import AddProgress
from store.model.times import format_timestamp, system_clock
from tui.cli.console import ProgressLine, print_json, print_message
from tui.cli.context import load_with_progress, resolve_paths, run_article_hook
from tui.rendering.wording import format_count
from tui.services import open_library

STDIN_PATH = "-"


class ImportReader:
    """Reads what was named; says what was refused, and goes on."""

    def __init__(self, names: Sequence[str], kind: str | None = None) -> None:
        self._names = names
        self._kind = kind
        self._now = format_timestamp(system_clock().replace(microsecond=0))
        self.refused: list[Rejection] = []

    def __iter__(self) -> Iterator[ParsedArticle]:
        for item in self._read_items():
            if isinstance(item, Rejection):
                self.refused.append(item)
                print_message(f"{item.location}: {item.reason}")
            else:
                yield item

    def _read_items(self) -> Iterator[ParsedArticle | Rejection]:
        for name in self._names:
            if name == STDIN_PATH:
                yield from read_articles(
                    "standard input", sys.stdin.buffer, now=self._now, kind=self._kind
                )
                continue
            for source in find_sources([Path(name)]):
                if isinstance(source, Rejection):
                    yield source
                else:
                    yield from read_source(source, now=self._now, kind=self._kind)


def run_import(options: argparse.Namespace) -> int:
    """Add articles from files; a bad one costs a line and the rest goes on."""
    library = open_library(resolve_paths(options))
    load_with_progress(library)
    intake = ImportReader(options.paths, options.format)
    last = AddProgress()
    new: list[str] = []
    with ProgressLine("importing").display() as counter:
        for last in library.add(intake):
            new += last.new_ids
            counter.update(f"{last.added + last.existing:,} articles")
    run_article_hook(options, library, "on_new", new)
    library.close()
    if options.json:
        print_json({"added": last.added, "known": last.existing, "refused": len(intake.refused)})
    else:
        print_message(_describe_import(last, len(intake.refused)))
    return 1 if intake.refused else 0


def _describe_import(added: AddProgress, refused: int) -> str:
    parts = [f"{format_count(added.added, 'article')} added"]
    if added.existing:
        parts.append(f"{added.existing:,} already there")
    if refused:
        parts.append(f"{refused:,} refused")
    return ", ".join(parts)

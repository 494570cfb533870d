"""`newstui import`: import articles from files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from store.feeds.saved_feeds import SavedFeedReader
from store.importers.feed_files import FEED_LIST_REASON, FeedReader
from store.importers.read_files import find_sources, read_articles, read_source
from store.library.protocol import Library
from store.model.article import ParsedArticle, Rejection
from store.model.results import AddProgress
from store.model.times import current_timestamp, system_clock
from tui.cli.console import ProgressLine, print_json, print_message
from tui.cli.context import open_loaded_library, run_article_hook
from tui.rendering.wording import describe_added, join_nonempty

URL_STARTS = ("http://", "https://")
FEED_LIST_HINT = "`newstui feeds --import FILE` subscribes to them"


def run_import(options: argparse.Namespace) -> bool:
    """Import articles from files; items that cannot be imported are reported and skipped."""
    skipped = SkippedItems()
    now = current_timestamp(system_clock)
    with open_loaded_library(options) as library:
        line = ProgressLine("importing")
        feeds = SavedFeedReader(library.feeds.subscriptions, now, report=line.update)
        with closing(feeds):
            items = _read_paths(options.paths, options.format, now, feeds.read)
            progress = add_with_progress(options, library, skipped.report_from(items), line)
    if options.json:
        print_json({"added": progress.added, "known": progress.existing, "refused": skipped.count})
    else:
        print_message(describe_added(progress.added, "article", progress.existing, skipped.count))
    return skipped.has_failures


def add_with_progress(
    options: argparse.Namespace,
    library: Library,
    articles: Iterable[ParsedArticle],
    line: ProgressLine,
) -> AddProgress:
    """Add articles to the library, show the progress, run the user's hook, and return the result."""
    progress = AddProgress()
    new: list[str] = []
    with line:
        for progress in library.add(articles):
            new += progress.new_ids
            line.update(f"{progress.added + progress.existing:,} articles")
    run_article_hook(options, library, "on_new", new)
    return progress


class SkippedItems:
    """Reports and counts the items of an import that are skipped."""

    def __init__(self) -> None:
        self.count = 0
        self.has_failures = False

    def report_from(self, items: Iterable[ParsedArticle | Rejection]) -> Iterator[ParsedArticle]:
        """Yield the articles; report the others as they come."""
        for item in items:
            if isinstance(item, Rejection):
                self.report(item)
            else:
                yield item

    def report(self, item: Rejection) -> None:
        """Report a skipped item."""
        self.count += 1
        self.has_failures |= item.is_failure
        hint = FEED_LIST_HINT if item.reason == FEED_LIST_REASON else ""
        print_message(f"{item.location}: {join_nonempty((item.reason, hint), '; ')}")


def _read_paths(
    names: Sequence[str], kind: str | None, now: str, read_feed: FeedReader
) -> Iterator[ParsedArticle | Rejection]:
    """Yield the articles of files, folders and standard input."""
    for name in names:
        if name == "-":
            stream = sys.stdin.buffer
            yield from read_articles(
                "standard input", stream, now=now, kind=kind, read_feed=read_feed
            )
            continue
        if name.startswith(URL_STARTS):  # a path would lose one of the slashes
            yield Rejection(name, "a URL, not a file; `newstui add URL` adds it")
            continue
        for source in find_sources([Path(name)]):
            if isinstance(source, Rejection):
                yield source
            else:
                yield from read_source(source, now=now, kind=kind, read_feed=read_feed)

"""`newstui move-in`: take feeds, saved searches and articles from another reader."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from store.model.times import current_timestamp, system_clock
from store.other_readers.contents import ReaderContents
from store.other_readers.programs import open_other_reader
from store.search.saved_searches import FolderSearchStore
from tui.cli.console import print_json, print_message
from tui.cli.context import open_loaded_library, resolve_paths
from tui.cli.feeds import open_feed_store
from tui.cli.import_ import SkippedItems, add_with_progress
from tui.config.settings import load_settings
from tui.rendering.wording import describe_added


def run_move_in(options: argparse.Namespace) -> bool:
    """Take everything that another reader keeps; what cannot be taken is reported and skipped."""
    skipped = SkippedItems()
    paths = [Path(path) for path in options.paths]
    with open_other_reader(options.program, paths, os.environ) as contents:
        for each in contents.rejected:
            skipped.report(each)
        feed_store = open_feed_store(options)
        feeds = feed_store.add_new(contents.subscriptions)
        searches = _add_searches(options, contents)
        now = current_timestamp(system_clock)
        with open_loaded_library(options) as library:
            items = contents.build_articles(feed_store.subscriptions(), now)
            progress = add_with_progress(options, library, skipped.report_from(items))
    if options.json:
        values = {
            "feeds": feeds,
            "searches": searches,
            "added": progress.added,
            "known": progress.existing,
            "refused": skipped.count,
        }
        print_json(values)
        return bool(skipped.count)
    print_message(describe_added(feeds, "feed", len(contents.subscriptions) - feeds))
    if contents.searches:
        print_message(describe_added(searches, "saved search", len(contents.searches) - searches))
    print_message(describe_added(progress.added, "article", progress.existing, skipped.count))
    return bool(skipped.count)


def _add_searches(options: argparse.Namespace, contents: ReaderContents) -> int:
    paths = resolve_paths(options)
    taken = load_settings(paths.config).settings.searches
    return FolderSearchStore(paths.library, paths.cache).add_new(contents.searches, taken)

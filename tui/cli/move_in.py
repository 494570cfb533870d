"""`newstui move-in`: take feeds, saved searches and articles from another reader."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from store.model.times import current_timestamp, system_clock
from store.other_readers.programs import open_other_reader
from tui.cli.console import ProgressLine, print_json, print_message
from tui.cli.context import open_loaded_library, resolve_paths
from tui.cli.import_ import SkippedItems, add_with_progress
from tui.config.settings import load_settings
from tui.rendering.wording import describe_added


def run_move_in(options: argparse.Namespace) -> bool:
    """Take everything that another reader keeps; what cannot be taken is reported and skipped."""
    skipped = SkippedItems()
    paths = [Path(path) for path in options.paths]
    with (
        open_other_reader(options.program, paths, os.environ) as contents,
        open_loaded_library(options) as library,
    ):
        for each in contents.rejected:
            skipped.report(each)
        feeds = library.feeds.add_new(contents.subscriptions)
        own = load_settings(resolve_paths(options).config).settings.searches
        searches = library.searches.add_new(contents.searches, own)
        now = current_timestamp(system_clock)
        items = contents.build_articles(library.feeds.subscriptions(), now)
        line = ProgressLine("importing")
        progress = add_with_progress(options, library, skipped.report_from(items), line)
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

"""`newstui mark`: mark articles as read or unread, star or unstar them."""

from __future__ import annotations

import argparse

from tui.actions.article_changes import set_state
from tui.cli.context import open_loaded_library, run_article_hook
from tui.cli.selection import report_changes, select_articles


def run_mark(options: argparse.Namespace) -> bool:
    """Mark articles; report those that were not found."""
    with open_loaded_library(options) as library:
        ids, failed = select_articles(library, options)
        for flag in filter(None, (options.read, options.star) if ids else ()):
            result = set_state(library, ids, flag)
            report_changes(options, flag, result)
            run_article_hook(options, library, "on_read", result.marked_read)
    return failed

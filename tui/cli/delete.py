"""`newstui delete`: delete articles."""

from __future__ import annotations

import argparse

from tui.actions.article_changes import delete
from tui.cli.console import print_message
from tui.cli.context import open_loaded_library
from tui.cli.selection import report_changes, select_articles
from tui.rendering.wording import format_count


def run_delete(options: argparse.Namespace) -> bool:
    """Delete articles, as one change; report those that were not found."""
    with open_loaded_library(options) as library:
        ids, failed = select_articles(library, options)
        if ids:
            result = delete(library, ids)
            report_changes(options, "deleted", result)
            deleted = format_count(len(result.articles), "article")
            print_message(f"deleted {deleted}; `newstui undo` undoes it")
        elif not failed:
            print_message("no matching articles")
    return failed

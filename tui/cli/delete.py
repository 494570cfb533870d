"""`newstui delete`: delete articles."""

from __future__ import annotations

import argparse
from dataclasses import replace

from tui.actions.article_changes import delete
from tui.cli.context import open_loaded_library
from tui.cli.selection import report_changes, select_articles
from tui.rendering.wording import format_count


def run_delete(options: argparse.Namespace) -> bool:
    """Delete articles, as one change; report those that were not found."""
    with open_loaded_library(options) as library:
        ids, failed = select_articles(library, options)
        if ids:
            result = delete(library, ids)
            deleted = format_count(len(result.articles), "article")
            message = f"deleted {deleted}; `newstui undo` undoes it"
            report_changes(options, "deleted", replace(result, message=message))
    return failed

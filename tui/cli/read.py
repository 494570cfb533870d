"""`newstui read`: read an article in a pager."""

from __future__ import annotations

import argparse
import shutil
import sys

from store.model.article import FullArticle
from tui.cli.console import print_data
from tui.cli.context import open_article
from tui.rendering.plain_text import DEFAULT_LINE_WIDTH, article_lines

DEFAULT_PAGE_ROWS = 24
"""Rows of a page where no terminal says how many there are."""


def run_read(options: argparse.Namespace) -> int:
    """Print an article in plain words, for a screen reader or a pager."""
    _, entry = open_article(options)
    print_data(_article_text(entry))
    return 0


def _article_text(entry: FullArticle) -> str:
    return "\n".join(line.text for line in article_lines(entry, page_size()[0]))


def page_size() -> tuple[int, int]:
    """Columns and rows of what standard output is, if it is a terminal."""
    if not sys.stdout.isatty():
        return DEFAULT_LINE_WIDTH, DEFAULT_PAGE_ROWS
    size = shutil.get_terminal_size((DEFAULT_LINE_WIDTH, DEFAULT_PAGE_ROWS))
    return max(20, size.columns), max(5, size.lines)

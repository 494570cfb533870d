"""`newstui read`: read an article in a pager."""

from __future__ import annotations

import argparse
import shutil
import sys

from store.model.article import Entry
from tui.cli.console import put
from tui.cli.context import opened
from tui.rendering.plain_text import WIDTH, article_lines

PAGE = 24
"""Rows of a page where no terminal says how many there are."""


def read(options: argparse.Namespace) -> int:
    """Print an article in plain words, for a screen reader or a pager."""
    _, entry = opened(options)
    put(_page_of(entry))
    return 0


def _page_of(entry: Entry) -> str:
    return "\n".join(line.text for line in article_lines(entry, page_size()[0]))


def page_size() -> tuple[int, int]:
    """Columns and rows of what standard output is, if it is a terminal."""
    if not sys.stdout.isatty():
        return WIDTH, PAGE
    size = shutil.get_terminal_size((WIDTH, PAGE))
    return max(20, size.columns), max(5, size.lines)

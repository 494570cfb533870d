"""`newstui read`: print an article for a screen reader or a pager."""

from __future__ import annotations

import argparse

from tui.cli.console import page_size, print_data
from tui.cli.context import open_article
from tui.rendering.plain_text import article_lines


def run_read(options: argparse.Namespace) -> None:
    """Print an article as plain text."""
    with open_article(options) as (_, entry):
        columns, _ = page_size()
        print_data("\n".join(line.text for line in article_lines(entry, columns)))

"""The command that searches: articles in which the words stand, each with the line they stand in."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from store.exporters.newstui_json import metadata_to_dict
from store.library.protocol import Library
from store.model.article import ArticleRow, Snippet
from store.search import Matches, SearchQuery
from store.search.predicates import query_needs_index
from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import open_loaded_library, update_index_with_progress
from tui.cli.list import format_row
from tui.rendering.cells import fit_cells

SNIPPET_BATCH_ARTICLES = 500
"""Articles whose lines are looked for at once."""
SNIPPET_INDENT = 14
SNIPPET_LINE_WIDTH = 100
"""Cells of a line that shows where the words stand."""


def run_search(options: argparse.Namespace) -> int:
    """Print what was found, or with `--json` the facts of each on a line."""
    library = open_loaded_library(options)
    asked = SearchQuery(" ".join(options.words), newest_first=options.newest)
    if query_needs_index(asked.text):
        update_index_with_progress(library)
    matches = library.search(asked, options.limit)
    if matches.note:
        print_message(matches.note)
    for row, excerpt in _rows_with_snippets(library, matches):
        if options.json:
            for article, reading in library.articles([row.id]):
                print_json({**metadata_to_dict(article, reading), "line": excerpt.text})
        else:
            print_data(format_row(row))
            if excerpt.text:
                print_data(
                    " " * SNIPPET_INDENT
                    + fit_cells(excerpt.text, SNIPPET_LINE_WIDTH - SNIPPET_INDENT).rstrip()
                )
    if not matches.rows:
        print_message("nothing found")
    return 0


def _rows_with_snippets(library: Library, matches: Matches) -> Iterator[tuple[ArticleRow, Snippet]]:
    for start in range(0, len(matches.rows), SNIPPET_BATCH_ARTICLES):
        rows: Sequence[ArticleRow] = matches.rows[start : start + SNIPPET_BATCH_ARTICLES]
        excerpts = library.snippets(matches, [row.id for row in rows])
        for row in rows:
            yield row, excerpts.get(row.id, Snippet())

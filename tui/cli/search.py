"""`newstui search`: search articles and print a snippet of each."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from store.exporters.newstui_json import metadata_to_dict
from store.library.protocol import Library
from store.model.article import ArticleRow, Snippet
from store.search.language import query_needs_index
from store.search.list_query import Matches, SearchQuery
from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import open_loaded_library, update_index_with_progress
from tui.cli.list import format_row
from tui.rendering.cells import fit_cells
from tui.rendering.wording import describe_matches

SNIPPET_BATCH_ARTICLES = 500
SNIPPET_INDENT = 14
SNIPPET_CELLS = 86


def run_search(options: argparse.Namespace) -> None:
    """Print the articles found, each with a snippet, or their metadata as JSON."""
    with open_loaded_library(options) as library:
        query = SearchQuery(" ".join(options.words), newest_first=options.newest)
        if query_needs_index(query.text):
            update_index_with_progress(library)
        matches = library.search(query, options.limit)
        if note := describe_matches(matches):
            print_message(note)
        for row, snippet in _rows_with_snippets(library, matches):
            if options.json:
                for article, reading in library.articles([row.id]):
                    print_json({**metadata_to_dict(article, reading), "line": snippet.text})
                continue
            print_data(format_row(row))
            if snippet.text:
                print_data(" " * SNIPPET_INDENT + fit_cells(snippet.text, SNIPPET_CELLS).rstrip())
        if not matches.rows:
            print_message("no matching articles")


def _rows_with_snippets(library: Library, matches: Matches) -> Iterator[tuple[ArticleRow, Snippet]]:
    for start in range(0, len(matches.rows), SNIPPET_BATCH_ARTICLES):
        rows = matches.rows[start : start + SNIPPET_BATCH_ARTICLES]
        snippets = library.snippets(matches, [row.id for row in rows])
        for row in rows:
            yield row, snippets.get(row.id, Snippet())

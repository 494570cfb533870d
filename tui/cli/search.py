"""`newstui search`: search articles and print a snippet of each."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from store.exporters.newstui_json import metadata_to_dict
from store.library.protocol import Library
from store.model.article import ArticleRow, Snippet
from store.search.language import query_needs_index
from store.search.list_query import Matches, SearchQuery
from tui.cli.console import print_message
from tui.cli.context import open_loaded_library, update_index_with_progress
from tui.cli.list import article_columns, article_values, title_spans
from tui.cli.output import Line, highlight, print_list
from tui.rendering.wording import describe_matches

SNIPPET_BATCH_ARTICLES = 500
SNIPPET_INDENT = "    "


class Match(NamedTuple):
    """An article that was found."""

    row: ArticleRow
    snippet: Snippet


def run_search(options: argparse.Namespace) -> None:
    """Print the articles found, each with a snippet."""
    with open_loaded_library(options) as library:
        query = SearchQuery(" ".join(options.words), newest_first=options.newest)
        if query_needs_index(query.text):
            update_index_with_progress(library)
        matches = library.search(query, options.limit)
        if note := describe_matches(matches):
            print_message(note)
        found = list(_matches_with_snippets(library, matches))
        print_list(found, MatchForm(library, matches), options)
        if not found:
            print_message("no matching articles")


class MatchForm:
    """The forms in which articles that were found are listed."""

    def __init__(self, library: Library, matches: Matches) -> None:
        self._library = library
        self._highlighter = matches.highlighter

    def records(self, items: Sequence[Match]) -> Iterator[Mapping[str, Any]]:
        """Yield metadata, reading status and snippet of the articles."""
        snippets = {each.row.id: each.snippet.text for each in items}
        for article, reading in self._library.articles(snippets):
            yield {**metadata_to_dict(article, reading), "line": snippets[article.id]}

    def values(self, item: Match) -> Sequence[str]:
        """Return the columns of `newstui list`, and the snippet."""
        return [*article_values(item.row), item.snippet.text]

    def lines(self, item: Match, width: int) -> Iterator[Line]:
        """Yield the line of an article, and its snippet below it, with the hits marked."""
        yield [*article_columns(item.row, width), *title_spans(item.row, self._highlighter)]
        if item.snippet.text:
            yield [
                (SNIPPET_INDENT, ""),
                *highlight(item.snippet.text, item.snippet.highlights, "dim"),
            ]


def _matches_with_snippets(library: Library, matches: Matches) -> Iterator[Match]:
    for start in range(0, len(matches.rows), SNIPPET_BATCH_ARTICLES):
        rows = matches.rows[start : start + SNIPPET_BATCH_ARTICLES]
        snippets = library.snippets(matches, [row.id for row in rows])
        for row in rows:
            yield Match(row, snippets.get(row.id, Snippet()))

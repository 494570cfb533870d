"""Commands that print: list, show, similar, keys."""

from __future__ import annotations

import argparse

from store.exporters.newstui_json import metadata_to_dict
from store.library.protocol import Library
from store.model.article import ArticleRow, reading_minutes
from store.search import ListQuery
from store.search.predicates import query_needs_index
from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import open_loaded_library, update_index_with_progress
from tui.rendering.cells import fit_cells
from tui.rendering.wording import format_row_date

SHORT_ID_LENGTH = 8


def run_list(options: argparse.Namespace) -> int:
    """List rows, or with `--json` the facts of each on a line."""
    library = open_loaded_library(options)
    rows = query_rows(library, options)
    if options.json:
        for article, reading in library.articles(row.id for row in rows):
            print_json(metadata_to_dict(article, reading))
        return 0
    if not rows:
        asked = build_query(options) != ListQuery()
        print_message("no articles" if asked else "no articles yet; `newstui import` adds some")
    for row in rows:
        print_data(format_row(row))
    return 0


def query_rows(library: Library, options: argparse.Namespace) -> list[ArticleRow]:
    """The articles that were asked for, in their order; what looking for them needs is made."""
    query = build_query(options)
    if query_needs_index(query.text):
        update_index_with_progress(library)
    return library.rows(query)[: options.limit]


def build_query(options: argparse.Namespace) -> ListQuery:
    """The articles that were asked for, and their order."""
    return ListQuery(options.show, options.category, " ".join(options.words), options.sort)


def format_row(row: ArticleRow) -> str:
    """An article as one line of a list."""
    marks = f"{' ' if row.read else '●'}{'★' if row.starred else ' '}"
    facts = f"{fit_cells(format_row_date(row.timestamp), 10)}  {fit_cells(row.category, 12)}"
    return f"{row.id[:SHORT_ID_LENGTH]}  {marks} {facts}  {reading_minutes(row.words):>3}′  {row.title}"

"""`newstui list`: list articles."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from store.exporters.newstui_json import metadata_to_dict
from store.library.protocol import Library
from store.model.article import ArticleRow, reading_minutes
from store.search.language import query_needs_index
from store.search.list_query import ListQuery
from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import open_loaded_library, update_index_with_progress
from tui.rendering.cells import fit_cells
from tui.rendering.wording import describe_correction, label_row_date

SHORT_ID_LENGTH = 8
ROW_DATE_CELLS, ROW_CATEGORY_CELLS = 10, 12


def run_list(options: argparse.Namespace) -> None:
    """Print a line for each article, or its metadata as JSON."""
    with open_loaded_library(options) as library:
        rows = query_rows(library, options) or _correct_rows(library, options)
        if options.json:
            for article, reading in library.articles(row.id for row in rows):
                print_json(metadata_to_dict(article, reading))
            return
        if not rows:
            is_empty = build_query(options) == ListQuery()
            print_message(
                "no articles yet; `newstui import` adds some"
                if is_empty
                else "no matching articles"
            )
        for row in rows:
            print_data(format_row(row))


def query_rows(library: Library, options: argparse.Namespace) -> Sequence[ArticleRow]:
    """Return the rows of the query, in its order; update the index if the query needs it."""
    query = build_query(options)
    if query_needs_index(query.text):
        update_index_with_progress(library)
    return _list_rows(library, query, options.limit)


def _list_rows(library: Library, query: ListQuery, limit: int | None) -> Sequence[ArticleRow]:
    listing = library.listing(query)
    return listing.window(0, listing.total if limit is None else limit)


def _correct_rows(library: Library, options: argparse.Namespace) -> Sequence[ArticleRow]:
    """Return the rows of the query with its misspelt words corrected, and say so.

    JSON is for programs, which get nothing that was not asked for.
    """
    query = build_query(options)
    corrected = library.correct_query(query.text)
    rows = _list_rows(library, replace(query, text=corrected), options.limit) if corrected else ()
    if rows:
        print_message(describe_correction(corrected))
    return () if options.json else rows


def build_query(options: argparse.Namespace) -> ListQuery:
    """Return the query of the command line."""
    sort = options.sort.replace("-", " ")
    return ListQuery(options.show, options.category, " ".join(options.words), sort)


def format_row(row: ArticleRow) -> str:
    """Return an article as a line of a list."""
    state = f"{' ' if row.read else '●'}{'★' if row.starred else ' '}"
    date = fit_cells(label_row_date(row.timestamp), ROW_DATE_CELLS)
    category = fit_cells(row.category, ROW_CATEGORY_CELLS)
    minutes = f"{reading_minutes(row.words):>3}′"
    return f"{row.id[:SHORT_ID_LENGTH]}  {state} {date}  {category}  {minutes}  {row.title}"

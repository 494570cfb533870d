"""`newstui list`: list articles."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from store.exporters.newstui_json import metadata_to_dict
from store.library.protocol import Library
from store.model.article import ArticleRow, reading_minutes
from store.model.times import is_dated
from store.search.list_query import ListQuery, SearchQuery
from store.text.clean import clean_line
from store.text.names import name_key
from themes.faults import quote_value, suggest_nearest
from tui.cli.console import print_message
from tui.cli.context import open_loaded_library, update_index_with_progress
from tui.cli.output import Line, column, highlight, is_terminal, print_list, right_column
from tui.rendering.wording import NO_DATE, describe_correction, format_row_date

if TYPE_CHECKING:
    from store.search.highlight import Highlighter

SHORT_ID_LENGTH = 8
ROW_DATE_CELLS, ROW_CATEGORY_CELLS, ROW_MINUTES_CELLS = 10, 12, 4
MIN_DATE_CELLS, MIN_CATEGORY_CELLS = 50, 72
"""The narrowest terminals with a column of dates, and with one of categories."""
NO_ARTICLES = "no articles yet; `newstui import` adds some"


def run_list(options: argparse.Namespace) -> None:
    """Print the articles of a query."""
    with open_loaded_library(options) as library:
        rows = query_rows(library, options) or _correct_rows(library, options)
        if not rows and not options.json:
            is_empty = build_query(options) == ListQuery() and not library.problems
            print_message(NO_ARTICLES if is_empty else describe_no_match(library, options.category))
        highlighter = find_highlighter(library, " ".join(options.words))
        print_list(rows, ArticleForm(library, highlighter), options)


def find_highlighter(library: Library, text: str) -> Highlighter | None:
    """Return what marks the words of a query on a terminal; nothing in a pipe."""
    return library.search(SearchQuery(text), 1).highlighter if text and is_terminal() else None


def describe_no_match(library: Library, category: str | None) -> str:
    """Return that nothing matches, with the nearest category if there is none of that name."""
    known = [each.name for each in library.by("category")]
    if category is None or name_key(category) in map(name_key, known):
        return "no matching articles"
    hint = suggest_nearest(category, known)
    return f"no matching articles: there is no category {quote_value(category)}" + (
        hint and f"; {hint}"
    )


class ArticleForm:
    """The forms in which articles are listed."""

    def __init__(self, library: Library, highlighter: Highlighter | None) -> None:
        self._library = library
        self._highlighter = highlighter

    def records(self, items: Sequence[ArticleRow]) -> Iterator[Mapping[str, Any]]:
        """Yield metadata and reading status of the articles."""
        for article, reading in self._library.articles(row.id for row in items):
            yield metadata_to_dict(article, reading)

    def values(self, item: ArticleRow) -> Sequence[str]:
        """Return id, `read` or `unread`, `starred` or nothing, date, category, minutes, title."""
        return article_values(item)

    def lines(self, item: ArticleRow, width: int) -> Iterator[Line]:
        """Yield the line of an article."""
        yield [*article_columns(item, width), *title_spans(item, self._highlighter)]


def article_values(row: ArticleRow) -> list[str]:
    """Return the columns of an article in a pipe."""
    return [
        row.id,
        "read" if row.read else "unread",
        "starred" if row.starred else "",
        format_row_date(row.timestamp),
        row.category,
        str(reading_minutes(row.words)),
        row.title,
    ]


def article_columns(row: ArticleRow, width: int) -> Line:
    """Return the columns before the title; a narrow terminal has fewer."""
    columns = [
        (row.id[:SHORT_ID_LENGTH], "id"),
        ("  ", ""),
        (" ", "") if row.read else ("●", "bold"),
        ("★", "star") if row.starred else (" ", ""),
        (" ", ""),
    ]
    if width >= MIN_DATE_CELLS:
        date = format_row_date(row.timestamp) if is_dated(row.timestamp) else NO_DATE
        columns += [column(date, ROW_DATE_CELLS, "dim"), ("  ", "")]
    if width >= MIN_CATEGORY_CELLS:
        minutes = f"{reading_minutes(row.words)}′"
        columns += [column(row.category, ROW_CATEGORY_CELLS, "category"), ("  ", "")]
        columns += [right_column(minutes, ROW_MINUTES_CELLS, "dim"), ("  ", "")]
    return columns


def title_spans(row: ArticleRow, highlighter: Highlighter | None = None) -> Line:
    """Return the title, bold if the article is unread, with the hits marked."""
    title = clean_line(row.title)
    hits = highlighter.find_spans(title) if highlighter else ()
    return highlight(title, hits, "" if row.read else "bold")


def query_rows(library: Library, options: argparse.Namespace) -> Sequence[ArticleRow]:
    """Return the rows of the query, in its order; update the index if the query needs it."""
    query = build_query(options)
    if query.is_folded:
        library.listing(query)  # so that the library looks for copies
    if query.is_folded or (query.text and _needs_index(query.text)):
        update_index_with_progress(library)
    return _list_rows(library, query, options.limit)


def _needs_index(text: str) -> bool:
    from store.search.language import query_needs_index  # without a query, the list is there sooner

    return query_needs_index(text)


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
    return ListQuery(
        options.show, options.category, " ".join(options.words), sort, is_folded=options.fold
    )

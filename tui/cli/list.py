"""Commands that print: list, show, similar, keys."""

from __future__ import annotations

import argparse

from store.exporters import facts_json
from store.library.protocol import Library
from store.library.searcher import needs_index
from store.model.article import Row, minutes
from store.search import Query
from tui.cli.console import put, put_json, tell
from tui.cli.context import indexed, loaded
from tui.rendering.cells import fit
from tui.rendering.wording import day_of

SHORT_ID = 8


def list_articles(options: argparse.Namespace) -> int:
    """List rows, or with `--json` the facts of each on a line."""
    library = loaded(options)
    rows = asked_rows(library, options)
    if options.json:
        for article, reading in library.articles(row.id for row in rows):
            put_json(facts_json(article, reading))
        return 0
    if not rows:
        asked = query_of(options) != Query()
        tell("no articles" if asked else "no articles yet; `newstui import` adds some")
    for row in rows:
        put(row_line(row))
    return 0


def asked_rows(library: Library, options: argparse.Namespace) -> list[Row]:
    """The articles that were asked for, in their order; what looking for them needs is made."""
    query = query_of(options)
    if needs_index(query.words):
        indexed(library)
    return library.rows(query)[: options.limit]


def query_of(options: argparse.Namespace) -> Query:
    """The articles that were asked for, and their order."""
    return Query(options.show, options.category, " ".join(options.words), options.sort)


def row_line(row: Row) -> str:
    """An article as one line of a list."""
    marks = f"{' ' if row.read else '●'}{'★' if row.starred else ' '}"
    facts = f"{fit(day_of(row.when), 10)}  {fit(row.category, 12)}"
    return f"{row.id[:SHORT_ID]}  {marks} {facts}  {minutes(row.words):>3}′  {row.title}"

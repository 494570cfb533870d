"""The command that searches: articles in which the words stand, each with the line they stand in."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from store.exporters import facts_json
from store.library.protocol import Library
from store.library.searcher import needs_index
from store.model.article import Excerpt, Row
from store.search import Search
from store.search.matches import Matches
from tui.cli.console import put, put_json, tell
from tui.cli.context import indexed, loaded
from tui.cli.list import row_line
from tui.rendering.cells import fit

AT_ONCE = 500
"""Articles whose lines are looked for at once."""
INDENT = 14
WIDTH = 100
"""Cells of a line that shows where the words stand."""


def search(options: argparse.Namespace) -> int:
    """Print what was found, or with `--json` the facts of each on a line."""
    library = loaded(options)
    asked = Search(" ".join(options.words), newest=options.newest)
    if needs_index(asked.text):
        indexed(library)
    matches = library.search(asked, options.limit)
    if matches.note:
        tell(matches.note)
    for row, excerpt in _lines(library, matches):
        if options.json:
            for article, reading in library.articles([row.id]):
                put_json({**facts_json(article, reading), "line": excerpt.line})
        else:
            put(row_line(row))
            if excerpt.line:
                put(" " * INDENT + fit(excerpt.line, WIDTH - INDENT).rstrip())
    if not matches.rows:
        tell("nothing found")
    return 0


def _lines(library: Library, matches: Matches) -> Iterator[tuple[Row, Excerpt]]:
    for start in range(0, len(matches.rows), AT_ONCE):
        rows: Sequence[Row] = matches.rows[start : start + AT_ONCE]
        excerpts = library.excerpts(matches, [row.id for row in rows])
        for row in rows:
            yield row, excerpts.get(row.id, Excerpt())

"""`newstui passages`: find the paragraphs that answer a query best."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.exporters.newstui_json import passage_to_dict
from store.model.article import Passage
from store.search.highlight import Highlighter
from store.text.clean import clean_line
from store.text.markdown import strip_inline_markdown
from tui.cli.console import print_message
from tui.cli.context import open_loaded_library, update_index_with_progress
from tui.cli.list import SHORT_ID_LENGTH, find_highlighter
from tui.cli.output import Line, highlight, print_list
from tui.rendering.plain_text import wrap_plain_text
from tui.rendering.wording import (
    describe_correction,
    format_row_date,
    join_nonempty,
    label_row_date,
)

PASSAGE_INDENT = "    "


def run_passages(options: argparse.Namespace) -> None:
    """Print the passages with their articles."""
    with open_loaded_library(options) as library:
        update_index_with_progress(library)
        text = " ".join(options.words)
        matches = library.passages(text, options.limit)
        highlighter = find_highlighter(library, matches.corrected or text)
    if note := join_nonempty((describe_correction(matches.corrected), matches.note)):
        print_message(note)
    if not matches.passages:
        print_message("no matching passages")
    print_list(matches.passages, PassageForm(highlighter), options)


class PassageForm:
    """The forms in which passages are listed."""

    def __init__(self, highlighter: Highlighter | None) -> None:
        self._highlighter = highlighter

    def records(self, items: Sequence[Passage]) -> Iterator[Mapping[str, Any]]:
        """Yield the passages as JSON."""
        return map(passage_to_dict, items)

    def values(self, item: Passage) -> Sequence[str]:
        """Return id, `read` or `unread`, date, number of the paragraph, title, paragraph."""
        row = item.article
        state = "read" if item.read else "unread"
        date = format_row_date(row.timestamp)
        return [row.id, state, date, str(item.number), row.title, item.text]

    def lines(self, item: Passage, width: int) -> Iterator[Line]:
        """Yield the article of a passage, and the passage below it."""
        row = item.article
        yield [
            (row.id[:SHORT_ID_LENGTH], "id"),
            ("  ", ""),
            (" " if item.read else "●", "bold"),
            (f" {label_row_date(row.timestamp)}  ", "dim"),
            (f"{clean_line(row.title)}, paragraph {item.number}", "bold"),
        ]
        text = wrap_plain_text(strip_inline_markdown(item.text), width - len(PASSAGE_INDENT))
        for line in text.split("\n"):
            hits = self._highlighter.find_spans(line) if self._highlighter else ()
            yield [(PASSAGE_INDENT, ""), *highlight(line, hits)]

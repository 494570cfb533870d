"""`newstui passages`: find the paragraphs that answer a query best."""

from __future__ import annotations

import argparse

from store.exporters.newstui_json import passage_to_dict
from store.model.article import Passage
from store.text.markdown import strip_inline_markdown
from tui.cli.console import page_size, print_data, print_json, print_message
from tui.cli.context import open_loaded_library, update_index_with_progress
from tui.cli.list import SHORT_ID_LENGTH
from tui.rendering.plain_text import wrap_plain_text
from tui.rendering.wording import describe_correction, join_nonempty, label_row_date

PASSAGE_INDENT = "    "


def run_passages(options: argparse.Namespace) -> None:
    """Print the passages with their articles, or as JSON."""
    with open_loaded_library(options) as library:
        update_index_with_progress(library)
        matches = library.passages(" ".join(options.words), options.limit)
    if note := join_nonempty((describe_correction(matches.corrected), matches.note)):
        print_message(note)
    if not matches.passages:
        print_message("no matching passages")
    for passage in matches.passages:
        if options.json:
            print_json(passage_to_dict(passage))
        else:
            print_data(format_passage(passage, page_size()[0]))


def format_passage(passage: Passage, width: int) -> str:
    """Return the article of a passage as a line, and the passage below it."""
    row = passage.article
    state = " " if passage.read else "●"
    place = f"{label_row_date(row.timestamp)}  {row.title}, paragraph {passage.number}"
    head = f"{row.id[:SHORT_ID_LENGTH]}  {state} {place}"
    text = wrap_plain_text(strip_inline_markdown(passage.text), width - len(PASSAGE_INDENT))
    return "\n".join([head, *(f"{PASSAGE_INDENT}{line}" for line in text.split("\n"))])

"""`newstui similar`: list similar articles."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.exporters.newstui_json import similar_to_dict
from store.model.article import SimilarArticle
from store.text.clean import clean_line
from tui.cli.console import print_message
from tui.cli.context import open_article, update_similar_with_progress
from tui.cli.list import SHORT_ID_LENGTH
from tui.cli.output import Line, column, print_list
from tui.rendering.article_details import list_similar_facts
from tui.rendering.plain_text import describe_similar
from tui.rendering.wording import format_row_date, join_nonempty


def run_similar(options: argparse.Namespace) -> None:
    """Print the articles similar to an article."""
    with open_article(options) as (library, entry):
        update_similar_with_progress(library)
        similar = library.similar(entry)
        if not similar:
            print_message("no similar articles")
        print_list(similar, SimilarForm(), options)


class SimilarForm:
    """The forms in which similar articles are listed."""

    def records(self, items: Sequence[SimilarArticle]) -> Iterator[Mapping[str, Any]]:
        """Yield the articles as JSON."""
        return map(similar_to_dict, items)

    def values(self, item: SimilarArticle) -> Sequence[str]:
        """Return id, date, category, score, title, keywords in common."""
        date = format_row_date(item.timestamp)
        terms = ", ".join(item.shared_terms)
        return [item.id or "", date, item.category, f"{item.score:.4f}", item.title, terms]

    def lines(self, item: SimilarArticle, width: int) -> Iterator[Line]:
        """Yield the line of an article, and what is known of it below."""
        yield [
            column((item.id or "")[:SHORT_ID_LENGTH], SHORT_ID_LENGTH, "id"),
            ("  ", ""),
            (clean_line(item.title), "" if item.read else "bold"),
        ]
        facts = join_nonempty(list_similar_facts(item, format_row_date(item.timestamp)))
        yield [(" " * (SHORT_ID_LENGTH + 2), ""), (facts, "dim")]


def similar_lines(similar: Sequence[SimilarArticle]) -> Iterator[str]:
    """Yield a numbered line for each similar article."""
    for number, each in enumerate(similar, 1):
        yield f"{number}. {describe_similar(each, (each.id or '')[:SHORT_ID_LENGTH])}"

"""`newstui similar`: list similar articles."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from store.exporters.newstui_json import similar_to_dict
from store.model.article import SimilarArticle
from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import open_article, update_similar_with_progress
from tui.cli.list import SHORT_ID_LENGTH
from tui.rendering.plain_text import describe_similar


def run_similar(options: argparse.Namespace) -> None:
    """Print the articles similar to an article."""
    with open_article(options) as (library, entry):
        update_similar_with_progress(library)
        similar = library.similar(entry)
        if not similar:
            print_message("no similar articles")
        elif options.json:
            for each in similar:
                print_json(similar_to_dict(each))
        else:
            print_data("\n".join(similar_lines(similar)))


def similar_lines(similar: Sequence[SimilarArticle]) -> Iterator[str]:
    """Yield a numbered line for each similar article."""
    for number, each in enumerate(similar, 1):
        yield f"{number}. {describe_similar(each, (each.id or '')[:SHORT_ID_LENGTH])}"

"""`newstui show` and `newstui similar`: print an article, or articles similar to it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from store.exporters.newstui_json import article_to_dict, similar_to_dict
from store.model.article import ArticleInsights, FullArticle, SimilarArticle
from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import open_article, update_index_with_progress
from tui.cli.list import SHORT_ID_LENGTH
from tui.rendering.article_details import (
    SIMILAR_HEADING,
    describe_summary_origin,
    list_details,
    list_statistics,
)
from tui.rendering.plain_text import describe_similar
from tui.rendering.wording import format_count, join_nonempty


def run_show(options: argparse.Namespace) -> int:
    """Print an article in the order of the page the project started from."""
    library, entry = open_article(options)
    update_index_with_progress(library)
    similar = library.similar(entry)
    if options.json:
        print_json(article_to_dict(entry, similar), pretty=True)
    elif options.format == "md":
        from store.exporters.markdown import article_to_markdown  # imported here: few need YAML

        print_data(article_to_markdown(entry).removesuffix("\n"))
    else:
        print_data("\n".join(_article_lines(entry, similar, library.insights(entry))))
    return 0


def _article_lines(
    entry: FullArticle, similar: Sequence[SimilarArticle], insights: ArticleInsights
) -> Iterable[str]:
    yield from (entry.article.title, "", entry.body.text, "")
    yield f"{SIMILAR_HEADING} ({format_count(len(similar), 'item')})"
    yield from (f"{number}. {_similar_line(other)}" for number, other in enumerate(similar, 1))
    yield from ("", "Summary")
    yield join_nonempty((entry.body.summary, describe_summary_origin(entry.body)), " ")
    yield from ("", "Statistics", *list_statistics(entry), "", "Details")
    yield from (f"{label}: {value}" for label, value in list_details(entry, insights))


def _similar_line(other: SimilarArticle) -> str:
    return describe_similar(other, (other.id or "")[:SHORT_ID_LENGTH])


def run_similar(options: argparse.Namespace) -> int:
    """List the similar readings of an article."""
    library, entry = open_article(options)
    update_index_with_progress(library)
    found = library.similar(entry)
    for number, other in enumerate(found, 1):
        if options.json:
            print_json(similar_to_dict(other))
        else:
            print_data(f"{number}. {_similar_line(other)}")
    if not found:
        print_message("nothing similar in the library")
    return 0

"""`newstui show`: print an article with its details."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from store.exporters.newstui_json import article_to_dict
from store.model.article import ArticleInsights, FullArticle, SimilarArticle
from tui.actions.article_export import render_markdown
from tui.cli.console import print_data, print_json
from tui.cli.context import open_article, update_index_with_progress
from tui.cli.similar import similar_lines
from tui.rendering.article_details import (
    SIMILAR_HEADING,
    describe_summary_origin,
    list_details,
    list_statistics,
)
from tui.rendering.wording import format_count, join_nonempty


def run_show(options: argparse.Namespace) -> None:
    """Print an article with its similar articles, summary, statistics and details."""
    with open_article(options) as (library, entry):
        update_index_with_progress(library)
        similar = library.similar(entry)
        if options.json:
            print_json(article_to_dict(entry, similar), pretty=True)
        elif options.format == "md":
            print_data(render_markdown(entry).removesuffix("\n"))
        else:
            print_data("\n".join(_article_lines(entry, similar, library.insights(entry))))


def _article_lines(
    entry: FullArticle, similar: Sequence[SimilarArticle], insights: ArticleInsights
) -> Iterator[str]:
    yield from (entry.article.title, "", entry.body.text, "")
    yield f"{SIMILAR_HEADING} ({format_count(len(similar), 'item')})"
    yield from similar_lines(similar)
    yield from ("", "Summary")
    yield join_nonempty((entry.body.summary, describe_summary_origin(entry.body)), " ")
    yield from ("", "Statistics", *list_statistics(entry), "", "Details")
    yield from (f"{label}: {value}" for label, value in list_details(entry, insights))

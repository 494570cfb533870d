"""`newstui show`: print an article with its details."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from store.exporters.newstui_json import article_to_dict
from store.importers.newstui_page import (
    escape_page_text,
    escape_page_title,
    format_page_annotation,
)
from store.model.article import (
    ArticleInsights,
    FullArticle,
    SimilarArticle,
    list_annotations,
)
from tui.actions.article_export import render_markdown
from tui.cli.console import print_data, print_json, print_message, write_output
from tui.cli.context import open_article, open_similar_with_progress
from tui.cli.similar import similar_lines
from tui.cli.template import Template
from tui.rendering.article_details import (
    ANNOTATIONS_HEADING,
    SIMILAR_HEADING,
    describe_summary_origin,
    list_details,
    list_statistics,
)
from tui.rendering.wording import (
    MISSING_TEXT,
    describe_state,
    format_count,
    format_exact_time,
    join_nonempty,
)


def run_show(options: argparse.Namespace) -> None:
    """Print an article with its similar articles, summary, statistics and details."""
    with open_article(options) as (library, entry):
        if entry.body.is_missing:
            print_message(MISSING_TEXT)
        open_similar_with_progress(library)
        similar = library.similar(entry)
        if options.json or options.format == "json":
            print_json(article_to_dict(entry, similar), pretty=True)
        elif isinstance(options.format, Template):
            write_output(options.format.fill(article_to_dict(entry, similar)) + "\n")
        elif options.format == "md":
            print_data(render_markdown(entry).removesuffix("\n"))
        else:
            for part in iter_page_parts(entry, similar, library.insights(entry)):
                print_data(part)  # each by itself, because a code fence of one is none of another


def iter_page_parts(
    entry: FullArticle, similar: Sequence[SimilarArticle], insights: ArticleInsights
) -> Iterator[str]:
    """Yield the parts of the page; `store.importers.newstui_page` reads it back."""
    body = entry.body
    note = join_nonempty(("Summary", describe_summary_origin(body)), " ")
    details = list_details(entry, insights, exact=True)
    yield from (escape_page_title(entry.article.title), "")
    if body.text:
        yield from (escape_page_text(body.text), "")
    yield f"{SIMILAR_HEADING} ({format_count(len(similar), 'item')})"
    yield from similar_lines(similar)
    yield from ("", note)
    if body.summary:
        yield escape_page_text(body.summary)
    if annotations := list_annotations(entry.article):
        yield from ("", f"{ANNOTATIONS_HEADING} ({format_count(len(annotations), 'item')})")
        for number, each in enumerate(annotations, 1):
            time = format_exact_time(each.time)
            yield format_page_annotation(number, time, each.quote, each.note)
    yield from ("", "Statistics", *list_statistics(entry), "", "Details")
    yield from (f"{label}: {value}" for label, value in details)
    yield f"State: {describe_state(entry.reading.read, entry.reading.starred, entry.updated)}"
    if entry.article.language:
        yield f"Language: {entry.article.language}"

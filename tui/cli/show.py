"""`newstui show` and `newstui similar`: print an article, or articles similar to it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from store.exporters import article_to_dict, similar_to_dict
from store.model.article import FullArticle, SimilarArticle, reading_minutes
from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import open_article, update_index_with_progress
from tui.cli.list import SHORT_ID_LENGTH
from tui.rendering.wording import (
    UPDATED_LABEL,
    format_count,
    format_date,
    format_duplicates,
    format_minute,
    join_nonempty,
)


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
        print_data("\n".join(_article_lines(entry, similar, library.insights(entry).keywords)))
    return 0


def _article_lines(
    entry: FullArticle, similar: Sequence[SimilarArticle], key_terms: Sequence[str]
) -> Iterable[str]:
    article, body, reading = entry.article, entry.body, entry.reading
    yield from (article.title, "", body.text, "")
    yield f"Similar Readings ({format_count(len(similar), 'item')})"
    yield from (f"{number}. {_similar_line(other)}" for number, other in enumerate(similar, 1))
    yield from ("", "Summary")
    yield body.summary + ("" if body.summary_complete else " …")
    yield from ("", "Statistics", f"{article.words:,} Words", f"{reading.read_count:,} Read Count")
    yield from (f"{reading_minutes(article.words):,} Minutes", "", "Details", f"ID: {article.id}")
    yield f"Category ID: {article.category}"
    yield f"URL: {article.url}"
    yield f"Date: {format_date(article.date)}"
    yield f"Created: {format_minute(article.created)}"
    yield f"Updated: {join_nonempty((format_minute(article.updated), UPDATED_LABEL if entry.updated else ''))}"
    yield f"Last Read: {format_minute(reading.last_read)}"
    if key_terms:
        yield f"Key Terms: {', '.join(key_terms)}"


def _similar_line(other: SimilarArticle) -> str:
    where = other.id[:SHORT_ID_LENGTH] if other.id else "not in the library"
    terms = f"both: {', '.join(other.shared_terms)}" if other.shared_terms else ""
    return f"{other.title} ({join_nonempty((where, format_duplicates(other.duplicate_count), terms), '; ')})"


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

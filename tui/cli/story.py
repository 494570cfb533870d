"""`newstui story`: list the articles of a story."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.library.story import StoryArticle, collect_story
from tui.cli.console import ProgressLine
from tui.cli.context import open_loaded_library, update_index_with_progress
from tui.cli.list import article_columns, article_values, title_spans
from tui.cli.output import Line, print_list
from tui.rendering.wording import format_count, format_row_date, join_nonempty

NOTE_INDENT = "    "


def run_story(options: argparse.Namespace) -> None:
    """Print the story of an article, the newest article last, and what else is about the same."""
    with open_loaded_library(options) as library:
        article = library.find_id(options.id)
        update_index_with_progress(library)
        story: tuple[StoryArticle, ...] = ()
        with ProgressLine("comparing") as line:
            for story in collect_story(library, article):
                line.update(format_count(len(story), "article"))
        print_list(story, StoryForm(), options)


class StoryForm:
    """The forms in which the articles of a story are listed."""

    def records(self, items: Sequence[StoryArticle]) -> Iterator[Mapping[str, Any]]:
        """Yield the articles as JSON."""
        for item in items:
            row = item.row
            yield {
                "id": row.id,
                "title": row.title,
                "category": row.category,
                "date": format_row_date(row.timestamp) or None,
                "read": row.read,
                "starred": row.starred,
                "new_words": list(item.new_words),
                "copies": [copy.id for copy in item.copies],
                "in_story": not item.is_aside,
            }

    def values(self, item: StoryArticle) -> Sequence[str]:
        """Return the columns of `newstui list`, new words, and `story` or `aside`."""
        place = "aside" if item.is_aside else "story"
        return [*article_values(item.row), ", ".join(item.new_words), place]

    def lines(self, item: StoryArticle, width: int) -> Iterator[Line]:
        """Yield the line of an article, and what is new in it below."""
        yield [*article_columns(item.row, width), *title_spans(item.row)]
        new = f"new here: {', '.join(item.new_words)}" if item.new_words else ""
        aside = "also about this, not in the story" if item.is_aside else ""
        if note := join_nonempty((aside, new)):
            yield [(NOTE_INDENT, ""), (note, "dim")]

"""`newstui brief`: print the front page."""

from __future__ import annotations

import argparse
from typing import Any

from store.library.front_page import (
    FrontPage,
    FrontPageRequest,
    FrontPageStory,
    Preparation,
    compose_front_page,
)
from store.library.protocol import Library
from store.model.times import format_timestamp, from_microseconds, system_clock
from tui.cli.console import ProgressLine, page_size, print_data, print_json, print_message
from tui.cli.context import open_loaded_library, resolve_settings, update_index_with_progress
from tui.rendering.front_page_text import (
    NOT_GROUPED,
    SECTION_HEADINGS,
    describe_reasons,
    front_page_lines,
    front_page_markdown,
)

MAX_COLUMNS = 80


def run_brief(options: argparse.Namespace) -> None:
    """Print the front page as text, as Markdown or as JSON."""
    now = int(system_clock().timestamp())
    since = None if options.since is None else options.since(now)
    is_learning = resolve_settings(options).interests
    with open_loaded_library(options) as library:
        update_index_with_progress(library)
        page = _compose(library, FrontPageRequest(now, options.minutes, since, is_learning))
        if not page.is_grouped:
            print_message(NOT_GROUPED)
        leads = [story.lead.id for story in page.stories]
        urls = {facts.id: facts.url for facts, _ in library.articles(leads) if facts.url}
    if options.format == "json":
        print_json(_page_json(page, urls), pretty=True)
        return
    columns = min(MAX_COLUMNS, page_size()[0])
    lines = (
        front_page_markdown(page, urls, now, reasons=options.why)
        if options.format == "md"
        else front_page_lines(page, now, columns, reasons=options.why)
    )
    for line in lines:
        print_data(line)


def _compose(library: Library, request: FrontPageRequest) -> FrontPage:
    page = FrontPage(0, request.minutes)
    with ProgressLine("reading") as line:
        for step in compose_front_page(library, request):
            if isinstance(step, Preparation):
                line.update(f"{step.done:,} of {step.total:,} articles")
            elif step is not None:
                page = step
    return page


def _page_json(page: FrontPage, urls: dict[str, str]) -> dict[str, Any]:
    """Return a front page as JSON; times are in UTC."""
    since = format_timestamp(from_microseconds(page.since * 1_000_000)) if page.since else None
    return {
        "since": since,
        "minutes": page.minutes,
        "sections": [
            {
                "name": SECTION_HEADINGS[section.kind],
                "stories": [_story_json(story, urls) for story in section.stories],
            }
            for section in page.sections
        ],
        "left_out": page.left_out,
    }


def _story_json(story: FrontPageStory, urls: dict[str, str]) -> dict[str, Any]:
    return {
        "id": story.lead.id,
        "title": story.lead.title,
        "url": urls.get(story.lead.id, ""),
        "sources": list(story.sources),
        "minutes": story.minutes,
        "sentence": story.sentence,
        "sentence_from": story.sentence_source or None,
        "unread": [row.id for row in story.unread],
        "read": [row.id for row in story.read],
        "why": describe_reasons(story.reasons),
    }

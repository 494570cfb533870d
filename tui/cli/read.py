"""`newstui read`: print an article for a screen reader or a pager."""

from __future__ import annotations

import argparse
from dataclasses import replace

from store.exporters.newstui_json import article_to_dict
from store.library.protocol import Library
from store.model.article import FullArticle
from store.model.errors import FetchFailed, InvalidInput
from tui.actions.pages import (
    fetch_page,
    find_page_text,
    is_private_page_allowed,
    open_text_cache,
)
from tui.cli.console import page_size, print_data, print_json
from tui.cli.context import open_article
from tui.rendering.plain_text import article_lines
from tui.services import make_fetch_context


def run_read(options: argparse.Namespace) -> None:
    """Print an article as plain text, with its own text or that of its page."""
    with open_article(options) as (library, entry):
        if options.page:
            text = find_page_text(library, entry.article) or _fetch_text(library, entry)
            entry = replace(entry, body=replace(entry.body, text=text))
        if options.json:
            print_json(article_to_dict(entry), pretty=True)
            return
        columns, _ = page_size()
        print_data("\n".join(line.text for line in article_lines(entry, columns)))


def _fetch_text(library: Library, entry: FullArticle) -> str:
    """Return the text of an article's page, and keep it.

    Raises:
        InvalidInput: The article has no URL.
        FetchFailed: The page cannot be fetched, or has no text.
    """
    url = entry.article.url
    if not url:
        raise InvalidInput("this article has no URL")
    is_allowed = is_private_page_allowed(library, url, entry.article)
    page = fetch_page(make_fetch_context(), url, is_private_allowed=is_allowed)
    if not page.body.text:
        raise FetchFailed(f"{url}: no article text found")
    open_text_cache(library).save(entry.article.id, page.body.text)
    return page.body.text

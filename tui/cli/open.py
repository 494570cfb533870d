"""`newstui open`: open articles in a browser, or copy their URLs."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator

from store.library.protocol import Library
from store.model.article import Article
from store.model.errors import InvalidInput, NewstuiError
from store.text.urls import extract_host, is_deceptive_url, resolve_web_url
from tui.cli.console import ask, find_each, print_data, print_message, write_to_terminal
from tui.cli.context import open_loaded_library, resolve_settings
from tui.cli.exit_codes import UsageError
from tui.config.settings import Settings
from tui.rendering.markdown import find_links
from tui.rendering.wording import format_count, format_markdown_link
from tui.terminal.browser import choose_open_method, open_url
from tui.terminal.clipboard import choose_copy_method, copy_to_clipboard
from tui.terminal.environment import HostEnvironment

MAX_OPENED = 10
"""More pages than these are opened only after a question."""


def run_open(options: argparse.Namespace) -> bool:
    """Open the pages of articles; fail if one has none, or cannot be opened."""
    settings = resolve_settings(options)
    with open_loaded_library(options) as library:
        ids, failed = find_each(options.ids, library.find_id)
        targets = list(_find_targets(library, ids, options.link))
    if len(targets) > MAX_OPENED and not ask(f"open {format_count(len(targets), 'page')}?"):
        raise UsageError(f"more than {MAX_OPENED} pages are opened from a terminal only")
    if options.copy and targets:
        _copy(targets, settings, as_link=options.copy == "link")
        return failed
    for title, url in targets:
        try:
            _open(title, url, settings)
        except NewstuiError as error:
            print_message(f"{title}: {error}")
            failed = True
    return failed


def _find_targets(library: Library, ids: list[str], link: int | None) -> Iterator[tuple[str, str]]:
    """Yield titles and URLs; `link` is the number of a link in the text, None for the page."""
    for each in ids:
        entry = library.get_article(each)
        yield (
            entry.article.title,
            _find_link(entry.article, entry.body.text, link) if link else entry.article.url,
        )


def _find_link(article: Article, text: str, number: int) -> str:
    urls = find_links(text)
    if number > len(urls):
        raise InvalidInput(
            f"{article.title} has {format_count(len(urls), 'link') if urls else 'no links'}"
        )
    return resolve_web_url(urls[number - 1], article.url) or urls[number - 1]


def _open(title: str, url: str, settings: Settings) -> None:
    """Open a URL, or print it where there is no browser.

    Raises:
        InvalidInput: There is none, or it cannot be opened.
    """
    if not url:
        raise InvalidInput("has no URL")
    if is_deceptive_url(url) and not ask(f"this leads to {extract_host(url)}; open it?"):
        raise InvalidInput(f"not opened: it leads to {extract_host(url)}")
    host = HostEnvironment(os.environ, sys.platform, shutil.which)
    result = open_url(url, choose_open_method(host, settings.open_command), os.environ)
    if result.state == "shown":
        print_data(result.url)
    elif result.state == "failed":
        raise InvalidInput(result.message)
    else:
        print_message(f"{title}: {result.message}")


def _copy(targets: list[tuple[str, str]], settings: Settings, *, as_link: bool) -> None:
    """Copy URLs, or links in Markdown, one a line."""
    lines = [format_markdown_link(title, url) if as_link else url for title, url in targets if url]
    if not lines:
        raise InvalidInput("no URL to copy")
    host = HostEnvironment(os.environ, sys.platform, shutil.which)
    method = choose_copy_method(host, settings.copy_command)
    is_single = len(lines) == 1
    print_message(
        copy_to_clipboard("\n".join(lines), method, write_to_terminal, one_line=is_single)
    )

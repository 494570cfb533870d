"""What leaves the linear reader: URLs, text for the clipboard, for files and for programs."""

from __future__ import annotations

import shlex
from pathlib import Path

from store.model.errors import InvalidInput, NewstuiError
from store.system.programs import run_program
from store.text.clean import clean_line
from store.text.urls import extract_host, is_deceptive_url
from tui.plain.input import ParsedLine
from tui.plain.list_commands import Listing
from tui.rendering.markdown import parse_blocks
from tui.rendering.wording import format_count, format_markdown_link

PLAIN_PIPE_TIMEOUT = 60.0
"""Seconds that a program has for an article."""


class Outward(Listing):
    """Opening, copying, exporting and piping the article that is meant."""

    def open_url(self, typed: ParsedLine) -> None:
        """Open the source in a browser."""
        self._open(self._url(typed)[1])

    def _open(self, url: str) -> None:
        if is_deceptive_url(url):
            question = f"This leads to {extract_host(url)}. y opens it: "
            if (self.world.ask(question) or "").strip().lower() != "y":
                raise NewstuiError("not opened")
        self.world.say(self.world.open_url(url))

    def copy_url(self, typed: ParsedLine) -> None:
        """Say and copy the source URL."""
        self._copy(self._url(typed)[1])

    def copy_link(self, typed: ParsedLine) -> None:
        """Say and copy title and URL as a Markdown link."""
        self._copy(format_markdown_link(*self._url(typed)))

    def _copy(self, text: str) -> None:
        self.world.say(text)
        self.world.say(self.world.copy(text))

    def _url(self, typed: ParsedLine) -> tuple[str, str]:
        article = self.library.get_article(self.target(typed, typed.command)).article
        if not article.url:
            raise NewstuiError("this article has no URL")
        return article.title, article.url

    def links(self, typed: ParsedLine) -> None:
        """Say the links of the article that is open, or open the one of that number."""
        if self.entry is None:
            raise NewstuiError("no article is open")
        urls = [link.url for block in parse_blocks(self.entry.body.text) for link in block.links]
        if typed.number > len(urls):
            raise NewstuiError(f"the article has {format_count(len(urls), 'link')}")
        if typed.number:
            self._open(urls[typed.number - 1])
        else:
            said = [f"{number}. {url}" for number, url in enumerate(urls, 1)]
            self.world.say("\n".join(said or ["the article has no links"]))

    def export(self, typed: ParsedLine) -> None:
        """Write the article to a file; its suffix tells the form."""
        from store.exporters.files import export_article, make_file_name

        entry = self.library.get_article(self.target(typed, typed.command))
        words = "" if typed.words.isdecimal() else typed.words
        proposed = f"~/{make_file_name(entry.article, '.md')}"
        words = words or self.world.ask(f"File (enter for {proposed}): ") or ""
        path = Path(words.strip() or proposed).expanduser()
        export_article(entry, path)
        self.world.say(f"exported to {clean_line(str(path))}")

    def pipe(self, typed: ParsedLine) -> None:
        """Give the article as Markdown to a program, and say what that writes."""
        from store.exporters.markdown import article_to_markdown

        entry = self.library.get_article(self.target(typed, typed.command))
        set_one = shlex.join(self.world.settings.pipe_command)
        default = f" (enter for {set_one})" if set_one else ""
        words = typed.words or self.world.ask(f"Program{default}: ") or ""
        try:
            arguments = shlex.split(words.strip() or set_one)
        except ValueError as error:
            raise InvalidInput(f"not a command: {error}".lower()) from None
        if arguments:
            out = run_program(arguments, article_to_markdown(entry), PLAIN_PIPE_TIMEOUT)
            self.world.say(out.rstrip("\n") or f"{clean_line(arguments[0])} ended well")

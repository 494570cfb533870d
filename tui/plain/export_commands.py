"""What leaves the linear reader: URLs, text for the clipboard, for files and for programs."""

from __future__ import annotations

import shlex
from pathlib import Path

from store.model.errors import BadInput, NewsError
from store.system.programs import run_program
from store.text.clean import clean_line
from store.text.urls import host_of, looks_deceptive
from tui.plain.input import Typed
from tui.plain.list_commands import Listing
from tui.rendering.markdown import blocks
from tui.rendering.wording import count, markdown_link

PIPE_SECONDS = 60.0
"""Seconds that a program has for an article."""


class Outward(Listing):
    """Opening, copying, exporting and piping the article that is meant."""

    def open_url(self, typed: Typed) -> None:
        """Open the source in a browser."""
        self._open(self._url(typed)[1])

    def _open(self, url: str) -> None:
        if looks_deceptive(url):
            question = f"This leads to {host_of(url)}. y opens it: "
            if (self.world.ask(question) or "").strip().lower() != "y":
                raise NewsError("not opened")
        self.world.say(self.world.open_url(url))

    def copy_url(self, typed: Typed) -> None:
        """Say and copy the source URL."""
        self._copy(self._url(typed)[1])

    def copy_link(self, typed: Typed) -> None:
        """Say and copy title and URL as a Markdown link."""
        self._copy(markdown_link(*self._url(typed)))

    def _copy(self, text: str) -> None:
        self.world.say(text)
        self.world.say(self.world.copy(text))

    def _url(self, typed: Typed) -> tuple[str, str]:
        article = self.library.entry(self.target(typed, typed.command)).article
        if not article.url:
            raise NewsError("this article has no URL")
        return article.title, article.url

    def links(self, typed: Typed) -> None:
        """Say the links of the article that is open, or open the one of that number."""
        if self.entry is None:
            raise NewsError("no article is open")
        urls = [link.url for block in blocks(self.entry.body.text) for link in block.links]
        if typed.number > len(urls):
            raise NewsError(f"the article has {count(len(urls), 'link')}")
        if typed.number:
            self._open(urls[typed.number - 1])
        else:
            said = [f"{number}. {url}" for number, url in enumerate(urls, 1)]
            self.world.say("\n".join(said or ["the article has no links"]))

    def export(self, typed: Typed) -> None:
        """Write the article to a file; its suffix tells the form."""
        from store.exporters.files import file_name, write_alone

        entry = self.library.entry(self.target(typed, typed.command))
        words = "" if typed.words.isdecimal() else typed.words
        proposed = f"~/{file_name(entry.article, '.md')}"
        words = words or self.world.ask(f"File (enter for {proposed}): ") or ""
        path = Path(words.strip() or proposed).expanduser()
        write_alone(entry, path)
        self.world.say(f"exported to {clean_line(str(path))}")

    def pipe(self, typed: Typed) -> None:
        """Give the article as Markdown to a program, and say what that writes."""
        from store.exporters.markdown import markdown_of

        entry = self.library.entry(self.target(typed, typed.command))
        set_one = shlex.join(self.world.settings.pipe_command)
        default = f" (enter for {set_one})" if set_one else ""
        words = typed.words or self.world.ask(f"Program{default}: ") or ""
        try:
            arguments = shlex.split(words.strip() or set_one)
        except ValueError as error:
            raise BadInput(f"not a command: {error}".lower()) from None
        if arguments:
            out = run_program(arguments, markdown_of(entry), PIPE_SECONDS)
            self.world.say(out.rstrip("\n") or f"{clean_line(arguments[0])} ended well")

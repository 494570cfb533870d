"""What leaves the reader: URLs for a browser, text for the clipboard."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from textual import on, work

from store.model.errors import NewstuiError
from store.system.files import write_atomically
from store.text.urls import extract_host, is_deceptive_url
from tui.config.settings import Settings
from tui.reader.dialogs.picker import Picker
from tui.reader.dialogs.url_dialog import UrlDialog
from tui.reader.driver import ReaderDriver
from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes
from tui.rendering.wording import format_markdown_link
from tui.terminal.browser import OpenMethod, OpenResult, choose_open_method, open_url
from tui.terminal.clipboard import (
    CopyMethod,
    SaveText,
    choose_copy_method,
    copy_line_to_clipboard,
    copy_to_clipboard,
)
from tui.terminal.environment import HostEnvironment

MAX_HOST_CELLS = 60
"""Of a longer host the end is shown: it is what says whose it is."""
COPIED_TEXT_FILE = "copied.txt"
"""The file in the state folder that holds what was too large to be copied last."""

CopyFunction = Callable[[str, CopyMethod, Callable[[bytes], None], SaveText | None], str]
"""Copies a text by a route and says what is known of it."""


@dataclass(frozen=True, slots=True)
class ExternalMethods:
    """How URLs open and text is copied here."""

    env: Mapping[str, str]
    open_method: OpenMethod
    copy_method: CopyMethod
    save_text: SaveText | None = None
    """Puts into a file what is too large to be copied."""


def choose_external_methods(
    env: Mapping[str, str], settings: Settings, state: Path
) -> ExternalMethods:
    """The routes for an environment, and what the user has set.

    Args:
        env: The environment.
        settings: What the user has set.
        state: The folder for what is too large to be copied.
    """

    def keep(text: str) -> Path:
        write_atomically(state / COPIED_TEXT_FILE, text.encode(errors="replace"))
        return state / COPIED_TEXT_FILE

    surroundings = HostEnvironment(env, sys.platform, shutil.which)
    opening = choose_open_method(surroundings, settings.open_command)
    return ExternalMethods(
        env, opening, choose_copy_method(surroundings, settings.copy_command), keep
    )


class Outward(Panes):
    """Opening and copying; what an article is comes from the library first."""

    external_methods: ExternalMethods
    get_driver: Callable[[], ReaderDriver | None]

    def action_article_open_url(self) -> None:
        """Open the source."""
        self._request_link("open")

    def action_article_copy_url(self) -> None:
        """Copy the URL."""
        self._request_link("copy url")

    def action_article_copy_link(self) -> None:
        """Copy title and URL as a Markdown link."""
        self._request_link("copy link")

    def _request_link(self, purpose: str) -> None:
        if self.current_article:
            self.gateway.articles.load_link(self.current_article, purpose)

    @on(messages.LinkLoaded)
    def use_link(self, message: messages.LinkLoaded) -> None:
        """Do with title and URL what was asked."""
        if not message.url:
            self.status_line.show_notice("this article has no URL")
        elif message.purpose == "open":
            self.open_in_browser(message.url)
        elif message.purpose == "copy url":
            self.copy_line(message.url)
        else:
            self.copy_line(format_markdown_link(message.title, message.url))

    @work(exclusive=True, group="browser")
    async def open_in_browser(self, url: str) -> None:
        """Open a URL by this machine's route, off the event loop unless the terminal is lent."""
        route, env = self.external_methods.open_method, self.external_methods.env
        if not await self._confirm_url(url):
            self.status_line.show_notice("not opened")
            return
        if route.kind == "text-browser":
            with self.app.suspend():
                opened = open_url(url, route, env)
        else:
            opened = await asyncio.to_thread(
                open_url, url, route, env, failed_later=self.report_browser_failure
            )
        if opened.state == "shown":
            said = await self._copy_and_describe(opened.url)
            self.app.push_screen(
                UrlDialog(
                    opened.url,
                    said,
                    self.keymap.first_key("article.copy_url"),
                    self.copy_line,
                )
            )
        else:
            self.status_line.show_notice(opened.message)

    async def _confirm_url(self, url: str) -> bool:
        """Whether a URL is to be opened; asked where it may seem to lead elsewhere than it does."""
        if not is_deceptive_url(url):
            return True
        host = extract_host(url)
        shown = host if len(host) <= MAX_HOST_CELLS else f"…{host[-MAX_HOST_CELLS:]}"
        question = Picker("Not what it seems", [f"open {shown}", "do not open it"], 1)
        return await self.app.push_screen_wait(question) == 0

    def report_browser_failure(self, opened: OpenResult) -> None:
        """Say that a browser failed after it had started; called on another thread."""
        self.app.call_later(self.status_line.show_notice, opened.message)

    @work(exclusive=True, group="clipboard")
    async def copy_line(self, text: str) -> None:
        """Copy a line and say what is known of it."""
        self.status_line.show_notice(await self._copy_and_describe(text))

    @work(exclusive=True, group="clipboard")
    async def copy_text_to_clipboard(self, text: str) -> None:
        """Copy lines of a text and say what is known of it."""
        self.status_line.show_notice(await self._copy_and_describe(text, copy_to_clipboard))

    async def _copy_and_describe(
        self, text: str, how: CopyFunction = copy_line_to_clipboard
    ) -> str:
        driver = self.get_driver()
        send = driver.send if driver else _discard_bytes
        try:
            return await asyncio.to_thread(
                how, text, self.external_methods.copy_method, send, self.external_methods.save_text
            )
        except NewstuiError as error:
            return str(error)


def _discard_bytes(data: bytes) -> None:
    """There is no terminal to send to: the app runs without one."""

"""What leaves the reader: URLs for a browser, text for the clipboard."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from textual import on, work

from store.model.errors import NewsError
from store.system.files import write_atomic
from store.text.urls import host_of, looks_deceptive
from tui.config.settings import Settings
from tui.reader.dialogs.picker import Picker
from tui.reader.dialogs.url_dialog import Source
from tui.reader.driver import ReaderDriver
from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes
from tui.rendering.wording import markdown_link
from tui.terminal.browser import Opened, OpenRoute, open_route, open_url
from tui.terminal.clipboard import CopyRoute, Keep, copy, copy_line, copy_route
from tui.terminal.environment import Surroundings

HOST_CELLS = 60
"""Of a longer host the end is shown: it is what says whose it is."""
KEPT = "copied.txt"
"""The file in the state folder that holds what was too large to be copied last."""

Copying = Callable[[str, CopyRoute, Callable[[bytes], None], Keep | None], str]
"""Copies a text by a route and says what is known of it."""


@dataclass(frozen=True, slots=True)
class Routes:
    """How URLs open and text is copied here."""

    env: Mapping[str, str]
    opening: OpenRoute
    copying: CopyRoute
    keep: Keep | None = None
    """Puts into a file what is too large to be copied."""


def routes(env: Mapping[str, str], settings: Settings, state: Path) -> Routes:
    """The routes for an environment, and what the user has set.

    Args:
        env: The environment.
        settings: What the user has set.
        state: The folder for what is too large to be copied.
    """

    def keep(text: str) -> Path:
        write_atomic(state / KEPT, text.encode(errors="replace"))
        return state / KEPT

    surroundings = Surroundings(env, sys.platform, shutil.which)
    opening = open_route(surroundings, settings.open_command)
    return Routes(env, opening, copy_route(surroundings, settings.copy_command), keep)


class Outward(Panes):
    """Opening and copying; what an article is comes from the library first."""

    routes: Routes
    driver: Callable[[], ReaderDriver | None]

    def action_article_open_url(self) -> None:
        """Open the source."""
        self._ask_link("open")

    def action_article_copy_url(self) -> None:
        """Copy the URL."""
        self._ask_link("copy url")

    def action_article_copy_link(self) -> None:
        """Copy title and URL as a Markdown link."""
        self._ask_link("copy link")

    def _ask_link(self, purpose: str) -> None:
        if self.subject:
            self.gateway.fetch_link(self.subject, purpose)

    @on(messages.LinkFetched)
    def use_link(self, message: messages.LinkFetched) -> None:
        """Do with title and URL what was asked."""
        if not message.url:
            self.status.say("this article has no URL")
        elif message.purpose == "open":
            self.open_source(message.url)
        elif message.purpose == "copy url":
            self.copy(message.url)
        else:
            self.copy(markdown_link(message.title, message.url))

    @work(exclusive=True, group="browser")
    async def open_source(self, url: str) -> None:
        """Open a URL by this machine's route, off the event loop unless the terminal is lent."""
        route, env = self.routes.opening, self.routes.env
        if not await self._meant(url):
            self.status.say("not opened")
            return
        try:
            if route.kind == "text-browser":
                with self.app.suspend():
                    opened = open_url(url, route, env)
            else:
                opened = await asyncio.to_thread(
                    open_url, url, route, env, failed_later=self.report_failure
                )
        except NewsError as error:
            self.status.say(str(error))
            return
        if opened.state == "shown":
            said = await self._copied(opened.url)
            self.app.push_screen(
                Source(opened.url, said, self.keymap.first("article.copy_url"), self.copy)
            )
        else:
            self.status.say(opened.message)

    async def _meant(self, url: str) -> bool:
        """Whether a URL is to be opened; asked where it may seem to lead elsewhere than it does."""
        if not looks_deceptive(url):
            return True
        host = host_of(url)
        shown = host if len(host) <= HOST_CELLS else f"…{host[-HOST_CELLS:]}"
        question = Picker("Not what it seems", [f"open {shown}", "do not open it"], 1)
        return await self.app.push_screen_wait(question) == 0

    def report_failure(self, opened: Opened) -> None:
        """Say that a browser failed after it had started; called on another thread."""
        self.app.call_later(self.status.say, opened.message)

    @work(exclusive=True, group="clipboard")
    async def copy(self, text: str) -> None:
        """Copy a line and say what is known of it."""
        self.status.say(await self._copied(text))

    @work(exclusive=True, group="clipboard")
    async def copy_text(self, text: str) -> None:
        """Copy lines of a text and say what is known of it."""
        self.status.say(await self._copied(text, copy))

    async def _copied(self, text: str, how: Copying = copy_line) -> str:
        driver = self.driver()
        send = driver.send if driver else _nowhere
        try:
            return await asyncio.to_thread(how, text, self.routes.copying, send, self.routes.keep)
        except NewsError as error:
            return str(error)


def _nowhere(data: bytes) -> None:
    """There is no terminal to send to: the app runs without one."""

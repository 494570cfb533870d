"""Opening URLs in a browser, and copying to the clipboard."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from textual.screen import Screen

from store.model.errors import NewstuiError
from store.system.files import write_atomically
from store.text.urls import extract_host, is_deceptive_url
from tui.config.keymaps import Keymap
from tui.config.settings import Settings
from tui.reader.dialogs.picker import Picker, find_line_room
from tui.reader.dialogs.text_dialog import UrlDialog
from tui.reader.gateway import messages
from tui.reader.gateway.articles import Articles
from tui.reader.screen.daemon_thread import run_in_daemon_thread
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.bars import StatusLine
from tui.rendering.bottom_line import NoticeKind
from tui.rendering.wording import format_markdown_link
from tui.terminal.browser import OpenMethod, OpenResult, choose_open_method, open_url
from tui.terminal.clipboard import CopyMethod, SaveText, choose_copy_method, copy_to_clipboard
from tui.terminal.environment import HostEnvironment

OPEN_LABEL = "Open "
"""Before a host; of one that is too long the end is shown, which says whose it is."""
COPIED_TEXT_FILE = "copied.txt"
"""The file in the state folder for text that is too long for the clipboard."""


@dataclass(frozen=True, slots=True)
class ExternalMethods:
    """The ways to open URLs and to copy text on this machine."""

    env: Mapping[str, str]
    open_method: OpenMethod
    copy_method: CopyMethod
    save_text: SaveText | None = None
    """Writes text that is too long for the clipboard to a file."""


def choose_external_methods(
    env: Mapping[str, str], settings: Settings, state: Path
) -> ExternalMethods:
    """Return the methods for an environment and the user's settings.

    Args:
        env: The environment variables.
        settings: May name commands to open and to copy with.
        state: The folder for text that is too long for the clipboard.
    """

    def save_text(text: str) -> Path:
        write_atomically(state / COPIED_TEXT_FILE, text.encode(errors="replace"))
        return state / COPIED_TEXT_FILE

    host = HostEnvironment(env, sys.platform, shutil.which)
    open_method = choose_open_method(host, settings.open_command)
    copy_method = choose_copy_method(host, settings.copy_command)
    return ExternalMethods(env, open_method, copy_method, save_text)


@dataclass(eq=False)
class LinkActions:
    """Opens and copies the URL of the current article, and other URLs and texts."""

    screen: Screen[None]
    keymap: Keymap
    articles: Articles
    state: ReaderState
    status_line: StatusLine
    methods: ExternalMethods
    send: Callable[[bytes], None]
    """Sends bytes to the terminal."""
    _copy_lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    """One after the other, so that what was copied last is what the clipboard has."""

    def request_link(self, purpose: str) -> None:
        """Ask for title and URL of the current article, for `use_link`."""
        if article := self.state.current_article:
            self.articles.load_link(article, purpose)

    def use_link(self, message: messages.LinkLoaded) -> None:
        """Open or copy the URL that was asked for."""
        if not message.url:
            self.status_line.show_notice("This article has no URL")
        elif message.purpose == "open":
            self.open_in_browser(message.url)
        elif message.purpose == "copy url":
            self.copy_line(message.url)
        else:
            self.copy_line(format_markdown_link(message.title, message.url))

    def open_in_browser(self, url: str) -> None:
        """Open a URL, after a question if it may be deceptive."""
        self.screen.run_worker(self._open_in_browser(url), group="browser", exclusive=True)

    async def _open_in_browser(self, url: str) -> None:
        # Off the event loop, unless a browser in the terminal takes the reader's place.
        method, env = self.methods.open_method, self.methods.env
        if not await self._confirm_url(url):
            self.status_line.show_notice("Not opened")
            return
        if method.kind == "text-browser":
            with self.screen.app.suspend():
                result = open_url(url, method, env)
        else:
            result = await run_in_daemon_thread(
                open_url, url, method, env, failed_later=self._report_failure
            )
        if result.state == "shown":
            copied = await self._copy(result.url, one_line=True)
            dialog = UrlDialog(self.keymap, result.url, copied, self.copy_line)
            self.screen.app.push_screen(dialog)
        else:
            kind: NoticeKind = "done" if result.state == "opened" else "failed"
            self.status_line.show_notice(result.message, kind)

    async def _confirm_url(self, url: str) -> bool:
        """Return True if a URL may be opened; ask if it may lead elsewhere than it seems to."""
        if not is_deceptive_url(url):
            return True
        host = extract_host(url)
        room = find_line_room(self.screen.app.size.width) - len(OPEN_LABEL)
        shown = host if len(host) <= room else f"…{host[1 - room :]}"
        lines = ["Don't open", OPEN_LABEL + shown]
        reason = "look-alike letters" if "xn--" in host else "user name in it"
        question = Picker(self.keymap, f"Deceptive link: {reason}", lines)
        return await self.screen.app.push_screen_wait(question) == 1

    def _report_failure(self, result: OpenResult) -> None:
        """Report that a browser failed after it had started; called on another thread."""
        self.screen.app.call_later(self.status_line.show_notice, result.message, "failed")

    def copy_line(self, text: str) -> None:
        """Copy a text as one line."""
        self._start_copying(text, one_line=True)

    def copy_text(self, text: str) -> None:
        """Copy a text with its line breaks."""
        self._start_copying(text, one_line=False)

    def _start_copying(self, text: str, *, one_line: bool) -> None:
        async def work() -> None:
            self.status_line.show_notice(await self._copy(text, one_line=one_line))

        self.screen.run_worker(work(), group="clipboard")

    async def _copy(self, text: str, *, one_line: bool) -> str:
        method, save = self.methods.copy_method, self.methods.save_text
        try:
            async with self._copy_lock:
                return await run_in_daemon_thread(
                    copy_to_clipboard, text, method, self.send, save, one_line=one_line
                )
        except NewstuiError as error:
            return str(error)

"""The reader on a small library of its own, driven by key presses."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from textual import events
from textual.pilot import Pilot

from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.article import Article, Body, ParsedArticle, ReadingStatus
from tests.support.settling import Heard, is_waiting, quiet
from tui.config.settings import LoadedSettings
from tui.reader.app import NewsApp
from tui.reader.gateway import Gateway
from tui.reader.screen.link_actions import ExternalMethods
from tui.reader.screen.reader_screen import Reader
from tui.terminal.browser import OpenMethod
from tui.terminal.clipboard import CopyMethod

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WIDE, MIDDLE, NARROW, TINY = (112, 24), (80, 24), (50, 15), (39, 9)
PATIENCE = 60.0
"""Seconds after which what has not happened counts as never happening, however slow the disk."""

_KEY_NAMES = {
    "SOLIDUS": "slash",
    "LOW LINE": "underscore",
    "PLUS SIGN": "plus",
    "HYPHEN-MINUS": "minus",
}


def key_event(key: str) -> events.Key:
    """The key press a terminal's bytes become; punctuation may be written as itself."""
    if len(key) > 1:
        return events.Key(key, " " if key == "space" else None)
    if key.isalnum():
        return events.Key(key, key)
    name = unicodedata.name(key)
    spelt = _KEY_NAMES.get(name, name.lower().replace(" ", "_").replace("-", "_"))
    return events.Key(spelt, key)


def long_text(paragraphs: int) -> str:
    """A text of that many paragraphs, each of which says its number."""
    sentence = "It was said at the harbour that the tide tables had been read aloud."
    return "\n\n".join(f"Paragraph {n} begins. {sentence * 3}" for n in range(1, paragraphs + 1))


def make_article(number: int, *, words: int = 0, text: str = "", **facts: Any) -> ParsedArticle:
    """An article of our own making; the higher its number, the newer."""
    text = text or f"The short text of article {number}. It has two sentences."
    title = facts.pop("title", f"Article number {number} about the harbour")
    article = Article(
        id=f"00000000-0000-4000-8000-{number:012d}",
        title=title,
        category=facts.pop("category", "north" if number % 2 else "south"),
        url=facts.pop("url", f"https://news.example/{number}"),
        date=f"2026-11-{number:02d}T08:00:00Z",
        created="2026-11-21T20:04:00Z",
        words=words or len(text.split()),
        source="import",
        **facts,
    )
    body = Body(text=text, summary=f"Summary of {number}.", summary_origin="import")
    return ParsedArticle(article, body, ReadingStatus())


def article_id(number: int) -> str:
    """The id `make_article` gives."""
    return f"00000000-0000-4000-8000-{number:012d}"


def make_library(
    folder: Path, found: Sequence[ParsedArticle] = (), machine: str = "desk"
) -> FolderLibrary:
    """The library in a folder, opened anew and with these articles added."""
    library = FolderLibrary(folder / "library", folder / "cache", machine, lambda: NOW)
    if found:
        for _ in library.load():
            pass
        for _ in library.add(found):
            pass
        library = FolderLibrary(folder / "library", folder / "cache", machine, lambda: NOW)
    return library


@dataclass
class Outside:
    """Stands in for the browser and the clipboard: programs that note what they are given."""

    folder: Path

    @property
    def opened(self) -> list[str]:
        """The arguments of every call of the browser, a call a line."""
        return self._noted("opened")

    @property
    def copied(self) -> list[str]:
        """What was copied, one after the other."""
        return self._noted("copied")

    def routes(self, env: dict[str, str] | None = None) -> ExternalMethods:
        """Routes that end here."""
        browser = self._program("browser", 'printf "%s\\n" "$*" >> "$0-opened"')
        clipboard = self._program("clipboard", 'cat >> "$0-copied"; echo >> "$0-copied"')
        return ExternalMethods(
            env or {}, OpenMethod("command", browser), CopyMethod("command", clipboard)
        )

    def _program(self, name: str, script: str) -> tuple[str]:
        program = self.folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)
        return (str(program),)

    def _noted(self, what: str) -> list[str]:
        return [
            line for log in self.folder.glob(f"*-{what}") for line in log.read_text().splitlines()
        ]


@dataclass
class Running:
    """A reader that runs, and how to use it."""

    app: NewsApp
    pilot: Pilot[None]
    gateway: Gateway
    heard: Heard

    @property
    def reader(self) -> Reader:
        """The screen with the panes."""
        return self.app.reader

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each once the one before has done its work."""
        for key in keys:
            self.app.post_message(key_event(key))
            await self.settle()

    async def press_at_once(self, *keys: str) -> None:
        """Press keys faster than the reader answers."""
        for key in keys:
            self.app.post_message(key_event(key))
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*("space" if char == " " else char for char in text))

    async def settle(self) -> None:
        """Wait until the library has answered everything and the answers are on the screen."""
        before, late = -1, monotonic() + PATIENCE
        while self.app.return_code is None and before != self.heard.count:
            assert monotonic() < late, "the reader does not settle"
            await quiet(self.app, self.heard)
            before = self.heard.count
            works = (
                self.gateway.is_busy
                or self.gateway.lists._is_index_running
                or bool(self.app._key_queue.keys)
            )
            if works or is_waiting(self.app):
                before = -1
                await asyncio.sleep(0.001)
            else:
                await self.pilot.pause(0)  # draws, which may have more to be done
                await quiet(self.app, self.heard)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that a timer or a program brings about."""
        late = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < late, "it does not happen"
            await self.pilot.pause(0.002)

    async def indexed(self) -> None:
        """Wait until the whole library can be searched."""
        await self.until(lambda: not self.gateway.lists.is_indexing)
        await self.settle()

    async def resize(self, columns: int, rows: int) -> None:
        """Another size of the terminal."""
        await self.pilot.resize_terminal(columns, rows)
        await self.settle()

    @property
    def title(self) -> str:
        """The title under the list's cursor."""
        row = self.reader.article_list.selected_row
        return row.title if row else ""

    @property
    def at(self) -> int:
        """The number of the article under the list's cursor."""
        row = self.reader.article_list.selected_row
        return int(row.id[-12:]) if row else 0

    @property
    def open(self) -> int:
        """The number of the article in the article pane."""
        entry = self.reader.article_view.full_article
        return int(entry.article.id[-12:]) if entry else 0

    @property
    def aside(self) -> int:
        """The number of the article in the side pane."""
        entry = self.reader.side_pane.full_article
        return int(entry.article.id[-12:]) if entry else 0

    @property
    def said(self) -> str:
        """What the bottom line says."""
        return self.reader.status_line.text


Start = Callable[..., Any]
"""Starts the reader and gives a `Running`; see the fixture `start`."""


@asynccontextmanager
async def reading(
    library: Library,
    routes: ExternalMethods,
    size: tuple[int, int] = WIDE,
    hint: str = "",
    loaded: LoadedSettings | None = None,
) -> AsyncIterator[Running]:
    """Run the reader on a library; afterwards everything it recorded is on the disk."""
    gateways: list[Gateway] = []

    def make_gateway(post: Callable[[Any], Any]) -> Gateway:
        gateways.append(Gateway(library, post))
        return gateways[-1]

    app = NewsApp(make_gateway, lambda: int(NOW.timestamp()), routes, hint, loaded)
    heard = Heard()
    try:
        async with app.run_test(size=size, message_hook=heard) as pilot:
            running = Running(app, pilot, gateways[0], heard)
            await running.settle()
            yield running
    finally:
        for gateway in gateways:
            gateway.close()

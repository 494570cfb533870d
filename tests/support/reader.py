"""The reader on a small library of its own, driven by key presses."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from rich.console import RenderableType
from textual import events
from textual._compositor import Compositor
from textual.app import App
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.message import Message
from textual.pilot import Pilot
from textual.timer import Timer

from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.article import Article, Body, ParsedArticle, ReadingStatus
from tests.support.libraries import open_folder_library
from tui.config.last_session import LastSession
from tui.config.settings import LoadedSettings
from tui.reader.app import NewsApp
from tui.reader.gateway import Gateway
from tui.reader.screen.link_actions import ExternalMethods
from tui.reader.screen.reader_screen import Reader
from tui.reader.widgets.one_shot_timer import ONE_SHOT
from tui.terminal.browser import OpenMethod
from tui.terminal.clipboard import CopyMethod

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WIDE, MIDDLE, NARROW, TINY = (112, 24), (80, 24), (50, 15), (39, 9)
TIMEOUT = 60.0
"""Seconds to wait for anything, however slow the machine."""

_KEY_NAMES = {
    "SOLIDUS": "slash",
    "LOW LINE": "underscore",
    "PLUS SIGN": "plus",
    "HYPHEN-MINUS": "minus",
}


def key_event(key: str) -> events.Key:
    """Return the event of a key press; punctuation may be given as the character."""
    if len(key) > 1:
        return events.Key(key, " " if key == "space" else None)
    if key.isalnum():
        return events.Key(key, key)
    name = unicodedata.name(key)
    textual_name = _KEY_NAMES.get(name, name.lower().replace(" ", "_").replace("-", "_"))
    return events.Key(textual_name, key)


def long_text(paragraphs: int) -> str:
    """Return a text of that many numbered paragraphs."""
    sentence = "It was said at the harbour that the tide tables had been read aloud."
    return "\n\n".join(f"Paragraph {n} begins. {sentence * 3}" for n in range(1, paragraphs + 1))


def make_article(number: int, *, words: int = 0, text: str = "", **facts: Any) -> ParsedArticle:
    """Return an article; the higher its number, the newer."""
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
    """Return the id `make_article` gives."""
    return f"00000000-0000-4000-8000-{number:012d}"


def make_library(
    folder: Path, found: Sequence[ParsedArticle] = (), machine: str = "desk"
) -> FolderLibrary:
    """Return the library in a folder, newly opened, with these articles added."""
    library = open_folder_library(folder / "library", folder / "cache", machine, lambda: NOW)
    if found:
        for _ in library.load():
            pass
        for _ in library.add(found):
            pass
        library = open_folder_library(folder / "library", folder / "cache", machine, lambda: NOW)
    return library


QUIET_TURNS = 12
"""Turns of the event loop without a message that mean no message is pending."""
MAX_PENDING_SECONDS = 0.1
"""The longest timer, in seconds, that settling waits for."""


class MessageCounter:
    """Counts the messages to widgets, except those the pilot sends itself."""

    def __init__(self) -> None:
        """Start at zero."""
        self.count = 0

    def __call__(self, message: Message) -> None:
        """Count a message; the `message_hook` of `App.run_test`."""
        self.count += not _is_from_pilot(message)


def _is_from_pilot(message: Message) -> bool:
    asked = message.callback if isinstance(message, events.Callback) else None
    return isinstance(asked, partial) and asked.func.__module__ == Pilot.__module__


def pending_timers(app: App[Any]) -> Iterator[Timer]:
    """Yield the one-shot timers that fire soon."""
    screens = app.screen_stack
    for node in chain((app, *screens), *(screen.walk_children() for screen in screens)):
        for timer in node._timers:
            if (
                timer.name == ONE_SHOT
                and timer._interval <= MAX_PENDING_SECONDS
                and timer._task is not None
            ):
                yield timer


def has_pending_timer(app: App[Any]) -> bool:
    """Return True if a timer is about to fire."""
    return any(timer._task is not None and not timer._task.done() for timer in pending_timers(app))


async def wait_quiet(app: App[Any], heard: MessageCounter) -> None:
    """Let the event loop turn until no message is sent any more."""
    turns, before = 0, heard.count
    while turns < QUIET_TURNS and app.return_code is None:
        await asyncio.sleep(0)
        turns = turns + 1 if heard.count == before else 0
        before = heard.count


@contextmanager
def parse_stylesheets_once() -> Iterator[None]:
    """Parse each style sheet with the same variables only once inside this context."""
    known: dict[Any, list[RuleSet]] = {}

    def parse_cached(
        scope: str, css: str, read_from: Any, *, variable_tokens: dict[str, Any], **options: Any
    ) -> list[RuleSet]:
        variables = tuple((name, *tokens) for name, tokens in variable_tokens.items())
        key = (scope, css, read_from, variables, *options.items())
        if key not in known:
            known[key] = list(
                parse(scope, css, read_from, variable_tokens=variable_tokens, **options)
            )
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.css.stylesheet.parse", parse_cached)
        yield


render_update = Compositor.render_update


@contextmanager
def drawing_put_off() -> Iterator[None]:
    """Let `draw` alone draw a screen inside this context.

    Textual draws it each time something moves, which takes nearly half of the time of a test.
    """

    def put_off(self: Compositor, full: bool = False, **options: Any) -> RenderableType | None:
        return render_update(self, full, **options) if full else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compositor, "render_update", put_off)
        yield


def draw(app: App[Any]) -> None:
    """Draw what has changed on the screen."""
    render_update(app.screen._compositor, screen_stack=app._background_screens)


@dataclass
class FakePrograms:
    """Stands in for browser and clipboard: programs that log their input."""

    folder: Path

    @property
    def opened(self) -> list[str]:
        """The arguments of every browser call, one line per call."""
        return self._read_log("opened")

    @property
    def copied(self) -> list[str]:
        """The copied lines, in order."""
        return self._read_log("copied")

    def methods(self, env: dict[str, str] | None = None) -> ExternalMethods:
        """Return external methods that run the fake programs."""
        browser = self._make_program("browser", 'printf "%s\\n" "$*" >> "$0-opened"')
        clipboard = self._make_program("clipboard", 'cat >> "$0-copied"; echo >> "$0-copied"')
        return ExternalMethods(
            env or {}, OpenMethod("command", browser), CopyMethod("command", clipboard)
        )

    def _make_program(self, name: str, script: str) -> tuple[str]:
        program = self.folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)
        return (str(program),)

    def _read_log(self, what: str) -> list[str]:
        return [
            line for log in self.folder.glob(f"*-{what}") for line in log.read_text().splitlines()
        ]


@dataclass
class RunningApp:
    """A running app and the means to use it, however slow the machine is."""

    app: App[None]
    pilot: Pilot[None]
    messages: MessageCounter

    @property
    def is_working(self) -> bool:
        """True while the app waits for something that will change the screen."""
        return has_pending_timer(self.app)

    async def settle(self) -> None:
        """Wait until the app waits for nothing and the screen shows what has come."""
        before, end = -1, monotonic() + TIMEOUT
        while self.app.return_code is None and before != self.messages.count:
            assert monotonic() < end, "the app does not settle"
            await wait_quiet(self.app, self.messages)
            before = self.messages.count
            if self.is_working:
                before = -1
                await asyncio.sleep(0.001)
            else:
                await self.pilot.pause(0)
                draw(self.app)  # which may start more work
                await wait_quiet(self.app, self.messages)

    async def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition that a timer or a program causes."""
        end = monotonic() + TIMEOUT
        while not condition():
            assert monotonic() < end, "the condition never held"
            await self.pilot.pause(0.002)
            draw(self.app)

    async def resize(self, columns: int, rows: int) -> None:
        """Resize the terminal."""
        size = Size(columns, rows)
        assert isinstance(self.app._driver, HeadlessDriver)
        self.app._driver._size = size
        self.app.post_message(events.Resize(size, size))
        await self.settle()


@asynccontextmanager
async def run_app(
    app: App[None], size: tuple[int, int], **options: Any
) -> AsyncIterator[RunningApp]:
    """Run an app in a terminal of a size."""
    heard = MessageCounter()
    with drawing_put_off():
        async with app.run_test(size=size, message_hook=heard, **options) as pilot:
            running = RunningApp(app, pilot, heard)
            await running.settle()
            yield running


@dataclass
class RunningReader(RunningApp):
    """A running reader and the means to use it."""

    app: NewsApp
    gateway: Gateway

    @property
    def is_working(self) -> bool:
        """True until the library has answered every request."""
        return (
            self.gateway.is_busy
            or self.gateway.lists._is_index_running
            or self.app.key_queue.is_working
            or super().is_working
        )

    @property
    def reader(self) -> Reader:
        """The reader screen."""
        return self.app.reader

    async def press(self, *keys: str) -> None:
        """Press keys, each after the previous one has taken effect."""
        for key in keys:
            self.app.post_message(key_event(key))
            await self.settle()

    async def press_at_once(self, *keys: str) -> None:
        """Press keys faster than the reader responds."""
        for key in keys:
            self.app.post_message(key_event(key))
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*("space" if char == " " else char for char in text))

    async def refresh(self) -> None:
        """Show what other processes have changed, as the reader does every two seconds.

        What it happens to be doing at that moment would have it leave out this time.
        """
        await self.wait_until(lambda: not self.gateway.is_busy)
        self.gateway.lists.refresh()
        await self.settle()

    async def wait_indexed(self) -> None:
        """Wait until the whole library is indexed."""
        await self.wait_until(lambda: not self.gateway.lists.is_indexing)
        await self.settle()

    @property
    def selected_title(self) -> str:
        """The title under the list's cursor."""
        row = self.reader.article_list.selected_row
        return row.title if row else ""

    @property
    def selected_number(self) -> int:
        """The number of the article under the list's cursor."""
        row = self.reader.article_list.selected_row
        return int(row.id[-12:]) if row else 0

    @property
    def shown_number(self) -> int:
        """The number of the article in the article pane, open or not."""
        entry = self.reader.article_view.full_article
        return int(entry.article.id[-12:]) if entry else 0

    @property
    def opened_number(self) -> int:
        """The number of the open article, if the article pane shows it."""
        return 0 if self.reader.article_view.is_preview else self.shown_number

    @property
    def side_number(self) -> int:
        """The number of the article in the side pane."""
        entry = self.reader.side_pane.full_article
        return int(entry.article.id[-12:]) if entry else 0

    @property
    def header(self) -> str:
        """The text of the header."""
        line = self.reader.header_line
        return "".join(text for text, _ in line.build_line(0, line.size.width))

    @property
    def status(self) -> str:
        """The text of the status line."""
        return self.reader.status_line.text


Start = Callable[..., Any]
"""Start the reader and return a `RunningReader`; see the fixture `start`."""


@asynccontextmanager
async def run_reader(
    library: Library,
    routes: ExternalMethods,
    size: tuple[int, int] = WIDE,
    hint: str = "",
    loaded: LoadedSettings | None = None,
    session: LastSession | None = None,
) -> AsyncIterator[RunningReader]:
    """Run the reader on a library; on exit everything it recorded is on disk."""
    gateways: list[Gateway] = []

    def make_gateway(post: Callable[[Any], Any]) -> Gateway:
        gateways.append(Gateway(library, post))
        return gateways[-1]

    app = NewsApp(make_gateway, lambda: int(NOW.timestamp()), routes, hint, loaded, session=session)
    heard = MessageCounter()
    try:
        with drawing_put_off():
            async with app.run_test(size=size, message_hook=heard) as pilot:
                running = RunningReader(app, pilot, heard, gateways[0])
                await running.settle()
                yield running
    finally:
        for gateway in gateways:
            gateway.close()

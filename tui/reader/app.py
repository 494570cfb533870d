"""The app: themes, the reader's screen, the driver, the ways to end, and the crash log."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from rich.console import Console
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.screen import Screen
from textual.types import CSSPathType

from store.model.errors import NewstuiError
from store.system.files import make_folder, write_atomically
from tui.config.config_faults import list_config_faults
from tui.config.keymaps import make_keymap
from tui.config.last_session import LastSession
from tui.config.settings import LoadedSettings, resolve_auto
from tui.config.theme_choice import TerminalBackground, ThemeChoice, parse_background_reply
from tui.reader.driver import ReaderDriver
from tui.reader.garbage import COLLECT_INTERVAL, GarbageCollector
from tui.reader.key_queue import KeyQueue
from tui.reader.screen.link_actions import ExternalMethods
from tui.reader.screen.reader_screen import GatewayFactory, Reader, ReaderHost
from tui.reader.terminal_events import KeyBatch, KeyPress
from tui.reader.textual_theme import role_variables, textual_theme
from tui.reader.widgets.caret import find_caret
from tui.reader.widgets.one_shot_timer import SteadyApp
from tui.terminal.environment import erases_in_color, is_remote, terminal_reorders_bidi

LOCALS_BOX = re.compile(r"^│ [╭│╰].*\n?", re.MULTILINE)
"""The inner boxes of a rich traceback, which show the values of variables."""


class NewsApp(SteadyApp):
    """The reader as an application."""

    TITLE = "newstui"
    # The first screen's style sheet is read with the app's.
    CSS_PATH: ClassVar[CSSPathType | None] = [
        "textual_theme.tcss",
        "widgets/line_view.tcss",
        "widgets/frame.tcss",
        "screen/reader.tcss",
    ]
    ENABLE_COMMAND_PALETTE = False
    # What the keymap leaves over: otherwise a dialog or an input would keep these keys to itself.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, action, show=False, priority=True, system=True)
        for key, action in (
            ("ctrl+c", "help_quit"),
            ("ctrl+l", "run_reader_command('app.redraw')"),
            ("ctrl+z", "run_reader_command('app.suspend')"),
        )
    ]

    def __init__(
        self,
        make_gateway: GatewayFactory,
        now: Callable[[], int],
        methods: ExternalMethods,
        hint: str = "",
        loaded: LoadedSettings | None = None,
        themes: ThemeChoice | None = None,
        session: LastSession | None = None,
    ) -> None:
        """Create the app.

        Args:
            make_gateway: Creates the gateway, given the function that takes its messages.
            now: Returns seconds since 1970.
            methods: Their environment also decides about colours.
            hint: Shown above the list.
            loaded: The user's settings, and what is wrong with them.
            themes: By default as the settings say.
            session: What is left of the last session; by default nothing.
        """
        loaded = loaded or LoadedSettings()
        self._caret = Offset(0, 0)
        self._settings = loaded.settings
        self._env = methods.env
        self._session = session or LastSession()
        self.theme_choice = themes or ThemeChoice(loaded.settings, methods.env)
        self._initial_theme = self.theme_choice.adapt_theme(self.theme_choice.current_name)
        super().__init__(
            driver_class=ReaderDriver, ansi_color=True if self.theme_choice.forced_name else None
        )
        self.apply_theme(self.theme_choice.current_name)
        self.splash_lines: list[tuple[int, int, str]] = []
        """The lines that the next start shows at once: column, row and content of each."""
        self.follow_up_command: Sequence[str] = ()
        """The command to carry out once the app has ended, before it starts again."""
        self.before_terminal: Callable[[], None] = lambda: None
        """Called right before the terminal is taken."""
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._reader_driver: ReaderDriver | None = None
        keymap = make_keymap(loaded.settings.preset, loaded.settings.keys)
        faults = list_config_faults(loaded, keymap, self.theme_choice)
        loaded = replace(loaded, faults=(*faults, *self._session.faults))
        self.reader = Reader(make_gateway, now, hint, loaded, keymap, self._make_host(methods))
        self.key_queue = KeyQueue(self, self.reader, keymap, super().on_event)
        if resolve_auto(loaded.settings.slow, is_remote(methods.env)):
            self.reader.save_bandwidth()
        self.set_class(loaded.settings.cursor, "-cursor")

    def _make_host(self, methods: ExternalMethods) -> ReaderHost:
        return ReaderHost(
            methods,
            self.theme_choice,
            self.apply_theme,
            self._send_to_terminal,
            self._redraw,
            self.quit_and_run,
            self._session,
        )

    @property
    def cursor_position(self) -> Offset:
        """The place of the terminal's cursor in what is drawn now: at the focus of the top screen.

        It is looked up and not noted by what draws itself: a pane below a dialog also does.
        """
        focused = self.screen.focused if self.screen_stack else None
        self._caret = (focused and find_caret(focused)) or self._caret
        return self._caret

    @cursor_position.setter
    def cursor_position(self, position: Offset) -> None:
        """Ignore where Textual's inputs want it."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return our own colours, so that style sheets can be read before a theme is set."""
        return role_variables(self._initial_theme)

    def attach_driver(self, driver: ReaderDriver) -> None:
        """Set up the driver; it calls this before it touches the terminal."""
        self._reader_driver = driver
        driver.screen_diff.erases_in_color = erases_in_color(self._env)
        driver.screen_diff.isolates_rtl = resolve_auto(
            self._settings.isolate, terminal_reorders_bidi(self._env)
        )
        driver.shows_cursor = self._settings.cursor
        self.before_terminal()
        driver.before_suspend = self.save_and_flush
        driver.takes_key_batches = True
        driver.alt_keys = self.reader.keymap.alt_characters
        if self.theme_choice.follows_terminal:
            driver.on_background = self.set_terminal_background

    def _send_to_terminal(self, data: bytes) -> None:
        if self._reader_driver is not None:  # there is none in tests
            self._reader_driver.send(data)

    def _redraw(self) -> None:
        if self._reader_driver is not None:
            self._reader_driver.screen_diff.invalidate()
        self.refresh(layout=True)

    def apply_theme(self, name: str) -> None:
        """Switch to a theme."""
        if name not in self.available_themes:
            self.register_theme(textual_theme(self.theme_choice.adapt_theme(name)))
        self.theme = name

    def set_terminal_background(self, *colors: str) -> None:
        """Follow the terminal's background; called on another thread."""
        self.call_later(self._apply_background, parse_background_reply(*colors))

    def _apply_background(self, background: TerminalBackground) -> None:
        with contextlib.suppress(NewstuiError):  # asked for again at the next start
            self.theme_choice.set_background(background)
        self.apply_theme(self.theme_choice.current_name)

    def get_default_screen(self) -> Screen[None]:
        """Return the reader: there is nothing behind it."""
        return self.reader

    async def on_event(self, event: events.Event) -> None:
        """Carry out the command that a key is bound to before the next key is looked at.

        So what follows a `/` is typed into the search, however fast it comes.
        """
        if isinstance(event, events.Resize) and self._reader_driver is not None:
            self._reader_driver.screen_diff.invalidate()  # the terminal may have moved anything
            if event.pixel_size is None:  # a signal: Textual asks the environment for the size
                size = Size(*self._reader_driver.terminal_size)
                event = events.Resize(size, size)
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.key_queue.receive([KeyPress(event.key, event.character)])
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            await self.key_queue.receive([event])
        else:
            await super().on_event(event)

    async def on_key_batch(self, batch: KeyBatch) -> None:
        """Carry out the commands of several keys."""
        await self.key_queue.receive(batch.keys)

    def on_mount(self) -> None:
        """Note the event loop, for `request_stop`, and collect garbage from time to time."""
        self._event_loop = asyncio.get_running_loop()
        if self._reader_driver is not None:  # there is none in tests, where a collection takes long
            self.set_interval(COLLECT_INTERVAL, GarbageCollector().collect)

    def request_stop(self, code: int) -> bool:
        """End the app, from any thread.

        Returns:
            False if it has not started yet.
        """
        if self._event_loop is None:
            return False
        self._event_loop.call_soon_threadsafe(self.quit, code)
        return True

    def quit(self, code: int = 0) -> None:
        """Save the reading position, and end the app."""
        self.save_position()
        self.splash_lines = self.reader.splash_lines()
        self.exit(return_code=code)

    def quit_and_run(self, arguments: Sequence[str]) -> None:
        """End the app, so that a command of newstui can be carried out."""
        self.follow_up_command = arguments
        self.quit()

    async def action_quit(self) -> None:
        """Quit newstui."""
        self.quit()

    def action_help_quit(self) -> None:
        """Quit on ctrl+c, as other terminal programs do."""
        self.quit()

    def action_run_reader_command(self, command_id: str) -> None:
        """Carry out a command of the reader, also from a dialog."""
        self.reader.commands[command_id]()

    def save_and_flush(self) -> None:
        """Save the reading position, and wait until it is on the disk: the process may be stopped."""
        self.save_position()
        self.reader.gateway.flush()

    def save_position(self) -> None:
        """Save the reading position, and what the next session starts with."""
        self.reader.articles.save_position()
        self.reader.memory.note()
        self._session.save()


class CrashLog:
    """Collects what Textual would print on the terminal, and writes it to a file.

    The values of variables are left out: they may hold article text.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = io.StringIO()
        self.console = Console(file=self._text, width=100, markup=False, highlight=False)

    @property
    def has_content(self) -> bool:
        """True if there is anything to write."""
        return bool(self._text.getvalue().strip())

    def save(self, now: datetime) -> str:
        """Write the log, readable only for its owner.

        Returns:
            The path; if it could not be written, the reason and the last line of the log.
        """
        text = LOCALS_BOX.sub("", self._text.getvalue())
        try:
            make_folder(self._path.parent)
            write_atomically(self._path, f"{now.isoformat()}\n{text}".encode())
        except NewstuiError as error:
            with contextlib.suppress(IndexError):
                return f"no file ({error}): {text.strip().splitlines()[-1]}"
        return str(self._path)

"""The app: themes, the reader's screen, and the ways in which it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.types import CSSPathType
from textual.widgets import Input

from store.model.errors import NewsError
from tui.config.commands import Command
from tui.config.keymaps import Pending, make_keymap, press
from tui.config.settings import FILE, Loaded, is_slow
from tui.config.theme_choice import Background, ThemeChoice, background_told
from tui.reader.dialogs.dialog import Dialog
from tui.reader.dialogs.keymap_screen import Keyed, key_of
from tui.reader.driver import ReaderDriver
from tui.reader.key_queue import LOOK_EVERY, Ahead
from tui.reader.screen.link_actions import Routes
from tui.reader.screen.panes import MakeGateway
from tui.reader.screen.reader_screen import Reader
from tui.reader.textual_theme import role_variables, textual_theme
from tui.terminal.bidi import reorders
from tui.terminal.session import erases_in_color

LEAVING = ("enter", "escape", "tab")
"""The keys that may end what is being typed."""


class NewsApp(App[None]):
    """The reader as an application."""

    TITLE = "newstui"
    # The first screen's own style sheet is read with the app's.
    CSS_PATH: ClassVar[CSSPathType | None] = [
        "textual_theme.tcss",
        "widgets/line_view.tcss",
        "screen/reader.tcss",
    ]
    ENABLE_COMMAND_PALETTE = False
    # A dialog would keep ctrl+c to itself otherwise.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "help_quit", show=False, priority=True, system=True)
    ]

    def __init__(
        self,
        make_gateway: MakeGateway,
        now: Callable[[], int],
        routes: Routes,
        hint: str = "",
        loaded: Loaded | None = None,
        themes: ThemeChoice | None = None,
    ) -> None:
        """Make the app.

        Args:
            make_gateway: Makes the gateway to the library.
            now: Seconds since 1970.
            routes: How URLs open and text is copied; its environment decides about colours too.
            hint: What stands above the list, if anything.
            loaded: The user's settings; the defaults where there are none.
            themes: Which theme is on; by default what the settings say.
        """
        loaded = loaded or Loaded()
        self.themes = themes or ThemeChoice(loaded.settings, routes.env)
        self._default = self.themes.theme(self.themes.current)
        super().__init__(driver_class=ReaderDriver, ansi_color=True if self.themes.fixed else None)
        self.wear(self.themes.current)
        self.opening: list[tuple[int, int, str]] = []
        """The screen the next session opens with: column, row and content of each line."""
        self.then: Sequence[str] = ()
        """The command to carry out once the app has ended, before it starts again."""
        self.before_terminal: Callable[[], None] = lambda: None
        """Called right before the terminal is taken."""
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._driver_seen: ReaderDriver | None = None
        self.keymap = make_keymap(loaded.settings.preset, loaded.settings.keys)
        self._pending = Pending()
        self._ahead = Ahead()
        self._looking = False
        of_keys = (f"{FILE}: {fault}" for fault in self.keymap.faults)
        faults = (*loaded.faults, *self.themes.faults, *of_keys)
        self.reader = Reader(make_gateway, now, hint, replace(loaded, faults=faults), self.keymap)
        self.reader.routes = routes
        self.reader.driver = lambda: self._driver_seen
        if is_slow(loaded.settings, routes.env):
            self.reader.spare()
        self.reader.run_outside = self.leave_for
        self.reader.themes, self.reader.wear = self.themes, self.wear
        self.set_class(loaded.settings.cursor, "-cursor")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours, so that style sheets can be read before a theme is set."""
        return role_variables(self._default)

    def take_driver(self, driver: ReaderDriver) -> None:
        """Know the driver, for what is sent to the terminal's clipboard."""
        self._driver_seen = driver
        driver.outgoing.erases_in_color = erases_in_color(self.reader.routes.env)
        isolate = self.reader.settings.isolate
        driver.outgoing.isolates = (
            reorders(self.reader.routes.env) if isolate == "auto" else isolate
        )
        driver.shows_cursor = self.reader.settings.cursor
        self.before_terminal()
        driver.listening.clear()
        self.reader.on_list = driver.listening.set
        driver.before_suspend = self.save_now
        if self.themes.follows_terminal:
            driver.on_background = self.see_background

    def wear(self, name: str) -> None:
        """Put a theme on."""
        if name not in self.available_themes:
            self.register_theme(textual_theme(self.themes.theme(name)))
        self.theme = name

    def see_background(self, *colors: str) -> None:
        """Follow the terminal's background, told by another thread."""
        self.call_later(self._follow, background_told(*colors))

    def _follow(self, background: Background) -> None:
        with contextlib.suppress(NewsError):  # then it is asked for again the next time
            self.themes.see(background)
        self.wear(self.themes.current)

    def get_default_screen(self) -> Screen[None]:
        """The reader is the first screen; there is nothing behind it."""
        return self.reader

    async def on_event(self, event: events.Event) -> None:
        """Carry out the command that a key means, before the next key is looked at.

        So after `/` what follows is typed into the search, however fast it comes.
        """
        if isinstance(event, events.Resize) and self._driver_seen is not None:
            self._driver_seen.outgoing.forget()  # nobody knows what the terminal has made of it
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._ahead.keys.append(event)
            await self._take_keys()
        else:
            await super().on_event(event)

    async def _take_keys(self) -> None:
        keys = self._ahead.keys
        while keys and self._ahead.ready:
            event = keys.popleft()
            if not isinstance(event, events.Key) or not await self._press(event):
                await super().on_event(event)
        if keys and not self._looking:
            self._looking = True
            # A timer of Textual's is never fired if the process is held up when it begins.
            later = asyncio.get_running_loop().call_later
            later(LOOK_EVERY, self.call_later, self._look_again)

    async def _look_again(self) -> None:
        self._looking = False
        await self._take_keys()

    async def _press(self, event: events.Key) -> bool:
        """Whether the key was one of the keymap's."""
        screen, typing = self.screen, self.focused
        if isinstance(typing, Input) and event.key in LEAVING:
            self._ahead.expect(lambda: self.focused is not typing)
        if not isinstance(screen, Keyed):
            return False
        pressed = press(self.keymap, screen.place, self._pending, key_of(event))
        if pressed.command is not None and self._comes_early(pressed.command):
            self._ahead.keys.appendleft(event)
            return True
        if pressed.pending.shown != self._pending.shown:
            screen.show_pending(pressed.pending.shown)
        self._pending = pressed.pending
        if pressed.command is not None:
            await self._carry_out(pressed.command, pressed.count, screen)
        elif not pressed.taken and event.is_printable and screen.place:
            screen.tell_unknown(key_of(event))
        return pressed.taken

    def _comes_early(self, command: Command) -> bool:
        """Whether it is about the text of an article that is not there yet."""
        reader = self.reader
        early = command.within and self.screen is reader and reader.arriving
        return early and self._ahead.expect_article(reader.subject, lambda: not reader.arriving)

    async def _carry_out(self, command: Command, count: int, screen: Screen[Any]) -> None:
        await self.run_action(command.counted(count), screen)
        if command.opens:
            self._ahead.expect(self._opened)
        elif self.screen is not screen:
            self._ahead.expect(self._settled())

    def _settled(self) -> Callable[[], bool]:
        """What tells whether another screen is there, or what follows the end of one is done."""
        loop, reader = asyncio.get_running_loop(), self.reader
        begun, answered = asyncio.Event(), asyncio.Event()
        self.screen.call_later(begun.set)

        def settled() -> bool:
            if begun.is_set() and not reader.gateway.busy:  # its answers are on their way at least
                loop.call_soon(reader.call_later, answered.set)
            return answered.is_set()

        return settled

    def _opened(self) -> bool:
        dialog = isinstance(self.screen, Dialog) and self.screen.is_mounted
        return dialog or isinstance(self.focused, Input)

    def on_mount(self) -> None:
        """Be ready to be told to stop."""
        self._event_loop = asyncio.get_running_loop()

    def ask_to_stop(self, code: int) -> bool:
        """End the app in order, from any thread; False while it has not begun."""
        if self._event_loop is None:
            return False
        self._event_loop.call_soon_threadsafe(self._stop, code)
        return True

    def _stop(self, code: int) -> None:
        self.leave(code)

    def leave(self, code: int = 0) -> None:
        """End the app in order."""
        self.save()
        self.opening = self.reader.opening_lines()
        self.exit(return_code=code)

    def leave_for(self, arguments: Sequence[str]) -> None:
        """End, so that a command of newstui can be carried out."""
        self.then = arguments
        self.leave()

    async def action_quit(self) -> None:
        """Leave newstui."""
        self.leave()

    def action_help_quit(self) -> None:
        """ctrl+c leaves newstui, as in any terminal program."""
        self.leave()

    def save_now(self) -> None:
        """Record where reading stopped and see it onto the disk: the process may be stopped next."""
        self.save()
        self.reader.gateway.flush()

    def save(self) -> None:
        """Record where reading stopped, before the process stops or ends."""
        self.reader.leave()

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

from store.model.errors import NewstuiError
from tui.config.commands import Command
from tui.config.keymaps import PendingKeys, make_keymap, resolve_key
from tui.config.settings import SETTINGS_FILE, LoadedSettings, resolve_auto
from tui.config.theme_choice import TerminalBackground, ThemeChoice, parse_background_reply
from tui.reader.dialogs.dialog import Dialog
from tui.reader.dialogs.keymap_screen import KeymapScreen, event_key_name
from tui.reader.driver import ReaderDriver
from tui.reader.key_queue import KEY_CHECK_INTERVAL, KeyQueue
from tui.reader.screen.link_actions import ExternalMethods
from tui.reader.screen.panes import GatewayFactory
from tui.reader.screen.reader_screen import Reader
from tui.reader.textual_theme import role_variables, textual_theme
from tui.terminal.environment import erases_in_color, is_remote, terminal_reorders_bidi

INPUT_END_KEYS = ("enter", "escape", "tab")
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
        make_gateway: GatewayFactory,
        now: Callable[[], int],
        routes: ExternalMethods,
        hint: str = "",
        loaded: LoadedSettings | None = None,
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
        loaded = loaded or LoadedSettings()
        self.theme_choice = themes or ThemeChoice(loaded.settings, routes.env)
        self._initial_theme = self.theme_choice.find_theme(self.theme_choice.current_name)
        super().__init__(
            driver_class=ReaderDriver, ansi_color=True if self.theme_choice.forced_name else None
        )
        self.apply_theme(self.theme_choice.current_name)
        self.splash_lines: list[tuple[int, int, str]] = []
        """The screen the next session opens with: column, row and content of each line."""
        self.follow_up_command: Sequence[str] = ()
        """The command to carry out once the app has ended, before it starts again."""
        self.before_terminal: Callable[[], None] = lambda: None
        """Called right before the terminal is taken."""
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._reader_driver: ReaderDriver | None = None
        self.keymap = make_keymap(loaded.settings.preset, loaded.settings.keys)
        self._pending_keys = PendingKeys()
        self._key_queue = KeyQueue()
        self._is_check_scheduled = False
        of_keys = (f"{SETTINGS_FILE}: {fault}" for fault in self.keymap.faults)
        faults = (*loaded.faults, *self.theme_choice.faults, *of_keys)
        self.reader = Reader(make_gateway, now, hint, replace(loaded, faults=faults), self.keymap)
        self.reader.external_methods = routes
        self.reader.get_driver = lambda: self._reader_driver
        if resolve_auto(loaded.settings.slow, is_remote(routes.env)):
            self.reader.save_bandwidth()
        self.reader.run_cli_command = self.quit_and_run
        self.reader.theme_choice, self.reader.apply_theme = self.theme_choice, self.apply_theme
        self.set_class(loaded.settings.cursor, "-cursor")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours, so that style sheets can be read before a theme is set."""
        return role_variables(self._initial_theme)

    def attach_driver(self, driver: ReaderDriver) -> None:
        """Know the driver, for what is sent to the terminal's clipboard."""
        self._reader_driver = driver
        env = self.reader.external_methods.env
        driver.screen_diff.erases_in_color = erases_in_color(env)
        driver.screen_diff.isolates_rtl = resolve_auto(
            self.reader.settings.isolate, terminal_reorders_bidi(env)
        )
        driver.shows_cursor = self.reader.settings.cursor
        self.before_terminal()
        driver.keys_enabled.clear()
        self.reader.notify_list_shown = driver.keys_enabled.set
        driver.before_suspend = self.save_and_flush
        if self.theme_choice.follows_terminal:
            driver.on_background = self.set_terminal_background

    def apply_theme(self, name: str) -> None:
        """Put a theme on."""
        if name not in self.available_themes:
            self.register_theme(textual_theme(self.theme_choice.find_theme(name)))
        self.theme = name

    def set_terminal_background(self, *colors: str) -> None:
        """Follow the terminal's background, told by another thread."""
        self.call_later(self._apply_background, parse_background_reply(*colors))

    def _apply_background(self, background: TerminalBackground) -> None:
        with contextlib.suppress(NewstuiError):  # then it is asked for again the next time
            self.theme_choice.set_background(background)
        self.apply_theme(self.theme_choice.current_name)

    def get_default_screen(self) -> Screen[None]:
        """The reader is the first screen; there is nothing behind it."""
        return self.reader

    async def on_event(self, event: events.Event) -> None:
        """Carry out the command that a key means, before the next key is looked at.

        So after `/` what follows is typed into the search, however fast it comes.
        """
        if isinstance(event, events.Resize) and self._reader_driver is not None:
            self._reader_driver.screen_diff.invalidate()  # nobody knows what the terminal has made of it
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._key_queue.keys.append(event)
            await self._process_keys()
        else:
            await super().on_event(event)

    async def _process_keys(self) -> None:
        keys = self._key_queue.keys
        while keys and self._key_queue.is_ready:
            event = keys.popleft()
            if not isinstance(event, events.Key) or not await self._dispatch_key(event):
                await super().on_event(event)
        if keys and not self._is_check_scheduled:
            self._is_check_scheduled = True
            # A timer of Textual's is never fired if the process is held up when it begins.
            later = asyncio.get_running_loop().call_later
            later(KEY_CHECK_INTERVAL, self.call_later, self._recheck_keys)

    async def _recheck_keys(self) -> None:
        self._is_check_scheduled = False
        await self._process_keys()

    async def _dispatch_key(self, event: events.Key) -> bool:
        """Whether the key was one of the keymap's."""
        screen, typing = self.screen, self.focused
        if isinstance(typing, Input) and event.key in INPUT_END_KEYS:
            self._key_queue.wait_for(lambda: self.focused is not typing)
        if not isinstance(screen, KeymapScreen):
            return False
        pressed = resolve_key(self.keymap, screen.place, self._pending_keys, event_key_name(event))
        if pressed.command is not None and self._must_wait_for_article(pressed.command):
            self._key_queue.keys.appendleft(event)
            return True
        if pressed.pending.display_text != self._pending_keys.display_text:
            screen.show_pending_keys(pressed.pending.display_text)
        self._pending_keys = pressed.pending
        if pressed.command is not None:
            await self._run_command(pressed.command, pressed.count, screen)
        elif not pressed.is_handled and event.is_printable and screen.place:
            screen.report_unbound_key(event_key_name(event))
        return pressed.is_handled

    def _must_wait_for_article(self, command: Command) -> bool:
        """Whether it is about the text of an article that is not there yet."""
        reader = self.reader
        early = command.needs_article_text and self.screen is reader and reader.is_article_loading
        return early and self._key_queue.wait_for_article(
            reader.current_article, lambda: not reader.is_article_loading
        )

    async def _run_command(self, command: Command, count: int, screen: Screen[Any]) -> None:
        await self.run_action(command.action_with_count(count), screen)
        if command.opens_dialog:
            self._key_queue.wait_for(self._is_dialog_or_input_open)
        elif self.screen is not screen:
            self._key_queue.wait_for(self._make_settled_check())

    def _make_settled_check(self) -> Callable[[], bool]:
        """What tells whether another screen is there, or what follows the end of one is done."""
        loop, reader = asyncio.get_running_loop(), self.reader
        begun, answered = asyncio.Event(), asyncio.Event()
        self.screen.call_later(begun.set)

        def settled() -> bool:
            if (
                begun.is_set() and not reader.gateway.is_busy
            ):  # its answers are on their way at least
                loop.call_soon(reader.call_later, answered.set)
            return answered.is_set()

        return settled

    def _is_dialog_or_input_open(self) -> bool:
        dialog = isinstance(self.screen, Dialog) and self.screen.is_mounted
        return dialog or isinstance(self.focused, Input)

    def on_mount(self) -> None:
        """Be ready to be told to stop."""
        self._event_loop = asyncio.get_running_loop()

    def request_stop(self, code: int) -> bool:
        """End the app in order, from any thread; False while it has not begun."""
        if self._event_loop is None:
            return False
        self._event_loop.call_soon_threadsafe(self._quit_with_code, code)
        return True

    def _quit_with_code(self, code: int) -> None:
        self.quit(code)

    def quit(self, code: int = 0) -> None:
        """End the app in order."""
        self.save_position()
        self.splash_lines = self.reader.splash_lines()
        self.exit(return_code=code)

    def quit_and_run(self, arguments: Sequence[str]) -> None:
        """End, so that a command of newstui can be carried out."""
        self.follow_up_command = arguments
        self.quit()

    async def action_quit(self) -> None:
        """Leave newstui."""
        self.quit()

    def action_help_quit(self) -> None:
        """ctrl+c leaves newstui, as in any terminal program."""
        self.quit()

    def save_and_flush(self) -> None:
        """Record where reading stopped and see it onto the disk: the process may be stopped next."""
        self.save_position()
        self.reader.gateway.flush()

    def save_position(self) -> None:
        """Record where reading stopped, before the process stops or ends."""
        self.reader.save_position()

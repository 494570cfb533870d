"""From key presses to commands.

Over a slow connection, or from fast fingers, several keys come at once. What one of them opens, a
dialog, a prompt or an article, may take a moment, and the next key is meant for that: it waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.keys import REPLACED_KEYS, key_to_character
from textual.screen import Screen
from textual.widgets import Input

from tui.config.keymaps import Keymap, PendingKeys, resolve_key
from tui.reader.dialogs.dialog import Dialog, KeymapScreen

if TYPE_CHECKING:
    from tui.config.commands import Command
    from tui.reader.screen.reader_screen import Reader

MAX_KEY_WAIT = 0.5
"""Seconds that a key waits at most: what it waits for may never come."""
KEY_CHECK_INTERVAL = 0.005
"""Seconds between two looks whether it has come."""
INPUT_END_KEYS = ("enter", "escape", "tab")
"""The keys that may close an input."""


def event_key_name(event: events.Key) -> str:
    """Return the name of a key as keymaps write it: `?`, where Textual says `question_mark`."""
    modifiers, plus, name = event.key.rpartition("+")
    named = key_to_character(REPLACED_KEYS.get(name, name))
    character = event.character if event.is_printable and not plus else named
    if character and character.isprintable() and character != " ":
        name = character
    return f"{modifiers}{plus}{name}"


class KeyQueue:
    """Runs the commands that keys are bound to, each key once its time has come.

    Other keys go to Textual.
    """

    def __init__(
        self,
        app: App[None],
        reader: Reader,
        keymap: Keymap,
        forward: Callable[[events.Event], Awaitable[None]],
    ) -> None:
        """Create an empty queue; `forward` hands an event to Textual."""
        self.keys: deque[events.Key | events.Paste] = deque()
        self._app = app
        self._reader = reader
        self._keymap = keymap
        self._forward = forward
        self._pending_keys = PendingKeys()
        self._condition: Callable[[], bool] | None = None
        """What the next key waits for."""
        self._deadline = 0.0
        self._awaited_article = ""
        self._is_check_scheduled = False

    async def receive(self, event: events.Key | events.Paste) -> None:
        """Take a key press or a paste, and handle it as soon as those before it are done."""
        self.keys.append(event)
        await self._process_keys()

    @property
    def _is_ready(self) -> bool:
        """True if the next key need not wait."""
        if self._condition is not None and (self._condition() or monotonic() >= self._deadline):
            self._condition = None
        return self._condition is None

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        self._condition, self._deadline = condition, monotonic() + MAX_KEY_WAIT

    async def _process_keys(self) -> None:
        keys = self.keys
        while keys and self._is_ready:
            event = keys.popleft()
            if not isinstance(event, events.Key) or not await self._dispatch(event):
                await self._forward(event)
        if keys and not self._is_check_scheduled:
            self._is_check_scheduled = True
            # Textual's own timers never fire if the process is held up when they start.
            later = asyncio.get_running_loop().call_later
            later(KEY_CHECK_INTERVAL, self._app.call_later, self._recheck_keys)

    async def _recheck_keys(self) -> None:
        self._is_check_scheduled = False
        await self._process_keys()

    async def _dispatch(self, event: events.Key) -> bool:
        """Return True if the key belongs to the keymap."""
        screen, focused = self._app.screen, self._app.focused
        if isinstance(focused, Input) and event.key in INPUT_END_KEYS:
            self._wait_for(lambda: self._app.focused is not focused)
        if not isinstance(screen, KeymapScreen):
            return False
        key = event_key_name(event)
        result = resolve_key(self._keymap, screen.place, self._pending_keys, key)
        if result.command is not None and self._must_wait_for_article(result.command):
            self.keys.appendleft(event)
            return True
        if result.pending.display_text != self._pending_keys.display_text:
            screen.show_pending_keys(result.pending.display_text)
        self._pending_keys = result.pending
        if result.command is not None:
            await screen.run_command(result.command, result.count)
            self._wait_for_outcome(result.command, screen)
        elif not result.is_handled and event.is_printable and screen.place:
            screen.report_unbound_key(key)
        return result.is_handled

    def _must_wait_for_article(self, command: Command) -> bool:
        """Return True if a command is about the text of an article that is not there yet."""
        reader, article = self._reader, self._reader.state.current_article
        if (
            not command.needs_article_text
            or self._app.screen is not reader
            or not reader.is_article_loading
        ):
            return False
        if article != self._awaited_article:  # once a key has waited in vain, no other does
            self._awaited_article = article
            self._wait_for(lambda: not reader.is_article_loading)
        return not self._is_ready

    def _wait_for_outcome(self, command: Command, screen: Screen[Any]) -> None:
        """Have the next key wait for the dialog or screen that a command opens or closes."""
        if command.opens_dialog:
            self._wait_for(self._is_dialog_or_input_open)
        elif self._app.screen is not screen:
            self._wait_for(self._make_settled_check())

    def _is_dialog_or_input_open(self) -> bool:
        screen = self._app.screen
        is_dialog_open = isinstance(screen, Dialog) and screen.is_mounted
        return is_dialog_open or isinstance(self._app.focused, Input)

    def _make_settled_check(self) -> Callable[[], bool]:
        """Return a check for: the new screen is there, and what the old one left to do is done."""
        loop, reader = asyncio.get_running_loop(), self._reader
        is_shown, is_answered = asyncio.Event(), asyncio.Event()
        self._app.screen.call_later(is_shown.set)

        def is_settled() -> bool:
            if is_shown.is_set() and not reader.gateway.is_busy:  # the answers are on their way
                loop.call_soon(reader.call_later, is_answered.set)
            return is_answered.is_set()

        return is_settled

"""From key presses to commands.

Over a slow connection, or from fast fingers, several keys come at once. What one of them opens, a
dialog, a prompt or an article, may take a moment, and the next key is meant for that: it waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.keys import REPLACED_KEYS, key_to_character
from textual.screen import Screen
from textual.widgets import Input

from tui.config.keymaps import Keymap, PendingKeys, resolve_key
from tui.reader.dialogs.dialog import Dialog, KeymapScreen
from tui.reader.terminal_events import RepeatedKey
from tui.terminal.input_filter import MAX_PASTE_CHARS

if TYPE_CHECKING:
    from tui.config.commands import Command
    from tui.reader.screen.reader_screen import Reader

MAX_KEY_WAIT = 0.5
"""Seconds that a key waits at most: what it waits for may never come."""
MAX_CHANGE_WAIT = 5.0
"""Seconds that a key waits at most for a change of the list, which it is meant for."""
KEY_CHECK_INTERVAL = 0.005
"""Seconds between two looks whether it has come."""
SUMMED_COMMANDS = {
    *("move.down", "move.up", "move.half_page_down", "move.half_page_up", "move.page_up"),
}
"""The commands of which several in a row are carried out as one with a count."""
MAX_REPEATS = 100
"""How often another command is carried out for a key that was pressed so often in a row: more is
no person, or a key that something lies on."""
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

    async def receive(self, received: Sequence[events.Key | events.Paste]) -> None:
        """Take keys and pastes, and handle each as soon as those before it are done."""
        self.keys.extend(received)
        await self._process_keys()

    @property
    def _is_ready(self) -> bool:
        """True if the next key need not wait."""
        if self._condition is not None and (self._condition() or monotonic() >= self._deadline):
            self._condition = None
        return self._condition is None

    def _wait_for(self, condition: Callable[[], bool], at_most: float | None = None) -> None:
        self._condition = condition
        self._deadline = monotonic() + (MAX_KEY_WAIT if at_most is None else at_most)

    async def _process_keys(self) -> None:
        keys = self.keys
        while keys and self._is_ready:
            event = keys.popleft()
            count = event.count if isinstance(event, RepeatedKey) else 1
            if isinstance(event, events.Key):
                key = events.Key(event.key, event.character)
                if await self._dispatch_repeated(key, count):
                    continue
                event = key
            await self._forward(event)
        if keys and not self._is_check_scheduled:
            self._is_check_scheduled = True
            # Textual's own timers never fire if the process is held up when they start.
            later = asyncio.get_running_loop().call_later
            later(KEY_CHECK_INTERVAL, self._app.call_later, self._recheck_keys)

    async def _recheck_keys(self) -> None:
        self._is_check_scheduled = False
        await self._process_keys()

    async def _dispatch_repeated(self, event: events.Key, count: int) -> bool:
        """Handle a key that was pressed several times; return True if Textual need not see it."""
        if count > 1 and isinstance(self._app.focused, Input) and event.is_printable:
            self.keys.appendleft(
                events.Paste((event.character or "") * min(count, MAX_PASTE_CHARS))
            )
            return True
        summed = self._find_summed_command(event)
        if summed is not None:
            screen, command = summed
            await screen.run_command(command, count)
            return True
        if await self._dispatch(event):
            if count > 1 and not (self.keys and self.keys[0] is event):
                self._push_repeats(event, count - 1)
            elif count > 1:  # it waits
                self.keys[0] = RepeatedKey(event.key, event.character, count)
            return True
        if isinstance(self._app.focused, Input):
            self._push_repeats(event, count - 1)
        return False

    def _push_repeats(self, event: events.Key, count: int) -> None:
        if count := min(count, MAX_REPEATS):
            self.keys.appendleft(RepeatedKey(event.key, event.character, count))

    def _find_summed_command(self, event: events.Key) -> tuple[KeymapScreen, Command] | None:
        screen = self._app.screen
        if not isinstance(screen, KeymapScreen) or self._pending_keys != PendingKeys():
            return None
        result = resolve_key(self._keymap, screen.place, self._pending_keys, event_key_name(event))
        if result.command is None or result.command.id not in SUMMED_COMMANDS:
            return None
        return None if self._reader.is_article_loading else (screen, result.command)

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
        elif command.changes_list:
            self._wait_for(self._make_settled_check(), MAX_CHANGE_WAIT)
        elif self._app.screen is not screen:
            self._wait_for(self._make_settled_check())

    def _is_dialog_or_input_open(self) -> bool:
        screen = self._app.screen
        is_dialog_open = isinstance(screen, Dialog) and screen.is_mounted
        return is_dialog_open or isinstance(self._app.focused, Input)

    def _make_settled_check(self) -> Callable[[], bool]:
        """Return a check for: the new screen is there, and what the old one left to do is done."""
        loop, reader = asyncio.get_running_loop(), self._reader
        is_shown, is_answered, is_asked = asyncio.Event(), asyncio.Event(), False
        self._app.screen.call_later(is_shown.set)

        def answer() -> None:
            nonlocal is_asked
            is_asked = False
            if not reader.gateway.is_busy:  # and not busy again with what followed the answer
                is_answered.set()

        def is_settled() -> bool:
            nonlocal is_asked
            if is_shown.is_set() and not is_asked and not reader.gateway.is_busy:
                is_asked = True  # the answers are on their way
                loop.call_soon(reader.call_later, answer)
            return is_answered.is_set()

        return is_settled

"""From key presses to commands.

Over a slow connection, or from fast fingers, several keys come at once. What one of them opens, a
dialog, a prompt or an article, may take a moment, and the next key is meant for that: it waits. All
wait for the first list, unless they quit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice, takewhile
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.keys import REPLACED_KEYS, key_to_character
from textual.screen import Screen
from textual.widgets import Input

from tui.config.keymaps import NO_PENDING_KEYS, Keymap, KeyResult, PendingKeys, resolve_key
from tui.reader.dialogs.dialog import Dialog, KeymapScreen
from tui.reader.dialogs.moves import FOLDABLE_COMMANDS, fold_moves
from tui.reader.terminal_events import KeyPress
from tui.terminal.input_filter import MAX_PASTE_CHARS

if TYPE_CHECKING:
    from tui.config.commands import Command
    from tui.reader.screen.reader_screen import Reader

MAX_KEY_WAIT = 0.5
"""Seconds that a key waits at most: what it waits for may never come."""
MAX_CHANGE_WAIT = 5.0
"""Seconds that a key waits at most for a change of the list, or for a dialog, which it is meant for."""
KEY_CHECK_INTERVAL = 0.005
"""Seconds between two looks whether it has come."""
MAX_WAITING_KEYS = 100
"""How many keys without consequences wait until each is carried out: more are a flood."""
MAX_KEYS_AT_ONCE = 20
"""How many keys are carried out before what else has come is looked at."""
INTERRUPT = "ctrl+c"
"""The key that ends the reader from anywhere, with every keymap."""
MAX_FLOOD_KEYS = 10
"""How many keys of a flood are carried out that cannot be folded."""
UNBOUND = "unbound"
"""Stands for the command of a key that is not bound."""
HARMLESS_COMMANDS = (
    UNBOUND,
    *("move.", "trail.", "similar.", "find.", "view.narrower", "view.wider", "view.side"),
    *("view.zoom", "article.back", "article.open", "app.redraw"),
)
"""The commands, or the starts of their ids, that only change what is shown."""
QUIT_COMMANDS = ("app.leave", "app.quit")
"""The commands that end the reader while there is nothing but the list."""
MAX_REPEATS = 100
"""How often another command is carried out for a key that was pressed so often in a row: more is
no person, or a key that something lies on."""
INPUT_EDIT_KEYS = ("left", "right", "up", "down", "home", "end", "backspace", "delete")
"""The keys that change what is in an input, besides characters."""
INPUT_END_KEYS = ("enter", "escape", "ctrl+g", "tab")
"""The keys that may close an input."""
ANSWER_END_KEYS = ("enter", "escape", "ctrl+g")
"""Those that close every one."""


@lru_cache(maxsize=1024)
def keymap_name(press: KeyPress) -> str:
    """Return the name of a key as keymaps write it: `?`, where Textual says `question_mark`."""
    modifiers, plus, name = press.key.rpartition("+")
    named = key_to_character(REPLACED_KEYS.get(name, name))
    character = press.character if press.is_printable and not plus else named
    if character and character.isprintable() and character != " ":
        name = character
    return f"{modifiers}{plus}{name}"


def _typed_character(key: KeyPress | events.Paste) -> str:
    return (key.character or "") if isinstance(key, KeyPress) and key.is_printable else ""


def _is_edit(key: KeyPress | events.Paste) -> bool:
    return isinstance(key, KeyPress) and (key.is_printable or key.key in INPUT_EDIT_KEYS)


def _is_typed(key: KeyPress | events.Paste) -> bool:
    """Return True if an input, or the lines of a dialog, would take the key."""
    return isinstance(key, events.Paste) or _is_edit(key) or key.key == "tab"


def _make_bubbled_check(focused: Input) -> Callable[[], bool]:
    """Return a check for: the key before has bubbled from an input to the app, which runs bindings.

    The text after it would be typed first otherwise.
    """
    is_handled = asyncio.Event()
    path = iter(focused.ancestors_with_self)

    def climb() -> None:
        node = next(path, None)
        if node is None or not node.call_later(climb):
            is_handled.set()

    climb()
    return is_handled.is_set


def _make_notice_check(screen: KeymapScreen) -> Callable[[], bool]:
    """Return a check for: another notice than now can be seen."""
    before = screen.drawn_notice

    def is_new() -> bool:
        notice = screen.drawn_notice
        return notice is not None and notice is not before

    return is_new


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
        self.keys: deque[KeyPress | events.Paste] = deque()
        self._app = app
        self._reader = reader
        self._keymap = keymap
        self._forward = forward
        self._pending_keys = NO_PENDING_KEYS
        self._condition: Callable[[], bool] | None = None
        """What the next key waits for."""
        self._deadline = 0.0
        self._is_dialog_awaited = False
        """True if the next key is meant for a dialog or an input, which may not open."""
        self._is_reason_shown: Callable[[], bool] = lambda: False
        """Whether the user can see why the dialog that was asked for last does not open."""
        self._answer_length: int | None = None
        """How many of the keys came before that; None while it cannot be seen."""
        self._awaited_article = ""
        self._is_check_scheduled = False

    async def receive(self, received: Iterable[KeyPress | events.Paste]) -> None:
        """Take keys and pastes, and handle each as soon as those before it are done."""
        if self._answer_length is None and self._is_reason_shown():
            self._answer_length = len(self.keys)
        for press in received:
            if isinstance(press, KeyPress) and press.key == INTERRUPT:
                self._drop_interrupted()
            self.keys.append(press)
        await self._process_keys()

    @property
    def is_working(self) -> bool:
        """True if keys wait, or if those that come now would be meant for what is about to open."""
        return bool(self.keys) or self._is_dialog_awaited

    @property
    def _is_ready(self) -> bool:
        """True if the next key need not wait."""
        if not self._reader.is_list_known:
            return self._is_quitting()
        if self._condition is not None and (self._condition() or monotonic() >= self._deadline):
            self._condition = None
            if self._is_dialog_awaited and not self._is_dialog_or_input_open():
                self._drop_answer()
            self._is_dialog_awaited = False
        return self._condition is None

    def _is_quitting(self) -> bool:
        """Return True if one of the keys quits, which is the next one then.

        A letter does only if nothing was typed before, which could make it part of a text.
        """
        for place, (command_id, _, number) in enumerate(self._read_ahead(self._reader.place)):
            if command_id in QUIT_COMMANDS and not (place and _is_typed(self.keys[number - 1])):
                self._drop_keys(number - 1)
                return True
        return False

    def _wait_for(self, condition: Callable[[], bool], at_most: float | None = None) -> None:
        self._condition = condition
        self._deadline = monotonic() + (MAX_KEY_WAIT if at_most is None else at_most)

    async def _process_keys(self) -> None:
        for _ in range(MAX_KEYS_AT_ONCE):
            if not (self._is_ready and self.keys):
                break
            focused = self._app.focused
            if isinstance(pasted := self.keys[0], events.Paste):
                self.keys.popleft()
                await self._forward(pasted)
            elif isinstance(focused, Input):
                await self._edit(focused)
            elif not self._run_moves():
                await self._run_key()
            if self._reader.article_list.is_waiting:
                self._wait_for(self._is_cursor_there, MAX_CHANGE_WAIT)
        if self.is_working and not self._is_check_scheduled:
            self._is_check_scheduled = True
            # Textual's own timers never fire if the process is held up when they start.
            later = asyncio.get_running_loop().call_later
            later(KEY_CHECK_INTERVAL, self._app.call_later, self._recheck_keys)

    def _is_cursor_there(self) -> bool:
        """Return True unless the cursor is on its way to rows that are not loaded yet."""
        return not self._reader.article_list.is_waiting

    async def _recheck_keys(self) -> None:
        self._is_check_scheduled = False
        await self._process_keys()

    async def _edit(self, focused: Input) -> None:
        """Type the characters that come next as one, as far as there is room for them."""
        typed = "".join(map(_typed_character, takewhile(_typed_character, self.keys)))
        if len(typed) > 1:
            self._drop_keys(len(typed))
            left = (focused.max_length or MAX_PASTE_CHARS) - len(focused.value)
            text = typed[: max(0, left + len(focused.selected_text))]
            await self._forward(events.Paste(text))
            return
        edits = sum(1 for _ in takewhile(_is_edit, self.keys))
        if edits > 2 * MAX_WAITING_KEYS:
            # An even number: nearly always what undoes a key is the next one.
            self._drop_keys((edits - MAX_WAITING_KEYS) // 2 * 2)
        await self._run_key()

    def _run_moves(self) -> bool:
        """Carry out the moves that come next as a few; return False if another key comes."""
        screen = self._app.screen
        if screen is self._reader and self._reader.is_article_loading:
            return False
        if not isinstance(screen, KeymapScreen) or self._pending_keys != NO_PENDING_KEYS:
            return False
        lines: list[int] = []
        taken = 0
        moves_of = cache(screen.line_moves)
        for command_id, count, number in self._read_ahead(screen.place):
            if (moves := moves_of(command_id, count)) is None:
                break
            lines += moves
            taken = number
        if not taken:
            return self._run_flood(screen)
        self._drop_keys(taken)
        for by in fold_moves(lines) if taken > MAX_WAITING_KEYS else lines:
            screen.move(by)
        return True

    def _run_flood(self, screen: KeymapScreen) -> bool:
        """Fold the keys without consequences that come next if they are more than anybody types.

        Those that cannot be folded, as to the next unread article, are dropped but for the last.
        """
        ahead = self._read_ahead(screen.place)
        flood = list(takewhile(lambda each: each[0].startswith(HARMLESS_COMMANDS), ahead))
        others = [n for n, (each, *_) in enumerate(flood) if each not in FOLDABLE_COMMANDS]
        end = others[-MAX_FLOOD_KEYS:][0] if others else len(flood)
        if end < MAX_WAITING_KEYS:
            return False
        self._drop_keys(flood[end - 1][2])
        screen.run_flood([(command_id, count) for command_id, count, _ in flood[:end]])
        return True

    def _read_ahead(self, place: str) -> Iterator[tuple[str, int, int]]:
        """Yield the commands of the next keys, their counts, and the number of keys up to here.

        A key that is not bound is yielded as `UNBOUND`.
        """
        pending = NO_PENDING_KEYS
        known: dict[tuple[PendingKeys, KeyPress], KeyResult] = {}
        for number, press in enumerate(self.keys, 1):
            if not isinstance(press, KeyPress):
                return
            result = known.get((pending, press))
            if result is None:
                result = resolve_key(self._keymap, place, pending, keymap_name(press))
                known[pending, press] = result
            pending = result.pending
            if result.command is not None:
                yield result.command.id, result.count, number
            elif not result.is_handled:
                yield UNBOUND, 0, number

    def _drop_keys(self, number: int) -> None:
        for _ in range(number):
            self.keys.popleft()

    def _drop_interrupted(self) -> None:
        """Drop the keys that wait if they are more than anybody types, as a text that was pasted as keys."""
        if len(self.keys) > MAX_WAITING_KEYS:
            self.keys.clear()
            self._pending_keys = NO_PENDING_KEYS

    def _drop_answer(self) -> None:
        """Drop what was typed for something that did not open, with the key that would close it.

        What came once the user could see why is meant for what is there.
        """
        answer = list(islice(self.keys, self._answer_length))
        typed = sum(1 for _ in takewhile(_is_typed, answer))
        is_closed = typed < len(answer) and getattr(answer[typed], "key", "") in ANSWER_END_KEYS
        self._drop_keys(typed + is_closed)

    async def _run_key(self) -> None:
        """Carry out the command of the next key, or hand it to Textual."""
        press = self.keys[0]
        same = sum(1 for _ in takewhile(lambda each: each == press, self.keys))
        self._drop_keys(max(1, same - MAX_REPEATS))
        assert isinstance(press, KeyPress)  # noqa: S101 - the caller knows
        if await self._dispatch(press):
            return
        focused = self._app.focused
        await self._forward(press.to_event())
        if isinstance(focused, Input) and not press.is_printable and self._condition is None:
            self._wait_for(_make_bubbled_check(focused))

    async def _dispatch(self, press: KeyPress) -> bool:
        """Return True if the key belongs to the keymap."""
        screen, focused = self._app.screen, self._app.focused
        if isinstance(focused, Input) and press.key in INPUT_END_KEYS:
            self._wait_for(lambda: self._app.focused is not focused)
        if not isinstance(screen, KeymapScreen):
            return False
        key = keymap_name(press)
        result = resolve_key(self._keymap, screen.place, self._pending_keys, key)
        if result.command is not None and self._must_wait_for_article(result.command):
            self.keys.appendleft(press)
            return True
        if result.pending.display_text != self._pending_keys.display_text:
            screen.show_pending_keys(result.pending.display_text)
        self._pending_keys = result.pending
        if result.command is not None:
            self._is_reason_shown, self._answer_length = _make_notice_check(screen), None
            await screen.run_command(result.command, result.count)
            self._wait_for_outcome(result.command, screen)
        elif not result.is_handled and press.is_printable and screen.place:
            screen.report_unbound_key(key)
        return result.is_handled

    def _must_wait_for_article(self, command: Command) -> bool:
        """Return True if a command is about the text of an article that is not there yet."""
        reader, article = self._reader, self._reader.state.current_article
        if self._app.screen is not reader or not reader.is_text_loading(command):
            return False
        if article != self._awaited_article:  # once a key has waited in vain, no other does
            self._awaited_article = article
            self._wait_for(lambda: not reader.is_text_loading(command))
        return not self._is_ready

    def _wait_for_outcome(self, command: Command, screen: Screen[Any]) -> None:
        """Have the next key wait for the dialog or screen that a command opens or closes."""
        if command.opens_dialog:
            self._wait_for(self._make_opened_check(), MAX_CHANGE_WAIT)
            self._is_dialog_awaited = True
        elif command.changes_list:
            self._wait_for(self._make_settled_check(), MAX_CHANGE_WAIT)
        elif self._app.screen is not screen:
            self._wait_for(self._make_settled_check())

    def _is_dialog_or_input_open(self) -> bool:
        screen = self._app.screen
        is_dialog_open = isinstance(screen, Dialog) and screen.is_mounted
        return is_dialog_open or isinstance(self._app.focused, Input)

    def _make_opened_check(self) -> Callable[[], bool]:
        """Return a check for: a dialog or an input is open, or it is certain that none will be."""
        is_settled = self._make_settled_check()

        def is_decided() -> bool:
            if self._is_dialog_or_input_open():
                return True
            return is_settled() and not isinstance(self._app.screen, Dialog)

        return is_decided

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

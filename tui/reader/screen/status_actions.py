"""The bottom line: what the list shows, what is going on, and the keys that matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.timer import Timer

from tui.config.commands import COMMANDS_BY_ID, FOOTER_HINTS, Command, footer_hints
from tui.reader.gateway import messages
from tui.reader.screen.header_actions import HeaderActions
from tui.reader.screen.list_actions import ListActions
from tui.reader.screen.panes import MIN_TERMINAL_SIZE, Panes
from tui.reader.screen.prompts import Prompts
from tui.reader.screen.reader_state import ReaderState
from tui.reader.screen.text_actions import TextActions
from tui.reader.widgets.article_list import ArticleList
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import SanitizedInput
from tui.reader.widgets.one_shot_timer import call_after
from tui.reader.widgets.place_tree import PlaceTree
from tui.rendering.bottom_line import KeyHint
from tui.rendering.cells import cell_width
from tui.rendering.wording import describe_wait, join_nonempty

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap

PROGRESS_INTERVAL = 0.2
"""Seconds in which progress is written once, and then as it is by then."""
SLOW_ANSWER = 0.5
"""Seconds without an answer of the library after which the bottom line says so."""


@dataclass(eq=False)
class StatusActions:
    """Writes the bottom line, and the header that belongs to it."""

    screen: Screen[None]
    keymap: Keymap
    state: ReaderState
    panes: Panes
    article_list: ArticleList
    place_tree: PlaceTree
    status_line: StatusLine
    lists: ListActions
    text: TextActions
    prompts: Prompts
    header: HeaderActions
    get_place: Callable[[], str]
    """Returns the place whose keys apply."""
    progress_text: str = field(default="", init=False)
    """What is going on."""
    _progress_detail: str = field(default="", init=False)
    _progress_timer: Timer | None = field(default=None, init=False)
    """Runs until more progress may be written."""
    _wait_text: str = field(default="", init=False)

    def update_key_hints(self) -> None:
        """Name the keys that matter in this place; while the user types, those of the input.

        Under a dialog none do: it names its own.
        """
        if not self.screen.is_active:
            self.status_line.set_key_hints(())
            return
        if isinstance(self.screen.focused, SanitizedInput):
            self.status_line.set_key_hints(self.screen.focused.hints)
            return
        self.status_line.set_key_hints(footer_hints(self._hint_place(), self.keymap.keys))

    def _hint_place(self) -> str:
        """Return the place whose keys are named."""
        place = self.get_place()
        if place not in FOOTER_HINTS:
            place = self.state.current_pane
        if place == "list" and self.article_list.selected_places is not None:
            place = "selection"
        elif place == "list" and (self.state.is_searching or self.lists.is_filtered):
            place = "filtered"
        return place

    def find_command(self, hint: KeyHint) -> Command | None:
        """Return the command whose key is named so in the bottom line; None while the user types."""
        if isinstance(self.screen.focused, SanitizedInput):
            return None
        keys = self.keymap.keys
        named = [each for each, _ in FOOTER_HINTS[self._hint_place()] if keys[each]]
        hints = footer_hints(self._hint_place(), keys)
        return COMMANDS_BY_ID[named[hints.index(hint)]] if hint in hints else None

    def update(self) -> None:
        """Write what the list shows and what is going on."""
        if self.panes.layout.kind == "tiny":
            columns, rows = MIN_TERMINAL_SIZE
            self.status_line.set_key_hints(())
            text = f"Terminal too small (need {columns}×{rows})"
            is_cut = cell_width(text) >= self.screen.app.size.width
            self.status_line.set_state(f"Need {columns}×{rows}" if is_cut else text)
            return
        self.update_key_hints()
        self.text.show_find_bar(shown=self.state.current_pane == "article")
        self.header.update()
        self.article_list.title = self.header.describe_order()
        self.article_list.update_title()
        read_only = "[read-only]" if self.state.read_only_reason else ""
        progress = self.progress_text or self._wait_text
        parts = (read_only, *self._describe_state(), progress)
        self.status_line.set_state(join_nonempty(parts), self._progress_detail)

    def _describe_state(self) -> Sequence[str]:
        if self.prompts.question:
            return (self.prompts.question,)
        if self.state.current_pane == "places":
            return (self.place_tree.describe_selected(),)
        return self.header.describe_state()

    def show_wait(self, seconds: float) -> None:
        """Show for how long the library has not answered, as on a network folder that hangs."""
        text = describe_wait(int(seconds)) if seconds >= SLOW_ANSWER else ""
        if text != self._wait_text:
            self._wait_text = text
            self.update()

    def show_progress(self, message: messages.Progressed) -> None:
        """Show the progress of what is going on, but not each step; nothing if the text is empty."""
        self.progress_text, self._progress_detail = message.text, message.detail
        if self._progress_timer is None:
            self.update()
            self._progress_timer = call_after(
                self.screen, PROGRESS_INTERVAL, self._show_last_progress
            )

    def _show_last_progress(self) -> None:
        self._progress_timer = None
        self.update()

    def end_progress(self, _: messages.LibraryMessage) -> None:
        """Show that nothing is going on any more."""
        self.progress_text = self._progress_detail = ""
        self.update()

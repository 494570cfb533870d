"""The base of dialogs whose lines can be searched by typing."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from tui.config.keymaps import Keymap
from tui.reader.dialogs.dialog import CommandTable, FramedDialog
from tui.reader.widgets.inputs import SanitizedInput

T = TypeVar("T")
MAX_SEARCH_LENGTH = 40
"""In characters."""


class DialogSearchInput(SanitizedInput):
    """The input of a search in a dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "keep", show=False)]

    class LinesRequested(Message):
        """The user wants to move to what matches."""

    def action_keep(self) -> None:
        """Go to what matches."""
        self.post_message(self.LinesRequested())


class DialogFrame(Vertical):
    """The frame around the lines of a dialog and its search input."""


class SearchableDialog(FramedDialog[T]):
    """Lines in a frame, and below them the input of a search while there is one."""

    CSS_PATH = "dialog.tcss"
    STARTS_WITH_SEARCH: ClassVar[bool] = False
    """True if the user types a search at once; leaving it closes the dialog."""

    def __init__(self, keymap: Keymap, title: str, lines: Widget) -> None:
        super().__init__(keymap, title, lines, DialogFrame())
        self.search_input = DialogSearchInput(
            placeholder="Type to search", max_length=MAX_SEARCH_LENGTH, compact=True
        )
        self.search_input.display = False

    def compose(self) -> ComposeResult:
        """The lines, and the search input below them."""
        with self._frame:
            yield from self.compose_head()
            yield self._lines_widget
            yield self.search_input

    def compose_head(self) -> ComposeResult:
        """No widgets above the lines."""
        yield from ()

    @abstractmethod
    def filter_lines(self, words: str) -> None:
        """Show the lines with all of these words; all lines if there are none."""

    def on_mount(self) -> None:
        """Go to the lines, or to the search."""
        if self.STARTS_WITH_SEARCH:
            self.start_search()
        else:
            self.set_focus(self._lines_widget)

    @property
    def place(self) -> str:
        """The kind of dialog; none while the user types a search."""
        return "" if self.focused is self.search_input else self.PLACE

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and the search."""
        return {
            **super().commands,
            "list.search": self.start_search,
            "article.back": self.leave,
            "dialog.close": self.leave,
        }

    def start_search(self) -> None:
        """Ask for words."""
        self.search_input.display = True
        self.set_focus(self.search_input)

    def leave(self) -> None:
        """Clear the search, or close the dialog if there is none."""
        if self.search_input.display:
            self.clear_search()
        else:
            self.dismiss(None)

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """Show what matches."""
        self.filter_lines(event.value)
        self.update_title()

    @on(Input.Submitted)
    def confirm_search(self) -> None:
        """End typing: do what enter does then."""
        self.choose_match()

    def choose_match(self) -> None:
        """Go to what matches."""
        self.focus_lines()

    @on(DialogSearchInput.LinesRequested)
    def focus_lines(self) -> None:
        """Go to what matches."""
        self.set_focus(self._lines_widget)

    @on(SanitizedInput.MoveRequested)
    def move_while_typing(self, event: SanitizedInput.MoveRequested) -> None:
        """Move through what matches."""
        self.move(event.by)

    @on(SanitizedInput.Cancelled)
    def clear_search(self) -> None:
        """Show all lines again."""
        if self.STARTS_WITH_SEARCH:
            self.dismiss(None)
            return
        self.search_input.value = ""
        self.search_input.display = False
        self.set_focus(self._lines_widget)


def has_all_words(text: str, words: str) -> bool:
    """Return True if a text has each of these words, or parts of words."""
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())

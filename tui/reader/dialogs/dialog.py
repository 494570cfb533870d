"""Screens whose keys come from the keymap, and the base of all dialogs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from inspect import iscoroutine
from itertools import chain
from typing import ClassVar, TypeVar

from textual import events
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.config.commands import Command
from tui.config.keymaps import Keymap
from tui.reader.dialogs.moves import CountedMove, fold_moves, line_moves, movement_commands
from tui.reader.widgets.line_view import LEFT_BUTTON
from tui.rendering.cells import cell_width
from tui.rendering.wording import describe_visible_lines

T = TypeVar("T")

HINT_DIVIDER = " · "
"""Between the keys in a lower border."""
BORDER_MARGIN_CELLS = 6
"""Cells of a lower border that its keys leave free: corners, and on both sides a line and a blank."""

CommandTable = Mapping[str, Callable[..., object]]
"""What carries out each command, by the command's id."""


class KeymapScreen:
    """A screen that carries out the commands of a keymap.

    What it leaves open is abstract for the type checker alone: the metaclass of Textual's screens is
    not that of abstract classes.
    """

    keymap: Keymap

    @property
    @abstractmethod
    def place(self) -> str:
        """The place whose keys apply, as in `Command.places`; empty while the user types text."""

    @property
    @abstractmethod
    def commands(self) -> CommandTable:
        """The commands of all its places."""

    @property
    def read_only_reason(self) -> str:
        """The reason why nothing can be changed; empty if it can, or if there is nothing to change."""
        return ""

    @property
    def drawn_notice(self) -> object:
        """The notice that can be seen, another object each time; None if there is none."""
        return None

    async def run_command(self, command: Command, count: int = 0) -> None:
        """Carry out a command, unless it could change nothing: then report why.

        Args:
            command: One that is available in the current place.
            count: The number typed before its key; 0 for none.
        """
        if command.changes_library and self.read_only_reason:
            self.report_refusal(self.read_only_reason)
            return
        handler = self.commands[command.id]
        result = handler(count) if command.takes_count and count else handler()
        if iscoroutine(result):
            await result

    @abstractmethod
    def move(self, by: int) -> None:
        """Move by so many lines; beyond an end, to that end."""

    @property
    @abstractmethod
    def page_size(self) -> int:
        """The number of lines that a page moves."""

    def line_moves(self, command_id: str, count: int) -> Sequence[int] | None:
        """Return what a command amounts to in calls of `move`; None if it does anything else."""
        return line_moves(command_id, count, self.page_size)

    def run_flood(self, moves: Sequence[CountedMove]) -> None:
        """Carry out more moves than anybody types; those that are not about lines are dropped."""
        lines = (self.line_moves(*move) or () for move in moves)
        for by in fold_moves(chain.from_iterable(lines)):
            self.move(by)

    def show_pending_keys(self, keys: str) -> None:
        """Show the keys of a command that is not complete yet; empty once it is."""

    def report_refusal(self, reason: str) -> None:
        """Tell the user why nothing can be changed."""

    def report_unbound_key(self, key: str) -> None:
        """Tell the user that a key is not bound here."""


class Dialog(KeymapScreen, ModalScreen[T]):
    """A screen over the reader, with lines to move through."""

    PLACE: ClassVar[str]

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self.keymap = keymap

    @property
    def place(self) -> str:
        """The kind of dialog."""
        return self.PLACE

    @property
    def commands(self) -> CommandTable:
        """Those of every dialog; the key that opens the help also closes it."""
        return {
            **movement_commands(self.move, lambda: self.page_size),
            "article.open": self.submit,
            "article.back": self.cancel,
            "dialog.close": self.cancel,
            "app.help": self.cancel,
        }

    def key_hint(self, command_id: str, label: str) -> str:
        """A key and what it does here, for a border or a bottom line."""
        return f"{self.keymap.first_key(command_id)} {label}"

    def cancel_hint(self, label: str) -> str:
        """The key that closes the dialog and what that means here."""
        return f"{self.keymap.cancel_key} {label}"

    @abstractmethod
    def submit(self) -> None:
        """Close the dialog with the user's choice."""

    def cancel(self) -> None:
        """Close the dialog without a choice."""
        self.dismiss(None)


class FramedDialog(Dialog[T]):
    """A dialog with lines in a frame."""

    def __init__(self, keymap: Keymap, title: str, lines: Widget, frame: Widget) -> None:
        """Create the dialog; `frame` is around the lines, or the lines themselves."""
        super().__init__(keymap)
        self._title = title
        self._lines_widget = lines
        self._frame = frame
        frame.add_class("frame")

    @property
    @abstractmethod
    def subtitle(self) -> str:
        """The keys named in the lower border."""

    def on_mount(self) -> None:
        """Write the borders, and follow what is on the screen."""
        self._frame.border_title = Content(self._title)
        self._frame.border_subtitle = Content(self._fit_subtitle())
        self.watch(self._lines_widget, "scroll_y", self._update_title, init=False)
        self.watch(self._lines_widget, "virtual_size", self.update_title)

    def on_resize(self) -> None:
        """Follow what is on the screen."""
        self.update_title()

    def on_click(self, event: events.Click) -> None:
        """Close the dialog if the click is beside it."""
        place = event.screen_offset
        if event.button == LEFT_BUTTON and not self._frame.region.contains_point(place):
            self.cancel()

    def update_title(self) -> None:
        """Say in the title which lines are on the screen, once they are laid out."""
        self.call_after_refresh(self._update_title)

    def _update_title(self) -> None:
        lines = self._lines_widget
        shown = describe_visible_lines(
            lines.scroll_offset.y, lines.size.height, lines.virtual_size.height
        )
        self._frame.border_title = Content(f"{self._title}{'  ' if shown else ''}{shown}")
        self._frame.border_subtitle = Content(self._fit_subtitle())

    def _fit_subtitle(self) -> str:
        """Return the keys that the lower border has room for: the last ones matter most."""
        keys = self.subtitle.split(HINT_DIVIDER)
        room = self._frame.outer_size.width - BORDER_MARGIN_CELLS
        while len(keys) > 1 and 0 < room < cell_width(HINT_DIVIDER.join(keys)):
            del keys[0]
        return HINT_DIVIDER.join(keys)

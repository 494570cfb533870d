"""Screens whose keys come from the keymap, and the base of all dialogs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import iscoroutine
from itertools import chain
from typing import ClassVar, TypeVar

from textual import events
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.config.commands import COMMANDS_BY_ID, Command
from tui.config.keymaps import Keymap
from tui.reader.dialogs.moves import CountedMove, fold_moves, line_moves, movement_commands
from tui.reader.widgets.line_view import LEFT_BUTTON
from tui.rendering.cells import cell_width
from tui.rendering.wording import describe_visible_lines

T = TypeVar("T")

HINT_DIVIDER = " · "
"""Between the keys in a lower border."""
SUBTITLE_END_CELLS = 3
"""Cells of a lower border behind its keys."""
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
    def hints(self) -> Sequence[tuple[str, str]]:
        """The commands named in the lower border, and what they do here; the last ones matter most."""

    def name_key(self, command_id: str) -> str:
        """Return the key of a command, as it is named in the border."""
        cancels = command_id == "article.back"
        return self.keymap.cancel_key if cancels else self.keymap.first_key(command_id)

    @property
    def subtitle(self) -> str:
        """The lower border where there is room for all keys."""
        return self._format_hints(self.hints)

    def _format_hints(self, hints: Iterable[tuple[str, str]]) -> str:
        return HINT_DIVIDER.join(f"{self.name_key(each)} {label}" for each, label in hints)

    def on_mount(self) -> None:
        """Write the borders, and follow what is on the screen."""
        self._frame.border_title = Content(self._title)
        self._frame.border_subtitle = Content(self._fit_subtitle())
        self.watch(self._lines_widget, "scroll_y", self._update_title, init=False)
        self.watch(self._lines_widget, "virtual_size", self.update_title)

    def on_resize(self) -> None:
        """Follow what is on the screen."""
        self.update_title()

    async def on_click(self, event: events.Click) -> None:
        """Close the dialog if the click is beside it; do what a key does whose name was clicked."""
        place, frame = event.screen_offset, self._frame.region
        if event.button != LEFT_BUTTON:
            return
        if not frame.contains_point(place):
            self.cancel()
        elif place.y == frame.bottom - 1:
            x = frame.right - SUBTITLE_END_CELLS
            for hint in reversed(self._fit_hints()):
                end, x = x, x - cell_width(self._format_hints([hint]))
                if x <= place.x < end:
                    await self.run_command(COMMANDS_BY_ID[hint[0]])
                    return
                x -= len(HINT_DIVIDER)

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
        return self._format_hints(self._fit_hints())

    def _fit_hints(self) -> Sequence[tuple[str, str]]:
        """Return the keys that the lower border has room for."""
        hints = list(self.hints)
        room = self._frame.outer_size.width - BORDER_MARGIN_CELLS
        while len(hints) > 1 and 0 < room < cell_width(self._format_hints(hints)):
            del hints[0]
        return hints

"""Dialogs that fill the terminal, with the keys that matter in the bottom line."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message

from tui.config.commands import COMMANDS_BY_ID
from tui.reader.dialogs.dialog import CommandTable, Dialog
from tui.reader.dialogs.help import HelpDialog
from tui.reader.gateway import messages
from tui.reader.widgets.line_view import PANE_CLASS, DocumentView, LineView
from tui.rendering.bottom_line import HINT_GAP, KeyHint, find_hint, fit_hints, render_hints
from tui.rendering.cells import StyledText, cell_width, fit_cells
from tui.rendering.wording import join_nonempty

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap

T = TypeVar("T")
MAX_LINE_CELLS = 400
"""The greatest width of the lines above and below, in cells."""
TWO_PANES_WIDTH, THREE_PANES_WIDTH = 110, 170
"""The widths from which a screen shows its second and its third pane."""
MIN_RULES_HEIGHT = 20
"""The height from which rules are drawn above and below the panes."""


class FullScreenDialog(Dialog[T]):
    """Panes written for the width of the terminal, with the keys in the bottom line."""

    CSS_PATH = "full_screen.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - no class variable in Textual
        (0, "-one-pane"),
        (TWO_PANES_WIDTH, "-two-panes"),
        (THREE_PANES_WIDTH, "-three-panes"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-low"),
        (MIN_RULES_HEIGHT, "-high"),
    ]

    def __init__(self, keymap: Keymap, view: LineView) -> None:
        """Create the screen; `view` is the pane that has the keys."""
        super().__init__(keymap)
        self.view = view
        self.hint_view = DocumentView(focusable=False)
        self.hint_view.id = "bottom"
        self.hint_view.max_cells = MAX_LINE_CELLS
        self._drawn_hints: Sequence[KeyHint] = ()

    def compose(self) -> ComposeResult:
        """The pane and the bottom line."""
        yield self.view
        yield self.hint_view

    def on_mount(self) -> None:
        """Show what is known so far."""
        self.update_view()
        self.update_hints()

    @property
    @abstractmethod
    def hints(self) -> Sequence[tuple[str, str]]:
        """The commands named in the bottom line, and what they do here in a word."""

    def update_hints(self) -> None:
        """Write the bottom line again."""
        self.hint_view.show(self._hint_lines)

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and the help."""
        return {**super().commands, "app.help": self.show_help}

    @abstractmethod
    def update_view(self) -> None:
        """Draw what has changed."""

    @abstractmethod
    def receive_message(self, message: Message) -> None:
        """Take in what the library reports, if this screen needs it."""

    def _hint_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        self._drawn_hints = fit_hints(list(self._hint_commands()), width)
        return [render_hints(self._drawn_hints)]

    def _hint_commands(self) -> Mapping[KeyHint, str]:
        """Return the keys to name, and the commands that they stand for."""
        return {(self.keymap.first_key(each), label): each for each, label in self.hints}

    @on(LineView.LineClicked)
    async def press_clicked_key(self, message: LineView.LineClicked) -> None:
        """Do what a key does whose name was clicked."""
        if message.view is self.hint_view:
            hint = find_hint(self._drawn_hints, message.x)
            if command_id := self._hint_commands().get(hint or ("", "")):
                await self.run_command(COMMANDS_BY_ID[command_id])

    def move(self, by: int) -> None:
        """Scroll."""
        self.view.scroll_lines(by)

    @property
    def page_size(self) -> int:
        """The number of lines that a page moves."""
        return self.view.page_size

    def submit(self) -> None:
        """Do nothing: there is nothing to choose."""

    def show_help(self) -> None:
        """Show the keys of this screen."""
        self.app.push_screen(HelpDialog(self.keymap, self.PLACE))


class PanesDialog(FullScreenDialog[T]):
    """Panes side by side under a line of its own, and what was done last above the keys."""

    def __init__(self, keymap: Keymap, view: LineView) -> None:
        super().__init__(keymap, view)
        self.head_view = DocumentView(focusable=False)
        self.head_view.id = "head"
        self.notice_view = DocumentView(focusable=False)
        self.notice_view.id = "notice"
        for view in (self.head_view, self.notice_view):
            view.max_cells = MAX_LINE_CELLS
        self.notice = ("", "")
        """What was done last, and the key that undoes it."""
        self._drawn_notice = self.notice
        self.find_read_only_reason: Callable[[], str] = lambda: ""

    @property
    def read_only_reason(self) -> str:
        """The reason why nothing can be changed; empty if it can."""
        return self.find_read_only_reason()

    @property
    def drawn_notice(self) -> object:
        """The notice that can be seen."""
        return self._drawn_notice

    def report_refusal(self, reason: str) -> None:
        """Show why nothing can be changed."""
        self.show_notice(reason)

    def compose(self) -> ComposeResult:
        """The head, the panes, and two lines below them."""
        yield self.head_view
        with Horizontal(id="panes"):
            for title, pane in self.panes.items():
                pane.title = title
                pane.add_class(PANE_CLASS)
                pane.set_active(active=pane is self.view)
                yield pane
        yield self.notice_view
        yield self.hint_view

    @property
    @abstractmethod
    def panes(self) -> Mapping[str, LineView]:
        """The panes by their titles, from left to right.

        Those of the class `second` or `third` are shown where there is room for them.
        """

    def on_mount(self) -> None:
        """Show what is known so far."""
        self.head_view.show(lambda width: [self.build_head(width)])
        self.notice_view.show(self._notice_lines)

    @abstractmethod
    def build_head(self, width: int) -> Sequence[StyledText]:
        """Return the line above the panes."""

    def show_change(self, message: messages.RowsChanged, title: str = "") -> None:
        """Show what was just done, and to which article, until something else is done."""
        if message.notice:
            hint = message.describe_next(self.keymap)
            self.show_notice(join_nonempty((message.notice, title if hint else ""), ": "), hint)

    def show_notice(self, text: str, hint: str = "") -> None:
        """Show what was done or why it failed, and at the right which key is about that."""
        self.notice = text, hint
        self.notice_view.show(self._notice_lines)

    def _notice_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        self._drawn_notice = self.notice
        done, hint = self.notice
        room = max(0, width - cell_width(hint) - len(HINT_GAP))
        return [[(fit_cells(done, room), "accent"), (f"{HINT_GAP}{hint}", "muted")]]

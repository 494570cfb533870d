"""The help: the keys in force, those of the current pane first, and a search through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Offset, Size

from tui.config.keymaps import Keymap
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.searchable import SearchableDialog
from tui.reader.widgets.line_view import LineView
from tui.rendering.cells import StyledText
from tui.rendering.key_help import HelpLayout, find_help, lay_out_groups, lay_out_help

FRAME_CELLS = 2
"""Cells of the frame and of the margins inside of it, in each direction."""
PLACE_TITLES = {"side": "side pane", "find": "hits", "select": "selection"}
"""Places whose names are not what users call them."""


class HelpView(LineView):
    """The keys in columns, as large as they need to be."""

    def __init__(self, lay_out: Callable[[int, int], HelpLayout]) -> None:
        """Create the view; `lay_out` returns the lines for a width and a height."""
        super().__init__()
        self._lay_out = lay_out
        self._layout = HelpLayout([], 0)
        self._known: dict[Size, HelpLayout] = {}
        """The layout for the last size that was asked for: Textual asks many times."""

    def update(self) -> None:
        """Lay out the lines again, and show the first."""
        self._known = {}
        self.fit_screen()
        self.scroll_to_line(0)

    def fit_screen(self) -> None:
        """Lay out the lines again for the size of the screen, and become as large as they are."""
        self.on_resize()
        self.refresh(layout=True)

    def on_resize(self) -> None:
        """Lay out the lines."""
        self._layout = self._fit(self.app.size)
        self.set_line_count(len(self._layout.lines))

    def _fit(self, size: Size) -> HelpLayout:
        if size not in self._known:
            width, height = size.width - 2 * FRAME_CELLS, size.height - FRAME_CELLS
            self._known = {size: self._lay_out(max(1, width), max(1, height))}
        return self._known[size]

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the cells of the longest line, and of the margins."""
        return self._fit(viewport).width + FRAME_CELLS

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines."""
        return len(self._fit(viewport).lines)

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor: the start of the first line on the screen."""
        return Offset(1, 0)

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return one line, indented by a cell."""
        lines = self._layout.lines
        return [(" ", "text"), *lines[y]] if y < len(lines) else []


class HelpDialog(SearchableDialog[None]):
    """Lists the keys of a place, or of all places."""

    PLACE = "help"

    def __init__(self, keymap: Keymap, place: str) -> None:
        self._view = HelpView(self._lay_out)
        self._help_place = place
        self._place_title = PLACE_TITLES.get(place, place)
        super().__init__(keymap, f"Keys: {self._place_title}", self._view)
        self._words = ""
        self._shows_all_places: bool | None = None
        """None while the size of the screen decides."""

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys named in the lower border."""
        name = self._place_title if self._shows_all_places else "all"
        return (
            ("list.search", "search"),
            ("move.next_pane", f"{name} keys"),
            ("article.back", "close"),
        )

    @property
    def commands(self) -> CommandTable:
        """Those of a searchable dialog, and the keys of all places."""
        return {**super().commands, "move.next_pane": self.toggle_all_places}

    def on_resize(self) -> None:
        """Fit the new size; Textual keeps the width of a frame that is as wide as what is in it."""
        self._view.fit_screen()

    def toggle_all_places(self) -> None:
        """Show the keys of all places, or of one."""
        self._shows_all_places = not self._shows_all_places
        self._title = f"Keys: {'all' if self._shows_all_places else self._place_title}"
        self._view.update()
        self.update_title()

    def filter_lines(self, words: str) -> None:
        """Show the commands with these words."""
        self._words = words
        self._view.update()

    def _lay_out(self, width: int, height: int) -> HelpLayout:
        shown = lay_out_help(
            self.keymap, self._help_place, width, height, all_places=self._shows_all_places
        )
        if not self._words.strip():
            return shown
        found = find_help(self.keymap, self._help_place, self._words)
        lines = lay_out_groups(found, shown.width, shown.width).lines
        # As large as without a search: the frame stays where it is.
        return HelpLayout([*lines, *[[]] * (len(shown.lines) - len(lines))], shown.width)

    def move(self, by: int) -> None:
        """Scroll by lines."""
        self._view.scroll_lines(by)

    @property
    def page_size(self) -> int:
        """The number of lines that a page moves."""
        return self._view.page_size

    def submit(self) -> None:
        """Close the dialog."""
        self.dismiss(None)

"""Dialogs that ask for one of a few lines: a filter, a category, a theme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.config.settings import AUTO_THEME_NAME
from tui.reader.dialogs.dialog import Dialog
from tui.rendering.cells import cell_width, fit_cells, pad_left, truncate_cells

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap
    from tui.config.theme_choice import ThemeChoice

MAX_LINE_CELLS = 70
MAX_NAME_CELLS = 32
"""Maximum width of the names in the left column."""
THEME_NAME_CELLS = 22


class Picker(Dialog[int | None]):
    """Asks for one of a few lines; ends with its index, or None."""

    PLACE = "picker"
    CSS_PATH = "dialog.tcss"

    def __init__(self, keymap: Keymap, title: str, lines: Sequence[str], selected: int = 0) -> None:
        super().__init__(keymap)
        self._title = title
        self._lines = lines
        self._initial_index = selected

    def compose(self) -> ComposeResult:
        """The lines, as data and never as markup."""
        options = OptionList(
            *(Option(Content(truncate_cells(line, MAX_LINE_CELLS))) for line in self._lines),
            markup=False,
            compact=True,
            classes="frame",
        )
        options.border_title = Content(self._title)
        options.border_subtitle = Content(
            f"{self.key_hint('article.open', 'select')} · {self.cancel_hint('cancel')}"
        )
        options.highlighted = self._initial_index if self._lines else None
        yield options

    def move(self, by: int) -> None:
        """Move the highlight by so many lines; beyond an end, to that end."""
        if self._lines:
            options = self.query_one(OptionList)
            index = (options.highlighted or 0) + by
            options.highlighted = min(max(0, index), len(self._lines) - 1)

    @property
    def page_size(self) -> int:
        """The number of lines that a page moves."""
        return max(1, self.query_one(OptionList).size.height - 1)

    def submit(self) -> None:
        """End with the highlighted line."""
        self.dismiss(self.query_one(OptionList).highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """End with the line that was clicked."""
        self.dismiss(event.option_index)


class ThemePicker(Picker):
    """Asks for a theme, and previews the highlighted one."""

    def __init__(
        self, keymap: Keymap, themes: ThemeChoice, apply_theme: Callable[[str], None]
    ) -> None:
        self._names = (AUTO_THEME_NAME, *themes.names)
        self._theme_choice = themes
        self._apply_theme = apply_theme
        labels = {name: theme.label for name, theme in themes.all_themes().items()}
        labels[AUTO_THEME_NAME] = (
            f"by the background: {labels[themes.resolve(AUTO_THEME_NAME)]} now"
        )
        lines = [f"{fit_cells(name, THEME_NAME_CELLS)} {labels[name]}" for name in self._names]
        super().__init__(keymap, "Theme", lines, self._names.index(themes.chosen_name))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Preview the theme."""
        self._apply_theme(self._theme_choice.resolve(self._names[event.option_index]))

    def theme_name_at(self, index: int) -> str:
        """Return the theme of a line."""
        return self._names[index]


def format_columns(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Return a line for each pair: the name on the left, its value aligned on the right."""
    left = min(MAX_NAME_CELLS, max(cell_width(name) for name, _ in rows))
    right = max(cell_width(value) for _, value in rows)
    return [f"{fit_cells(name, left)}  {pad_left(value, right)}" for name, value in rows]

"""The theme picker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.config.theme_choice import AUTO_THEME_NAME, ThemeChoice
from tui.reader.dialogs.picker import Picker
from tui.rendering.cells import fit_cells

if TYPE_CHECKING:
    from textual.widgets import OptionList


THEME_NAME_CELLS = 22


class ThemePicker(Picker):
    """Asks for a theme and shows each as the cursor comes to it."""

    def __init__(self, themes: ThemeChoice, wear: Callable[[str], None]) -> None:
        """Make the picker.

        Args:
            themes: Those there are.
            wear: Puts one on.
        """
        self._names = (AUTO_THEME_NAME, *themes.names)
        self._theme_choice = themes
        self._apply_theme = wear
        labels = {name: theme.label for name, theme in themes.all_themes().items()}
        labels[AUTO_THEME_NAME] = (
            f"by the background: {labels[themes.resolve(AUTO_THEME_NAME)]} now"
        )
        lines = [f"{fit_cells(name, THEME_NAME_CELLS)} {labels[name]}" for name in self._names]
        super().__init__("Theme", lines, self._names.index(themes.chosen_name))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what would be chosen."""
        self._apply_theme(self._theme_choice.resolve(self._names[event.option_index]))

    def theme_name_at(self, index: int) -> str:
        """The theme of a line."""
        return self._names[index]

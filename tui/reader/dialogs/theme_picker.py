"""The theme picker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.reader.dialogs.picker import Picker
from tui.rendering.cells import fit

if TYPE_CHECKING:
    from textual.widgets import OptionList

    from tui.config.theme_choice import ThemeChoice


AUTO = "auto"


NAME_CELLS = 22


class ThemePicker(Picker):
    """Asks for a theme and shows each as the cursor comes to it."""

    def __init__(self, themes: ThemeChoice, wear: Callable[[str], None]) -> None:
        """Make the picker.

        Args:
            themes: Those there are.
            wear: Puts one on.
        """
        self._names = (AUTO, *themes.names)
        self._themes = themes
        self._wear = wear
        labels = {name: theme.label for name, theme in themes.everything().items()}
        labels[AUTO] = f"by the background: {labels[themes.meant(AUTO)]} now"
        lines = [f"{fit(name, NAME_CELLS)} {labels[name]}" for name in self._names]
        super().__init__("Theme", lines, self._names.index(themes.chosen))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what would be chosen."""
        self._wear(self._themes.meant(self._names[event.option_index]))

    def name_of(self, index: int) -> str:
        """The theme of a line."""
        return self._names[index]

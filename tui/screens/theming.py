"""Choosing a theme: the one under the cursor is put on at once, so that it is seen before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from store.errors import NewsError
from tui.cells import fit
from tui.screens.picker import Picker
from tui.screens.reader import Panes

if TYPE_CHECKING:
    from textual.widgets import OptionList

    from tui.theming import ThemeChoice

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


class Theming(Panes):
    """How the reader looks."""

    themes: ThemeChoice
    wear: Callable[[str], None]

    def action_app_theme(self) -> None:
        """Choose a theme."""
        if self.themes.fixed:
            self.status.say("NO_COLOR is set: there are no colours to choose")
            return
        picker = ThemePicker(self.themes, self.wear)

        def take(index: int | None) -> None:
            if index is not None:
                self._choose(picker.name_of(index))
            self.wear(self.themes.current)

        self.app.push_screen(picker, take)

    def _choose(self, name: str) -> None:
        try:
            self.themes.choose(name)
        except NewsError as error:
            self.status.say(str(error))

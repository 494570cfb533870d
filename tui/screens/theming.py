"""Choosing a theme: the one under the cursor is put on at once, so that it is seen before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from store.model.errors import NewsError
from tui.rendering.cells import fit
from tui.screens.outward import Outward
from tui.screens.picker import Picker

if TYPE_CHECKING:
    from textual.widgets import OptionList

    from tui.config.theme_choice import ThemeChoice

AUTO = "auto"
NAME_CELLS = 22
SLOW_LEAP, SLOW_PATIENCE = 90, 4.0
"""Over a slow link: how far the list jumps, in hundredths of its height, and how many times as long
the cursor rests before the side pane follows it."""


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


class Theming(Outward):
    """How the reader looks, and how much of it is sent."""

    themes: ThemeChoice
    wear: Callable[[str], None]

    def spare(self) -> None:
        """Send less, for the link is slow: fewer jumps of the list, a later side pane."""
        self.articles.leap = SLOW_LEAP
        self.patience = SLOW_PATIENCE

    def action_app_redraw(self) -> None:
        """Draw the screen anew, should anything else have written on it."""
        if driver := self.driver():
            driver.outgoing.forget()
        self.app.refresh(layout=True)

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

"""Choosing a theme: the one under the cursor is put on at once, so that it is seen before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from store.model.errors import NewsError
from tui.reader.dialogs.theme_picker import ThemePicker
from tui.reader.screen.link_actions import Outward

if TYPE_CHECKING:
    from tui.config.theme_choice import ThemeChoice

SLOW_LEAP, SLOW_PATIENCE = 90, 4.0
"""Over a slow link: how far the list jumps, in hundredths of its height, and how many times as long
the cursor rests before the side pane follows it."""


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

"""Choosing a theme: the one under the cursor is put on at once, so that it is seen before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from store.model.errors import NewstuiError
from tui.reader.dialogs.theme_picker import ThemePicker
from tui.reader.screen.link_actions import Outward

if TYPE_CHECKING:
    from tui.config.theme_choice import ThemeChoice

SLOW_SCROLL_JUMP_PERCENT, SLOW_PREVIEW_DELAY_FACTOR = 90, 4.0
"""Over a slow link: how far the list jumps, in hundredths of its height, and how many times as long
the cursor rests before the side pane follows it."""


class Theming(Outward):
    """How the reader looks, and how much of it is sent."""

    theme_choice: ThemeChoice
    apply_theme: Callable[[str], None]

    def save_bandwidth(self) -> None:
        """Send less, for the link is slow: fewer jumps of the list, a later side pane."""
        self.article_list.scroll_jump_percent = SLOW_SCROLL_JUMP_PERCENT
        self.preview_delay_factor = SLOW_PREVIEW_DELAY_FACTOR

    def action_app_redraw(self) -> None:
        """Draw the screen anew, should anything else have written on it."""
        if driver := self.get_driver():
            driver.screen_diff.invalidate()
        self.app.refresh(layout=True)

    def action_app_theme(self) -> None:
        """Choose a theme."""
        if self.theme_choice.forced_name:
            self.status_line.show_notice("NO_COLOR is set: there are no colours to choose")
            return
        picker = ThemePicker(self.theme_choice, self.apply_theme)

        def take(index: int | None) -> None:
            if index is not None:
                self._choose_theme(picker.theme_name_at(index))
            self.apply_theme(self.theme_choice.current_name)

        self.app.push_screen(picker, take)

    def _choose_theme(self, name: str) -> None:
        try:
            self.theme_choice.choose(name)
        except NewstuiError as error:
            self.status_line.show_notice(str(error))

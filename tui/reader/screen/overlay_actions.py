"""Story, triage and statistics: the screens over the reader, and what the library tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes

if TYPE_CHECKING:
    from tui.reader.dialogs.full_screen import FullScreenDialog


class Insights(Panes):
    """Opens these screens and hands them what is meant for them; each is imported when needed."""

    _overlay: FullScreenDialog[str] | FullScreenDialog[None] | None = None
    """The one that is open."""

    def action_view_story(self) -> None:
        """Tell the story of the article."""
        from tui.reader.dialogs.story import StoryScreen

        if article := self.current_article:
            self._open_overlay(StoryScreen(self.keymap, self.gateway, article, self.now))
            self.gateway.reports.find_story(article)

    def action_view_triage(self) -> None:
        """Go through what is unread in the list, from the cursor on."""
        from tui.actions.triage_queue import TriageQueue
        from tui.reader.dialogs.triage import TriageScreen

        queue = TriageQueue(self.article_list.rows, self.article_list.cursor)
        self._open_overlay(TriageScreen(self.keymap, self.gateway, queue, self.now))

    def action_view_statistics(self) -> None:
        """Show what was read."""
        from tui.reader.dialogs.statistics import StatisticsScreen

        screen = self._overlay = StatisticsScreen(self.keymap)
        self.app.push_screen(screen, lambda _: self._forget_overlay())
        self.gateway.reports.count_statistics(datetime.fromtimestamp(self.now(), UTC))

    def _open_overlay(self, screen: FullScreenDialog[str]) -> None:
        self._overlay = screen
        self.app.push_screen(screen, self._finish_overlay)

    def _finish_overlay(self, article: str | None) -> None:
        self._forget_overlay()
        if article:
            self.open_article(article)

    def _forget_overlay(self) -> None:
        self._overlay = None
        self.gateway.reports.cancel()

    @on(messages.StoryUpdated)
    @on(messages.StatisticsUpdated)
    @on(messages.PaceMeasured)
    @on(messages.ArticleLoaded)
    @on(messages.RowsChanged)
    def forward_to_overlay(self, message: Message) -> None:
        """Tell the screen that is open; what is not meant for it, it drops."""
        if self._overlay is not None:
            self._overlay.receive_message(message)

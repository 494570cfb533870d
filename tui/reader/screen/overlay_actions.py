"""Story, triage and statistics: the screens over the reader, and what the library tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes

if TYPE_CHECKING:
    from tui.reader.dialogs.full_screen import Whole


class Insights(Panes):
    """Opens these screens and hands them what is meant for them; each is imported when needed."""

    _over: Whole[str] | Whole[None] | None = None
    """The one that is open."""

    def action_view_story(self) -> None:
        """Tell the story of the article."""
        from tui.reader.dialogs.story import StoryScreen

        if article := self.subject:
            self._begin(StoryScreen(self.keymap, self.gateway, article, self.now))
            self.gateway.tell_story(article)

    def action_view_triage(self) -> None:
        """Go through what is unread in the list, from the cursor on."""
        from tui.reader.dialogs.triage import TriageScreen

        unread = [row for row in self.articles.rows[self.articles.cursor :] if not row.read]
        unread += [row for row in self.articles.rows[: self.articles.cursor] if not row.read]
        self._begin(TriageScreen(self.keymap, self.gateway, unread, self.now))

    def action_view_statistics(self) -> None:
        """Show what was read."""
        from tui.reader.dialogs.statistics import StatisticsScreen

        screen = self._over = StatisticsScreen(self.keymap)
        self.app.push_screen(screen, lambda _: self._end())
        self.gateway.count_statistics(datetime.fromtimestamp(self.now(), UTC))

    def _begin(self, screen: Whole[str]) -> None:
        self._over = screen
        self.app.push_screen(screen, self._open_from)

    def _open_from(self, article: str | None) -> None:
        self._end()
        if article:
            self.open(article)

    def _end(self) -> None:
        self._over = None
        self.gateway.stop_asking()

    @on(messages.StoryUnfolded)
    @on(messages.StatisticsCounted)
    @on(messages.PaceMeasured)
    @on(messages.ArticleFetched)
    @on(messages.ReadingChanged)
    def hand_on(self, message: Message) -> None:
        """Tell the screen that is open; what is not meant for it, it drops."""
        if self._over is not None:
            self._over.hear(message)

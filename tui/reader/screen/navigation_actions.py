"""Navigation: through lists, texts and panes."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from store.model.article import Similar
from tui.reader.dialogs.keymap_screen import FAR
from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes
from tui.reader.widgets.side_pane import SidePane


class Moving(Panes):
    """Moving through lists, texts and panes."""

    _jump_from: tuple[str, int] = "", 0
    """The article whose similar reading of that number is to be opened."""

    @property
    def arriving(self) -> bool:
        """Whether the article one is in has been asked for and is not there yet."""
        entry = self.article.entry
        there = entry is not None and entry.article.id == self._wanted
        return self.pane == "article" and self.reading and not there

    def action_move_down(self, count: int = 1) -> None:
        """Rows or lines down."""
        self._move(count)

    def action_move_up(self, count: int = 1) -> None:
        """Rows or lines up."""
        self._move(-count)

    def _move(self, by: int) -> None:
        if self.pane == "list":
            self.articles.move(by)
        else:
            self.pane_widget(self.pane).scroll_lines(by)

    def action_move_page_down(self, count: int = 1) -> None:
        """Pages down; at the end of an article to the next unread one."""
        if self.pane == "article" and self._awaits_article:
            return  # of what is not there yet nobody has seen the end
        if self.pane == "article" and (self.article.at_end or self.article.entry is None):
            self.action_move_next_unread()
        else:
            self._move(count * self.pane_widget(self.pane).page)

    @property
    def _awaits_article(self) -> bool:
        """Whether the article that was asked for has not come yet."""
        entry = self.article.entry
        return bool(self._wanted) and (entry is None or entry.article.id != self._wanted)

    def action_move_page_up(self, count: int = 1) -> None:
        """Pages up."""
        self._move(-count * self.pane_widget(self.pane).page)

    def action_move_half_page_down(self, count: int = 1) -> None:
        """Half pages down."""
        self._move(count * max(1, self.pane_widget(self.pane).page // 2))

    def action_move_half_page_up(self, count: int = 1) -> None:
        """Half pages up."""
        self._move(-count * max(1, self.pane_widget(self.pane).page // 2))

    def action_move_start(self, line: int = 1) -> None:
        """To the first row or line, or to the one of that number."""
        self._move(-FAR)
        self._move(line - 1)

    def action_move_end(self, line: int = FAR) -> None:
        """To the last row or line, or to the one of that number."""
        self.action_move_start(line)

    def action_move_next_article(self, count: int = 1) -> None:
        """The next article of the list, or the one so many further on."""
        self._step(count)

    def action_move_previous_article(self, count: int = 1) -> None:
        """The previous article of the list, or the one so many before."""
        self._step(-count)

    def action_move_next_unread(self, count: int = 1) -> None:
        """The next unread article of the list, or the one so many further on."""
        self._go_unread(count)

    def action_move_previous_unread(self, count: int = 1) -> None:
        """The previous unread article of the list, or the one so many before."""
        self._go_unread(-count)

    def _go_unread(self, by: int) -> None:
        index = self.articles.unread(by)
        if index is None:
            self.status.say("no unread article below" if by > 0 else "no unread article above")
        else:
            self._go(index)

    def _step(self, by: int) -> None:
        at = self.articles.index(self.subject)
        index = (self.articles.cursor if at is None else at) + by
        if 0 <= index < len(self.articles.rows):
            self._go(index)
        else:
            self.status.say("the list ends here" if by > 0 else "the list begins here")

    def _go(self, index: int) -> None:
        """Put the cursor on a row; where an article is being read, open that one instead."""
        if self.reading:
            self.open(self.articles.rows[index].id)
        else:
            self.articles.move_to(index)

    def action_move_next_pane(self) -> None:
        """To the next pane."""
        self._step_pane(1)

    def action_move_previous_pane(self) -> None:
        """To the previous pane."""
        self._step_pane(-1)

    def _step_pane(self, by: int) -> None:
        if order := self.shape.order:
            self.go_to_pane(order[(order.index(self.pane) + by) % len(order)])

    def action_similar_jump(self, number: int) -> None:
        """Open a similar reading, once they are known."""
        shown = self.side.entry
        if self.side.similar is not None and shown and shown.article.id == self.subject:
            self._jump(number, self.side.similar)
        elif self.subject:
            self._jump_from = self.subject, number
            self.gateway.preview(self.subject)

    @on(SidePane.Jumped)
    def jump_from_side(self, message: SidePane.Jumped) -> None:
        """Open the similar reading that was chosen in the side pane."""
        self.action_similar_jump(message.number)

    @on(messages.SimilarFound)
    def jump_at_last(self, message: messages.SimilarFound) -> None:
        """Open the similar reading that was asked for before they were known."""
        article, number = self._jump_from
        if message.article == article == self.subject:
            self._jump(number, message.similar)

    def _jump(self, number: int, similar: Sequence[Similar]) -> None:
        self._jump_from = "", 0
        if not similar and self.gateway.indexing:
            self.status.say("similar readings are known once all is indexed")
            return
        if number > len(similar):
            self.status.say(f"there is no similar reading {number}")
            return
        other = similar[number - 1]
        if other.id is None:
            self.status.say(f"not in the library: {other.title}")
        else:
            self.open(other.id)

    def action_trail_back(self, count: int = 1) -> None:
        """Back along the trail."""
        self._follow_trail(-count)

    def action_trail_forward(self, count: int = 1) -> None:
        """Forward along the trail."""
        self._follow_trail(count)

    def _follow_trail(self, by: int) -> None:
        article = self.trail.step(by)
        if article is None:
            self.status.say("the trail begins here" if by < 0 else "the trail ends here")
        else:
            self.open(article, visit=False)

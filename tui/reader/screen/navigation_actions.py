"""Navigation: through lists, texts and panes."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from store.model.article import SimilarArticle
from tui.reader.dialogs.keymap_screen import LAST_LINE
from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes
from tui.reader.widgets.side_pane import SidePane


class Moving(Panes):
    """Moving through lists, texts and panes."""

    _pending_similar_jump: tuple[str, int] = "", 0
    """The article whose similar reading of that number is to be opened."""

    @property
    def is_article_loading(self) -> bool:
        """Whether the article one is in has been asked for and is not there yet."""
        entry = self.article_view.full_article
        there = entry is not None and entry.article.id == self._requested_article
        return self.current_pane == "article" and self.is_reading and not there

    def action_move_down(self, count: int = 1) -> None:
        """Rows or lines down."""
        self._move_in_pane(count)

    def action_move_up(self, count: int = 1) -> None:
        """Rows or lines up."""
        self._move_in_pane(-count)

    def _move_in_pane(self, by: int) -> None:
        if self.current_pane == "list":
            self.article_list.move_cursor(by)
        else:
            self.pane_widget(self.current_pane).scroll_lines(by)

    def action_move_page_down(self, count: int = 1) -> None:
        """Pages down; at the end of an article to the next unread one."""
        if self.current_pane == "article" and self._is_article_pending:
            return  # of what is not there yet nobody has seen the end
        if self.current_pane == "article" and (
            self.article_view.is_at_end or self.article_view.full_article is None
        ):
            self.action_move_next_unread()
        else:
            self._move_in_pane(count * self.pane_widget(self.current_pane).page_size)

    @property
    def _is_article_pending(self) -> bool:
        """Whether the article that was asked for has not come yet."""
        entry = self.article_view.full_article
        return bool(self._requested_article) and (
            entry is None or entry.article.id != self._requested_article
        )

    def action_move_page_up(self, count: int = 1) -> None:
        """Pages up."""
        self._move_in_pane(-count * self.pane_widget(self.current_pane).page_size)

    def action_move_half_page_down(self, count: int = 1) -> None:
        """Half pages down."""
        self._move_in_pane(count * max(1, self.pane_widget(self.current_pane).page_size // 2))

    def action_move_half_page_up(self, count: int = 1) -> None:
        """Half pages up."""
        self._move_in_pane(-count * max(1, self.pane_widget(self.current_pane).page_size // 2))

    def action_move_start(self, line: int = 1) -> None:
        """To the first row or line, or to the one of that number."""
        self._move_in_pane(-LAST_LINE)
        self._move_in_pane(line - 1)

    def action_move_end(self, line: int = LAST_LINE) -> None:
        """To the last row or line, or to the one of that number."""
        self.action_move_start(line)

    def action_move_next_article(self, count: int = 1) -> None:
        """The next article of the list, or the one so many further on."""
        self._step_article(count)

    def action_move_previous_article(self, count: int = 1) -> None:
        """The previous article of the list, or the one so many before."""
        self._step_article(-count)

    def action_move_next_unread(self, count: int = 1) -> None:
        """The next unread article of the list, or the one so many further on."""
        self._go_to_unread(count)

    def action_move_previous_unread(self, count: int = 1) -> None:
        """The previous unread article of the list, or the one so many before."""
        self._go_to_unread(-count)

    def _go_to_unread(self, by: int) -> None:
        index = self.article_list.find_unread(by)
        if index is None:
            self.status_line.show_notice(
                "no unread article below" if by > 0 else "no unread article above"
            )
        else:
            self._go_to_row(index)

    def _step_article(self, by: int) -> None:
        at = self.article_list.index_of(self.current_article)
        index = (self.article_list.cursor if at is None else at) + by
        if 0 <= index < len(self.article_list.rows):
            self._go_to_row(index)
        else:
            self.status_line.show_notice("the list ends here" if by > 0 else "the list begins here")

    def _go_to_row(self, index: int) -> None:
        """Put the cursor on a row; where an article is being read, open that one instead."""
        if self.is_reading:
            self.open_article(self.article_list.rows[index].id)
        else:
            self.article_list.move_cursor_to(index)

    def action_move_next_pane(self) -> None:
        """To the next pane."""
        self._step_pane(1)

    def action_move_previous_pane(self) -> None:
        """To the previous pane."""
        self._step_pane(-1)

    def _step_pane(self, by: int) -> None:
        if order := self.pane_layout.tab_order:
            self.focus_pane(order[(order.index(self.current_pane) + by) % len(order)])

    def action_similar_jump(self, number: int) -> None:
        """Open a similar reading, once they are known."""
        shown = self.side_pane.full_article
        if (
            self.side_pane.similar is not None
            and shown
            and shown.article.id == self.current_article
        ):
            self._open_similar(number, self.side_pane.similar)
        elif self.current_article:
            self._pending_similar_jump = self.current_article, number
            self.gateway.articles.preview_article(self.current_article)

    @on(SidePane.SimilarChosen)
    def open_similar_from_side(self, message: SidePane.SimilarChosen) -> None:
        """Open the similar reading that was chosen in the side pane."""
        self.action_similar_jump(message.number)

    @on(messages.SimilarFound)
    def finish_similar_jump(self, message: messages.SimilarFound) -> None:
        """Open the similar reading that was asked for before they were known."""
        article, number = self._pending_similar_jump
        if message.article == article == self.current_article:
            self._open_similar(number, message.similar)

    def _open_similar(self, number: int, similar: Sequence[SimilarArticle]) -> None:
        self._pending_similar_jump = "", 0
        if not similar and self.gateway.lists.is_indexing:
            self.status_line.show_notice("similar readings are known once all is indexed")
            return
        if number > len(similar):
            self.status_line.show_notice(f"there is no similar reading {number}")
            return
        other = similar[number - 1]
        if other.id is None:
            self.status_line.show_notice(f"not in the library: {other.title}")
        else:
            self.open_article(other.id)

    def action_trail_back(self, count: int = 1) -> None:
        """Back along the trail."""
        self._follow_trail(-count)

    def action_trail_forward(self, count: int = 1) -> None:
        """Forward along the trail."""
        self._follow_trail(count)

    def _follow_trail(self, by: int) -> None:
        article = self.trail.step(by)
        if article is None:
            self.status_line.show_notice(
                "the trail begins here" if by < 0 else "the trail ends here"
            )
        else:
            self.open_article(article, visit=False)

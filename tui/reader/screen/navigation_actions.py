"""Navigation: through the lines of a pane, and from article to article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tui.config.commands import Pane
from tui.reader.dialogs.moves import PANE_STEPS, CountedMove, fold_moves, line_moves
from tui.reader.gateway import messages
from tui.reader.gateway.lists import Lists
from tui.reader.screen.article_actions import ArticleActions
from tui.reader.screen.panes import Panes
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import StatusLine


@dataclass(eq=False)
class NavigationActions:
    """Moves through the list, the article and the side pane."""

    state: ReaderState
    panes: Panes
    article_view: ArticleView
    status_line: StatusLine
    articles: ArticleActions
    lists: Lists

    def move(self, by: int) -> None:
        """Move by so many rows or lines."""
        self._move_in(self.state.current_pane, by)

    def _move_in(self, pane: Pane, by: int) -> None:
        if pane == "list":
            self.state.article_list.move_cursor(by)
        else:
            self.panes.widgets[pane].scroll_lines(by)

    def run_flood(self, moves: Iterable[CountedMove]) -> None:
        """Carry out many moves: in each pane its own, then the change of the pane."""
        order, pane = self.panes.layout.tab_order, self.state.current_pane
        lines: defaultdict[Pane, list[int]] = defaultdict(list)
        visited: set[Pane] = set()  # since the user was in the list, from which articles open
        for command_id, count in moves:
            if command_id in PANE_STEPS and order:
                pane = order[(order.index(pane) + PANE_STEPS[command_id]) % len(order)]
                if pane == "list":
                    visited = {pane}
            else:
                page = self.panes.widgets[pane].page_size
                lines[pane] += line_moves(command_id, count, page) or ()
                visited.add(pane)
        for each, found in lines.items():
            for by in fold_moves(found):
                self._move_in(each, by)
        for read_pane in ("list", "article"):
            if read_pane in visited:
                self.panes.enter(read_pane)
        if pane != self.state.current_pane:
            self.panes.enter(pane, passing=True)

    def page_down(self, count: int = 1) -> None:
        """Move by pages; from the end of an article go to the next unread one."""
        in_article = self.state.current_pane == "article"
        if in_article and self.articles.is_loading:
            return  # nobody has seen the end of it yet
        if in_article and self.article_view.is_preview and self.article_view.is_at_end:
            return  # this key has opened it, and so reads it
        if in_article and (self.article_view.is_at_end or self.article_view.full_article is None):
            self.step_unread()
        else:
            self.move(count * self.panes.current_widget.page_size)

    def step_article(self, by: int = 1) -> None:
        """Go to the article that many rows below (or, negative, above)."""
        articles = self.state.article_list
        current = articles.index_of(self.state.current_article)
        index = (articles.cursor if current is None else current) + by
        if 0 <= index < articles.total:
            self._go_to_row(index)
        else:
            self.status_line.show_notice(f"{'End' if by > 0 else 'Start'} of the list")

    def step_unread(self, by: int = 1) -> None:
        """Go to the unread article of that number below (or, negative, above)."""
        articles = self.state.article_list
        place, is_certain = articles.find_unread(by)
        if is_certain:
            self._go_to_unread(place, by)
        else:
            articles.is_step_pending = True
            self.lists.find_unread(articles.cursor, by, articles.window_size)

    def show_unread(self, message: messages.UnreadFound) -> None:
        """Go to an unread article that was not loaded."""
        articles = self.state.article_list
        if articles.is_step_pending:
            articles.is_step_pending = False
            if message.place is not None:
                articles.add_window(message.start, message.rows, near=message.place)
            self._go_to_unread(message.place, message.by)

    def _go_to_unread(self, place: int | None, by: int) -> None:
        if place is not None:
            self._go_to_row(place)
        else:
            self.status_line.show_notice(f"No unread article {'below' if by > 0 else 'above'}")

    def _go_to_row(self, index: int) -> None:
        """Select a row, or open its article if another one is being read."""
        articles = self.state.article_list
        if self.state.is_reading:
            articles.run_with_row(index, lambda _, row: self.articles.open(row.id))
        else:
            articles.move_cursor_to(index)

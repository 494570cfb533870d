"""A screen with a rail: items in a column, and the article of the selected one beside it."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from store.model.article import ArticleRow, FullArticle
from tui.reader.dialogs.article_preview import ArticlePreview
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.full_screen import TWO_PANES_WIDTH, PanesDialog
from tui.reader.gateway import messages
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.line_view import DocumentView, LineView
from tui.rendering.cells import StyledText
from tui.rendering.story_lines import Rail

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import Gateway


class RailScreen(PanesDialog[str]):
    """Items, each with an article, of which the selected one is shown; ends with the one to open.

    Attributes:
        has_previews: False over a slow connection, where the rail stands alone.
    """

    RAIL_TITLE, THIRD_TITLE = "", ""
    """The titles of the rail, and of the pane that is shown where there is room for three."""
    LINES_PER_ITEM: ClassVar[int] = 1
    """Lines that an item takes, about."""

    def __init__(
        self, keymap: Keymap, gateway: Gateway, now: Callable[[], int], selected: str = ""
    ) -> None:
        """Create the screen; `selected` is the article whose item is selected first."""
        self._rail_view = DocumentView()
        self._rail_view.id = "rail"
        super().__init__(keymap, self._rail_view)
        self._article_view = ArticleView(now, id="text")
        self._article_view.add_class("second")
        self._article_view.can_focus = False
        self._article_view.empty_text = ""
        self._third_view = DocumentView(focusable=False)
        self._third_view.add_class("third")
        self.gateway = gateway
        self.now = now
        self.changed_rows: dict[str, ArticleRow] = {}
        """Rows that have changed since, by id."""
        self.removed: Set[str] = frozenset()
        """Articles that were deleted since."""
        self.has_previews = True
        self._preview = ArticlePreview(self, gateway.articles.preview_article, self._show_article)
        self._selected_article = selected
        self._undo_scope = gateway.changes.open_undo_scope()
        self._first_lines: Sequence[int] = ()
        """The first line of each item."""
        self._rail_view.find_centered_line = self._selected_line
        self._rail_view.lines_below = self.LINES_PER_ITEM

    @property
    @abstractmethod
    def rows(self) -> Sequence[ArticleRow]:
        """The article of each item."""

    @abstractmethod
    def build_rail(self, width: int) -> Rail:
        """Return the items."""

    @abstractmethod
    def build_third(self, width: int) -> Sequence[Sequence[StyledText]]:
        """Return the lines of the third pane."""

    @property
    def panes(self) -> Mapping[str, LineView]:
        """The rail, the selected article, and more about the item."""
        panes: dict[str, LineView] = {self.RAIL_TITLE: self._rail_view}
        if self.has_previews:
            panes["Article"] = self._article_view
        return {**panes, self.THIRD_TITLE: self._third_view}

    @property
    def selected_index(self) -> int:
        """The index of the selected item."""
        ids = [row.id for row in self.rows]
        return ids.index(self._selected_article) if self._selected_article in ids else 0

    @property
    def selected_id(self) -> str:
        """The article of the selected item; empty if there is no item."""
        rows = self.rows
        return rows[self.selected_index].id if rows else ""

    def on_mount(self) -> None:
        """Leave room for the selected article."""
        self.set_class(self.has_previews, "-previews")

    # -- messages ----------------------------------------------------------------------------

    def receive_message(self, message: Message) -> None:
        """Show the selected article, changed rows, or what failed; the selection stays."""
        if isinstance(message, messages.ArticleLoaded):
            self._preview.receive(message.full_article)
        elif isinstance(message, messages.RowsChanged):
            self._receive_changes(message)
        elif isinstance(message, messages.OperationFailed):
            self.show_notice(message.problem)

    def _receive_changes(self, message: messages.RowsChanged) -> None:
        self.changed_rows.update(message.rows)
        self.removed = (self.removed | set(message.removed)) - message.rows.keys()
        self._preview.forget([*message.rows, *message.removed])
        titles = [row.title for row in self.rows if row.id in message.rows]
        self.show_change(message, titles[0] if len(titles) == 1 else "")
        self.follow_selection(rests=True)

    # -- what is shown -----------------------------------------------------------------------

    def update_view(self) -> None:
        """Draw the rail and what is around it again."""
        self.head_view.show(lambda width: [self.build_head(width)])
        self._rail_view.show(self._build_rail)
        self._third_view.show(self.build_third)
        self.update_hints()

    def _build_rail(self, width: int) -> Sequence[Sequence[StyledText]]:
        lines, self._first_lines = self.build_rail(width)
        return lines

    def follow_selection(self, *, rests: bool = False) -> None:
        """Draw everything again, and show the selected article; see `ArticlePreview.follow`."""
        self.update_view()
        rows, index = self.rows, self.selected_index
        if not rows:
            self._preview.follow("")
        elif self.has_previews and self.size.width >= TWO_PANES_WIDTH:
            near = (*rows[index + 1 : index + 2], *rows[max(0, index - 1) : index])
            self._preview.follow(rows[index].id, [row.id for row in near], rests=rests)

    def on_resize(self) -> None:
        """Show the selected article, if there is room for it now."""
        self.follow_selection(rests=True)

    def _show_article(self, entry: FullArticle | None) -> None:
        if entry is None:
            self._article_view.clear()
        else:
            self._article_view.show(entry, preview=True)

    def _selected_line(self) -> int:
        return self._first_lines[self.selected_index] if self._first_lines else 0

    # -- commands ----------------------------------------------------------------------------

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and changes of the articles."""
        return {
            **super().commands,
            "article.toggle_read": self.mark_read,
            "article.toggle_star": self.toggle_star,
            "app.undo": self.undo,
        }

    def move(self, by: int) -> None:
        """Select another item."""
        if rows := self.rows:
            index = min(max(0, self.selected_index + by), len(rows) - 1)
            self._selected_article = rows[index].id
            self.follow_selection()

    def on_line_view_line_clicked(self, message: LineView.LineClicked) -> None:
        """Select an item on the first click, open it on the second."""
        index = bisect_right(self._first_lines, message.line) - 1
        if message.view is not self._rail_view or not 0 <= index < len(self.rows):
            return
        if index == self.selected_index:
            self.submit()
        else:
            self.move(index - self.selected_index)

    @property
    def page_size(self) -> int:
        """The number of items that a page moves."""
        return max(1, self.view.page_size // self.LINES_PER_ITEM)

    def submit(self) -> None:
        """End with the article of the selected item."""
        if article := self.selected_id:
            self.dismiss(article)

    @abstractmethod
    def mark_read(self) -> None:
        """Mark articles as read, as one change."""

    def undo(self) -> None:
        """Undo the last change made here."""
        self.gateway.changes.undo(self._undo_scope)

    def toggle_star(self) -> None:
        """Star or unstar the article of the selected item."""
        if article := self.selected_id:
            self.gateway.changes.toggle_flag("starred", [article], say=True)

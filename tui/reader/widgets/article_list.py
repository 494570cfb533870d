"""The article list, drawn line by line: as fast with a hundred thousand rows as with ten."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar

from textual import events
from textual.geometry import Offset
from textual.message import Message

from store.model.article import ArticleRow, Snippet
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import StyledText, cell_width, fit_cells
from tui.rendering.list_layout import (
    HighlightRanges,
    ListLayout,
    build_date_headings,
    find_day_boundaries,
)
from tui.rendering.list_rows import (
    RowLook,
    build_one_line_row,
    build_snippet_line,
    build_two_line_row,
    compare_facts,
)

MAX_TWO_LINE_WIDTH = 69
"""Up to this width rows have two lines, if the list decides."""
MIN_TWO_LINE_HEIGHT = 16
"""From this height on there is room for rows of two lines."""
ROW_HEIGHTS: Mapping[str, int] = {"one": 1, "two": 2}
"""Lines of a row by the setting `rows`; otherwise the list decides."""


@dataclass(frozen=True, slots=True)
class ListViewState:
    """Rows, cursor and scroll position of a list, to be restored later."""

    rows: Sequence[ArticleRow]
    has_day_headings: bool
    selected_article: str
    """The id of the article under the cursor."""
    top_line: int


class ArticleList(LineView):
    """Rows with a cursor; posts cursor moves and the article to open."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes(
        "unread", "star", "selection", "section", "match"
    )

    @dataclass
    class CursorMoved(Message):
        """The cursor moved to another article."""

        row: ArticleRow

    @dataclass
    class OpenRequested(Message):
        """The user wants to open the article under the cursor."""

        row: ArticleRow

    def __init__(
        self,
        now: Callable[[], int],
        id: str,  # noqa: A002 - Textual's name
        rows: str = "auto",
    ) -> None:
        """Make an empty list.

        Args:
            now: Returns seconds since 1970, for the ages.
            id: The widget's id.
            rows: The setting `rows`: one line for each article, two, or as the width asks for.
        """
        super().__init__(id=id)
        self._now = now
        self._rows_setting = rows
        self.rows: list[ArticleRow] = []
        self.cursor = 0
        self.empty_text = ""
        """Shown while there are no rows."""
        self.is_cursor_settled = False
        """True if the cursor stays on its article; until then it stays on the first row."""
        self.scroll_jump_percent = 50
        """Percent of its height that the view scrolls when the cursor leaves it."""
        self.snippets: dict[str, Snippet] | None = None
        """The snippets of a search, by article."""
        self._look = RowLook(0)
        self._has_day_headings = False
        self._next_midnight = 0
        self._list_lines = ListLayout(0)

    @property
    def selected_row(self) -> ArticleRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    @property
    def neighbours(self) -> Sequence[str]:
        """The articles to which the cursor goes next: the one below it and the one above."""
        below, above = self.rows[self.cursor + 1 : self.cursor + 2], self.cursor - 1
        return [row.id for row in (*below, *self.rows[max(0, above) : max(0, above + 1)])]

    def show(self, rows: Sequence[ArticleRow], *, dated: bool = False) -> None:
        """Show other rows; the cursor stays on its article, or on the next one that is still there.

        Args:
            rows: All rows.
            dated: Whether they are sorted by date, and so get date headings.
        """
        before = self.selected_row
        offset = self._list_lines.line_of_row(self.cursor) - self.top_line
        self.cursor, self.rows, self._has_day_headings = (
            self._find_cursor_row(rows),
            list(rows),
            dated,
        )
        has_category, has_source = compare_facts(rows)
        self._look = replace(
            self._look, has_category=has_category, has_source=has_source, source_cells=0
        )
        self._lay_out_rows()
        if self.size.height:
            self._scroll_to_row_start(self._list_lines.line_of_row(self.cursor) - offset)
            self._scroll_to_cursor()
        self._measure_sources()
        self.refresh()
        if (row := self.selected_row) is not None and (before is None or row.id != before.id):
            self.post_message(self.CursorMoved(row))

    def _measure_sources(self) -> None:
        """Widen the column of sources for the longest name on the screen; it is never narrowed."""
        if not self._look.has_source:
            return
        first = self._list_lines.line_content(self.top_line).row
        names = (row.source_name for row in self.rows[first : first + self.size.height])
        cells = max((self._look.source_cells, *map(cell_width, names)))
        if cells != self._look.source_cells:
            self._look = replace(self._look, source_cells=cells)
            self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure the rows that scroll onto the screen."""
        super().watch_scroll_y(old_value, new_value)
        self._measure_sources()

    def _find_cursor_row(self, rows: Sequence[ArticleRow]) -> int:
        before = self.selected_row
        if not self.is_cursor_settled:
            return 0
        if before is not None:
            for index, row in enumerate(rows):
                if row.id == before.id:
                    return index
        index_of = {row.id: index for index, row in enumerate(rows)}
        below = (index_of[row.id] for row in self.rows[self.cursor :] if row.id in index_of)
        return next(below, min(self.cursor, max(0, len(rows) - 1)))

    def _lay_out_rows(self) -> None:
        today = find_day_boundaries(self._now())
        self._next_midnight = today.tomorrow
        headings = build_date_headings(self.rows, today) if self._has_day_headings else []
        self._list_lines = ListLayout(len(self.rows), headings, self._choose_row_height())
        self.set_line_count(self._list_lines.line_count)

    def _choose_row_height(self) -> int:
        if self.snippets is not None:
            return 2
        width, height = self.size
        is_two = width <= MAX_TWO_LINE_WIDTH and height >= MIN_TWO_LINE_HEIGHT
        return ROW_HEIGHTS.get(self._rows_setting, 2 if is_two else 1)

    # -- search results --------------------------------------------------------------------

    @property
    def view_state(self) -> ListViewState:
        """The current state, to be restored later."""
        row = self.selected_row
        return ListViewState(
            self.rows, self._has_day_headings, row.id if row else "", self.top_line
        )

    def restore_view_state(self, state: ListViewState) -> None:
        """Restore an earlier state."""
        self.snippets = None
        self._look = RowLook(0)
        self.show(state.rows, dated=state.has_day_headings)
        self.select_article(state.selected_article)
        self.scroll_to_line(state.top_line)
        self._scroll_to_cursor()

    def show_matches(
        self,
        rows: Sequence[ArticleRow],
        snippets: Mapping[str, Snippet],
        find_highlights: Callable[[str], HighlightRanges],
        *,
        stay: bool = False,
    ) -> None:
        """Show the results of a search.

        Args:
            rows: The rows, in the order of the search.
            snippets: The snippets known so far, by article.
            find_highlights: Returns the ranges to highlight in a title.
            stay: Whether the cursor stays on its article; else it goes to the first.
        """
        self.snippets = dict(snippets)
        self._look = RowLook(0, is_searched=True, find_highlights=find_highlights)
        if not stay:
            self.cursor, self.rows = 0, []
            self.scroll_to_line(0)
        self.show(rows)

    def articles_without_snippet(self, around: int) -> list[str]:
        """Return the articles around the cursor whose snippets are not known yet."""
        known = self.snippets or {}
        rows = self.rows[max(0, self.cursor - around) : self.cursor + around]
        return [row.id for row in rows if row.id not in known]

    def add_snippets(self, snippets: Mapping[str, Snippet]) -> None:
        """Show more snippets."""
        if self.snippets is not None:
            self.snippets |= snippets
            self.refresh()

    def remove_articles(self, articles: Collection[str]) -> None:
        """Remove the rows of some articles."""
        if any(row.id in articles for row in self.rows):
            left = [row for row in self.rows if row.id not in articles]
            self.show(left, dated=self._has_day_headings)

    def update_rows(self, changed: Mapping[str, ArticleRow]) -> None:
        """Redraw the rows that changed."""
        for index in self._indexes_of(changed):
            new = changed[self.rows[index].id]
            if new != self.rows[index]:
                self.rows[index] = new
                self._refresh_row(index)
        self._measure_sources()

    def _indexes_of(self, articles: Collection[str]) -> Sequence[int]:
        row = self.selected_row
        if row is not None and len(articles) == 1 and row.id in articles:
            return [self.cursor]  # nearly always: no search needed
        return [index for index, row in enumerate(self.rows) if row.id in articles]

    def _refresh_row(self, index: int) -> None:
        first = self._list_lines.line_of_row(index)
        for line in range(first, first + self._list_lines.row_height):
            if self.top_line <= line < self.top_line + self.size.height:
                self.refresh_line(line)

    def index_of(self, article: str) -> int | None:
        """Return the index of an article's row."""
        return next(iter(self._indexes_of([article])), None)

    def select_article(self, article: str) -> None:
        """Put the cursor on an article, if it is in the list."""
        if (index := self.index_of(article)) is not None:
            self.move_cursor_to(index)

    def move_cursor(self, by: int) -> bool:
        """Move the cursor by some rows; return False if it did not move."""
        return self.move_cursor_to(self.cursor + by)

    def move_cursor_to(self, index: int) -> bool:
        """Move the cursor to a row, or the nearest one; return False if it did not move."""
        self.is_cursor_settled = True
        index = min(max(0, index), len(self.rows) - 1)
        if index == self.cursor or index < 0:
            return False
        old, self.cursor = self.cursor, index
        if self._has_day_headings and self._now() >= self._next_midnight:
            self._lay_out_rows()  # it is past midnight
            self.refresh()
        self.refresh_line(self._list_lines.line_of_row(old))
        self.refresh_line(self._list_lines.line_of_row(index))
        self._scroll_to_cursor()
        self.post_message(self.CursorMoved(self.rows[index]))
        return True

    def find_unread(self, number: int) -> int | None:
        """Return the row of the nth unread article below (or, if negative, above) the cursor.

        The last one, if there are fewer.
        """
        step = 1 if number > 0 else -1
        end = len(self.rows) if number > 0 else -1
        found = (i for i in range(self.cursor + step, end, step) if not self.rows[i].read)
        last = deque(islice(found, abs(number)), maxlen=1)
        return last[0] if last else None

    def _scroll_to_cursor(self) -> None:
        # By half a screen: a key held down redraws two rows, and not the whole list, at most steps.
        height = max(1, self.size.height)
        first = self._list_lines.top_line_of_row(self.cursor)
        last = self._list_lines.line_of_row(self.cursor) + self._list_lines.row_height - 1
        if first < self.top_line:
            self._scroll_to_row_start(
                max(last - height + 1, last - self.scroll_jump_percent * height // 100)
            )
        elif last >= self.top_line + height:
            self._scroll_to_row_start(
                min(first, last - (100 - self.scroll_jump_percent) * height // 100)
            )

    def _scroll_to_row_start(self, line: int) -> None:
        self.scroll_to_line(
            line - self._list_lines.line_content(max(0, line)).line_in_row
        )  # a row is never cut off above

    @property
    def page_size(self) -> int:
        """Rows of a page."""
        return max(1, self.size.height // self._list_lines.row_height - 1)

    def on_resize(self) -> None:
        """Keep the cursor on the screen, and the start of the list if both fit."""
        offset = self._list_lines.line_of_row(self.cursor) - self.top_line
        self._lay_out_rows()
        line = self._list_lines.line_of_row(self.cursor)
        self._scroll_to_row_start(
            0 if line + self._list_lines.row_height <= self.size.height else line - offset
        )
        self._scroll_to_cursor()
        self._measure_sources()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor on the first click, open the article on the second."""
        spot = self._list_lines.line_content(self.top_line + event.y)
        chosen = not spot.heading and spot.row < len(self.rows)
        if chosen and not self.move_cursor_to(spot.row):
            self.post_message(self.OpenRequested(self.rows[spot.row]))

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor: the current row."""
        return Offset(
            0, self._list_lines.line_of_row(self.cursor) - self.top_line if self.rows else 0
        )

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return a heading, or one line of a row: signs, title, facts."""
        return self._build_line_with_cursor(y, width, self.cursor)

    def build_splash_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return the same with the cursor on the first row."""
        return self._build_line_with_cursor(y, width, 0)

    def _build_line_with_cursor(self, y: int, width: int, cursor: int) -> Sequence[StyledText]:
        if not self.rows:
            return (
                [(fit_cells(f" {self.empty_text}", width), "muted")]
                if y == 0 and self.empty_text
                else []
            )
        spot = self._list_lines.line_content(y)
        if spot.heading:
            return [(fit_cells(f" {spot.heading}", width), "section")]
        if spot.row >= len(self.rows):
            return []
        row = self.rows[spot.row]
        if spot.line_in_row and self.snippets is not None:
            found = self.snippets.get(row.id)
            return build_snippet_line(found, width) if found else []
        look = replace(self._look, now=self._now())
        selected = spot.row == cursor
        if self._list_lines.row_height == 1 or self.snippets is not None:
            return build_one_line_row(row, width, look, selected=selected)
        return build_two_line_row(row, width, look, selected=selected)[spot.line_in_row]

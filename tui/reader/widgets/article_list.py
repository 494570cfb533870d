"""The article list, drawn line by line: as fast with a hundred thousand rows as with ten."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from textual.geometry import Offset
from textual.message import Message

from store.model.article import LISTED_COPY, ArticleRow, Snippet
from tui.reader.widgets.line_view import LineView
from tui.reader.widgets.row_selection import RowSelection
from tui.rendering.cells import StyledText, cell_width, fit_cells, wrap_text
from tui.rendering.list_layout import (
    HighlightRanges,
    ListHeading,
    ListLayout,
    find_day_boundaries,
    remove_from_headings,
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
MOVING_JUMP_PERCENT = 80
"""Percent of its height that the view scrolls at least while a key is held: most bytes of a held key are
those of the lines that scroll."""
MIN_WINDOW_ROWS, WINDOW_SCREENS = 600, 8
"""The rows that are loaded at once: so many, and so many screens of them on a large terminal."""


@dataclass(frozen=True, slots=True)
class ListWindow:
    """A part of a list, and what there is to know about the whole.

    Attributes:
        start: The place of the first row.
        rows: The loaded rows.
        total: The number of rows of the whole list.
        cursor: The place of the cursor, unless its article is among the rows.
        headings: The headings of the whole list.
        has_category: Whether the categories of the whole list say something.
        has_source: Whether its sources do.
        anchor: The place of the article where a selection began, if it is not among the rows.
    """

    start: int
    rows: Sequence[ArticleRow]
    total: int
    cursor: int = 0
    headings: Sequence[ListHeading] = ()
    has_category: bool = True
    has_source: bool = False
    anchor: int | None = None


@dataclass(frozen=True, slots=True)
class ListViewState:
    """Rows, cursor and scroll position of a list, to be restored later."""

    window: ListWindow
    selected_article: str
    """The id of the article under the cursor."""
    top_line: int


@dataclass(frozen=True, slots=True)
class PendingMove:
    """A move to a row that is not loaded yet."""

    place: int
    move: Callable[[int, ArticleRow], object]
    """Called with the place and the row once that is loaded."""


class ArticleList(LineView):
    """Rows with a cursor; posts cursor moves and the article to open.

    Only the rows around the screen are loaded. The list asks for others before they are seen; what
    goes further than that waits for them, and the screen stays as it is until they are there.
    """

    @dataclass
    class CursorMoved(Message):
        """The cursor moved to another article."""

        row: ArticleRow

    @dataclass
    class OpenRequested(Message):
        """The user wants to open the article under the cursor."""

        row: ArticleRow

    @dataclass
    class WindowNeeded(Message):
        """Other rows have to be loaded, for `add_window`."""

        start: int
        size: int

    @dataclass
    class PlaceNeeded(Message):
        """The cursor is to go to the first of some articles that is in the list."""

        articles: Sequence[str]

    @dataclass
    class DayChanged(Message):
        """It is past midnight: the headings are out of date."""

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
        """The loaded rows."""
        self.start = 0
        """The place of the first of them in the list."""
        self.total = 0
        """The number of rows of the list."""
        self.cursor = 0
        """The place of the cursor in the list."""
        self.is_step_pending = False
        """True while it is asked where the next unread article is."""
        self.empty_text = ""
        """Shown while there are no rows."""
        self.is_cursor_settled = False
        """True if the cursor stays on its article; until then it stays on the first row."""
        self.scroll_jump_percent = 50
        """Percent of its height that the view scrolls when the cursor leaves it."""
        self.is_moving = False
        """True while the cursor moves on without resting."""
        self.snippets: dict[str, Snippet] | None = None
        """The snippets of a search, by article."""
        self._look = RowLook(0)
        self._headings: Sequence[ListHeading] = ()
        self._next_midnight = 0
        self._list_lines = ListLayout(0)
        self._cursor_row: ArticleRow | None = None
        self._pending: PendingMove | None = None
        self._is_leaving = False
        self._requested_start: int | None = None
        self._selection: RowSelection | None = None

    @property
    def is_waiting(self) -> bool:
        """True while the cursor is on its way to rows that are not loaded yet, or to another list."""
        return self._is_moving_far or self._is_leaving

    @property
    def _is_moving_far(self) -> bool:
        return self._pending is not None or self.is_step_pending

    @property
    def selected_row(self) -> ArticleRow | None:
        """The row under the cursor; none while the cursor is on its way in this list."""
        return None if self._is_moving_far else self._cursor_row

    @property
    def selected_article(self) -> str:
        """The article under the cursor; empty if there is none."""
        row = self.selected_row
        return row.id if row is not None else ""

    def row_at(self, place: int) -> ArticleRow | None:
        """Return the row at a place of the list, if it is loaded."""
        return self.rows[place - self.start] if 0 <= place - self.start < len(self.rows) else None

    @property
    def first_of_story(self) -> str:
        """The article that stands for the story of the selected row; empty if it has no copies."""
        row, place = self.selected_row, self.cursor
        while row is not None and row.copy_count == LISTED_COPY:
            place -= 1
            row = self.row_at(place)
        return row.id if row is not None and row.copy_count else ""

    @property
    def neighbours(self) -> Sequence[str]:
        """The articles to which the cursor goes next: the one below it and the one above."""
        rows = map(self.row_at, (self.cursor + 1, self.cursor - 1))
        return [row.id for row in rows if row is not None]

    @property
    def window_size(self) -> int:
        """The number of rows to load at once."""
        return max(MIN_WINDOW_ROWS, WINDOW_SCREENS * self.size.height)

    @property
    def articles_from_cursor(self) -> Sequence[str]:
        """The article under the cursor and the loaded ones below it; none before it has settled."""
        if not self.is_cursor_settled or self._cursor_row is None:
            return ()
        below = self.rows[max(0, self.cursor + 1 - self.start) :]
        return [self._cursor_row.id, *(row.id for row in below)]

    def show(self, rows: Sequence[ArticleRow]) -> None:
        """Show other rows, all of them; the cursor stays on its article, or on the next one left."""
        cursor = self._find_cursor_row(rows)
        self.show_window(ListWindow(0, rows, len(rows), cursor, (), *compare_facts(rows)))

    def _find_cursor_row(self, rows: Sequence[ArticleRow]) -> int:
        index_of = {row.id: index for index, row in enumerate(rows)}
        below = (index_of[each] for each in self.articles_from_cursor if each in index_of)
        last = max(0, len(rows) - 1)
        return next(below, min(self.cursor, last) if self.is_cursor_settled else 0)

    def show_window(self, window: ListWindow) -> None:
        """Show another list; the cursor stays on its article if that is among the rows."""
        before = self._cursor_row
        offset = self._list_lines.line_of_row(self.cursor) - self.top_line
        article = before.id if before and self.is_cursor_settled else ""
        places = (at for at, row in enumerate(window.rows, window.start) if row.id == article)
        self.cursor = next(places, window.cursor) if article else window.cursor
        self.total, self._headings = window.total, window.headings
        self._look = replace(
            self._look,
            has_category=window.has_category,
            has_source=window.has_source,
            source_cells=0,
        )
        self._take_rows(window.start, window.rows)
        self._keep_selection(window)
        self._lay_out_rows()
        if self.size.height:
            self._scroll_to_row_start(self._list_lines.line_of_row(self.cursor) - offset)
            self._scroll_to_cursor()
        self._measure_sources()
        self.refresh()
        pending, self._pending, self._requested_start = self._pending, None, None
        self.is_step_pending = self._is_leaving = False
        if pending is not None and self.total:
            self.run_with_row(min(pending.place, self.total - 1), pending.move)
        row = self._cursor_row
        if row is not None and (before is None or row.id != before.id):
            self.post_message(self.CursorMoved(row))

    def knows_cursor(self, window: ListWindow, article: str) -> bool:
        """Return False if the cursor has left an article for one that is not in a window."""
        row = self._cursor_row
        if row is None or row.id == article or not self.is_cursor_settled:
            return True
        return any(row.id == each.id for each in window.rows)

    # -- selecting several rows ------------------------------------------------------------

    @property
    def selected_places(self) -> range | None:
        """The places of the rows that commands are about; None if only one is, at the cursor."""
        if self._selection is None or not self.total:
            return None
        return self._selection.places(self.cursor, self.total)

    @property
    def anchor_article(self) -> str:
        """The article where the selection began; empty if there is none."""
        return self._selection.article if self._selection is not None else ""

    @property
    def _anchor(self) -> int | None:
        return self._selection.anchor if self._selection is not None else None

    def toggle_selection(self) -> None:
        """Select from the cursor's row to where the cursor goes, or select no longer."""
        row = self.selected_row
        if not self.clear_selection() and row is not None:
            self._selection = RowSelection(self.cursor, row.id)
            self.refresh()

    def toggle_all_selected(self) -> None:
        """Select all rows, or none if all are."""
        are_all = self._selection is not None and self._selection.anchor is None
        self._selection = None if are_all else RowSelection()
        self.refresh()

    def clear_selection(self) -> bool:
        """Select no rows; return False if none were."""
        was_selecting = self._selection is not None
        if was_selecting:
            self._selection = None
            self.refresh()
        return was_selecting

    def _keep_selection(self, window: ListWindow) -> None:
        """Let the selection begin at its article in other rows; without that it is none."""
        selection = self._selection
        if selection is None or selection.anchor is None:
            return
        place = self.index_of(selection.article)
        place = window.anchor if place is None else place
        self._selection = None if place is None else RowSelection(place, selection.article)

    # -- the loaded rows -------------------------------------------------------------------

    def _take_rows(self, start: int, rows: Sequence[ArticleRow]) -> None:
        self.start, self.rows = start, list(rows)
        if (row := self.row_at(self.cursor)) is not None:
            self._cursor_row = row
        elif not self.total:
            self._cursor_row = None

    def add_window(self, start: int, rows: Sequence[ArticleRow], near: int | None = None) -> None:
        """Take over other rows of the same list; `near` is the place they were asked for."""
        self._requested_start = None
        visible, pending = range(*self._visible_rows()), self._pending
        target = pending.place if near is None and pending is not None else near
        end = start + len(rows)
        is_on_screen = start <= visible.start and visible.stop <= end
        if not is_on_screen and not (target is not None and start <= target < end):
            # Asked for before the cursor went elsewhere.
            self._load_ahead() if pending is None else self._request_window(pending.place)
            return
        before = [self.row_at(place) for place in visible]
        self._take_rows(start, rows)
        if before != [self.row_at(place) for place in visible]:
            self.refresh()
        if pending is not None:
            self._pending = None
            self.run_with_row(pending.place, pending.move)

    def reload_rows(self) -> None:
        """Ask for the loaded rows again, any of which may have changed."""
        self._requested_start = self.start
        self.post_message(self.WindowNeeded(self.start, max(len(self.rows), self.window_size)))

    def run_with_row(self, place: int, move: Callable[[int, ArticleRow], object]) -> None:
        """Call a function with a place and its row, as soon as the screen around it is loaded."""
        row, height = self.row_at(place), self.size.height
        if row is not None and self._is_loaded(place - height, place + height):
            move(place, row)
        else:
            self._pending = PendingMove(place, move)
            self._request_window(place)

    def stop_waiting(self) -> None:
        """Leave the cursor where it is: what it waited for may never come."""
        self._pending = self._requested_start = None
        self.is_step_pending = self._is_leaving = False

    def leave_cursor(self) -> None:
        """Let the list that comes next place the cursor: it is about something else."""
        self.stop_waiting()
        self.is_cursor_settled, self._is_leaving = False, True

    def _is_loaded(self, first: int, last: int) -> bool:
        end = self.start + len(self.rows)
        return max(0, first) >= self.start and min(last, self.total - 1) < end

    def _request_window(self, place: int) -> None:
        start = max(0, place - self.window_size // 2)
        if start != self._requested_start:
            self._requested_start = start
            self.post_message(self.WindowNeeded(start, self.window_size))

    def _visible_rows(self) -> tuple[int, int]:
        """Return the first row on the screen, and the first one below."""
        first = self._list_lines.line_content(self.top_line).row
        return first, min(self.total, first + self.size.height + 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure the rows that scroll onto the screen, and ask for those that come next."""
        super().watch_scroll_y(old_value, new_value)
        self.update_title()
        self._measure_sources()
        self._load_ahead()

    def _measure_sources(self) -> None:
        """Widen the column of sources for the longest name on the screen; it is never narrowed."""
        if not self._look.has_source:
            return
        rows = filter(None, map(self.row_at, range(*self._visible_rows())))
        cells = max((self._look.source_cells, *(cell_width(row.source_name) for row in rows)))
        if cells != self._look.source_cells:
            self._look = replace(self._look, source_cells=cells)
            self.refresh()

    def _load_ahead(self) -> None:
        first, end = self._visible_rows()
        margin = 2 * self.size.height
        if self._pending is None and not self._is_loaded(first - margin, end + margin):
            self._request_window((first + end) // 2)

    def _lay_out_rows(self) -> None:
        self._next_midnight = find_day_boundaries(self._now()).tomorrow
        self._list_lines = ListLayout(self.total, self._headings, self._choose_row_height())
        self.set_line_count(self._list_lines.line_count)
        self.update_title()

    def build_title(self, width: int) -> str:
        """Return the heading of the first row on the screen; the title if rows have no headings."""
        return self._list_lines.heading_above(self.top_line) or self.title

    def _choose_row_height(self) -> int:
        width, height = self.size
        is_two = width <= MAX_TWO_LINE_WIDTH and height >= MIN_TWO_LINE_HEIGHT
        lines = ROW_HEIGHTS.get(self._rows_setting, 2 if is_two else 1)
        return lines + (self.snippets is not None)

    def _make_window(self, rows: Sequence[ArticleRow]) -> ListWindow:
        """Return what is loaded, with other rows."""
        look = self._look
        return ListWindow(
            self.start,
            rows,
            self.total,
            self.cursor,
            self._headings,
            look.has_category,
            look.has_source,
        )

    # -- search results --------------------------------------------------------------------

    @property
    def view_state(self) -> ListViewState:
        """The current state, to be restored later."""
        row, window = self._cursor_row, self._make_window(self.rows)
        return ListViewState(window, row.id if row else "", self.top_line)

    def restore_view_state(self, state: ListViewState) -> None:
        """Restore an earlier state."""
        self.snippets = self._selection = None
        self._look = RowLook(0)
        self._cursor_row = None  # that of a match
        self.show_window(state.window)
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
            self.cursor, self.rows, self._cursor_row = 0, [], None
            self._selection = None
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
            for place in self._places_of(snippets):
                self._refresh_row(place)

    def remove_articles(self, articles: Collection[str]) -> bool:
        """Remove the rows of some articles; return False if not all of them are loaded."""
        removed = self._places_of(articles)
        if removed:
            left = [row for row in self.rows if row.id not in articles]
            below = self.articles_from_cursor
            total = self.total - len(removed)
            headings = remove_from_headings(self._headings, removed, total)
            index_of = {row.id: place for place, row in enumerate(left, self.start)}
            last = max(0, total - 1)
            places = (index_of[each] for each in below if each in index_of)
            cursor = next(places, min(self.cursor, last))
            if self._selection is not None:
                self._selection = self._selection.without(removed, articles)
            window = replace(self._make_window(left), anchor=self._anchor)
            self.show_window(replace(window, total=total, cursor=cursor, headings=headings))
            self._load_ahead()
        return len(removed) == len(articles) or self.is_whole

    def update_rows(self, changed: Mapping[str, ArticleRow]) -> None:
        """Redraw the rows that changed."""
        for place in self._places_of(changed):
            index = place - self.start
            new = changed[self.rows[index].id]
            if new != self.rows[index]:
                self.rows[index] = new
                self._refresh_row(place)
        if self._cursor_row is not None:
            self._cursor_row = changed.get(self._cursor_row.id, self._cursor_row)
        self._measure_sources()

    def _places_of(self, articles: Collection[str]) -> Sequence[int]:
        """Return the places of the articles that are loaded."""
        row = self.row_at(self.cursor)
        if row is not None and len(articles) == 1 and row.id in articles:
            return [self.cursor]  # nearly always: no search needed
        return [place for place, row in enumerate(self.rows, self.start) if row.id in articles]

    def _refresh_row(self, index: int) -> None:
        first = self._list_lines.line_of_row(index)
        for line in range(first, first + self._list_lines.row_height):
            if self.top_line <= line < self.top_line + self.size.height:
                self.refresh_line(line)

    def index_of(self, article: str) -> int | None:
        """Return the place of an article, if it is loaded."""
        return next(iter(self._places_of([article])), None)

    @property
    def is_whole(self) -> bool:
        """True if all rows of the list are loaded."""
        return len(self.rows) == self.total

    def select_article(self, article: str, other: str = "") -> None:
        """Put the cursor on an article, or else on another one, if it is in the list."""
        if (index := self.index_of(article)) is not None:
            self.move_cursor_to(index)
        elif not self.is_whole:
            self.post_message(self.PlaceNeeded([article, other]))
        elif (index := self.index_of(other)) is not None:
            self.move_cursor_to(index)

    def show_article_at(self, article: str, line: int) -> bool:
        """Put the cursor on an article, on that line of the screen; return False if it is not there."""
        if (index := self.index_of(article)) is None:
            return False
        self.move_cursor_to(index)
        self._scroll_to_row_start(self._list_lines.line_of_row(index) - line)
        self._scroll_to_cursor()
        return True

    def select_first(self, articles: Collection[str]) -> None:
        """Put the cursor on the first of some articles that is loaded, or find it in the list."""
        place = next(iter(self._places_of(articles)), None) if articles else None
        if place is not None:
            self.move_cursor_to(place)
        elif articles:
            self.select_article(next(iter(articles)))

    def move_cursor(self, by: int) -> bool:
        """Move the cursor by some rows; return False if it did not move."""
        start = self.cursor if self._pending is None else self._pending.place
        return self.move_cursor_to(start + by)

    def move_cursor_to(self, index: int) -> bool:
        """Move the cursor to a row, or the nearest one; return False if it did not move."""
        self.is_cursor_settled = True
        self._pending = None
        index = min(max(0, index), self.total - 1)
        if index == self.cursor or index < 0:
            return False
        self.run_with_row(index, self._put_cursor)
        return True

    def _put_cursor(self, place: int, row: ArticleRow) -> None:
        old, self.cursor, self._cursor_row = self.cursor, place, row
        if self._headings and self._now() >= self._next_midnight:
            self._next_midnight = find_day_boundaries(self._now()).tomorrow
            self.post_message(self.DayChanged())
        if self._selection is not None and abs(place - old) > 1:
            self.refresh()
        self.refresh_line(self._list_lines.line_of_row(old))
        self.refresh_line(self._list_lines.line_of_row(place))
        self._scroll_to_cursor()
        self.post_message(self.CursorMoved(row))

    def find_unread(self, number: int) -> tuple[int | None, bool]:
        """Look among the loaded rows for the nth unread article below (or above) the cursor.

        Args:
            number: Which one; above the cursor if it is negative. The last one, if there are fewer.

        Returns:
            Its place, or None, and whether that is certain: others may be found further away.
        """
        step = 1 if number > 0 else -1
        end = self.start + len(self.rows) if number > 0 else self.start - 1
        places = range(self.cursor + step, end, step)
        unread = [place for place in places if (row := self.row_at(place)) and not row.read]
        found = unread[: abs(number)]
        is_end = end >= self.total if number > 0 else end < 0
        return found[-1] if found else None, is_end or len(found) == abs(number)

    def _scroll_to_cursor(self) -> None:
        # By half a screen: a key held down redraws two rows, and not the whole list, at most steps.
        height = max(1, self.size.height)
        percent = max(self.scroll_jump_percent, MOVING_JUMP_PERCENT if self.is_moving else 0)
        first = self._list_lines.line_of_row(self.cursor)
        last = first + self._list_lines.row_height - 1
        if first < self.top_line:
            self._scroll_to_row_start(max(last - height + 1, last - percent * height // 100))
        elif last >= self.top_line + height:
            self._scroll_to_row_start(min(first, last - (100 - percent) * height // 100))

    def _scroll_to_row_start(self, line: int) -> None:
        spot = self._list_lines.line_content(max(0, line))
        # A row is never cut off above, and a heading not written below the edge that shows it.
        self.scroll_to_line(line - spot.line_in_row + bool(spot.heading))

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

    def scroll_by_wheel(self, lines: int) -> None:
        """Scroll by some lines, to the start of a row; the cursor stays on its article."""
        self._scroll_to_row_start(self.top_line + lines)

    def click_line(self, line: int, x: int, *, had_keys: bool) -> None:
        """Move the cursor on the first click, open the article on the second."""
        spot = self._list_lines.line_content(line)
        row = self.row_at(spot.row)
        if not spot.heading and row is not None and not self.move_cursor_to(spot.row) and had_keys:
            self.post_message(self.OpenRequested(row))

    @property
    def lit_lines(self) -> range:
        """Those of the current row."""
        return range(self.caret.y, self.caret.y + self._list_lines.row_height)

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor: the current row."""
        return Offset(
            0, self._list_lines.line_of_row(self.cursor) - self.top_line if self.total else 0
        )

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return a heading, or one line of a row: signs, title, facts."""
        if not self.total:
            texts = wrap_text(self.empty_text, width - 1)
            return [(fit_cells(f" {texts[y]}", width), "muted")] if y < len(texts) else []
        spot = self._list_lines.line_content(y)
        if spot.heading:
            return [(fit_cells(f" {spot.heading}", width), "section")]
        row = self.row_at(spot.row)
        if row is None:
            return []
        title_lines = self._list_lines.row_height - (self.snippets is not None)
        if spot.line_in_row == title_lines:
            found = (self.snippets or {}).get(row.id)
            return build_snippet_line(found, width) if found else []
        look = replace(self._look, now=self._now(), is_lit=self.is_active)
        selected, chosen = spot.row == self.cursor, spot.row in (self.selected_places or ())
        if title_lines == 1:
            return build_one_line_row(row, width, look, selected=selected, chosen=chosen)
        lines = build_two_line_row(row, width, look, selected=selected, chosen=chosen)
        return lines[spot.line_in_row]

    def build_splash_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return the same: the next session begins with this article."""
        return self.build_line(y + self.top_line, width)

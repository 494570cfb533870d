"""The list of articles: rows drawn from data, the same at ten and at a hundred thousand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from textual import events
from textual.geometry import Offset
from textual.message import Message

from store.model.article import ArticleRow, Snippet, reading_minutes
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import StyledText, cell_width, fit_cells, pad_left
from tui.rendering.list_layout import (
    HighlightRanges,
    ListLayout,
    build_date_headings,
    find_day_boundaries,
    render_highlights,
    trim_snippet,
)
from tui.rendering.wording import format_age, join_nonempty

CURSOR_SIGN, UNREAD_SIGN, STAR_SIGN, UPDATED_SIGN = ">", "●", "★", "↻"
STORY_ORIGIN_SIGN = "◆"
"""In a story stands before the article one came from."""
SHORT_CATEGORY_CELLS, CATEGORY_CELLS, LONG_CATEGORY_CELLS = 6, 8, 10
AGE_CELLS, MINUTES_CELLS = 4, 4
MIN_ONE_LINE_WIDTH = 48
"""From this width on everything about an article fits beside its title."""
MIN_LONG_CATEGORY_WIDTH = 72
"""From this width on more of a category is seen."""
SECOND_LINE_INDENT = 4
MIN_TWO_LINE_HEIGHT = 16
"""From this height on a narrower list gives each article a second line."""


@dataclass(frozen=True, slots=True)
class ListViewState:
    """How a list stands: what it shows, and from where on."""

    rows: Sequence[ArticleRow]
    has_day_headings: bool
    selected_article: str
    """The one under the cursor."""
    top_line: int


class ArticleList(LineView):
    """Rows with a cursor; posts where the cursor is and what was chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes(
        "unread", "star", "selection", "heading", "match"
    )

    @dataclass
    class CursorMoved(Message):
        """The cursor stands on another article."""

        row: ArticleRow

    @dataclass
    class OpenRequested(Message):
        """The article under the cursor is to be opened."""

        row: ArticleRow

    def __init__(self, now: Callable[[], int], id: str) -> None:  # noqa: A002 - Textual's name
        """Make an empty list.

        Args:
            now: Seconds since 1970, for the ages.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._now = now
        self.rows: list[ArticleRow] = []
        self.cursor = 0
        self.empty_text = ""
        """What stands there while there are no rows."""
        self.is_cursor_settled = False
        """Whether the cursor has its place; until then it stands on the first row, whichever it is."""
        self.scroll_jump_percent = 50
        """By how much of its height, in hundredths, the view moves when the cursor leaves it."""
        self.snippets: dict[str, Snippet] | None = None
        """By article the line in which the words stand that were searched for."""
        self._find_title_highlights: Callable[[str], HighlightRanges] = lambda _: ()
        self._has_day_headings = False
        self._next_midnight = 0
        self._list_lines = ListLayout(0)

    @property
    def selected_row(self) -> ArticleRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def show(self, rows: Sequence[ArticleRow], *, dated: bool = False) -> None:
        """Show other rows; the cursor stays on its article, else on the next that is still there.

        Args:
            rows: All of them.
            dated: Whether they are in order of their dates, so that headings can part them.
        """
        before = self.selected_row
        offset = self._list_lines.line_of_row(self.cursor) - self.top_line
        self.cursor, self.rows, self._has_day_headings = (
            self._find_cursor_row(rows),
            list(rows),
            dated,
        )
        self._lay_out_rows()
        if self.size.height:
            self._scroll_to_row_start(self._list_lines.line_of_row(self.cursor) - offset)
            self._scroll_to_cursor()
        self.refresh()
        if (row := self.selected_row) is not None and (before is None or row.id != before.id):
            self.post_message(self.CursorMoved(row))

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
        width, height = self.size
        two = self.snippets is not None or (
            width < MIN_ONE_LINE_WIDTH and height >= MIN_TWO_LINE_HEIGHT
        )
        self._list_lines = ListLayout(len(self.rows), headings, 2 if two else 1)
        self.set_line_count(self._list_lines.line_count)

    # -- what a search has found ------------------------------------------------------------

    @property
    def view_state(self) -> ListViewState:
        """The list as it stands, to come back to."""
        row = self.selected_row
        return ListViewState(
            self.rows, self._has_day_headings, row.id if row else "", self.top_line
        )

    def restore_view_state(self, standing: ListViewState) -> None:
        """Show a list as it stood."""
        self.snippets = None
        self.show(standing.rows, dated=standing.has_day_headings)
        self.select_article(standing.selected_article)
        self.scroll_to_line(standing.top_line)
        self._scroll_to_cursor()

    def show_matches(
        self,
        rows: Sequence[ArticleRow],
        lines: Mapping[str, Snippet],
        marks: Callable[[str], HighlightRanges],
        *,
        stay: bool = False,
    ) -> None:
        """Show what a search has found.

        Args:
            rows: In the order of the search.
            lines: By article the line in which the words stand, as far as they are known.
            marks: Where in a title the words stand.
            stay: Whether the cursor stays on its article, else it goes to the first.
        """
        self.snippets, self._find_title_highlights = dict(lines), marks
        if not stay:
            self.cursor, self.rows = 0, []
            self.scroll_to_line(0)
        self.show(rows)

    def articles_without_snippet(self, around: int) -> list[str]:
        """The articles around the cursor whose lines are not known yet."""
        known = self.snippets or {}
        rows = self.rows[max(0, self.cursor - around) : self.cursor + around]
        return [row.id for row in rows if row.id not in known]

    def add_snippets(self, lines: Mapping[str, Snippet]) -> None:
        """Show more of the lines in which the words stand."""
        if self.snippets is not None:
            self.snippets |= lines
            self.refresh()

    def remove_articles(self, articles: Collection[str]) -> None:
        """Take rows out of the list."""
        if any(row.id in articles for row in self.rows):
            left = [row for row in self.rows if row.id not in articles]
            self.show(left, dated=self._has_day_headings)

    def update_rows(self, changed: Mapping[str, ArticleRow]) -> None:
        """Draw anew only the rows that are different now."""
        for index in self._indexes_of(changed):
            new = changed[self.rows[index].id]
            if new != self.rows[index]:
                self.rows[index] = new
                self._refresh_row(index)

    def _indexes_of(self, articles: Collection[str]) -> Sequence[int]:
        row = self.selected_row
        if row is not None and len(articles) == 1 and row.id in articles:
            return [self.cursor]  # nearly always: nothing has to be looked for
        return [index for index, row in enumerate(self.rows) if row.id in articles]

    def _refresh_row(self, index: int) -> None:
        first = self._list_lines.line_of_row(index)
        for line in range(first, first + self._list_lines.row_height):
            if self.top_line <= line < self.top_line + self.size.height:
                self.refresh_line(line)

    def index_of(self, article: str) -> int | None:
        """The place of an article in the list."""
        return next(iter(self._indexes_of([article])), None)

    def select_article(self, article: str) -> None:
        """Put the cursor on an article, if it is in the list."""
        if (index := self.index_of(article)) is not None:
            self.move_cursor_to(index)

    def move_cursor(self, by: int) -> bool:
        """Move the cursor by so many rows.

        Returns:
            Whether it moved.
        """
        return self.move_cursor_to(self.cursor + by)

    def move_cursor_to(self, index: int) -> bool:
        """Move the cursor to a row, or as near as there are rows."""
        self.is_cursor_settled = True
        index = min(max(0, index), len(self.rows) - 1)
        if index == self.cursor or index < 0:
            return False
        old, self.cursor = self.cursor, index
        if self._has_day_headings and self._now() >= self._next_midnight:
            self._lay_out_rows()  # what was today is yesterday now
            self.refresh()
        # The facts below a title look the same with the cursor and without it.
        self.refresh_line(self._list_lines.line_of_row(old))
        self.refresh_line(self._list_lines.line_of_row(index))
        self._scroll_to_cursor()
        self.post_message(self.CursorMoved(self.rows[index]))
        return True

    def find_unread(self, number: int) -> int | None:
        """The row of the unread article of that number below (or, negative, above) the cursor.

        The last there is, where there are fewer.
        """
        step = 1 if number > 0 else -1
        end = len(self.rows) if number > 0 else -1
        found = (i for i in range(self.cursor + step, end, step) if not self.rows[i].read)
        last = deque(islice(found, abs(number)), maxlen=1)
        return last[0] if last else None

    def _scroll_to_cursor(self) -> None:
        # By half a screen: a held key redraws two rows, not the whole list at every step.
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
        )  # a row is seen from its title on

    @property
    def page_size(self) -> int:
        """Rows a page moves."""
        return max(1, self.size.height // self._list_lines.row_height - 1)

    def on_resize(self) -> None:
        """Keep the cursor on the screen, and the beginning of the list where both have room."""
        offset = self._list_lines.line_of_row(self.cursor) - self.top_line
        self._lay_out_rows()
        line = self._list_lines.line_of_row(self.cursor)
        self._scroll_to_row_start(
            0 if line + self._list_lines.row_height <= self.size.height else line - offset
        )
        self._scroll_to_cursor()

    def on_click(self, event: events.Click) -> None:
        """Choose by mouse: the first click moves the cursor, the second opens."""
        spot = self._list_lines.line_content(self.top_line + event.y)
        chosen = not spot.heading and spot.row < len(self.rows)
        if chosen and not self.move_cursor_to(spot.row):
            self.post_message(self.OpenRequested(self.rows[spot.row]))

    @property
    def caret(self) -> Offset:
        """The terminal's cursor stands on the row."""
        return Offset(
            0, self._list_lines.line_of_row(self.cursor) - self.top_line if self.rows else 0
        )

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """A heading, or one line of a row: cursor, unread mark, star, title, facts."""
        return self._build_line_with_cursor(y, width, self.cursor)

    def build_splash_line(self, y: int, width: int) -> Sequence[StyledText]:
        """The same, the cursor on the first row of all."""
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
            return [(fit_cells(f" {spot.heading}", width), "heading")]
        if spot.row >= len(self.rows):
            return []
        row = self.rows[spot.row]
        if spot.line_in_row and (found := (self.snippets or {}).get(row.id)):
            line = trim_snippet(found, width - SECOND_LINE_INDENT)
            return [
                (" " * SECOND_LINE_INDENT, "muted"),
                *render_highlights(line.text, line.highlights, "muted", width - SECOND_LINE_INDENT),
            ]
        if spot.line_in_row:
            updated = "updated" if row.updated else ""
            when = format_age(row.timestamp, self._now())
            facts = join_nonempty((row.category, when, f"{reading_minutes(row.words)}′", updated))
            return [(fit_cells(f"    {facts}", width), "muted")]
        searched = self.snippets is not None
        tail = self._row_facts(row, width) if searched or self._list_lines.row_height == 1 else ""
        marks = self._find_title_highlights(row.title) if searched else ()
        return _build_title_line(row, tail, width, marks, selected=spot.row == cursor)

    def _row_facts(self, row: ArticleRow, width: int) -> str:
        when = pad_left(format_age(row.timestamp, self._now()), AGE_CELLS)
        if width < MIN_ONE_LINE_WIDTH and self.snippets is not None:
            return f" {when}"
        if width < MIN_ONE_LINE_WIDTH:
            return f" {fit_cells(row.category, SHORT_CATEGORY_CELLS)} {when}"
        reading = pad_left(f"{reading_minutes(row.words)}′", MINUTES_CELLS)
        category = CATEGORY_CELLS if width < MIN_LONG_CATEGORY_WIDTH else LONG_CATEGORY_CELLS
        return f" {fit_cells(row.category, category)} {when} {reading}"


def _build_title_line(
    row: ArticleRow, tail: str, width: int, marks: HighlightRanges, *, selected: bool
) -> Sequence[StyledText]:
    seen = UPDATED_SIGN if row.updated else " "
    head = f"{CURSOR_SIGN if selected else ' '}{seen if row.read else UNREAD_SIGN}"
    star = STAR_SIGN if row.starred else " "
    room = max(1, width - cell_width(tail) - 4)
    if selected:
        return [(f"{head}{star} {fit_cells(row.title, room)}{tail}", "selection")]
    role = "text" if row.read else "unread"
    if not marks and not row.starred:
        return [(f"{head}{star} {fit_cells(row.title, room)}", role), (tail, "muted")]
    mark = "star" if row.starred else role
    return [
        (head, role),
        (f"{star} ", mark),
        *render_highlights(row.title, marks, role, room),
        (tail, "muted"),
    ]

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

from store.model.article import Excerpt, Row, minutes
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece, cells, fit, pad_left
from tui.rendering.highlights import Spans, around, marked
from tui.rendering.list_layout import Lines, days, sections
from tui.rendering.wording import age, joined

CURSOR, UNREAD, STAR, CHANGED = ">", "●", "★", "↻"
HERE = "◆"
"""In a story stands before the article one came from."""
SHORT_CATEGORY_CELLS, CATEGORY_CELLS, LONG_CATEGORY_CELLS = 6, 8, 10
AGE_CELLS, MINUTES_CELLS = 4, 4
ONE_LINE = 48
"""From this width on everything about an article fits beside its title."""
ROOMY = 72
"""From this width on more of a category is seen."""
INDENT = 4
TWO_LINES = 16
"""From this height on a narrower list gives each article a second line."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a list stands: what it shows, and from where on."""

    rows: Sequence[Row]
    dated: bool
    article: str
    """The one under the cursor."""
    top: int


class ArticleList(LineView):
    """Rows with a cursor; posts where the cursor is and what was chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes(
        "unread", "star", "selection", "heading", "match"
    )

    @dataclass
    class Moved(Message):
        """The cursor stands on another article."""

        row: Row

    @dataclass
    class Chosen(Message):
        """The article under the cursor is to be opened."""

        row: Row

    def __init__(self, now: Callable[[], int], id: str) -> None:  # noqa: A002 - Textual's name
        """Make an empty list.

        Args:
            now: Seconds since 1970, for the ages.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._now = now
        self.rows: list[Row] = []
        self.cursor = 0
        self.empty = ""
        """What stands there while there are no rows."""
        self.settled = False
        """Whether the cursor has its place; until then it stands on the first row, whichever it is."""
        self.leap = 50
        """By how much of its height, in hundredths, the view moves when the cursor leaves it."""
        self.lines_found: dict[str, Excerpt] | None = None
        """By article the line in which the words stand that were searched for."""
        self._marks: Callable[[str], Spans] = lambda _: ()
        self._dated = False
        self._tomorrow = 0
        self._lines = Lines(0)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def show(self, rows: Sequence[Row], *, dated: bool = False) -> None:
        """Show other rows; the cursor stays on its article, else on the next that is still there.

        Args:
            rows: All of them.
            dated: Whether they are in order of their dates, so that headings can part them.
        """
        before = self.row
        offset = self._lines.line(self.cursor) - self.top
        self.cursor, self.rows, self._dated = self._place(rows), list(rows), dated
        self._arrange()
        if self.size.height:
            self._scroll(self._lines.line(self.cursor) - offset)
            self._keep_in_view()
        self.refresh()
        if (row := self.row) is not None and (before is None or row.id != before.id):
            self.post_message(self.Moved(row))

    def _place(self, rows: Sequence[Row]) -> int:
        before = self.row
        if not self.settled:
            return 0
        if before is not None:
            for index, row in enumerate(rows):
                if row.id == before.id:
                    return index
        index_of = {row.id: index for index, row in enumerate(rows)}
        below = (index_of[row.id] for row in self.rows[self.cursor :] if row.id in index_of)
        return next(below, min(self.cursor, max(0, len(rows) - 1)))

    def _arrange(self) -> None:
        today = days(self._now())
        self._tomorrow = today.tomorrow
        headings = sections(self.rows, today) if self._dated else []
        width, height = self.size
        two = self.lines_found is not None or (width < ONE_LINE and height >= TWO_LINES)
        self._lines = Lines(len(self.rows), headings, 2 if two else 1)
        self.set_height(self._lines.total)

    # -- what a search has found ------------------------------------------------------------

    @property
    def standing(self) -> Standing:
        """The list as it stands, to come back to."""
        row = self.row
        return Standing(self.rows, self._dated, row.id if row else "", self.top)

    def stand(self, standing: Standing) -> None:
        """Show a list as it stood."""
        self.lines_found = None
        self.show(standing.rows, dated=standing.dated)
        self.go_to_article(standing.article)
        self.go_to(standing.top)
        self._keep_in_view()

    def show_found(
        self,
        rows: Sequence[Row],
        lines: Mapping[str, Excerpt],
        marks: Callable[[str], Spans],
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
        self.lines_found, self._marks = dict(lines), marks
        if not stay:
            self.cursor, self.rows = 0, []
            self.go_to(0)
        self.show(rows)

    def without_line(self, around: int) -> list[str]:
        """The articles around the cursor whose lines are not known yet."""
        known = self.lines_found or {}
        rows = self.rows[max(0, self.cursor - around) : self.cursor + around]
        return [row.id for row in rows if row.id not in known]

    def add_lines(self, lines: Mapping[str, Excerpt]) -> None:
        """Show more of the lines in which the words stand."""
        if self.lines_found is not None:
            self.lines_found |= lines
            self.refresh()

    def leave_out(self, articles: Collection[str]) -> None:
        """Take rows out of the list."""
        if any(row.id in articles for row in self.rows):
            left = [row for row in self.rows if row.id not in articles]
            self.show(left, dated=self._dated)

    def change(self, changed: Mapping[str, Row]) -> None:
        """Draw anew only the rows that are different now."""
        for index in self._indexes(changed):
            new = changed[self.rows[index].id]
            if new != self.rows[index]:
                self.rows[index] = new
                self._refresh_row(index)

    def _indexes(self, articles: Collection[str]) -> Sequence[int]:
        row = self.row
        if row is not None and len(articles) == 1 and row.id in articles:
            return [self.cursor]  # nearly always: nothing has to be looked for
        return [index for index, row in enumerate(self.rows) if row.id in articles]

    def _refresh_row(self, index: int) -> None:
        first = self._lines.line(index)
        for line in range(first, first + self._lines.height):
            if self.top <= line < self.top + self.size.height:
                self.refresh_line(line)

    def index(self, article: str) -> int | None:
        """The place of an article in the list."""
        return next(iter(self._indexes([article])), None)

    def go_to_article(self, article: str) -> None:
        """Put the cursor on an article, if it is in the list."""
        if (index := self.index(article)) is not None:
            self.move_to(index)

    def move(self, by: int) -> bool:
        """Move the cursor by so many rows.

        Returns:
            Whether it moved.
        """
        return self.move_to(self.cursor + by)

    def move_to(self, index: int) -> bool:
        """Move the cursor to a row, or as near as there are rows."""
        self.settled = True
        index = min(max(0, index), len(self.rows) - 1)
        if index == self.cursor or index < 0:
            return False
        old, self.cursor = self.cursor, index
        if self._dated and self._now() >= self._tomorrow:
            self._arrange()  # what was today is yesterday now
            self.refresh()
        # The facts below a title look the same with the cursor and without it.
        self.refresh_line(self._lines.line(old))
        self.refresh_line(self._lines.line(index))
        self._keep_in_view()
        self.post_message(self.Moved(self.rows[index]))
        return True

    def unread(self, number: int) -> int | None:
        """The row of the unread article of that number below (or, negative, above) the cursor.

        The last there is, where there are fewer.
        """
        step = 1 if number > 0 else -1
        end = len(self.rows) if number > 0 else -1
        found = (i for i in range(self.cursor + step, end, step) if not self.rows[i].read)
        last = deque(islice(found, abs(number)), maxlen=1)
        return last[0] if last else None

    def _keep_in_view(self) -> None:
        # By half a screen: a held key redraws two rows, not the whole list at every step.
        height = max(1, self.size.height)
        first = self._lines.first(self.cursor)
        last = self._lines.line(self.cursor) + self._lines.height - 1
        if first < self.top:
            self._scroll(max(last - height + 1, last - self.leap * height // 100))
        elif last >= self.top + height:
            self._scroll(min(first, last - (100 - self.leap) * height // 100))

    def _scroll(self, line: int) -> None:
        self.go_to(line - self._lines.spot(max(0, line)).part)  # a row is seen from its title on

    @property
    def page(self) -> int:
        """Rows a page moves."""
        return max(1, self.size.height // self._lines.height - 1)

    def on_resize(self) -> None:
        """Keep the cursor on the screen, and the beginning of the list where both have room."""
        offset = self._lines.line(self.cursor) - self.top
        self._arrange()
        line = self._lines.line(self.cursor)
        self._scroll(0 if line + self._lines.height <= self.size.height else line - offset)
        self._keep_in_view()

    def on_click(self, event: events.Click) -> None:
        """Choose by mouse: the first click moves the cursor, the second opens."""
        spot = self._lines.spot(self.top + event.y)
        chosen = not spot.heading and spot.row < len(self.rows)
        if chosen and not self.move_to(spot.row):
            self.post_message(self.Chosen(self.rows[spot.row]))

    @property
    def caret(self) -> Offset:
        """The terminal's cursor stands on the row."""
        return Offset(0, self._lines.line(self.cursor) - self.top if self.rows else 0)

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """A heading, or one line of a row: cursor, unread mark, star, title, facts."""
        return self._pieces(y, width, self.cursor)

    def opening_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """The same, the cursor on the first row of all."""
        return self._pieces(y, width, 0)

    def _pieces(self, y: int, width: int, cursor: int) -> Sequence[Piece]:
        if not self.rows:
            return [(fit(f" {self.empty}", width), "muted")] if y == 0 and self.empty else []
        spot = self._lines.spot(y)
        if spot.heading:
            return [(fit(f" {spot.heading}", width), "heading")]
        if spot.row >= len(self.rows):
            return []
        row = self.rows[spot.row]
        if spot.part and (found := (self.lines_found or {}).get(row.id)):
            line = around(found, width - INDENT)
            return [
                (" " * INDENT, "muted"),
                *marked(line.line, line.marks, "muted", width - INDENT),
            ]
        if spot.part:
            updated = "updated" if row.updated else ""
            when = age(row.when, self._now())
            facts = joined((row.category, when, f"{minutes(row.words)}′", updated))
            return [(fit(f"    {facts}", width), "muted")]
        searched = self.lines_found is not None
        tail = self._tail(row, width) if searched or self._lines.height == 1 else ""
        marks = self._marks(row.title) if searched else ()
        return _titled(row, tail, width, marks, selected=spot.row == cursor)

    def _tail(self, row: Row, width: int) -> str:
        when = pad_left(age(row.when, self._now()), AGE_CELLS)
        if width < ONE_LINE and self.lines_found is not None:
            return f" {when}"
        if width < ONE_LINE:
            return f" {fit(row.category, SHORT_CATEGORY_CELLS)} {when}"
        reading = pad_left(f"{minutes(row.words)}′", MINUTES_CELLS)
        category = CATEGORY_CELLS if width < ROOMY else LONG_CATEGORY_CELLS
        return f" {fit(row.category, category)} {when} {reading}"


def _titled(row: Row, tail: str, width: int, marks: Spans, *, selected: bool) -> Sequence[Piece]:
    seen = CHANGED if row.updated else " "
    head = f"{CURSOR if selected else ' '}{seen if row.read else UNREAD}"
    star = STAR if row.starred else " "
    room = max(1, width - cells(tail) - 4)
    if selected:
        return [(f"{head}{star} {fit(row.title, room)}{tail}", "selection")]
    role = "text" if row.read else "unread"
    if not marks and not row.starred:
        return [(f"{head}{star} {fit(row.title, room)}", role), (tail, "muted")]
    mark = "star" if row.starred else role
    return [
        (head, role),
        (f"{star} ", mark),
        *marked(row.title, marks, role, room),
        (tail, "muted"),
    ]

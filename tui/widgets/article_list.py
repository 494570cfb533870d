"""The list of articles: rows drawn from data, the same at ten and at a hundred thousand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.message import Message

from store.article import Row, minutes
from tui.cells import fit, pad_left
from tui.widgets.lines import LineView, Piece, cells, role_classes
from tui.wording import age

CURSOR, UNREAD, STAR = ">", "●", "★"
CATEGORY_CELLS, AGE_CELLS, MINUTES_CELLS = 8, 4, 4
WITH_CATEGORY = 48
"""From this width on a row has room for its category."""
WITH_MINUTES = 34


class ArticleList(LineView):
    """Rows with a cursor; posts where the cursor is and what was chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("unread", "star", "selection")

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
        self.rows: Sequence[Row] = []
        self.cursor = 0
        self.empty = ""
        """What stands there while there are no rows."""

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows; the cursor stays on its article, else on the next that is still there."""
        before = self.row
        offset = self.cursor - self.top
        self.cursor, self.rows = self._place(rows), rows
        self.set_height(len(rows))
        if self.size.height:
            self.go_to(self.cursor - offset)
            self._keep_in_view()
        self.refresh()
        if (row := self.row) is not None and (before is None or row.id != before.id):
            self.post_message(self.Moved(row))

    def _place(self, rows: Sequence[Row]) -> int:
        before = self.row
        if before is not None:
            for index, row in enumerate(rows):
                if row.id == before.id:
                    return index
        index_of = {row.id: index for index, row in enumerate(rows)}
        below = (index_of[row.id] for row in self.rows[self.cursor :] if row.id in index_of)
        return next(below, min(self.cursor, max(0, len(rows) - 1)))

    def leave_out(self, articles: Collection[str]) -> None:
        """Take rows out of the list."""
        if any(row.id in articles for row in self.rows):
            self.show([row for row in self.rows if row.id not in articles])

    def change(self, changed: Mapping[str, Row]) -> None:
        """Draw anew only the rows that are different now."""
        rows = list(self.rows)
        seen = range(self.top, self.top + self.size.height)
        for index, row in enumerate(rows):
            if (new := changed.get(row.id)) is not None and new != row:
                rows[index] = new
                if index in seen:
                    self.refresh_line(index)
        self.rows = rows

    def index(self, article: str) -> int | None:
        """The line of an article."""
        return next((i for i, row in enumerate(self.rows) if row.id == article), None)

    def move(self, by: int) -> bool:
        """Move the cursor by so many rows.

        Returns:
            Whether it moved.
        """
        return self.move_to(self.cursor + by)

    def move_to(self, index: int) -> bool:
        """Move the cursor to a row, or as near as there are rows."""
        index = min(max(0, index), len(self.rows) - 1)
        if index == self.cursor or index < 0:
            return False
        old, self.cursor = self.cursor, index
        self.refresh_line(old)
        self.refresh_line(index)
        self._keep_in_view()
        self.post_message(self.Moved(self.rows[index]))
        return True

    def next_unread(self, step: int) -> int | None:
        """The nearest unread row below (`step` 1) or above (-1) the cursor."""
        end = len(self.rows) if step > 0 else -1
        return next(
            (i for i in range(self.cursor + step, end, step) if not self.rows[i].read), None
        )

    def _keep_in_view(self) -> None:
        # Half a screen at once: a held key redraws two rows, not the whole list at every step.
        height = max(1, self.size.height)
        if not self.top <= self.cursor < self.top + height:
            self.go_to(self.cursor - height // 2)

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        self.set_height(len(self.rows))
        self._keep_in_view()

    def on_click(self, event: events.Click) -> None:
        """Choose by mouse: the first click moves the cursor, the second opens."""
        index = self.top + event.y
        if index < len(self.rows) and not self.move_to(index):
            self.post_message(self.Chosen(self.rows[index]))

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """One row: cursor, unread mark, star, title, category, age, minutes."""
        return self._pieces(y, width, self.cursor)

    def opening_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """One row, the cursor on the first of all."""
        return self._pieces(y, width, 0)

    def _pieces(self, y: int, width: int, cursor: int) -> Sequence[Piece]:
        if y >= len(self.rows):
            return [(fit(f" {self.empty}", width), "muted")] if y == 0 and self.empty else []
        row, selected = self.rows[y], y == cursor
        head = f"{CURSOR if selected else ' '}{' ' if row.read else UNREAD}"
        star = STAR if row.starred else " "
        tail = self._tail(row, width)
        title = fit(row.title, max(1, width - cells(tail) - 4))
        if selected:
            return [(f"{head}{star} {title}{tail}", "selection")]
        role = "text" if row.read else "unread"
        if row.starred:
            return [(head, role), (f"{star} ", "star"), (title, role), (tail, "muted")]
        return [(f"{head}{star} {title}", role), (tail, "muted")]

    def _tail(self, row: Row, width: int) -> str:
        parts = []
        if width >= WITH_CATEGORY:
            parts.append(fit(row.category, CATEGORY_CELLS))
        parts.append(pad_left(age(row.when, self._now()), AGE_CELLS))
        if width >= WITH_MINUTES:
            parts.append(pad_left(f"{minutes(row.words)}′", MINUTES_CELLS))
        return " " + " ".join(parts)

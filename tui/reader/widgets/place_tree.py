"""The tree of places, drawn line by line; a failing feed has a second line with the reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.geometry import Offset
from textual.message import Message

from tui.reader.widgets.line_view import LineView
from tui.rendering.bottom_line import shorten_path
from tui.rendering.cells import StyledText, fit_cells
from tui.rendering.place_lines import (
    MIN_TABLE_WIDTH,
    PlaceCounts,
    PlaceLook,
    build_place_line,
    build_problem_line,
    build_table_labels,
    describe_place_counts,
)
from tui.rendering.places import Place, TreeRow, find_again, omit_unused_tags, visible_places
from tui.rendering.wording import join_nonempty

STATE_NAME_SHARE = 3
"""The part of the bottom line that a name may take: the keys stay beside it."""
MIN_SPACED_HEIGHT = 40
"""From this height on there is an empty line above a heading that is not the first place."""


class PlaceTree(LineView):
    """Places with a cursor; posts the place to show."""

    title = "Places"

    @dataclass
    class PlaceChosen(Message):
        """The user wants to see a place in the list."""

        place: Place

    class SelectionChanged(Message):
        """The cursor is on another place, or the places are others."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
        """Make an empty tree."""
        super().__init__(id=id)
        self.places: Sequence[Place] = ()
        self.folded: set[str] = set()
        """The keys of the folded places."""
        self.filter_text = ""
        """The part of the names to show; empty for all."""
        self._look = PlaceLook(0)
        self._rows: list[TreeRow] = []
        self._first_lines: list[int] = []
        """The first line of each row."""
        self.cursor = 0
        """The row under the cursor."""
        self._removed: list[str] = []
        """The keys of places that were removed or renamed under the cursor since it was moved: it goes to one
        that is back."""

    # -- what is shown ---------------------------------------------------------------------

    def build_title(self, width: int) -> str:
        """Return the title, and the labels of the columns where the tree is a table."""
        return build_table_labels(self.title, self.size.width)

    @property
    def look(self) -> PlaceLook:
        """The state that is shown beside the names."""
        return self._look

    @property
    def selected_place(self) -> Place | None:
        """The place under the cursor."""
        return self._rows[self.cursor].place if self._rows else None

    def show(self, places: Sequence[Place], look: PlaceLook) -> None:
        """Show other places, or the same in another state; the cursor stays on its place."""
        known = {place.key for place in places}
        counts = {key: each for key, each in self._look.counts.items() if key in known}
        old, self._look = self._look, replace(look, counts={**counts, **look.counts})
        is_same = places is self.places
        if is_same and old.feeds is look.feeds and old.now // 60 == look.now // 60:
            self._redraw_changes(old)
            return
        if not is_same:
            renamed = [each for each in self.places if each.key in self.folded - known]
            found = (find_again(each, places) for each in renamed)
            self.folded |= {each.key for each in found if each is not None}
            self.places = places
            if (place := self.selected_place) is not None and place.key not in known:
                self._removed.append(place.key)
        self._lay_out()

    def describe_selected(self) -> str:
        """Return the full name of the place under the cursor.

        In a column, its numbers or what is wrong follow; a table has them itself.
        """
        if (place := self.selected_place) is None:
            return ""
        name = shorten_path(place.full_name, self.app.size.width // STATE_NAME_SHARE)
        if self.size.width >= MIN_TABLE_WIDTH:
            return name
        problem = self._look.describe_problem(place)
        numbers = describe_place_counts(place, self._look.counts)
        return join_nonempty((name, problem or numbers))

    def show_counts(self, counts: PlaceCounts) -> None:
        """Show the numbers of some places."""
        old, self._look = self._look, replace(self._look, counts={**self._look.counts, **counts})
        if any(_decides_lines(key, old.counts) != _decides_lines(key, counts) for key in counts):
            self._lay_out()
        else:
            self._redraw_changes(old)

    def show_current(self, key: str) -> None:
        """Mark the place that the list shows."""
        old, self._look = self._look, replace(self._look, shown=key)
        self._redraw_changes(old)

    def filter_names(self, text: str) -> None:
        """Show the places with this part in their names; empty for all."""
        self.filter_text = text.strip()
        self._lay_out()
        if self.filter_text:
            matching = (at for at, row in enumerate(self._rows) if not row.is_folder)
            self.move_to(next(matching, 0))

    def toggle_fold(self) -> None:
        """Fold the place under the cursor, or the one it is in; unfold it if it is folded."""
        if not self._rows or self.filter_text:
            return
        index = self.cursor
        while not self._rows[index].is_folder:
            depth = self._rows[index].place.depth
            above = (at for at in range(index - 1, -1, -1) if self._rows[at].place.depth < depth)
            if (found := next(above, None)) is None:
                return
            index = found
        self.move_to(index)
        self.folded ^= {self._rows[index].place.key}
        self._lay_out()

    def _lay_out(self) -> None:
        selected, before = self.selected_place, self.cursor
        places = omit_unused_tags(self.places, self._look.counts)
        self._rows = visible_places(places, self.folded, self.filter_text)
        self._first_lines, line = [], 0
        is_spaced = self.size.height >= MIN_SPACED_HEIGHT
        for row in self._rows:
            line += is_spaced and row.place.kind == "heading" and line > 0
            self._first_lines.append(line)
            line += 1 + bool(self._look.describe_problem(row.place))
        self.cursor = min(before, max(0, len(self._rows) - 1))
        if selected is not None:
            self._select(selected)
        self.set_line_count(line)
        self._scroll_to_cursor()
        self.post_message(self.SelectionChanged())

    def _redraw_changes(self, old: PlaceLook) -> None:
        """Redraw the lines on the screen that say something else than before."""
        for y in range(self.top_line, self.top_line + self.size.height):
            row = self._row_at(y)
            if row is None:
                return
            key = row.place.key
            is_moved = old.shown != self._look.shown and key in (old.shown, self._look.shown)
            if is_moved or old.counts.get(key) != self._look.counts.get(key):
                self.refresh_line(y)

    # -- the cursor ------------------------------------------------------------------------

    def select_place(self, key: str) -> bool:
        """Put the cursor on a place; return False if it is not seen."""
        index = next((at for at, row in enumerate(self._rows) if row.place.key == key), None)
        if index is not None:
            self.move_to(index)
        return index is not None

    def _select(self, place: Place) -> None:
        """Set the cursor on a place after the rows have changed, if it is still seen, or on one that is back."""
        places = [row.place for row in self._rows]
        last = self._removed[-1] if self._removed else ""
        returned = next((each for each in places if each.key == last), None)
        if returned is not None:
            self._removed.pop()
        found = returned or find_again(place, places)
        if found is not None:
            self.cursor = places.index(found)

    def scroll_lines(self, lines: int) -> None:
        """Move the cursor down (or, if negative, up) by some places."""
        self.move_to(self.cursor + lines)

    def move_to(self, index: int) -> None:
        """Move the cursor to a row, or the nearest one."""
        old, self.cursor = self.cursor, min(max(0, index), max(0, len(self._rows) - 1))
        if old != self.cursor:
            self._removed.clear()
            for row in (old, self.cursor):
                if row < len(self._first_lines):
                    self.refresh_line(self._first_lines[row])
            self._scroll_to_cursor()
            self.post_message(self.SelectionChanged())

    def find_unread(self, number: int) -> int | None:
        """Return the row of the nth feed or search below (or above) with unread articles."""
        step = 1 if number > 0 else -1
        end = len(self._rows) if number > 0 else -1
        found = [
            at for at in range(self.cursor + step, end, step) if self._has_unread(self._rows[at])
        ]
        return found[: abs(number)][-1] if found else None

    def _has_unread(self, row: TreeRow) -> bool:
        counts = self._look.counts.get(row.place.key)
        return (
            counts is not None and counts.unread > 0 and not (row.is_folder and not row.is_folded)
        )

    def _scroll_to_cursor(self) -> None:
        height = max(1, self.size.height)
        if not self._first_lines:
            return
        line = self._first_lines[self.cursor]
        if not self.top_line <= line < self.top_line + height:
            self.scroll_to_line(line - height // 2)

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        self._lay_out()

    def click_line(self, line: int, x: int, *, had_keys: bool) -> None:
        """Fold a heading, or move the cursor on the first click and show its place on the second."""
        if (index := self._row_index(line)) is None:
            return
        is_first = index != self.cursor or not had_keys
        self.move_to(index)
        if not is_first or self._rows[index].place.query is None:
            self.choose()

    def choose(self) -> None:
        """Show the place under the cursor; fold it if it is only a heading."""
        place = self.selected_place
        if place is not None and place.query is not None:
            self.post_message(self.PlaceChosen(place))
        else:
            self.toggle_fold()

    # -- lines -----------------------------------------------------------------------------

    def _row_index(self, y: int) -> int | None:
        if not self._rows or y >= self.virtual_size.height:
            return None
        return bisect_right(self._first_lines, y) - 1

    def _row_at(self, y: int) -> TreeRow | None:
        index = self._row_index(y)
        return self._rows[index] if index is not None else None

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor: the current row."""
        line = self._first_lines[self.cursor] if self._first_lines else 0
        return Offset(0, line - self.top_line)

    def build_splash_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return the same: the next session begins with these places."""
        return self.build_line(y + self.top_line, width) if self._rows else []

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return a place, or the reason why a feed fails."""
        index = self._row_index(y)
        if index is None:
            nothing = "No matching places" if self.filter_text else "Loading…"
            return [(fit_cells(f" {nothing}", width), "muted")] if y == 0 else []
        row = self._rows[index]
        if (below := y - self._first_lines[index]) > 0:
            return build_problem_line(row, width, self._look) if below == 1 else []
        selected = index == self.cursor and self.is_active
        return build_place_line(row, width, self._look, selected=selected)


def _decides_lines(key: str, counts: PlaceCounts) -> str:
    """Return what of the numbers of a place decides how many lines it has: it is invalid, or empty."""
    if key not in counts:
        return ""
    found = counts[key]
    return "invalid" if found is None else "" if found.total else "empty"

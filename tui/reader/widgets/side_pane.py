"""The side pane: summary, similar readings, statistics and details of one article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.geometry import Offset
from textual.message import Message

from store.model.article import Entry, Similar, Study
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.article_details import Line, sections_of
from tui.rendering.cells import Piece

BEGINNING = 1
"""The line the cursor begins on: below the first heading, so that enter opens the article."""


class SidePane(LineView):
    """Everything about an article but its text, with a cursor while it has the focus."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes(
        "heading", "accent", "unread", "strong", "selection"
    )

    @dataclass
    class Jumped(Message):
        """A similar reading is to be opened."""

        number: int

    @dataclass
    class Pointed(Message):
        """A place of the text is to be shown."""

        offset: int

    def __init__(self, now: Callable[[], int], id: str) -> None:  # noqa: A002 - Textual's name
        """Make an empty pane.

        Args:
            now: Seconds since 1970, for the ages.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._now = now
        self.entry: Entry | None = None
        self.similar: Sequence[Similar] | None = None
        self.study = Study()
        self._makers: dict[str, str] = {}
        """The program that makes a summary, by the article it is for."""
        self.folded: set[str] = set()
        """The sections of which only the heading is shown, whatever the article."""
        self.cursor = BEGINNING
        self._lines: list[Line] = []

    def show(self, entry: Entry) -> None:
        """Show an article; the similar readings of the same one stay."""
        if self.entry is None or self.entry.article.id != entry.article.id:
            self.similar, self.study = None, Study()
            self.cursor = BEGINNING
            self.go_to(0)
        self.entry = entry
        self._compose_lines()

    def clear(self) -> None:
        """Show nothing."""
        self.entry = self.similar = None
        self.cursor, self._lines = BEGINNING, []
        self.set_height(0)
        self.refresh()

    def show_similar(self, article: str, similar: Sequence[Similar]) -> None:
        """Show the similar readings, if they belong to the article shown."""
        if self.entry is not None and self.entry.article.id == article:
            self.similar = similar
            self._compose_lines()

    def show_study(self, article: str, study: Study) -> None:
        """Show what was studied of the article, if it is the one shown."""
        if self.entry is not None and self.entry.article.id == article:
            self.study = study
            self._compose_lines()

    def show_running(self, article: str, program: str) -> None:
        """Show which program makes a summary of an article, if it is the one shown; none has no name."""
        self._makers[article] = program
        self._compose_lines()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._compose_lines()
        self._keep_in_view()

    def _compose_lines(self) -> None:
        width = self.size.width - 2
        if self.entry is None or width < 1:
            return
        running = self._makers.get(self.entry.article.id, "")
        sections = sections_of(self.entry, self.similar, self.study, width, self._now(), running)
        shown = [section.shown(folded=section.name in self.folded) for section in sections]
        lines = [line for lines in shown for line in lines]
        while lines and lines[-1] == Line():
            lines.pop()  # nothing follows that it would part
        if lines != self._lines:
            self._lines = lines
            self.cursor = min(self.cursor, len(lines) - 1)
            self.set_height(len(lines))
            self.refresh()

    # -- the cursor ------------------------------------------------------------------------

    def scroll_lines(self, lines: int) -> None:
        """Move the cursor down (or, negative, up) by so many lines, and the view with it."""
        old, last = self.cursor, len(self._lines) - 1
        self.cursor = min(max(0, old + lines), max(0, last))
        for line in {old, self.cursor}:
            self.refresh_line(line)
        self._keep_in_view()

    def _keep_in_view(self) -> None:
        height = max(1, self.size.height)
        if not self.top <= self.cursor < self.top + height:
            self.go_to(self.cursor - height // 2)

    def act(self) -> bool:
        """Do what enter does on the line of the cursor.

        Returns:
            Whether it does anything there.
        """
        line = self._lines[self.cursor] if self._lines else Line()
        if line.folds:
            self.folded ^= {line.folds}
            self._compose_lines()
        elif line.jump:
            self.post_message(self.Jumped(line.jump))
        elif line.place is not None:
            self.post_message(self.Pointed(line.place))
        return bool(line.folds or line.jump or line.place is not None)

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """By mouse: the first click moves the cursor, the second does what enter does."""
        line = self.top + event.y
        if line == self.cursor:
            self.act()
        elif line < len(self._lines):
            self.scroll_lines(line - self.cursor)

    @property
    def caret(self) -> Offset:
        """The terminal's cursor stands on the line."""
        return Offset(0, self.cursor - self.top)

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """One line, a cell from the edge; the one of the cursor is marked."""
        if y >= len(self._lines):
            return []
        pieces = self._lines[y].pieces
        if y == self.cursor and self.has_focus:
            text = "".join(text for text, _ in pieces)
            return [(">", "selection"), (text or " ", "selection")]
        return [(" ", "text"), *pieces]

"""The article pane: a text in which words are found, parts selected and links numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.message import Message

from store.model.article import Entry
from tui.reader.widgets.line_view import role_classes
from tui.reader.widgets.text_view import BREATH, TextView
from tui.rendering.cells import Piece
from tui.rendering.text_layout import Line, Link, Span, Spot
from tui.rendering.text_search import Find
from tui.rendering.text_selection import Move, Selection

MOST_LINES = 10_000
"""Lines the cursor of a selection goes at once; further it goes to the end."""
LOOKED_AT = 2000
"""Blocks of the text that are looked through at a time for what is to be found."""

NEW = "▎"
"""Stands before the lines of a paragraph that says what was not read before."""


class ArticleView(TextView):
    """Shows one article; posts how much was found in it, and when its end has been on the screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("accent", "match", "selection")

    @dataclass
    class Looked(Message):
        """More of the text has been looked through."""

        count: str
        """Which hit of how many, in words."""

        def can_replace(self, message: Message) -> bool:
            """Only the last count counts."""
            return isinstance(message, ArticleView.Looked)

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.found: Find | None = None
        """What is looked for in the text."""
        self.selection: Selection | None = None
        """What is being selected of it."""
        self._news: Sequence[tuple[int, int]] = ()

    def show(self, entry: Entry, position: int = 0) -> None:
        """Show an article from an offset into its text on."""
        self.found = self.selection = None
        self._news = ()
        super().show(entry, position)

    def clear(self) -> None:
        """Show nothing."""
        self.found = self.selection = None
        super().clear()

    def show_news(self, paragraphs: Sequence[tuple[int, int]]) -> None:
        """Mark paragraphs, given by their begin and end in the text, as new at the edge."""
        if paragraphs != self._news:
            self._news = paragraphs
            self.refresh()

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """One line, with a mark before it where it is new."""
        pieces = super().line_pieces(y, width)
        row = y - len(self._head)
        if not self._news or row < 0 or self._layout is None or row >= self._layout.ready:
            return pieces
        line = self._layout[row]
        if line.text and any(start <= line.offset < end for start, end in self._news):
            (margin, role), *rest = pieces
            return [(margin[:-1], role), (NEW, "accent"), *rest]
        return pieces

    @property
    def wandering(self) -> bool:
        """Whether a search or the links jump through the text."""
        return self.found is not None or self._numbered

    @property
    def spot(self) -> Spot | None:
        """The word selected, else the hit."""
        if self.selection is not None:
            return self.selection.cursor
        hit = self.found.hit if self.found is not None else None
        return hit.spot if hit is not None else None

    def marked(self, line: Line) -> Sequence[Span]:
        """The hits on a line, and what of it is selected."""
        marked: list[Span] = []
        if self.found is not None:
            marked += self.found.spans(line)
        if self.selection is not None and self._layout is not None:
            marked += self.selection.spans(self._layout, line)
        return marked

    def scroll_lines(self, lines: int) -> None:
        """Scroll; while something is selected move its cursor instead."""
        if self.selection is None:
            super().scroll_lines(lines)
        else:
            far = abs(lines) > MOST_LINES
            self.move_selection(
                "end" if far else "line", (1 if lines > 0 else -1) if far else lines
            )

    # -- finding ---------------------------------------------------------------------------

    def find(self, terms: Sequence[str], near: int = 0, *, words: bool = False) -> None:
        """Mark every place of these terms, and show one of them.

        Args:
            terms: Each may be several words.
            near: An offset into the text: the first hit from there on is shown, else the first of all.
            words: Only where a word begins.
        """
        if self._layout is None:
            return
        spot = self._layout[self._layout.line_at(near)].spot if near and self._layout else (0, 0)
        self.found = Find(terms, spot, words=words)
        self._look(self.found)

    def _look(self, found: Find) -> None:
        # In pieces, as the text is laid out in slices: the first hit of a long one is shown at once.
        if found is not self.found or self._layout is None:
            return
        before = found.hit
        if found.read(self._layout, LOOKED_AT):
            self.set_timer(BREATH, partial(self._look, found))
        self._tell_found(moved=found.hit != before)

    def _tell_found(self, *, moved: bool) -> None:
        if self.found is not None:
            if moved and self.found.hit is not None:
                self.show_spot(self.found.hit.spot)
            self.post_message(self.Looked(self.found.count))
        self.refresh()

    def find_step(self, by: int) -> None:
        """Show the next hit (1), or the one before (-1)."""
        if self.found is not None:
            self.found.step(by)
            self._tell_found(moved=True)

    def end_find(self) -> None:
        """Take the marks away."""
        self.found = None
        self.refresh()

    # -- selecting -------------------------------------------------------------------------

    def start_selecting(self) -> bool:
        """Put a cursor on the first word on the screen, or on what was found; False where there is no text."""
        layout = self._layout
        if layout is None or (not layout.more(1) and not layout.ready):
            return False
        y = max(0, self.top - len(self._head))
        hit = self.found.hit if self.found is not None else None
        self.selection = Selection(
            layout, hit.spot if hit else layout[min(y, layout.ready - 1)].spot
        )
        self.refresh()
        return True

    def begin_selection(self) -> None:
        """Begin what is selected where the cursor stands."""
        if self.selection is not None:
            self.selection.begin()
            self.refresh()

    def move_selection(self, what: Move, by: int) -> None:
        """Move the cursor; what is selected goes as far."""
        if self.selection is not None and self._layout is not None:
            for _ in range(abs(by)):
                self.selection.move(self._layout, what, 1 if by > 0 else -1)
            self.show_spot(self.selection.cursor)
            self.refresh()

    def end_selecting(self) -> str:
        """End it.

        Returns:
            What was selected.
        """
        text = ""
        if self.selection is not None and self._layout is not None:
            text = self.selection.text(self._layout)
        self.selection = None
        self.refresh()
        return text

    # -- links -----------------------------------------------------------------------------

    @property
    def links(self) -> Sequence[Link]:
        """The links of the article, in their order."""
        return self._layout.links if self._layout is not None else ()

    def number_links(self, *, on: bool) -> None:
        """Show the number of every link behind it, or no longer."""
        self.found = self.selection = None
        self._numbered = on
        self._lay_out()

    def show_offset(self, offset: int) -> None:
        """See that a place of the text is on the screen; reading stands where it stood."""
        if self._layout is not None:
            place = self._place
            self.show_spot(self._layout[self._layout.line_at(offset)].spot)
            self._place = place

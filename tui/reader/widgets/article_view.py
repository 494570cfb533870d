"""The article pane: a text in which words are found, parts selected and links numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.message import Message

from store.model.article import FullArticle
from tui.reader.widgets.line_view import role_classes
from tui.reader.widgets.text_view import LAYOUT_PAUSE_SECONDS, TextView
from tui.rendering.cells import Piece
from tui.rendering.text_layout import ArticleLink, BlockPosition, StyleSpan, TextLine
from tui.rendering.text_search import TextSearch
from tui.rendering.text_selection import SelectionUnit, TextSelection

MAX_SELECTION_STEP_LINES = 10_000
"""Lines the cursor of a selection goes at once; further it goes to the end."""
FIND_SLICE_BLOCKS = 2000
"""Blocks of the text that are looked through at a time for what is to be found."""

NEW_PARAGRAPH_SIGN = "▎"
"""Stands before the lines of a paragraph that says what was not read before."""


class ArticleView(TextView):
    """Shows one article; posts how much was found in it, and when its end has been on the screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("accent", "match", "selection")

    @dataclass
    class FindProgressed(Message):
        """More of the text has been looked through."""

        count: str
        """Which hit of how many, in words."""

        def can_replace(self, message: Message) -> bool:
            """Only the last count counts."""
            return isinstance(message, ArticleView.FindProgressed)

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.text_search: TextSearch | None = None
        """What is looked for in the text."""
        self.selection: TextSelection | None = None
        """What is being selected of it."""
        self._new_paragraphs: Sequence[tuple[int, int]] = ()

    def show(self, entry: FullArticle, position: int = 0) -> None:
        """Show an article from an offset into its text on."""
        self.text_search = self.selection = None
        self._new_paragraphs = ()
        super().show(entry, position)

    def clear(self) -> None:
        """Show nothing."""
        self.text_search = self.selection = None
        super().clear()

    def show_new_paragraphs(self, paragraphs: Sequence[tuple[int, int]]) -> None:
        """Mark paragraphs, given by their begin and end in the text, as new at the edge."""
        if paragraphs != self._new_paragraphs:
            self._new_paragraphs = paragraphs
            self.refresh()

    def build_line(self, y: int, width: int) -> Sequence[Piece]:
        """One line, with a mark before it where it is new."""
        pieces = super().build_line(y, width)
        row = y - len(self._header)
        if (
            not self._new_paragraphs
            or row < 0
            or self._text_layout is None
            or row >= self._text_layout.laid_out_lines
        ):
            return pieces
        line = self._text_layout[row]
        if line.text and any(start <= line.offset < end for start, end in self._new_paragraphs):
            (margin, role), *rest = pieces
            return [(margin[:-1], role), (NEW_PARAGRAPH_SIGN, "accent"), *rest]
        return pieces

    @property
    def is_jumping(self) -> bool:
        """Whether a search or the links jump through the text."""
        return self.text_search is not None or self._has_link_numbers

    @property
    def caret_position(self) -> BlockPosition | None:
        """The word selected, else the hit."""
        if self.selection is not None:
            return self.selection.cursor
        hit = self.text_search.current_hit if self.text_search is not None else None
        return hit.start_position if hit is not None else None

    def highlighted_spans(self, line: TextLine) -> Sequence[StyleSpan]:
        """The hits on a line, and what of it is selected."""
        marked: list[StyleSpan] = []
        if self.text_search is not None:
            marked += self.text_search.line_spans(line)
        if self.selection is not None and self._text_layout is not None:
            marked += self.selection.line_spans(self._text_layout, line)
        return marked

    def scroll_lines(self, lines: int) -> None:
        """Scroll; while something is selected move its cursor instead."""
        if self.selection is None:
            super().scroll_lines(lines)
        else:
            far = abs(lines) > MAX_SELECTION_STEP_LINES
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
        if self._text_layout is None:
            return
        spot = (
            self._text_layout[self._text_layout.line_at_offset(near)].start_position
            if near and self._text_layout
            else (0, 0)
        )
        self.text_search = TextSearch(terms, spot, words=words)
        self._find_in_next_slice(self.text_search)

    def _find_in_next_slice(self, found: TextSearch) -> None:
        # In pieces, as the text is laid out in slices: the first hit of a long one is shown at once.
        if found is not self.text_search or self._text_layout is None:
            return
        before = found.current_hit
        if found.search_blocks(self._text_layout, FIND_SLICE_BLOCKS):
            self.set_timer(LAYOUT_PAUSE_SECONDS, partial(self._find_in_next_slice, found))
        self._report_hits(moved=found.current_hit != before)

    def _report_hits(self, *, moved: bool) -> None:
        if self.text_search is not None:
            if moved and self.text_search.current_hit is not None:
                self.reveal_position(self.text_search.current_hit.start_position)
            self.post_message(self.FindProgressed(self.text_search.status_text))
        self.refresh()

    def step_hit(self, by: int) -> None:
        """Show the next hit (1), or the one before (-1)."""
        if self.text_search is not None:
            self.text_search.step(by)
            self._report_hits(moved=True)

    def clear_highlights(self) -> None:
        """Take the marks away."""
        self.text_search = None
        self.refresh()

    # -- selecting -------------------------------------------------------------------------

    def start_selection(self) -> bool:
        """Put a cursor on the first word on the screen, or on what was found; False where there is no text."""
        layout = self._text_layout
        if layout is None or (not layout.lay_out_more(1) and not layout.laid_out_lines):
            return False
        y = max(0, self.top_line - len(self._header))
        hit = self.text_search.current_hit if self.text_search is not None else None
        self.selection = TextSelection(
            layout,
            hit.start_position if hit else layout[min(y, layout.laid_out_lines - 1)].start_position,
        )
        self.refresh()
        return True

    def toggle_selection_anchor(self) -> None:
        """Begin what is selected where the cursor stands."""
        if self.selection is not None:
            self.selection.toggle_anchor()
            self.refresh()

    def move_selection(self, what: SelectionUnit, by: int) -> None:
        """Move the cursor; what is selected goes as far."""
        if self.selection is not None and self._text_layout is not None:
            for _ in range(abs(by)):
                self.selection.move(self._text_layout, what, 1 if by > 0 else -1)
            self.reveal_position(self.selection.cursor)
            self.refresh()

    def end_selection(self) -> str:
        """End it.

        Returns:
            What was selected.
        """
        text = ""
        if self.selection is not None and self._text_layout is not None:
            text = self.selection.selected_text(self._text_layout)
        self.selection = None
        self.refresh()
        return text

    # -- links -----------------------------------------------------------------------------

    @property
    def links(self) -> Sequence[ArticleLink]:
        """The links of the article, in their order."""
        return self._text_layout.links if self._text_layout is not None else ()

    def set_link_numbers(self, *, on: bool) -> None:
        """Show the number of every link behind it, or no longer."""
        self.text_search = self.selection = None
        self._has_link_numbers = on
        self._lay_out()

    def reveal_offset(self, offset: int) -> None:
        """See that a place of the text is on the screen; reading stands where it stood."""
        if self._text_layout is not None:
            place = self._position
            self.reveal_position(
                self._text_layout[self._text_layout.line_at_offset(offset)].start_position
            )
            self._position = place

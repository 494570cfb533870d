"""Selecting a part of an article with the keyboard, word by word: what is marked, and what of it is copied."""

from __future__ import annotations

import re
from typing import Literal

from tui.rendering.cells import measure
from tui.rendering.markdown import BAR, Block, Kind
from tui.rendering.text_layout import Layout, Line, Span, Spot

Move = Literal["word", "line", "paragraph", "end"]

_WORD = re.compile(r"(?:ox*)*wx*(?:cx*)*|(?:[^sSbwo]x*)+|ox*")
"""A word in the kinds of its characters (see tui.rendering.cells): between blanks; of Japanese, say, a single character."""


class Selection:
    """A cursor that stands on a word, and where the selection began, once it has."""

    def __init__(self, layout: Layout, spot: Spot) -> None:
        """Put the cursor on the word at a place of a text that is not empty, else on the first one after it."""
        self.cursor = spot
        self.anchor: Spot | None = None
        self._column = 0
        line = layout[layout.line_of(spot)]
        if _words(line):
            self._go(line, _word_at(line, spot))
        else:
            self.move(layout, "line", 1)

    def begin(self) -> None:
        """Begin the selection at the cursor, or begin it anew."""
        self.anchor = self.cursor if self.anchor is None else None

    def move(self, layout: Layout, what: Move, by: int) -> None:
        """Move the cursor by a word, by a line, or to the next or previous edge of a paragraph or of all."""
        if what == "end":
            self._last_word(layout) if by > 0 else self._first_word(layout)
        elif what == "paragraph":
            self._move_paragraph(layout, by)
        elif what == "word":
            self._move_word(layout, by)
        else:
            self._move_line(layout, by)

    def _move_word(self, layout: Layout, by: int) -> None:
        y = layout.line_of(self.cursor)
        line = layout[y]
        index = _word_at(line, self.cursor) + by
        if 0 <= index < len(_words(line)):
            self._go(line, index)
        elif (other := _next_line(layout, y, by)) is not None:
            self._go(other, 0 if by > 0 else -1)

    def _move_line(self, layout: Layout, by: int) -> None:
        other = _next_line(layout, layout.line_of(self.cursor), by)
        if other is not None:
            column = self._column
            at = [abs(start - other.start + other.lead - column) for start, _ in _words(other)]
            self._go(other, at.index(min(at)))
            self._column = column

    def _move_paragraph(self, layout: Layout, by: int) -> None:
        self._move_word(layout, by)
        block = self.cursor[0]
        y = layout.line_of(self.cursor)
        while (line := _next_line(layout, y, by)) is not None and line.block == block:
            y = layout.line_of(line.spot)
        self._go(layout[y], -1 if by > 0 else 0)

    def _first_word(self, layout: Layout) -> None:
        line = layout[0] if _words(layout[0]) else _next_line(layout, 0, 1)
        if line is not None:
            self._go(line, 0)

    def _last_word(self, layout: Layout) -> None:
        y = len(layout) - 1
        line = layout[y] if _words(layout[y]) else _next_line(layout, y, -1)
        if line is not None:
            self._go(line, -1)

    def _go(self, line: Line, index: int) -> None:
        if words := _words(line):
            start, _ = words[index]
            self.cursor = line.block, start
            self._column = start - line.start + line.lead

    def edges(self, layout: Layout) -> tuple[Spot, Spot]:
        """From where to where the selection goes, both words included."""
        first, last = sorted((self.cursor, self.cursor if self.anchor is None else self.anchor))
        line = layout[layout.line_of(last)]
        words = _words(line)
        return first, (last[0], words[_word_at(line, last)][1]) if words else last

    def spans(self, layout: Layout, line: Line) -> list[Span]:
        """What of a line is selected."""
        start, end = line.between(*self.edges(layout))
        return [Span(start, end, "selection")] if start < end else []

    def text(self, layout: Layout) -> str:
        """What is selected, each paragraph on a line of its own however it is wrapped."""
        first, last = self.edges(layout)
        lines = []
        quoted = (begun := layout.block(first[0])) is None or begun.kind is not Kind.QUOTE
        for number in range(first[0], last[0] + 1):
            block = layout.block(number)
            if block is not None:
                start = first[1] if number == first[0] else 0
                end = last[1] if number == last[0] else len(block.text)
                lines.append(_copied(block, start, end, quoted=quoted))
        return "\n".join(lines)


def _copied(block: Block, start: int, end: int, *, quoted: bool) -> str:
    """A part of a block; a quote among other things keeps its marks, as they are written."""
    if block.kind is not Kind.QUOTE or start:
        return block.text[start:end].rstrip()
    mark = block.hang.replace(BAR, ">") if quoted else ""
    return (mark + block.text[len(block.hang) : end]).rstrip()


def _words(line: Line) -> list[tuple[int, int]]:
    """The words of a line, in places of its block's text; bullets and bars are none."""
    begin = max(line.indent, line.lead)
    kinds = measure(line.text[begin:])[0]
    shift = line.start - line.lead + begin
    return [(found.start() + shift, found.end() + shift) for found in _WORD.finditer(kinds)]


def _word_at(line: Line, spot: Spot) -> int:
    """Which word of a line a place belongs to."""
    before = [index for index, (start, _) in enumerate(_words(line)) if start <= spot[1]]
    return before[-1] if before else 0


def _next_line(layout: Layout, y: int, by: int) -> Line | None:
    """The next line (1), or the one before (-1), that has words."""
    y += by
    while y >= 0:
        layout.more(y + 1 - layout.ready)
        if y >= layout.ready:
            return None
        if _words(layout[y]):
            return layout[y]
        y += by
    return None

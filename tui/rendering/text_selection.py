"""Selecting text of an article with the keyboard, word by word."""

from __future__ import annotations

import re
from typing import Literal

from tui.rendering.cells import measure_cells
from tui.rendering.markdown import QUOTE_BAR, Block, BlockKind
from tui.rendering.text_layout import BlockPosition, StyleSpan, TextLayout, TextLine

SelectionUnit = Literal["word", "line", "paragraph", "end"]

_WORD_KINDS = re.compile(r"(?:ox*+){0,20}wx*+(?:cx*+)*+|(?:[^sSbwo]x*+)++|ox*+")
"""A word, in kinds of characters (see tui.rendering.cells): between blanks, or in Japanese a single character."""


class TextSelection:
    """A cursor on a word, and the anchor where the selection began."""

    def __init__(self, layout: TextLayout, spot: BlockPosition) -> None:
        """Put the cursor on the word at a position, or on the next one; the text must not be empty."""
        self.cursor = spot
        self.anchor: BlockPosition | None = None
        self._column = 0
        line = layout[layout.line_at_position(spot)]
        if _find_words(line):
            self._move_to_word(line, _word_index_at(line, spot))
        else:
            self.move(layout, "line", 1)

    def toggle_anchor(self) -> None:
        """Start the selection at the cursor, or cancel it."""
        self.anchor = self.cursor if self.anchor is None else None

    def move(self, layout: TextLayout, unit: SelectionUnit, by: int) -> None:
        """Move the cursor by a word or line, or to the next or previous edge of a paragraph or the text."""
        if unit == "end":
            self._move_to_last_word(layout) if by > 0 else self._move_to_first_word(layout)
        elif unit == "paragraph":
            self._move_paragraph(layout, by)
        elif unit == "word":
            self._move_word(layout, by)
        else:
            self._move_line(layout, by)

    def _move_word(self, layout: TextLayout, by: int) -> None:
        y = layout.line_at_position(self.cursor)
        line = layout[y]
        index = _word_index_at(line, self.cursor) + by
        if 0 <= index < len(_find_words(line)):
            self._move_to_word(line, index)
        elif (other := _next_line_with_words(layout, y, by)) is not None:
            self._move_to_word(other, 0 if by > 0 else -1)

    def _move_line(self, layout: TextLayout, by: int) -> None:
        other = _next_line_with_words(layout, layout.line_at_position(self.cursor), by)
        if other is not None:
            column = self._column
            at = [
                abs(start - other.start + other.prefix_length - column)
                for start, _ in _find_words(other)
            ]
            self._move_to_word(other, at.index(min(at)))
            self._column = column

    def _move_paragraph(self, layout: TextLayout, by: int) -> None:
        self._move_word(layout, by)
        block = self.cursor[0]
        y = layout.line_at_position(self.cursor)
        while (
            line := _next_line_with_words(layout, y, by)
        ) is not None and line.block_number == block:
            y = layout.line_at_position(line.start_position)
        self._move_to_word(layout[y], -1 if by > 0 else 0)

    def _move_to_first_word(self, layout: TextLayout) -> None:
        line = layout[0] if _find_words(layout[0]) else _next_line_with_words(layout, 0, 1)
        if line is not None:
            self._move_to_word(line, 0)

    def _move_to_last_word(self, layout: TextLayout) -> None:
        y = len(layout) - 1
        line = layout[y] if _find_words(layout[y]) else _next_line_with_words(layout, y, -1)
        if line is not None:
            self._move_to_word(line, -1)

    def _move_to_word(self, line: TextLine, index: int) -> None:
        if words := _find_words(line):
            start, _ = words[index]
            self.cursor = line.block_number, start
            self._column = start - line.start + line.prefix_length

    def bounds(self, layout: TextLayout) -> tuple[BlockPosition, BlockPosition]:
        """Return start and end of the selection, which includes the words at both."""
        first, last = sorted((self.cursor, self.cursor if self.anchor is None else self.anchor))
        line = layout[layout.line_at_position(last)]
        words = _find_words(line)
        return first, (last[0], words[_word_index_at(line, last)][1]) if words else last

    def line_spans(self, layout: TextLayout, line: TextLine) -> list[StyleSpan]:
        """Return the selected part of a line."""
        start, end = line.range_between(*self.bounds(layout))
        return [StyleSpan(start, end, "selection")] if start < end else []

    def selected_text(self, layout: TextLayout) -> str:
        """Return the selected text, one line for each paragraph."""
        first, last = self.bounds(layout)
        lines = []
        quoted = (begun := layout.block(first[0])) is None or begun.kind is not BlockKind.QUOTE
        for number in range(first[0], last[0] + 1):
            block = layout.block(number)
            if block is not None:
                start = first[1] if number == first[0] else 0
                end = last[1] if number == last[0] else len(block.text)
                lines.append(_copy_block(block, start, end, quoted=quoted))
        return "\n".join(lines)


def _copy_block(block: Block, start: int, end: int, *, quoted: bool) -> str:
    """Return a part of a block; a quote keeps its `>`, if other text is copied with it."""
    if block.kind is not BlockKind.QUOTE or start:
        return block.text[start:end].rstrip()
    mark = block.hanging_prefix.replace(QUOTE_BAR, ">") if quoted else ""
    return (mark + block.text[len(block.hanging_prefix) : end]).rstrip()


def _find_words(line: TextLine) -> list[tuple[int, int]]:
    """Return start and end of a line's words in the text of its block; bullets and bars are no words."""
    begin = max(line.indent, line.prefix_length)
    kinds = measure_cells(line.text[begin:])[0]
    shift = line.start - line.prefix_length + begin
    return [(found.start() + shift, found.end() + shift) for found in _WORD_KINDS.finditer(kinds)]


def _word_index_at(line: TextLine, spot: BlockPosition) -> int:
    """Return the index of the word of a line at a position."""
    before = [index for index, (start, _) in enumerate(_find_words(line)) if start <= spot[1]]
    return before[-1] if before else 0


def _next_line_with_words(layout: TextLayout, y: int, by: int) -> TextLine | None:
    """Return the next line (1) or the previous one (-1) that has words."""
    y += by
    while y >= 0:
        layout.lay_out_more(y + 1 - layout.laid_out_lines)
        if y >= layout.laid_out_lines:
            return None
        if _find_words(layout[y]):
            return layout[y]
        y += by
    return None

"""The layout of an article's text: lines of a given width, with styles and source offsets.

Lines are laid out when they are first needed, so that the first screen of an article of any length is there at once;
asking for the number of lines, the links or a position further on lays out as much as that takes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.rendering.cells import LineRange, break_paragraph_lazily
from tui.rendering.markdown import Block, BlockKind, parse_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

BlockPosition = tuple[int, int]
"""A position in the text as it is shown: the number of a block and an index into its text, at any width."""

_NO_PARTS: Iterator[LineRange] = iter(())
_VERBATIM_KINDS = (BlockKind.CODE, BlockKind.TABLE)
"""Their lines are broken anywhere, and continued behind a sign."""
_BLOCK_STYLES = {BlockKind.HEADING: "heading", BlockKind.QUOTE: "quote", BlockKind.CODE: "code"}


@dataclass(frozen=True, slots=True)
class StyleSpan:
    """A part of a line with a style; of overlapping spans the last one counts."""

    start: int
    end: int
    style: str
    """A role such as `heading`, `quote`, `code`, `link`, `strong`, `em`, `muted`."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line as it is drawn."""

    text: str
    spans: tuple[StyleSpan, ...] = ()
    offset: int = 0
    """The source offset of the first character after the prefix."""
    indent: int = 0
    """Characters of a bullet, of a quote's bar, or of the blanks below one."""
    is_rtl: bool = False
    is_code: bool = False
    block_number: int = 0
    start: int = 0
    """The index in the block's text at which the line starts."""
    prefix_length: int = 0
    """Characters before that one, in a line that continues a block."""

    @property
    def start_position(self) -> BlockPosition:
        """The position of the first character."""
        return self.block_number, self.start

    @property
    def end_position(self) -> BlockPosition:
        """The position after the last character."""
        return self.block_number, self.start + len(self.text) - self.prefix_length

    def range_between(self, first: BlockPosition, last: BlockPosition) -> tuple[int, int]:
        """Return start and end of the characters between two positions; both are 0 if there are none."""
        start = 0 if first <= self.start_position else first[1] - self.start + self.prefix_length
        end = (
            len(self.text)
            if last >= self.end_position
            else last[1] - self.start + self.prefix_length
        )
        if first >= self.end_position or last <= self.start_position:
            return 0, 0
        return max(start, self.prefix_length), end


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """A link of the article, with its URL as written in the source."""

    number: int
    text: str
    url: str
    offset: int


class TextLayout:
    """The lines of an article at one width, laid out as far as they were needed."""

    def __init__(self, text: str, width: int, *, numbered: bool = False) -> None:
        """Prepare the layout of an article's text, Markdown or plain.

        Args:
            text: The text as the library has it.
            width: Maximum line width in cells.
            numbered: Whether every link is followed by its number.
        """
        self._width = max(1, width)
        self._remaining_blocks = parse_blocks(text, numbered=numbered)
        self._blocks: list[Block] = []
        self._remaining_parts = _NO_PARTS
        self._line_blocks = array("l")
        self._starts = array("l")
        self._ends = array("l")
        self._offsets = array("l")
        self._complete = False

    @property
    def laid_out_lines(self) -> int:
        """The number of lines laid out so far."""
        return len(self._line_blocks)

    @property
    def is_complete(self) -> bool:
        """True if all lines are laid out."""
        return self._complete

    def lay_out_more(self, lines: int) -> bool:
        """Lay out at least that many more lines; return False once all are laid out."""
        wanted = self.laid_out_lines + lines
        while self.laid_out_lines < wanted and not self._complete:
            self._lay_out_next()
        return not self._complete

    def lay_out_all(self) -> None:
        """Lay out the rest."""
        while not self._complete:
            self._lay_out_next()

    def __len__(self) -> int:
        self.lay_out_all()
        return self.laid_out_lines

    def __getitem__(self, y: int) -> TextLine:
        if y < 0:
            y += len(self)
        self.lay_out_more(y + 1 - self.laid_out_lines)
        if not 0 <= y < self.laid_out_lines:
            raise IndexError(y)
        return self._build_line(y)

    def __iter__(self) -> Iterator[TextLine]:
        self.lay_out_all()
        return map(self._build_line, range(self.laid_out_lines))

    @property
    def links(self) -> tuple[ArticleLink, ...]:
        """The links of the whole article, numbered from 1."""
        self.lay_out_all()
        found = [
            (block.text[link.start : link.end], link.url, block.offset + link.offset)
            for block in self._blocks
            for link in block.links
        ]
        return tuple(ArticleLink(number, *link) for number, link in enumerate(found, 1))

    def link_at(self, line: TextLine, index: int) -> ArticleLink | None:
        """Return the link at a character of a line."""
        at = line.start + index - line.prefix_length
        block, before = self._blocks[line.block_number], self._blocks[: line.block_number]
        first_number = 1 + sum(len(each.links) for each in before)
        for number, link in enumerate(block.links, first_number):
            if link.start <= at < link.end and index >= line.prefix_length:
                text = block.text[link.start : link.end]
                return ArticleLink(number, text, link.url, block.offset + link.offset)
        return None

    def offset_of_line(self, y: int) -> int:
        """Return the source offset at which a line starts; after the last line, that of the last."""
        self.lay_out_more(y + 1 - self.laid_out_lines)
        return self._offsets[min(y, self.laid_out_lines - 1)] if self.laid_out_lines else 0

    def line_at_offset(self, offset: int) -> int:
        """Return the line that shows the character at a source offset."""
        while not self._complete and (not self._offsets or self._offsets[-1] <= offset):
            self._lay_out_next()
        return max(0, bisect_right(self._offsets, offset) - 1)

    def line_at_position(self, spot: BlockPosition) -> int:
        """Return the line that shows a position."""
        owners, starts = self._line_blocks, self._starts
        while not self._complete and (not owners or (owners[-1], starts[-1]) <= spot):
            self._lay_out_next()
        below = bisect_right(range(self.laid_out_lines), spot, key=lambda y: (owners[y], starts[y]))
        return max(0, below - 1)

    def block(self, number: int) -> Block | None:
        """Return a block; None after the last one."""
        while len(self._blocks) <= number and not self._complete:
            self._lay_out_next()
        return self._blocks[number] if number < len(self._blocks) else None

    def _lay_out_next(self) -> None:
        """Lay out one more line, or a block of a single line."""
        if (part := next(self._remaining_parts, None)) is not None:
            self._add_line(self._blocks[-1], *part)
            return
        block = next(self._remaining_blocks, None)
        if block is None:
            self._complete = True
            return
        text = block.text
        self._blocks.append(block)
        if len(text) <= self._width and text.isascii():
            self._add_line(block, 0, len(text))
        else:
            whole = block.kind not in _VERBATIM_KINDS
            self._remaining_parts = break_paragraph_lazily(
                text, self._width, self._hanging_cells(block), whole=whole
            )

    def _add_line(self, block: Block, start: int, end: int) -> None:
        self._line_blocks.append(len(self._blocks) - 1)
        self._starts.append(start)
        self._ends.append(end)
        self._offsets.append(block.source_offset_at(start))

    def _hanging_cells(self, block: Block) -> int:
        """Return the indent of a block's continuation lines; none if that would take most of the line."""
        return len(block.hanging_prefix) if len(block.hanging_prefix) <= self._width // 2 else 0

    def _build_line(self, y: int) -> TextLine:
        owner, start, end = self._line_blocks[y], self._starts[y], self._ends[y]
        block = self._blocks[owner]
        hang = block.hanging_prefix[: self._hanging_cells(block)]
        first = not y or self._line_blocks[y - 1] != owner
        prefix = "" if first else hang
        indent = max(0, len(block.hanging_prefix) - start) if first else len(hang)
        text = prefix + block.text[start:end]
        spans = _style_spans(block, start, end, len(prefix), len(text))
        indent = min(indent, len(text))
        lead = len(prefix)
        is_code = block.kind is BlockKind.CODE
        offset = self._offsets[y]
        return TextLine(text, spans, offset, indent, block.is_rtl, is_code, owner, start, lead)


def _style_spans(
    block: Block, start: int, end: int, shift: int, size: int
) -> tuple[StyleSpan, ...]:
    found = []
    if size and (style := _BLOCK_STYLES.get(block.kind)):
        found.append(StyleSpan(0, size, style))
    if shift and block.kind in _VERBATIM_KINDS:
        sign = "code-comment" if block.kind is BlockKind.CODE else "muted"
        found.append(StyleSpan(0, shift, sign))
    if block.inline:
        found += [
            StyleSpan(begin - start + shift, stop - start + shift, style)
            for begin, stop, style in block.inline.styles_between(start, end)
        ]
    return tuple(found)

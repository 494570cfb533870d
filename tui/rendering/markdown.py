"""An article's text as blocks: headings, lists, quotes, code, tables and plain lines, one source line each.

News text is what is aimed at, not CommonMark: the text is read line by line, a newline stays a newline, and what is no
markup for certain is shown as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from tui.rendering.markdown_inline import InlineLink, InlineText, scan_inline
from tui.rendering.markdown_tables import align_columns, find_table_rows, is_delimiter_row

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST_BULLET = "•"
QUOTE_BAR = "│"
CONTINUATION_PREFIX = "↳ "
"""What stands before the rest of a line of code, or of a table, that is too long."""

_HEADING = re.compile(r"#{1,6} +(?=\S)")
_LIST_ITEM = re.compile(r" *(?:[-*+]|\d{1,3}[.)]) +(?=\S)")
_QUOTE = re.compile(r" {0,3}(?:>+(?: |\Z))+")
_FENCE = re.compile(r" *(?:(```)`*[^`]*\Z|(~~~))")
_FENCE_END = re.compile(r" *(?:(```+)|(~~~+)) *\Z")
_INLINE_MARKERS = ("*", "[", "`", "://")
_MARKUP_FIRST_CHARS = frozenset("#>-*+|`~ 0123456789")
_RTL_CHAR = re.compile(
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


class BlockKind(Enum):
    """What a block is."""

    TEXT = "text"
    HEADING = "heading"
    LIST = "list"
    QUOTE = "quote"
    CODE = "code"
    BLANK = "blank"


class Block(NamedTuple):
    """One line of the source as it is shown, before it is wrapped."""

    kind: BlockKind
    offset: int
    """Where its text begins in the source."""
    text: str
    hanging_prefix: str = ""
    """What the lines after the first begin with, where it is wrapped."""
    inline: InlineText | None = None
    is_rtl: bool = False

    def source_offset_at(self, at: int) -> int:
        """The place in the source of the character at `at` of the text."""
        return self.offset + (self.inline.source_offset_at(at) if self.inline else at)

    @property
    def links(self) -> list[InlineLink]:
        """The links of the line."""
        return self.inline.links if self.inline else []


def parse_blocks(text: str, *, numbered: bool = False) -> Iterator[Block]:
    """The blocks of a text, with a blank one where the source has empty lines or the kind changes.

    Args:
        text: Of an article.
        numbered: Whether every link is followed by its number.
    """
    reader = _BlockParser(text, numbered=numbered)
    before: BlockKind | None = None
    blank: int | None = None
    offset = 0
    for number, line in enumerate(reader.lines):
        start, offset = offset, offset + len(line) + 1
        block = reader.parse_line(number, start, line)
        if block is None:
            continue
        kind = block.kind
        if kind is BlockKind.BLANK:
            blank = start if blank is None else blank
            continue
        if before and (blank is not None or _needs_blank_between(before, kind)):
            yield Block(BlockKind.BLANK, start if blank is None else blank, "")
        yield block
        before, blank = kind, None


def _needs_blank_between(before: BlockKind, kind: BlockKind) -> bool:
    """Whether an empty line belongs between two blocks that follow each other without one."""
    if kind is before:
        return kind is BlockKind.HEADING
    return not (before is BlockKind.TEXT and kind is BlockKind.LIST)


class _BlockParser:
    """Reads the lines of a text one after the other."""

    def __init__(self, text: str, *, numbered: bool = False) -> None:
        self.lines = text.split("\n")
        self._next_link_number = int(numbered)
        """The number of the next link; 0 if links have none."""
        self._ascii = text.isascii()
        self._has_tables = "|" in text
        self._has_inline = any(mark in text for mark in _INLINE_MARKERS)
        self._in_list = False
        self._in_table = False
        self._aligned_rows: dict[int, InlineText] = {}
        self._last_table_line = -1
        """The last line that belongs to a table whose columns were looked at."""
        self._code_end_line = -1
        self._unclosed_fences: set[str] = set()

    def parse_line(self, number: int, offset: int, line: str) -> Block | None:
        """The block of a line; None for the fences around code."""
        if number <= self._code_end_line:
            code = Block(BlockKind.CODE, offset, line, CONTINUATION_PREFIX)
            return code if number < self._code_end_line else None
        line = line.rstrip()
        if not line:
            self._in_table = False
            return Block(BlockKind.BLANK, offset, line)
        if line[0] in _MARKUP_FIRST_CHARS or self._has_tables:
            return self._parse_markup_line(number, offset, line)
        self._in_list = False
        return self._make_block(BlockKind.TEXT, offset, line)

    def _parse_markup_line(self, number: int, offset: int, line: str) -> Block | None:
        """A line that may be more than text; None for the fence that begins code."""
        if self._open_code_fence(number, line):
            return None
        if row := self._find_aligned_row(number, line):
            return Block(BlockKind.CODE, offset, row.text, CONTINUATION_PREFIX, row)
        if self._is_table(number, line):
            return Block(BlockKind.CODE, offset, line, CONTINUATION_PREFIX)
        if item := _LIST_ITEM.match(line):
            return self._parse_list_item(offset, line, item.end())
        indent = len(line) - len(line.lstrip(" "))
        if self._in_list and indent > 1:
            return self._make_block(BlockKind.LIST, offset, line, " " * indent)
        self._in_list = False
        if heading := _HEADING.match(line):
            return self._make_block(
                BlockKind.HEADING, offset + heading.end(), line[heading.end() :]
            )
        if quote := _QUOTE.match(line):
            mark = quote[0].replace(">", QUOTE_BAR)
            return self._make_block(BlockKind.QUOTE, offset, mark + line[quote.end() :], mark)
        return self._make_block(BlockKind.TEXT, offset, line)

    def _parse_list_item(self, offset: int, line: str, end: int) -> Block:
        self._in_list = True
        mark = line[:end].rstrip(" ")
        if mark[-1] == "-":
            line = mark[:-1] + LIST_BULLET + line[len(mark) :]
        return self._make_block(BlockKind.LIST, offset, line, " " * end)

    def _open_code_fence(self, number: int, line: str) -> bool:
        """Whether the line is a fence that another one closes; one that none closes is text."""
        fence = _FENCE.match(line)
        if not fence:
            return False
        mark = fence[1] or fence[2]
        if mark in self._unclosed_fences:
            return False
        for later in range(number + 1, len(self.lines)):
            closing = _FENCE_END.match(self.lines[later])
            if closing and (closing[1] or closing[2]).startswith(mark):
                self._code_end_line = later
                return True
        self._unclosed_fences.add(mark)
        return False

    def _find_aligned_row(self, number: int, line: str) -> InlineText | None:
        """The line as a row of a table whose columns line up; None if it is none."""
        begins = "|" in line and line[0] not in "#>" and not _LIST_ITEM.match(line)
        if begins and number > self._last_table_line:
            rows = find_table_rows(self.lines, number)
            self._last_table_line = number + max(0, len(rows) - 1)
            aligned = align_columns(rows, self._next_link_number)
            self._aligned_rows = dict(enumerate(aligned, number))
            if self._next_link_number:
                self._next_link_number += sum(len(row.links) for row in aligned)
        return self._aligned_rows.get(number)

    def _is_table(self, number: int, line: str) -> bool:
        """Whether the line belongs to a table: bars on both sides, or in a row under which a rule stands."""
        if "|" not in line:
            self._in_table = False
        elif not self._in_table:
            self._in_table = number + 1 < len(self.lines) and is_delimiter_row(
                self.lines[number + 1]
            )
        bare = line.strip()
        return self._in_table or (bare[0] == bare[-1] == "|" and len(bare) > 1)

    def _make_block(self, kind: BlockKind, offset: int, text: str, hang: str = "") -> Block:
        inline = None
        if self._has_inline and any(mark in text for mark in _INLINE_MARKERS):
            inline = scan_inline(text, self._next_link_number)
            text = inline.text if inline else text
            if inline and self._next_link_number:
                self._next_link_number += len(inline.links)
        rtl = not self._ascii and _is_rtl(text)
        return Block(kind, offset, text, hang, inline, rtl)


def _is_rtl(text: str) -> bool:
    """Whether the first letter with a direction is of a script written from right to left."""
    if text.isascii() or not _RTL_CHAR.search(text):
        return False
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False

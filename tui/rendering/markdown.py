"""The Markdown parser of the screen: blocks of one source line each, parsed one by one.

Exports and imports use markdown-it-py. It cannot serve the screen because it parses a text as a whole before it
yields a block: for an article of 100,000 lines that takes 10 s, where the first screen here takes 0.01 s.

The parser is meant for news text and stricter than CommonMark: a newline stays a newline, and prose keeps its
brackets and asterisks, as there are no underscores and no emphasis inside words. Its time grows linearly
with the length of the text, whatever an article contains.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import pairwise, zip_longest
from typing import NamedTuple

from tui.rendering.cells import FIRST_CJK_CHAR, RTL_CHAR, measure_cells

LIST_BULLET = "•"
QUOTE_BAR = "│"
CONTINUATION_PREFIX = "↳ "
"""Drawn before the rest of a line of code or a table that is too long."""

_HEADING = re.compile(r"#{1,6} +(?=\S)")
_LIST_ITEM = re.compile(r" *(?:(?:[-*+]|\d{1,3}[.)]) +)+(?=\S)")
_QUOTE = re.compile(r" {0,3}(?:>+(?: |\Z))+")
_FENCE = re.compile(r" *(?:(```)`*[^`]*\Z|(~~~))")
_FENCE_END = re.compile(r" *(?:(```+)|(~~~+)) *\Z")
_LANGUAGE = re.compile(r"(?:language-|lang-)?([a-z0-9][a-z0-9+#._-]{0,29})\Z", re.IGNORECASE)
_UNHIGHLIGHTED = frozenset(("text", "plain", "plaintext", "txt", "none", "output"))
_INLINE_MARKERS = ("*", "[", "`", "://", "\\")
PICTURE_SIGN = "▣"
_MARKUP_FIRST_CHARS = frozenset("#>-*+|`~ 0123456789")


class BlockKind(Enum):
    """The kind of a block."""

    TEXT = "text"
    HEADING = "heading"
    LIST = "list"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"
    BLANK = "blank"


class Block(NamedTuple):
    """One line of the source as it is shown, before it is wrapped."""

    kind: BlockKind
    offset: int
    """The source offset of its text."""
    text: str
    hanging_prefix: str = ""
    """The prefix of its continuation lines."""
    inline: InlineText | None = None
    is_rtl: bool = False

    def source_offset_at(self, at: int) -> int:
        """Return the source offset of a character of the text."""
        return self.offset + (self.inline.source_offset_at(at) if self.inline else at)

    @property
    def links(self) -> list[InlineLink]:
        """The links of the line."""
        return self.inline.links if self.inline else []


def parse_blocks(text: str, *, numbered: bool = False) -> Iterator[Block]:
    """Yield the blocks of a text, with a blank one where the source has empty lines or the kind changes.

    Args:
        text: The text of an article.
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


class CodeBlock(NamedTuple):
    """The lines between two code fences."""

    offset: int
    """The source offset of the first line."""
    language: str
    """The language that its author has named, in lower case; empty if there is none."""
    text: str


def find_links(text: str) -> list[str]:
    """Return the URLs of the links in a text, in their order."""
    return [link.url for block in parse_blocks(text) for link in block.links]


def parse_language(info: str) -> str:
    """Return the language that the text after a fence names: `python`, `{.python}`, `python title=x`.

    Returns:
        Its name in lower case; empty if there is none.
    """
    first = info.strip().strip("{}").strip().partition(" ")[0].partition(",")[0].lstrip(".")
    name = found[1].lower() if (found := _LANGUAGE.match(first)) else ""
    return "" if name in _UNHIGHLIGHTED else name


def find_code_blocks(text: str) -> Iterator[CodeBlock]:
    """Yield all code between fences."""
    reader = _BlockParser(text)
    offset = 0
    for number, line in enumerate(reader.lines):
        offset += len(line) + 1
        if number <= reader.code_end_line or not reader.opens_code(number, line.rstrip()):
            continue
        code = "\n".join(reader.lines[number + 1 : reader.code_end_line])
        yield CodeBlock(offset, parse_language(line.strip().lstrip("`~")), code)


def _needs_blank_between(before: BlockKind, kind: BlockKind) -> bool:
    """Return True if a blank line belongs between two blocks that follow each other without one."""
    if kind is before:
        return kind is BlockKind.HEADING
    return not (before is BlockKind.TEXT and kind is BlockKind.LIST)


class _BlockParser:
    """Parses the lines of a text in order."""

    def __init__(self, text: str, *, numbered: bool = False) -> None:
        self.lines = text.split("\n")
        self._next_link_number = int(numbered)
        """The number of the next link; 0 if links are not numbered."""
        self._ascii = text.isascii()
        self._has_tables = "|" in text
        self._has_inline = any(mark in text for mark in _INLINE_MARKERS)
        self._in_list = False
        self._in_table = False
        self._aligned_rows: dict[int, InlineText] = {}
        self._last_table_line = -1
        """The last line of the last table whose columns were aligned."""
        self.code_end_line = -1
        self._unclosed_fences: set[str] = set()

    def parse_line(self, number: int, offset: int, line: str) -> Block | None:
        """Return the block of a line; None for the fences around code."""
        if number <= self.code_end_line:
            code = Block(BlockKind.CODE, offset, line, CONTINUATION_PREFIX)
            return code if number < self.code_end_line else None
        line = line.rstrip()
        if not line:
            self._in_table = False
            return Block(BlockKind.BLANK, offset, line)
        if line[0] in _MARKUP_FIRST_CHARS or self._has_tables:
            return self._parse_markup_line(number, offset, line)
        self._in_list = False
        return self._make_block(BlockKind.TEXT, offset, line)

    def _parse_markup_line(self, number: int, offset: int, line: str) -> Block | None:
        """Parse a line that may be markup; return None for the fence that begins code."""
        if self.opens_code(number, line):
            return None
        if row := self._find_aligned_row(number, line):
            return Block(BlockKind.TABLE, offset, row.text, CONTINUATION_PREFIX, row)
        if self._is_table(number, line):
            return Block(BlockKind.TABLE, offset, line, CONTINUATION_PREFIX)
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
        line = line[:end].replace("-", LIST_BULLET) + line[end:]
        return self._make_block(BlockKind.LIST, offset, line, " " * end)

    def opens_code(self, number: int, line: str) -> bool:
        """Return True if the line is a code fence that is closed later; an unclosed one is text."""
        fence = _FENCE.match(line)
        if not fence:
            return False
        mark = fence[1] or fence[2]
        if mark in self._unclosed_fences:
            return False
        for later in range(number + 1, len(self.lines)):
            closing = _FENCE_END.match(self.lines[later])
            if closing and (closing[1] or closing[2]).startswith(mark):
                self.code_end_line = later
                return True
        self._unclosed_fences.add(mark)
        return False

    def _find_aligned_row(self, number: int, line: str) -> InlineText | None:
        """Return the line as a row of a table with aligned columns; None if it is not one."""
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
        """Return True for a line of a table: bars on both sides, or in a table with a delimiter row."""
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
        rtl = not self._ascii and is_rtl(text)
        return Block(kind, offset, text, hang, inline, rtl)


def is_rtl(text: str) -> bool:
    """Return True if the first letter with a direction is of a right-to-left script."""
    if text.isascii() or not RTL_CHAR.search(text):
        return False
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


# -- inline markup ------------------------------------------------------------------------

_URL_CHAR_CLASS = r"[^\s<>()\[\]\"`“”«»。、，；：！？（）「」『』【】《》]"
_TOKEN = re.compile(
    rf"\\[!-/:-@\[-`{{-~]|(?<![A-Za-z0-9_])https?://(?>(?:{_URL_CHAR_CLASS}++|\({_URL_CHAR_CLASS}*+\))+)|`+|\*+|!?\[|\]\(?"
)
_LINK_DESTINATION = re.compile(
    r"(?<=\]\()\s*+(?:<([^<>]+)>|((?>(?:[^\s()<>]++|\([^\s()]*+\))+)))"
    r"(?:\s++(?:\"[^\"]*+\"|'[^']*+'))?\s*+\)"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_TRAILING_PUNCTUATION = ".,;:!?'’*_~"
_NOT_AFTER_OPENING = ".,;:!?)]}%*”’»"
_NOT_BEFORE_CLOSING = "([{“‘«\\"

OffsetRange = tuple[int, int]


class InlineLink(NamedTuple):
    """A link in a line: start and end in the shown text, source offset, URL."""

    start: int
    end: int
    offset: int
    url: str


class InlineText(NamedTuple):
    """A line as it is shown."""

    text: str
    style_ranges: dict[str, tuple[list[int], list[int]]]
    """By style, the starts and ends of its ranges, in order and without overlap."""
    links: list[InlineLink]
    shown_offsets: list[int]
    """Offsets in the text from which on it equals the source, from the same entry of `source_offsets`."""
    source_offsets: list[int]

    def source_offset_at(self, at: int) -> int:
        """Return the source offset of a character of the shown text."""
        i = bisect_right(self.shown_offsets, at) - 1
        place = self.source_offsets[i] + at - self.shown_offsets[i]
        return min(place, self.source_offsets[i + 1]) if i + 1 < len(self.source_offsets) else place

    def styles_between(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """Return start, end and style of the ranges between two places, clipped to these."""
        return sorted(
            (max(starts[i], start), min(ends[i], end), style)
            for style, (starts, ends) in self.style_ranges.items()
            for i in range(bisect_right(ends, start), bisect_left(starts, end))
        )


def scan_inline(text: str, number: int = 0) -> InlineText | None:
    """Parse the inline markup of one line; return None if there is none.

    Args:
        text: The line.
        number: The number of its first link; 0 to leave links without numbers.
    """
    scanner = InlineScanner(text, number)
    scanner.scan()
    scanner.number_links()
    return scanner.build_text() if scanner.edits or scanner.style_ranges else None


def _is_word(char: str) -> bool:
    return (char.isalnum() or char == "_") and char < FIRST_CJK_CHAR


def _can_open(before: str, after: str) -> bool:
    if not after or after.isspace() or after in _NOT_AFTER_OPENING:
        return False
    return not _is_word(before) and before != "\\"


def _can_close(before: str, after: str) -> bool:
    if not before or before.isspace() or before in _NOT_BEFORE_CLOSING:
        return False
    return not _is_word(after)


class _LinkSource(NamedTuple):
    """A link or image in source offsets: its shown label, its whole range, its URL."""

    label_range: OffsetRange
    full_range: OffsetRange
    url: str


class InlineScanner:
    """Scans a line in one pass, collecting edits and style ranges in source offsets."""

    def __init__(self, text: str, number: int = 0) -> None:
        self.text = text
        self._first_link_number = number
        self.edits: list[tuple[int, int, str]] = []
        self.style_ranges: dict[str, list[OffsetRange]] = {}
        self.links: list[_LinkSource] = []
        self._brackets: list[tuple[int, bool]] = []
        self._last_link_end = {
            False: 0,
            True: 0,
        }  # of links and images, neither of which may contain another
        self._open_asterisks: dict[int, int | None] = {1: None, 2: None}
        self._closing_backticks: dict[int, list[int]] | None = None

    def scan(self) -> None:
        """Scan the text once, token by token."""
        at = 0
        while found := _TOKEN.search(self.text, at):
            start, at = found.span()
            first = self.text[start]
            if first == "\\":
                self.replace(start, start + 1)
            elif first == "*":
                self._scan_asterisks(start, at)
            elif first == "`":
                at = self._scan_code(start, at)
            elif first == "h":
                at = self._scan_url(start, at)
            elif first != "]":
                self._brackets.append((start, first == "!"))
            elif self._brackets:
                at = self._scan_label_end(start, at)

    def _adjacent_chars(self, start: int, end: int) -> tuple[str, str]:
        return self.text[max(0, start - 1) : start], self.text[end : end + 1]

    def _add_style(self, style: str, start: int, end: int) -> None:
        self.style_ranges.setdefault(style, []).append((start, end))

    def replace(self, start: int, end: int, instead: str = "") -> None:
        """Replace or hide a part."""
        self.edits.append((start, end, instead))

    def _scan_asterisks(self, start: int, end: int) -> None:
        """Open or close emphasis (one asterisk), strong (two) or both (three), where they touch a word."""
        around = self._adjacent_chars(start, end)
        sizes = {1: [1], 2: [2], 3: [1, 2]}.get(end - start, [])
        opened = [place for size in sizes if (place := self._open_asterisks[size]) is not None]
        if sizes and len(opened) == len(sizes) and _can_close(*around):
            self._close_emphasis(sizes, start)
        elif _can_open(*around):
            for size in sizes:
                self._open_asterisks[size] = start + (size - 1 if len(sizes) > 1 else 0)

    def _close_emphasis(self, sizes: list[int], at: int) -> None:
        """Close what was opened last first."""
        for size in sorted(sizes, key=lambda size: -(self._open_asterisks[size] or 0)):
            begin = self._open_asterisks[size] or 0
            self._open_asterisks[size] = None
            self._add_style("em" if size == 1 else "strong", begin + size, at)
            self.replace(begin, begin + size)
            self.replace(at, at + size)
            at += size

    def _scan_code(self, start: int, end: int) -> int:
        """Scan code up to the next backticks of the same number; return where to continue."""
        if not _can_open(*self._adjacent_chars(start, end)):
            return end
        if self._closing_backticks is None:
            self._closing_backticks = self._find_closing_backticks()
        closing = self._closing_backticks.get(end - start, [])
        i = bisect_right(closing, end)
        if i == len(closing):
            return end
        stop = closing[i]
        self._add_style("code", end, stop)
        self.replace(start, end)
        self.replace(stop, stop + end - start)
        return stop + end - start

    def _find_closing_backticks(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for ticks in re.finditer("`+", self.text):
            if _can_close(*self._adjacent_chars(*ticks.span())):
                found.setdefault(len(ticks[0]), []).append(ticks.start())
        return found

    def _scan_url(self, start: int, end: int) -> int:
        """Scan a bare URL, without the punctuation of its sentence; return where to continue."""
        url = self.text[start:end].rstrip(_TRAILING_PUNCTUATION)
        end = start + len(url)
        if not url.endswith("://"):
            for escape in _ESCAPE.finditer(url):
                self.replace(start + escape.start(), start + escape.start() + 1)
            url = _ESCAPE.sub(r"\1", url)
            self.links.append(_LinkSource((start, end), (start, end), url))
            self._add_style("link", start, end)
        return end

    def _scan_label_end(self, start: int, end: int) -> int:
        """Scan the end of a label: of a link or an image if a destination follows; return where to continue."""
        opening, image = self._brackets.pop()
        label = (opening + 1 + image, start)
        target = _LINK_DESTINATION.match(self.text, end) if end - start == 2 else None
        if not target or opening < self._last_link_end[image] or (label[0] == start and not image):
            return end
        self._last_link_end[image] = stop = target.end()
        holds_picture = self._drop_inner_links(opening)
        whole = (opening, stop)
        url = _ESCAPE.sub(r"\1", target[1] or target[2])
        self.links.append(_LinkSource(whole if image else label, whole, url))
        if image:
            self._add_style("link", opening, stop)
            self.replace(
                opening, label[0], f"{PICTURE_SIGN} " if label[0] < start else PICTURE_SIGN
            )
            self.replace(start, stop)
        else:
            if not holds_picture:
                self._add_style("link", *label)
            self.replace(opening, label[0])
            self.replace(start, stop)
        return stop

    def _drop_inner_links(self, opening: int) -> bool:
        """Drop links inside the label, where the outer one counts, except pictures; return True for those."""
        inner: list[_LinkSource] = []
        while self.links and self.links[-1].full_range[0] > opening:
            inner.append(self.links.pop())
        pictures = [link for link in reversed(inner) if self.text[link.full_range[0]] == "!"]
        self.links += pictures
        if pictures:
            return True
        links = self.style_ranges.get("link", [])
        while links and links[-1][0] > opening:
            links.pop()
        return False

    def number_links(self) -> None:
        """Add the number after every link, if links are numbered."""
        if self._first_link_number:
            for number, target in enumerate(self.links, self._first_link_number):
                self.replace(target.full_range[1], target.full_range[1], f"[{number}]")

    def edited_text(self, start: int, end: int) -> str:
        """Return a part of the line with its edits applied, which must be sorted."""
        pieces = []
        for at in range(bisect_left(self.edits, (start,)), len(self.edits)):
            begin, stop, instead = self.edits[at]
            if begin > end:
                break
            if start <= begin and stop <= end:
                pieces += [self.text[start:begin], instead]
                start = stop
        return "".join([*pieces, self.text[start:end]])

    def build_text(self) -> InlineText:
        """Apply the edits, and map styles and links to the resulting text."""
        pieces: list[str] = []
        shown, sources = [0], [0]
        length = at = 0
        numbers: tuple[list[int], list[int]] = [], []
        for start, end, instead in sorted(self.edits):
            pieces += (self.text[at:start], instead)
            length += start - at + len(instead)
            at = end
            shown.append(length)
            sources.append(at)
            if start == end and instead[:1] == "[":
                numbers[0].append(length - len(instead))
                numbers[1].append(length)
        text = "".join([*pieces, self.text[at:]])

        def place(source: int) -> int:
            i = bisect_right(sources, source) - 1
            return shown[i] + source - sources[i]

        marks = {
            style: ([place(start) for start, _ in ranges], [place(end) for _, end in ranges])
            for style, ranges in self.style_ranges.items()
            if ranges
        }
        if numbers[0]:
            marks["accent"] = numbers
        links = [
            InlineLink(
                place(target.label_range[0]),
                place(target.label_range[1]),
                target.full_range[0],
                target.url,
            )
            for target in self.links
        ]
        return InlineText(text, marks, links, shown, sources)


# -- tables --------------------------------------------------------------------------------

MAX_TABLE_WIDTH = 400
"""Maximum width of an aligned table, in cells; in a wider one the columns would not be visible."""
TABLE_SIZE_LIMIT = 2_000
"""Maximum length of a row in characters, and of a table in lines."""

_DELIMITER_ROW = re.compile(r" *+\|?+(?>(?: *+:?-++:? *+\|)+)(?: *+:?-++:? *+)?\Z")
_BAR = re.compile(r"(?<!\\)\|")
_SPACED_BAR = re.compile(r" \| ")
COLUMN_SEPARATOR, ROW_RULE_JOINT = f" {QUOTE_BAR} ", "─┼─"
MAX_TABLE_COLUMNS = MAX_TABLE_WIDTH // len(COLUMN_SEPARATOR) + 2
"""The separators of more columns would be wider than a table may be."""


def is_delimiter_row(line: str) -> bool:
    """Return True for the delimiter row under the header of a table."""
    return _DELIMITER_ROW.match(line.rstrip()) is not None


def find_table_rows(lines: Sequence[str], first: int) -> list[str]:
    """Return the lines of the table that begins at a line; none if no table does.

    A table has a delimiter row, or it comes from a web page and is a run of lines with the same number of
    cells, or one line with bars at both ends.
    """
    head = lines[first]
    rows = [head.rstrip()]
    ruled = first + 1 < len(lines) and is_delimiter_row(lines[first + 1])
    bars = len(_SPACED_BAR.findall(head))
    if not ruled and not bars:
        return []
    for line in lines[first + 1 : first + TABLE_SIZE_LIMIT]:
        if "|" not in line or (not ruled and len(_SPACED_BAR.findall(line)) != bars):
            break
        rows.append(line.rstrip())
    is_closed = rows[0].startswith("| ") and rows[0].endswith(" |")
    return rows if len(rows) > 1 or is_closed else []


def align_columns(rows: Sequence[str], number: int = 0) -> list[InlineText]:
    """Align the columns of a table; return nothing if a row is too long or too wide for that.

    Args:
        rows: The result of `find_table_rows`.
        number: The number of the first link; 0 if links are not numbered.
    """
    if not rows or any(
        len(row) > TABLE_SIZE_LIMIT or row.count("|") > MAX_TABLE_COLUMNS for row in rows
    ):
        return []
    ruled = len(rows) > 1 and is_delimiter_row(rows[1])
    scanned = []
    for at, line in enumerate(rows):
        row = _TableRow(line, number, plain=ruled and at == 1)
        number += len(row.scanner.links) if number else 0
        scanned.append(row)
    widths = [max(column) for column in zip_longest(*(row.widths for row in scanned), fillvalue=0)]
    if sum(widths) + len(COLUMN_SEPARATOR) * len(widths) > MAX_TABLE_WIDTH:
        return []
    right = (
        [rows[1][end - 1] == ":" != rows[1][at] for at, end in _find_cells(rows[1])]
        if ruled
        else []
    )
    right += [False] * (len(widths) - len(right))
    return [
        _draw_delimiter_row(line, widths) if ruled and at == 1 else row.pad(widths, right)
        for at, (line, row) in enumerate(zip(rows, scanned, strict=True))
    ]


class _TableRow:
    """A row, and the widths of its cells."""

    def __init__(self, line: str, number: int, *, plain: bool) -> None:
        self.line = line
        self.cells = _find_cells(line)
        self.scanner = InlineScanner(line, number)
        if plain:
            self.widths = [0] * len(self.cells)
            return
        self.scanner.scan()
        gaps = self._gaps()
        for start, end, _ in self.scanner.edits:
            gap = bisect_right(gaps, start, key=lambda each: each[1])  # the first that ends later
            if gap < len(gaps) and gaps[gap][0] < end:
                self.scanner = InlineScanner(line)  # for example a bar inside a URL
                break
        self.scanner.number_links()
        self.scanner.edits.sort()
        self.widths = [measure_cells(self.scanner.edited_text(*cell))[1][-1] for cell in self.cells]

    def _gaps(self) -> list[OffsetRange]:
        edges = [0, *(edge for cell in self.cells for edge in cell), len(self.line)]
        return list(zip(edges[::2], edges[1::2], strict=True))

    def pad(self, widths: Sequence[int], right: Sequence[bool]) -> InlineText:
        """Pad every cell to the width of its column."""
        free = [width - own for width, own in zip(widths, self.widths, strict=False)]
        before = [" " * n if to_right else "" for n, to_right in zip(free, right, strict=False)]
        after = ["" if to_right else " " * n for n, to_right in zip(free, right, strict=False)]
        gaps = self._gaps()
        self.scanner.replace(*gaps[0], before[0] if before else "")
        for gap, (left, to_right) in zip(gaps[1:-1], pairwise(range(len(self.cells))), strict=True):
            self.scanner.replace(*gap, after[left] + COLUMN_SEPARATOR + before[to_right])
        self.scanner.replace(*gaps[-1], "")
        return self.scanner.build_text()


def _find_cells(line: str) -> list[OffsetRange]:
    """Return the ranges of a row's cells without blanks around them; outer bars separate nothing."""
    edges = [-1, *(bar.start() for bar in _BAR.finditer(line)), len(line)]
    cells = [(left + 1, right) for left, right in pairwise(edges)]
    if len(cells) > 1 and not line[: edges[1]].strip():
        del cells[0]
    if len(cells) > 1 and not line[edges[-2] + 1 :].strip():
        del cells[-1]
    return [_trim_range(line, *cell) for cell in cells]


def _trim_range(line: str, start: int, end: int) -> OffsetRange:
    text = line[start:end]
    start += len(text) - len(text.lstrip(" "))
    return start, max(start, end - (len(text) - len(text.rstrip(" "))))


def _draw_delimiter_row(line: str, widths: Sequence[int]) -> InlineText:
    scanner = InlineScanner(line)
    scanner.replace(0, len(line), ROW_RULE_JOINT.join("─" * width for width in widths))
    return scanner.build_text()

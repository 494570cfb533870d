"""Tables of an article: columns that line up, whatever stands in them."""

from __future__ import annotations

import re
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from tui.rendering.cells import measure_cells
from tui.rendering.markdown_inline import InlineScanner, InlineText, OffsetRange

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TABLE_WIDTH = 400
"""Cells of a table that is lined up; of a wider one nobody sees the columns."""
TABLE_SIZE_LIMIT = 2_000
"""Characters of a line that may be a row, and lines that are lined up together."""

_DELIMITER_ROW = re.compile(r" *+\|?+(?: *+:?-++:? *+\|)++(?: *+:?-++:? *+)?\Z")
_BAR = re.compile(r"(?<!\\)\|")
_SPACED_BAR = re.compile(r" \| ")
_COLUMN_SEPARATOR = " │ "


def is_delimiter_row(line: str) -> bool:
    """Whether the line is the one under the head of a table."""
    return _DELIMITER_ROW.match(line.rstrip()) is not None


def find_table_rows(lines: Sequence[str], first: int) -> list[str]:
    """The lines of the table that begins at a line; none if no table does.

    A table has a rule under its head; or it is what comes of one in a web page: lines one after the other
    with as many cells each.
    """
    head = lines[first]
    rows = [head]
    ruled = first + 1 < len(lines) and is_delimiter_row(lines[first + 1])
    bars = len(_SPACED_BAR.findall(head))
    for line in lines[first + 1 : first + TABLE_SIZE_LIMIT]:
        if "|" not in line or (not ruled and len(_SPACED_BAR.findall(line)) != bars):
            break
        rows.append(line)
    fits = len(rows) > 1 and all(len(row) <= TABLE_SIZE_LIMIT for row in rows)
    return [row.rstrip() for row in rows] if fits and (ruled or bars) else []


def align_columns(rows: Sequence[str], number: int = 0) -> list[InlineText]:
    """The rows with their columns lined up; none if they are too wide for that.

    Args:
        rows: What `rows_of` found.
        number: That of the first link; 0 if links have none.
    """
    if not rows:
        return []
    ruled = len(rows) > 1 and is_delimiter_row(rows[1])
    scanned = []
    for at, line in enumerate(rows):
        row = _TableRow(line, number, plain=ruled and at == 1)
        number += len(row.scanner.links) if number else 0
        scanned.append(row)
    widths = [max(column) for column in zip_longest(*(row.widths for row in scanned), fillvalue=0)]
    if sum(widths) + len(_COLUMN_SEPARATOR) * len(widths) > MAX_TABLE_WIDTH:
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
    """A row: what stands in its cells, and how wide that is."""

    def __init__(self, line: str, number: int, *, plain: bool) -> None:
        self.line = line
        self.cells = _find_cells(line)
        self.scanner = InlineScanner(line, number)
        if plain:
            self.widths = [0] * len(self.cells)
            return
        self.scanner.scan()
        if any(
            s < end and e > start for s, e, _ in self.scanner.edits for start, end in self._gaps()
        ):
            self.scanner = InlineScanner(line)  # a bar inside an address, say
        self.scanner.number_links()
        self.widths = [measure_cells(self.scanner.edited_text(*cell))[1][-1] for cell in self.cells]

    def _gaps(self) -> list[OffsetRange]:
        edges = [0, *(edge for cell in self.cells for edge in cell), len(self.line)]
        return list(zip(edges[::2], edges[1::2], strict=True))

    def pad(self, widths: Sequence[int], right: Sequence[bool]) -> InlineText:
        """The row with every cell as wide as its column."""
        free = [width - own for width, own in zip(widths, self.widths, strict=False)]
        before = [" " * n if to_right else "" for n, to_right in zip(free, right, strict=False)]
        after = ["" if to_right else " " * n for n, to_right in zip(free, right, strict=False)]
        gaps = self._gaps()
        self.scanner.replace(*gaps[0], before[0] if before else "")
        for gap, (left, to_right) in zip(gaps[1:-1], pairwise(range(len(self.cells))), strict=True):
            self.scanner.replace(*gap, after[left] + _COLUMN_SEPARATOR + before[to_right])
        self.scanner.replace(*gaps[-1], "")
        return self.scanner.build_text()


def _find_cells(line: str) -> list[OffsetRange]:
    """Where the cells of a row stand, without the blanks around them; outer bars part nothing."""
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
    scanner.replace(0, len(line), "─┼─".join("─" * width for width in widths))
    return scanner.build_text()

"""The text of an article as lines of a given width: plain data for the view that draws them.

Lines are laid out when they are first asked for, so that the first screen of an article of any length stands at once;
whoever asks for the number of lines, for the links or for a place further on gets all that takes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.rendering.markdown import Block, Kind, blocks
from tui.rendering.wrapping import Part, parts, stream

if TYPE_CHECKING:
    from collections.abc import Iterator

Spot = tuple[int, int]
"""A place in the text as it is shown: the number of a block, and a character of its text. At every width the same."""

_NOTHING: Iterator[Part] = iter(())
_BLOCK_STYLES = {Kind.HEADING: "heading", Kind.QUOTE: "quote", Kind.CODE: "code"}


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a line with a style; spans may overlap, later ones lie on top."""

    start: int
    end: int
    style: str
    """A role: `heading`, `quote`, `code`, `link`, `strong`, `em`, `muted`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is drawn."""

    text: str
    spans: tuple[Span, ...] = ()
    offset: int = 0
    """Place in the source of the first character shown, prefixes aside."""
    indent: int = 0
    """How many characters of the text are a bullet, a quote's bar or the blanks below one."""
    rtl: bool = False
    block: int = 0
    start: int = 0
    """Of which block, and from which character of its text on."""
    lead: int = 0
    """How many characters come before that one, because the line goes on with what began above."""

    @property
    def spot(self) -> Spot:
        """The place of the first character."""
        return self.block, self.start

    @property
    def end(self) -> Spot:
        """The place behind the last character."""
        return self.block, self.start + len(self.text) - self.lead

    def between(self, first: Spot, last: Spot) -> tuple[int, int]:
        """Which characters of the line stand between two places; start and end are the same if none does."""
        start = 0 if first <= self.spot else first[1] - self.start + self.lead
        end = len(self.text) if last >= self.end else last[1] - self.start + self.lead
        if first >= self.end or last <= self.spot:
            return 0, 0
        return max(start, self.lead), end


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the article; its URL is as it stands in the source."""

    number: int
    text: str
    url: str
    offset: int


class Layout:
    """An article's lines at one width. What it says never changes; how much of it is worked out does."""

    def __init__(self, text: str, width: int, *, numbered: bool = False) -> None:
        self._width = max(1, width)
        self._source = blocks(text, numbered=numbered)
        self._blocks: list[Block] = []
        self._parts = _NOTHING
        self._owners = array("l")
        self._starts = array("l")
        self._ends = array("l")
        self._offsets = array("l")
        self._complete = False

    @property
    def ready(self) -> int:
        """How many lines are laid out so far."""
        return len(self._owners)

    @property
    def complete(self) -> bool:
        """Whether all lines are laid out."""
        return self._complete

    def more(self, lines: int) -> bool:
        """Lay out at least that many lines more, if there are; False once there is nothing left to do."""
        wanted = self.ready + lines
        while self.ready < wanted and not self._complete:
            self._flow_next()
        return not self._complete

    def finish(self) -> None:
        """Lay out all there is."""
        while not self._complete:
            self._flow_next()

    def __len__(self) -> int:
        self.finish()
        return self.ready

    def __getitem__(self, y: int) -> Line:
        if y < 0:
            y += len(self)
        self.more(y + 1 - self.ready)
        if not 0 <= y < self.ready:
            raise IndexError(y)
        return self._line(y)

    def __iter__(self) -> Iterator[Line]:
        self.finish()
        return map(self._line, range(self.ready))

    @property
    def links(self) -> tuple[Link, ...]:
        """The links of the whole article, numbered from 1."""
        self.finish()
        found = [
            (block.text[link.start : link.end], link.url, block.offset + link.offset)
            for block in self._blocks
            for link in block.links
        ]
        return tuple(Link(number, *link) for number, link in enumerate(found, 1))

    def offset(self, y: int) -> int:
        """The place in the source of what a line shows first; behind the last one that of the last."""
        self.more(y + 1 - self.ready)
        return self._offsets[min(y, self.ready - 1)] if self.ready else 0

    def line_at(self, offset: int) -> int:
        """The line that shows what stands at `offset` of the source."""
        while not self._complete and (not self._offsets or self._offsets[-1] <= offset):
            self._flow_next()
        return max(0, bisect_right(self._offsets, offset) - 1)

    def line_of(self, spot: Spot) -> int:
        """The line that shows what stands at a place of the text as it is shown."""
        owners, starts = self._owners, self._starts
        while not self._complete and (not owners or (owners[-1], starts[-1]) <= spot):
            self._flow_next()
        below = bisect_right(range(self.ready), spot, key=lambda y: (owners[y], starts[y]))
        return max(0, below - 1)

    def block(self, number: int) -> Block | None:
        """A block of the text; None behind the last one."""
        while len(self._blocks) <= number and not self._complete:
            self._flow_next()
        return self._blocks[number] if number < len(self._blocks) else None

    def _flow_next(self) -> None:
        """Lay out one more line, or a block of a single one."""
        if (part := next(self._parts, None)) is not None:
            self._add(self._blocks[-1], *part)
            return
        block = next(self._source, None)
        if block is None:
            self._complete = True
            return
        text = block.text
        self._blocks.append(block)
        if len(text) <= self._width and text.isascii():
            self._add(block, 0, len(text))
        else:
            whole = block.kind is not Kind.CODE
            self._parts = stream(text, self._width, self._hang(block), whole=whole)

    def _add(self, block: Block, start: int, end: int) -> None:
        self._owners.append(len(self._blocks) - 1)
        self._starts.append(start)
        self._ends.append(end)
        self._offsets.append(block.source(start))

    def _hang(self, block: Block) -> int:
        """Cells that all lines but the first are moved in; none where that would take most of the line."""
        return len(block.hang) if len(block.hang) <= self._width // 2 else 0

    def _line(self, y: int) -> Line:
        owner, start, end = self._owners[y], self._starts[y], self._ends[y]
        block = self._blocks[owner]
        hang = block.hang[: self._hang(block)]
        first = not y or self._owners[y - 1] != owner
        prefix = "" if first else hang
        indent = max(0, len(block.hang) - start) if first else len(hang)
        text = prefix + block.text[start:end]
        spans = _spans(block, start, end, len(prefix), len(text))
        indent = min(indent, len(text))
        lead = len(prefix)
        return Line(text, spans, self._offsets[y], indent, block.rtl, owner, start, lead)


def _spans(block: Block, start: int, end: int, shift: int, size: int) -> tuple[Span, ...]:
    found = []
    if size and (style := _BLOCK_STYLES.get(block.kind)):
        found.append(Span(0, size, style))
    if shift and block.kind is Kind.CODE:
        found.append(Span(0, shift, "muted"))
    if block.inline:
        found += [
            Span(begin - start + shift, stop - start + shift, style)
            for begin, stop, style in block.inline.ranges(start, end)
        ]
    return tuple(found)


def lay_out(text: str, width: int, *, numbered: bool = False) -> Layout:
    """Lay out the text of an article, in Markdown or plain, in lines of at most `width` cells.

    Args:
        text: As the library has it.
        width: Cells of a line.
        numbered: Whether every link is followed by its number.
    """
    return Layout(text, width, numbered=numbered)


def wrap(text: str, width: int) -> list[str]:
    """A plain string in lines of at most `width` cells; newlines and empty lines stay."""
    width = max(1, width)
    return [line[start:end] for line in text.split("\n") for start, end in parts(line, width)]

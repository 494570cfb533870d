"""An article as a long text: its head and its lines, laid out for the width and drawn one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from time import monotonic
from typing import ClassVar

from textual.geometry import Offset, Size
from textual.message import Message

from store.model.article import Entry, minutes
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece, cells, widened
from tui.rendering.text_layout import Layout, Line, Span, Spot, lay_out, wrap
from tui.rendering.wording import UPDATED, count, day, joined

MEASURE = 80
"""Cells a line of text takes at most: beyond that the eye loses the next line."""
SLICE = 500
"""Lines laid out before a text is drawn first, and between two looks at the time."""
SPELL, BREATH = 0.01, 0.005
"""Seconds of laying out at a time, and between two spells: what stands is drawn, and keys are answered."""
NARROWEST, WIDEST, STEP = 30, 160, 4
MARGIN = 1
RAIL = "▐"
"""Stands at the edge, as far down as the screen stands in the text."""


class TextView(LineView):
    """Shows one article; posts when its end has been on the screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes(
        "heading", "quote", "link", "strong", "em", "code"
    )

    @dataclass
    class EndReached(Message, namespace="article_view"):
        """The last line of the article has been shown."""

        article: str

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.entry: Entry | None = None
        self.measure = MEASURE
        self._head: list[Piece] = []
        self._layout: Layout | None = None
        self._width = 0
        self._laid_out_for = Size(0, 0)
        self._place = 0
        self._ended = self._fresh = False
        self._numbered = False
        """Whether links show their numbers."""

    def show(self, entry: Entry, position: int = 0) -> None:
        """Show an article from an offset into its text on."""
        self.entry = entry
        self._ended, self._fresh = False, True
        self._place = position
        self._numbered = False
        self._layout, self._width = None, 0  # a hidden view is laid out once it is shown
        self._lay_out()

    def update_facts(self, entry: Entry) -> None:
        """Show changed facts of the same article where it stands."""
        self.entry = entry
        if not self.size.width:
            self._width = 0  # hidden: all of it is laid out when it is shown again
            return
        head = _head(entry, self._text_width)
        if head != self._head:
            self._head = head
            self._set_known_height()
            self.refresh()

    def clear(self) -> None:
        """Show nothing."""
        self.entry = self._layout = None
        self._head = []
        self.set_height(0)
        self.refresh()

    @property
    def position(self) -> int:
        """The offset into the text at which reading stands; the size of the screen moves it not."""
        return self._place

    @property
    def at_end(self) -> bool:
        """Whether the last line is on the screen."""
        complete = self._layout is not None and self._layout.complete
        return complete and self.top >= self.bottom

    def set_measure(self, change: int) -> None:
        """Make the lines longer or shorter by steps; the place in the text stays."""
        self.measure = min(max(NARROWEST, self.measure + change * STEP), WIDEST)
        self._lay_out()

    @property
    def _text_width(self) -> int:
        return max(1, min(self.measure, self.size.width - 2 * MARGIN))

    def _remember(self, line: int) -> None:
        line -= len(self._head)
        self._place = self._layout[line].offset if self._layout is not None and line > 0 else 0

    def _lay_out(self) -> None:
        if self.entry is None or not self.size.width:
            return
        self._laid_out_for = Size(0, 0)
        self._width = width = self._text_width
        self._head = _head(self.entry, width)
        self._layout = lay_out(self.entry.body.text, width, numbered=self._numbered)
        self._lay_out_more()
        self._go_to_place()
        self.refresh()

    def _go_to_place(self) -> None:
        # What moves the view until the size is noted is not the reader, and not remembered.
        self._laid_out_for = Size(0, 0)
        line = 0
        if self._layout is not None and self._place:
            line = self._layout.line_at(self._place) + len(self._head)
        self.go_to(line)
        if self._fresh:
            self._fresh = False
            self._ended = line > 0 and self.at_end  # it was reached before
        self._laid_out_for = self.size
        self.call_after_refresh(self._look_for_end)

    def _lay_out_more(self) -> None:
        # The first screen of a long article stands at once; the rest follows in spells, so that
        # no key waits for all of it.
        layout = self._layout
        if layout is not None and layout.more(SLICE):
            self.set_timer(BREATH, partial(self._lay_out_on, layout))
        self._set_known_height()

    def _lay_out_on(self, layout: Layout) -> None:
        if layout is self._layout:  # and not of another width, or article
            end = monotonic() + SPELL
            while monotonic() < end and layout.more(SLICE):
                pass
            self._lay_out_more()

    def _set_known_height(self) -> None:
        if self._layout is not None:
            self.set_height(len(self._head) + self._layout.ready)

    def go_to(self, line: int) -> None:
        """Make this line the first on the screen; what lies before it is laid out first."""
        if self._layout is not None:
            wanted = line + self.size.height - len(self._head)
            self._layout.more(wanted - self._layout.ready)
            self._set_known_height()
        super().go_to(line)
        if self.size == self._laid_out_for:  # it scrolls later, when the view may have another size
            self._remember(min(line, self.bottom))

    def on_resize(self) -> None:
        """Lay the text out for the new width; the place in the text stays."""
        if self.entry is not None and self._text_width != self._width:
            self._lay_out()
        elif self.entry is None or self.size == self._laid_out_for:
            self.call_after_refresh(self._look_for_end)
        else:
            self._go_to_place()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Notice where reading is."""
        super().watch_scroll_y(old_value, new_value)
        if self.size == self._laid_out_for:
            self._remember(self.top)
            self._look_for_end()

    def _look_for_end(self) -> None:
        if self.entry is None or not self.display or self.wandering:
            return
        if self.at_end and not self._ended:
            self._ended = True
            self.post_message(self.EndReached(self.entry.article.id))

    def go_to_offset(self, offset: int) -> None:
        """Go to a place of the text, as it was noted as `position`."""
        self._place = offset
        self._go_to_place()

    def show_spot(self, spot: Spot) -> None:
        """See that a place of the text is on the screen, with some lines around it."""
        if self._layout is None:
            return
        line, height = self._layout.line_of(spot) + len(self._head), self.size.height
        if not self.top <= line < self.top + height:
            self.go_to(line - height // 3)

    # -- drawing ---------------------------------------------------------------------------

    @property
    def wandering(self) -> bool:
        """Whether the text is jumped through, so that what is on the screen has not been read."""
        return False

    @property
    def spot(self) -> Spot | None:
        """The place in the text that is being looked at; None for the first line on the screen."""
        return None

    def marked(self, line: Line) -> Sequence[Span]:
        """What of a line is marked."""
        return ()

    @property
    def caret(self) -> Offset:
        """Where on the screen reading stands: at the spot that is looked at, else on the first line."""
        spot = self.spot
        margin = max(0, (self.size.width - self._text_width) // 2)
        if spot is None or self._layout is None:
            return Offset(margin, 0)
        y = self._layout.line_of(spot)
        line = self._layout[y]
        x = cells(line.text[: spot[1] - line.start + line.lead])
        return Offset(margin + x, y + len(self._head) - self.top)

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """One line of the head or of the text, centred, and how far down the text it stands."""
        if self.entry is None:
            return [(" enter opens an article", "muted")] if y == 0 else []
        margin = (width - self._text_width) // 2
        pieces = [(" " * margin, "text"), *self._text_pieces(y)]
        if self._rail() == y - self.top:
            used = sum(cells(text) for text, _ in pieces)
            pieces += [(" " * (width - 1 - used), "text"), (RAIL, "muted")]
        return pieces

    def _text_pieces(self, y: int) -> Sequence[Piece]:
        if y < len(self._head):
            return [self._head[y]]
        y -= len(self._head)
        if self._layout is None or y >= self._layout.ready:
            return []
        line = self._layout[y]
        return _pieces(line, self._text_width, self.marked(line))

    def _rail(self) -> int | None:
        """The row of the mark at the edge: the first one at the start of the text, the last at its end."""
        layout, height = self._layout, self.size.height
        if self.entry is None or layout is None or (layout.complete and not self.bottom):
            return None
        first = self.top - len(self._head)
        start = layout.offset(first) if first > 0 else 0
        seen = layout.offset(max(0, first + height)) - start
        left = len(self.entry.body.text) - seen
        return height - 1 if self.at_end else min(height - 2, start * (height - 1) // max(1, left))


def _head(entry: Entry, width: int) -> list[Piece]:
    article = entry.article
    facts = joined(
        (
            article.category,
            day(article.date),
            ", ".join(article.authors),
            count(article.words, "word"),
            f"{minutes(article.words)} min",
            UPDATED if entry.updated else "",
        )
    )
    title: list[Piece] = [(line, "heading") for line in wrap(article.title, width)]
    return [*title, *((line, "muted") for line in wrap(facts, width)), ("", "text")]


def _widened(text: str, span: Span) -> Span:
    return Span(*widened(text, span.start, span.end), span.style)


def _pieces(line: Line, width: int, marked: Sequence[Span] = ()) -> list[Piece]:
    """The line as pieces of one role each; of spans that overlap the last one counts."""
    spans = (*line.spans, *(_widened(line.text, span) for span in marked))
    edges = sorted({0, len(line.text), *(e for s in spans for e in (s.start, s.end))})
    pieces: list[Piece] = [("", "text")]
    if line.rtl:
        pieces[0] = (" " * max(0, width - cells(line.text)), "text")
    for start, end in pairwise(edges):
        role = next((s.style for s in reversed(spans) if s.start <= start < s.end), "text")
        pieces.append((line.text[start:end], role))
    return pieces

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

from store.model.article import FullArticle, reading_minutes
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece, cell_width, expand_to_clusters
from tui.rendering.text_layout import (
    BlockPosition,
    StyleSpan,
    TextLayout,
    TextLine,
    lay_out,
    wrap_text,
)
from tui.rendering.wording import UPDATED_LABEL, format_count, format_date, join_nonempty

DEFAULT_MEASURE = 80
"""Cells a line of text takes at most: beyond that the eye loses the next line."""
LAYOUT_SLICE_LINES = 500
"""Lines laid out before a text is drawn first, and between two looks at the time."""
LAYOUT_SECONDS, LAYOUT_PAUSE_SECONDS = 0.01, 0.005
"""Seconds of laying out at a time, and between two spells: what stands is drawn, and keys are answered."""
MIN_MEASURE, MAX_MEASURE, MEASURE_STEP = 30, 160, 4
TEXT_MARGIN_CELLS = 1
SCROLL_THUMB = "▐"
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
        self.full_article: FullArticle | None = None
        self.measure = DEFAULT_MEASURE
        self._header: list[Piece] = []
        self._text_layout: TextLayout | None = None
        self._width = 0
        self._laid_out_size = Size(0, 0)
        self._position = 0
        self._is_end_reported = self._is_just_shown = False
        self._has_link_numbers = False
        """Whether links show their numbers."""

    def show(self, entry: FullArticle, position: int = 0) -> None:
        """Show an article from an offset into its text on."""
        self.full_article = entry
        self._is_end_reported, self._is_just_shown = False, True
        self._position = position
        self._has_link_numbers = False
        self._text_layout, self._width = None, 0  # a hidden view is laid out once it is shown
        self._lay_out()

    def update_header(self, entry: FullArticle) -> None:
        """Show changed facts of the same article where it stands."""
        self.full_article = entry
        if not self.size.width:
            self._width = 0  # hidden: all of it is laid out when it is shown again
            return
        head = _header_lines(entry, self._text_width)
        if head != self._header:
            self._header = head
            self._update_line_count()
            self.refresh()

    def clear(self) -> None:
        """Show nothing."""
        self.full_article = self._text_layout = None
        self._header = []
        self.set_line_count(0)
        self.refresh()

    @property
    def position(self) -> int:
        """The offset into the text at which reading stands; the size of the screen moves it not."""
        return self._position

    @property
    def is_at_end(self) -> bool:
        """Whether the last line is on the screen."""
        complete = self._text_layout is not None and self._text_layout.is_complete
        return complete and self.top_line >= self.max_top_line

    def change_measure(self, change: int) -> None:
        """Make the lines longer or shorter by steps; the place in the text stays."""
        self.measure = min(max(MIN_MEASURE, self.measure + change * MEASURE_STEP), MAX_MEASURE)
        self._lay_out()

    @property
    def _text_width(self) -> int:
        return max(1, min(self.measure, self.size.width - 2 * TEXT_MARGIN_CELLS))

    def _save_position(self, line: int) -> None:
        line -= len(self._header)
        self._position = (
            self._text_layout[line].offset if self._text_layout is not None and line > 0 else 0
        )

    def _lay_out(self) -> None:
        if self.full_article is None or not self.size.width:
            return
        self._laid_out_size = Size(0, 0)
        self._width = width = self._text_width
        self._header = _header_lines(self.full_article, width)
        self._text_layout = lay_out(
            self.full_article.body.text, width, numbered=self._has_link_numbers
        )
        self._lay_out_more()
        self._restore_position()
        self.refresh()

    def _restore_position(self) -> None:
        # What moves the view until the size is noted is not the reader, and not remembered.
        self._laid_out_size = Size(0, 0)
        line = 0
        if self._text_layout is not None and self._position:
            line = self._text_layout.line_at_offset(self._position) + len(self._header)
        self.scroll_to_line(line)
        if self._is_just_shown:
            self._is_just_shown = False
            self._is_end_reported = line > 0 and self.is_at_end  # it was reached before
        self._laid_out_size = self.size
        self.call_after_refresh(self._check_end)

    def _lay_out_more(self) -> None:
        # The first screen of a long article stands at once; the rest follows in spells, so that
        # no key waits for all of it.
        layout = self._text_layout
        if layout is not None and layout.lay_out_more(LAYOUT_SLICE_LINES):
            self.set_timer(LAYOUT_PAUSE_SECONDS, partial(self._continue_layout, layout))
        self._update_line_count()

    def _continue_layout(self, layout: TextLayout) -> None:
        if layout is self._text_layout:  # and not of another width, or article
            end = monotonic() + LAYOUT_SECONDS
            while monotonic() < end and layout.lay_out_more(LAYOUT_SLICE_LINES):
                pass
            self._lay_out_more()

    def _update_line_count(self) -> None:
        if self._text_layout is not None:
            self.set_line_count(len(self._header) + self._text_layout.laid_out_lines)

    def scroll_to_line(self, line: int) -> None:
        """Make this line the first on the screen; what lies before it is laid out first."""
        if self._text_layout is not None:
            wanted = line + self.size.height - len(self._header)
            self._text_layout.lay_out_more(wanted - self._text_layout.laid_out_lines)
            self._update_line_count()
        super().scroll_to_line(line)
        if (
            self.size == self._laid_out_size
        ):  # it scrolls later, when the view may have another size
            self._save_position(min(line, self.max_top_line))

    def on_resize(self) -> None:
        """Lay the text out for the new width; the place in the text stays."""
        if self.full_article is not None and self._text_width != self._width:
            self._lay_out()
        elif self.full_article is None or self.size == self._laid_out_size:
            self.call_after_refresh(self._check_end)
        else:
            self._restore_position()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Notice where reading is."""
        super().watch_scroll_y(old_value, new_value)
        if self.size == self._laid_out_size:
            self._save_position(self.top_line)
            self._check_end()

    def _check_end(self) -> None:
        if self.full_article is None or not self.display or self.is_jumping:
            return
        if self.is_at_end and not self._is_end_reported:
            self._is_end_reported = True
            self.post_message(self.EndReached(self.full_article.article.id))

    def go_to_position(self, offset: int) -> None:
        """Go to a place of the text, as it was noted as `position`."""
        self._position = offset
        self._restore_position()

    def reveal_position(self, spot: BlockPosition) -> None:
        """See that a place of the text is on the screen, with some lines around it."""
        if self._text_layout is None:
            return
        line, height = (
            self._text_layout.line_at_position(spot) + len(self._header),
            self.size.height,
        )
        if not self.top_line <= line < self.top_line + height:
            self.scroll_to_line(line - height // 3)

    # -- drawing ---------------------------------------------------------------------------

    @property
    def is_jumping(self) -> bool:
        """Whether the text is jumped through, so that what is on the screen has not been read."""
        return False

    @property
    def caret_position(self) -> BlockPosition | None:
        """The place in the text that is being looked at; None for the first line on the screen."""
        return None

    def highlighted_spans(self, line: TextLine) -> Sequence[StyleSpan]:
        """What of a line is marked."""
        return ()

    @property
    def caret(self) -> Offset:
        """Where on the screen reading stands: at the spot that is looked at, else on the first line."""
        spot = self.caret_position
        margin = max(0, (self.size.width - self._text_width) // 2)
        if spot is None or self._text_layout is None:
            return Offset(margin, 0)
        y = self._text_layout.line_at_position(spot)
        line = self._text_layout[y]
        x = cell_width(line.text[: spot[1] - line.start + line.prefix_length])
        return Offset(margin + x, y + len(self._header) - self.top_line)

    def build_line(self, y: int, width: int) -> Sequence[Piece]:
        """One line of the head or of the text, centred, and how far down the text it stands."""
        if self.full_article is None:
            return [(" enter opens an article", "muted")] if y == 0 else []
        margin = (width - self._text_width) // 2
        pieces = [(" " * margin, "text"), *self._build_text_line(y)]
        if self._scroll_thumb_row() == y - self.top_line:
            used = sum(cell_width(text) for text, _ in pieces)
            pieces += [(" " * (width - 1 - used), "text"), (SCROLL_THUMB, "muted")]
        return pieces

    def _build_text_line(self, y: int) -> Sequence[Piece]:
        if y < len(self._header):
            return [self._header[y]]
        y -= len(self._header)
        if self._text_layout is None or y >= self._text_layout.laid_out_lines:
            return []
        line = self._text_layout[y]
        return _style_line(line, self._text_width, self.highlighted_spans(line))

    def _scroll_thumb_row(self) -> int | None:
        """The row of the mark at the edge: the first one at the start of the text, the last at its end."""
        layout, height = self._text_layout, self.size.height
        if (
            self.full_article is None
            or layout is None
            or (layout.is_complete and not self.max_top_line)
        ):
            return None
        first = self.top_line - len(self._header)
        start = layout.offset_of_line(first) if first > 0 else 0
        seen = layout.offset_of_line(max(0, first + height)) - start
        left = len(self.full_article.body.text) - seen
        return (
            height - 1 if self.is_at_end else min(height - 2, start * (height - 1) // max(1, left))
        )


def _header_lines(entry: FullArticle, width: int) -> list[Piece]:
    article = entry.article
    facts = join_nonempty(
        (
            article.category,
            format_date(article.date),
            ", ".join(article.authors),
            format_count(article.words, "word"),
            f"{reading_minutes(article.words)} min",
            UPDATED_LABEL if entry.updated else "",
        )
    )
    title: list[Piece] = [(line, "heading") for line in wrap_text(article.title, width)]
    return [*title, *((line, "muted") for line in wrap_text(facts, width)), ("", "text")]


def _widen_span(text: str, span: StyleSpan) -> StyleSpan:
    return StyleSpan(*expand_to_clusters(text, span.start, span.end), span.style)


def _style_line(line: TextLine, width: int, marked: Sequence[StyleSpan] = ()) -> list[Piece]:
    """The line as pieces of one role each; of spans that overlap the last one counts."""
    spans = (*line.spans, *(_widen_span(line.text, span) for span in marked))
    edges = sorted({0, len(line.text), *(e for s in spans for e in (s.start, s.end))})
    pieces: list[Piece] = [("", "text")]
    if line.is_rtl:
        pieces[0] = (" " * max(0, width - cell_width(line.text)), "text")
    for start, end in pairwise(edges):
        role = next((s.style for s in reversed(spans) if s.start <= start < s.end), "text")
        pieces.append((line.text[start:end], role))
    return pieces

"""The article pane: one article, laid out for the width, with text search, selection and link numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from time import monotonic

from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip

from store.model.article import FullArticle
from tui.config.settings import DEFAULT_MEASURE, MAX_MEASURE, MIN_MEASURE
from tui.reader.widgets.line_view import LineView
from tui.reader.widgets.one_shot_timer import call_after
from tui.rendering.article_head import build_article_head, build_summary
from tui.rendering.cells import StyledText, cell_width, expand_to_clusters, measure_cells
from tui.rendering.code_spans import CodeSpans
from tui.rendering.text_layout import (
    ArticleLink,
    BlockPosition,
    StyleSpan,
    TextLayout,
    TextLine,
)
from tui.rendering.text_search import SpanFinder, TextSearch
from tui.rendering.text_selection import SelectionUnit, TextSelection
from tui.rendering.trail import ShownPage, render_breadcrumbs

MEASURE_STEP = 4
LAYOUT_SLICE_LINES = 500
"""Lines laid out before the first frame, and between two looks at the clock."""
LAYOUT_SECONDS, LAYOUT_PAUSE_SECONDS = 0.01, 0.005
"""Seconds of layout at a time, and the pause between in which frames are drawn and keys answered."""
FIND_SLICE_BLOCKS = 2000
"""Blocks searched at a time."""
MAX_SELECTION_STEP_LINES = 10_000
"""Lines the selection cursor moves at once; a longer step goes to the end."""
TEXT_MARGIN_CELLS = 1
SCROLL_THUMB = "▐"
"""Drawn at the right edge, as far down as the screen is in the text."""
CODE_SIGN = "┆"
"""Drawn before the lines of code, which are not told from text by their colours alone."""
CODE_FENCES = ("```", "~~~")
NEW_PARAGRAPH_SIGN = "▎"
"""Drawn before the lines of a paragraph with something the reader has not read before."""


class ArticleView(LineView):
    """Shows one article; posts search progress, and when the end has been on the screen."""

    title = "Article"

    @dataclass
    class EndReached(Message):
        """The last line of the article has been shown."""

        article: str

    class LaidOut(Message):
        """The open article has been laid out for a new size."""

    @dataclass
    class CodeFound(Message):
        """An article that is shown has code; `show_code_spans` takes its tokens."""

        text: str

    @dataclass
    class LinkClicked(Message):
        """A link of the text was clicked."""

        link: ArticleLink

    @dataclass
    class FindProgressed(Message):
        """More of the text has been searched."""

        count: str
        """The current hit and the number of hits, in words."""

        def can_replace(self, message: Message) -> bool:
            """Return True for an older count: only the last one matters."""
            return isinstance(message, ArticleView.FindProgressed)

    def __init__(self, now: Callable[[], int], id: str) -> None:  # noqa: A002 - Textual's name
        """Make an empty pane.

        Args:
            now: Returns seconds since 1970, for the date of an article.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._now = now
        self.full_article: FullArticle | None = None
        self.is_preview = False
        """True if the article is only shown, and not open: its end is not reported."""
        self.empty_text = "No article open"
        self.note = ""
        """Shown behind the facts of the article."""
        self.shows_summary = False
        """True if the summary stands before the text."""
        self.measure = DEFAULT_MEASURE
        self._trail: Sequence[str] = ()
        self._trail_index = 0
        self.text_search: TextSearch | None = None
        self.selection: TextSelection | None = None
        self._header: list[StyledText] = []
        self._text_layout: TextLayout | None = None
        self._width = 0
        self._laid_out_size = Size(0, 0)
        self._position = 0
        self._is_end_reported = self._is_just_shown = False
        self._has_link_numbers = False
        self._thumb_line = -1
        """The line with the scroll thumb in the current frame; -1 if there is none."""
        self._new_paragraphs: Sequence[tuple[int, int]] = ()
        self._code_spans = CodeSpans()
        self._page: ShownPage | None = None
        """The article's page, while its text is shown instead of the article's own."""
        self._own_position = 0

    def show(self, entry: FullArticle, position: int = 0, *, preview: bool = False) -> None:
        """Show an article from an offset into its text on."""
        self.text_search = self.selection = None
        self._new_paragraphs = ()
        self.full_article, self.is_preview = entry, preview
        self._is_end_reported, self._is_just_shown = False, True
        self._position = position
        self._has_link_numbers = False
        self._page = None
        self._lay_out_anew()

    def show_page(self, page: ShownPage | None) -> None:
        """Show the text of the article's page, from its position on; None for its own text again."""
        if self._page is None:
            self._own_position = self._position
        self.text_search = self.selection = None
        self._position = self._own_position if page is None else page.position
        self._page = page
        self._lay_out_anew()

    @property
    def shown_page(self) -> ShownPage | None:
        """The page of the article with the position in it, if its text is shown."""
        return None if self._page is None else replace(self._page, position=self._position)

    @property
    def own_position(self) -> int:
        """The position in the article's own text, also while that of its page is shown."""
        return self._position if self._page is None else self._own_position

    @property
    def shown_text(self) -> str:
        """The text that is shown; empty without an article."""
        if self._page is not None:
            return self._page.text
        return self.full_article.body.text if self.full_article is not None else ""

    def _lay_out_anew(self) -> None:
        self._text_layout, self._width = None, 0  # a hidden view is laid out once it is shown
        self._code_spans = CodeSpans()
        self._lay_out()
        if any(fence in self.shown_text for fence in CODE_FENCES):
            self.post_message(self.CodeFound(self.shown_text))

    def end_preview(self) -> None:
        """Take the article shown for open: lay out the rest of it, and look for its end."""
        if self.is_preview:
            self.is_preview = False
            if self._text_layout is not None and not self._text_layout.is_complete:
                self._lay_out_more()
            self._check_end()

    def update_header(self, entry: FullArticle) -> None:
        """Show the changed facts of the article that is on the screen."""
        self.full_article = entry
        if not self.size.width:
            self._width = 0  # hidden: everything is laid out when it is shown again
            return
        header = self._build_header(entry)
        if header != self._header:
            self._header = header
            self._update_line_count()
            self.refresh()

    def show_trail(self, titles: Sequence[str], current_index: int) -> None:
        """Show the trail in the edge, once it has more than one article."""
        self._trail, self._trail_index = titles, current_index
        self.update_title()

    def build_title(self, width: int) -> str:
        """Return the trail, if there is one and room for it."""
        if len(self._trail) < 2 or width < 1:
            return self.title
        return "".join(render_breadcrumbs(self._trail, self._trail_index, width))

    def clear(self) -> None:
        """Show nothing."""
        self.text_search = self.selection = None
        self.full_article = self._text_layout = self._page = None
        self.is_preview = False
        self._header = []
        self.set_line_count(0)
        self.refresh()

    def show_new_paragraphs(self, paragraphs: Sequence[tuple[int, int]]) -> None:
        """Mark paragraphs as new at the edge, given by start and end in the text."""
        if paragraphs != self._new_paragraphs:
            self._new_paragraphs = paragraphs
            self.refresh()

    def show_code_spans(self, text: str, spans: CodeSpans) -> None:
        """Colour the code of a text, if it is still shown."""
        if self.shown_text == text and spans.starts:
            self._code_spans = spans
            self.refresh()

    # -- layout and position ---------------------------------------------------------------

    @property
    def position(self) -> int:
        """The reading position, an offset into the text; resizing does not change it."""
        return self._position

    @property
    def is_at_end(self) -> bool:
        """True if the last line is on the screen."""
        complete = self._text_layout is not None and self._text_layout.is_complete
        return complete and self.top_line >= self.max_top_line

    @property
    def seen_percent(self) -> int:
        """The share of the text that is above the lower edge of the screen, in percent."""
        layout, entry = self._text_layout, self.full_article
        if self.is_at_end or layout is None or entry is None:
            return 100
        below = max(0, self.top_line + self.size.height - len(self._header))
        return 100 * layout.offset_of_line(below) // max(1, len(entry.body.text))

    @property
    def is_jumping(self) -> bool:
        """True if a search or the links move the view: what it shows has not been read then."""
        return self.text_search is not None or self._has_link_numbers

    def change_measure(self, change: int) -> None:
        """Make the lines longer or shorter by some steps; the position stays."""
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
        self._header = self._build_header(self.full_article)
        self._text_layout = TextLayout(self.shown_text, width, numbered=self._has_link_numbers)
        self._lay_out_more()
        self._restore_position()
        self.refresh()

    def _build_header(self, entry: FullArticle) -> list[StyledText]:
        width = self._text_width
        head = build_article_head(entry, width, self._now(), note=self.note, page=self._page)
        return [*head, *build_summary(entry.body, width)] if self.shows_summary else head

    def _restore_position(self) -> None:
        # Until the size is saved below it is not the reader who scrolls: the position must not change.
        self._laid_out_size = Size(0, 0)
        line = 0
        if self._text_layout is not None and self._position:
            line = self._text_layout.line_at_offset(self._position) + len(self._header)
        self.scroll_to_line(line)
        if self._is_just_shown:
            self._is_just_shown = False
            self._is_end_reported = line > 0 and self.is_at_end  # reported in an earlier session
        self._laid_out_size = self.size
        self.call_after_refresh(self._check_end)

    def _lay_out_more(self, seconds: float = 0.0) -> None:
        # The first screen of a long article is drawn at once; the rest follows in slices, so that
        # no key waits for all of it. A preview has no rest: most are never scrolled.
        layout = self._text_layout
        if layout is None:
            return
        below_screen = self.top_line + self.size.height - len(self._header)
        is_screen_laid_out = layout.laid_out_lines >= below_screen
        end = monotonic() + seconds
        has_more = layout.lay_out_more(LAYOUT_SLICE_LINES)
        while has_more and monotonic() < end:
            has_more = layout.lay_out_more(LAYOUT_SLICE_LINES)
        if has_more and not self.is_preview:
            call_after(self, LAYOUT_PAUSE_SECONDS, partial(self._continue_layout, layout))
        self._update_line_count(redraw=not is_screen_laid_out)
        if is_screen_laid_out and self._find_thumb_line() != self._thumb_line:
            self.refresh()

    def _continue_layout(self, layout: TextLayout) -> None:
        if layout is self._text_layout:  # and not that of another width or article
            self._lay_out_more(LAYOUT_SECONDS)

    def _update_line_count(self, *, redraw: bool = True) -> None:
        if self._text_layout is not None:
            lines = len(self._header) + self._text_layout.laid_out_lines
            self.set_line_count(lines, redraw=redraw)

    def scroll_to_line(self, line: int) -> None:
        """Make a line the first on the screen; the lines before it are laid out first."""
        if self._text_layout is not None:
            wanted = line + self.size.height - len(self._header)
            self._text_layout.lay_out_more(wanted - self._text_layout.laid_out_lines)
            self._update_line_count()
        super().scroll_to_line(line)
        if self.size == self._laid_out_size:  # Textual scrolls later, perhaps at another size
            self._save_position(min(line, self.max_top_line))

    def scroll_lines(self, lines: int) -> None:
        """Scroll, or during a selection move its cursor."""
        if self.selection is None:
            super().scroll_lines(lines)
        else:
            far = abs(lines) > MAX_SELECTION_STEP_LINES
            self.move_selection(
                "end" if far else "line", (1 if lines > 0 else -1) if far else lines
            )

    def on_resize(self) -> None:
        """Lay the text out for the new width; the position stays."""
        if self.full_article is not None and self._text_width != self._width:
            self._lay_out()
        elif self.full_article is None or self.size == self._laid_out_size:
            self.call_after_refresh(self._check_end)
        else:
            self._restore_position()
        if self.full_article is not None and not self.is_preview:
            self.post_message(self.LaidOut())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Save the position, and check for the end."""
        super().watch_scroll_y(old_value, new_value)
        if self.size == self._laid_out_size:
            self._save_position(self.top_line)
            self._check_end()

    def _check_end(self) -> None:
        if self.full_article is None or not self.display or self.is_preview or self.is_jumping:
            return
        if self.full_article.body.is_missing and self._page is None:
            return
        if self.is_at_end and not self._is_end_reported:
            self._is_end_reported = True
            self.post_message(self.EndReached(self.full_article.article.id))

    def go_to_position(self, offset: int) -> None:
        """Go back to a saved position."""
        self._position = offset
        self._restore_position()

    def reveal_position(self, spot: BlockPosition) -> None:
        """Scroll a place of the text onto the screen, with some lines around it."""
        if self._text_layout is None:
            return
        line = self._text_layout.line_at_position(spot) + len(self._header)
        if not self.top_line <= line < self.top_line + self.size.height:
            self.scroll_to_line(line - self.size.height // 3)

    def reveal_offset(self, offset: int) -> None:
        """Scroll an offset into the text onto the screen; the reading position stays."""
        if self._text_layout is not None:
            position = self._position
            self.reveal_position(
                self._text_layout[self._text_layout.line_at_offset(offset)].start_position
            )
            self._position = position

    # -- text search -----------------------------------------------------------------------

    def find(self, find_spans: SpanFinder | None, near: int = 0) -> None:
        """Highlight everything that is found, and show one of the hits.

        Args:
            find_spans: Finds it in a text; None for nothing.
            near: An offset into the text: show the first hit from there on, else the first of all.
        """
        if self._text_layout is None:
            return
        spot = (
            self._text_layout[self._text_layout.line_at_offset(near)].start_position
            if near and self._text_layout
            else (0, 0)
        )
        self.text_search = TextSearch(find_spans, spot)
        self._find_in_next_slice(self.text_search)

    def _find_in_next_slice(self, search: TextSearch) -> None:
        # In slices, like the layout: the first hit in a long text is shown at once.
        if search is not self.text_search or self._text_layout is None:
            return
        before = search.current_hit
        if search.search_blocks(self._text_layout, FIND_SLICE_BLOCKS):
            call_after(self, LAYOUT_PAUSE_SECONDS, partial(self._find_in_next_slice, search))
        self._report_hits(moved=search.current_hit != before)

    def _report_hits(self, *, moved: bool) -> None:
        if self.text_search is not None:
            if moved and self.text_search.current_hit is not None:
                self.reveal_position(self.text_search.current_hit.start_position)
            self.post_message(self.FindProgressed(self.text_search.status_text))
        self.refresh()

    def step_hit(self, by: int) -> None:
        """Show the next hit (1), or the previous one (-1)."""
        if self.text_search is not None:
            self.text_search.step(by)
            self._report_hits(moved=True)

    def clear_highlights(self) -> None:
        """End the search."""
        self.text_search = None
        self.refresh()

    # -- selection -------------------------------------------------------------------------

    def start_selection(self) -> bool:
        """Put a cursor on the current hit, or on the first word on the screen; False without text."""
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
        """Start the selection at the cursor, or cancel it."""
        if self.selection is not None:
            self.selection.toggle_anchor()
            self.refresh()

    def move_selection(self, unit: SelectionUnit, by: int) -> None:
        """Move the cursor, and with it the end of the selection."""
        if self.selection is not None and self._text_layout is not None:
            for _ in range(abs(by)):
                self.selection.move(self._text_layout, unit, 1 if by > 0 else -1)
            self.reveal_position(self.selection.cursor)
            self.refresh()

    def end_selection(self) -> str:
        """End the selection, and return the text that was selected."""
        text = ""
        if self.selection is not None and self._text_layout is not None:
            text = self.selection.selected_text(self._text_layout)
        self.selection = None
        self.refresh()
        return text

    # -- links -----------------------------------------------------------------------------

    @property
    def links(self) -> Sequence[ArticleLink]:
        """The links of the article, in order."""
        return self._text_layout.links if self._text_layout is not None else ()

    def set_link_numbers(self, *, on: bool) -> None:
        """Show or hide the number after every link."""
        self.text_search = self.selection = None
        self._has_link_numbers = on
        self._lay_out()

    def click_line(self, line: int, x: int, *, had_keys: bool) -> None:
        """Tell the screen which link was clicked."""
        found, layout = self._laid_out_line(line), self._text_layout
        if found is None or layout is None:
            return
        x -= (self.size.width - self._text_width) // 2
        if found.is_rtl:
            x -= max(0, self._text_width - cell_width(found.text))
        edges = measure_cells(found.text)[1]
        link = layout.link_at(found, bisect_right(edges, x) - 1) if 0 <= x < edges[-1] else None
        if link is not None:
            self.post_message(self.LinkClicked(link))

    # -- drawing ---------------------------------------------------------------------------

    @property
    def caret_position(self) -> BlockPosition | None:
        """The selection cursor, else the current hit; None for the first line on the screen."""
        if self.selection is not None:
            return self.selection.cursor
        hit = self.text_search.current_hit if self.text_search is not None else None
        return hit.start_position if hit is not None else None

    @property
    def lit_lines(self) -> range:
        """None: there is no cursor to light."""
        return range(0)

    @property
    def caret(self) -> Offset:
        """The place of the terminal's cursor: the caret position, else the first line."""
        spot = self.caret_position
        margin = max(0, (self.size.width - self._text_width) // 2)
        if spot is None or self._text_layout is None:
            return Offset(margin, 0)
        y = self._text_layout.line_at_position(spot)
        line = self._text_layout[y]
        x = cell_width(line.text[: spot[1] - line.start + line.prefix_length])
        return Offset(margin + x, y + len(self._header) - self.top_line)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines, and the scroll thumb in one of them."""
        self._thumb_line = self._find_thumb_line()
        return super().render_lines(crop)

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return one line of the header or the text, centred, with the signs at its edges."""
        if self.full_article is None:
            return [(f" {self.empty_text}", "muted")] if y == 0 else []
        margin = " " * ((width - self._text_width) // 2)
        pieces = [(margin, "text"), *self._build_text_line(y)]
        if y == self._thumb_line:
            used = sum(cell_width(text) for text, _ in pieces)
            pieces += [(" " * (width - 1 - used), "text"), (SCROLL_THUMB, "muted")]
        if self._is_new_line(y):
            pieces[:1] = [(margin[:-1], "text"), (NEW_PARAGRAPH_SIGN, "accent")]
        elif (line := self._laid_out_line(y)) is not None and line.is_code:
            pieces[:1] = [(margin[:-1], "text"), (CODE_SIGN, "muted")]
        return pieces

    def _build_text_line(self, y: int) -> Sequence[StyledText]:
        if y < len(self._header):
            return [self._header[y]]
        line = self._laid_out_line(y)
        return _style_line(line, self._text_width, self._highlights(line)) if line else []

    def _laid_out_line(self, y: int) -> TextLine | None:
        layout, row = self._text_layout, y - len(self._header)
        return layout[row] if layout is not None and 0 <= row < layout.laid_out_lines else None

    def _is_new_line(self, y: int) -> bool:
        has_marks = self._new_paragraphs and self._page is None
        line = self._laid_out_line(y) if has_marks else None
        return (
            line is not None
            and line.text != ""
            and any(start <= line.offset < end for start, end in self._new_paragraphs)
        )

    def _highlights(self, line: TextLine) -> Sequence[StyleSpan]:
        """Return the tokens of code on a line, the hits, and the selected part of it."""
        spans = self._code_spans.line_spans(line) if line.is_code else []
        if self.text_search is not None:
            spans += self.text_search.line_spans(line)
        if self.selection is not None and self._text_layout is not None:
            spans += self.selection.line_spans(self._text_layout, line)
        return spans

    def _find_thumb_line(self) -> int:
        """Return the line of the thumb: the first seen at the start of the text, the last at its end."""
        layout, height, top_line = self._text_layout, self.size.height, self.top_line
        if (
            self.full_article is None
            or layout is None
            or (layout.is_complete and not self.max_top_line)
        ):
            return -1
        first = top_line - len(self._header)
        start = layout.offset_of_line(first) if first > 0 else 0
        seen = layout.offset_of_line(max(0, first + height)) - start
        left = len(self.shown_text) - seen
        row = (
            height - 1 if self.is_at_end else min(height - 2, start * (height - 1) // max(1, left))
        )
        return top_line + row


def _widen_span(text: str, span: StyleSpan) -> StyleSpan:
    return StyleSpan(*expand_to_clusters(text, span.start, span.end), span.style)


def _style_line(
    line: TextLine, width: int, highlights: Sequence[StyleSpan] = ()
) -> list[StyledText]:
    """Return the line as pieces of one role each; of overlapping spans the last one counts."""
    spans = (*line.spans, *(_widen_span(line.text, span) for span in highlights))
    edges = sorted({0, len(line.text), *(e for s in spans for e in (s.start, s.end))})
    pieces: list[StyledText] = [("", "text")]
    if line.is_rtl:
        pieces[0] = (" " * max(0, width - cell_width(line.text)), "text")
    for start, end in pairwise(edges):
        role = next((s.style for s in reversed(spans) if s.start <= start < s.end), "text")
        pieces.append((line.text[start:end], role))
    if line.is_code:
        pieces.append((" " * max(0, width - cell_width(line.text)), "code"))
    return pieces

"""The side pane: statistics, summary, similar articles and details of one article."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textual.geometry import Offset
from textual.message import Message

from store.model.article import ArticleInsights, ArticleRow, FullArticle, SimilarArticle
from tui.reader.widgets.line_view import LineView
from tui.rendering.cells import StyledText, truncate_cells
from tui.rendering.list_rows import CURSOR_SIGN
from tui.rendering.side_sections import DetailItem, PaneLine, build_detail_sections

FIRST_CURSOR_ITEM = 1
"""The first item of the cursor: below the first heading, so that enter opens the article."""


class _ShownLine(NamedTuple):
    """A line of an item, or a blank one between sections."""

    pieces: PaneLine = ()
    item: int = -1


class SidePane(LineView):
    """Shows an article's details, with a cursor while it has the focus."""

    title = "Side pane"

    @dataclass
    class SimilarChosen(Message):
        """The user wants to open a similar article."""

        number: int

    @dataclass
    class TextOffsetChosen(Message):
        """The user wants to see a place of the text."""

        offset: int

    class SectionsFolded(Message):
        """The user folded or unfolded a section."""

    def __init__(self, now: Callable[[], int], id: str) -> None:  # noqa: A002 - Textual's name
        """Make an empty pane.

        Args:
            now: Returns seconds since 1970, for the ages.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._now = now
        self.full_article: FullArticle | None = None
        self.similar: Sequence[SimilarArticle] | None = None
        self.insights = ArticleInsights()
        self._summary_programs: dict[str, str] = {}
        """The program that is summarizing an article, by article."""
        self.folded_sections: set[str] = set()
        """The names of the folded sections, for all articles."""
        self.cursor = FIRST_CURSOR_ITEM
        """The item that the cursor is on."""
        self._items: list[DetailItem] = []
        self._lines: list[_ShownLine] = []

    def show(self, entry: FullArticle) -> None:
        """Show an article; similar articles and insights stay if it is the same one."""
        if self.full_article is None or self.full_article.article.id != entry.article.id:
            self.similar, self.insights = None, ArticleInsights()
            self.cursor = FIRST_CURSOR_ITEM
            self.scroll_to_line(0)
        self.full_article = entry
        self._build_items()
        self.update_title()

    @property
    def has_lines(self) -> bool:
        """True unless there is nothing to show, or the pane has no size yet."""
        return bool(self._lines)

    def build_title(self, width: int) -> str:
        """Return the title of the article where it is on the screen nowhere else."""
        if self.full_article is None or not self.screen.has_class("-alone"):
            return self.title
        return truncate_cells(self.full_article.article.title, max(0, width))

    def clear(self) -> None:
        """Show nothing."""
        self.full_article = self.similar = None
        self.cursor, self._items, self._lines = FIRST_CURSOR_ITEM, [], []
        self.set_line_count(0)
        self.refresh()

    def show_similar(self, article: str, similar: Sequence[SimilarArticle]) -> None:
        """Show similar articles, if they belong to the article shown."""
        if self.full_article is not None and self.full_article.article.id == article:
            self.similar = similar
            self._build_items()

    def update_similar(self, rows: Mapping[str, ArticleRow]) -> None:
        """Show what has changed about the similar articles."""
        self.similar = [each.follow_row(rows) for each in self.similar or ()]
        self._build_items()

    def show_insights(self, article: str, insights: ArticleInsights) -> None:
        """Show insights, if they belong to the article shown."""
        if self.full_article is not None and self.full_article.article.id == article:
            self.insights = insights
            self._build_items()

    def show_summary_program(self, article: str, program: str) -> None:
        """Show that a program is summarizing an article; an empty name means none is."""
        self._summary_programs[article] = program
        self._build_items()

    def on_resize(self) -> None:
        """Lay out the lines for the new width."""
        self._build_items()
        if self.has_focus:
            self._scroll_to_cursor()

    def _build_items(self) -> None:
        width = self.size.width - 2
        if self.full_article is None or width < 1:
            return
        running = self._summary_programs.get(self.full_article.article.id, "")
        sections = build_detail_sections(
            self.full_article, self.similar, self.insights, width, self._now(), running
        )
        before = self._items[self.cursor] if self._items else None
        self._items = [
            item
            for section in sections
            for item in section.visible_items(width, folded=section.name in self.folded_sections)
        ]
        is_moved = self._items[self.cursor : self.cursor + 1] != [before]
        if is_moved and before in self._items:  # what came above it moves the cursor with it
            self.cursor = self._items.index(before)
        self.cursor = min(self.cursor, len(self._items) - 1)
        self._build_lines()

    def _build_lines(self) -> None:
        """Lay out the items, with blank lines between the sections where there is room for them."""
        old, lines = self._lines, list(self._iter_lines(spaced=True))
        if len(lines) > self.size.height:
            lines = list(self._iter_lines(spaced=False))
        self._lines = lines
        if len(lines) != len(old):
            self.set_line_count(len(lines))
        for y, pair in enumerate(zip(old, lines, strict=False)):
            if pair[0] != pair[1]:
                self.refresh_line(y)

    def _iter_lines(self, *, spaced: bool) -> Iterator[_ShownLine]:
        is_open = False  # the section above
        for number, item in enumerate(self._items):
            if item.folded_section and is_open and spaced:
                yield _ShownLine()
            is_open = not item.folded_section
            here = number == self.cursor and self.is_active
            for pieces in (here and item.full_lines) or item.lines:
                yield _ShownLine(pieces, number)

    # -- the cursor ------------------------------------------------------------------------

    def scroll_lines(self, lines: int) -> None:
        """Move the cursor down (or, if negative, up) by some items, and scroll to it."""
        self._move_cursor_to(self.cursor + lines)

    def _move_cursor_to(self, item: int) -> None:
        old, last = self.cursor, len(self._items) - 1
        self.cursor = min(max(0, item), max(0, last))
        self._build_lines()
        self._refresh_items((old, self.cursor))
        self._scroll_to_cursor()

    def _refresh_items(self, items: Iterable[int]) -> None:
        wanted = set(items)
        for y, line in enumerate(self._lines):
            if line.item in wanted:
                self.refresh_line(y)

    @property
    def _cursor_lines(self) -> range:
        """The lines of the item under the cursor."""
        lines = [y for y, line in enumerate(self._lines) if line.item == self.cursor]
        return range(lines[0], lines[-1] + 1) if lines else range(1)

    def _scroll_to_cursor(self) -> None:
        height, lines = max(1, self.size.height), self._cursor_lines
        if lines.start < self.top_line or lines.stop > self.top_line + height:
            self.scroll_to_line(lines.start - height // 2)

    def activate_line(self) -> bool:
        """Do what enter does on the current item; return False if it does nothing there."""
        item = self._items[self.cursor] if self._items else DetailItem(())
        if item.folded_section:
            self.folded_sections ^= {item.folded_section}
            self._build_items()
            self.post_message(self.SectionsFolded())
        elif item.similar_number:
            self.post_message(self.SimilarChosen(item.similar_number))
        elif item.text_position is not None:
            self.post_message(self.TextOffsetChosen(item.text_position))
        return bool(item.folded_section or item.similar_number or item.text_position is not None)

    def set_active(self, *, active: bool) -> None:
        """Light the edge, and show the cursor in full, or stop that."""
        super().set_active(active=active)
        self._build_lines()
        self._refresh_items([self.cursor])

    def click_line(self, line: int, x: int, *, had_keys: bool) -> None:
        """Fold a heading, or move the cursor on the first click and activate its item on the second."""
        if line >= len(self._lines) or self._lines[line].item < 0:
            return
        item = self._lines[line].item
        is_first = item != self.cursor or not had_keys
        self._move_cursor_to(item)
        if not is_first or self._items[item].folded_section:
            self.activate_line()

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor: the current item."""
        return Offset(0, self._cursor_lines.start - self.top_line)

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return one line, one cell from the edge; those of the current item are highlighted."""
        if y >= len(self._lines):
            return []
        pieces, item = self._lines[y]
        if item == self.cursor and self.is_active:
            sign = CURSOR_SIGN if y == self._cursor_lines.start else " "
            text = "".join(text for text, _ in pieces)
            return [(sign, "selection"), (text or " ", "selection")]
        return [(" ", "text"), *pieces]

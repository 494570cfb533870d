"""The side pane: summary, similar articles, statistics and details of one article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.geometry import Offset
from textual.message import Message

from store.model.article import ArticleInsights, FullArticle, SimilarArticle
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.article_details import DetailLine, build_detail_sections
from tui.rendering.cells import StyledText

FIRST_CURSOR_LINE = 1
"""The first line of the cursor: below the first heading, so that enter opens the article."""


class SidePane(LineView):
    """Shows an article's details, with a cursor while it has the focus."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes(
        "section", "accent", "unread", "strong", "selection"
    )

    @dataclass
    class SimilarChosen(Message):
        """The user wants to open a similar article."""

        number: int

    @dataclass
    class TextOffsetChosen(Message):
        """The user wants to see a place of the text."""

        offset: int

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
        self.cursor = FIRST_CURSOR_LINE
        self._lines: list[DetailLine] = []

    def show(self, entry: FullArticle) -> None:
        """Show an article; similar articles and insights stay if it is the same one."""
        if self.full_article is None or self.full_article.article.id != entry.article.id:
            self.similar, self.insights = None, ArticleInsights()
            self.cursor = FIRST_CURSOR_LINE
            self.scroll_to_line(0)
        self.full_article = entry
        self._build_lines()

    def clear(self) -> None:
        """Show nothing."""
        self.full_article = self.similar = None
        self.cursor, self._lines = FIRST_CURSOR_LINE, []
        self.set_line_count(0)
        self.refresh()

    def show_similar(self, article: str, similar: Sequence[SimilarArticle]) -> None:
        """Show similar articles, if they belong to the article shown."""
        if self.full_article is not None and self.full_article.article.id == article:
            self.similar = similar
            self._build_lines()

    def show_insights(self, article: str, insights: ArticleInsights) -> None:
        """Show insights, if they belong to the article shown."""
        if self.full_article is not None and self.full_article.article.id == article:
            self.insights = insights
            self._build_lines()

    def show_summary_program(self, article: str, program: str) -> None:
        """Show that a program is summarizing an article; an empty name means none is."""
        self._summary_programs[article] = program
        self._build_lines()

    def on_resize(self) -> None:
        """Lay out the lines for the new width."""
        self._build_lines()
        self._scroll_to_cursor()

    def _build_lines(self) -> None:
        width = self.size.width - 2
        if self.full_article is None or width < 1:
            return
        running = self._summary_programs.get(self.full_article.article.id, "")
        sections = build_detail_sections(
            self.full_article, self.similar, self.insights, width, self._now(), running
        )
        shown = [
            section.visible_lines(folded=section.name in self.folded_sections)
            for section in sections
        ]
        lines = [line for lines in shown for line in lines]
        while lines and lines[-1] == DetailLine():
            lines.pop()  # no blank line at the end
        if lines != self._lines:
            self._lines = lines
            self.cursor = min(self.cursor, len(lines) - 1)
            self.set_line_count(len(lines))
            self.refresh()

    # -- the cursor ------------------------------------------------------------------------

    def scroll_lines(self, lines: int) -> None:
        """Move the cursor down (or, if negative, up) by some lines, and scroll to it."""
        old, last = self.cursor, len(self._lines) - 1
        self.cursor = min(max(0, old + lines), max(0, last))
        for line in {old, self.cursor}:
            self.refresh_line(line)
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        height = max(1, self.size.height)
        if not self.top_line <= self.cursor < self.top_line + height:
            self.scroll_to_line(self.cursor - height // 2)

    def activate_line(self) -> bool:
        """Do what enter does on the current line; return False if it does nothing there."""
        line = self._lines[self.cursor] if self._lines else DetailLine()
        if line.folded_section:
            self.folded_sections ^= {line.folded_section}
            self._build_lines()
        elif line.similar_number:
            self.post_message(self.SimilarChosen(line.similar_number))
        elif line.text_position is not None:
            self.post_message(self.TextOffsetChosen(line.text_position))
        return bool(line.folded_section or line.similar_number or line.text_position is not None)

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor on the first click, activate the line on the second."""
        line = self.top_line + event.y
        if line == self.cursor:
            self.activate_line()
        elif line < len(self._lines):
            self.scroll_lines(line - self.cursor)

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor: the current line."""
        return Offset(0, self.cursor - self.top_line)

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return one line, one cell from the edge; the current one is highlighted."""
        if y >= len(self._lines):
            return []
        pieces = self._lines[y].pieces
        if y == self.cursor and self.has_focus:
            text = "".join(text for text, _ in pieces)
            return [(">", "selection"), (text or " ", "selection")]
        return [(" ", "text"), *pieces]

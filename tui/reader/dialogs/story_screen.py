"""The story screen: an article and its similar articles on a timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import ArticleRow
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.full_screen import FullScreenDialog
from tui.reader.gateway import messages
from tui.rendering.cells import StyledText, wrap_text
from tui.rendering.list_rows import STAR_SIGN, STORY_ORIGIN_SIGN, UNREAD_SIGN
from tui.rendering.wording import format_age, format_count, format_row_date, join_nonempty

if TYPE_CHECKING:
    from store.library.story import StoryArticle
    from tui.config.keymaps import Keymap
    from tui.reader.gateway.articles import Changes

STORY_INDENT_CELLS = 4


class StoryScreen(FullScreenDialog[str]):
    """A story, newest article last; ends with the article to open."""

    PLACE = "story"
    HINTS = (
        ("article.open", "open"),
        ("article.toggle_read", "all read"),
        ("app.undo", "undo"),
        ("app.help", "help"),
        ("dialog.close", "back"),
    )

    def __init__(
        self, keymap: Keymap, changes: Changes, article: str, now: Callable[[], int]
    ) -> None:
        """Create the screen for the story of an article; it waits for `StoryUpdated`."""
        super().__init__(keymap)
        self.article = article
        self._changes = changes
        self._now = now
        self._chapters: tuple[StoryArticle, ...] = ()
        self._changed_rows: dict[str, ArticleRow] = {}
        """Rows that have changed since, by id."""
        self._is_complete = False
        self._selected_article = article
        self._chapter_lines: list[int] = []
        """The first line of each chapter."""
        self.view.find_centered_line = self._selected_line

    @property
    def selected_index(self) -> int:
        """The index of the selected chapter."""
        ids = [chapter.row.id for chapter in self._chapters]
        return ids.index(self._selected_article) if self._selected_article in ids else 0

    def receive_message(self, message: Message) -> None:
        """Show more of the story, or changed rows; the selection stays."""
        if isinstance(message, messages.StoryUpdated) and message.article == self.article:
            self._chapters, self._is_complete = message.chapters, message.complete
            self.update_view()
        elif isinstance(message, messages.RowsChanged):
            self._changed_rows.update(message.rows)
            self.show_notice(message.describe(self.keymap) or self.notice)
            self.update_view()

    def _selected_line(self) -> int:
        return self._chapter_lines[self.selected_index] if self._chapter_lines else 0

    def build_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        """Return the heading and the chapters."""
        state = "" if self._is_complete else "searching…"
        number = format_count(len(self._chapters), "article") if self._chapters else ""
        lines: list[Sequence[StyledText]] = [
            [("Story", "heading"), (f"  {join_nonempty((number, state))}", "muted")],
            [],
        ]
        self._chapter_lines.clear()
        for index, chapter in enumerate(self._chapters):
            self._chapter_lines.append(len(lines))
            lines += self._build_chapter(chapter, width, selected=index == self.selected_index)
        return lines

    def _build_chapter(
        self, chapter: StoryArticle, width: int, *, selected: bool
    ) -> list[Sequence[StyledText]]:
        row = self._changed_rows.get(chapter.row.id, chapter.row)
        mark = STORY_ORIGIN_SIGN if row.id == self.article else " "
        head = f"{'>' if selected else ' '}{' ' if row.read else UNREAD_SIGN}{mark}"
        head += STAR_SIGN if row.starred else " "
        role = "selection" if selected else "text" if row.read else "unread"
        first, *rest = wrap_text(row.title, width - STORY_INDENT_CELLS) or [""]
        blank = " " * STORY_INDENT_CELLS
        lines: list[Sequence[StyledText]] = [[(head + first, role)]]
        lines += [[(blank + line, role)] for line in rest]
        facts = join_nonempty(
            (format_row_date(row.timestamp), format_age(row.timestamp, self._now()), row.category)
        )
        lines.append([(blank + facts, "muted")])
        if chapter.new_words:
            words = "new here: " + ", ".join(chapter.new_words)
            news = wrap_text(words, width - STORY_INDENT_CELLS)
            lines += [[(blank + line, "accent")] for line in news]
        return [*lines, []]

    # -- commands --------------------------------------------------------------------------

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and changes of the articles."""
        return {
            **super().commands,
            "article.toggle_read": self.mark_all_read,
            "article.toggle_star": self.toggle_star,
            "app.undo": self._changes.undo,
        }

    def move(self, by: int) -> None:
        """Select another chapter."""
        if self._chapters:
            index = min(max(0, self.selected_index + by), len(self._chapters) - 1)
            self._selected_article = self._chapters[index].row.id
            self.show_notice("")
            self.update_view()

    @property
    def page_size(self) -> int:
        """The number of chapters that a page moves."""
        return max(1, self.view.page_size // 4)

    def submit(self) -> None:
        """End with the selected chapter's article."""
        if self._chapters:
            self.dismiss(self._selected_article)

    def mark_all_read(self) -> None:
        """Mark all articles of the story as read, as one change."""
        self._changes.mark_all_read([chapter.row.id for chapter in self._chapters])

    def toggle_star(self) -> None:
        """Star or unstar the selected chapter's article."""
        if self._chapters:
            self._changes.toggle_flag("starred", self._selected_article)

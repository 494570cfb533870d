"""The story screen: an article and its similar articles on a timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import ArticleRow
from tui.reader.dialogs.rail_screen import RailScreen
from tui.reader.gateway import messages
from tui.rendering.cells import StyledText
from tui.rendering.story_lines import Rail, build_news, build_story, build_story_head
from tui.rendering.wording import format_duplicates

if TYPE_CHECKING:
    from store.library.story import StoryArticle
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import Gateway

MIN_COUNTS_WIDTH = 80
"""The width from which the bottom line says how many articles and copies would be marked."""


class StoryScreen(RailScreen):
    """A story, newest article last, and the selected one beside it; ends with the one to open."""

    PLACE = "story"
    RAIL_TITLE, THIRD_TITLE = "Timeline", "New Here"
    LINES_PER_ITEM = 3

    def __init__(
        self, keymap: Keymap, gateway: Gateway, article: str, now: Callable[[], int]
    ) -> None:
        """Create the screen for the story of an article; it waits for `StoryUpdated`."""
        super().__init__(keymap, gateway, now, selected=article)
        self.article = article
        self._chapters: tuple[StoryArticle, ...] = ()
        self._is_complete = False

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys of the bottom line, with the number of articles that are unread."""
        story = self.story
        unread = sum(not chapter.row.read for chapter in story)
        copies = sum(not row.read for chapter in story for row in chapter.copies)
        counts = [f"{unread:,}"] * bool(unread) + [format_duplicates(copies)] * bool(copies)
        is_wide = self.size.width >= MIN_COUNTS_WIDTH
        mark = (
            f"mark story read ({' + '.join(counts)})"
            if is_wide
            else f"mark {unread + copies:,} read"
        )
        return (
            ("article.open", "open"),
            *((("article.toggle_read", mark),) if counts else ()),
            ("article.toggle_star", "star"),
            ("app.undo", "undo"),
            ("app.help", "help"),
            ("dialog.close", "back"),
        )

    @property
    def chapters(self) -> Sequence[StoryArticle]:
        """The articles found so far, with their present rows: the story, and what else is about it."""
        return [
            replace(chapter, row=row, copies=tuple(self._present_rows(chapter.copies)))
            for chapter in self._chapters
            for row in self._present_rows([chapter.row])
        ]

    def _present_rows(self, rows: Iterable[ArticleRow]) -> Iterator[ArticleRow]:
        present = (row for row in rows if row.id not in self.removed)
        return (self.changed_rows.get(row.id, row) for row in present)

    @property
    def rows(self) -> Sequence[ArticleRow]:
        """The article of each chapter."""
        return [chapter.row for chapter in self.chapters]

    @property
    def story(self) -> Sequence[StoryArticle]:
        """The articles of the story alone."""
        return [chapter for chapter in self.chapters if not chapter.is_aside]

    def receive_message(self, message: Message) -> None:
        """Show more of the story, changed rows, or the selected article; the selection stays."""
        if isinstance(message, messages.StoryUpdated) and message.article == self.article:
            self._chapters = message.chapters
            self._is_complete = message.complete and not self.gateway.lists.is_indexing
            self.follow_selection(rests=True)
        elif isinstance(message, messages.IndexEnded):
            if message.is_updated or not self._is_complete:
                self.gateway.reports.find_story(self.article)
        else:
            super().receive_message(message)

    def _list_rows(self) -> list[ArticleRow]:
        """Return the rows of all articles of the story, each before its copies."""
        return [row for chapter in self.story for row in (chapter.row, *chapter.copies)]

    def build_head(self, width: int) -> Sequence[StyledText]:
        """Return what the story is about, and how much of it there is."""
        rows = self._list_rows()
        title = next((row.title for row in rows if row.id == self.article), "")
        return build_story_head(title, rows, width, complete=self._is_complete)

    def build_rail(self, width: int) -> Rail:
        """Return the timeline."""
        year = date.fromtimestamp(self.now()).year
        done = self._is_complete
        return build_story(
            self.chapters, self.article, self.selected_id, year, width, complete=done
        )

    def build_third(self, width: int) -> Sequence[Sequence[StyledText]]:
        """Return what is new in the selected article."""
        chapters, index = self.chapters, self.selected_index
        chapter = chapters[index] if chapters else None
        return build_news(chapter, is_first=index == 0, width=width)

    def mark_read(self) -> None:
        """Mark all articles of the story and their copies as read, as one change."""
        rows = self._list_rows()
        if not self._is_complete and all(row.read for row in rows):
            self.show_notice("No unread article found yet; still searching")
            return
        self.gateway.changes.mark_all_read([row.id for row in rows])

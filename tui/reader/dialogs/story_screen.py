"""The story screen: an article and its similar articles on a timeline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import ArticleRow, FullArticle
from tui.reader.dialogs.article_preview import ArticlePreview
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.full_screen import TWO_PANES_WIDTH, PanesDialog
from tui.reader.gateway import messages
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.line_view import DocumentView, LineView
from tui.rendering.cells import StyledText
from tui.rendering.story_lines import build_news, build_story, build_story_head
from tui.rendering.wording import format_duplicates

if TYPE_CHECKING:
    from store.library.story import StoryArticle
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import Gateway

MIN_COUNTS_WIDTH = 80
"""The width from which the bottom line says how many articles and copies would be marked."""
LINES_PER_CHAPTER = 3
"""Lines that an article takes, about."""


class StoryScreen(PanesDialog[str]):
    """A story, newest article last, and the selected one beside it; ends with the one to open.

    Attributes:
        has_previews: False over a slow connection, where the rail stands alone.
    """

    PLACE = "story"

    def __init__(
        self, keymap: Keymap, gateway: Gateway, article: str, now: Callable[[], int]
    ) -> None:
        """Create the screen for the story of an article; it waits for `StoryUpdated`."""
        self._rail_view = DocumentView()
        self._rail_view.id = "rail"
        super().__init__(keymap, self._rail_view)
        self._article_view = ArticleView(now, id="text")
        self._article_view.add_class("second")
        self._article_view.can_focus = False
        self._article_view.empty_text = ""
        self._news_view = DocumentView(focusable=False)
        self._news_view.add_class("third")
        self.article = article
        self._gateway = gateway
        self._now = now
        self._preview = ArticlePreview(self, gateway.articles.preview_article, self._show_article)
        self._chapters: tuple[StoryArticle, ...] = ()
        self._changed_rows: dict[str, ArticleRow] = {}
        """Rows that have changed since, by id."""
        self._removed: set[str] = set()
        self._is_complete = False
        self.has_previews = True
        self._selected_article = article
        self._first_lines: Sequence[int] = ()
        """The first line of each chapter."""
        self._rail_view.find_centered_line = self._selected_line
        self._rail_view.lines_below = LINES_PER_CHAPTER

    @property
    def panes(self) -> Mapping[str, LineView]:
        """The rail, the selected article, and what is new in it."""
        panes: dict[str, LineView] = {"Timeline": self._rail_view}
        if self.has_previews:
            panes["Article"] = self._article_view
        return {**panes, "New Here": self._news_view}

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
        present = (row for row in rows if row.id not in self._removed)
        return (self._changed_rows.get(row.id, row) for row in present)

    @property
    def story(self) -> Sequence[StoryArticle]:
        """The articles of the story alone."""
        return [chapter for chapter in self.chapters if not chapter.is_aside]

    @property
    def selected_index(self) -> int:
        """The index of the selected chapter."""
        ids = [chapter.row.id for chapter in self.chapters]
        return ids.index(self._selected_article) if self._selected_article in ids else 0

    def on_mount(self) -> None:
        """Leave room for the selected article."""
        self.set_class(self.has_previews, "-previews")

    # -- messages ----------------------------------------------------------------------------

    def receive_message(self, message: Message) -> None:
        """Show more of the story, changed rows, or the selected article; the selection stays."""
        if isinstance(message, messages.ArticleLoaded):
            self._preview.receive(message.full_article)
        elif isinstance(message, messages.StoryUpdated) and message.article == self.article:
            self._chapters = message.chapters
            self._is_complete = message.complete and not self._gateway.lists.is_indexing
            self._follow_selection(rests=True)
        elif isinstance(message, messages.RowsChanged):
            self._receive_changes(message)
        elif isinstance(message, messages.IndexEnded):
            if message.is_updated or not self._is_complete:
                self._gateway.reports.find_story(self.article)
        elif isinstance(message, messages.OperationFailed):
            self.show_notice(message.problem)

    def _receive_changes(self, message: messages.RowsChanged) -> None:
        self._changed_rows.update(message.rows)
        self._removed = (self._removed | set(message.removed)) - message.rows.keys()
        self._preview.forget([*message.rows, *message.removed])
        titles = [each.row.title for each in self.chapters if each.row.id in message.rows]
        self.show_change(message, titles[0] if len(titles) == 1 else "")
        self._follow_selection(rests=True)

    # -- what is shown -----------------------------------------------------------------------

    def update_view(self) -> None:
        """Draw the rail and the lines around it again."""
        self.head_view.show(lambda width: [self.build_head(width)])
        self._rail_view.show(self._build_rail)
        self._news_view.show(self._build_news)
        self.update_hints()

    def _follow_selection(self, *, rests: bool = False) -> None:
        self.update_view()
        chapters, index = self.chapters, self.selected_index
        if chapters and self.has_previews and self.size.width >= TWO_PANES_WIDTH:
            near = (*chapters[index + 1 : index + 2], *chapters[max(0, index - 1) : index])
            neighbours = [chapter.row.id for chapter in near]
            self._preview.follow(chapters[index].row.id, neighbours, rests=rests)

    def on_resize(self) -> None:
        """Show the selected article, if there is room for it now."""
        self._follow_selection(rests=True)

    def _show_article(self, entry: FullArticle | None) -> None:
        if entry is None:
            self._article_view.clear()
        else:
            self._article_view.show(entry, preview=True)

    def build_head(self, width: int) -> Sequence[StyledText]:
        """Return what the story is about, and how much of it there is."""
        rows = [chapter.row for chapter in self.story]
        title = next((row.title for row in rows if row.id == self.article), "")
        return build_story_head(title, rows, width, complete=self._is_complete)

    def _build_rail(self, width: int) -> Sequence[Sequence[StyledText]]:
        chapters = self.chapters
        selected = chapters[self.selected_index].row.id if chapters else ""
        year = date.fromtimestamp(self._now()).year
        done = self._is_complete
        rail = build_story(chapters, self.article, selected, year, width, complete=done)
        self._first_lines = rail.first_lines
        return rail.lines

    def _build_news(self, width: int) -> Sequence[Sequence[StyledText]]:
        chapters, index = self.chapters, self.selected_index
        chapter = chapters[index] if chapters else None
        return build_news(chapter, is_first=index == 0, width=width)

    def _selected_line(self) -> int:
        return self._first_lines[self.selected_index] if self._first_lines else 0

    # -- commands ----------------------------------------------------------------------------

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and changes of the articles."""
        return {
            **super().commands,
            "article.toggle_read": self.mark_all_read,
            "article.toggle_star": self.toggle_star,
            "app.undo": self._gateway.changes.undo,
        }

    def move(self, by: int) -> None:
        """Select another chapter."""
        if chapters := self.chapters:
            index = min(max(0, self.selected_index + by), len(chapters) - 1)
            self._selected_article = chapters[index].row.id
            self._follow_selection()

    def on_line_view_line_clicked(self, message: LineView.LineClicked) -> None:
        """Select a chapter on the first click, open it on the second."""
        index = bisect_right(self._first_lines, message.line) - 1
        if message.view is not self._rail_view or not 0 <= index < len(self.chapters):
            return
        if index == self.selected_index:
            self.submit()
        else:
            self.move(index - self.selected_index)

    @property
    def page_size(self) -> int:
        """The number of chapters that a page moves."""
        return max(1, self.view.page_size // LINES_PER_CHAPTER)

    def submit(self) -> None:
        """End with the selected chapter's article."""
        if chapters := self.chapters:
            self.dismiss(chapters[self.selected_index].row.id)

    def mark_all_read(self) -> None:
        """Mark all articles of the story and their copies as read, as one change."""
        rows = (row for chapter in self.story for row in (chapter.row, *chapter.copies))
        self._gateway.changes.mark_all_read([row.id for row in rows])

    def toggle_star(self) -> None:
        """Star or unstar the selected chapter's article."""
        if chapters := self.chapters:
            article = chapters[self.selected_index].row.id
            self._gateway.changes.toggle_flag("starred", [article], say=True)

"""The front page screen: what is new since the last visit, one line a story."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import ArticleRow, FullArticle
from tui.actions.front_page import change_minutes, change_since
from tui.reader.dialogs.article_preview import ArticlePreview
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.full_screen import TWO_PANES_WIDTH, PanesDialog
from tui.reader.gateway import messages
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.line_view import DocumentView, LineView
from tui.rendering.cells import StyledText
from tui.rendering.front_page_lines import (
    FrontPageLook,
    build_front_page,
    build_front_page_head,
    build_story_articles,
)

if TYPE_CHECKING:
    from store.library.front_page import FrontPage, FrontPageRequest, FrontPageStory, Preparation
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import Gateway

LINES_PER_STORY = 4
"""Lines that a story takes, about."""


class FrontPageScreen(PanesDialog[str]):
    """A front page, and the newest article of the selected story beside it; ends with one to open.

    Attributes:
        has_previews: False over a slow connection, where the page stands alone.
    """

    PLACE = "front page"

    def __init__(
        self, keymap: Keymap, gateway: Gateway, request: FrontPageRequest, now: Callable[[], int]
    ) -> None:
        """Create the screen of a front page; it asks for the page once it is shown."""
        self._rail_view = DocumentView()
        self._rail_view.id = "rail"
        super().__init__(keymap, self._rail_view)
        self._article_view = ArticleView(now, id="text")
        self._article_view.add_class("second")
        self._article_view.can_focus = False
        self._article_view.empty_text = ""
        self._story_view = DocumentView(focusable=False)
        self._story_view.add_class("third")
        self._gateway = gateway
        self._now = now
        self._preview = ArticlePreview(self, gateway.articles.preview_article, self._show_article)
        self.request = request
        self.page: FrontPage | None = None
        self._preparation: Preparation | None = None
        self._changed_rows: dict[str, ArticleRow] = {}
        """Rows that have changed since, by id."""
        self._selected_lead = ""
        self._removed: frozenset[str] = frozenset()
        """Articles that were deleted since."""
        self._shows_reasons = False
        self.has_previews = True
        self._first_lines: Sequence[int] = ()
        """The first line of each story."""
        self._rail_view.find_centered_line = self._selected_line
        self._rail_view.lines_below = LINES_PER_STORY

    @property
    def panes(self) -> Mapping[str, LineView]:
        """The page, the newest article of the selected story, and all articles of that."""
        panes: dict[str, LineView] = {"Front Page": self._rail_view}
        if self.has_previews:
            panes["Article"] = self._article_view
        return {**panes, "Story": self._story_view}

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys of the bottom line."""
        story = self.selected
        unread = len(self._unread_ids(story)) if story else 0
        mark = f"mark these {unread:,} read" if unread > 1 else "mark read"
        return (
            *((("article.open", "open"),) if story else ()),
            *((("article.toggle_read", mark),) if unread else ()),
            ("front.since", "since"),
            ("front.longer", "longer"),
            ("front.why", "why"),
            ("app.undo", "undo"),
            ("app.help", "help"),
            ("dialog.close", "back"),
        )

    @property
    def stories(self) -> Sequence[FrontPageStory]:
        """The stories of the page whose newest article is still there."""
        found = self.page.stories if self.page is not None else ()
        return [story for story in found if story.lead.id not in self._removed]

    @property
    def selected_index(self) -> int:
        """The index of the selected story."""
        leads = [story.lead.id for story in self.stories]
        return leads.index(self._selected_lead) if self._selected_lead in leads else 0

    @property
    def selected(self) -> FrontPageStory | None:
        """The selected story; None if there is none."""
        stories = self.stories
        return stories[self.selected_index] if stories else None

    @property
    def _look(self) -> FrontPageLook:
        selected = self.selected
        lead = selected.lead.id if selected else ""
        return FrontPageLook(lead, self._changed_rows, self._removed, self._shows_reasons)

    def on_mount(self) -> None:
        """Leave room for the selected article, and ask for the page."""
        self.set_class(self.has_previews, "-previews")
        self._compose_page()

    def _compose_page(self) -> None:
        self._gateway.reports.compose_front_page(self.request)

    # -- messages ----------------------------------------------------------------------------

    def receive_message(self, message: Message) -> None:
        """Show the page, changed rows, or the selected article; the selection stays."""
        if isinstance(message, messages.ArticleLoaded):
            self._preview.receive(message.full_article)
        elif isinstance(message, messages.FrontPageUpdated):
            self._receive_page(message)
        elif isinstance(message, messages.RowsChanged):
            self._receive_changes(message)
        elif isinstance(message, messages.IndexEnded):
            # Stories that were marked here stay on the page, to see them and to undo it.
            is_changed = message.is_updated and not self._changed_rows
            if is_changed or self.page is None or not self.page.is_grouped:
                self._compose_page()
        elif isinstance(message, messages.OperationFailed):
            self.show_notice(message.problem)

    def _receive_page(self, message: messages.FrontPageUpdated) -> None:
        if message.request != self.request:
            return
        self._preparation = message.preparation
        if message.page is not None:
            self.page = message.page
            self._changed_rows = {}
        self._follow_selection(rests=True)

    def _receive_changes(self, message: messages.RowsChanged) -> None:
        self._changed_rows.update(message.rows)
        self._removed = (self._removed | set(message.removed)) - message.rows.keys()
        self._preview.forget([*message.rows, *message.removed])
        titles = [each.lead.title for each in self.stories if each.lead.id in message.rows]
        self.show_change(message, titles[0] if len(titles) == 1 else "")
        self._follow_selection(rests=True)

    # -- what is shown -----------------------------------------------------------------------

    def update_view(self) -> None:
        """Draw the page and the lines around it again."""
        self.head_view.show(lambda width: [self.build_head(width)])
        self._rail_view.show(self._build_rail)
        self._story_view.show(
            lambda width: build_story_articles(self.selected, self._look, self._now(), width)
        )
        self.update_hints()

    def _follow_selection(self, *, rests: bool = False) -> None:
        self.update_view()
        stories, index = self.stories, self.selected_index
        if stories and self.has_previews and self.size.width >= TWO_PANES_WIDTH:
            near = (*stories[index + 1 : index + 2], *stories[max(0, index - 1) : index])
            neighbours = [story.lead.id for story in near]
            self._preview.follow(stories[index].lead.id, neighbours, rests=rests)
        elif not stories:
            self._preview.follow("")

    def on_resize(self) -> None:
        """Show the selected article, if there is room for it now."""
        self._follow_selection(rests=True)

    def _show_article(self, entry: FullArticle | None) -> None:
        if entry is None:
            self._article_view.clear()
        else:
            self._article_view.show(entry, preview=True)

    def build_head(self, width: int) -> Sequence[StyledText]:
        """Return since when the page is, and how much is on it."""
        return build_front_page_head(self.page, self._preparation, self._now(), width)

    def _build_rail(self, width: int) -> Sequence[Sequence[StyledText]]:
        if self.page is None:
            return []
        rail = build_front_page(self.page, self._look, self._now(), width)
        self._first_lines = rail.first_lines
        return rail.lines

    def _selected_line(self) -> int:
        return self._first_lines[self.selected_index] if self._first_lines else 0

    # -- commands ----------------------------------------------------------------------------

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, changes of the articles, and other pages."""
        return {
            **super().commands,
            "article.toggle_read": self.mark_story_read,
            "article.toggle_star": self.toggle_star,
            "app.undo": self._gateway.changes.undo,
            "front.since": lambda: self._change_request(change_since(self.request)),
            "front.longer": lambda: self._change_request(change_minutes(self.request, 1)),
            "front.shorter": lambda: self._change_request(change_minutes(self.request, -1)),
            "front.why": self.toggle_reasons,
        }

    def move(self, by: int) -> None:
        """Select another story."""
        if stories := self.stories:
            index = min(max(0, self.selected_index + by), len(stories) - 1)
            self._selected_lead = stories[index].lead.id
            self._follow_selection()

    def on_line_view_line_clicked(self, message: LineView.LineClicked) -> None:
        """Select a story on the first click, open it on the second."""
        index = bisect_right(self._first_lines, message.line) - 1
        if message.view is not self._rail_view or not 0 <= index < len(self.stories):
            return
        if index == self.selected_index:
            self.submit()
        else:
            self.move(index - self.selected_index)

    @property
    def page_size(self) -> int:
        """The number of stories that a page moves."""
        return max(1, self.view.page_size // LINES_PER_STORY)

    def submit(self) -> None:
        """End with the newest article of the selected story."""
        if (story := self.selected) is not None:
            self.dismiss(story.lead.id)

    def _unread_ids(self, story: FrontPageStory) -> list[str]:
        return [row.id for row in self._look.present(story.unread) if not row.read]

    def mark_story_read(self) -> None:
        """Mark all articles of the selected story as read, as one change."""
        if (story := self.selected) is not None:
            self._gateway.changes.mark_all_read([row.id for row in story.unread])

    def toggle_star(self) -> None:
        """Star or unstar the newest article of the selected story."""
        if (story := self.selected) is not None:
            self._gateway.changes.toggle_flag("starred", [story.lead.id], say=True)

    def toggle_reasons(self) -> None:
        """Say why each story is where it is, or no longer."""
        self._shows_reasons = not self._shows_reasons
        self.update_view()

    def _change_request(self, request: FrontPageRequest) -> None:
        if request != self.request:
            self.request = request
            self._compose_page()

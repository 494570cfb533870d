"""The front page screen: what is new since the last visit, one line a story."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import ArticleRow
from tui.actions.front_page import change_minutes, change_since
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.rail_screen import RailScreen
from tui.reader.gateway import messages
from tui.rendering.cells import StyledText
from tui.rendering.front_page_lines import (
    FrontPageLook,
    build_front_page,
    build_front_page_head,
    build_story_articles,
)
from tui.rendering.story_lines import Rail

if TYPE_CHECKING:
    from store.library.front_page import FrontPage, FrontPageRequest, FrontPageStory, Preparation
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import Gateway


class FrontPageScreen(RailScreen):
    """A front page, and the newest article of the selected story beside it; ends with one to open."""

    PLACE = "front page"
    RAIL_TITLE, THIRD_TITLE = "Stories", "Story"
    LINES_PER_ITEM = 4

    def __init__(
        self, keymap: Keymap, gateway: Gateway, request: FrontPageRequest, now: Callable[[], int]
    ) -> None:
        """Create the screen of a front page; it asks for the page once it is shown."""
        super().__init__(keymap, gateway, now)
        self.request = request
        self.page: FrontPage | None = None
        self._preparation: Preparation | None = None
        self._shows_reasons = False

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
        return [story for story in found if story.lead.id not in self.removed]

    @property
    def rows(self) -> Sequence[ArticleRow]:
        """The newest article of each story."""
        return [story.lead for story in self.stories]

    @property
    def selected(self) -> FrontPageStory | None:
        """The selected story; None if there is none."""
        stories = self.stories
        return stories[self.selected_index] if stories else None

    @property
    def _look(self) -> FrontPageLook:
        return FrontPageLook(self.selected_id, self.changed_rows, self.removed, self._shows_reasons)

    def on_mount(self) -> None:
        """Ask for the page."""
        self._compose_page()

    def _compose_page(self) -> None:
        self.gateway.reports.compose_front_page(self.request)

    # -- messages ----------------------------------------------------------------------------

    def receive_message(self, message: Message) -> None:
        """Show the page, changed rows, or the selected article; the selection stays."""
        if isinstance(message, messages.FrontPageUpdated):
            self._receive_page(message)
        elif isinstance(message, messages.IndexEnded):
            # Stories that were marked here stay on the page, to see them and to undo it.
            is_changed = message.is_updated and not self.changed_rows
            if is_changed or self.page is None or not self.page.is_grouped:
                self._compose_page()
        else:
            super().receive_message(message)

    def _receive_page(self, message: messages.FrontPageUpdated) -> None:
        if message.request != self.request:
            return
        self._preparation = message.preparation
        if message.page is not None:
            self.page = message.page
            self.changed_rows = {}
        self.follow_selection(rests=True)

    # -- what is shown -----------------------------------------------------------------------

    def build_head(self, width: int) -> Sequence[StyledText]:
        """Return since when the page is, and how much is on it."""
        return build_front_page_head(self.page, self._preparation, self.now(), width)

    def build_rail(self, width: int) -> Rail:
        """Return the page, once there is one."""
        if self.page is None:
            return Rail()
        return build_front_page(self.page, self._look, self.now(), width)

    def build_third(self, width: int) -> Sequence[Sequence[StyledText]]:
        """Return all articles of the selected story."""
        return build_story_articles(self.selected, self._look, self.now(), width)

    # -- commands ----------------------------------------------------------------------------

    @property
    def commands(self) -> CommandTable:
        """Those of a rail, and other pages."""
        return {
            **super().commands,
            "front.since": lambda: self._change_request(change_since(self.request)),
            "front.longer": lambda: self._change_request(change_minutes(self.request, 1)),
            "front.shorter": lambda: self._change_request(change_minutes(self.request, -1)),
            "front.why": self.toggle_reasons,
        }

    def _unread_ids(self, story: FrontPageStory) -> list[str]:
        return [row.id for row in self._look.present(story.unread) if not row.read]

    def mark_read(self) -> None:
        """Mark all articles of the selected story as read, as one change."""
        if (story := self.selected) is not None:
            self.gateway.changes.mark_all_read([row.id for row in story.unread])

    def toggle_reasons(self) -> None:
        """Say why each story is where it is, or no longer."""
        self._shows_reasons = not self._shows_reasons
        self.update_view()

    def _change_request(self, request: FrontPageRequest) -> None:
        if request != self.request:
            self.request = request
            self._compose_page()

"""The screens that open over the reader: story, front page, triage, statistics, themes, help and palette."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.message import Message
from textual.screen import Screen

from store.model.errors import NewstuiError
from tui.config.commands import COMMANDS, PANES, SIMILAR_JUMPS
from tui.reader.dialogs.dialog import KeymapScreen
from tui.reader.dialogs.help import HelpDialog
from tui.reader.dialogs.picker import CommandPicker, ThemePicker
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.gateway import Gateway, messages
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.bars import StatusLine
from tui.rendering.places import SHOW_PLACES

if TYPE_CHECKING:
    from tui.actions.triage_queue import QueuedArticle
    from tui.config.keymaps import Keymap
    from tui.config.theme_choice import ThemeChoice
    from tui.reader.dialogs.full_screen import FullScreenDialog, PanesDialog


@dataclass(eq=False)
class OverlayActions:
    """Opens these screens, and hands them the messages they need.

    The full-screen ones are imported with the first use, for the start time's sake.
    """

    screen: Screen[None]
    keymap: Keymap
    gateway: Gateway
    state: ReaderState
    status_line: StatusLine
    now: Callable[[], int]
    open_article: Callable[[str], None]
    get_search_text: Callable[[], str]
    theme_choice: ThemeChoice
    apply_theme: Callable[[str], None]
    learns_interests: bool = True
    """Whether the front page is in the order of the reader's interests."""
    _overlay: FullScreenDialog[str] | FullScreenDialog[None] | None = field(
        default=None, init=False
    )
    """The full-screen dialog that is open."""

    def show_story(self) -> None:
        """Show the story of the current article."""
        from tui.reader.dialogs.story_screen import StoryScreen

        if article := self.state.current_article:
            story = StoryScreen(self.keymap, self.gateway, article, self.now)
            story.has_previews = self.state.has_previews
            self._open(story)
            self.gateway.reports.find_story(article)

    def show_front_page(self) -> None:
        """Show what is new since the last visit."""
        from store.library.front_page import FrontPageRequest
        from tui.reader.dialogs.front_page_screen import FrontPageScreen

        request = FrontPageRequest(self.now(), is_learning=self.learns_interests)
        front_page = FrontPageScreen(self.keymap, self.gateway, request, self.now)
        front_page.has_previews = self.state.has_previews
        self._open(front_page)

    def request_triage(self) -> None:
        """Ask for the unread articles of the list, from the cursor on, for `show_triage`."""
        articles = self.state.article_list
        if self.state.is_searching:
            from tui.actions.triage_queue import queue_unread

            rows, cursor = articles.rows, articles.cursor
            self._show_triage(queue_unread((*rows[cursor:], *rows[:cursor])))
        else:
            self.gateway.lists.list_unread(articles.cursor)

    def show_triage(self, message: messages.UnreadListed) -> None:
        """Triage these articles."""
        if self.screen.is_active:  # and no dialog was opened in the meantime
            self._show_triage(message.articles)

    def _show_triage(self, articles: Sequence[QueuedArticle]) -> None:
        from tui.actions.triage_queue import TriageQueue
        from tui.reader.dialogs.triage_screen import TriageScreen

        queue = TriageQueue(articles)
        self._open(TriageScreen(self.keymap, self.gateway, queue, self.now, self._listed_name))

    @property
    def _listed_name(self) -> str:
        """The search or the place that the list shows; empty for a place of all articles."""
        if self.state.is_searching:
            return f"/{self.get_search_text()}"
        place = self.state.place
        return "" if place in SHOW_PLACES.values() else place.full_name

    def show_statistics(self) -> None:
        """Show the reading statistics."""
        from tui.reader.dialogs.statistics_screen import StatisticsScreen

        overlay = self._overlay = StatisticsScreen(self.keymap)
        self.screen.app.push_screen(overlay, lambda _: self._close())
        self.gateway.reports.count_statistics(datetime.fromtimestamp(self.now(), UTC))

    def _open(self, overlay: PanesDialog[str]) -> None:
        overlay.find_read_only_reason = lambda: self.state.read_only_reason

        def close(article: str | None) -> None:
            self._close()
            if article:
                self.open_article(article)

        self._overlay = overlay
        self.screen.app.push_screen(overlay, close)

    def _close(self) -> None:
        self._overlay = None
        self.gateway.reports.cancel()

    def receive_message(self, message: Message) -> None:
        """Hand a message to the full-screen dialog, which ignores what it does not need."""
        if self._overlay is not None:
            self._overlay.receive_message(message)

    def show_help(self, place: str) -> None:
        """Show the keys of a place."""
        self.screen.app.push_screen(HelpDialog(self.keymap, place))

    def show_problems(self) -> None:
        """Show in full what is wrong with the settings and the library, and what has failed."""
        lines = [part for problem in self.status_line.failures for part in (problem, "")]
        dialog = TextDialog(self.keymap, "Problems", lines[:-1] or ["No problems"])
        self.screen.app.push_screen(dialog)

    def show_palette(self) -> None:
        """Ask for a command of the reader, and run it."""
        screen = self.screen
        assert isinstance(screen, KeymapScreen)  # noqa: S101 - the reader
        commands = [
            each
            for each in COMMANDS
            if not set(PANES).isdisjoint(each.places) and each.id not in SIMILAR_JUMPS[1:]
        ]
        commands.sort(key=lambda each: each.group == "Move")  # those are well known

        async def run(index: int | None) -> None:
            if index is not None:
                await screen.run_command(commands[index])

        self.screen.app.push_screen(CommandPicker(self.keymap, commands), run)

    def choose_theme(self) -> None:
        """Ask for a theme; the highlighted one is previewed."""
        if self.theme_choice.forced_name:
            self.status_line.show_notice("Themes are off: NO_COLOR is set")
            return
        picker = ThemePicker(self.keymap, self.theme_choice, self.apply_theme)

        def choose(index: int | None) -> None:
            try:
                if index is not None:
                    self.theme_choice.choose(picker.theme_name_at(index))
            except NewstuiError as error:
                self.status_line.show_notice(str(error), "failed")
            self.apply_theme(self.theme_choice.current_name)

        self.screen.app.push_screen(picker, choose)

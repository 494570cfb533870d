"""The reader: list, article and side pane, and the messages that go between them and the library."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static

from store.model.article import FullArticle
from store.search import ListQuery
from tui.config.commands import FOOTER_COMMANDS, PANES, Pane, footer_hints
from tui.config.keymaps import Keymap
from tui.config.settings import LoadedSettings
from tui.reader.dialogs.keymap_screen import KeymapScreen
from tui.reader.gateway import Gateway, PostMessage, messages
from tui.reader.screen.pane_layout import (
    MIN_TERMINAL_SIZE,
    PaneLayout,
    choose_pane_layout,
)
from tui.reader.widgets.article_list import ArticleList
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import StatusLine, TrailLine
from tui.reader.widgets.line_view import LineView
from tui.reader.widgets.side_pane import SidePane
from tui.rendering.trail import Trail
from tui.rendering.wording import describe_list, format_first_and_count, join_nonempty

PREVIEW_DELAY = 0.15
"""Seconds the list's cursor rests before the side pane follows it."""
REFRESH_INTERVAL = 2.0
"""Seconds between two looks at what other processes and machines have changed."""
MIN_TRAIL_ROWS = 14
"""Rows of the terminal from which on one is left for the trail."""

GatewayFactory = Callable[[PostMessage], Gateway]


class Panes(KeymapScreen, Screen[None]):
    """The panes, what they show, and where they stand; what keys do is in `Reader`."""

    AUTO_FOCUS = "#list"
    is_searching = False

    def __init__(
        self,
        make_gateway: GatewayFactory,
        now: Callable[[], int],
        hint: str,
        loaded: LoadedSettings,
        keymap: Keymap,
    ) -> None:
        """Make the screen; it loads the library once it is mounted.

        Args:
            make_gateway: Makes the gateway that posts its answers to what it is given.
            now: Seconds since 1970.
            hint: What stands above the list, if anything.
            loaded: The user's settings; what is wrong with them is said once.
            keymap: The keys in force.
        """
        super().__init__()
        self.settings = loaded.settings
        self._settings_faults = loaded.faults
        self.keymap = keymap
        self.now = now
        self.gateway = make_gateway(self.post_message)
        self.current_query = ListQuery()
        self.trail = Trail()
        self.is_zoomed = False
        self.is_side_wanted: bool | None = None
        self.current_pane: Pane = "list"
        self.is_reading = False
        """Whether keys mean the article that is open, and not the one selected in the list."""
        self.pane_layout = PaneLayout("wide", PANES, PANES)
        self._hint = hint
        self._requested_article = ""
        """The article that was asked for last: answers for others come too late."""
        self._undone_articles: Collection[str] = ()
        """Articles that an undo has brought back and no list has shown yet."""
        self._progress_text = ""
        self._read_only_reason = ""
        """Why nothing can be changed."""
        self._preview_timer: Timer | None = None
        self.notify_list_shown: Callable[[], None] = lambda: None
        """Called when a list is shown: from the first one on, keys mean something."""
        self.article_list = ArticleList(now, id="list")
        self.article_view = ArticleView(id="article")
        self.article_view.measure = self.settings.measure
        self.preview_delay_factor = 1.0
        self.trail_line = TrailLine(self.trail, id="trail")
        self.side_pane = SidePane(now, id="side")
        self.status_line = StatusLine(id="status")

    def compose(self) -> ComposeResult:
        """The three panes, a line above and two below."""
        if self._hint:
            yield Static(Content(self._hint), id="hint")
        with Container(id="body"):
            yield self.article_list
            with Horizontal(id="reading"):
                yield self.trail_line
                yield self.article_view
                yield self.side_pane
        yield self.status_line

    def on_mount(self) -> None:
        """Ask for the library and keep looking for changes."""
        self.article_list.empty_text = "loading …"
        self.status_line.set_key_hints(footer_hints(self.current_pane, self.keymap.keys))
        self.update_pane_layout()
        self.gateway.load(self.current_query)
        self.set_interval(REFRESH_INTERVAL, self.gateway.lists.refresh)

    # -- where things stand ----------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Choose the arrangement for the new size."""
        self.update_pane_layout(event.size.width, event.size.height)

    def update_pane_layout(self, columns: int = 0, rows: int = 0) -> None:
        """Show the panes that have their place now."""
        size = self.app.size
        pane = self.current_pane
        self.pane_layout = choose_pane_layout(
            columns or size.width,
            rows or size.height,
            pane,
            zoomed=self.is_zoomed and pane != "list",
            side=self.is_side_wanted,
            listing=self.is_searching or not self._requested_article,
        )
        for shape in ("tiny", "narrow", "stacked", "beside", "wide"):
            self.set_class(self.pane_layout.kind == shape, f"-{shape}")
        for name in PANES:
            self.pane_widget(name).display = name in self.pane_layout.visible_panes
        self.set_class(len(self.pane_layout.visible_panes) == 1, "-alone")
        self.query_one("#reading").display = self.pane_layout.visible_panes != ("list",)
        self.show_trail()
        self.update_status()
        if self.pane_layout.visible_panes and pane not in self.pane_layout.visible_panes:
            self.focus_pane(self.pane_layout.visible_panes[0])
        elif "side" in self.pane_layout.visible_panes:
            self.show_current_in_side_pane()

    def pane_widget(self, pane: Pane) -> LineView:
        """The widget of a pane."""
        widgets: dict[Pane, LineView] = {
            "list": self.article_list,
            "article": self.article_view,
            "side": self.side_pane,
        }
        return widgets[pane]

    def focus_pane(self, pane: Pane) -> None:
        """Give a pane the focus, and its place if there is room for one only."""
        self._set_current_pane(pane)
        if pane not in self.pane_layout.visible_panes:
            self.update_pane_layout()
        self.set_focus(self.pane_widget(pane))
        self.show_current_in_side_pane()

    @property
    def place(self) -> str:
        """The pane the user is in; nowhere while something is typed."""
        return "" if isinstance(self.focused, Input) else self.current_pane

    def show_pending_keys(self, keys: str) -> None:
        """Show what was typed of a command so far."""
        self.status_line.set_pending_keys(keys)

    def _set_current_pane(self, pane: Pane) -> None:
        self.current_pane = pane
        self.show_key_hints()
        if pane != "side":  # which is about the one or the other
            self.is_reading = pane == "article" and bool(self._requested_article)

    def show_key_hints(self) -> None:
        """Name the keys that matter where the user is."""
        place = self.place if self.place in FOOTER_COMMANDS else self.current_pane
        self.status_line.set_key_hints(footer_hints(place, self.keymap.keys))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Know which pane the user is in, however they got there; the news may come too late."""
        for name in PANES:
            if event.widget is self.pane_widget(name) is self.focused:
                self._set_current_pane(name)

    @property
    def current_article(self) -> str:
        """The article that keys mean and that the side pane is about; empty if there is none."""
        row = self.article_list.selected_row
        return self._requested_article if self.is_reading else row.id if row is not None else ""

    # -- what the library reports ----------------------------------------------------------

    @on(messages.RowsListed)
    def show_rows(self, message: messages.RowsListed) -> None:
        """Show a list, unless another one was asked for since."""
        if message.query == self.current_query and not self.is_searching:
            self.article_list.empty_text = self._empty_list_text()
            self.article_list.show(message.rows, dated=message.query.sort == "date")
            for article in self._undone_articles:
                self.article_list.select_article(article)
            self._undone_articles = ()
            self.update_status()
            self.notify_list_shown()

    def _empty_list_text(self) -> str:
        if self.current_query == ListQuery():
            return "no articles yet; `newstui import FILE` adds some"
        return "no article fits; f c / change what is shown"

    @on(messages.LibraryLoaded)
    def finish_loading(self, message: messages.LibraryLoaded) -> None:
        """Say what was found wrong."""
        self._progress_text = ""
        self._read_only_reason = message.read_only_reason
        self.article_list.is_cursor_settled = True
        self.update_status()
        problems = [
            *filter(None, [message.read_only_reason]),
            *self._settings_faults,
            *message.problems,
        ]
        if problems:
            self.status_line.show_notice(format_first_and_count(problems[0], len(problems)))

    @on(messages.ArticleLoaded)
    def show_article(self, message: messages.ArticleLoaded) -> None:
        """Show an article where it was asked for, unless another one was asked for since."""
        entry = message.full_article
        self.trail.set_title(entry.article.id, entry.article.title)
        if message.opened and entry.article.id == self._requested_article:
            # A library that cannot change does not know where one was.
            position = self.trail.saved_position(entry.article.id)
            self.article_view.show(entry, entry.reading.position if position is None else position)
            self.show_trail()
        elif _is_article(self.article_view.full_article, entry.article.id):
            self.article_view.update_header(entry)
        if entry.article.id == self.current_article:
            self.side_pane.show(entry)

    @on(messages.SimilarFound)
    def show_similar(self, message: messages.SimilarFound) -> None:
        """Show the similar readings of the article in the side pane."""
        if message.similar or not self.gateway.lists.is_indexing:  # else there may be some
            self.side_pane.show_similar(message.article, message.similar)

    @on(messages.RowsChanged)
    def show_changes(self, message: messages.RowsChanged) -> None:
        """Show changed rows where they stand."""
        if message.removed:
            self._remove_articles(message.removed)
        self.article_list.update_rows(message.rows)
        shown = {
            pane.full_article.article.id
            for pane in (self.article_view, self.side_pane)
            if pane.full_article
        }
        for article in shown & message.rows.keys():
            self.gateway.articles.preview_article(article)
        if message.notice:
            self.status_line.show_notice(message.describe(self.keymap))
        self.update_status()

    def _remove_articles(self, gone: Collection[str]) -> None:
        self.trail.remove_articles(gone)
        self.show_trail()
        self.article_list.remove_articles(gone)
        for pane in (self.article_view, self.side_pane):
            if pane.full_article is not None and pane.full_article.article.id in gone:
                pane.clear()
        if self._requested_article in gone:
            self._requested_article = ""
            if self.is_reading:
                self.is_reading = self.is_zoomed = False
                self.focus_pane("list")
                self.update_pane_layout()

    @on(messages.LibraryChanged)
    def reload_list(self, message: messages.LibraryChanged) -> None:
        """Ask for the list again: articles came or went; the one that is read stays in it."""
        self._undone_articles = message.undone
        read = (
            self._requested_article
            if self.article_list.index_of(self._requested_article) is not None
            else ""
        )
        self.gateway.lists.list_rows(
            replace(self.current_query, pinned_ids={*message.undone, read})
        )

    @on(messages.BackupFailed)
    def show_backup_failure(self, message: messages.BackupFailed) -> None:
        """Say in one line what is wrong with the backup."""
        self.status_line.show_notice(message.problem)

    @on(messages.OperationFailed)
    def show_failure(self, message: messages.OperationFailed) -> None:
        """Say in one line what could not be done."""
        if not self.article_list.rows:
            self.article_list.empty_text = message.problem
            self.article_list.refresh()
        self.status_line.show_notice(message.problem)

    # -- what the panes report -------------------------------------------------------------

    @on(ArticleList.CursorMoved)
    def schedule_preview(self) -> None:
        """Let the side pane follow the list once the cursor rests."""
        if self._preview_timer is not None:
            self._preview_timer.stop()
        if "side" in self.pane_layout.visible_panes:
            self._preview_timer = self.set_timer(
                PREVIEW_DELAY * self.preview_delay_factor, self._load_preview
            )

    def _load_preview(self) -> None:
        if (
            self.current_article
            and not self.is_reading
            and not _is_article(self.side_pane.full_article, self.current_article)
        ):
            self.gateway.articles.preview_article(self.current_article)

    def show_current_in_side_pane(self) -> None:
        """Show in the side pane the article that keys mean."""
        subject, entry = self.current_article, self.article_view.full_article
        if not subject or _is_article(self.side_pane.full_article, subject):
            return
        if self.current_pane == "list":
            self.schedule_preview()
        elif entry is not None and entry.article.id == subject:
            self.side_pane.show(entry)
            self.gateway.articles.load_insights(entry)
        elif self.current_pane == "side":
            self.gateway.articles.preview_article(subject)

    @on(ArticleList.OpenRequested)
    def open_chosen(self, message: ArticleList.OpenRequested) -> None:
        """Open the article that was chosen."""
        self.open_article(message.row.id)

    @on(ArticleView.EndReached)
    def record_read(self, message: ArticleView.EndReached) -> None:
        """An article whose end was reached has been read."""
        self.gateway.articles.record_event("read", message.article)

    # -- articles --------------------------------------------------------------------------

    def open_article(self, article: str, *, visit: bool = True) -> None:
        """Open an article in the article pane.

        Args:
            article: Its id.
            visit: Whether it comes onto the trail; not when going along the trail.
        """
        self.save_position()
        self.status_line.clear_notice()  # it was about another one
        self._requested_article = article
        index = self.article_list.index_of(article)
        if visit:
            self.trail.visit(
                article, self.article_list.rows[index].title if index is not None else ""
            )
        elif index is None and self.trail.current_stop is not None:
            index = self.article_list.index_of(self.trail.current_stop.selected_id)
        self.gateway.articles.open_article(article)
        if index is not None:
            self.article_list.move_cursor_to(index)
        self.show_trail()
        self.focus_pane("article")

    def show_trail(self) -> None:
        """Show by which articles one came here, where there is room."""
        self.trail_line.show(
            room="article" in self.pane_layout.visible_panes
            and self.app.size.height >= MIN_TRAIL_ROWS
        )

    def save_position(self) -> None:
        """Remember where reading stopped."""
        entry = self.article_view.full_article
        if entry is not None:
            selected = (
                self.article_list.selected_row.id
                if self.article_list.selected_row is not None
                else ""
            )
            self.trail.save_position(entry.article.id, self.article_view.position, selected)
        if entry is not None and self.article_view.position != entry.reading.position:
            reading = replace(entry.reading, position=self.article_view.position)
            self.article_view.full_article = replace(entry, reading=reading)
            self.gateway.articles.record_event(
                "position", entry.article.id, position=reading.position
            )

    def show_list(self, query: ListQuery) -> None:
        """Show another list."""
        self.current_query = query
        self.gateway.lists.list_rows(query)

    def splash_lines(self) -> list[tuple[int, int, str]]:
        """The screen the next session opens with, as far as it is on the screen now."""
        if (
            self.current_query != ListQuery()
            or self.is_searching
            or not self.article_list.display
            or self._hint
        ):
            return []
        self.status_line.set_key_hints(footer_hints("list", self.keymap.keys))
        views = (self.article_list, self.article_view, self.side_pane, self.status_line)
        return [line for view in views for line in view.splash_lines(self.app.console)]

    def update_status(self) -> None:
        """Write what the list shows into the bottom line."""
        if self.pane_layout.kind == "tiny":
            self.status_line.set_state("terminal too small (need {}×{})".format(*MIN_TERMINAL_SIZE))
            return
        read_only = "[read-only]" if self._read_only_reason else ""
        self.status_line.set_state(
            join_nonempty((read_only, *self.describe_list(), self._progress_text))
        )

    def describe_list(self) -> Sequence[str]:
        """What the list shows and in which order, in words."""
        return describe_list(self.current_query, len(self.article_list.rows))


def _is_article(entry: FullArticle | None, article: str) -> bool:
    return entry is not None and entry.article.id == article

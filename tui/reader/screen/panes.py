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

from store.model.article import Entry
from store.search import Query
from tui.config.commands import FOOTERS, footer
from tui.config.keymaps import Keymap
from tui.config.settings import Loaded
from tui.reader.dialogs.keymap_screen import Keyed
from tui.reader.gateway import Gateway, Post, messages
from tui.reader.screen.pane_layout import LEAST, PANES, Arrangement, Pane, arrange
from tui.reader.widgets.article_list import ArticleList
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.line_view import LineView
from tui.reader.widgets.side_pane import SidePane
from tui.reader.widgets.status_line import StatusLine
from tui.reader.widgets.trail_line import TrailLine
from tui.rendering.trail import Trail
from tui.rendering.wording import joined, listed, many

PREVIEW_AFTER = 0.15
"""Seconds the list's cursor rests before the side pane follows it."""
REFRESH_EVERY = 2.0
"""Seconds between two looks at what other processes and machines have changed."""
WITH_TRAIL = 14
"""Rows of the terminal from which on one is left for the trail."""

MakeGateway = Callable[[Post], Gateway]


class Panes(Keyed, Screen[None]):
    """The panes, what they show, and where they stand; what keys do is in `Reader`."""

    AUTO_FOCUS = "#list"
    searching = False

    def __init__(
        self,
        make_gateway: MakeGateway,
        now: Callable[[], int],
        hint: str,
        loaded: Loaded,
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
        self._faults = loaded.faults
        self.keymap = keymap
        self.now = now
        self.gateway = make_gateway(self.post_message)
        self.query_shown = Query()
        self.trail = Trail()
        self.zoomed = False
        self.side_wanted: bool | None = None
        self.pane: Pane = "list"
        self.reading = False
        """Whether keys mean the article that is open, and not the one selected in the list."""
        self.shape = Arrangement("wide", PANES, PANES)
        self._hint = hint
        self._wanted = ""
        """The article that was asked for last: answers for others come too late."""
        self._brought_back: Collection[str] = ()
        """Articles that an undo has brought back and no list has shown yet."""
        self._loading = ""
        self._read_only = ""
        """Why nothing can be changed."""
        self._preview: Timer | None = None
        self.on_list: Callable[[], None] = lambda: None
        """Called when a list is shown: from the first one on, keys mean something."""
        self.articles = ArticleList(now, id="list")
        self.article = ArticleView(id="article")
        self.article.measure = self.settings.measure
        self.patience = 1.0
        self.crumbs = TrailLine(self.trail, id="trail")
        self.side = SidePane(now, id="side")
        self.status = StatusLine(id="status")

    def compose(self) -> ComposeResult:
        """The three panes, a line above and two below."""
        if self._hint:
            yield Static(Content(self._hint), id="hint")
        with Container(id="body"):
            yield self.articles
            with Horizontal(id="reading"):
                yield self.crumbs
                yield self.article
                yield self.side
        yield self.status

    def on_mount(self) -> None:
        """Ask for the library and keep looking for changes."""
        self.articles.empty = "loading …"
        self.status.set_keys(footer(self.pane, self.keymap.keys))
        self.rearrange()
        self.gateway.load(self.query_shown)
        self.set_interval(REFRESH_EVERY, self.gateway.refresh)

    # -- where things stand ----------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Choose the arrangement for the new size."""
        self.rearrange(event.size.width, event.size.height)

    def rearrange(self, columns: int = 0, rows: int = 0) -> None:
        """Show the panes that have their place now."""
        size = self.app.size
        pane = self.pane
        self.shape = arrange(
            columns or size.width,
            rows or size.height,
            pane,
            zoomed=self.zoomed and pane != "list",
            side=self.side_wanted,
            listing=self.searching or not self._wanted,
        )
        for shape in ("tiny", "narrow", "stacked", "beside", "wide"):
            self.set_class(self.shape.shape == shape, f"-{shape}")
        for name in PANES:
            self.pane_widget(name).display = name in self.shape.panes
        self.set_class(len(self.shape.panes) == 1, "-alone")
        self.query_one("#reading").display = self.shape.panes != ("list",)
        self.show_trail()
        self.tell_state()
        if self.shape.panes and pane not in self.shape.panes:
            self.go_to_pane(self.shape.panes[0])
        elif "side" in self.shape.panes:
            self.show_subject()

    def pane_widget(self, pane: Pane) -> LineView:
        """The widget of a pane."""
        widgets: dict[Pane, LineView] = {
            "list": self.articles,
            "article": self.article,
            "side": self.side,
        }
        return widgets[pane]

    def go_to_pane(self, pane: Pane) -> None:
        """Give a pane the focus, and its place if there is room for one only."""
        self._enter(pane)
        if pane not in self.shape.panes:
            self.rearrange()
        self.set_focus(self.pane_widget(pane))
        self.show_subject()

    @property
    def place(self) -> str:
        """The pane the user is in; nowhere while something is typed."""
        return "" if isinstance(self.focused, Input) else self.pane

    def show_pending(self, keys: str) -> None:
        """Show what was typed of a command so far."""
        self.status.set_pending(keys)

    def _enter(self, pane: Pane) -> None:
        self.pane = pane
        self.tell_keys()
        if pane != "side":  # which is about the one or the other
            self.reading = pane == "article" and bool(self._wanted)

    def tell_keys(self) -> None:
        """Name the keys that matter where the user is."""
        place = self.place if self.place in FOOTERS else self.pane
        self.status.set_keys(footer(place, self.keymap.keys))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Know which pane the user is in, however they got there; the news may come too late."""
        for name in PANES:
            if event.widget is self.pane_widget(name) is self.focused:
                self._enter(name)

    @property
    def subject(self) -> str:
        """The article that keys mean and that the side pane is about; empty if there is none."""
        row = self.articles.row
        return self._wanted if self.reading else row.id if row is not None else ""

    # -- what the library reports ----------------------------------------------------------

    @on(messages.RowsSelected)
    def show_rows(self, message: messages.RowsSelected) -> None:
        """Show a list, unless another one was asked for since."""
        if message.query == self.query_shown and not self.searching:
            self.articles.empty = self._why_empty()
            self.articles.show(message.rows, dated=message.query.sort == "date")
            for article in self._brought_back:
                self.articles.go_to_article(article)
            self._brought_back = ()
            self.tell_state()
            self.on_list()

    def _why_empty(self) -> str:
        if self.query_shown == Query():
            return "no articles yet; `newstui import FILE` adds some"
        return "no article fits; f c / change what is shown"

    @on(messages.LibraryLoaded)
    def finish_loading(self, message: messages.LibraryLoaded) -> None:
        """Say what was found wrong."""
        self._loading = ""
        self._read_only = message.read_only
        self.articles.settled = True
        self.tell_state()
        problems = [*filter(None, [message.read_only]), *self._faults, *message.problems]
        if problems:
            self.status.say(many(problems[0], len(problems)))

    @on(messages.ArticleFetched)
    def show_article(self, message: messages.ArticleFetched) -> None:
        """Show an article where it was asked for, unless another one was asked for since."""
        entry = message.entry
        self.trail.entitle(entry.article.id, entry.article.title)
        if message.opened and entry.article.id == self._wanted:
            # A library that cannot change does not know where one was.
            position = self.trail.position(entry.article.id)
            self.article.show(entry, entry.reading.position if position is None else position)
            self.show_trail()
        elif _is(self.article.entry, entry.article.id):
            self.article.update_facts(entry)
        if entry.article.id == self.subject:
            self.side.show(entry)

    @on(messages.SimilarFound)
    def show_similar(self, message: messages.SimilarFound) -> None:
        """Show the similar readings of the article in the side pane."""
        if message.similar or not self.gateway.indexing:  # else there may be some
            self.side.show_similar(message.article, message.similar)

    @on(messages.ReadingChanged)
    def show_changes(self, message: messages.ReadingChanged) -> None:
        """Show changed rows where they stand."""
        if message.gone:
            self._forget(message.gone)
        self.articles.change(message.rows)
        shown = {pane.entry.article.id for pane in (self.article, self.side) if pane.entry}
        for article in shown & message.rows.keys():
            self.gateway.preview(article)
        if message.said:
            self.status.say(message.said)
        self.tell_state()

    def _forget(self, gone: Collection[str]) -> None:
        self.trail.forget(gone)
        self.show_trail()
        self.articles.leave_out(gone)
        for pane in (self.article, self.side):
            if pane.entry is not None and pane.entry.article.id in gone:
                pane.clear()
        if self._wanted in gone:
            self._wanted = ""
            if self.reading:
                self.reading = self.zoomed = False
                self.go_to_pane("list")
                self.rearrange()

    @on(messages.ArticlesChanged)
    def ask_again(self, message: messages.ArticlesChanged) -> None:
        """Ask for the list again: articles came or went; the one that is read stays in it."""
        self._brought_back = message.back
        read = self._wanted if self.articles.index(self._wanted) is not None else ""
        self.gateway.select(replace(self.query_shown, keep={*message.back, read}))

    @on(messages.BackupFailed)
    def tell_of_backup(self, message: messages.BackupFailed) -> None:
        """Say in one line what is wrong with the backup."""
        self.status.say(message.problem)

    @on(messages.StoreFailed)
    def show_failure(self, message: messages.StoreFailed) -> None:
        """Say in one line what could not be done."""
        if not self.articles.rows:
            self.articles.empty = message.problem
            self.articles.refresh()
        self.status.say(message.problem)

    # -- what the panes report -------------------------------------------------------------

    @on(ArticleList.Moved)
    def follow_cursor(self) -> None:
        """Let the side pane follow the list once the cursor rests."""
        if self._preview is not None:
            self._preview.stop()
        if "side" in self.shape.panes:
            self._preview = self.set_timer(PREVIEW_AFTER * self.patience, self._show_preview)

    def _show_preview(self) -> None:
        if self.subject and not self.reading and not _is(self.side.entry, self.subject):
            self.gateway.preview(self.subject)

    def show_subject(self) -> None:
        """Show in the side pane the article that keys mean."""
        subject, entry = self.subject, self.article.entry
        if not subject or _is(self.side.entry, subject):
            return
        if self.pane == "list":
            self.follow_cursor()
        elif entry is not None and entry.article.id == subject:
            self.side.show(entry)
            self.gateway.relate(entry)
        elif self.pane == "side":
            self.gateway.preview(subject)

    @on(ArticleList.Chosen)
    def open_chosen(self, message: ArticleList.Chosen) -> None:
        """Open the article that was chosen."""
        self.open(message.row.id)

    @on(ArticleView.EndReached)
    def count_reading(self, message: ArticleView.EndReached) -> None:
        """An article whose end was reached has been read."""
        self.gateway.note("read", message.article)

    # -- articles --------------------------------------------------------------------------

    def open(self, article: str, *, visit: bool = True) -> None:
        """Open an article in the article pane.

        Args:
            article: Its id.
            visit: Whether it comes onto the trail; not when going along the trail.
        """
        self.leave()
        self.status.forget()  # it was about another one
        self._wanted = article
        index = self.articles.index(article)
        if visit:
            self.trail.visit(article, self.articles.rows[index].title if index is not None else "")
        elif index is None and self.trail.here is not None:
            index = self.articles.index(self.trail.here.selected)
        self.gateway.open(article)
        if index is not None:
            self.articles.move_to(index)
        self.show_trail()
        self.go_to_pane("article")

    def show_trail(self) -> None:
        """Show by which articles one came here, where there is room."""
        self.crumbs.show(room="article" in self.shape.panes and self.app.size.height >= WITH_TRAIL)

    def leave(self) -> None:
        """Remember where reading stopped."""
        entry = self.article.entry
        if entry is not None:
            selected = self.articles.row.id if self.articles.row is not None else ""
            self.trail.leave(entry.article.id, self.article.position, selected)
        if entry is not None and self.article.position != entry.reading.position:
            reading = replace(entry.reading, position=self.article.position)
            self.article.entry = replace(entry, reading=reading)
            self.gateway.note("position", entry.article.id, position=reading.position)

    def select(self, query: Query) -> None:
        """Show another list."""
        self.query_shown = query
        self.gateway.select(query)

    def opening_lines(self) -> list[tuple[int, int, str]]:
        """The screen the next session opens with, as far as it is on the screen now."""
        if self.query_shown != Query() or self.searching or not self.articles.display or self._hint:
            return []
        self.status.set_keys(footer("list", self.keymap.keys))
        views = (self.articles, self.article, self.side, self.status)
        return [line for view in views for line in view.opening_lines(self.app.console)]

    def tell_state(self) -> None:
        """Write what the list shows into the bottom line."""
        if self.shape.shape == "tiny":
            self.status.set_state("terminal too small (need {}×{})".format(*LEAST))
            return
        read_only = "[read-only]" if self._read_only else ""
        self.status.set_state(joined((read_only, *self.list_state(), self._loading)))

    def list_state(self) -> Sequence[str]:
        """What the list shows and in which order, in words."""
        return listed(self.query_shown, len(self.articles.rows))


def _is(entry: Entry | None, article: str) -> bool:
    return entry is not None and entry.article.id == article

"""The reader's screen: its parts, and what follows the messages of its widgets.

Every part owns its state and is handed what it needs. What several parts need to know is in
`ReaderState`. The parts that carry out each command are named in `reader_commands`, those that
receive each message from the library in `reader_messages`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import iscoroutine
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.reactive import Reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.config.commands import COMMANDS_BY_ID, Command, footer_hints
from tui.config.settings import resolve_auto
from tui.reader.dialogs.article_preview import ArticlePreview
from tui.reader.dialogs.dialog import CommandTable, KeymapScreen
from tui.reader.dialogs.moves import CountedMove
from tui.reader.gateway import Gateway, PostMessage, messages
from tui.reader.screen.article_actions import ArticleActions
from tui.reader.screen.code_actions import CodeActions
from tui.reader.screen.edit_actions import EditActions
from tui.reader.screen.export_actions import ExportActions
from tui.reader.screen.feed_actions import FeedActions
from tui.reader.screen.header_actions import HeaderActions
from tui.reader.screen.link_actions import ExternalMethods, LinkActions
from tui.reader.screen.list_actions import ListActions
from tui.reader.screen.navigation_actions import NavigationActions
from tui.reader.screen.overlay_actions import OverlayActions
from tui.reader.screen.page_actions import PageActions
from tui.reader.screen.panes import Panes
from tui.reader.screen.place_actions import PlaceActions
from tui.reader.screen.place_edits import PlaceEdits
from tui.reader.screen.place_memory import PlaceMemory
from tui.reader.screen.preview_actions import PreviewActions
from tui.reader.screen.prompts import Prompts
from tui.reader.screen.reader_commands import go_back, make_command_table
from tui.reader.screen.reader_messages import ReceiverTable, make_receiver_table
from tui.reader.screen.reader_state import ReaderState
from tui.reader.screen.search_actions import SearchActions
from tui.reader.screen.side_pane_actions import SidePaneActions
from tui.reader.screen.status_actions import StatusActions
from tui.reader.screen.text_actions import TextActions
from tui.reader.screen.welcome_actions import WelcomeActions
from tui.reader.widgets.article_list import ArticleList
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import FindBar, HeaderLine, StatusLine
from tui.reader.widgets.inputs import LibrarySearchInput, SanitizedInput
from tui.reader.widgets.one_shot_timer import call_after
from tui.reader.widgets.place_tree import PlaceTree
from tui.reader.widgets.side_pane import SidePane

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap
    from tui.config.last_session import LastSession
    from tui.config.settings import LoadedSettings
    from tui.config.theme_choice import ThemeChoice

REFRESH_INTERVAL = 2.0
"""Seconds between two looks for changes by other processes and machines."""
ANSWER_INTERVAL = 0.5
"""Seconds between two looks whether the library answers."""
SLOW_SCROLL_JUMP_PERCENT, SLOW_REST_FACTOR = 90, 4.0
"""Over a slow connection: how far the list scrolls at once, as a percentage of its height, and how
many times as long the cursor rests before the other panes follow it."""

INPUT_KEYS = {"esc": "escape"}
"""The keys of inputs that the bottom line names otherwise."""
FOLDED_SECTIONS = "folded_sections"
"""The name under which the folded sections of the side pane are kept from one session to the next."""
GatewayFactory = Callable[[PostMessage], Gateway]


@dataclass(frozen=True, slots=True)
class ReaderHost:
    """The services of the app to its screen."""

    external_methods: ExternalMethods
    theme_choice: ThemeChoice
    apply_theme: Callable[[str], None]
    send: Callable[[bytes], None]
    """Sends bytes to the terminal."""
    redraw: Callable[[], None]
    """Draws everything again."""
    run_cli_command: Callable[[Sequence[str]], None]
    """Ends the reader, carries out a command of newstui, and starts the reader again."""
    session: LastSession


class Reader(KeymapScreen, Screen[None]):
    """The reader's screen: list, article and side pane."""

    AUTO_FOCUS = "#list"
    # A widget that gains or loses the focus draws itself again, and nothing else has to.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(
        self,
        make_gateway: GatewayFactory,
        now: Callable[[], int],
        hint: str,
        loaded: LoadedSettings,
        keymap: Keymap,
        host: ReaderHost,
    ) -> None:
        """Create the screen; it loads the library once it is mounted.

        Args: see `NewsApp`. Only the sample library has a hint.
        """
        super().__init__()
        self.keymap = keymap
        self._hint = hint
        self._settings = loaded.settings
        self.settings_faults = loaded.faults
        self.host = host
        self._position_timer: Timer | None = None
        """Runs while the position in the bottom line is to follow the cursor."""
        self.is_list_known = False
        """True once there is a list, or the reason why there is none: keys have a meaning then."""
        self.gateway = make_gateway(self.post_message)
        self.place_tree = PlaceTree(id="places")
        self.article_list = ArticleList(now, id="list", rows=self._settings.rows)
        self.article_view = ArticleView(now, id="article")
        self.article_view.measure = self._settings.measure
        self.side_pane = SidePane(now, id="side")
        self.side_pane.folded_sections = host.session.get_names(FOLDED_SECTIONS)
        self.header_line = HeaderLine(now, id="header")
        self.status_line = StatusLine(id="status")
        self.status_line.full_text_hint = f"{keymap.first_key('app.problems')} more"
        self.state = ReaderState(self.article_list)
        is_slow = self._settings.slow is True
        self.state.has_previews = resolve_auto(self._settings.preview, not is_slow)
        open_key = keymap.first_key("article.open")
        self.article_view.empty_text = (
            "" if self.state.has_previews else f"{open_key} opens an article"
        )
        self._create_reading_parts()
        self._create_other_parts(now)

    def _create_reading_parts(self) -> None:
        """Create the parts around the three panes; each is handed the parts before it."""
        keymap, gateway, state = self.keymap, self.gateway, self.state
        articles, view, side = self.article_list, self.article_view, self.side_pane
        status = self.status_line
        panes = self.panes = Panes(
            self,
            state,
            {"places": self.place_tree, "list": articles, "article": view, "side": side},
            self.update_status,
            lambda: self.previews.follow(rests=True),
            lambda passing: self.articles.enter(passing=passing),
            lambda: self.places.request(),
        )
        methods, send = self.host.external_methods, self.host.send
        self.links = LinkActions(self, keymap, gateway.articles, state, status, methods, send)
        self.code = CodeActions(self, view)
        self.text = TextActions(self, panes, view, status, self.links, self.update_key_hints)
        self.search = SearchActions(
            self,
            keymap,
            gateway.lists,
            state,
            panes,
            articles,
            status,
            lambda article: self.articles.open(article),
            self.update_status,
            lambda query: self.lists.show(query),
        )
        words = self.search.words_to_find
        preview = ArticlePreview(
            self, gateway.articles.preview_article, lambda entry: self.previews.show(entry)
        )
        self.articles = ArticleActions(
            self, gateway.articles, state, panes, view, side, status, self.text, words, preview
        )
        self.pages = PageActions(
            self, keymap, gateway.pages, state, panes, view, status, self.articles, self.links
        )
        self.side = SidePaneActions(self, gateway, state, view, side, status, self.articles)
        self.previews = PreviewActions(state, panes, view, side, self.articles, self.side, preview)
        self.navigation = NavigationActions(
            state, panes, view, status, self.articles, gateway.lists
        )

    def _create_other_parts(self, now: Callable[[], int]) -> None:
        """Create the parts that ask, list and fetch, and those that change and export."""
        keymap, gateway, state, status = self.keymap, self.gateway, self.state, self.status_line
        self.lists = ListActions(
            self, keymap, gateway.lists, state, self.article_list, self.search, now
        )
        prompts = self.prompts = Prompts(self, self.panes, status)
        self._create_changing_parts(now)
        self.feeds = FeedActions(self, keymap, state, gateway.feeds, prompts, status)
        self._create_place_parts(now)
        self.welcome = WelcomeActions(
            self, keymap, self.feeds, prompts, bool(self._hint), self.host.run_cli_command
        )
        open_article, host = self.articles.open, self.host
        self.overlays = OverlayActions(
            self,
            keymap,
            gateway,
            state,
            status,
            now,
            open_article,
            lambda: self.search.query_text,
            host.theme_choice,
            host.apply_theme,
            learns_interests=self._settings.interests,
        )

    def _create_place_parts(self, now: Callable[[], int]) -> None:
        """Create the parts that show, change and remember the places."""
        keymap, gateway, state, status = self.keymap, self.gateway, self.state, self.status_line
        gateway.places.searches = self._settings.searches
        gateway.places.is_folded = self._settings.copies == "folded"
        self.places = PlaceActions(
            self,
            keymap,
            gateway,
            state,
            self.panes,
            self.place_tree,
            self.lists,
            self.feeds,
            status,
            now,
        )
        self.place_edits = PlaceEdits(
            self,
            keymap,
            gateway.changes,
            self.prompts,
            self.place_tree,
            status,
            now,
            lambda: self.search.matched_text or state.query.text,
        )
        self.header = HeaderActions(
            state, self.lists, self.search, self.header_line, self.article_view
        )
        self.status = StatusActions(
            self,
            keymap,
            state,
            self.panes,
            self.article_list,
            self.place_tree,
            status,
            self.lists,
            self.text,
            self.prompts,
            self.header,
            lambda: self.place,
        )
        self.memory = PlaceMemory(
            self.host.session, self._settings, self.lists, self.place_tree, self.panes
        )
        self.memory.restore(now())

    def _create_changing_parts(self, now: Callable[[], int]) -> None:
        keymap, gateway, state, status = self.keymap, self.gateway, self.state, self.status_line
        prompts, pipe_command = self.prompts, self._settings.pipe_command
        self.edits = EditActions(
            self,
            keymap,
            gateway.changes,
            state,
            self.panes,
            prompts,
            status,
            self.update_status,
            now,
            self.articles.open,
        )
        self.exports = ExportActions(
            self,
            keymap,
            gateway.exports,
            state,
            prompts,
            status,
            pipe_command,
            now,
            self.edits.clear_selection,
        )

    def compose(self) -> ComposeResult:
        """The panes, the header and the hint above them, the bottom line below."""
        yield self.header_line
        if self._hint:
            yield Static(Content(self._hint), id="hint")
        with Container(id="body"):
            yield self.place_tree
            yield self.article_list
            with Horizontal(id="reading"):
                yield self.article_view
                yield self.side_pane
        yield self.status_line

    def on_mount(self) -> None:
        """Load the library, and look for changes and new articles from time to time."""
        self.article_list.empty_text = "Loading…"
        self.update_key_hints()
        self.panes.update()
        self.lists.load()
        self.set_interval(REFRESH_INTERVAL, self.gateway.lists.refresh)
        self.set_interval(REFRESH_INTERVAL, self.places.check)
        self.set_interval(ANSWER_INTERVAL, self._show_wait)
        if minutes := self._settings.fetch_every:
            self.set_interval(60 * minutes, self.feeds.fetch_regularly)
        self.watch(self.article_view, "scroll_y", self.update_status, init=False)
        self.call_after_refresh(self.welcome.greet)

    @property
    def is_article_loading(self) -> bool:
        """True if the user is in an article, or beside it, that is not there yet."""
        if self.state.current_pane == "side":
            return self.side.is_loading
        return (
            self.state.current_pane == "article"
            and self.state.is_reading
            and self.articles.is_loading
        )

    def is_text_loading(self, command: Command) -> bool:
        """Return True if a command is about a text that is not there yet; have it loaded."""
        if not command.needs_article_text:
            return False
        self.articles.enter_passed()
        if command.id == "article.links" and self.previews.is_pending:
            self.previews.preview.hurry()
            return True
        return self.is_article_loading

    def save_bandwidth(self) -> None:
        """Send less over a slow connection: scroll less often, show the selected article later."""
        self.article_list.scroll_jump_percent = SLOW_SCROLL_JUMP_PERCENT
        self.previews.preview.rest_factor = SLOW_REST_FACTOR

    # -- commands ----------------------------------------------------------------------------

    @cached_property
    def commands(self) -> CommandTable:
        """The part that carries out each command."""
        return make_command_table(self)

    @property
    def read_only_reason(self) -> str:
        """The reason why nothing can be changed; empty if it can."""
        return self.state.read_only_reason

    @property
    def drawn_notice(self) -> object:
        """The notice that can be seen."""
        return self.status_line.drawn_notice

    def report_refusal(self, reason: str) -> None:
        """Show why nothing can be changed."""
        self.status_line.show_notice(reason, "failed")

    def move(self, by: int) -> None:
        """Move by so many rows or lines in the current pane."""
        self.navigation.move(by)

    @property
    def page_size(self) -> int:
        """The number of rows or lines that a page of the current pane moves."""
        return self.panes.current_widget.page_size

    def line_moves(self, command_id: str, count: int) -> Sequence[int] | None:
        """Return what a command amounts to in calls of `move`; in an article it may open or lead on."""
        if self.state.current_pane == "article" and (
            command_id == "move.page_down" or not self.state.is_reading
        ):
            return None
        return super().line_moves(command_id, count)

    def run_flood(self, moves: Sequence[CountedMove]) -> None:
        """Carry out more moves than anybody types, through all panes."""
        self.navigation.run_flood(moves)

    # -- messages from the library -----------------------------------------------------------

    @cached_property
    def receivers(self) -> ReceiverTable:
        """The receivers of each message, in the order in which they are called."""
        return make_receiver_table(self)

    @on(messages.LibraryMessage)
    async def receive_message(self, message: messages.LibraryMessage) -> None:
        """Hand a message to its receivers."""
        for receive in self.receivers[type(message)]:
            result = receive(message)
            if iscoroutine(result):
                await result

    # -- messages from the widgets -----------------------------------------------------------

    @on(ArticleList.CursorMoved)
    def follow_cursor(self) -> None:
        """Load what the new place of the cursor needs."""
        self.search.request_snippets()
        self.previews.follow()
        if self.article_list.selected_places is not None:
            self.update_status()
            return
        self.article_list.is_moving = self._position_timer is not None
        if self._position_timer is not None:
            self._position_timer.stop()
        rest = self.previews.preview.rest_seconds  # not with every key: that would double its bytes
        self._position_timer = call_after(self, rest, self._show_rested_cursor)

    def _show_wait(self) -> None:
        self.status.show_wait(self.gateway.seconds_waiting)

    def _show_rested_cursor(self) -> None:
        self._position_timer, self.article_list.is_moving = None, False
        self.update_status()

    @on(ArticleList.WindowNeeded)
    def load_window(self, message: ArticleList.WindowNeeded) -> None:
        """Load rows that are about to be seen."""
        self.gateway.lists.load_window(message.start, message.size)

    @on(ArticleList.PlaceNeeded)
    def find_place(self, message: ArticleList.PlaceNeeded) -> None:
        """Find an article that is not loaded in the list."""
        self.gateway.lists.find_place(message.articles, self.article_list.window_size)

    @on(ArticleList.DayChanged)
    def update_headings(self) -> None:
        """Show the headings of the new day."""
        self.lists.show_again()

    @on(ArticleList.OpenRequested)
    def open_clicked(self, message: ArticleList.OpenRequested) -> None:
        """Open the article that was clicked."""
        self.articles.open(message.row.id)

    @on(PlaceTree.SelectionChanged)
    def describe_selected_place(self, _: object = None) -> None:
        """Describe the place under the cursor in the bottom line."""
        if self.state.current_pane == "places":
            self.update_status()

    @on(PlaceTree.PlaceChosen)
    def show_place(self, message: PlaceTree.PlaceChosen) -> None:
        """Show the place that was chosen."""
        self.places.show_in_list(message.place)

    @on(ArticleView.EndReached)
    def record_read(self, message: ArticleView.EndReached) -> None:
        """Record that an article was read to its end."""
        self.articles.record_end(message.article)

    @on(ArticleView.LinkClicked)
    def read_clicked_link(self, message: ArticleView.LinkClicked) -> None:
        """Read what a link leads to."""
        self.pages.read_link(message.link)

    @on(ArticleView.LaidOut)
    def show_seen_percent(self) -> None:
        """Say how far one is in the article: its lines are others now."""
        self.update_status()

    @on(ArticleView.CodeFound)
    def highlight_code(self, message: ArticleView.CodeFound) -> None:
        """Have the code of the article highlighted."""
        self.code.highlight(message.text)

    @on(SidePane.SimilarChosen)
    def open_similar(self, message: SidePane.SimilarChosen) -> None:
        """Open the similar article that was chosen."""
        self.side.open_similar(message.number)

    @on(SidePane.SectionsFolded)
    def keep_folded_sections(self) -> None:
        """Keep for the next session which sections are folded."""
        self.host.session.set_names(FOLDED_SECTIONS, self.side_pane.folded_sections)

    @on(SidePane.TextOffsetChosen)
    def go_to_text(self, message: SidePane.TextOffsetChosen) -> None:
        """Go to the place in the text that was chosen."""
        self.side.go_to_text(message.offset)

    @on(Input.Changed, "#place-filter")
    def filter_places(self, event: Input.Changed) -> None:
        """Show the places with the name typed so far."""
        self.place_tree.filter_names(event.value)

    @on(Input.Submitted, "#place-filter")
    def confirm_place_filter(self) -> None:
        """Show the place under the cursor."""
        self.places.confirm_filter()

    @on(Input.Changed, ".search")
    def search_typed_text(self, event: Input.Changed) -> None:
        """Search while the user types."""
        self.search.search_typed_text(event.value)

    @on(Input.Submitted, ".search")
    def open_match(self) -> None:
        """Open the match under the cursor."""
        self.search.open_match()

    @on(LibrarySearchInput.ListRequested)
    def list_all_matches(self) -> None:
        """Go to the list of matches."""
        self.search.list_all_matches()

    @on(SanitizedInput.MoveRequested)
    def move_cursor_while_typing(self, event: SanitizedInput.MoveRequested) -> None:
        """Move through the list, or the places, while the user types."""
        if self.places.input is not None:
            self.place_tree.scroll_lines(event.by)
        else:
            self.article_list.move_cursor(event.by)

    @on(Input.Changed, "Prompt")
    def keep_question(self) -> None:
        """Show the question in the bottom line once the answer takes its place."""
        self.update_status()

    @on(Input.Submitted, "Prompt")
    def submit_prompt(self, event: Input.Submitted) -> None:
        """Take the answer to a question."""
        self.prompts.submit(event.input, event.value)

    @on(SanitizedInput.Cancelled)
    def cancel_input(self) -> None:
        """Leave the input."""
        go_back(self)

    @on(FindBar.WordsChanged)
    def find_typed_words(self, event: FindBar.WordsChanged) -> None:
        """Find words while the user types."""
        self.text.find_typed_words(event.words)

    @on(FindBar.StepRequested)
    def step_hit(self, event: FindBar.StepRequested) -> None:
        """Go to another hit while the user types."""
        self.article_view.step_hit(event.by)

    @on(FindBar.Confirmed)
    def confirm_find(self) -> None:
        """Go to the text."""
        self.text.confirm_find()

    @on(FindBar.Cancelled)
    def cancel_find(self) -> None:
        """Return to the old position."""
        self.text.cancel_find()

    @on(ArticleView.FindProgressed)
    def update_hit_count(self) -> None:
        """Show how much was found so far."""
        self.text.update_hit_count()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the new size."""
        self.panes.update(event.size.width, event.size.height)

    def on_screen_suspend(self) -> None:
        """Light no pane and name no key under a dialog."""
        self.panes.set_covered(covered=True)
        self.update_key_hints()

    def on_screen_resume(self) -> None:
        """Light the pane that has the keys again, and name them."""
        self.panes.set_covered(covered=False)
        self.update_key_hints()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Note where the user is."""
        self.panes.receive_focus(event.widget)
        if event.widget is self.focused and event.widget in self.panes.widgets.values():
            self.prompts.close()  # by a click beside it
        if isinstance(event.widget, SanitizedInput):
            self.update_key_hints()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Close an input in which nothing is typed, if the user has gone to a pane."""
        left, pane = event.widget, self.focused
        is_empty = isinstance(left, SanitizedInput) and not left.value.strip()
        if not is_empty or pane not in self.panes.widgets.values():
            return
        if left is self.search.input:
            self.search.clear()
        elif left is self.places.input:
            self.places.close_input()
        else:
            self.text.confirm_find()
        self.set_focus(pane)

    # -- the bottom line ---------------------------------------------------------------------

    @on(HeaderLine.FactClicked)
    async def change_clicked_fact(self, message: HeaderLine.FactClicked) -> None:
        """Ask for another place, filter or order, where the header names it."""
        await self.run_command(COMMANDS_BY_ID[message.command_id])

    @on(StatusLine.HintClicked)
    async def press_clicked_key(self, message: StatusLine.HintClicked) -> None:
        """Do what a key does whose name was clicked."""
        if (command := self.status.find_command(message.hint)) is not None:
            await self.run_command(command)
        elif isinstance(self.focused, SanitizedInput):
            key, _ = message.hint
            self.app.simulate_key(INPUT_KEYS.get(key, key))

    @property
    def place(self) -> str:
        """The place whose keys apply; none while the user types."""
        if isinstance(self.focused, Input):
            return ""
        if self.state.current_pane == "article":
            if self.article_view.selection is not None:
                return "select"
            if self.text.find_bar is not None:
                return "find"
        return self.state.current_pane

    def show_pending_keys(self, keys: str) -> None:
        """Show the keys of a command that is not complete yet."""
        self.status_line.set_pending_keys(keys)

    def report_unbound_key(self, key: str) -> None:
        """Tell the user that a key is not bound, and which one opens the help."""
        help_key = self.keymap.first_key("app.help")
        self.status_line.show_notice(f"{key} is not bound here", hint=f"{help_key} for help")

    def update_key_hints(self) -> None:
        """Name the keys that matter in this place."""
        self.status.update_key_hints()

    def update_status(self) -> None:
        """Write into the bottom line what the list shows and what is going on."""
        self.status.update()

    def splash_lines(self) -> list[tuple[int, int, str]]:
        """Return the lines that the next start shows at once: column, row and content of each.

        There are none if the screen shows something else than the next start will.
        """
        if (
            not self.memory.is_next_place_shown
            or self.state.is_searching
            or not self.article_list.display
            or self._hint
        ):
            return []
        self.status_line.set_key_hints(footer_hints("list", self.keymap.keys))
        self.article_view.show_trail([], 0)
        panes = [self.panes.widgets[pane] for pane in self.panes.show_as_started()]
        views = (self.header_line, *panes, self.status_line)
        return [line for view in views for line in view.splash_lines(self.app.console)]

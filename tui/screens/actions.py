"""What the keys of the reader do: one action for every command of `tui.config.commands`."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.command import CommandPalette
from textual.reactive import Reactive
from textual.widget import Widget

from store.model.article import Similar
from tui.arrangement import Pane
from tui.palette import ReaderCommands
from tui.reader.dialogs.help import Help
from tui.reader.dialogs.keymap_screen import FAR
from tui.reader.gateway import messages
from tui.reader.widgets.inputs import SearchInput
from tui.reader.widgets.side_pane import SidePane
from tui.screens.changing import Changing
from tui.screens.exporting import Exporting
from tui.screens.insights import Insights
from tui.screens.listing import Listing
from tui.screens.reader import Panes
from tui.screens.studying import Studying
from tui.screens.theming import Theming
from tui.screens.welcome import Welcoming
from tui.screens.within import Within


class Moving(Panes):
    """Moving through lists, texts and panes."""

    _jump_from: tuple[str, int] = "", 0
    """The article whose similar reading of that number is to be opened."""

    @property
    def arriving(self) -> bool:
        """Whether the article one is in has been asked for and is not there yet."""
        entry = self.article.entry
        there = entry is not None and entry.article.id == self._wanted
        return self.pane == "article" and self.reading and not there

    def action_move_down(self, count: int = 1) -> None:
        """Rows or lines down."""
        self._move(count)

    def action_move_up(self, count: int = 1) -> None:
        """Rows or lines up."""
        self._move(-count)

    def _move(self, by: int) -> None:
        if self.pane == "list":
            self.articles.move(by)
        else:
            self.pane_widget(self.pane).scroll_lines(by)

    def action_move_page_down(self, count: int = 1) -> None:
        """Pages down; at the end of an article to the next unread one."""
        if self.pane == "article" and self._awaits_article:
            return  # of what is not there yet nobody has seen the end
        if self.pane == "article" and (self.article.at_end or self.article.entry is None):
            self.action_move_next_unread()
        else:
            self._move(count * self.pane_widget(self.pane).page)

    @property
    def _awaits_article(self) -> bool:
        """Whether the article that was asked for has not come yet."""
        entry = self.article.entry
        return bool(self._wanted) and (entry is None or entry.article.id != self._wanted)

    def action_move_page_up(self, count: int = 1) -> None:
        """Pages up."""
        self._move(-count * self.pane_widget(self.pane).page)

    def action_move_half_page_down(self, count: int = 1) -> None:
        """Half pages down."""
        self._move(count * max(1, self.pane_widget(self.pane).page // 2))

    def action_move_half_page_up(self, count: int = 1) -> None:
        """Half pages up."""
        self._move(-count * max(1, self.pane_widget(self.pane).page // 2))

    def action_move_start(self, line: int = 1) -> None:
        """To the first row or line, or to the one of that number."""
        self._move(-FAR)
        self._move(line - 1)

    def action_move_end(self, line: int = FAR) -> None:
        """To the last row or line, or to the one of that number."""
        self.action_move_start(line)

    def action_move_next_article(self, count: int = 1) -> None:
        """The next article of the list, or the one so many further on."""
        self._step(count)

    def action_move_previous_article(self, count: int = 1) -> None:
        """The previous article of the list, or the one so many before."""
        self._step(-count)

    def action_move_next_unread(self, count: int = 1) -> None:
        """The next unread article of the list, or the one so many further on."""
        self._go_unread(count)

    def action_move_previous_unread(self, count: int = 1) -> None:
        """The previous unread article of the list, or the one so many before."""
        self._go_unread(-count)

    def _go_unread(self, by: int) -> None:
        index = self.articles.unread(by)
        if index is None:
            self.status.say("no unread article below" if by > 0 else "no unread article above")
        else:
            self._go(index)

    def _step(self, by: int) -> None:
        at = self.articles.index(self.subject)
        index = (self.articles.cursor if at is None else at) + by
        if 0 <= index < len(self.articles.rows):
            self._go(index)
        else:
            self.status.say("the list ends here" if by > 0 else "the list begins here")

    def _go(self, index: int) -> None:
        """Put the cursor on a row; where an article is being read, open that one instead."""
        if self.reading:
            self.open(self.articles.rows[index].id)
        else:
            self.articles.move_to(index)

    def action_move_next_pane(self) -> None:
        """To the next pane."""
        self._step_pane(1)

    def action_move_previous_pane(self) -> None:
        """To the previous pane."""
        self._step_pane(-1)

    def _step_pane(self, by: int) -> None:
        if order := self.shape.order:
            self.go_to_pane(order[(order.index(self.pane) + by) % len(order)])

    def action_similar_jump(self, number: int) -> None:
        """Open a similar reading, once they are known."""
        shown = self.side.entry
        if self.side.similar is not None and shown and shown.article.id == self.subject:
            self._jump(number, self.side.similar)
        elif self.subject:
            self._jump_from = self.subject, number
            self.gateway.preview(self.subject)

    @on(SidePane.Jumped)
    def jump_from_side(self, message: SidePane.Jumped) -> None:
        """Open the similar reading that was chosen in the side pane."""
        self.action_similar_jump(message.number)

    @on(messages.SimilarFound)
    def jump_at_last(self, message: messages.SimilarFound) -> None:
        """Open the similar reading that was asked for before they were known."""
        article, number = self._jump_from
        if message.article == article == self.subject:
            self._jump(number, message.similar)

    def _jump(self, number: int, similar: Sequence[Similar]) -> None:
        self._jump_from = "", 0
        if not similar and self.gateway.indexing:
            self.status.say("similar readings are known once all is indexed")
            return
        if number > len(similar):
            self.status.say(f"there is no similar reading {number}")
            return
        other = similar[number - 1]
        if other.id is None:
            self.status.say(f"not in the library: {other.title}")
        else:
            self.open(other.id)

    def action_trail_back(self, count: int = 1) -> None:
        """Back along the trail."""
        self._follow_trail(-count)

    def action_trail_forward(self, count: int = 1) -> None:
        """Forward along the trail."""
        self._follow_trail(count)

    def _follow_trail(self, by: int) -> None:
        article = self.trail.step(by)
        if article is None:
            self.status.say("the trail begins here" if by < 0 else "the trail ends here")
        else:
            self.open(article, visit=False)


class Reader(Moving, Listing, Changing, Exporting, Welcoming, Insights, Within, Studying, Theming):
    """The reader's screen."""

    # What gets or loses the focus draws itself anew, and nothing else has to.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def open(self, article: str, *, visit: bool = True, find: Sequence[str] = ()) -> None:
        """Open an article; one that was searched for at the first place found in it."""
        super().open(article, visit=visit, find=find or self.terms_found(article))

    def action_article_open(self) -> None:
        """Into the article selected in the list, or that the side pane is about.

        On a heading of the side pane fold its section, on a similar reading open that one.
        """
        if self.pane == "side" and self.side.act():
            return
        entry, subject = self.article.entry, self.subject
        if entry is not None and entry.article.id == subject == self._wanted:
            self.go_to_pane("article")
        elif subject and not self.reading:
            self.open(subject)

    def action_article_back(self) -> None:
        """Out of an input or a search, or back to the list."""
        if self.asked is not None:
            self.end_asking()
        elif self.search is not None or self.pane == "list":
            _ = self.stop_exporting() or self.clear_search() or self.stop_fetching()
        else:
            self.leave()
            self.zoomed = False
            self.go_to_pane("list")
            self.rearrange()

    @on(SearchInput.Left)
    def leave_input(self) -> None:
        """Out of what was being typed."""
        self.action_article_back()

    def action_view_zoom(self) -> None:
        """Only the article, or all panes again."""
        self.zoomed = not self.zoomed
        if self.zoomed and self.pane == "list":
            self.action_article_open()
        self.rearrange()

    def action_view_side(self) -> None:
        """The side pane on or off."""
        if self.shape.shape == "narrow":
            before: Pane = "article" if self.reading else "list"
            self.go_to_pane(before if self.pane == "side" else "side")
            return
        self.side_wanted = "side" not in self.shape.panes
        self.zoomed = False
        self.rearrange()
        self.follow_cursor()

    def action_view_narrower(self) -> None:
        """Shorter lines."""
        self.article.set_measure(-1)

    def action_view_wider(self) -> None:
        """Longer lines."""
        self.article.set_measure(1)

    def action_app_help(self) -> None:
        """Show the keys of the pane one is in."""
        self.app.push_screen(Help(self.keymap, self.place or self.pane))

    def tell_unknown(self, key: str) -> None:
        """Tell that a key means nothing here, and where those stand that do."""
        self.status.say(f"{key} means nothing here; {self.keymap.first('app.help')} shows the keys")

    def action_app_palette(self) -> None:
        """Find a command by its name."""
        self.app.push_screen(CommandPalette(providers=[ReaderCommands]))

    async def action_app_suspend(self) -> None:
        """Put the reader aside."""
        self.leave()
        self.app.action_suspend_process()

    async def action_app_quit(self) -> None:
        """Leave newstui."""
        await self.app.action_quit()

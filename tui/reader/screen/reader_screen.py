"""What the keys of the reader do: one action for every command of `tui.config.commands`."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.command import CommandPalette
from textual.reactive import Reactive
from textual.widget import Widget

from tui.reader.dialogs.help import Help
from tui.reader.screen.command_palette import ReaderCommands
from tui.reader.screen.edit_actions import Changing
from tui.reader.screen.export_actions import Exporting
from tui.reader.screen.list_actions import Listing
from tui.reader.screen.navigation_actions import Moving
from tui.reader.screen.overlay_actions import Insights
from tui.reader.screen.pane_layout import Pane
from tui.reader.screen.related_actions import Studying
from tui.reader.screen.text_actions import Within
from tui.reader.screen.theme_actions import Theming
from tui.reader.screen.welcome_actions import Welcoming
from tui.reader.widgets.inputs import SearchInput


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

"""What the keys of the reader do: one action for every command of `tui.config.commands`."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.command import CommandPalette
from textual.reactive import Reactive
from textual.widget import Widget

from tui.config.commands import Pane
from tui.reader.dialogs.help import HelpDialog
from tui.reader.screen.command_palette import ReaderCommands
from tui.reader.screen.edit_actions import Changing
from tui.reader.screen.export_actions import Exporting
from tui.reader.screen.list_actions import Listing
from tui.reader.screen.navigation_actions import Moving
from tui.reader.screen.overlay_actions import Insights
from tui.reader.screen.related_actions import Studying
from tui.reader.screen.text_actions import Within
from tui.reader.screen.theme_actions import Theming
from tui.reader.screen.welcome_actions import Welcoming
from tui.reader.widgets.inputs import SanitizedInput


class Reader(Moving, Listing, Changing, Exporting, Welcoming, Insights, Within, Studying, Theming):
    """The reader's screen."""

    # What gets or loses the focus draws itself anew, and nothing else has to.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def open_article(self, article: str, *, visit: bool = True, find: Sequence[str] = ()) -> None:
        """Open an article; one that was searched for at the first place found in it."""
        super().open_article(article, visit=visit, find=find or self.matched_terms(article))

    def action_article_open(self) -> None:
        """Into the article selected in the list, or that the side pane is about.

        On a heading of the side pane fold its section, on a similar reading open that one.
        """
        if self.current_pane == "side" and self.side_pane.activate_line():
            return
        entry, subject = self.article_view.full_article, self.current_article
        if entry is not None and entry.article.id == subject == self._requested_article:
            self.focus_pane("article")
        elif subject and not self.is_reading:
            self.open_article(subject)

    def action_article_back(self) -> None:
        """Out of an input or a search, or back to the list."""
        if self.prompt is not None:
            self.close_prompt()
        elif self.search_input is not None or self.current_pane == "list":
            _ = self.stop_export() or self.clear_search() or self.stop_fetch()
        else:
            self.save_position()
            self.is_zoomed = False
            self.focus_pane("list")
            self.update_pane_layout()

    @on(SanitizedInput.Cancelled)
    def cancel_input(self) -> None:
        """Out of what was being typed."""
        self.action_article_back()

    def action_view_zoom(self) -> None:
        """Only the article, or all panes again."""
        self.is_zoomed = not self.is_zoomed
        if self.is_zoomed and self.current_pane == "list":
            self.action_article_open()
        self.update_pane_layout()

    def action_view_side(self) -> None:
        """The side pane on or off."""
        if self.pane_layout.kind == "narrow":
            before: Pane = "article" if self.is_reading else "list"
            self.focus_pane(before if self.current_pane == "side" else "side")
            return
        self.is_side_wanted = "side" not in self.pane_layout.visible_panes
        self.is_zoomed = False
        self.update_pane_layout()
        self.schedule_preview()

    def action_view_narrower(self) -> None:
        """Shorter lines."""
        self.article_view.change_measure(-1)

    def action_view_wider(self) -> None:
        """Longer lines."""
        self.article_view.change_measure(1)

    def action_app_help(self) -> None:
        """Show the keys of the pane one is in."""
        self.app.push_screen(HelpDialog(self.keymap, self.place or self.current_pane))

    def report_unbound_key(self, key: str) -> None:
        """Tell that a key means nothing here, and where those stand that do."""
        self.status_line.show_notice(
            f"{key} means nothing here; {self.keymap.first_key('app.help')} shows the keys"
        )

    def action_app_palette(self) -> None:
        """Find a command by its name."""
        self.app.push_screen(CommandPalette(providers=[ReaderCommands]))

    async def action_app_suspend(self) -> None:
        """Put the reader aside."""
        self.save_position()
        self.app.action_suspend_process()

    async def action_app_quit(self) -> None:
        """Leave newstui."""
        await self.app.action_quit()

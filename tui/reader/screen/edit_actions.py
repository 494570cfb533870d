"""Changing articles: flags, tags, deletion, and undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.screen import Screen

from store.model.times import to_unix_seconds
from store.text.clean import clean_line
from tui.config.keymaps import Keymap
from tui.reader.dialogs.picker import HistoryPicker
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.gateway import ArticleFlag, messages
from tui.reader.gateway.changes import Changes
from tui.reader.gateway.messages import Articles, ListedRows
from tui.reader.screen.panes import Panes
from tui.reader.screen.prompts import Prompts
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import MAX_TAG_LENGTH, TagPrompt
from tui.rendering.wording import format_age, summarize_change


@dataclass(eq=False)
class EditActions:
    """Changes the current article or the listed ones; a change is shown once it is on the disk."""

    screen: Screen[None]
    keymap: Keymap
    changes: Changes
    state: ReaderState
    panes: Panes
    prompts: Prompts
    status_line: StatusLine
    update_status: Callable[[], None]
    now: Callable[[], int]
    open_article: Callable[[str], None]

    def toggle_flag(self, flag: ArticleFlag) -> None:
        """Mark the article or the selected ones as read or unread, or star or unstar them."""
        if articles := self._take_chosen():
            # The list shows the flag of a single article itself.
            say = isinstance(articles, ListedRows) or len(articles) > 1
            say |= not self.panes.is_visible("list")
            self.changes.toggle_flag(flag, articles, say=say)

    def _take_chosen(self) -> Articles:
        """Return the articles that a command is about, and end the selection it applies to."""
        articles = self.state.chosen_articles
        if self.state.current_pane == "list":
            self.clear_selection()
        return articles

    def mark_all_read(self) -> None:
        """Mark all listed articles as read."""
        if (articles := self.state.listed_articles) is None:
            self.changes.mark_list_read()
        else:
            self.changes.mark_all_read(articles)

    def mark_read_beside(self, *, above: bool) -> None:
        """Mark the articles above or below the cursor as read, as one change."""
        rows = self.state.article_list
        places = range(rows.cursor) if above else range(rows.cursor + 1, rows.total)
        if rows.selected_row is not None and places:
            self.changes.mark_all_read(self.state.find_articles(places))
        else:
            self.status_line.show_notice(f"No article {'above' if above else 'below'}")

    def delete(self) -> None:
        """Delete the article or the selected ones."""
        if articles := self._take_chosen():
            self.changes.delete(articles)

    # -- selecting rows ----------------------------------------------------------------------

    def toggle_selection(self) -> None:
        """Select the rows from here to where the cursor goes, or select no longer."""
        self.state.article_list.toggle_selection()
        self._show_selection()

    def toggle_all_selected(self) -> None:
        """Select all rows of the list, or none."""
        self.state.article_list.toggle_all_selected()
        self._show_selection()

    def _show_selection(self) -> None:
        """Write how many rows are selected, in the place of what was done before."""
        self.status_line.clear_notice()
        self.update_status()

    def clear_selection(self) -> bool:
        """Select no rows; return False if none were."""
        was_selecting = self.state.article_list.clear_selection()
        if was_selecting:
            self.update_status()
        return was_selecting

    # -- tags --------------------------------------------------------------------------------

    async def prompt_for_tag(self, *, adds: bool) -> None:
        """Ask for a tag to add to the article or the selected ones, or to remove from them."""
        if articles := self.state.chosen_articles:
            change = self.changes.tag if adds else self.changes.untag

            def apply(text: str) -> None:
                if tag := clean_line(text)[:MAX_TAG_LENGTH]:
                    self.clear_selection()
                    change(articles, tag)

            prompt = TagPrompt(articles, adds=adds)
            await self.prompts.ask(prompt, apply, prompt.find_fault)
            self.changes.list_tags(articles)

    def suggest_tags(self, message: messages.TagsListed) -> None:
        """Complete the tag in the prompt from these."""
        prompt = self.prompts.prompt
        if not isinstance(prompt, TagPrompt) or prompt.articles != message.articles:
            return
        if prompt.is_adding or message.article_tags is None:
            prompt.suggest_tags(message.known_tags)
        elif message.article_tags:
            prompt.suggest_tags(message.article_tags, removable=True)
        else:
            self.prompts.close()
            self.status_line.show_notice("No tags to remove")

    # -- undo --------------------------------------------------------------------------------

    def show_undo_history(self, message: messages.UndoHistoryListed) -> None:
        """Show the changes that can be undone, the last one first."""
        if not self.screen.is_active:
            return
        if not message.changes:
            nothing = TextDialog(self.keymap, "Undo history", ["Nothing to undo"])
            self.screen.app.push_screen(nothing)
            return
        changes, now = message.changes, self.now()
        lines = [summarize_change(change, message.titles) for change in changes]
        ages = [format_age(to_unix_seconds(change.timestamp), now) for change in changes]

        def open_changed(index: int | None) -> None:
            if index is None or changes[index].event == "deleted":
                return
            articles = changes[index].articles
            if len(articles) == 1:
                self.open_article(articles[0])

        picker = HistoryPicker(self.keymap, lines, ages, self.changes.undo)
        self.screen.app.push_screen(picker, open_changed)

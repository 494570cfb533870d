"""Changing articles: flags, tags, deletion, and undo."""

from __future__ import annotations

from dataclasses import dataclass

from textual.screen import Screen

from store.text.clean import clean_line
from tui.config.keymaps import Keymap
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.gateway import ArticleFlag, messages
from tui.reader.gateway.articles import Changes
from tui.reader.screen.panes import Panes
from tui.reader.screen.prompts import Prompts
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import MAX_TAG_LENGTH, TagPrompt
from tui.rendering.wording import format_minute, summarize_change


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

    def toggle_flag(self, flag: ArticleFlag) -> None:
        """Mark the article as read or unread, or star or unstar it."""
        if article := self.state.current_article:
            # The list shows the flag itself.
            self.changes.toggle_flag(flag, article, say=not self.panes.is_visible("list"))

    def mark_all_read(self) -> None:
        """Mark all listed articles as read."""
        self.changes.mark_all_read(self.state.listed_articles)

    def delete(self) -> None:
        """Delete the article."""
        if article := self.state.current_article:
            self.changes.delete(article)

    # -- tags --------------------------------------------------------------------------------

    async def prompt_for_tag(self, *, adds: bool) -> None:
        """Ask for a tag to add to the article, or to remove from it."""
        if self.state.read_only_reason:
            self.status_line.show_notice(self.state.read_only_reason)
        elif article := self.state.current_article:
            change = self.changes.tag if adds else self.changes.untag

            def apply(text: str) -> None:
                if tag := clean_line(text)[:MAX_TAG_LENGTH]:
                    change(article, tag)

            prompt = TagPrompt(article, adds=adds)
            await self.prompts.ask(prompt, apply, prompt.find_fault)
            self.changes.list_tags(article)

    def suggest_tags(self, message: messages.TagsListed) -> None:
        """Complete the tag in the prompt from these."""
        prompt = self.prompts.prompt
        if not isinstance(prompt, TagPrompt) or prompt.article != message.article:
            return
        if prompt.is_adding:
            prompt.suggest_tags(message.known_tags)
        elif message.article_tags:
            prompt.suggest_tags(message.article_tags)
        else:
            self.prompts.close()
            self.status_line.show_notice("No tags to remove")

    # -- undo --------------------------------------------------------------------------------

    def show_undo_history(self, message: messages.UndoHistoryListed) -> None:
        """Show the changes that can be undone, the last one first."""
        if not self.screen.is_active:
            return
        lines = [
            f"{format_minute(change.timestamp)}\t{summarize_change(change, message.titles)}"
            for change in message.changes
        ]
        title = f"Undo history ({self.keymap.first_key('app.undo')} undoes the top one)"
        self.screen.app.push_screen(TextDialog(self.keymap, title, lines or ["Nothing to undo"]))

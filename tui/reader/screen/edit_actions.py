"""What the keys change of articles: marks, tags, deleting, and taking that back."""

from __future__ import annotations

from textual import on

from store.text.clean import clean_line
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.gateway import ArticleFlag, messages
from tui.reader.screen.prompting import Asking
from tui.reader.widgets.inputs import MAX_TAG_LENGTH, TagPrompt
from tui.rendering.wording import format_minute, summarize_change


class Changing(Asking):
    """Changing articles; each change is on the disk before it is shown."""

    def action_article_toggle_read(self) -> None:
        """Mark the article read or unread."""
        self._toggle_flag("read")

    def action_article_toggle_star(self) -> None:
        """Star or unstar the article."""
        self._toggle_flag("starred")

    def _toggle_flag(self, mark: ArticleFlag) -> None:
        if self.current_article:
            say = "list" not in self.pane_layout.visible_panes  # it shows the mark itself
            self.gateway.changes.toggle_flag(mark, self.current_article, say=say)

    def action_list_mark_all_read(self) -> None:
        """Mark every article of the list read."""
        self.gateway.changes.mark_all_read([row.id for row in self.article_list.rows])

    def action_article_delete(self) -> None:
        """Delete the article."""
        if self.current_article:
            self.gateway.changes.delete(self.current_article)

    # -- tags ------------------------------------------------------------------------------

    async def action_article_tag(self) -> None:
        """Ask for a tag to give to the article."""
        await self._prompt_for_tag(adds=True)

    async def action_article_untag(self) -> None:
        """Ask for a tag to take from the article."""
        await self._prompt_for_tag(adds=False)

    async def _prompt_for_tag(self, *, adds: bool) -> None:
        if self._read_only_reason:
            self.status_line.show_notice(self._read_only_reason)
        elif article := self.current_article:
            await self.show_prompt(TagPrompt(article, adds=adds))
            self.gateway.changes.list_tags(article)

    @on(messages.TagsListed)
    def suggest_tags(self, message: messages.TagsListed) -> None:
        """Complete what is typed to one of the tags."""
        asked = self.prompt
        if not isinstance(asked, TagPrompt) or asked.article != message.article:
            return
        if asked.is_adding:
            asked.suggest_tags(message.known_tags)
        elif message.article_tags:
            asked.suggest_tags(message.article_tags)
        else:
            self.close_prompt()
            self.status_line.show_notice("it has no tags")

    @on(TagPrompt.Submitted, "TagPrompt")
    def apply_tag(self, event: TagPrompt.Submitted) -> None:
        """Give or take the tag that was typed."""
        asked, tag = event.input, clean_line(event.value)[:MAX_TAG_LENGTH]
        if not isinstance(asked, TagPrompt) or not self.close_if_current(asked):
            return
        if tag and asked.is_adding:
            self.gateway.changes.tag(asked.article, tag)
        elif tag:
            self.gateway.changes.untag(asked.article, tag)

    # -- taking back -----------------------------------------------------------------------

    def action_app_undo(self) -> None:
        """Take back the last change."""
        self.gateway.changes.undo()

    def action_app_history(self) -> None:
        """Ask what can be undone."""
        self.gateway.changes.list_undo_history()

    @on(messages.UndoHistoryListed)
    def show_undo_history(self, message: messages.UndoHistoryListed) -> None:
        """Show what can be undone, the last change first."""
        if not self.is_active:
            return
        lines = [
            f"{format_minute(change.timestamp)}\t{summarize_change(change, message.titles)}"
            for change in message.changes
        ]
        self.app.push_screen(TextDialog("Can be undone, the first with u", lines or ["nothing"]))

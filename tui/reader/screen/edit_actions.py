"""What the keys change of articles: marks, tags, deleting, and taking that back."""

from __future__ import annotations

from textual import on

from store.text.clean import clean_line
from tui.reader.dialogs.text_dialog import Sheet
from tui.reader.gateway import Mark, messages
from tui.reader.screen.prompting import Asking
from tui.reader.widgets.inputs import TAG_LIMIT, TagInput
from tui.rendering.wording import described, minute


class Changing(Asking):
    """Changing articles; each change is on the disk before it is shown."""

    def action_article_toggle_read(self) -> None:
        """Mark the article read or unread."""
        self._toggle("read")

    def action_article_toggle_star(self) -> None:
        """Star or unstar the article."""
        self._toggle("starred")

    def _toggle(self, mark: Mark) -> None:
        if self.subject:
            say = "list" not in self.shape.panes  # it shows the mark itself
            self.gateway.toggle(mark, self.subject, say=say)

    def action_list_mark_all_read(self) -> None:
        """Mark every article of the list read."""
        self.gateway.mark_all_read([row.id for row in self.articles.rows])

    def action_article_delete(self) -> None:
        """Delete the article."""
        if self.subject:
            self.gateway.delete(self.subject)

    # -- tags ------------------------------------------------------------------------------

    async def action_article_tag(self) -> None:
        """Ask for a tag to give to the article."""
        await self._ask_tag(adds=True)

    async def action_article_untag(self) -> None:
        """Ask for a tag to take from the article."""
        await self._ask_tag(adds=False)

    async def _ask_tag(self, *, adds: bool) -> None:
        if self._read_only:
            self.status.say(self._read_only)
        elif article := self.subject:
            await self.ask(TagInput(article, adds=adds))
            self.gateway.list_tags(article)

    @on(messages.TagsListed)
    def offer_tags(self, message: messages.TagsListed) -> None:
        """Complete what is typed to one of the tags."""
        asked = self.asked
        if not isinstance(asked, TagInput) or asked.article != message.article:
            return
        if asked.adds:
            asked.offer(message.known)
        elif message.held:
            asked.offer(message.held)
        else:
            self.end_asking()
            self.status.say("it has no tags")

    @on(TagInput.Submitted, "TagInput")
    def change_tags(self, event: TagInput.Submitted) -> None:
        """Give or take the tag that was typed."""
        asked, tag = event.input, clean_line(event.value)[:TAG_LIMIT]
        if not isinstance(asked, TagInput) or not self.answered(asked):
            return
        if tag and asked.adds:
            self.gateway.tag(asked.article, tag)
        elif tag:
            self.gateway.untag(asked.article, tag)

    # -- taking back -----------------------------------------------------------------------

    def action_app_undo(self) -> None:
        """Take back the last change."""
        self.gateway.undo()

    def action_app_history(self) -> None:
        """Ask what can be undone."""
        self.gateway.list_undoable()

    @on(messages.UndoListed)
    def show_undoable(self, message: messages.UndoListed) -> None:
        """Show what can be undone, the last change first."""
        if not self.is_active:
            return
        lines = [
            f"{minute(change.at)}\t{described(change, message.titles)}"
            for change in message.changes
        ]
        self.app.push_screen(Sheet("Can be undone, the first with u", lines or ["nothing"]))

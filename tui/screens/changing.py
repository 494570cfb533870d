"""What the keys change of articles: marks, tags, deleting, and taking that back."""

from __future__ import annotations

from textual import on

from store.clean import clean_line
from tui import messages
from tui.gateway import Mark
from tui.screens.reader import Panes
from tui.screens.sheet import Sheet
from tui.widgets.tagging import TAG_LIMIT, TagInput
from tui.wording import described, minute


class Changing(Panes):
    """Changing articles; each change is on the disk before it is shown."""

    tagging: TagInput | None = None

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
        self.end_tagging()
        if self._read_only:
            self.status.say(self._read_only)
        elif article := self.subject:
            self.tagging = TagInput(article, adds=adds)
            await self.mount(self.tagging, before=self.status)
            self.set_focus(self.tagging)
            self.gateway.list_tags(article)

    def end_tagging(self) -> None:
        """Take the input away."""
        if self.tagging is not None:
            self.go_to_pane(self.pane)
            self.tagging.remove()
            self.tagging = None

    @on(messages.TagsListed)
    def offer_tags(self, message: messages.TagsListed) -> None:
        """Complete what is typed to one of the tags."""
        asked = self.tagging
        if asked is None or asked.article != message.article:
            return
        if asked.adds:
            asked.offer(message.known)
        elif message.held:
            asked.offer(message.held)
        else:
            self.end_tagging()
            self.status.say("it has no tags")

    @on(TagInput.Submitted, "TagInput")
    def change_tags(self, event: TagInput.Submitted) -> None:
        """Give or take the tag that was typed."""
        asked, tag = self.tagging, clean_line(event.value)[:TAG_LIMIT]
        if asked is None or event.input is not asked:
            return
        self.end_tagging()
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

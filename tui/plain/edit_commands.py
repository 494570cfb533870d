"""What the linear reader changes of articles: marks, tags, deleting, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from store.model.errors import NewstuiError
from store.model.results import UndoableChange
from tui.plain.input import ParsedLine
from tui.plain.pager import Pages
from tui.rendering.wording import summarize_change


class Changing(Pages):
    """Changing articles; each change is said once it is on the disk."""

    def toggle(self, article: str, on: str, off: str) -> None:
        """Mark an article read or unread, starred or not."""
        reading = self.library.get_article(article).reading
        is_on = reading.read if on == "read" else reading.starred
        self.record(off if is_on else on, [article])

    def record(self, event: str, articles: Sequence[str], **data: str) -> None:
        """Record a change and say it."""
        self.update(self.library.record(event, articles, **data))
        if undoable := self.library.undoable(1):
            self.world.say(f"{self._said(undoable[0])}. {self.key('app.undo')} undoes it.")
        if event == "read":
            self.world.tell_read(articles)
        if event == "deleted":
            self.trail.remove_articles(articles)
            self.rows = [row for row in self.rows if row.id not in articles]
            if self.at in articles:
                self.entry, self.at = None, ""

    def take_back(self) -> UndoableChange:
        """Take back the last change and say it.

        Raises:
            NewsError: There is nothing left to undo.
        """
        undone = self.library.undo()
        if undone is None:
            raise NewstuiError("nothing left to undo")
        change, rows = undone
        self.world.say(f"Undone: {self._said(change)}")
        self.update(rows)
        if change.event in ("deleted", "restored"):
            self.rows = self.library.rows(self.query)
        return change

    def _said(self, change: UndoableChange) -> str:
        titles = {article: self.library.title(article) for article in change.articles[:1]}
        return summarize_change(change, titles)

    def toggle_read(self, typed: ParsedLine) -> None:
        """Mark the article read or unread."""
        self.toggle(self.target(typed, typed.command), "read", "unread")

    def toggle_star(self, typed: ParsedLine) -> None:
        """Star or unstar the article."""
        self.toggle(self.target(typed, typed.command), "starred", "unstarred")

    def delete(self, typed: ParsedLine) -> None:
        """Delete the article."""
        self.record("deleted", [self.target(typed, typed.command)])

    def tag(self, typed: ParsedLine) -> None:
        """Give the article a tag."""
        self._tag(typed, "tagged")

    def untag(self, typed: ParsedLine) -> None:
        """Take a tag from the article."""
        self._tag(typed, "untagged")

    def _tag(self, typed: ParsedLine, event: str) -> None:
        words = typed.words or (self.world.ask("Tag: ") or "").strip()
        if words:
            if words.isdecimal():  # the tag, and not the number of an article
                typed = replace(typed, number=0)
            self.record(event, [self.target(typed, "article.tag")], tag=words)

    def mark_all_read(self, typed: ParsedLine) -> None:
        """Mark all articles of the list read, as one change."""
        unread = [row.id for row in self.rows if not row.read]
        if not unread:
            raise NewstuiError("no article of the list is unread")
        self.record("read", unread)

    def undo(self, typed: ParsedLine) -> None:
        """Take back the last change."""
        self.take_back()

    def say_history(self, typed: ParsedLine) -> None:
        """Say what can be undone."""
        said = [self._said(change) for change in self.library.undoable()]
        self.world.say("\n".join(said or ["nothing can be undone"]))

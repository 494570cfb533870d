"""What the user changes: marks, tags, deletions, and taking them back.

What a key changes is looked up on the worker: the key may be pressed again before the first answer
is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from store.model.results import Undone
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker
from tui.rendering.wording import count, described

MOVING = {"deleted", "edited"}
"""Changes that change, when they are taken back, what stands in a list and where."""

Mark = Literal["read", "starred"]


class Changes(Worker):
    """Changes the reading state and takes changes back."""

    def toggle(self, mark: Mark, article: str, *, say: bool = False) -> None:
        """Mark an article read or starred, or take that mark from it.

        Args:
            mark: Which of them.
            article: Its id.
            say: Whether the user is told.
        """
        self._submit(lambda: self._toggle(mark, article, say=say))

    def mark_all_read(self, articles: Sequence[str]) -> None:
        """Mark those of the articles read that are not."""
        self._submit(lambda: self._mark_all_read(articles))

    def delete(self, article: str) -> None:
        """Delete an article."""
        self._submit(lambda: self._delete(article))

    def list_tags(self, article: str) -> None:
        """Ask for the tags of an article and for those known besides."""
        self._submit(lambda: self._list_tags(article))

    def tag(self, article: str, tag: str) -> None:
        """Give an article a tag."""
        self._submit(lambda: self._tag(article, tag))

    def untag(self, article: str, tag: str) -> None:
        """Take a tag from an article."""
        self._submit(lambda: self._untag(article, tag))

    def undo(self) -> None:
        """Take back the last change."""
        self._submit(self._undo)

    def list_undoable(self) -> None:
        """Ask what can be undone."""
        self._submit(self._list_undoable)

    def _toggle(self, mark: Mark, article: str, *, say: bool) -> None:
        if (row := self._library.row(article)) is not None:
            event = f"un{mark}" if getattr(row, mark) else mark
            rows = self._library.record(event, [article])
            self._changed(rows, f"Marked {event}" if say else "")
            if event == "read":
                self._read([article])

    def _mark_all_read(self, articles: Sequence[str]) -> None:
        rows = map(self._library.row, articles)
        if unread := [row.id for row in rows if row is not None and not row.read]:
            changed = self._library.record("read", unread)
            self._changed(changed, f"Marked {count(len(unread), 'article')} read; u takes it back")
            self._read(unread)
        else:
            self._say("all of these are read")

    def _delete(self, article: str) -> None:
        if self._library.row(article) is not None:
            rows = self._library.record("deleted", [article])
            self._changed(rows, "Deleted; u brings it back", gone=[article])

    def _held(self, article: str) -> tuple[str, ...]:
        return self._library.entry(article).article.tags

    def _list_tags(self, article: str) -> None:
        held = self._held(article)
        self._post(messages.TagsListed(article, held, self._library.tags()))

    def _tag(self, article: str, tag: str) -> None:
        if there := _same_tag(tag, self._held(article)):
            self._say(f"it has the tag {there} already")
        else:
            rows = self._library.record("tagged", [article], tag=tag)
            self._changed(rows, f"Tagged {tag}; u takes it back")

    def _untag(self, article: str, tag: str) -> None:
        if there := _same_tag(tag, self._held(article)):
            rows = self._library.record("untagged", [article], tag=there)
            self._changed(rows, f"Untagged {there}; u takes it back")
        else:
            self._say(f"it has no tag {tag}")

    def _undo(self) -> None:
        undone = self._library.undo()
        if undone is None:
            self._say("Nothing to undo")
            return
        change, rows = undone
        gone = [each for each in change.articles if self._library.row(each) is None]
        self._changed(rows, f"Undone · {described(change, self._titles([change]))}", gone)
        if change.event in MOVING:
            self._post(messages.ArticlesChanged(rows.keys() & set(change.articles)))

    def _list_undoable(self) -> None:
        changes = self._library.undoable()
        self._post(messages.UndoListed(changes, self._titles(changes)))

    def _titles(self, changes: Sequence[Undone]) -> dict[str, str]:
        single = [each.articles[0] for each in changes if len(each.articles) == 1]
        return {article: self._library.title(article) for article in single}


def _same_tag(tag: str, tags: Sequence[str]) -> str:
    """The one of the tags that is the same but for upper and lower case; empty if none is."""
    return next((each for each in tags if each.casefold() == tag.casefold()), "")

"""What the user changes: marks, tags, deletions, and taking them back.

What a key changes is looked up on the worker: the key may be pressed again before the first answer
is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from store.model.results import UndoableChange
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker
from tui.rendering.wording import format_count, summarize_change

LIST_CHANGING_EVENTS = {"deleted", "edited"}
"""Changes that change, when they are taken back, what stands in a list and where."""

ArticleFlag = Literal["read", "starred"]


class Changes:
    """Changes the reading state, and undoes changes."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._library = worker.library

    def toggle_flag(self, mark: ArticleFlag, article: str, *, say: bool = False) -> None:
        """Mark an article read or starred, or take that mark from it.

        Args:
            mark: Which of them.
            article: Its id.
            say: Whether the user is told.
        """
        self._worker.submit(lambda: self._toggle_flag(mark, article, say=say))

    def mark_all_read(self, articles: Sequence[str]) -> None:
        """Mark those of the articles read that are not."""
        self._worker.submit(lambda: self._mark_all_read(articles))

    def delete(self, article: str) -> None:
        """Delete an article."""
        self._worker.submit(lambda: self._delete(article))

    def list_tags(self, article: str) -> None:
        """Ask for the tags of an article and for those known besides."""
        self._worker.submit(lambda: self._list_tags(article))

    def tag(self, article: str, tag: str) -> None:
        """Give an article a tag."""
        self._worker.submit(lambda: self._tag(article, tag))

    def untag(self, article: str, tag: str) -> None:
        """Take a tag from an article."""
        self._worker.submit(lambda: self._untag(article, tag))

    def undo(self) -> None:
        """Take back the last change."""
        self._worker.submit(self._undo)

    def list_undo_history(self) -> None:
        """Ask what can be undone."""
        self._worker.submit(self._list_undo_history)

    def _toggle_flag(self, mark: ArticleFlag, article: str, *, say: bool) -> None:
        if (row := self._library.get_row(article)) is not None:
            event = f"un{mark}" if getattr(row, mark) else mark
            rows = self._library.record(event, [article])
            self._worker.post_row_changes(rows, f"Marked {event}" if say else "")
            if event == "read":
                self._worker.run_hook("on_read", [article])

    def _mark_all_read(self, articles: Sequence[str]) -> None:
        rows = map(self._library.get_row, articles)
        if unread := [row.id for row in rows if row is not None and not row.read]:
            changed = self._library.record("read", unread)
            self._worker.post_row_changes(
                changed, f"Marked {format_count(len(unread), 'article')} read; u takes it back"
            )
            self._worker.run_hook("on_read", unread)
        else:
            self._worker.post_notice("all of these are read")

    def _delete(self, article: str) -> None:
        if self._library.get_row(article) is not None:
            rows = self._library.record("deleted", [article])
            self._worker.post_row_changes(rows, "Deleted; u brings it back", removed=[article])

    def _tags_of(self, article: str) -> tuple[str, ...]:
        return self._library.get_article(article).article.tags

    def _list_tags(self, article: str) -> None:
        held = self._tags_of(article)
        self._worker.post(messages.TagsListed(article, held, self._library.tags()))

    def _tag(self, article: str, tag: str) -> None:
        if there := _find_tag(tag, self._tags_of(article)):
            self._worker.post_notice(f"it has the tag {there} already")
        else:
            rows = self._library.record("tagged", [article], tag=tag)
            self._worker.post_row_changes(rows, f"Tagged {tag}; u takes it back")

    def _untag(self, article: str, tag: str) -> None:
        if there := _find_tag(tag, self._tags_of(article)):
            rows = self._library.record("untagged", [article], tag=there)
            self._worker.post_row_changes(rows, f"Untagged {there}; u takes it back")
        else:
            self._worker.post_notice(f"it has no tag {tag}")

    def _undo(self) -> None:
        undone = self._library.undo()
        if undone is None:
            self._worker.post_notice("Nothing to undo")
            return
        change, rows = undone
        gone = [each for each in change.articles if self._library.get_row(each) is None]
        self._worker.post_row_changes(
            rows, f"Undone · {summarize_change(change, self._titles([change]))}", gone
        )
        if change.event in LIST_CHANGING_EVENTS:
            self._worker.post(messages.LibraryChanged(rows.keys() & set(change.articles)))

    def _list_undo_history(self) -> None:
        changes = self._library.undoable()
        self._worker.post(messages.UndoHistoryListed(changes, self._titles(changes)))

    def _titles(self, changes: Sequence[UndoableChange]) -> dict[str, str]:
        single = [each.articles[0] for each in changes if len(each.articles) == 1]
        return {article: self._library.title(article) for article in single}


def _find_tag(tag: str, tags: Sequence[str]) -> str:
    """The one of the tags that is the same but for upper and lower case; empty if none is."""
    return next((each for each in tags if each.casefold() == tag.casefold()), "")

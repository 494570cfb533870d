"""Changes the user makes to articles, and undoing them.

The state that a key toggles is looked up on the worker: the key may be pressed again before the
first answer arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.actions import article_changes
from tui.actions.article_changes import ActionResult, ArticleFlag
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker


class Changes:
    """Changes reading state and tags, deletes articles, and undoes changes."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._library = worker.library

    def toggle_flag(self, flag: ArticleFlag, article: str, *, say: bool = False) -> None:
        """Mark an article as read or star it, or undo that; `say` asks for a status line."""
        self._submit(lambda: article_changes.toggle_flag(self._library, article, flag), say=say)

    def mark_all_read(self, articles: Sequence[str]) -> None:
        """Mark all articles as read that are unread, as one change."""
        self._submit(lambda: article_changes.set_state(self._library, articles, "read"))

    def delete(self, article: str) -> None:
        """Delete an article."""
        self._submit(lambda: article_changes.delete(self._library, article))

    def tag(self, article: str, tag: str) -> None:
        """Add a tag to an article."""
        self._submit(lambda: article_changes.add_tag(self._library, article, tag))

    def untag(self, article: str, tag: str) -> None:
        """Remove a tag from an article."""
        self._submit(lambda: article_changes.remove_tag(self._library, article, tag))

    def undo(self) -> None:
        """Undo the last change."""
        self._submit(lambda: article_changes.undo(self._library))

    def list_tags(self, article: str) -> None:
        """List the tags of an article, and all known tags."""
        self._worker.submit(lambda: self._list_tags(article))

    def list_undo_history(self) -> None:
        """List the changes that can be undone."""
        self._worker.submit(self._list_undo_history)

    def _submit(self, action: Callable[[], ActionResult], *, say: bool = True) -> None:
        self._worker.submit(lambda: self._report(action(), say=say))

    def _report(self, result: ActionResult, *, say: bool) -> None:
        notice = result.message if say else ""
        undo: messages.NextCommand | None = "app.undo" if result.is_undoable else None
        self._worker.post(messages.RowsChanged(result.rows, notice, result.removed, undo))
        self._worker.run_hook("on_read", result.marked_read)
        if result.is_list_stale:
            undone = result.rows.keys() & set(result.articles)
            self._worker.post(messages.LibraryChanged(undone))

    def _list_tags(self, article: str) -> None:
        tags = self._library.get_article(article).article.tags
        self._worker.post(messages.TagsListed(article, tags, self._library.tags()))

    def _list_undo_history(self) -> None:
        changes = self._library.undoable()
        titles = article_changes.find_titles(self._library, changes)
        self._worker.post(messages.UndoHistoryListed(changes, titles))

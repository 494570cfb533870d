"""Changes of articles and places, and undoing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.search.list_query import ListQuery
from tui.actions import article_changes
from tui.actions.article_changes import ActionResult, ActionSteps, ArticleFlag, ListedArticles
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Part, Worker, library_job

if TYPE_CHECKING:
    from tui.actions.place_changes import PlaceEditor

MAX_TAG_ARTICLES = 500
"""Articles whose tags are read to suggest those that can be removed."""
MAX_SENT_ROWS = 1000
"""Changed rows that the list takes over; after more, it asks for those that it shows."""


@dataclass
class UndoScope:
    """The changes since a screen was opened, the only ones that it undoes."""

    start: int = 0
    """How many the session had made before."""


class Changes(Part):
    """Changes reading state and tags, deletes articles, and undoes changes.

    The state that a key toggles is looked up on the library's thread: the key may be pressed again
    before the first answer arrives.
    """

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self._place_editor: PlaceEditor | None = None
        """Remembers which feeds were changed; None until one is."""
        self._undo_depth = 0
        """The changes of this session, less what it has undone."""

    def toggle_flag(
        self, flag: ArticleFlag, articles: messages.Articles, *, say: bool = False
    ) -> None:
        """Mark articles as read or star them, or undo that; `say` asks for a status line."""
        self._change(
            articles,
            lambda ids: article_changes.toggle_flag(self._library, ids, flag),
            lambda listed: article_changes.toggle_listed_flag(self._library, listed, flag),
            say=say,
        )

    def mark_all_read(self, articles: messages.Articles) -> None:
        """Mark articles as read that are unread, as one change."""
        self._change(
            articles,
            lambda ids: article_changes.set_state(self._library, ids, "read"),
            lambda listed: article_changes.set_listed_state(self._library, listed, "read"),
        )

    def mark_list_read(self, query: ListQuery | None = None) -> None:
        """Mark all articles of a list as read, as one change; without a query, of the shown list."""

        def change() -> ActionSteps:
            listing = self._worker.listing if query is None else self._library.listing(query)
            if listing is None:
                return ActionResult("")
            listed = ListedArticles(listing, range(listing.total))
            return (yield from article_changes.set_listed_state(self._library, listed, "read"))

        self._run_steps(change())

    def delete(self, articles: messages.Articles) -> None:
        """Delete articles, as one change."""
        self._change(
            articles,
            lambda ids: article_changes.delete(self._library, ids),
            lambda listed: article_changes.delete_listed(self._library, listed),
        )

    def tag(self, articles: messages.Articles, tag: str) -> None:
        """Add a tag to articles, as one change."""
        self._change(
            articles,
            lambda ids: article_changes.add_tag(self._library, ids, tag),
            lambda listed: article_changes.add_listed_tag(self._library, listed, tag),
        )

    def untag(self, articles: messages.Articles, tag: str) -> None:
        """Remove a tag from articles, as one change."""
        self._change(
            articles,
            lambda ids: article_changes.remove_tag(self._library, ids, tag),
            lambda listed: article_changes.remove_listed_tag(self._library, listed, tag),
        )

    def _change(
        self,
        articles: messages.Articles,
        change: Callable[[Sequence[str]], ActionResult],
        change_listed: Callable[[ListedArticles], ActionSteps],
        *,
        say: bool = True,
    ) -> None:
        """Change articles that are named at once, and rows of the list in steps."""
        if isinstance(articles, messages.ListedRows):
            self._run_steps(self._change_rows(articles, change_listed))
        else:
            self._worker.submit(
                lambda: self._report(change(self._worker.with_copies(articles)), say=say)
            )

    def _change_rows(
        self, rows: messages.ListedRows, change: Callable[[ListedArticles], ActionSteps]
    ) -> ActionSteps:
        return (yield from change(self._worker.find_listed(rows)))

    def _run_steps(self, steps: ActionSteps) -> None:
        def run() -> Iterator[None]:
            self._report((yield from steps))

        self._worker.run_steps(run())

    def open_undo_scope(self) -> UndoScope:
        """Return what stands for the changes from now on, after those that are still to be made."""
        scope = UndoScope()

        def begin() -> None:
            scope.start = self._undo_depth

        self._worker.submit(begin)
        return scope

    def undo(self, scope: UndoScope | None = None) -> None:
        """Undo the last change, of feeds or of articles, unless that was made before a scope."""

        def undo() -> ActionSteps:
            if scope is not None and self._undo_depth <= scope.start:
                return ActionResult("Nothing more to undo here")
            undone = self._place_editor.undo() if self._place_editor is not None else None
            return undone or (yield from article_changes.undo_in_steps(self._library))

        self._run_steps(undo())

    @library_job
    def change_places(self, change: Callable[[PlaceEditor], ActionResult]) -> None:
        """Change feeds, as the function does that is given their editor."""
        if self._place_editor is None:
            from tui.actions.place_changes import PlaceEditor  # imported with the first change

            self._place_editor = PlaceEditor(self._library)
        self._report(change(self._place_editor))

    @library_job
    def list_tags(self, articles: messages.Articles) -> None:
        """List the tags of articles, unless there are too many, and all known tags."""
        found = self._worker.find_articles(articles)
        is_few = len(found) <= MAX_TAG_ARTICLES
        tags = article_changes.list_tags(self._library, found) if is_few else None
        self._post(messages.TagsListed(articles, tags, self._library.tags()))

    @library_job
    def list_undo_history(self) -> None:
        """List the changes that can be undone."""
        changes = self._library.undoable()
        if self._place_editor is not None:
            changes = self._place_editor.insert_changes(changes)
        titles = article_changes.find_titles(self._library, changes)
        self._post(messages.UndoHistoryListed(changes, titles))

    def _report(self, result: ActionResult, *, say: bool = True) -> None:
        if result.removed:
            self._worker.remove(result.removed)
        self._undo_depth += result.is_undoable - result.is_undo
        notice = result.message if say else ""
        undo: messages.NextCommand | None = "app.undo" if result.is_undoable else None
        is_done = result.is_undoable or result.is_undo
        is_many = bool(result.listed_event) or len(result.rows) > MAX_SENT_ROWS
        rows = result.rows if is_many else self._worker.shown_rows(result.rows)
        self._post(
            messages.RowsChanged(
                rows, notice, result.removed, undo, is_done=is_done, is_many=is_many
            )
        )
        self._worker.run_hook("on_read", result.marked_read)
        if result.listed_event == "read" and self._worker.has_hook("on_read"):
            self._worker.run_hook("on_read", self._library.undoable(1)[0].articles)
        if result.is_list_stale:
            self._post(messages.LibraryChanged(result.rows.keys() & set(result.articles)))

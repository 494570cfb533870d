"""Lists: loading the library, its rows, categories and searches, changes made elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from store.model.errors import InvalidQuery
from store.model.results import IndexProgress, LoadProgress
from store.search import SHOWS, ListQuery, Matches, SearchQuery
from store.text.clean import clean_line
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker
from tui.rendering.wording import format_first_and_count

if TYPE_CHECKING:
    from store.backup.archive import BackupProgress

FIRST_LIST_ROWS = 200
"""Rows that fill any terminal: the list is shown once so many are loaded."""
FIRST_SNIPPET_ROWS = 16
"""Rows whose snippets come with the results of a search: about a screenful."""
MIN_PROGRESS_ARTICLES = 500
"""Progress is shown if at least this many articles are to be indexed."""
LOAD_LIST_INTERVAL = 0.5
"""Seconds between two updates of the list while the library is loading."""

BackgroundJob = Callable[[], "Iterator[BackupProgress]"]


class Lists:
    """Loads the library, and answers queries, searches and counts."""

    def __init__(self, worker: Worker, background: BackgroundJob | None) -> None:
        self._worker = worker
        self._library = worker.library
        self._background_job = background
        self._current_query = ListQuery()
        self._current_search = SearchQuery("")
        self._is_index_running = False
        self._is_loaded = False
        self._load_listed_at = 0.0

    def load(self, query: ListQuery) -> None:
        """Load the library in steps, and list the first rows as soon as they fill a screen."""
        self._current_query = query
        self._worker.submit(
            lambda: self._worker.run_steps(
                self._library.load(), self._show_load_progress, self._finish_loading
            )
        )

    def list_rows(self, query: ListQuery) -> None:
        """List the rows of a query."""
        self._current_query = query
        self._worker.submit(lambda: self._list_rows(query))

    def count_filters(self, query: ListQuery) -> None:
        """Count the articles of a list by reading state."""
        self._worker.submit(lambda: self._count_filters(query))

    @property
    def is_indexing(self) -> bool:
        """True if there may be articles that are not indexed yet."""
        return self._is_index_running or not self._is_loaded

    def search(self, search: SearchQuery, limit: int | None = None) -> None:
        """Search the library, for at most `limit` rows."""
        self._current_search = search
        self._worker.submit(lambda: self._run_search(search, limit))

    def find_snippets(self, search: SearchQuery, matches: Matches, articles: Sequence[str]) -> None:
        """Find more snippets for the results of a search."""
        self._worker.submit(lambda: self._find_snippets(search, matches, articles))

    def count_categories(self, searches: Mapping[str, str]) -> None:
        """Count the articles of every category and saved search (query by name)."""
        self._worker.submit(lambda: self._count_categories(searches))

    def refresh(self) -> None:
        """Apply changes of other processes and machines, unless there is other work."""
        if self._is_loaded and not self._worker.is_busy:
            self._worker.submit(self._refresh)

    def _show_load_progress(self, progress: LoadProgress) -> None:
        self._worker.post(_load_progress(progress))
        now = time.monotonic()
        first = self._load_listed_at == 0.0 and progress.article_count >= FIRST_LIST_ROWS
        if first or (self._load_listed_at and now - self._load_listed_at > LOAD_LIST_INTERVAL):
            self._list_rows(self._current_query)
            self._load_listed_at = time.monotonic()

    def _finish_loading(self) -> None:
        rows = self._library.rows(self._current_query)
        self._worker.post(messages.RowsListed(self._current_query, rows))
        problems = self._worker.watch_problems()
        self._worker.post(
            messages.LibraryLoaded(len(rows), clean_line(self._library.read_only_reason), problems)
        )
        self._is_loaded = True
        self._update_index(self._start_background_job)

    def _update_index(self, end: Callable[[], None] = lambda: None) -> None:
        """Index new articles in the background."""
        steps = 0

        def ended() -> None:
            self._is_index_running = False
            self._worker.post(messages.IndexProgressed(0, 0))
            if steps:
                self._worker.post(messages.IndexUpdated())
            end()

        def indexed(progress: IndexProgress) -> None:
            nonlocal steps
            steps += 1
            if progress.total >= MIN_PROGRESS_ARTICLES:
                self._worker.post(messages.IndexProgressed(progress.done, progress.total))

        self._is_index_running = True
        self._worker.run_steps(self._library.update_index(), indexed, ended, background=True)

    def _start_background_job(self) -> None:
        if self._background_job is not None:
            self._worker.run_steps(
                self._background_job(), self._report_backup_problems, background=True
            )

    def _report_backup_problems(self, progress: BackupProgress) -> None:
        if progress.problems:
            first = clean_line(progress.problems[0])
            self._worker.post(
                messages.BackupFailed(format_first_and_count(first, len(progress.problems)))
            )

    def _list_rows(self, query: ListQuery) -> None:
        if query == self._current_query:  # no later query was asked
            self._worker.post(messages.RowsListed(query, self._library.rows(query)))

    def _count_categories(self, searches: Mapping[str, str]) -> None:
        counted = [self._count_saved_search(name, text) for name, text in searches.items()]
        self._worker.post(messages.CategoriesCounted(self._library.categories(), counted))

    def _count_saved_search(self, name: str, text: str) -> messages.SavedSearch:
        try:
            rows = self._library.rows(ListQuery(text=text))
        except InvalidQuery as error:
            return messages.SavedSearch(name, text, problem=clean_line(str(error)))
        return messages.SavedSearch(name, text, len(rows), sum(not row.read for row in rows))

    def _count_filters(self, query: ListQuery) -> None:
        asked = {show: replace(query, show=show) for show in SHOWS}
        counts = {show: len(self._library.rows(each)) for show, each in asked.items()}
        self._worker.post(messages.FiltersCounted(query, counts))

    def _run_search(self, search: SearchQuery, limit: int | None) -> None:
        if search != self._current_search:  # more was typed in the meantime
            return
        try:
            matches = self._library.search(search, limit)
        except InvalidQuery as error:
            self._worker.post(messages.SearchRejected(search, clean_line(str(error))))
            return
        first = [row.id for row in matches.rows[:FIRST_SNIPPET_ROWS]]
        excerpts = self._library.snippets(matches, first)
        self._worker.post(messages.SearchCompleted(search, matches, excerpts))

    def _find_snippets(
        self, search: SearchQuery, matches: Matches, articles: Sequence[str]
    ) -> None:
        if search == self._current_search:
            excerpts = self._library.snippets(matches, articles)
            self._worker.post(messages.SnippetsFound(search, excerpts))

    def _refresh(self) -> None:
        fresh = self._library.refresh()
        if fresh.rows:
            self._worker.post(messages.RowsChanged(fresh.rows))
        if fresh.is_list_stale:
            self._worker.post(messages.LibraryChanged())
        if self._library.is_index_stale and not self._is_index_running:
            self._update_index()


def _load_progress(progress: LoadProgress) -> messages.LoadProgressed:
    return messages.LoadProgressed(
        progress.article_count, progress.done, progress.total, progress.is_history
    )

"""The library as a whole: loading it, its lists and searches, changes made elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from store.library.folded_copies import FoldedCopies, fold_copies
from store.library.listing import FolderListing, iter_rows
from store.model.article import ArticleRow
from store.model.errors import InvalidQuery, LibraryUnavailable
from store.model.results import ExternalChanges, LoadProgress
from store.model.times import to_unix_seconds
from store.search.list_query import SHOWS, ListQuery, Matches, SearchQuery
from store.system.memory import return_free_memory
from store.text.clean import clean_line
from tui.reader.gateway import messages
from tui.reader.gateway.messages import ListRequest
from tui.reader.gateway.worker import Part, Worker, library_job
from tui.rendering.wording import describe_indexing, describe_loading, format_first_and_count

if TYPE_CHECKING:
    from store.backup.archive import BackupProgress
    from store.library.protocol import Listing, RowField

FIRST_LIST_ROWS = 200
"""Rows that fill any terminal: the list is shown once so many are loaded."""
FIRST_SNIPPET_ROWS = 16
"""Rows whose snippets come with the results of a search: about a screenful."""
MIN_PROGRESS_ARTICLES = 500
"""Progress is shown if at least this many articles are to be indexed."""
LOAD_LIST_INTERVAL = 0.5
"""Seconds between two updates of the list while the library is loading, at least."""
LOAD_LIST_SHARE = 5
"""Updates of the list take at most one part in so many of the time that loading takes."""

BackgroundJob = Callable[[], "Iterator[BackupProgress]"]


class Lists(Part):
    """Loads the library, and answers queries, searches and counts."""

    def __init__(self, worker: Worker, background: BackgroundJob | None) -> None:
        super().__init__(worker)
        self._background_job = background
        self._request = ListRequest(ListQuery())
        self._current_search = SearchQuery("")
        self._is_index_running = False
        self._is_loaded = False
        self._load_listed_at = 0.0
        self._load_list_interval = LOAD_LIST_INTERVAL
        self._counted_query = ListQuery()
        self._is_count_pending = False
        self._is_refresh_pending = False
        self._read_only_reason = ""
        self._feeds_signature: object = None
        self._fetched_at = 0

    @property
    def is_indexing(self) -> bool:
        """True if there may be articles that are not indexed yet."""
        return self._is_index_running or not self._is_loaded

    def load(self, request: ListRequest) -> None:
        """Load the library in steps, and list the first rows as soon as they fill a screen."""
        self._request = request
        self._worker.run_steps(self._load_steps())

    def list_rows(self, request: ListRequest) -> None:
        """List the rows of a query."""
        self._request = request
        self._worker.submit(lambda: self._list_rows(request))

    @library_job
    def show_again(self, request: ListRequest) -> None:
        """Hand out the list that is shown again, without what was deleted since."""
        if request.query == self._request.query and self._worker.listing is not None:
            self._post_listing(request, self._worker.listing)

    @library_job
    def load_window(self, start: int, size: int) -> None:
        """Load other rows of the list."""
        if (listing := self._worker.listing) is not None:
            self._post(messages.WindowLoaded(start, listing.window(start, size)))

    @library_job
    def find_place(self, articles: Sequence[str], size: int) -> None:
        """Find the place of the first of some articles that is in the list, for the cursor."""
        if (listing := self._worker.listing) is None:
            return
        places = (listing.place(each) for each in articles if each)
        if (place := next((each for each in places if each is not None), None)) is not None:
            start = max(0, place - size // 2)
            self._post(messages.WindowLoaded(start, listing.window(start, size), place))

    @library_job
    def find_unread(self, place: int, by: int, size: int) -> None:
        """Find the nth unread article below (or, if negative, above) a place of the list."""
        if (listing := self._worker.listing) is None:
            return
        found = listing.step(place, by, unread=True)
        start = max(0, (found or 0) - size // 2)
        self._post(messages.UnreadFound(by, found, start, listing.window(start, size)))

    def search(
        self,
        search: SearchQuery,
        limit: int | None = None,
        unfolded: Collection[str] | None = None,
    ) -> None:
        """Search the library.

        Args:
            search: The query.
            limit: The most rows to ask for; None for all.
            unfolded: Articles below which their copies are listed; None if all copies have rows.
        """
        self._current_search = search
        self._run_search(search, limit, unfolded)

    @library_job
    def end_search(self) -> None:
        """Note that the list is shown again."""
        self._worker.found = None

    def list_unread(self, place: int) -> None:
        """List the unread articles of the list, from a place to its end and then from its start.

        Nothing is posted if another list is shown meanwhile.
        """
        self._worker.run_steps(self._unread_steps(place))

    def _unread_steps(self, place: int) -> Iterator[None]:
        from tui.actions.triage_queue import QueuedArticle, iter_unread

        if (listing := self._worker.listing) is None:
            return
        found = list[QueuedArticle]()
        for articles in iter_unread(listing, place):
            found += articles
            yield
            if self._worker.listing is not listing:
                return
        self._post(messages.UnreadListed(found))

    @library_job
    def find_snippets(self, search: SearchQuery, matches: Matches, articles: Sequence[str]) -> None:
        """Find more snippets for the results of a search."""
        if search == self._current_search:
            self._post(messages.SnippetsFound(search, self._library.snippets(matches, articles)))

    @library_job
    def count_filters(self, query: ListQuery) -> None:
        """Count the articles of a list by reading state."""
        counts = self._library.counts({show: replace(query, show=show) for show in SHOWS})
        totals = {show: counts[show].total for show in SHOWS if show in counts}
        self._post(messages.FiltersCounted(query, totals))

    def count_list(self, query: ListQuery) -> None:
        """Count a list as it will be when everything asked before is done."""
        self._counted_query = query
        if not self._is_count_pending:
            self._is_count_pending = True
            self._worker.submit(self._count_list)

    def _count_list(self) -> None:
        self._is_count_pending = False
        query = self._counted_query
        counts = self._library.counts({"": query}).get("")
        self._post(messages.ListCounted(query, counts, self._find_last_fetch()))

    def _find_last_fetch(self) -> int:
        """Return when a feed was fetched last, which is read again only when the feeds change."""
        signature = self._library.feeds.signature
        if signature != self._feeds_signature:
            self._feeds_signature = signature
            states = self._library.feeds.states().values()
            times = (to_unix_seconds(state.succeeded) for state in states if state.succeeded)
            self._fetched_at = max(times, default=0)
        return self._fetched_at

    def refresh(self) -> None:
        """Apply changes of other processes and machines, unless there is other work."""
        if self._is_loaded and not self._worker.is_busy:
            self._request_refresh()

    def _request_refresh(self) -> None:
        """Refresh soon; requests that wait become one. May be called on any thread."""
        if not self._is_refresh_pending:
            self._is_refresh_pending = True
            self._worker.submit(self._refresh)

    # -- loading and indexing ----------------------------------------------------------------

    def _load_steps(self) -> Iterator[None]:
        for progress in self._library.load():
            self._show_load_progress(progress)
            yield
        self._list_rows(self._request)
        problems = self._worker.watch_problems()
        self._read_only_reason = clean_line(self._library.read_only_reason)
        self._post(messages.LibraryLoaded(self._read_only_reason, problems))
        self._library.watch(self._request_refresh)
        self._is_index_running = True
        self._is_loaded = True
        self._worker.run_steps(self._background_steps(), background=True)

    def _show_load_progress(self, progress: LoadProgress) -> None:
        text = describe_loading(progress.done, progress.total, history=progress.is_history)
        self._post(messages.Progressed(text))
        now = time.monotonic()
        first = self._load_listed_at == 0.0 and progress.article_count >= FIRST_LIST_ROWS
        interval = self._load_list_interval
        if first or (self._load_listed_at and now - self._load_listed_at > interval):
            self._list_rows(self._request)
            self._load_listed_at = time.monotonic()
            took = self._load_listed_at - now
            self._load_list_interval = max(LOAD_LIST_INTERVAL, LOAD_LIST_SHARE * took)

    def _background_steps(self) -> Iterator[object]:
        return_free_memory()
        yield from self._index_steps()
        if self._background_job is not None:
            for progress in self._background_job():
                if problems := progress.problems:
                    problem = format_first_and_count(clean_line(problems[0]), len(problems))
                    self._post(messages.BackupFailed(problem))
                yield None
        yield from self._worker.embedding_steps()

    def _index_steps(self) -> Iterator[None]:
        is_updated = False
        for progress in self._library.update_index():
            is_updated = True
            if progress.total >= MIN_PROGRESS_ARTICLES:
                self._post(messages.Progressed(describe_indexing(progress.done, progress.total)))
            yield
        self._is_index_running = False
        self._post(messages.IndexEnded(is_updated))

    def _refresh_steps(self) -> Iterator[object]:
        yield from self._index_steps()
        yield from self._worker.embedding_steps()

    def _refresh(self) -> None:
        self._is_refresh_pending = False
        try:
            fresh = self._library.refresh()
        except LibraryUnavailable:
            if self._library.read_only_reason:  # which says it
                fresh = ExternalChanges()
            else:
                raise
        self._follow_access()
        if fresh.rows:
            self._post(messages.RowsChanged(self._worker.shown_rows(fresh.rows)))
        if fresh.is_list_stale:
            self._post(messages.LibraryChanged())
        if self._library.is_index_stale and not self._is_index_running:
            self._is_index_running = True
            self._worker.run_steps(self._refresh_steps(), background=True)

    def _follow_access(self) -> None:
        """Report that the library can no longer be changed, or can again; then all is asked for anew."""
        reason = clean_line(self._library.read_only_reason)
        if reason == self._read_only_reason:
            return
        self._read_only_reason = reason
        self._post(messages.AccessChanged(reason))
        if not reason:
            self._post(messages.LibraryChanged())

    # -- queries -----------------------------------------------------------------------------

    def _list_rows(self, request: ListRequest) -> None:
        if request.query == self._request.query:  # no later query was asked
            before = self._worker.listing if request.follows_list else None
            listing = self._worker.listing = self._library.listing(request.query)
            self._post_listing(request, listing, before)

    def _post_listing(
        self, request: ListRequest, listing: Listing, before: Listing | None = None
    ) -> None:
        cursor = find_cursor(request, listing, before)
        start = max(0, cursor - request.size // 2)
        fields: Sequence[RowField] = ("category", "source")
        self._post(
            messages.RowsListed(
                request,
                listing.total,
                cursor,
                start,
                listing.window(start, request.size),
                listing.day_places(request.day_starts) if request.day_starts else (),
                [field for field in fields if listing.varies(field)],
                listing.place(request.anchor) if request.anchor else None,
            )
        )

    @library_job
    def _run_search(
        self, search: SearchQuery, limit: int | None, unfolded: Collection[str] | None
    ) -> None:
        if search != self._current_search:  # more was typed in the meantime
            return
        try:
            matches = self._library.search(search, limit)
        except InvalidQuery as error:
            self._post(messages.SearchRejected(search, clean_line(str(error))))
            return
        row_of: Mapping[str, str] = {}
        copies: FoldedCopies | None = None
        rows = list(matches.rows)
        if unfolded is not None:
            rows, copies = fold_copies(rows, self._library.copy_groups(), unfolded)
            matches, row_of = fold_matches(matches, rows, copies), copies.row_of
        self._worker.found = FolderListing(
            rows, self._library.get_row, is_by_date=False, copies=copies
        )
        first = [row.id for row in matches.rows[:FIRST_SNIPPET_ROWS]]
        snippets = self._library.snippets(matches, first)
        self._post(messages.SearchCompleted(search, matches, snippets, row_of))


def fold_matches(matches: Matches, rows: Sequence[ArticleRow], copies: FoldedCopies) -> Matches:
    """Return matches with only some of their rows, each of which stands for its copies."""
    found = {row.id: row for row in matches.rows}
    shown = [copies.fold(row, found[row.id], found.get) for row in rows]
    return replace(matches, rows=shown, total=matches.total - len(found) + len(shown))


def find_cursor(request: ListRequest, listing: Listing, before: Listing | None) -> int:
    """Return the place in a list where the cursor goes; `before` is the list it comes from."""
    if not request.articles:
        return min(request.cursor, max(0, listing.total - 1))
    if (place := listing.place(request.articles[0])) is not None:
        return place
    further = iter_rows(before, request.cursor) if before is not None else ()
    place = listing.first_place(chain(request.articles[1:], (row.id for row in further)))
    return min(request.cursor, max(0, listing.total - 1)) if place is None else place

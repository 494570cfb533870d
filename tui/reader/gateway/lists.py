"""What is asked for lists: loading the library, its rows and categories, what others changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from store.library.protocol import Library
from store.model.errors import BadQuery
from store.model.results import Loaded, Prepared
from store.search import SHOWS, Query, Search
from store.search.matches import Matches
from store.system.hooks import Hooks
from store.text.clean import clean_line
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Post, Worker
from tui.rendering.wording import many

if TYPE_CHECKING:
    from store.backup.archive import Progress

FIRST_SCREEN = 200
"""Rows that fill any terminal: enough to show a list before the rest is loaded."""
FIRST_LINES = 16
"""Rows whose lines come with the answer to a search: those that a screen may show."""
WORTH_TELLING = 500
"""Articles whose indexing takes long enough to be told."""
BETWEEN_LISTS = 0.5
"""Seconds between two lists while a library is being loaded."""

Background = Callable[[], "Iterator[Progress]"]


class Lists(Worker):
    """Loads the library and answers what stands in a list."""

    def __init__(
        self,
        library: Library,
        post: Post,
        background: Background | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        """Make the gateway; nothing is asked yet.

        Args:
            library: Nobody else uses it.
            post: Takes the answers, on any thread.
            background: What is done once all is loaded, in steps that nobody waits for.
            hooks: The user's programs that are told of what happens.
        """
        super().__init__(library, post, hooks)
        self._background = background
        self._query = Query()
        self._search = Search("")
        self._indexing = False
        self._listed = 0.0

    def load(self, query: Query) -> None:
        """Load the library in steps: the first list as soon as it fills a screen."""
        self._query = query
        self._submit(lambda: self._steps(self._library.load(), self._loading, self._loaded))

    def select(self, query: Query) -> None:
        """Ask for the rows of a list."""
        self._query = query
        self._submit(lambda: self._select(query))

    def count_shows(self, query: Query) -> None:
        """Ask how many articles a list would show with each reading state."""
        self._submit(lambda: self._count_shows(query))

    @property
    def indexing(self) -> bool:
        """Whether not all that can be searched has been indexed yet."""
        return self._indexing or not self._complete

    def search(self, search: Search, limit: int | None = None) -> None:
        """Ask what a search finds."""
        self._search = search
        self._submit(lambda: self._find(search, limit))

    def find_excerpts(self, search: Search, matches: Matches, articles: Sequence[str]) -> None:
        """Ask for more lines of what a search has found."""
        self._submit(lambda: self._find_excerpts(search, matches, articles))

    def count_categories(self, searches: Mapping[str, str]) -> None:
        """Ask for the categories.

        Args:
            searches: Searches kept under a name, which are counted, too.
        """
        self._submit(lambda: self._count_categories(searches))

    def refresh(self) -> None:
        """Look for what other processes and machines have changed, unless there is other work."""
        if self._complete and not self.busy:
            self._submit(self._refresh)

    def _loading(self, progress: Loaded) -> None:
        self._post(_told(progress))
        now = time.monotonic()
        first = self._listed == 0.0 and progress.articles >= FIRST_SCREEN
        if first or (self._listed and now - self._listed > BETWEEN_LISTS):
            self._select(self._query)
            self._listed = time.monotonic()

    def _loaded(self) -> None:
        rows = self._library.rows(self._query)
        self._post(messages.RowsSelected(self._query, rows))
        problems = self._told = tuple(clean_line(problem) for problem in self._library.problems)
        self._post(messages.LibraryLoaded(len(rows), clean_line(self._library.read_only), problems))
        self._complete = True
        self._index(self._prepared)

    def _index(self, end: Callable[[], None] = lambda: None) -> None:
        """Index what is new, while nobody waits for it."""
        steps = 0

        def ended() -> None:
            self._indexing = False
            self._post(messages.LibraryIndexing(0, 0))
            if steps:
                self._post(messages.LibraryIndexed())
            end()

        def indexed(progress: Prepared) -> None:
            nonlocal steps
            steps += 1
            if progress.total >= WORTH_TELLING:
                self._post(messages.LibraryIndexing(progress.done, progress.total))

        self._indexing = True
        self._steps(self._library.prepare(), indexed, ended, asked=False)

    def _prepared(self) -> None:
        if self._background is not None:
            self._steps(self._background(), self._backed_up, lambda: None, asked=False)

    def _backed_up(self, progress: Progress) -> None:
        if progress.problems:
            first = clean_line(progress.problems[0])
            self._post(messages.BackupFailed(many(first, len(progress.problems))))

    def _select(self, query: Query) -> None:
        if query == self._query:  # a later question has not made this one pointless
            self._post(messages.RowsSelected(query, self._library.rows(query)))

    def _count_categories(self, searches: Mapping[str, str]) -> None:
        counted = [self._count(name, text) for name, text in searches.items()]
        self._post(messages.CategoriesCounted(self._library.categories(), counted))

    def _count(self, name: str, text: str) -> messages.Kept:
        try:
            rows = self._library.rows(Query(words=text))
        except BadQuery as error:
            return messages.Kept(name, text, problem=clean_line(str(error)))
        return messages.Kept(name, text, len(rows), sum(not row.read for row in rows))

    def _count_shows(self, query: Query) -> None:
        asked = {show: replace(query, show=show) for show in SHOWS}
        counts = {show: len(self._library.rows(each)) for show, each in asked.items()}
        self._post(messages.ShowsCounted(query, counts))

    def _find(self, search: Search, limit: int | None) -> None:
        if search != self._search:  # more was typed since
            return
        try:
            matches = self._library.search(search, limit)
        except BadQuery as error:
            self._post(messages.SearchRefused(search, clean_line(str(error))))
            return
        first = [row.id for row in matches.rows[:FIRST_LINES]]
        excerpts = self._library.excerpts(matches, first)
        self._post(messages.SearchAnswered(search, matches, excerpts))

    def _find_excerpts(self, search: Search, matches: Matches, articles: Sequence[str]) -> None:
        if search == self._search:
            excerpts = self._library.excerpts(matches, articles)
            self._post(messages.ExcerptsFound(search, excerpts))

    def _refresh(self) -> None:
        fresh = self._library.refresh()
        if fresh.rows:
            self._changed(fresh.rows)
        if fresh.articles:
            self._post(messages.ArticlesChanged())
        if self._library.unprepared and not self._indexing:
            self._index()


def _told(progress: Loaded) -> messages.LibraryLoading:
    return messages.LibraryLoading(
        progress.articles, progress.done, progress.total, progress.history
    )

"""The only way from the reader to the library: one worker thread, answers as messages.

The event loop never waits for a disk, and the library needs no locks inside the process. Long
work is done in steps, each a job of its own, so that a key's job never waits for all of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from textual.message import Message

from store.article import Entry, Row
from store.clean import clean_line
from store.errors import NewsError
from store.library import Library, Loaded, Undone
from store.query import Query
from tui import messages

FIRST_SCREEN = 200
"""Rows that fill any terminal: enough to show a list before the rest is loaded."""
BETWEEN_LISTS = 0.5
"""Seconds between two lists while a library is being loaded."""

log = logging.getLogger("newstui")

Post = Callable[[Message], Any]
T = TypeVar("T")


class Gateway:
    """Asks the library on its own thread; each answer is a message of `tui.messages`."""

    def __init__(self, library: Library, post: Post) -> None:
        self._library = library
        self._post = post
        self._worker = ThreadPoolExecutor(1, "library")
        self._closing = Lock()
        self._closed: Future[None] | None = None
        self._pending: set[Future[object]] = set()
        self._complete = False
        self._query = Query()
        self._listed = 0.0

    # -- asking ----------------------------------------------------------------------------

    def load(self, query: Query) -> None:
        """Load the library in steps: the first list as soon as it fills a screen."""
        self._query = query
        self._submit(lambda: self._steps(self._library.load(), self._loading, self._loaded))

    def select(self, query: Query) -> None:
        """Ask for the rows of a list."""
        self._query = query
        self._submit(lambda: self._select(query))

    def count_categories(self) -> None:
        """Ask for the categories."""
        self._submit(lambda: self._post(messages.CategoriesCounted(self._library.categories())))

    def open(self, article: str) -> None:
        """Ask for an article and record that it was opened."""
        self._submit(lambda: self._fetch(article, opened=True))
        self.note("opened", article)

    def preview(self, article: str) -> None:
        """Ask for an article without opening it."""
        self._submit(lambda: self._fetch(article, opened=False))

    def fetch_link(self, article: str, purpose: str) -> None:
        """Ask for an article's title and URL."""
        self._submit(lambda: self._fetch_link(article, purpose))

    def note(self, event: str, article: str, **data: Any) -> None:
        """Record what happens by itself while reading; a library that cannot change forgoes it."""
        self._submit(lambda: self._note(event, article, **data))

    def record(self, event: str, articles: Sequence[str], said: str = "", **data: Any) -> None:
        """Record an event; `said` is shown once it is on the disk."""
        self._submit(lambda: self._changed(self._library.record(event, articles, **data), said))

    def undo(self) -> None:
        """Take back the last change."""
        self._submit(self._undo)

    def list_undoable(self) -> None:
        """Ask what can be undone."""
        self._submit(lambda: self._post(messages.UndoListed(self._library.undoable())))

    def refresh(self) -> None:
        """Look for what other processes and machines have changed, unless there is other work."""
        if self._complete and not self.busy:
            self._submit(self._refresh)

    @property
    def busy(self) -> bool:
        """Whether something that was asked has not been answered yet."""
        return bool(self._pending)

    def close(self, wait: float = 2.0) -> bool:
        """Finish what was asked, then leave the library; may be called again.

        Returns:
            False if that took longer than `wait` seconds.
        """
        with self._closing:
            if self._closed is None:
                self._closed = self._worker.submit(self._library.close)
                self._worker.shutdown(wait=False)
        try:
            self._closed.result(wait)
        except (NewsError, TimeoutError):
            log.exception("the library could not be closed")
            return False
        return True

    # -- answering, on the worker thread ---------------------------------------------------

    def _submit(self, job: Callable[[], object]) -> None:
        try:
            asked = self._worker.submit(job)
        except RuntimeError:  # asked after close(): nobody waits for the answer any more
            log.debug("asked for something after the end")
            return
        self._pending.add(asked)
        asked.add_done_callback(self._report)

    def _report(self, job: Future[object]) -> None:
        if (error := job.exception()) is not None:
            if not isinstance(error, NewsError):
                log.error("a job of the library failed", exc_info=error)
            self._post(messages.StoreFailed(clean_line(str(error)) or type(error).__name__))
        self._pending.discard(job)

    def _steps(
        self, steps: Iterator[T], each: Callable[[T], None], end: Callable[[], None]
    ) -> None:
        def step() -> None:
            for progress in steps:
                each(progress)
                self._submit(step)
                return
            end()

        self._submit(step)

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
        problems = tuple(clean_line(problem) for problem in self._library.problems)
        self._post(messages.LibraryLoaded(len(rows), clean_line(self._library.read_only), problems))
        self._complete = True
        self._steps(self._library.prepare(), lambda _: None, lambda: None)

    def _select(self, query: Query) -> None:
        if query == self._query:  # a later question has not made this one pointless
            self._post(messages.RowsSelected(query, self._library.rows(query)))

    def _fetch(self, article: str, *, opened: bool) -> None:
        entry = self._library.entry(article)
        self._post(messages.ArticleFetched(entry, opened))
        self._find_similar(entry)

    def _find_similar(self, entry: Entry) -> None:
        self._post(messages.SimilarFound(entry.article.id, self._library.similar(entry)))

    def _changed(self, rows: Mapping[str, Row], said: str = "") -> None:
        self._post(messages.ReadingChanged(rows, said))

    def _note(self, event: str, article: str, **data: Any) -> None:
        if not self._library.read_only:
            self._changed(self._library.record(event, [article], **data))

    def _fetch_link(self, article: str, purpose: str) -> None:
        facts = self._library.entry(article).article
        self._post(messages.LinkFetched(purpose, facts.title, facts.url))

    def _undo(self) -> None:
        undone = self._library.undo()
        if undone is None:
            self._post(messages.ReadingChanged({}, "Nothing to undo"))
            return
        change, rows = undone
        self._changed(rows, f"Undone: {described(change)}")

    def _refresh(self) -> None:
        fresh = self._library.refresh()
        if fresh.rows:
            self._changed(fresh.rows)
        if fresh.articles:
            self._post(messages.ArticlesChanged())


def _told(progress: Loaded) -> messages.LibraryLoading:
    return messages.LibraryLoading(
        progress.articles, progress.done, progress.total, progress.history
    )


def described(change: Undone) -> str:
    """A change in words: `marked 12 articles read`."""
    many = "1 article" if len(change.articles) == 1 else f"{len(change.articles):,} articles"
    verb = {
        "read": f"marked {many} read",
        "unread": f"marked {many} unread",
        "starred": f"starred {many}",
        "unstarred": f"unstarred {many}",
        "deleted": f"deleted {many}",
        "restored": f"restored {many}",
        "edited": f"edited {many}",
    }
    return verb.get(change.event, f"{change.event} {many}")

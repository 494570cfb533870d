"""The only way from the reader to the library: one worker thread, answers as messages.

The event loop never waits for a disk, and the library needs no locks inside the process. Long
work is done in steps, each a job of its own, so that a key's job never waits for all of it.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from textual.message import Message

from store.article import Entry, Row
from store.clean import clean_line
from store.errors import NewsError
from store.library import Library, Loaded, Undone
from store.query import Query
from tui import messages
from tui.wording import count, described, many

if TYPE_CHECKING:
    from store.archive import Progress

FIRST_SCREEN = 200
"""Rows that fill any terminal: enough to show a list before the rest is loaded."""
MOVING = {"deleted", "edited"}
"""Changes that change, when they are taken back, what stands in a list and where."""
BETWEEN_LISTS = 0.5
"""Seconds between two lists while a library is being loaded."""

log = logging.getLogger("newstui")

Post = Callable[[Message], Any]
Background = Callable[[], "Iterator[Progress]"]
Mark = Literal["read", "starred"]
T = TypeVar("T")


class Gateway:
    """Asks the library on its own thread; each answer is a message of `tui.messages`."""

    def __init__(self, library: Library, post: Post, background: Background | None = None) -> None:
        """Make the gateway; nothing is asked yet.

        Args:
            library: Nobody else uses it.
            post: Takes the answers, on any thread.
            background: What is done once all is loaded, in steps that nobody waits for.
        """
        self._library = library
        self._background = background
        self._post = post
        self._worker = ThreadPoolExecutor(1, "library")
        self._closing = Lock()
        self._closed: Future[None] | None = None
        self._pending: set[Future[object]] = set()
        self._complete = False
        self._query = Query()
        self._listed = 0.0
        self._told: tuple[str, ...] = ()

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

    def refresh(self) -> None:
        """Look for what other processes and machines have changed, unless there is other work."""
        if self._complete and not self.busy:
            self._submit(self._refresh)

    @property
    def busy(self) -> bool:
        """Whether something that was asked has not been answered yet."""
        return bool(self._pending)

    def flush(self, wait: float = 1.0) -> None:
        """Wait until what was asked is done, but no longer than that many seconds."""
        with contextlib.suppress(RuntimeError, TimeoutError):  # closed, or a disk that takes long
            self._worker.submit(lambda: None).result(wait)

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

    def _submit(self, job: Callable[[], object], *, asked: bool = True) -> bool:
        try:
            future = self._worker.submit(job)
        except RuntimeError:  # asked after close(): nobody waits for the answer any more
            log.debug("asked for something after the end")
            return False
        if asked:
            self._pending.add(future)
        future.add_done_callback(self._report)
        return True

    def _report(self, job: Future[object]) -> None:
        if (error := job.exception()) is not None:
            if not isinstance(error, NewsError):
                log.error("a job of the library failed", exc_info=error)
            self._post(messages.StoreFailed(clean_line(str(error)) or type(error).__name__))
        elif self._complete:
            self._tell_problems()
        self._pending.discard(job)

    def _tell_problems(self) -> None:
        """Tell what was found wrong since: a text is read only when it is opened."""
        problems = tuple(clean_line(problem) for problem in self._library.problems)
        if new := [problem for problem in problems if problem not in self._told]:
            self._post(messages.StoreFailed(many(new[0], len(new))))
        self._told = problems

    def _steps(
        self,
        steps: Iterator[T],
        each: Callable[[T], None],
        end: Callable[[], None],
        *,
        asked: bool = True,
    ) -> None:
        def step() -> None:
            for progress in steps:
                each(progress)
                if not self._submit(step, asked=asked) and isinstance(steps, Generator):
                    steps.close()  # it leaves nothing half done behind
                return
            end()

        self._submit(step, asked=asked)

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
        self._steps(self._library.prepare(), lambda _: None, self._prepared)

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

    def _fetch(self, article: str, *, opened: bool) -> None:
        entry = self._library.entry(article)
        self._post(messages.ArticleFetched(entry, opened))
        self._find_similar(entry)

    def _find_similar(self, entry: Entry) -> None:
        self._post(messages.SimilarFound(entry.article.id, self._library.similar(entry)))

    def _changed(self, rows: Mapping[str, Row], said: str = "", gone: Collection[str] = ()) -> None:
        self._post(messages.ReadingChanged(rows, said, gone))

    def _say(self, said: str) -> None:
        self._changed({}, said)

    # What a key changes is looked up here: it may be pressed again before the first answer is seen.

    def _toggle(self, mark: Mark, article: str, *, say: bool) -> None:
        if (row := self._library.row(article)) is not None:
            event = f"un{mark}" if getattr(row, mark) else mark
            rows = self._library.record(event, [article])
            self._changed(rows, f"Marked {event}" if say else "")

    def _mark_all_read(self, articles: Sequence[str]) -> None:
        rows = map(self._library.row, articles)
        if unread := [row.id for row in rows if row is not None and not row.read]:
            changed = self._library.record("read", unread)
            self._changed(changed, f"Marked {count(len(unread), 'article')} read; u takes it back")
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
        if there := same_tag(tag, self._held(article)):
            self._say(f"it has the tag {there} already")
        else:
            rows = self._library.record("tagged", [article], tag=tag)
            self._changed(rows, f"Tagged {tag}; u takes it back")

    def _untag(self, article: str, tag: str) -> None:
        if there := same_tag(tag, self._held(article)):
            rows = self._library.record("untagged", [article], tag=there)
            self._changed(rows, f"Untagged {there}; u takes it back")
        else:
            self._say(f"it has no tag {tag}")

    def _note(self, event: str, article: str, **data: Any) -> None:
        if not self._library.read_only:
            self._changed(self._library.record(event, [article], **data))

    def _fetch_link(self, article: str, purpose: str) -> None:
        facts = self._library.entry(article).article
        self._post(messages.LinkFetched(purpose, facts.title, facts.url))

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


def same_tag(tag: str, tags: Sequence[str]) -> str:
    """The one of the tags that is the same but for upper and lower case; empty if none is."""
    return next((each for each in tags if each.casefold() == tag.casefold()), "")

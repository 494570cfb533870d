"""The thread the library lives on: how jobs get there and answers come back."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial, wraps
from itertools import chain
from threading import Lock
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.message import Message

from store.exporters.newstui_json import metadata_to_dict
from store.library.protocol import Library, Listing
from store.model.article import ArticleRow, FullArticle
from store.model.errors import LibraryUnavailable, NewstuiError
from store.system.programs import HookName, HookRunner
from store.text.clean import clean_line
from tui.actions.article_changes import ListedArticles
from tui.reader.gateway import messages
from tui.rendering.wording import format_first_and_count

log = logging.getLogger("newstui")

PostMessage = Callable[[Message], Any]
P = ParamSpec("P")
LIST_CHANGED = "The list has changed, nothing was done: select the rows again"


class Worker:
    """One thread and the library that only this thread uses; jobs run in the order submitted.

    Attributes:
        library: To be used in jobs only.
        post: Sends a message to the screens, from any thread.
        listing: The list that the reader shows; to be used in jobs only.
        found: What a search has found, while the reader shows it in the place of the list.
    """

    def __init__(self, library: Library, post: PostMessage, hooks: HookRunner | None) -> None:
        self.library = library
        self.post = post
        self.listing: Listing | None = None
        self.found: Listing | None = None
        self._hooks = hooks
        self._executor = ThreadPoolExecutor(1, "library")
        self._close_lock = Lock()
        self._close_future: Future[None] | None = None
        self._pending_jobs: dict[Future[object], float] = {}
        """When each was submitted, the oldest first."""
        self._reported_problems: tuple[str, ...] | None = None
        """None until the library is loaded, whose problems are reported together."""

    @property
    def is_busy(self) -> bool:
        """True if a job that somebody waits for is not done yet."""
        return bool(self._pending_jobs)

    @property
    def seconds_waiting(self) -> float:
        """The seconds since the oldest job that somebody waits for was submitted; 0 if there is none."""
        submitted = list(self._pending_jobs.values())  # at once: jobs end on the library's thread
        return monotonic() - submitted[0] if submitted else 0.0

    @property
    def is_closing(self) -> bool:
        """True once `close` was called."""
        return self._close_future is not None

    def submit(self, job: Callable[[], object], *, background: bool = False) -> bool:
        """Run a job on the library's thread.

        Args:
            job: An exception it raises is posted as `OperationFailed`.
            background: Nobody waits for it: it does not make the worker busy.

        Returns:
            False if the worker is closed.
        """
        try:
            future = self._executor.submit(job)
        except RuntimeError:
            log.debug("job submitted after the worker was closed")
            return False
        if not background:
            self._pending_jobs[future] = monotonic()
        future.add_done_callback(partial(self._finish_job, is_background=background))
        return True

    def run_steps(self, steps: Iterator[object], *, background: bool = False) -> None:
        """Run long work in steps, each a job of its own, so that a key's job can run in between."""

        def step() -> None:
            for _ in steps:
                if not self.submit(step, background=background) and isinstance(steps, Generator):
                    steps.close()  # so that it cleans up what it has begun
                return

        self.submit(step, background=background)

    def embedding_steps(self) -> Iterator[object]:
        """Make the embeddings that are missing; if there are others then, so may be similar articles."""
        if (yield from self.library.update_embeddings()):
            self.post(messages.IndexEnded(is_updated=True))

    def listed_articles(self, start: int = 0, end: int | None = None) -> list[str]:
        """Return the ids of the list that the reader shows, or those from one place to another."""
        if self.listing is None:
            return []
        return list(chain.from_iterable(self.listing.ids(start, end)))

    def with_copies(self, articles: Sequence[str]) -> Sequence[str]:
        """Return articles with those that are one row with them in what is shown."""
        if (shown := self.found or self.listing) is None:
            return articles
        return list(dict.fromkeys(chain.from_iterable(map(shown.copies, articles))))

    def shown_rows(self, rows: Mapping[str, ArticleRow]) -> Mapping[str, ArticleRow]:
        """Return changed rows as they are shown."""
        shown = self.found or self.listing
        return rows if shown is None else shown.shown_rows(rows)

    def remove(self, articles: Collection[str]) -> None:
        """Take deleted articles out of what is shown."""
        self.listing = self.listing and self.listing.without(articles)
        self.found = self.found and self.found.without(articles)

    def find_articles(self, articles: messages.Articles) -> Sequence[str]:
        """Return the ids of articles, some of which may be given as rows of the list.

        Raises:
            NewstuiError: The list has changed since.
        """
        if not isinstance(articles, messages.ListedRows):
            return self.with_copies(articles)
        places = self.find_listed(articles).places
        return self.listed_articles(places.start, places.stop)

    def find_listed(self, rows: messages.ListedRows) -> ListedArticles:
        """Return the list with the rows that the reader means.

        Raises:
            NewstuiError: The list has changed since.
        """
        listing = self.listing
        if listing is None or listing.total != rows.total:
            raise NewstuiError(LIST_CHANGED)
        for place, article in rows.known.items():
            if [row.id for row in listing.window(place, 1)] != [article]:
                raise NewstuiError(LIST_CHANGED)
        return ListedArticles(listing, rows.places)

    def post_notice(
        self,
        notice: str,
        next_command: messages.NextCommand | None = None,
        *,
        done: bool = False,
    ) -> None:
        """Show a status line, with the key of a command to suggest."""
        self.post(messages.RowsChanged({}, notice, next_command=next_command, is_done=done))

    def post_insights(self, entry: FullArticle) -> None:
        """Compute and report the insights of an article."""
        self.post(messages.InsightsComputed(entry.article.id, self.library.insights(entry)))

    def has_hook(self, hook: HookName) -> bool:
        """Return True if the user has a program for a hook."""
        return self._hooks is not None and self._hooks.is_configured(hook)

    def run_hook(self, hook: HookName, articles: Sequence[str]) -> None:
        """Start the user's program for a hook, if there is one, with the articles' metadata."""
        if articles and self._hooks is not None and self.has_hook(hook):
            facts = [metadata_to_dict(*each) for each in self.library.articles(articles)]
            self._hooks.start(hook, facts)

    def watch_problems(self) -> tuple[str, ...]:
        """Return the library's problems, and report further ones from now on."""
        self._reported_problems = problems = tuple(map(clean_line, self.library.problems))
        return problems

    def report_failure(self, job: Future[Any], *, is_background: bool = False) -> None:
        """Post the exception that a job ended with, if any.

        While a library cannot be reached, which its state says, background jobs need not say it again.
        """
        error = job.exception()
        is_known = is_background and isinstance(error, LibraryUnavailable)
        if error is not None and not (is_known and self.library.read_only_reason):
            if not isinstance(error, NewstuiError):
                log.error("a job of the library failed", exc_info=error)
            self.post(messages.OperationFailed(clean_line(str(error)) or type(error).__name__))

    def flush(self, timeout: float = 1.0) -> None:
        """Wait until the jobs submitted so far are done, or `timeout` seconds have passed."""
        with contextlib.suppress(RuntimeError, TimeoutError):  # closed, or a slow disk
            self._executor.submit(lambda: None).result(timeout)

    def close(self, timeout: float | None) -> bool:
        """Finish the submitted jobs, then close the library; may be called again.

        Args:
            timeout: Seconds to wait; None for as long as it takes.

        Returns:
            False if it is not closed by then; that goes on.

        Raises:
            NewstuiError: It was not closed in order.
        """
        with self._close_lock:
            if self._close_future is None:
                self._close_future = self._executor.submit(self.library.close)
                self._executor.shutdown(wait=False)
        try:
            self._close_future.result(timeout)
        except TimeoutError:
            return False
        return True

    def _finish_job(self, job: Future[object], *, is_background: bool) -> None:
        if job.exception() is not None:
            self.report_failure(job, is_background=is_background)
        elif (reported := self._reported_problems) is not None:
            # A text is read, and its problems are met, only when it is opened.
            new = [each for each in self.watch_problems() if each not in reported]
            if new:
                self.post(messages.OperationFailed(format_first_and_count(new[0], len(new))))
        self._pending_jobs.pop(job, None)


class Part:
    """A group of what can be asked of the library."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._library = worker.library
        self._post = worker.post


PartT = TypeVar("PartT", bound=Part)


def library_job(
    method: Callable[Concatenate[PartT, P], object],
) -> Callable[Concatenate[PartT, P], None]:
    """Make a method a job of the library's thread: a call submits it, and does not wait."""

    @wraps(method)
    def submit(self: PartT, /, *args: P.args, **kwargs: P.kwargs) -> None:
        self._worker.submit(lambda: method(self, *args, **kwargs))

    return submit

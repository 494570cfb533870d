"""The thread the library lives on, and how work gets there and answers come back."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from textual.message import Message

from store.exporters import metadata_to_dict
from store.library.protocol import Library
from store.model.article import ArticleRow
from store.model.errors import NewstuiError
from store.system.hooks import HookRunner
from store.text.clean import clean_line
from tui.reader.gateway import messages
from tui.rendering.wording import format_first_and_count

log = logging.getLogger("newstui")

PostMessage = Callable[[Message], Any]
T = TypeVar("T")


class Worker:
    """One thread and the library only it uses; what it is asked for it does in that order."""

    def __init__(
        self, library: Library, post: PostMessage, hooks: HookRunner | None = None
    ) -> None:
        """Make the worker; nothing is asked yet.

        Args:
            library: Nobody else uses it.
            post: Takes the answers, on any thread.
            hooks: The user's programs that are told of what happens.
        """
        self._hooks = hooks
        self._library = library
        self._post = post
        self._executor = ThreadPoolExecutor(1, "library")
        self._close_lock = Lock()
        self._close_future: Future[None] | None = None
        self._pending_jobs: set[Future[object]] = set()
        self._is_loaded = False
        """Whether the whole library is loaded."""
        self._reported_problems: tuple[str, ...] = ()

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked has not been answered yet."""
        return bool(self._pending_jobs)

    def flush(self, wait: float = 1.0) -> None:
        """Wait until what was asked is done, but no longer than that many seconds."""
        with contextlib.suppress(RuntimeError, TimeoutError):  # closed, or a disk that takes long
            self._executor.submit(lambda: None).result(wait)

    def close(self, wait: float = 2.0) -> bool:
        """Finish what was asked, then leave the library; may be called again.

        Returns:
            False if that took longer than `wait` seconds.
        """
        with self._close_lock:
            if self._close_future is None:
                self._close_future = self._executor.submit(self._library.close)
                self._executor.shutdown(wait=False)
        try:
            self._close_future.result(wait)
        except (NewstuiError, TimeoutError):
            log.exception("the library could not be closed")
            return False
        return True

    def _submit(self, job: Callable[[], object], *, asked: bool = True) -> bool:
        try:
            future = self._executor.submit(job)
        except RuntimeError:  # asked after close(): nobody waits for the answer any more
            log.debug("asked for something after the end")
            return False
        if asked:
            self._pending_jobs.add(future)
        future.add_done_callback(self._finish_job)
        return True

    def _finish_job(self, job: Future[object]) -> None:
        if job.exception() is not None:
            self._report_failure(job)
        elif self._is_loaded:
            self._report_new_problems()
        self._pending_jobs.discard(job)

    def _report_failure(self, job: Future[Any]) -> None:
        if (error := job.exception()) is not None:
            if not isinstance(error, NewstuiError):
                log.error("a job of the library failed", exc_info=error)
            self._post(messages.OperationFailed(clean_line(str(error)) or type(error).__name__))

    def _report_new_problems(self) -> None:
        """Tell what was found wrong since: a text is read only when it is opened."""
        problems = tuple(clean_line(problem) for problem in self._library.problems)
        if new := [problem for problem in problems if problem not in self._reported_problems]:
            self._post(messages.OperationFailed(format_first_and_count(new[0], len(new))))
        self._reported_problems = problems

    def _run_steps(
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

    def _post_row_changes(
        self, rows: Mapping[str, ArticleRow], said: str = "", gone: Collection[str] = ()
    ) -> None:
        self._post(messages.RowsChanged(rows, said, gone))

    def _run_read_hook(self, articles: Sequence[str]) -> None:
        """Articles were read just now: the user's program is told, if there is one."""
        if self._hooks is not None and self._hooks.is_configured("on_read"):
            facts = [metadata_to_dict(*each) for each in self._library.articles(articles)]
            self._hooks.start("on_read", facts)

    def _run_new_hook(self, articles: Sequence[str]) -> None:
        """Articles came in just now: the user's program is told, if there is one."""
        if articles and self._hooks is not None and self._hooks.is_configured("on_new"):
            facts = [metadata_to_dict(*each) for each in self._library.articles(articles)]
            self._hooks.start("on_new", facts)

    def _post_notice(self, said: str) -> None:
        self._post_row_changes({}, said)

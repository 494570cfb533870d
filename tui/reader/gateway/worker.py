"""The thread the library lives on, and how work gets there and answers come back."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from textual.message import Message

from store.exporters import facts_json
from store.library.protocol import Library
from store.model.article import Row
from store.model.errors import NewsError
from store.system.hooks import Hooks
from store.text.clean import clean_line
from tui.reader.gateway import messages
from tui.rendering.wording import many

log = logging.getLogger("newstui")

Post = Callable[[Message], Any]
T = TypeVar("T")


class Worker:
    """One thread and the library only it uses; what it is asked for it does in that order."""

    def __init__(self, library: Library, post: Post, hooks: Hooks | None = None) -> None:
        """Make the worker; nothing is asked yet.

        Args:
            library: Nobody else uses it.
            post: Takes the answers, on any thread.
            hooks: The user's programs that are told of what happens.
        """
        self._hooks = hooks
        self._library = library
        self._post = post
        self._worker = ThreadPoolExecutor(1, "library")
        self._closing = Lock()
        self._closed: Future[None] | None = None
        self._pending: set[Future[object]] = set()
        self._complete = False
        """Whether the whole library is loaded."""
        self._told: tuple[str, ...] = ()

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
        if job.exception() is not None:
            self._tell_failure(job)
        elif self._complete:
            self._tell_problems()
        self._pending.discard(job)

    def _tell_failure(self, job: Future[Any]) -> None:
        if (error := job.exception()) is not None:
            if not isinstance(error, NewsError):
                log.error("a job of the library failed", exc_info=error)
            self._post(messages.StoreFailed(clean_line(str(error)) or type(error).__name__))

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

    def _changed(self, rows: Mapping[str, Row], said: str = "", gone: Collection[str] = ()) -> None:
        self._post(messages.ReadingChanged(rows, said, gone))

    def _read(self, articles: Sequence[str]) -> None:
        """Articles were read just now: the user's program is told, if there is one."""
        if self._hooks is not None and self._hooks.wants("on_read"):
            facts = [facts_json(*each) for each in self._library.articles(articles)]
            self._hooks.run("on_read", facts)

    def _came(self, articles: Sequence[str]) -> None:
        """Articles came in just now: the user's program is told, if there is one."""
        if articles and self._hooks is not None and self._hooks.wants("on_new"):
            facts = [facts_json(*each) for each in self._library.articles(articles)]
            self._hooks.run("on_new", facts)

    def _say(self, said: str) -> None:
        self._changed({}, said)

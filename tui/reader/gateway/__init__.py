"""The reader's only access to the library: a worker thread that answers with messages.

The event loop never waits for a disk, and the library needs no locks inside the process.
"""

from __future__ import annotations

from store.library.protocol import Library
from store.system.programs import HookRunner
from tui.actions.article_changes import ArticleFlag
from tui.actions.loose_pages import LoosePages
from tui.reader.gateway.articles import Articles
from tui.reader.gateway.changes import Changes
from tui.reader.gateway.exports import Exports
from tui.reader.gateway.feeds import Feeds
from tui.reader.gateway.lists import BackgroundJob, Lists
from tui.reader.gateway.pages import Pages
from tui.reader.gateway.places import Places
from tui.reader.gateway.reports import Reports
from tui.reader.gateway.summaries import Summaries
from tui.reader.gateway.worker import PostMessage, Worker

__all__ = ["ArticleFlag", "BackgroundJob", "Gateway", "PostMessage"]


class Gateway:
    """Owns the worker thread, and groups what can be asked of the library.

    No method waits for its answer, which is a message of `tui.reader.gateway.messages`.
    """

    def __init__(
        self,
        library: Library,
        post: PostMessage,
        background: BackgroundJob | None = None,
        hooks: HookRunner | None = None,
    ) -> None:
        """Create the gateway; nothing is loaded yet.

        Args:
            library: Nobody else uses it.
            post: Takes the messages, on any thread.
            background: Runs in steps once the library is loaded and indexed.
            hooks: The user's programs to start on events.
        """
        self._worker = Worker(library, post, hooks)
        self.lists = Lists(self._worker, background)
        self.summaries = Summaries(self._worker)
        loose = LoosePages()
        self.articles = Articles(self._worker, self.summaries, loose)
        self.changes = Changes(self._worker)
        self.exports = Exports(self._worker)
        self.feeds = Feeds(self._worker)
        self.pages = Pages(self._worker, self.feeds, loose)
        self.places = Places(self._worker)
        self.reports = Reports(self._worker)

    @property
    def is_busy(self) -> bool:
        """True if something the reader asked for has not been answered yet."""
        return self._worker.is_busy

    @property
    def seconds_waiting(self) -> float:
        """The seconds that the reader has waited for the library; 0 if it does not."""
        return self._worker.seconds_waiting

    def flush(self, timeout: float = 1.0) -> None:
        """Wait until everything asked so far is done, or `timeout` seconds have passed."""
        self._worker.flush(timeout)

    def close(self, timeout: float | None = 2.0) -> bool:
        """End running programs and fetches, finish the rest, and close the library.

        May be called again.

        Args:
            timeout: Seconds to wait; None for as long as it takes.

        Returns:
            False if the library is not closed by then; that goes on.

        Raises:
            NewstuiError: It was not closed in order.
        """
        self.summaries.stop()
        self.pages.stop()
        self.feeds.close()
        return self._worker.close(timeout)

"""The only way from the reader to the library: one worker thread, answers as messages.

The event loop never waits for a disk, and the library needs no locks inside the process. Long
work is done in steps, each a job of its own, so that a key's job never waits for all of it.
"""

from __future__ import annotations

from tui.reader.gateway.changes import ArticleFlag, Changes
from tui.reader.gateway.exports import Exports
from tui.reader.gateway.feeds import Feeds
from tui.reader.gateway.lists import BackgroundJob, Lists
from tui.reader.gateway.reports import Insight
from tui.reader.gateway.summaries import Summaries
from tui.reader.gateway.worker import PostMessage

__all__ = ["ArticleFlag", "BackgroundJob", "Gateway", "PostMessage"]


class Gateway(Summaries, Changes, Exports, Feeds, Insight, Lists):
    """Asks the library on its own thread; each answer is a message of `tui.reader.gateway.messages`."""

"""The only way from the reader to the library: one worker thread, answers as messages.

The event loop never waits for a disk, and the library needs no locks inside the process. Long
work is done in steps, each a job of its own, so that a key's job never waits for all of it.
"""

from __future__ import annotations

from tui.gateway.changes import Changes, Mark
from tui.gateway.exports import Exports
from tui.gateway.feeds import Feeds
from tui.gateway.insight import Insight
from tui.gateway.lists import Background, Lists
from tui.gateway.summaries import Summaries
from tui.gateway.worker import Post

__all__ = ["Background", "Gateway", "Mark", "Post"]


class Gateway(Summaries, Changes, Exports, Feeds, Insight, Lists):
    """Asks the library on its own thread; each answer is a message of `tui.messages`."""

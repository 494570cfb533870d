"""Feeds: fetching them, and adding URLs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from textual.screen import Screen

from store.model.errors import UrlRejected
from store.text.clean import clean_line
from store.text.urls import normalize_feed_url, validate_url
from tui.config.keymaps import Keymap
from tui.reader.dialogs.picker import Picker
from tui.reader.gateway import messages
from tui.reader.gateway.feeds import Feeds
from tui.reader.screen.prompts import Prompts
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import UrlPrompt
from tui.rendering.wording import format_count, join_nonempty


@dataclass(eq=False)
class FeedActions:
    """Fetches feeds and adds new ones."""

    screen: Screen[None]
    keymap: Keymap
    state: ReaderState
    feeds: Feeds
    prompts: Prompts
    status_line: StatusLine

    def fetch(self, keys: Collection[str] | None = None) -> None:
        """Fetch the feeds with these keys, or all."""
        if self.feeds.is_fetching:
            self.status_line.show_notice(f"Already fetching · {self.keymap.cancel_key} to cancel")
        else:
            self.feeds.fetch(keys)

    def fetch_regularly(self) -> None:
        """Fetch the feeds that are due, unless the library cannot be changed."""
        if not self.state.read_only_reason:
            self.feeds.fetch_regularly()

    def cancel_fetch(self) -> bool:
        """Cancel the fetch; return False if there is none."""
        was_fetching = self.feeds.is_fetching
        if was_fetching:
            self.feeds.stop_fetch()
        return was_fetching

    def show_fetch_result(self, message: messages.FetchEnded) -> None:
        """Show how many articles are new and how many feeds failed.

        If it was only time to fetch again, nobody waits to hear that nothing is new; failing feeds are marked.
        """
        is_cancelled = message.done < message.total
        if not (message.is_asked or message.added or is_cancelled):
            return
        parts = []
        new = format_count(message.added, "new article")
        feeds = format_count(message.done, "feed")
        problems = message.problems
        if problems:
            parts += [new if message.added else "", self._describe_failures(problems, feeds)]
        else:
            parts.append(f"{new} from {feeds}")
        if skipped := message.total - message.done:
            parts.append(f"cancelled before {format_count(skipped, 'feed')}")
        self.status_line.show_notice(
            join_nonempty(parts), "failed" if problems else "info" if skipped else "done"
        )

    def _describe_failures(self, problems: Sequence[str], feeds: str) -> str:
        """Return why a feed failed, or how many did and the key that leads to the reasons."""
        if len(problems) == 1:
            return problems[0]
        is_seen = self.state.current_pane == "places"  # where the key leads back
        why = "" if is_seen else f" ({self.keymap.first_key('feeds.list')} shows why)"
        return f"{len(problems):,} of {feeds} failed{why}"

    async def prompt_for_urls(self) -> None:
        """Ask for URLs to add."""
        prompt = UrlPrompt()

        def add(_: str) -> None:
            for url in prompt.urls:
                self.feeds.add_url(url)

        await self.prompts.ask(prompt, add, find_url_fault)

    def confirm_private_host(self, message: messages.PrivateHostDetected) -> None:
        """Ask whether to fetch from a host on the user's own network."""

        def add(index: int | None) -> None:
            if index == 1:
                self.feeds.add_url(message.url, private=True)

        title = f"{message.host} is on your own network"
        lines = ["Don't fetch", "Fetch anyway"]
        self.screen.app.push_screen(Picker(self.keymap, title, lines), add)


def find_url_fault(text: str) -> str:
    """Return what is wrong with one of the typed URLs, in which the scheme may be missing."""
    for url in text.split():
        try:
            validate_url(
                f"http://{url}" if url.startswith("localhost") else normalize_feed_url(url)
            )
        except UrlRejected as error:
            return clean_line(f"{url}: {error}")
    return ""

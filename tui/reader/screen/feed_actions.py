"""Feeds while one reads: fetching, adding by URL, and the list of feeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on

from tui.reader.dialogs.picker import Picker
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.gateway import messages
from tui.reader.screen.prompting import Asking
from tui.reader.widgets.inputs import UrlPrompt
from tui.rendering.cells import fit_cells
from tui.rendering.wording import describe_feed_problem, format_age, format_count, join_nonempty

if TYPE_CHECKING:
    from store.feeds.feed_store import FeedStatus

MAX_FEED_LIST_CELLS, FEED_COUNTS_CELLS = 76, 33
"""Cells of a sheet, and of it those that are not for names."""


class Feeding(Asking):
    """Fetching goes on beside everything else; the bottom line says how far it is."""

    def on_mount(self) -> None:
        """Fetch from time to time where the settings say so; other screens' parts mount as well."""
        if minutes := self.settings.fetch_every:
            self.set_interval(60 * minutes, self.action_feeds_fetch)

    def action_feeds_fetch(self) -> None:
        """Fetch the feeds."""
        if self.gateway.feeds.is_fetching:
            self.status_line.show_notice(
                f"fetching already; {self.keymap.first_key('article.back')} stops it"
            )
        else:
            self.gateway.feeds.fetch()

    def stop_fetch(self) -> bool:
        """Stop the fetch; tells whether there was one."""
        there = self.gateway.feeds.is_fetching
        if there:
            self.gateway.feeds.stop_fetch()
        return there

    @on(messages.FetchProgressed)
    def show_fetch_progress(self, message: messages.FetchProgressed) -> None:
        """Say how far it is."""
        self._progress_text = join_nonempty(
            (f"fetching {message.done} of {message.total}", message.feed_name)
        )
        self.update_status()

    @on(messages.FetchEnded)
    def show_fetch_result(self, message: messages.FetchEnded) -> None:
        """Say what came of it."""
        self._progress_text = ""
        self.update_status()
        stopped = message.total - message.done
        parts = (
            f"{format_count(message.added, 'new article')} from {format_count(message.done, 'feed')}",
            f"{message.failed:,} failed, {self.keymap.first_key('feeds.list')} says why"
            if message.failed
            else "",
            f"stopped before {format_count(stopped, 'feed')}" if stopped else "",
        )
        self.status_line.show_notice(join_nonempty(parts))

    # -- the list of feeds -----------------------------------------------------------------

    def action_feeds_list(self) -> None:
        """Ask for the feeds."""
        self.gateway.feeds.list_feeds()

    @on(messages.FeedsListed)
    def show_feeds(self, message: messages.FeedsListed) -> None:
        """Show the feeds."""
        if self.is_active:
            lines = feed_lines(message.feeds, message.now, self.app.size.width)
            self.app.push_screen(
                TextDialog("Feeds", lines or ["no feeds yet; a subscribes to one"])
            )

    # -- adding ----------------------------------------------------------------------------

    async def action_feeds_add(self) -> None:
        """Ask for URLs."""
        if self._read_only_reason:
            self.status_line.show_notice(self._read_only_reason)
            return
        await self.show_prompt(UrlPrompt("", "URL of a feed, a site or a page"))

    @on(UrlPrompt.Submitted, "UrlPrompt")
    def add_urls(self, event: UrlPrompt.Submitted) -> None:
        """Add what was typed."""
        asked = event.input
        if isinstance(asked, UrlPrompt) and self.close_if_current(asked):
            for url in asked.urls:
                self.gateway.feeds.add_url(url)

    @on(messages.PrivateHostDetected)
    def confirm_private_host(self, message: messages.PrivateHostDetected) -> None:
        """Ask once whether a host on a private network may be asked."""

        def take(index: int | None) -> None:
            if index == 1:
                self.gateway.feeds.add_url(message.url, private=True)

        lines = [f"leave it: {message.problem}", "fetch it all the same"]
        self.app.push_screen(Picker("Fetch this?", lines), take)


def feed_lines(feeds: Sequence[FeedStatus], now: int, columns: int) -> list[str]:
    """A line a feed, with a line below it where it failed.

    Args:
        feeds: By name.
        now: Seconds since 1970.
        columns: Of the terminal.
    """
    from store.model.times import to_unix_seconds

    if not feeds:
        return []
    name_cells = max(6, min(columns, MAX_FEED_LIST_CELLS) - FEED_COUNTS_CELLS)
    lines = [f"  {fit_cells('', name_cells)} unread     of  read   last"]
    for each in feeds:
        feed, state = each.subscription, each.state
        trouble = describe_feed_problem(each, now)
        mark = "‖" if feed.paused else "!" if trouble else " "
        share = f"{each.read_ratio:>4.0%}" if each.article_count else "    "
        when = format_age(to_unix_seconds(state.succeeded), now) or "never"
        counts = f"{each.unread_count:>6,} {each.article_count:>6,}  {share}  {when:>5}"
        lines.append(f"{mark} {fit_cells(feed.display_name, name_cells)} {counts}")
        if trouble:
            lines.append(f"    {trouble}")
    failed = sum(bool(each.state.error) for each in feeds)
    number = format_count(len(feeds), "feed")
    return [*lines, "", f"{number}, {failed:,} failed" if failed else number]

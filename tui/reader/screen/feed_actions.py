"""Feeds while one reads: fetching, adding by URL, and the list of feeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on

from tui.reader.dialogs.picker import Picker
from tui.reader.dialogs.text_dialog import Sheet
from tui.reader.gateway import messages
from tui.reader.screen.prompting import Asking
from tui.reader.widgets.inputs import UrlPrompt
from tui.rendering.cells import fit
from tui.rendering.wording import age, count, joined

if TYPE_CHECKING:
    from store.feeds.feed_store import Shown

WIDEST, BESIDE_NAME = 76, 33
"""Cells of a sheet, and of it those that are not for names."""


class Feeding(Asking):
    """Fetching goes on beside everything else; the bottom line says how far it is."""

    def on_mount(self) -> None:
        """Fetch from time to time where the settings say so; other screens' parts mount as well."""
        if minutes := self.settings.fetch_every:
            self.set_interval(60 * minutes, self.action_feeds_fetch)

    def action_feeds_fetch(self) -> None:
        """Fetch the feeds."""
        if self.gateway.fetching:
            self.status.say(f"fetching already; {self.keymap.first('article.back')} stops it")
        else:
            self.gateway.fetch()

    def stop_fetching(self) -> bool:
        """Stop the fetch; tells whether there was one."""
        there = self.gateway.fetching
        if there:
            self.gateway.stop_fetching()
        return there

    @on(messages.FetchProgressed)
    def show_fetching(self, message: messages.FetchProgressed) -> None:
        """Say how far it is."""
        self._loading = joined((f"fetching {message.done} of {message.total}", message.name))
        self.tell_state()

    @on(messages.FetchEnded)
    def end_fetching(self, message: messages.FetchEnded) -> None:
        """Say what came of it."""
        self._loading = ""
        self.tell_state()
        stopped = message.total - message.done
        parts = (
            f"{count(message.added, 'new article')} from {count(message.done, 'feed')}",
            f"{message.failed:,} failed, {self.keymap.first('feeds.list')} says why"
            if message.failed
            else "",
            f"stopped before {count(stopped, 'feed')}" if stopped else "",
        )
        self.status.say(joined(parts))

    # -- the list of feeds -----------------------------------------------------------------

    def action_feeds_list(self) -> None:
        """Ask for the feeds."""
        self.gateway.list_feeds()

    @on(messages.FeedsListed)
    def show_feeds(self, message: messages.FeedsListed) -> None:
        """Show the feeds."""
        if self.is_active:
            lines = feed_lines(message.feeds, message.now, self.app.size.width)
            self.app.push_screen(Sheet("Feeds", lines or ["no feeds yet; a subscribes to one"]))

    # -- adding ----------------------------------------------------------------------------

    async def action_feeds_add(self) -> None:
        """Ask for URLs."""
        if self._read_only:
            self.status.say(self._read_only)
            return
        await self.ask(UrlPrompt("", "URL of a feed, a site or a page"))

    @on(UrlPrompt.Submitted, "UrlPrompt")
    def add_urls(self, event: UrlPrompt.Submitted) -> None:
        """Add what was typed."""
        asked = event.input
        if isinstance(asked, UrlPrompt) and self.answered(asked):
            for url in asked.urls:
                self.gateway.add_url(url)

    @on(messages.PrivateHostMet)
    def ask_about_host(self, message: messages.PrivateHostMet) -> None:
        """Ask once whether a host on a private network may be asked."""

        def take(index: int | None) -> None:
            if index == 1:
                self.gateway.add_url(message.url, private=True)

        lines = [f"leave it: {message.problem}", "fetch it all the same"]
        self.app.push_screen(Picker("Fetch this?", lines), take)


def feed_lines(feeds: Sequence[Shown], now: int, columns: int) -> list[str]:
    """A line a feed, with a line below it where it failed.

    Args:
        feeds: By name.
        now: Seconds since 1970.
        columns: Of the terminal.
    """
    from store.model.times import seconds

    if not feeds:
        return []
    name_cells = max(6, min(columns, WIDEST) - BESIDE_NAME)
    lines = [f"  {fit('', name_cells)} unread     of  read   last"]
    for each in feeds:
        feed, state = each.subscription, each.state
        trouble = each.trouble(now)
        mark = "‖" if feed.paused else "!" if trouble else " "
        share = f"{each.share_read:>4.0%}" if each.articles else "    "
        when = age(seconds(state.succeeded), now) or "never"
        counts = f"{each.unread:>6,} {each.articles:>6,}  {share}  {when:>5}"
        lines.append(f"{mark} {fit(feed.name, name_cells)} {counts}")
        if trouble:
            lines.append(f"    {trouble}")
    failed = sum(bool(each.state.error) for each in feeds)
    number = count(len(feeds), "feed")
    return [*lines, "", f"{number}, {failed:,} failed" if failed else number]

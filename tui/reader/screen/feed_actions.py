"""Feeds: fetching them, listing them, adding URLs; and other ways to fill an empty library."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from textual.screen import Screen

from store.model.errors import UrlRejected
from store.other_readers import OTHER_READER_NAMES
from store.text.clean import clean_line
from store.text.urls import extract_host, normalize_feed_url, validate_url
from tui.config.keymaps import Keymap
from tui.config.settings_file import expand_user
from tui.reader.dialogs.picker import Picker
from tui.reader.dialogs.welcome import WelcomeDialog
from tui.reader.gateway import messages
from tui.reader.gateway.feeds import Feeds
from tui.reader.screen.prompts import Prompts
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import Prompt, UrlPrompt
from tui.rendering.wording import format_count, join_nonempty

FILL_OPTIONS = (
    "Import files or a folder",
    "Add a feed or a page by URL",
    "Move in from another reader",
)
SAMPLES_OPTION, NOT_NOW_OPTION = "Browse the sample articles", "Not now"


@dataclass(eq=False)
class FeedActions:
    """Fetches feeds and adds new ones."""

    screen: Screen[None]
    keymap: Keymap
    feeds: Feeds
    state: ReaderState
    prompts: Prompts
    status_line: StatusLine

    def fetch(self, keys: Collection[str] | None = None) -> None:
        """Fetch the feeds with these keys, or all."""
        if self.feeds.is_fetching:
            self.status_line.show_notice(f"Already fetching · {self.keymap.cancel_key} to cancel")
        else:
            self.feeds.fetch(keys)

    def cancel_fetch(self) -> bool:
        """Cancel the fetch; return False if there is none."""
        was_fetching = self.feeds.is_fetching
        if was_fetching:
            self.feeds.stop_fetch()
        return was_fetching

    def show_fetch_result(self, message: messages.FetchEnded) -> None:
        """Show how many articles are new and how many feeds failed."""
        parts = []
        new = format_count(message.added, "new article")
        feeds = format_count(message.done, "feed")
        if message.failed:
            key = self.keymap.first_key("feeds.list")
            parts.append(new if message.added else "")
            parts.append(f"{message.failed:,} of {feeds} failed ({key} shows why)")
        else:
            parts.append(f"{new} from {feeds}")
        if skipped := message.total - message.done:
            parts.append(f"cancelled before {format_count(skipped, 'feed')}")
        self.status_line.show_notice(
            join_nonempty(parts), "failed" if message.failed else "info" if skipped else "done"
        )

    async def prompt_for_urls(self) -> None:
        """Ask for URLs to add."""
        if self.state.read_only_reason:
            self.status_line.show_notice(self.state.read_only_reason)
            return
        prompt = UrlPrompt()

        def add(_: str) -> None:
            for url in prompt.urls:
                self.feeds.add_url(url)

        await self.prompts.ask(prompt, add, _find_url_fault)

    def confirm_private_host(self, message: messages.PrivateHostDetected) -> None:
        """Ask whether to fetch from a host on the user's own network."""

        def add(index: int | None) -> None:
            if index == 1:
                self.feeds.add_url(message.url, private=True)

        title = f"{extract_host(message.url)} is on your own network"
        lines = ["Don't fetch", "Fetch anyway"]
        self.screen.app.push_screen(Picker(self.keymap, title, lines), add)


@dataclass(eq=False)
class WelcomeActions:
    """Offers the ways to fill the library."""

    screen: Screen[None]
    keymap: Keymap
    feeds: FeedActions
    prompts: Prompts
    shows_samples: bool
    """Whether the sample articles are shown, because the user's own library is empty."""
    run_cli_command: Callable[[Sequence[str]], None]
    """Ends the reader, carries out a command of newstui, and starts the reader again."""

    def greet(self) -> None:
        """Ask a new user how to begin; enter alone shows the samples."""
        if self.shows_samples:
            title = "Welcome to newstui"
            self._show(WelcomeDialog(self.keymap, title, self._options, len(FILL_OPTIONS)))

    def choose(self) -> None:
        """Ask how to fill the library."""
        self._show(Picker(self.keymap, "Fill your library", self._options))

    @property
    def _options(self) -> Sequence[str]:
        return (*FILL_OPTIONS, SAMPLES_OPTION if self.shows_samples else NOT_NOW_OPTION)

    def _show(self, picker: Picker) -> None:
        async def prompt(index: int | None) -> None:
            if index == 0:
                await self._prompt_for_path()
            elif index == 1 and self.shows_samples:
                await self._prompt_for_own_urls()
            elif index == 1:
                await self.feeds.prompt_for_urls()
            elif index == 2:
                self._choose_other_reader()

        self.screen.app.push_screen(picker, prompt)

    def _choose_other_reader(self) -> None:
        def move_in(index: int | None) -> None:
            if index is not None:
                self.run_cli_command(("move-in", OTHER_READER_NAMES[index]))

        picker = Picker(self.keymap, "Move in from", OTHER_READER_NAMES)
        self.screen.app.push_screen(picker, move_in)

    async def _prompt_for_path(self) -> None:
        def find_fault(text: str) -> str:
            path = expand_user(text.strip())
            with suppress(OSError):  # its name is too long
                if path.exists():
                    return ""
            return f"No such file or folder: {path}"

        def import_path(text: str) -> None:
            if text.strip():
                path = expand_user(text.strip()).absolute()
                self.run_cli_command(("import", str(path)))

        prompt = Prompt("File or folder", verb="import")
        await self.prompts.ask(prompt, import_path, find_fault)

    async def _prompt_for_own_urls(self) -> None:
        """Ask for URLs to add to the user's own library: the samples are not kept."""

        def add(text: str) -> None:
            if urls := text.split():
                self.run_cli_command(("add", *urls))

        await self.prompts.ask(UrlPrompt(), add, _find_url_fault)


def _find_url_fault(text: str) -> str:
    """Return what is wrong with one of the typed URLs, in which the scheme may be missing."""
    for url in text.split():
        try:
            validate_url(
                f"http://{url}" if url.startswith("localhost") else normalize_feed_url(url)
            )
        except UrlRejected as error:
            return clean_line(f"{url}: {error}")
    return ""

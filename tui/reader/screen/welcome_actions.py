"""The ways to fill a library that is empty, offered at the first start and by a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from textual.screen import Screen

from store.other_readers import OTHER_READER_NAMES
from tui.config.keymaps import Keymap
from tui.config.settings_file import expand_user
from tui.reader.dialogs.picker import Picker
from tui.reader.dialogs.welcome import WelcomeDialog
from tui.reader.screen.feed_actions import FeedActions, find_url_fault
from tui.reader.screen.prompts import Prompts
from tui.reader.widgets.inputs import Prompt, UrlPrompt

FILL_OPTIONS = (
    "Import files or a folder",
    "Add a feed or a page by URL",
    "Move in from another reader",
)
SAMPLES_OPTION, NOT_NOW_OPTION = "Browse the sample articles", "Not now"


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
            elif index == 1:
                await self.prompt_for_urls()
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

    async def prompt_for_urls(self) -> None:
        """Ask for URLs to add to the user's own library, also while the samples are shown."""
        if not self.shows_samples:
            await self.feeds.prompt_for_urls()
            return

        def add(text: str) -> None:
            if urls := text.split():
                self.run_cli_command(("add", *urls))

        await self.prompts.ask(UrlPrompt(), add, find_url_fault)

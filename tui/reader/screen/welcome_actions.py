"""Filling a library from the keyboard: files, a feed or a page, or the samples to look around in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from textual import on

from tui.reader.dialogs.picker import Picker
from tui.reader.screen.feed_actions import Feeding
from tui.reader.widgets.inputs import ImportPrompt, OwnLibraryUrlPrompt

FILL_OPTIONS = ("import files or a folder", "add a feed or a page by its URL")
SAMPLES_OPTION, NOT_NOW_OPTION = "look around in sample articles", "leave it as it is"


class Welcoming(Feeding):
    """Offers the ways in which articles come in."""

    run_cli_command: Callable[[Sequence[str]], None]
    """Carries out a command of newstui while the reader is away, and starts it again."""

    def on_mount(self) -> None:
        """Whoever has no articles yet is asked at once; enter alone shows the samples."""
        if self._hint:
            self.call_after_refresh(
                self._show_fill_picker, "Your library is empty", chosen=len(FILL_OPTIONS)
            )

    def action_app_welcome(self) -> None:
        """Choose a way to fill the library."""
        self._show_fill_picker("Fill your library")

    def _show_fill_picker(self, title: str, chosen: int = 0) -> None:

        async def take(index: int | None) -> None:
            if index == 0:
                await self.show_prompt(ImportPrompt("", "a file or a folder"))
            elif index == 1 and self._hint:  # the samples take nothing in
                await self.show_prompt(OwnLibraryUrlPrompt("", "URL of a feed, a site or a page"))
            elif index == 1:
                await self.action_feeds_add()

        lines = (*FILL_OPTIONS, SAMPLES_OPTION if self._hint else NOT_NOW_OPTION)
        self.app.push_screen(Picker(title, lines, chosen), take)

    @on(ImportPrompt.Submitted, "ImportPrompt")
    def import_path(self, event: ImportPrompt.Submitted) -> None:
        """Import what was named; the question stays while there is no such file."""
        path = Path(event.value.strip()).expanduser()
        if not event.value.strip():
            self.close_prompt()
        elif not path.exists():
            self.status_line.show_notice(f"there is no {path}")
        elif self.close_if_current(event.input):
            self.run_cli_command(("import", str(path.absolute())))

    @on(OwnLibraryUrlPrompt.Submitted, "OwnLibraryUrlPrompt")
    def add_to_own_library(self, event: OwnLibraryUrlPrompt.Submitted) -> None:
        """Add what the URLs lead to."""
        if self.close_if_current(event.input) and (urls := event.value.split()):
            self.run_cli_command(("add", *urls))

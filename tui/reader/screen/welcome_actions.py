"""Filling a library from the keyboard: files, a feed or a page, or the samples to look around in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from textual import on

from tui.reader.dialogs.picker import Picker
from tui.reader.screen.feed_actions import Feeding
from tui.reader.widgets.inputs import ImportPrompt, OwnUrlPrompt

WAYS = ("import files or a folder", "add a feed or a page by its URL")
SAMPLES, STAY = "look around in sample articles", "leave it as it is"


class Welcoming(Feeding):
    """Offers the ways in which articles come in."""

    run_outside: Callable[[Sequence[str]], None]
    """Carries out a command of newstui while the reader is away, and starts it again."""

    def on_mount(self) -> None:
        """Whoever has no articles yet is asked at once; enter alone shows the samples."""
        if self._hint:
            self.call_after_refresh(self._offer, "Your library is empty", chosen=len(WAYS))

    def action_app_welcome(self) -> None:
        """Choose a way to fill the library."""
        self._offer("Fill your library")

    def _offer(self, title: str, chosen: int = 0) -> None:

        async def take(index: int | None) -> None:
            if index == 0:
                await self.ask(ImportPrompt("", "a file or a folder"))
            elif index == 1 and self._hint:  # the samples take nothing in
                await self.ask(OwnUrlPrompt("", "URL of a feed, a site or a page"))
            elif index == 1:
                await self.action_feeds_add()

        lines = (*WAYS, SAMPLES if self._hint else STAY)
        self.app.push_screen(Picker(title, lines, chosen), take)

    @on(ImportPrompt.Submitted, "ImportPrompt")
    def import_path(self, event: ImportPrompt.Submitted) -> None:
        """Import what was named; the question stays while there is no such file."""
        path = Path(event.value.strip()).expanduser()
        if not event.value.strip():
            self.end_asking()
        elif not path.exists():
            self.status.say(f"there is no {path}")
        elif self.answered(event.input):
            self.run_outside(("import", str(path.absolute())))

    @on(OwnUrlPrompt.Submitted, "OwnUrlPrompt")
    def add_to_own(self, event: OwnUrlPrompt.Submitted) -> None:
        """Add what the URLs lead to."""
        if self.answered(event.input) and (urls := event.value.split()):
            self.run_outside(("add", *urls))

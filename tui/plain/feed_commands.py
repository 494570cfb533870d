"""How articles come into the linear reader, and what is told of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tui.plain.export_commands import Outward
from tui.plain.input import ParsedLine

PLAIN_FILL_OPTIONS = (
    "import files or a folder",
    "subscribe to a feed, or take in a page, by its URL",
)
FILL_PROGRESS_LABELS = {"fetch": "fetching the feeds", "add": "adding", "import": "importing"}


class Filling(Outward):
    """Fetching, adding and importing: the commands of newstui, carried out from here."""

    over = False
    """Whether reading has ended."""
    again = False
    """Whether it begins again, with a library that was filled."""

    def fetch(self, typed: ParsedLine) -> None:
        """Fetch the feeds."""
        self._run(["fetch"])

    def say_feeds(self, typed: ParsedLine) -> None:
        """Say the feeds, what they have and what failed."""
        self.world.run(["feeds"])

    def add(self, typed: ParsedLine) -> None:
        """Subscribe to a feed, or take in a page, by its URL."""
        words = typed.words or self.world.ask("URL: ") or ""
        if urls := words.split():
            self._run(["add", "--", *urls])

    def welcome(self, typed: ParsedLine) -> None:
        """Offer the ways in which articles come in."""
        self.world.say(
            "\n".join(f"{number}. {way}" for number, way in enumerate(PLAIN_FILL_OPTIONS, 1))
        )
        chosen = (self.world.ask("Number, or enter to go back: ") or "").strip()
        if chosen == "1" and (path := (self.world.ask("File or folder: ") or "").strip()):
            self._run(["import", "--", str(Path(path).expanduser())])
        elif chosen == "2":
            self.add(ParsedLine())

    def _run(self, arguments: Sequence[str]) -> None:
        self.world.say(f"{FILL_PROGRESS_LABELS[arguments[0]]} … ctrl+c stops it")
        self.world.run(arguments)
        if self.world.filled():
            self.over = self.again = True
        else:
            self.catch_up()

    def catch_up(self) -> None:
        """Take in what commands, other processes and other machines have changed."""
        changed = self.library.refresh()
        self.update(changed.rows)
        if changed.is_list_stale:
            self.select()

    def say_statistics(self, typed: ParsedLine) -> None:
        """Say what was read, when and how fast, without the charts."""
        from store.library.statistics import gather_statistics
        from tui.rendering.statistics_report import describe_statistics

        found = None
        for some in gather_statistics(self.library, self.world.now()):
            found = some or found
        if found is not None:
            self.world.say("\n".join(describe_statistics(found)))

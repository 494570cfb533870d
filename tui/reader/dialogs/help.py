"""The help: the keys in force, those of the pane one came from first, and a search through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui.config.commands import Command, groups, key_names
from tui.config.keymaps import Keymap
from tui.reader.dialogs.text_dialog import Sheet, SheetView
from tui.reader.widgets.article_list import CHANGED, HERE, STAR, UNREAD
from tui.reader.widgets.inputs import SearchInput

FIRST = {
    "list": ("List", "Move"),
    "article": ("Article", "Move"),
    "find": ("Find in the article",),
    "select": ("Select",),
    "side": ("Similar readings",),
    "story": ("Article",),
    "triage": ("Triage", "Article"),
}
"""The headings that stand first in the help of a pane."""
SIGNS = (
    (UNREAD, "unread"),
    (STAR, "starred"),
    (CHANGED, "changed by its publisher since you read it"),
    ("5′", "minutes to read"),
    (HERE, "in a story: the article one came from"),
)
"""What stands before titles and behind them."""
LONGEST = 40
"""Characters that can be searched for."""


class Help(Sheet):
    """Every command that is available in a pane, with its keys."""

    PLACE = "help"
    SUBTITLE = "/ searches · esc closes"

    def __init__(self, keymap: Keymap, place: str) -> None:
        """Make the help.

        Args:
            keymap: The keys in force.
            place: The pane it is asked for in.
        """
        super().__init__(f"Keys: {place}", help_lines(keymap, place))
        self._keymap = keymap
        self._for = place
        self._input = SearchInput(placeholder="a key or a word", max_length=LONGEST, compact=True)
        self._input.display = False

    def compose(self) -> ComposeResult:
        """The lines, and below them what is searched for."""
        yield from super().compose()
        yield self._input

    @property
    def place(self) -> str:
        """Nowhere while a search is typed."""
        return "" if self.focused is self._input else self.PLACE

    def action_list_search(self) -> None:
        """Ask for words."""
        self._input.display = True
        self.set_focus(self._input)

    def action_article_back(self) -> None:
        """Out of a search first."""
        if self._input.display:
            self.end_search()
        else:
            self.dismiss(None)

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show the commands that fit."""
        self.query_one(SheetView).show(help_lines(self._keymap, self._for, event.value))

    @on(Input.Submitted)
    def keep_search(self) -> None:
        """Go through what was found."""
        self.set_focus(self.query_one(SheetView))

    @on(SearchInput.Moved)
    def move_meanwhile(self, event: SearchInput.Moved) -> None:
        """Scroll while the search is typed."""
        self.move(event.by)

    @on(SearchInput.Left)
    def end_search(self) -> None:
        """Show all of it again."""
        self._input.value = ""
        self._input.display = False
        self.set_focus(self.query_one(SheetView))


def help_lines(keymap: Keymap, place: str, words: str = "") -> list[str]:
    """The commands of a place under their headings, with their keys.

    Args:
        keymap: The keys in force.
        place: The pane; its own headings come first.
        words: Only lines with all of these; case makes no difference but for a single letter.
    """
    lines: list[str] = []
    first = FIRST.get(place, ())
    ordered = sorted(groups(), key=lambda group: (*first, group[0]).index(group[0]))
    for heading, commands in ordered:
        if found := list(_lines(commands, keymap, place, words.split())):
            lines += [*([""] if lines else []), f"{heading}:", *found]
    signs = [f"{sign}\t{meaning}" for sign, meaning in SIGNS if _all_in(words, sign, meaning)]
    if signs:
        lines += [*([""] if lines else []), "Signs:", *signs]
    return lines or ["no command fits"]


def _lines(
    commands: Iterable[Command], keymap: Keymap, place: str, words: Sequence[str]
) -> Iterator[str]:
    for each in commands:
        keys = keymap.keys[each.id]
        there = place in each.places or each in keymap.places.get(place, {}).values()
        if there and all(_fits(word, each, keys) for word in words):
            yield f"{key_names(keys)}\t{each.help}"


def _all_in(words: str, *texts: str) -> bool:
    text = " ".join(texts).lower()
    return all(word.lower() in text for word in words.split())


def _fits(word: str, command: Command, keys: Sequence[str]) -> bool:
    if len(word) == 1:  # a key, and `j` is not `J`
        return word in keys
    text = f"{key_names(keys)} {command.label} {command.help}"
    return word.lower() in text.lower()

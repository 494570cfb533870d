"""The help: the keys in force, those of the pane one came from first, and a search through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui.config.commands import Command, format_keys, group_commands
from tui.config.keymaps import Keymap
from tui.reader.dialogs.text_dialog import TextDialog, TextDialogView
from tui.reader.widgets.article_list import STAR_SIGN, STORY_ORIGIN_SIGN, UNREAD_SIGN, UPDATED_SIGN
from tui.reader.widgets.inputs import SanitizedInput

FIRST_HELP_HEADINGS = {
    "list": ("List", "Move"),
    "article": ("Article", "Move"),
    "find": ("Find in the article",),
    "select": ("Select",),
    "side": ("Similar readings",),
    "story": ("Article",),
    "triage": ("Triage", "Article"),
}
"""The headings that stand first in the help of a pane."""
SIGN_MEANINGS = (
    (UNREAD_SIGN, "unread"),
    (STAR_SIGN, "starred"),
    (UPDATED_SIGN, "changed by its publisher since you read it"),
    ("5′", "minutes to read"),
    (STORY_ORIGIN_SIGN, "in a story: the article one came from"),
)
"""What stands before titles and behind them."""
MAX_HELP_SEARCH_LENGTH = 40
"""Characters that can be searched for."""


class HelpDialog(TextDialog):
    """Every command that is available in a pane, with its keys."""

    PLACE = "help"
    SUBTITLE = "/ searches · esc closes"

    def __init__(self, keymap: Keymap, place: str) -> None:
        """Make the help.

        Args:
            keymap: The keys in force.
            place: The pane it is asked for in.
        """
        super().__init__(f"Keys: {place}", keymap_help_lines(keymap, place))
        self._keymap = keymap
        self._help_place = place
        self._search_input = SanitizedInput(
            placeholder="a key or a word", max_length=MAX_HELP_SEARCH_LENGTH, compact=True
        )
        self._search_input.display = False

    def compose(self) -> ComposeResult:
        """The lines, and below them what is searched for."""
        yield from super().compose()
        yield self._search_input

    @property
    def place(self) -> str:
        """Nowhere while a search is typed."""
        return "" if self.focused is self._search_input else self.PLACE

    def action_list_search(self) -> None:
        """Ask for words."""
        self._search_input.display = True
        self.set_focus(self._search_input)

    def action_article_back(self) -> None:
        """Out of a search first."""
        if self._search_input.display:
            self.clear_search()
        else:
            self.dismiss(None)

    @on(Input.Changed)
    def filter_commands(self, event: Input.Changed) -> None:
        """Show the commands that fit."""
        self.query_one(TextDialogView).show(
            keymap_help_lines(self._keymap, self._help_place, event.value)
        )

    @on(Input.Submitted)
    def focus_results(self) -> None:
        """Go through what was found."""
        self.set_focus(self.query_one(TextDialogView))

    @on(SanitizedInput.MoveRequested)
    def scroll_while_typing(self, event: SanitizedInput.MoveRequested) -> None:
        """Scroll while the search is typed."""
        self.move(event.by)

    @on(SanitizedInput.Cancelled)
    def clear_search(self) -> None:
        """Show all of it again."""
        self._search_input.value = ""
        self._search_input.display = False
        self.set_focus(self.query_one(TextDialogView))


def keymap_help_lines(keymap: Keymap, place: str, words: str = "") -> list[str]:
    """The commands of a place under their headings, with their keys.

    Args:
        keymap: The keys in force.
        place: The pane; its own headings come first.
        words: Only lines with all of these; case makes no difference but for a single letter.
    """
    lines: list[str] = []
    first = FIRST_HELP_HEADINGS.get(place, ())
    ordered = sorted(group_commands(), key=lambda group: (*first, group[0]).index(group[0]))
    for heading, commands in ordered:
        if found := list(_command_lines(commands, keymap, place, words.split())):
            lines += [*([""] if lines else []), f"{heading}:", *found]
    signs = [
        f"{sign}\t{meaning}"
        for sign, meaning in SIGN_MEANINGS
        if _has_all_words(words, sign, meaning)
    ]
    if signs:
        lines += [*([""] if lines else []), "Signs:", *signs]
    return lines or ["no command fits"]


def _command_lines(
    commands: Iterable[Command], keymap: Keymap, place: str, words: Sequence[str]
) -> Iterator[str]:
    for each in commands:
        keys = keymap.keys[each.id]
        there = place in each.places or each in keymap.commands_by_place.get(place, {}).values()
        if there and all(_matches_command(word, each, keys) for word in words):
            yield f"{format_keys(keys)}\t{each.help}"


def _has_all_words(words: str, *texts: str) -> bool:
    text = " ".join(texts).lower()
    return all(word.lower() in text for word in words.split())


def _matches_command(word: str, command: Command, keys: Sequence[str]) -> bool:
    if len(word) == 1:  # a key, and `j` is not `J`
        return word in keys
    text = f"{format_keys(keys)} {command.label} {command.help}"
    return word.lower() in text.lower()

"""The help: the keys in force, those of the current pane first, and a search through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui.config.commands import Command, format_keys, group_commands
from tui.config.keymaps import Keymap
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.text_dialog import TextDialog, TextDialogView
from tui.reader.widgets.inputs import SanitizedInput
from tui.rendering.list_rows import STAR_SIGN, STORY_ORIGIN_SIGN, UNREAD_SIGN, UPDATED_SIGN

FIRST_HELP_HEADINGS = {
    "list": ("List", "Move"),
    "article": ("Article", "Move"),
    "find": ("Find in the article",),
    "select": ("Select",),
    "side": ("Similar readings",),
    "story": ("Article",),
    "triage": ("Triage", "Article"),
}
"""The groups that come first in the help of a place."""
SIGN_MEANINGS = (
    (UNREAD_SIGN, "unread"),
    (STAR_SIGN, "starred"),
    (UPDATED_SIGN, "changed by its publisher since you read it"),
    ("5′", "minutes to read"),
    (STORY_ORIGIN_SIGN, "in a story: the article you came from"),
)
"""The signs before and after titles."""
MAX_HELP_SEARCH_LENGTH = 40
"""In characters."""


class HelpDialog(TextDialog):
    """Lists the commands of a place with their keys."""

    PLACE = "help"

    def __init__(self, keymap: Keymap, place: str) -> None:
        super().__init__(keymap, f"Keys: {place}", keymap_help_lines(keymap, place))
        self._help_place = place
        self._search_input = SanitizedInput(
            placeholder="Key or word", max_length=MAX_HELP_SEARCH_LENGTH, compact=True
        )
        self._search_input.display = False

    def compose(self) -> ComposeResult:
        """The lines, and the search input below them."""
        yield from super().compose()
        yield self._search_input

    @property
    def place(self) -> str:
        """The help; none while the user types a search."""
        return "" if self.focused is self._search_input else self.PLACE

    @property
    def subtitle(self) -> str:
        """The keys named in the lower border."""
        return f"{self.key_hint('list.search', 'search')} · {self.cancel_hint('close')}"

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and the search."""
        return {
            **super().commands,
            "list.search": self.start_search,
            "article.back": self.leave,
            "dialog.close": self.leave,
        }

    def start_search(self) -> None:
        """Ask for words."""
        self._search_input.display = True
        self.set_focus(self._search_input)

    def leave(self) -> None:
        """Clear the search, or close the help if there is none."""
        if self._search_input.display:
            self.clear_search()
        else:
            self.dismiss(None)

    @on(Input.Changed)
    def filter_commands(self, event: Input.Changed) -> None:
        """Show the matching commands."""
        self.query_one(TextDialogView).show(
            keymap_help_lines(self.keymap, self._help_place, event.value)
        )

    @on(Input.Submitted)
    def focus_results(self) -> None:
        """Go to the matching commands."""
        self.set_focus(self.query_one(TextDialogView))

    @on(SanitizedInput.MoveRequested)
    def scroll_while_typing(self, event: SanitizedInput.MoveRequested) -> None:
        """Scroll while the user types."""
        self.move(event.by)

    @on(SanitizedInput.Cancelled)
    def clear_search(self) -> None:
        """Show all commands again."""
        self._search_input.value = ""
        self._search_input.display = False
        self.set_focus(self.query_one(TextDialogView))


def keymap_help_lines(keymap: Keymap, place: str, words: str = "") -> list[str]:
    """Return the commands of a place with their keys, under headings.

    Args:
        keymap: The keys in force.
        place: The place; its own headings come first.
        words: Only lines with all of these words are returned. A single letter is a key, and
            case-sensitive.
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
    return lines or ["No matching commands"]


def _command_lines(
    commands: Iterable[Command], keymap: Keymap, place: str, words: Sequence[str]
) -> Iterator[str]:
    for each in commands:
        keys = keymap.keys[each.id]
        is_available = (
            place in each.places or each in keymap.commands_by_place.get(place, {}).values()
        )
        if is_available and all(_matches_command(word, each, keys) for word in words):
            yield f"{format_keys(keys)}\t{each.help}"


def _has_all_words(words: str, *texts: str) -> bool:
    text = " ".join(texts).lower()
    return all(word.lower() in text for word in words.split())


def _matches_command(word: str, command: Command, keys: Sequence[str]) -> bool:
    if len(word) == 1:  # a key: `j` is not `J`
        return word in keys
    text = f"{format_keys(keys)} {command.label} {command.help}"
    return word.lower() in text.lower()

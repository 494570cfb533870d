"""The inputs of the bottom line: search, prompts, tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.suggester import SuggestFromList
from textual.widgets import Input

from tui.rendering.bottom_line import KeyHint

JOIN_CONTROLS = "\u200c\u200d"
"""Invisible, but needed by some scripts."""


class SanitizedInput(Input):
    """An input that rejects control characters, which a paste may contain."""

    hints: Sequence[KeyHint] = (("enter", "save"), ("esc", "cancel"))
    """The keys that are not text while the user types."""
    # Textual lays out the whole screen when the text becomes longer; the place of an input stays.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+g", "leave", show=False),
        Binding("tab", "submit", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    class Cancelled(Message):
        """The user cancelled the input."""

    @dataclass
    class MoveRequested(Message):
        """The user wants to move in the list above."""

        by: int

    def on_mount(self) -> None:
        """Stop the blinking, so that an idle reader sends nothing."""
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """Make one line of a paste: Textual's input takes only the first."""
        lines = event.text.expandtabs(1).splitlines()
        event.text = " ".join(filter(None, map(str.strip, lines))) if lines[1:] else "".join(lines)

    def action_move(self, by: int) -> None:
        """Move in the list."""
        self.post_message(self.MoveRequested(by))

    def action_leave(self) -> None:
        """Cancel the input."""
        self.post_message(self.Cancelled())

    def validate_value(self, value: str) -> str:
        """Return the value without control and invisible characters."""
        return "".join(char for char in value if char.isprintable() or char in JOIN_CONTROLS)


class LibrarySearchInput(SanitizedInput):
    """The input of a search in the library."""

    hints = (("tab", "results"), ("enter", "open"), ("esc", "clear"))
    """The last two are named in a narrow terminal, too."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "keep", show=False)]

    class ListRequested(Message):
        """The user wants to move to the results."""

    def action_keep(self) -> None:
        """Go to the results."""
        self.post_message(self.ListRequested())


class PlaceFilterInput(SanitizedInput):
    """The input of a part of the names of places."""

    hints = (("enter", "show"), ("esc", "clear"))

    def __init__(self, value: str) -> None:
        super().__init__(
            value,
            placeholder="a part of a name",
            id="place-filter",
            max_length=MAX_NAME_LENGTH,
            compact=True,
        )


MAX_NAME_LENGTH = 100
"""Characters of a part of a name."""
MAX_PROMPT_LENGTH = 4000
"""Characters of a path or command."""


class Prompt(SanitizedInput):
    """Asks a question."""

    def __init__(
        self, question: str, value: str = "", verb: str = "save", limit: int = MAX_PROMPT_LENGTH
    ) -> None:
        """Make the input.

        Args:
            question: The placeholder.
            value: The initial value.
            verb: What enter does.
            limit: Maximum number of characters.
        """
        super().__init__(value, placeholder=question, max_length=limit, compact=True)
        self.hints = (("enter", verb), ("esc", "cancel"))


class UrlPrompt(Prompt):
    """Asks for URLs to add; each line of a paste is one."""

    def __init__(self) -> None:
        super().__init__("URL of a feed, a site or a page", verb="add")

    @property
    def urls(self) -> list[str]:
        """The URLs, without duplicates."""
        return list(dict.fromkeys(self.value.split()))


MAX_TAG_LENGTH = 100
"""Characters of a tag."""


class TagPrompt(Prompt):
    """Asks for a tag; tab and right accept the suggestion."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "cursor_right", show=False)]

    def __init__(self, articles: object, *, adds: bool) -> None:
        """Make an empty input.

        Args:
            articles: The articles it is about, to tell whose tags are those to suggest.
            adds: True to add a tag, False to remove one.
        """
        super().__init__("Tag to add" if adds else "Tag to remove", limit=MAX_TAG_LENGTH)
        self.hints = (("tab", "complete"), ("enter", "save"), ("esc", "cancel"))
        self.articles = articles
        self.is_adding = adds
        self._removable_tags: Sequence[str] = ()

    def find_fault(self, text: str) -> str:
        """Return what is wrong with a tag to remove, as far as the tags are known."""
        typed = text.strip()
        is_known = typed.casefold() in map(str.casefold, self._removable_tags)
        if self.is_adding or is_known or not typed or not self._removable_tags:
            return ""
        return f"Not tagged {typed}"

    def suggest_tags(self, tags: Sequence[str], *, removable: bool = False) -> None:
        """Suggest one of these tags; those that can be removed are also listed.

        The only one that can be removed is the answer, until the user types another.
        """
        self.suggester = SuggestFromList(tags, case_sensitive=False)
        if removable:
            self._removable_tags = tags
            if len(tags) > 1:
                self.placeholder = f"Tag to remove: {', '.join(tags)}"
            elif not self.value:
                self.value = tags[0]
                self.action_select_all()  # what is typed takes its place

"""The inputs of the bottom line: search, prompts, tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.suggester import SuggestFromList
from textual.widgets import Input

from tui.rendering.wording import format_count

JOIN_CONTROLS = "\u200c\u200d"
"""Invisible, but needed by some scripts."""


class SanitizedInput(Input):
    """An input that rejects control characters, which a paste may contain."""

    HINTS: ClassVar[tuple[str, ...]] = ("enter save", "esc cancel")
    """The keys that are not text while the user types."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
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

    def action_move(self, by: int) -> None:
        """Move in the list."""
        self.post_message(self.MoveRequested(by))

    def action_leave(self) -> None:
        """Cancel the input."""
        self.post_message(self.Cancelled())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the input, and place the terminal's cursor in it."""
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset
        return super().render_lines(crop)

    def validate_value(self, value: str) -> str:
        """Return the value without control and invisible characters."""
        return "".join(char for char in value if char.isprintable() or char in JOIN_CONTROLS)


class LibrarySearchInput(SanitizedInput):
    """The input of a search in the library."""

    HINTS = ("enter open", "tab results", "esc clear")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "keep", show=False)]

    class ListRequested(Message):
        """The user wants to move to the results."""

    def action_keep(self) -> None:
        """Go to the results."""
        self.post_message(self.ListRequested())


MAX_PROMPT_LENGTH = 4000
"""Characters of a path or command."""


class Prompt(SanitizedInput):
    """Asks a question about the article that was current when it was opened."""

    def __init__(
        self, article: str, question: str, value: str = "", limit: int = MAX_PROMPT_LENGTH
    ) -> None:
        """Make the input.

        Args:
            article: The id of the article.
            question: The placeholder.
            value: The initial value.
            limit: Maximum number of characters.
        """
        super().__init__(value, placeholder=question, max_length=limit, compact=True)
        self.article = article


class ExportPrompt(Prompt):
    """Asks for the file to export an article to."""


class ListExportPrompt(Prompt):
    """Asks for the file or folder to export a list to."""

    def __init__(self, articles: Sequence[str]) -> None:
        """Make the input for these articles."""
        number = format_count(len(articles), "article")
        super().__init__(
            "", f"Export {number} to (file.json, .jsonl, .html, .epub or folder/ for Markdown):"
        )
        self.articles = articles


class PipePrompt(Prompt):
    """Asks for the command to pipe an article to."""

    HINTS = ("enter run", "esc cancel")


class ImportPrompt(Prompt):
    """Asks for a file or folder to import."""

    HINTS = ("enter import", "esc cancel")


class OwnLibraryUrlPrompt(Prompt):
    """Asks for URLs to add to the user's own library, while the sample library is open."""

    HINTS = ("enter add", "esc cancel")


class UrlPrompt(Prompt):
    """Asks for URLs; each line of a paste is one."""

    HINTS = ("enter add", "esc cancel")

    def on_paste(self, event: events.Paste) -> None:
        """Insert all lines: Textual's input takes only the first."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(" ".join(event.text.split()))

    @property
    def urls(self) -> list[str]:
        """The URLs, without duplicates."""
        return list(dict.fromkeys(self.value.split()))


MAX_TAG_LENGTH = 100
"""Characters of a tag."""


class TagPrompt(Prompt):
    """Asks for a tag; tab and right accept the suggestion."""

    HINTS = ("enter save", "tab complete", "esc cancel")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "cursor_right", show=False)]

    def __init__(self, article: str, *, adds: bool) -> None:
        """Make an empty input.

        Args:
            article: The id of the article.
            adds: True to add a tag, False to remove one.
        """
        super().__init__(article, "tag to add" if adds else "tag to remove", limit=MAX_TAG_LENGTH)
        self.is_adding = adds

    def suggest_tags(self, tags: Sequence[str]) -> None:
        """Suggest one of these tags; those that can be removed are also listed."""
        self.suggester = SuggestFromList(tags, case_sensitive=False)
        if not self.is_adding:
            self.placeholder = f"tag to remove: {', '.join(tags)}"

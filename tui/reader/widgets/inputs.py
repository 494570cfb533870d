"""The line in which a search is typed."""

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
"""Invisible, but part of how some scripts are written."""


class SanitizedInput(Input):
    """An input into which nothing gets that could control the terminal, by a paste say."""

    HINTS: ClassVar[tuple[str, ...]] = ("enter done", "escape leave it")
    """What keys do while one types: those of the panes are text then."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("tab", "submit", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    class Cancelled(Message):
        """What was typed is given up."""

    @dataclass
    class MoveRequested(Message):
        """The list above is to be moved through meanwhile."""

        by: int

    def on_mount(self) -> None:
        """Nothing is sent while nothing is typed."""
        self.cursor_blink = False

    def action_move(self, by: int) -> None:
        """Move through the list."""
        self.post_message(self.MoveRequested(by))

    def action_leave(self) -> None:
        """Give it up."""
        self.post_message(self.Cancelled())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw it, and see that the terminal's cursor stands in it, wherever it has come to stand."""
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset
        return super().render_lines(crop)

    def validate_value(self, value: str) -> str:
        """The value without controls and invisible characters."""
        return "".join(char for char in value if char.isprintable() or char in JOIN_CONTROLS)


class LibrarySearchInput(SanitizedInput):
    """The line in which is typed what to search for in the library."""

    HINTS = ("enter open", "tab list", "escape clear")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "keep", show=False)]

    class ListRequested(Message):
        """What was found is to be gone through as a list."""

    def action_keep(self) -> None:
        """Go to what was found."""
        self.post_message(self.ListRequested())


MAX_PROMPT_LENGTH = 4000
"""Characters of a path or a command."""


class Prompt(SanitizedInput):
    """Asks; what it is about is the article that keys meant when it was asked for."""

    def __init__(
        self, article: str, question: str, value: str = "", limit: int = MAX_PROMPT_LENGTH
    ) -> None:
        """Make the input.

        Args:
            article: The id of the article.
            question: What is seen while nothing is typed.
            value: What stands there at first.
            limit: Characters it takes.
        """
        super().__init__(value, placeholder=question, max_length=limit, compact=True)
        self.article = article


class ExportPrompt(Prompt):
    """Asks for the file an article is written to."""


class ListExportPrompt(Prompt):
    """Asks for the file or folder that all articles of a list are written to."""

    def __init__(self, articles: Sequence[str]) -> None:
        """Make the input for these articles."""
        number = format_count(len(articles), "article")
        super().__init__("", f"{number} to .json, .jsonl, .html, .epub, or a folder (Markdown)")
        self.articles = articles


class PipePrompt(Prompt):
    """Asks for the program an article is given to."""


class ImportPrompt(Prompt):
    """Asks for a file or a folder to import."""


class OwnLibraryUrlPrompt(Prompt):
    """Asks for URLs to add to the user's own library, while the samples are shown."""


class UrlPrompt(Prompt):
    """Asks for URLs; a paste of several lines is as many of them."""

    def on_paste(self, event: events.Paste) -> None:
        """Take all lines: the input itself would take the first one."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(" ".join(event.text.split()))

    @property
    def urls(self) -> list[str]:
        """What was typed."""
        return list(dict.fromkeys(self.value.split()))


MAX_TAG_LENGTH = 100
"""Characters of a tag."""


class TagPrompt(Prompt):
    """Asks for a tag; tab and right take the one that is proposed."""

    HINTS = ("enter done", "tab complete", "escape leave it")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "cursor_right", show=False)]

    def __init__(self, article: str, *, adds: bool) -> None:
        """Make an empty input.

        Args:
            article: The id of the article that keys meant when it was asked for.
            adds: Whether the article gets the tag or loses it.
        """
        super().__init__(
            article, "tag to add" if adds else "tag to take away", limit=MAX_TAG_LENGTH
        )
        self.is_adding = adds

    def suggest_tags(self, tags: Sequence[str]) -> None:
        """Propose one of these while it is typed; those to be taken away are named at once."""
        self.suggester = SuggestFromList(tags, case_sensitive=False)
        if not self.is_adding:
            self.placeholder = f"tag to take away: {', '.join(tags)}"

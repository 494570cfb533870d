"""The line in which a tag is typed, for one article."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import SuggestFromList

from tui.widgets.prompt import Prompt

TAG_LIMIT = 100
"""Characters of a tag."""


class TagInput(Prompt):
    """Asks for a tag; tab and right take the one that is proposed."""

    HINTS = ("enter done", "tab complete", "escape leave it")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "cursor_right", show=False)]

    def __init__(self, article: str, *, adds: bool) -> None:
        """Make an empty input.

        Args:
            article: The id of the article that keys meant when it was asked for.
            adds: Whether the article gets the tag or loses it.
        """
        super().__init__(article, "tag to add" if adds else "tag to take away", limit=TAG_LIMIT)
        self.adds = adds

    def offer(self, tags: Sequence[str]) -> None:
        """Propose one of these while it is typed; those to be taken away are named at once."""
        self.suggester = SuggestFromList(tags, case_sensitive=False)
        if not self.adds:
            self.placeholder = f"tag to take away: {', '.join(tags)}"

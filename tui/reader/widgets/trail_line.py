"""The line over an article that says by which articles one came to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece
from tui.rendering.trail import Trail, render_breadcrumbs


class TrailLine(LineView, can_focus=False):
    """The trail in one line, once it has more than one article."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("strong")

    def __init__(self, trail: Trail, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._trail = trail
        self.display = False

    def show(self, *, room: bool) -> None:
        """Show the trail as it is now, if there is room for it.

        Its row is taken from the first article on, so that the article's place stays the same.
        """
        self.display = room and bool(self._trail.stops)
        self.refresh()

    def build_line(self, y: int, width: int) -> Sequence[Piece]:
        """Titles before, the one of the article that is open, titles ahead."""
        if len(self._trail.stops) < 2 or width < 1:
            return []
        titles = [stop.title or "…" for stop in self._trail.stops]
        before, here, after = render_breadcrumbs(titles, self._trail.current_index, width - 1)
        return [(f" {before}", "muted"), (here, "strong"), (after, "muted")]

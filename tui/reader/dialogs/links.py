"""The links of an article, numbered: one is opened or copied, while the text shows the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content

from tui.reader.dialogs.dialog import Dialog
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece, fit, pad_left
from tui.rendering.text_layout import Link

CURSOR = ">"
GAP = 2


class LinksView(LineView):
    """One line for each link: its number, its text and where it leads."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("accent", "selection")

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__()
        self._links = links
        self.cursor = 0

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        self.set_height(len(self._links))
        self.move_to(self.cursor)

    def move_to(self, index: int) -> None:
        """Put the cursor on a link, or as near as there are links."""
        self.cursor = min(max(0, index), len(self._links) - 1)
        if not self.top <= self.cursor < self.top + self.size.height:
            self.go_to(self.cursor - self.size.height // 2)
        self.refresh()

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """The link of that line."""
        if y >= len(self._links):
            return []
        link, selected = self._links[y], y == self.cursor
        digits = len(str(len(self._links)))
        head = f"{CURSOR if selected else ' '}{pad_left(str(link.number), digits)} "
        room = max(0, width - len(head))
        text = fit(link.text, room // 2)
        url = fit(" " * GAP + link.url, room - room // 2)
        if selected:
            return [(head + text + url, "selection")]
        return [(head, "accent"), (text, "text"), (url, "muted")]


class Links(Dialog[Link | None]):
    """Asks for one of the links; ends with it, or with None."""

    PLACE = "links"
    CSS_PATH = "dialog.tcss"

    def __init__(
        self,
        links: Sequence[Link],
        keys: str,
        follow: Callable[[Link], object],
        copy: Callable[[Link], object],
    ) -> None:
        """Make the dialog.

        Args:
            links: At least one.
            keys: What the keys do, in a line.
            follow: Shows where in the text a link stands.
            copy: Copies where it leads.
        """
        super().__init__()
        self._links = links
        self._keys = keys
        self._follow = follow
        self._copy = copy
        self._typed = 0

    def compose(self) -> ComposeResult:
        """The links below the text."""
        view = LinksView(self._links)
        view.border_title = Content("Links")
        view.border_subtitle = Content(self._keys)
        view.styles.height = len(self._links) + 2
        yield view

    @property
    def view(self) -> LinksView:
        """The list."""
        return self.query_one(LinksView)

    @property
    def link(self) -> Link:
        """The link the cursor stands on."""
        return self._links[self.view.cursor]

    def move(self, by: int) -> None:
        """Move through the links; the text follows."""
        self._typed = 0
        self._go(self.view.cursor + by)

    def _go(self, index: int) -> None:
        self.view.move_to(index)
        self._follow(self.link)

    @property
    def page(self) -> int:
        """Lines a page moves."""
        return self.view.page

    def on_key(self, event: events.Key) -> None:
        """A number is a link's; it opens as soon as no other number begins like it."""
        if not (event.character or "").isdecimal() or not (event.character or "").isascii():
            return
        event.stop()
        number = self._typed * 10 + int(event.character or "0")
        if not 0 < number <= len(self._links):
            number = 0
        self._typed = number
        if number:
            self._go(number - 1)
            if number * 10 > len(self._links):
                self.take()

    def take(self) -> None:
        """Choose the link."""
        self.dismiss(self.link)

    def action_article_open_url(self) -> None:
        """Choose the link, with the key that opens the article's own URL."""
        self.take()

    def action_article_copy_url(self) -> None:
        """Copy where the link leads."""
        self._copy(self.link)
        self.dismiss(None)

"""The links of an article, numbered: one is opened or copied, while the text shows the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content

from tui.reader.dialogs.dialog import Dialog
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import StyledText, fit_cells, pad_left
from tui.rendering.text_layout import ArticleLink

LINK_CURSOR_SIGN = ">"
LINK_GAP_CELLS = 2


class LinksView(LineView):
    """One line for each link: its number, its text and where it leads."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("accent", "selection")

    def __init__(self, links: Sequence[ArticleLink]) -> None:
        super().__init__()
        self._links = links
        self.cursor = 0

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        self.set_line_count(len(self._links))
        self.move_cursor_to(self.cursor)

    def move_cursor_to(self, index: int) -> None:
        """Put the cursor on a link, or as near as there are links."""
        self.cursor = min(max(0, index), len(self._links) - 1)
        if not self.top_line <= self.cursor < self.top_line + self.size.height:
            self.scroll_to_line(self.cursor - self.size.height // 2)
        self.refresh()

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """The link of that line."""
        if y >= len(self._links):
            return []
        link, selected = self._links[y], y == self.cursor
        digits = len(str(len(self._links)))
        head = f"{LINK_CURSOR_SIGN if selected else ' '}{pad_left(str(link.number), digits)} "
        room = max(0, width - len(head))
        text = fit_cells(link.text, room // 2)
        url = fit_cells(" " * LINK_GAP_CELLS + link.url, room - room // 2)
        if selected:
            return [(head + text + url, "selection")]
        return [(head, "accent"), (text, "text"), (url, "muted")]


class LinksDialog(Dialog[ArticleLink | None]):
    """Asks for one of the links; ends with it, or with None."""

    PLACE = "links"
    CSS_PATH = "dialog.tcss"

    def __init__(
        self,
        links: Sequence[ArticleLink],
        keys: str,
        follow: Callable[[ArticleLink], object],
        copy: Callable[[ArticleLink], object],
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
        self._key_hints = keys
        self._reveal_link = follow
        self._copy = copy
        self._typed_number = 0

    def compose(self) -> ComposeResult:
        """The links below the text."""
        view = LinksView(self._links)
        view.border_title = Content("Links")
        view.border_subtitle = Content(self._key_hints)
        view.styles.height = len(self._links) + 2
        yield view

    @property
    def view(self) -> LinksView:
        """The list."""
        return self.query_one(LinksView)

    @property
    def selected_link(self) -> ArticleLink:
        """The link the cursor stands on."""
        return self._links[self.view.cursor]

    def move(self, by: int) -> None:
        """Move through the links; the text follows."""
        self._typed_number = 0
        self._select_link(self.view.cursor + by)

    def _select_link(self, index: int) -> None:
        self.view.move_cursor_to(index)
        self._reveal_link(self.selected_link)

    @property
    def page_size(self) -> int:
        """Lines a page moves."""
        return self.view.page_size

    def on_key(self, event: events.Key) -> None:
        """A number is a link's; it opens as soon as no other number begins like it."""
        if not (event.character or "").isdecimal() or not (event.character or "").isascii():
            return
        event.stop()
        number = self._typed_number * 10 + int(event.character or "0")
        if not 0 < number <= len(self._links):
            number = 0
        self._typed_number = number
        if number:
            self._select_link(number - 1)
            if number * 10 > len(self._links):
                self.submit()

    def submit(self) -> None:
        """Choose the link."""
        self.dismiss(self.selected_link)

    def action_article_open_url(self) -> None:
        """Choose the link, with the key that opens the article's own URL."""
        self.submit()

    def action_article_copy_url(self) -> None:
        """Copy where the link leads."""
        self._copy(self.selected_link)
        self.dismiss(None)

"""The dialog with the links of an article, numbered as in the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset

from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.searchable import SearchableDialog, has_all_words
from tui.reader.widgets.line_view import LineView
from tui.rendering.cells import StyledText, cell_width, fit_cells, pad_left
from tui.rendering.text_layout import ArticleLink

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap

LINK_CURSOR_SIGN = ">"
LINK_GAP_CELLS = 2
KNOWN_LINK_LABEL = "in the library · "


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """The link that was chosen, to be read here or opened in a browser."""

    link: ArticleLink
    in_browser: bool = False


class LinksView(LineView):
    """One line for each link: number, text and URL; once if they are the same."""

    def __init__(self, links: Sequence[ArticleLink]) -> None:
        super().__init__()
        self._links = links
        self._number_cells = len(str(len(links)))
        self.cursor = 0
        self.known_numbers: set[int] = set()
        """The links that lead to articles of the library."""

    @property
    def selected_link(self) -> ArticleLink | None:
        """The link under the cursor; None if no link is shown."""
        return self._links[self.cursor] if self._links else None

    def show(self, links: Sequence[ArticleLink]) -> None:
        """Show other links, with the cursor on the first."""
        self._links, self.cursor = links, 0
        self.on_resize()

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        self.set_line_count(len(self._links))
        self.move_cursor_to(self.cursor)

    def move_cursor_to(self, index: int) -> None:
        """Put the cursor on the link of that index, or the nearest."""
        self.cursor = max(0, min(index, len(self._links) - 1))
        if not self.top_line <= self.cursor < self.top_line + self.size.height:
            self.scroll_to_line(self.cursor - self.size.height // 2)
        self.refresh()

    def click_line(self, line: int, x: int, *, had_keys: bool) -> None:
        """Tell the dialog which line was clicked."""
        if line < len(self._links):
            self.post_message(self.LineClicked(self, line, x))

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor: the current link."""
        return Offset(0, self.cursor - self.top_line)

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return the link of that line."""
        if y >= len(self._links):
            return []
        link, selected = self._links[y], y == self.cursor
        number = pad_left(str(link.number), self._number_cells)
        head = f"{LINK_CURSOR_SIGN if selected else ' '}{number} "
        room = max(0, width - len(head))
        text = "" if link.text == link.url else fit_cells(link.text, room // 2)
        label = KNOWN_LINK_LABEL if link.number in self.known_numbers else ""
        gap = " " * LINK_GAP_CELLS if text else ""
        url = fit_cells(gap + label + link.url, room - cell_width(text))
        if selected:
            return [(head + text + url, "selection")]
        return [(head, "accent"), (text, "text"), (url, "muted" if text else "text")]


class LinksDialog(SearchableDialog[LinkChoice | None]):
    """Asks for a link to open; ends with it, or with None."""

    PLACE = "links"

    def __init__(
        self,
        keymap: Keymap,
        links: Sequence[ArticleLink],
        reveal: Callable[[ArticleLink], object],
        copy: Callable[[ArticleLink], object],
    ) -> None:
        """Create the dialog for at least one link; `reveal` scrolls the text to a link."""
        self.view = LinksView(links)
        super().__init__(keymap, "Links", self.view)
        self._links = links
        self._reveal_link = reveal
        self._copy_link = copy
        self._typed_number = 0

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys named in the lower border."""
        return (
            ("article.copy_url", "copy"),
            ("article.open_url", "browser"),
            ("article.open", "read"),
            ("article.back", "close"),
        )

    def on_resize(self) -> None:
        """Leave more than half of the screen to the text."""
        self.view.styles.height = max(1, min(len(self._links), self.app.size.height * 2 // 5 - 2))

    def filter_lines(self, words: str) -> None:
        """Show the links with these words in their texts or URLs."""
        self.view.show(
            [each for each in self._links if has_all_words(f"{each.text} {each.url}", words)]
        )
        self._reveal_selected()

    def choose_match(self) -> None:
        """End with the link under the cursor, unless none matches."""
        self.submit()

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and opening and copying with the article's keys."""
        return {
            **super().commands,
            "article.open_url": lambda: self._choose(in_browser=True),
            "article.copy_url": self.copy,
        }

    def move(self, by: int) -> None:
        """Move the cursor; the text follows."""
        self._typed_number = 0
        self._select_link(self.view.cursor + by)

    def _select_link(self, index: int) -> None:
        self.view.move_cursor_to(index)
        self._reveal_selected()

    def _reveal_selected(self) -> None:
        if (link := self.view.selected_link) is not None:
            self._reveal_link(link)

    @property
    def page_size(self) -> int:
        """The number of lines that a page moves."""
        return self.view.page_size

    def on_key(self, event: events.Key) -> None:
        """Select a link by its number, and open it once no longer number is possible."""
        typed = event.character or ""
        if not typed.isdecimal() or not typed.isascii() or self.search_input.display:
            return
        event.stop()
        number = self._typed_number * 10 + int(typed)
        if not 0 < number <= len(self._links):
            number = 0
        self._typed_number = number
        if number:
            self._select_link(number - 1)
            if number * 10 > len(self._links):
                self.submit()

    def on_line_view_line_clicked(self, message: LineView.LineClicked) -> None:
        """Select a link on the first click, open it on the second."""
        if message.line == self.view.cursor:
            self.submit()
        else:
            self.move(message.line - self.view.cursor)

    def submit(self) -> None:
        """End with the selected link, to be read here."""
        self._choose()

    def _choose(self, *, in_browser: bool = False) -> None:
        if (link := self.view.selected_link) is not None:
            self.dismiss(LinkChoice(link, in_browser))

    def mark_known(self, is_known: Callable[[ArticleLink], bool]) -> None:
        """Mark the links that lead to articles of the library."""
        self.view.known_numbers = {link.number for link in self._links if is_known(link)}
        self.view.refresh()

    def copy(self) -> None:
        """Copy the URL of the selected link."""
        if (link := self.view.selected_link) is not None:
            self._copy_link(link)
            self.dismiss(None)

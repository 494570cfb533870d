"""The base of all dialogs."""

from __future__ import annotations

from typing import ClassVar

from textual.screen import ModalScreen

from tui.reader.dialogs.keymap_screen import LAST_LINE, KeymapScreen, T


class Dialog(KeymapScreen, ModalScreen[T]):
    """Something that lies over the reader, to be looked through and left."""

    PLACE: ClassVar[str]

    @property
    def place(self) -> str:
        """The kind of dialog."""
        return self.PLACE

    def move(self, by: int) -> None:
        """Move by so many lines; by more than there are is to the end."""
        raise NotImplementedError

    @property
    def page_size(self) -> int:
        """Lines a page moves."""
        raise NotImplementedError

    def submit(self) -> None:
        """What enter does."""
        raise NotImplementedError

    def go_to_line(self, line: int) -> None:
        """To the line of that number, from 1."""
        self.move(-LAST_LINE)
        self.move(line - 1)

    def action_move_down(self, count: int = 1) -> None:
        """Down."""
        self.move(count)

    def action_move_up(self, count: int = 1) -> None:
        """Up."""
        self.move(-count)

    def action_move_page_down(self, count: int = 1) -> None:
        """A page down."""
        self.move(count * self.page_size)

    def action_move_page_up(self, count: int = 1) -> None:
        """A page up."""
        self.move(-count * self.page_size)

    def action_move_half_page_down(self, count: int = 1) -> None:
        """Half a page down."""
        self.move(count * max(1, self.page_size // 2))

    def action_move_half_page_up(self, count: int = 1) -> None:
        """Half a page up."""
        self.move(-count * max(1, self.page_size // 2))

    def action_move_start(self, line: int = 1) -> None:
        """To the first line, or to the one of that number."""
        self.go_to_line(line)

    def action_move_end(self, line: int = 0) -> None:
        """To the last line, or to the one of that number."""
        self.go_to_line(line or LAST_LINE)

    def action_article_open(self) -> None:
        """Take what was chosen."""
        self.submit()

    def action_article_back(self) -> None:
        """Leave without choosing anything."""
        self.dismiss(None)

    def action_app_help(self) -> None:
        """Leave; the key that shows the help takes it away again."""
        self.dismiss(None)

    def action_dialog_close(self) -> None:
        """Leave without choosing anything."""
        self.dismiss(None)

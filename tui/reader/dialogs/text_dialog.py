"""Dialogs that show lines to read: the output of a command, a URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.geometry import Offset, Size

from tui.reader.dialogs.dialog import CommandTable, FramedDialog
from tui.reader.widgets.line_view import LineView
from tui.rendering.cells import StyledText, wrap_text

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap


class TextDialogView(LineView):
    """The lines, wrapped for the width."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._source_lines = lines
        self._lines: list[str] = []

    def on_resize(self) -> None:
        """Wrap the lines for the width."""
        self._lines = self._wrap_lines(self.size.width)
        self.set_line_count(len(self._lines))
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines at a width."""
        return len(self._wrap_lines(width))

    def _wrap_lines(self, width: int) -> list[str]:
        room = max(1, width - 2)
        return [part for line in self._source_lines for part in wrap_text(line, room) or [""]]

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor: the start of the first line on the screen."""
        return Offset(1, 0)

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return one line, indented by a cell."""
        return [(" " + self._lines[y], "text")] if y < len(self._lines) else []


class TextDialog(FramedDialog[None]):
    """Shows lines to read."""

    PLACE = "sheet"
    CSS_PATH = "dialog.tcss"

    def __init__(self, keymap: Keymap, title: str, lines: Sequence[str]) -> None:
        self._view = TextDialogView(lines)
        super().__init__(keymap, title, self._view, self._view)

    def compose(self) -> ComposeResult:
        """One view, as high as its lines if they fit."""
        yield self._view

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys named in the lower border."""
        return (("article.back", "close"),)

    def move(self, by: int) -> None:
        """Scroll by lines."""
        self._view.scroll_lines(by)

    @property
    def page_size(self) -> int:
        """The number of lines that a page moves."""
        return self._view.page_size

    def submit(self) -> None:
        """Close the dialog."""
        self.dismiss(None)


class UrlDialog(TextDialog):
    """Shows a URL where no browser can be started."""

    PLACE = "source"

    def __init__(
        self, keymap: Keymap, url: str, copy_result: str, copy: Callable[[str], object]
    ) -> None:
        """Create the dialog; `copy_result` says what came of copying the URL."""
        copy_hint = f"{keymap.first_key('article.copy_url')} to copy again"
        super().__init__(keymap, "Link", [url, "", copy_result, "", copy_hint])
        self._url = url
        self._copy = copy

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and copying."""
        return {**super().commands, "article.copy_url": lambda: self._copy(self._url)}

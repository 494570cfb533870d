"""The welcome at the first start: what newstui is, the keys to begin with, ways to fill the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from tui.config.commands import FOOTER_HINTS, format_key
from tui.reader.dialogs.picker import Picker

WELCOME_LINES = (
    "Read and keep the news in your terminal",
    "Everything stays on your own disk",
    "Your library is empty: these are samples",
)
MIN_TEXT_ROWS, MIN_KEY_COLUMN_ROWS = 14, 20
"""Heights of the terminal from which there is room for text, and for a line for each key."""
MIN_BESIDE_COLUMNS = 90
"""Width of the terminal from which the dialog stands at the left, and leaves the preview free."""
KEY_GAP = "  "


class WelcomeDialog(Picker):
    """Stands over the list, beside the preview, and offers ways to fill the library."""

    def compose_head(self) -> ComposeResult:
        """The lines above the options."""
        yield Static()

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys named in the lower border."""
        return (("article.open", "select"), ("article.back", "close"))

    def on_mount(self) -> None:
        """Write the lines for the size of the terminal."""
        self._write_lines(self.app.size)

    def on_resize(self) -> None:
        """Write the lines for another size."""
        self._write_lines(self.app.size)

    def _write_lines(self, size: Size) -> None:
        self.set_class(size.width >= MIN_BESIDE_COLUMNS, "-beside")
        is_high = size.height >= MIN_KEY_COLUMN_ROWS
        gap = [""] if is_high else []
        keys = self._key_column() if is_high else [self._key_line()]
        text = self.query_one(Static)
        text.display = size.height >= MIN_TEXT_ROWS
        text.update(Content("\n".join((*gap, *WELCOME_LINES, *gap, *keys, ""))))

    def _keys(self) -> Iterator[tuple[str, str]]:
        """Yield the keys that a newcomer needs most, and what they do in the list."""
        for command_id, label in FOOTER_HINTS["list"]:
            if keys := self.keymap.keys[command_id]:
                yield format_key(keys[0]), label

    def _key_column(self) -> Iterator[str]:
        keys = list(self._keys())
        width = max((len(key) for key, _ in keys), default=0)
        return (f"{key:{width}}{KEY_GAP}{label}" for key, label in keys)

    def _key_line(self) -> str:
        return KEY_GAP.join(f"{key} {label}" for key, label in self._keys())

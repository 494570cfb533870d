"""The URL of an article, where no browser can be started."""

from __future__ import annotations

from collections.abc import Callable

from tui.reader.dialogs.text_dialog import TextDialog


class UrlDialog(TextDialog):
    """Shows a URL that no browser was started for."""

    PLACE = "source"

    def __init__(self, url: str, said: str, key: str, copy: Callable[[str], object]) -> None:
        super().__init__("Source", [url, "", said, "", f"{key} copies it again"])
        self._url = url
        self._copy = copy

    def action_article_copy_url(self) -> None:
        """Copy the URL once more."""
        self._copy(self._url)

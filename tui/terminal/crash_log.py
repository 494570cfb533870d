"""The crash log: the traceback without the values of variables, which may hold article text."""

from __future__ import annotations

import contextlib
import io
import re
from datetime import datetime
from pathlib import Path

from rich.console import Console

from store.model.errors import NewstuiError
from store.system.files import make_folder, write_atomically

LOCALS_BOX = re.compile(r"^│ [╭│╰].*\n?", re.MULTILINE)
"""The inner boxes of a rich traceback, which show the values of variables."""


class CrashLog:
    """Collects what Textual would print on the terminal, and writes it to a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = io.StringIO()
        self.console = Console(file=self._text, width=100, markup=False, highlight=False)

    @property
    def has_content(self) -> bool:
        """True if there is anything to write."""
        return bool(self._text.getvalue().strip())

    def save(self, now: datetime) -> str:
        """Write the log, readable only for its owner.

        Returns:
            The path; if it could not be written, the reason and the last line of the log.
        """
        text = LOCALS_BOX.sub("", self._text.getvalue())
        try:
            make_folder(self._path.parent)
            write_atomically(self._path, f"{now.isoformat()}\n{text}".encode())
        except NewstuiError as error:
            with contextlib.suppress(IndexError):
                return f"no file ({error}): {text.strip().splitlines()[-1]}"
        return str(self._path)

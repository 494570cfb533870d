"""The reader in line mode: lists and articles page by page, with a prompt after each."""

from __future__ import annotations

from tui.plain.pager import Environment
from tui.plain.reader import PlainReader

__all__ = ["Environment", "PlainReader"]

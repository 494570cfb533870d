"""The reader without a screen: lists and articles page by page, prompts at the bottom."""

from __future__ import annotations

from tui.plain.pager import Environment
from tui.plain.reader import LinearReader

__all__ = ["Environment", "LinearReader"]

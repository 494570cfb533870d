"""The reader without a screen: lists and articles page by page, prompts at the bottom."""

from __future__ import annotations

from tui.linear.pages import World
from tui.linear.reader import LinearReader

__all__ = ["LinearReader", "World"]

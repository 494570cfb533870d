"""The line in which a search is typed."""

from __future__ import annotations

from textual.widgets import Input

JOINERS = "\u200c\u200d"
"""Invisible, but part of how some scripts are written."""


class SearchInput(Input):
    """An input into which nothing gets that could control the terminal, by a paste say."""

    def validate_value(self, value: str) -> str:
        """The value without controls and invisible characters."""
        return "".join(char for char in value if char.isprintable() or char in JOINERS)

"""The selected rows of a list: from one row to the cursor, or all of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowSelection:
    """A selection of rows, by the row where it begins.

    Attributes:
        anchor: The place of the row where it began; it ends at the cursor. None if it is all rows.
        article: The article there.
    """

    anchor: int | None = None
    article: str = ""

    def places(self, cursor: int, total: int) -> range:
        """Return the places of the selected rows."""
        if self.anchor is None:
            return range(total)
        return range(min(self.anchor, cursor), max(self.anchor, cursor) + 1)

    def without(self, removed: Collection[int], articles: Collection[str]) -> RowSelection | None:
        """Return the selection after rows were removed; None if it began at one of them.

        Args:
            removed: The places of the removed rows that were loaded.
            articles: All removed articles.
        """
        if self.anchor is None:
            return self
        if self.article in articles:
            return None
        above = sum(place < self.anchor for place in removed)
        return RowSelection(self.anchor - above, self.article)

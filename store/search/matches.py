"""The articles that a search found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store.model.article import Row

if TYPE_CHECKING:
    from store.search.highlight import Marker


def _nothing() -> Marker:
    from store.search.highlight import NOTHING  # a start has no time for it

    return NOTHING


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search has found: the first of it, and how much there is."""

    rows: Sequence[Row]
    total: int
    exact: bool = True
    """False if there may be more than `total`."""
    note: str = ""
    """Why it may not be all, in words."""
    marker: Marker = field(default_factory=_nothing)
    """Finds the words that were searched for in a text."""
    terms: Sequence[str] = ()
    """Those words, in all their forms, and phrases."""

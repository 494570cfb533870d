"""The articles that a search found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store.model.article import ArticleRow

if TYPE_CHECKING:
    from store.search.highlight import Highlighter


def _empty_highlighter() -> Highlighter:
    from store.search.highlight import EMPTY_HIGHLIGHTER  # a start has no time for it

    return EMPTY_HIGHLIGHTER


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search has found: the first of it, and how much there is."""

    rows: Sequence[ArticleRow]
    total: int
    is_exact: bool = True
    """False if there may be more than `total`."""
    note: str = ""
    """Why it may not be all, in words."""
    highlighter: Highlighter = field(default_factory=_empty_highlighter)
    """Finds the words that were searched for in a text."""
    terms: Sequence[str] = ()
    """Those words, in all their forms, and phrases."""

"""What an export is made of: a selection of articles, which may be larger than the memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from store.model.article import Entry


@dataclass(frozen=True, slots=True)
class Book:
    """Articles on their way out."""

    title: str
    made: str
    """When, ISO 8601 in UTC."""
    titles: Sequence[str]
    """Of all its articles, in their order."""
    entries: Iterable[Entry]
    """The articles in that order; they are gone through once."""
